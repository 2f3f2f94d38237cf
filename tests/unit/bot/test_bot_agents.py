"""Agents at their cards."""

from sqlalchemy import func, select, update

from models.assessment import Entities
from models.clock import utcnow
from models.decision import FactValue, Role
from models.states import CaseState, Direction, DraftState, OutboxState, Purpose
from models.tables import Agent, Approval, Case, DecisionRow, Draft, Message, OpenEdit, OutboxEntry, Prompt
from responses.facts import give_fact, known_facts
from responses.people.agents import add_agent, agent_by_name, make_link
from tests.bot_bench import BotBench
from tests.unit.responses.asking.test_answers_on_the_road import MODEL_POLICY


async def test_a_one_time_link_links_the_account_once(bench: BotBench) -> None:
    async with bench.database.writing() as session:
        code = await make_link(session, await add_agent(session, "Giulia", Role.AGENT), "telegram")
    giulia, thief = bench.telegram.user("Giulia"), bench.telegram.user("Ladro")
    giulia.start(code)
    await giulia.sees("Ciao Giulia")
    thief.start(code)
    await thief.sees("Maglieria Rossi")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Agent.telegram_id))).all() == [giulia.id]


async def test_undo_before_sending_puts_the_same_text_on_the_table_again(slow_to_leave: BotBench) -> None:
    bench = slow_to_leave
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Approva e invia")
    leaving = await bench.telegram.wait_for(
        lambda: next((seen for seen in giulia.messages() if "Parte tra 30 s · Annulla" in seen.labels), None)
    )
    giulia.press(leaving, "Annulla")
    await giulia.sees("non è partito niente")
    again = await bench.telegram.wait_for(
        lambda: next(
            (
                seen
                for seen in giulia.messages()
                if "Approva e invia" in seen.labels and seen.message_id > card.message_id
            ),
            None,
        )
    )
    assert again.text == card.text
    async with bench.database.reading() as session:
        states = await session.scalars(select(OutboxEntry.state).where(OutboxEntry.purpose == Purpose.ANSWER))
        assert states.all() == [OutboxState.CANCELLED]
    assert bench.telegram.violations == []


async def test_only_the_reply_to_the_prompt_becomes_a_draft_and_only_approving_sends_it(
    bench: BotBench,
) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Chiedi al cliente")
    prompt = await bench.prompt(giulia, card)
    giulia.send("Buongiorno, qual è il numero d'ordine?", reply_to=prompt)
    shown = await bench.telegram.wait_for(
        lambda: next((seen for seen in giulia.messages() if "qual è il numero" in seen.text), None)
    )
    assert marta.find("qual è il numero") is None
    giulia.press(shown, "Approva e invia")
    await marta.sees("qual è il numero")
    async with bench.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
        kinds = (await session.scalars(select(Draft.kind).where(Draft.state == DraftState.APPROVED))).all()
    assert (case.state, kinds) == (CaseState.WAITING_CUSTOMER, ["ask"])


async def test_a_reply_to_a_prompt_after_its_time_is_not_used(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Modifica")
    prompt = await bench.prompt(giulia, card)
    async with bench.database.writing() as session:
        await session.execute(update(Prompt).values(expires_at=utcnow()))
    giulia.send("Troppo tardi", reply_to=prompt)
    await giulia.sees("15 minuti: non ho usato")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(func.count(Draft.id)))).one() == 1


async def test_an_edit_of_a_draft_that_is_gone_is_refused_and_the_text_kept(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Modifica")
    prompt = await bench.prompt(giulia, card)
    marta.send("Ho trovato il numero: RS-4411")
    await bench.card(giulia, "RS-4411")
    giulia.send("Buongiorno, mi dia il numero", reply_to=prompt)
    refusal = await giulia.sees("Non parte")
    assert "RS-4411" in refusal.text
    await giulia.sees("Il tuo testo è conservato")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(OpenEdit.text))).all() == ["Buongiorno, mi dia il numero"]


async def test_a_text_with_an_unknown_placeholder_is_refused(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Modifica")
    giulia.send("Buongiorno, arriva {due:x}", reply_to=await bench.prompt(giulia, card))
    await giulia.sees("segnaposto")


async def test_a_case_taken_over_is_talked_in_person_until_given_back(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Me ne occupo io")
    taken = await giulia.sees("è tua")
    giulia.send("Buongiorno Marta, sono Giulia: controllo subito.", reply_to=taken)
    first = await marta.sees("controllo subito")
    marta.send("Grazie, aspetto qui.")
    forwarded = await giulia.sees("aspetto qui")
    giulia.send("Eccomi: il pacco è qui.", reply_to=forwarded)
    await marta.sees("il pacco è qui", after=first)
    giulia.press(forwarded, "Restituisci")
    await giulia.sees("di nuovo di tutti")
    async with bench.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
        approvals = (await session.scalars(select(Approval.filled_text))).all()
    assert (case.state, case.claimed_by) == (CaseState.ANSWERED, None)
    assert approvals == ["Buongiorno Marta, sono Giulia: controllo subito.", "Eccomi: il pacco è qui."]
    assert bench.telegram.violations == []


async def test_who_has_taken_a_case_over_cannot_give_what_nobody_decided(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Me ne occupo io")
    taken = await giulia.sees("è tua")
    giulia.send("Buongiorno Marta, le rimborsiamo 100 €.", reply_to=taken)
    refusal = await giulia.sees("Non parte")
    assert "«100 €»" in refusal.text
    on_the_table = await bench.card(giulia, "Ferma l'invio: «100 €»")
    assert on_the_table.text == "Buongiorno Marta, le rimborsiamo 100 €."
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Approval))).all() == []


async def test_what_the_checks_would_have_looked_at_is_told_while_it_can_be_undone(
    slow_to_leave: BotBench,
) -> None:
    bench = slow_to_leave
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Me ne occupo io")
    taken = await giulia.sees("è tua")
    giulia.send("Buongiorno Paolo, controllo io.", reply_to=taken)
    told = await giulia.sees("Questo testo va al cliente")
    assert "Da guardare: «Paolo»" in told.text


async def test_a_held_case_is_taken_by_a_second_press_and_the_first_holder_told(bench: BotBench) -> None:
    giulia, bruno = await bench.hire("Giulia"), await bench.hire("Bruno")
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    at_giulias, at_brunos = await bench.card(giulia, "mai arrivato"), await bench.card(bruno, "mai arrivato")
    giulia.press(at_giulias, "Modifica")
    await bench.prompt(giulia, at_giulias)
    bruno.press(at_brunos, "Modifica")
    await bruno.sees("La tiene Giulia")
    offered = await bench.telegram.wait_for(
        lambda: next((seen for seen in bruno.messages() if "Indietro" in seen.labels), None)
    )
    bruno.press(offered, "Prendila comunque")
    await bench.prompt(bruno, at_brunos)
    await giulia.sees("Bruno ha preso")


async def test_passing_on_gives_the_card_to_the_one_chosen(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    bruno = await bench.hire("Bruno")
    giulia.press(card, "Passa a…")
    choice = await bench.telegram.wait_for(
        lambda: next((seen for seen in giulia.messages() if "Bruno" in seen.labels), None)
    )
    giulia.press(choice, "Bruno")
    await bruno.sees("Giulia ti ha passato")
    passed = await bench.card(bruno, "mai arrivato")
    bruno.press(passed, "Approva e invia")
    await marta.sees("Bruno, Maglieria Rossi")


async def test_a_discarded_draft_leaves_the_case_waiting_for_words(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Scarta la bozza")
    bare = await bench.card(giulia, "Nessuna bozza", button="Scrivi")
    giulia.press(bare, "Scrivi")
    giulia.send("Buongiorno, ci penso io.", reply_to=await bench.prompt(giulia, bare))
    mine = await bench.telegram.wait_for(
        lambda: next(
            (seen for seen in giulia.messages() if seen.text == "Buongiorno, ci penso io." and seen.buttons),
            None,
        )
    )
    giulia.press(mine, "Approva e invia")
    await marta.sees("ci penso io")


async def test_a_missing_fact_is_given_by_a_button_and_the_draft_redone(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    bench.say_also(complaint_types=(type(bench.says.act)(label="billing_error", probability=0.95),))
    marta.send("Mi avete addebitato due volte lo stesso ordine.")
    card = await bench.card(giulia, "due volte")
    typed = next(label for label in card.labels if label.endswith("scrivi…"))
    giulia.press(card, typed)
    giulia.send("12,50", reply_to=await bench.prompt(giulia, card))
    await giulia.sees("rifaccio la bozza")
    head = await bench.telegram.wait_for(
        lambda: next(
            (seen for seen in giulia.messages() if "12,50" in seen.text and "Richiesta" in seen.text), None
        )
    )
    assert "Offriamo" in head.text


async def test_a_reply_to_a_card_is_an_internal_note(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.send("chiedere al corriere", reply_to=card)
    await giulia.sees("Nota interna")
    async with bench.database.reading() as session:
        notes = await session.scalars(select(Message.text).where(Message.direction == Direction.NOTE))
        assert notes.all() == ["chiedere al corriere"]


async def test_an_agents_own_text_gets_help_and_never_a_case(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    giulia.send("Il mio pacco non è mai arrivato!")
    await giulia.sees("/prova")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(func.count(Case.id)))).one() == 0


async def test_an_agent_writes_as_a_colleague_and_somebody_else_answers(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    marco = await bench.hire("Marco")
    giulia.send("/collega Il mio pacco non è mai arrivato!")
    await giulia.sees("La tua richiesta è la n. 101")
    card = await bench.card(marco, "mio pacco")
    assert marco.find("COLLEGA") is not None
    async with bench.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
        decision = (await session.scalars(select(DecisionRow))).one()
    # There are no rules for colleagues here: a person decides.
    assert (case.audience, decision.kind) == ("colleague", "hand_over")
    marco.press(card, "Approva e invia")
    await giulia.sees("Marco, Maglieria Rossi")


async def test_a_colleagues_matter_stays_apart_from_what_the_same_person_says_as_a_customer(
    bench: BotBench,
) -> None:
    giulia = await bench.hire("Giulia")
    giulia.send("/prova")
    await giulia.sees("cliente di prova")
    giulia.send("Il mio pacco non è mai arrivato!")
    await bench.card(giulia, "mio pacco")
    giulia.send("/fine")
    await giulia.sees("Prova finita")
    giulia.send("/collega Il pacco della cassa non è mai arrivato!")
    await giulia.sees("La tua richiesta è la n. 102")
    async with bench.database.reading() as session:
        audiences = await session.scalars(select(Case.audience).order_by(Case.number))
        assert audiences.all() == ["customer", "colleague"]


async def test_a_colleague_who_says_nothing_is_told_how(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    giulia.send("/collega")
    await giulia.sees("dopo il comando: /collega")


async def test_an_agent_can_play_a_customer_and_approve_the_answer(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    giulia.send("/prova")
    await giulia.sees("cliente di prova")
    giulia.send("Il mio pacco non è mai arrivato!")
    card = await bench.card(giulia, "mio pacco")
    assert giulia.find("PROVA") is not None
    giulia.press(card, "Approva e invia")
    await giulia.sees("Giulia, Maglieria Rossi", after=card)
    giulia.send("/fine")
    await giulia.sees("Prova finita")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Case.is_test))).all() == [True]


async def test_an_agent_whose_language_is_english_gets_english_buttons(bench: BotBench) -> None:
    anna, marta = await bench.hire("Anna", language="en"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(anna, "mai arrivato", button="Approve and send")
    assert "Take over" in card.labels
    assert anna.find("late delivery") is not None


async def test_long_words_are_cut_on_the_card_and_shown_whole_by_a_button(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato. " + "parola " * 200 + "FINE")
    card = await bench.card(giulia, "non è arrivato")
    head = giulia.find("Richiesta n.")
    assert head is not None
    assert "FINE" not in head.text
    giulia.press(card, "Leggi tutto")
    await giulia.sees("FINE")


async def test_what_the_agents_see_after_an_approval_by_another(bench: BotBench) -> None:
    giulia, bruno = await bench.hire("Giulia"), await bench.hire("Bruno")
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    at_brunos = await bench.card(bruno, "mai arrivato")
    giulia.press(await bench.card(giulia, "mai arrivato"), "Approva e invia")
    await marta.sees("Giulia, Maglieria Rossi")
    await bench.telegram.wait_for(
        lambda: any(
            seen.message_id == at_brunos.message_id and seen.labels and "Inviata" in seen.labels[0]
            for seen in bruno.messages()
        )
    )
    bruno.press_data(at_brunos, str(at_brunos.button("Approva").data))
    await bruno.sees("Approvata da Giulia")


async def test_an_old_card_keeps_no_buttons_however_quickly_the_customer_writes_again(
    bench: BotBench,
) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await bench.telegram.wait_for(lambda: giulia.find("Richiesta n. 101"))
    marta.send("E il corriere non risponde.")
    marta.send("Nemmeno al telefono.")
    marta.send("Sono proprio arrabbiata adesso.")
    await bench.card(giulia, "proprio arrabbiata")
    await bench.telegram.wait_for(
        lambda: len([seen for seen in giulia.messages() if "Approva e invia" in seen.labels]) == 1 or None
    )


async def test_who_is_linked_gets_the_cases_that_wait_already(bench: BotBench) -> None:
    marta, giulia = bench.telegram.user("Marta"), bench.telegram.user("Giulia")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await marta.sees("n. 101")
    async with bench.database.writing() as session:
        code = await make_link(session, await add_agent(session, "Giulia", Role.AGENT), "telegram")
    giulia.start(code)
    giulia.press(await bench.card(giulia, "mai arrivato"), "Approva e invia")
    await marta.sees("Giulia, Maglieria Rossi")


async def test_why_a_draft_was_edited_is_said_with_one_press_afterwards(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Modifica")
    giulia.send("Buongiorno Marta, lo cerco subito.", reply_to=await bench.prompt(giulia, card))
    edited = await bench.telegram.wait_for(
        lambda: next(
            (
                seen
                for seen in giulia.messages()
                if "lo cerco subito" in seen.text and "Approva e invia" in seen.labels
            ),
            None,
        )
    )
    giulia.press(edited, "Approva e invia")
    asked = await bench.telegram.wait_for(
        lambda: next((seen for seen in giulia.messages() if "✎ il tono" in seen.labels), None)
    )
    giulia.press(asked, "✎ il tono")
    await bench.telegram.wait_for(
        lambda: next(
            (
                True
                for seen in giulia.messages()
                if seen.message_id == asked.message_id and "✎ il tono" not in seen.labels
            ),
            None,
        )
    )
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Approval.edit_reason))).all() == ["tone"]
    assert bench.telegram.violations == []


async def test_why_a_draft_was_thrown_away_is_one_press_under_the_answer(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    giulia.press(await bench.card(giulia, "mai arrivato"), "Scarta la bozza")
    asked = await giulia.sees("Che cosa non andava?")
    await bench.card(giulia, "Nessuna bozza", button="Scrivi")
    giulia.press(asked, "✎ l'importo")
    await bench.telegram.wait_for(
        lambda: next(
            (True for seen in giulia.messages() if seen.message_id == asked.message_id and not seen.labels),
            None,
        )
    )
    async with bench.database.reading() as session:
        verdict = (await session.scalars(select(Approval))).one()
    assert (verdict.verdict, verdict.edit_reason) == ("discard", "amount")
    assert bench.telegram.violations == []


async def test_what_the_customer_seems_to_have_answered_is_confirmed_by_one_press(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    async with bench.database.writing() as session:
        await bench.road.policies.load(session, {"regole.yaml": MODEL_POLICY})
    bench.say_also(complaint_types=(type(bench.says.act)(label="item_damaged", probability=0.95),))
    marta.send("È rotto")
    giulia.press(await bench.card(giulia, "È rotto"), "Approva e invia")
    await marta.sees("il modello")
    await bench.settled()
    marta.send("1) sì 2) un bosch bianco")
    card = await bench.card(giulia, "bosch bianco")
    giulia.press(card, "il modello: «un bosch bianco»?")
    await giulia.sees("rifaccio la bozza")
    await bench.settled()
    async with bench.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
        facts = await known_facts(session, case.id)
    assert facts["model"] == FactValue(value="un bosch bianco", source="agent")


async def corrected(bench: BotBench) -> dict[str, FactValue]:
    await bench.settled()
    async with bench.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
        return await known_facts(session, case.id)


async def test_a_number_that_was_read_wrong_is_corrected_on_the_card(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    bench.say_also(entities=Entities(order_ids=("RS1234",)))
    marta.send("Il pacco RS1234 non arriva")
    card = await bench.card(giulia, "non arriva", "Correggi un dato…")
    giulia.press(card, "Correggi un dato…")
    wrong = "il numero d'ordine: RS1234"
    await bench.telegram.wait_for(lambda: wrong in giulia.now(card).labels or None)
    giulia.press(giulia.now(card), wrong)
    typed = "il numero d'ordine: scrivi…"
    await bench.telegram.wait_for(lambda: typed in giulia.now(card).labels or None)
    giulia.press(giulia.now(card), typed)
    giulia.send("RS4321", reply_to=await bench.prompt(giulia, card))
    await giulia.sees("rifaccio la bozza")
    assert (await corrected(bench))["order_id"] == FactValue(value="RS4321", source="agent")


async def test_a_choice_that_an_agent_gave_is_corrected_by_a_press(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato")
    await bench.card(giulia, "mai arrivato")
    await bench.settled()
    async with bench.database.writing() as session:
        agent = await agent_by_name(session, "Giulia")
        case = (await session.scalars(select(Case))).one()
        policy = await bench.road.policies.current(session)
        await give_fact(session, agent, case, "fault", "theirs", policy)
    await bench.settled()
    card = await bench.card(giulia, "mai arrivato", "Correggi un dato…")
    giulia.press(card, "Correggi un dato…")
    await bench.telegram.wait_for(
        lambda: any("del cliente" in one for one in giulia.now(card).labels) or None
    )
    giulia.press(giulia.now(card), "di chi è la colpa: del cliente")
    await bench.telegram.wait_for(
        lambda: any("del corriere" in one for one in giulia.now(card).labels) or None
    )
    giulia.press(giulia.now(card), "di chi è la colpa: del corriere")
    await giulia.sees("rifaccio la bozza")
    assert (await corrected(bench))["fault"] == FactValue(value="courier", source="agent")
