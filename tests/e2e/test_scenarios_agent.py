"""What agents must be able to rely upon; the numbers are those of the list of scenarios."""

from tests.e2e.conftest import Staffed

LATE = "Il pacco {order} non è mai arrivato, sono due settimane che lo aspetto."


def test_scenario_08_a_button_pressed_twice_changes_once_and_both_presses_are_answered(
    staffed: Staffed,
) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-30008"))
    card = staffed.office.card(staffed.giulia, "RS-30008")
    presses = [staffed.giulia.press_data(card.last, card.data()) for _ in range(2)]
    staffed.office.wait(lambda: all(press.answered for press in presses), "both presses are answered")
    staffed.office.wait(lambda: marta.find("Giulia"), "the answer")
    staffed.office.settled()
    assert staffed.office.approvals_of(card) == 1
    assert len(staffed.office.answers_to(marta, "Giulia")) == 1


def test_scenario_09_a_press_that_is_too_old_to_be_answered_crashes_nothing(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-30009"))
    card = staffed.office.card(staffed.giulia, "RS-30009")
    staffed.giulia.press(card.last, "Approva", age=200)
    staffed.office.wait(lambda: marta.find("Giulia"), "the answer all the same")


def test_scenario_10_forged_data_and_the_button_of_another_card_are_refused(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-30010"))
    card = staffed.office.card(staffed.giulia, "RS-30010")
    other = staffed.office.card(staffed.bruno, "RS-30010")
    forged = ["a:nonesuch", "a", "U:nonesuch", "k:nonesuch", "z" * 64, "P:x:y:z", card.data()]
    presses = [staffed.bruno.press_data(other.last, data) for data in forged]
    staffed.office.wait(lambda: all(press.answered for press in presses), "all are answered")
    staffed.office.settled()
    assert staffed.office.approvals_of(card) == 0
    assert staffed.bruno.find("non vale più", after=other.last)
    assert not staffed.office.answers_to(marta, "Bruno")


def test_scenario_15_a_new_case_gives_one_card_exactly_once(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-30015"))
    card = staffed.office.card(staffed.giulia, "RS-30015")
    staffed.office.settled()
    heads = [seen for seen in staffed.giulia.messages() if f"n. {card.number} " in seen.text]
    drafts = [seen for seen in staffed.giulia.messages() if seen.message_id > card.head.message_id]
    assert (len(heads), len(drafts)) == (1, 1)


def test_scenario_16_the_approved_text_reaches_that_customer_and_nobody_else(staffed: Staffed) -> None:
    marta, paolo = staffed.telegram.user("Marta"), staffed.telegram.user("Paolo")
    marta.send(LATE.format(order="RS-30016"))
    paolo.send(LATE.format(order="RS-31016"))
    card = staffed.office.card(staffed.giulia, "RS-30016")
    press = staffed.giulia.press(card.last, "Approva e invia")
    answer = staffed.office.wait(lambda: marta.find("Giulia"), "the answer")
    staffed.office.settled()
    assert press.answered
    (approved,) = staffed.office.ask(
        "SELECT a.filled_text FROM approvals a JOIN cases c ON c.id = a.case_id WHERE c.number = ?",
        card.number,
    )
    assert approved == (answer.text,)
    receivers = [
        call.chat_id for call in staffed.telegram.requests("sendMessage") if call.text == answer.text
    ]
    assert receivers == [marta.id]
    assert not paolo.find("Giulia")


def test_scenario_18_of_two_agents_who_claim_at_once_one_wins_and_the_other_is_told_who(
    staffed: Staffed,
) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-30018"))
    at_giulias = staffed.office.card(staffed.giulia, "RS-30018")
    at_brunos = staffed.office.card(staffed.bruno, "RS-30018")
    staffed.giulia.press(at_giulias.last, "Me ne occupo io")
    staffed.bruno.press_data(at_brunos.last, at_brunos.data("Me ne occupo io"))

    def outcome() -> tuple[str, str] | None:
        pairs = ((staffed.giulia, staffed.bruno, "Giulia"), (staffed.bruno, staffed.giulia, "Bruno"))
        for winner, loser, name in pairs:
            won = winner.find(f"n. {at_giulias.number} è tua")
            told = loser.find(f"La tiene {name}")
            if won is not None and told is not None:
                return won.text, told.text
        return None

    staffed.office.wait(outcome, "one has it and the other knows who")
    holders = staffed.office.ask(
        "SELECT count(claimed_by), state FROM cases WHERE number = ?", at_giulias.number
    )
    assert holders == [(1, "taken_over")]


def test_scenario_19_an_internal_note_never_reaches_the_customer(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-30019"))
    card = staffed.office.card(staffed.giulia, "RS-30019")
    staffed.giulia.send("Secondo me mente, chiedere al corriere", reply_to=card.last)
    staffed.office.wait(lambda: staffed.giulia.find("Nota interna", after=card.last), "the note is kept")
    staffed.giulia.press(card.last, "Approva e invia")
    staffed.office.wait(lambda: marta.find("Giulia"), "the answer")
    staffed.office.settled()
    notes = staffed.office.ask("SELECT direction FROM messages WHERE text LIKE '%Secondo me mente%'")
    assert notes == [("note",)]
    assert not [call for call in staffed.telegram.requests(chat=marta) if "mente" in call.text]


def test_scenario_20_an_approval_is_refused_when_the_customer_has_written_meanwhile(
    staffed: Staffed,
) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-30020"))
    card = staffed.office.card(staffed.giulia, "RS-30020")
    marta.send("Fermi tutti: il pacco è arrivato proprio adesso, scusate.")
    staffed.office.wait(lambda: staffed.telegram.all_acknowledged or None, "the new message is stored")
    staffed.giulia.press_data(card.last, card.data())
    staffed.office.wait(lambda: staffed.giulia.find("Non parte", after=card.last), "the refusal")
    staffed.office.wait(lambda: staffed.giulia.find("proprio adesso", after=card.last), "the new message")
    staffed.office.settled()
    assert staffed.office.approvals_of(card) == 0
    assert not staffed.office.answers_to(marta, "Giulia")


def test_scenario_21_somebody_who_is_no_agent_presses_approve_is_refused_and_it_is_recorded(
    staffed: Staffed,
) -> None:
    marta, stranger = staffed.telegram.user("Marta"), staffed.telegram.user("Ignoto")
    marta.send(LATE.format(order="RS-30021"))
    card = staffed.office.card(staffed.giulia, "RS-30021")
    stranger.start()
    greeting = staffed.office.wait(lambda: stranger.find("automatico"), "a message to press on")
    press = stranger.press_data(greeting, card.data())
    staffed.office.wait(lambda: press.answered, "the press is answered")
    assert press.notice
    staffed.office.settled()
    assert staffed.office.approvals_of(card) == 0
    recorded = staffed.office.ask(
        "SELECT actor FROM events WHERE action = 'press.refused' AND details LIKE ?", f"%{stranger.id}%"
    )
    assert recorded == [("customer",)]
