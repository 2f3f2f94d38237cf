"""The agents' group: how it is chosen, what is posted there, and what people may do in it."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update

from models.clock import utcnow
from models.decision import Role
from models.states import Direction, OutboxState, Purpose
from models.tables import Agent, AgentsGroup, Approval, Card, Case, Message, OutboxEntry
from models.tables import Update as UpdateRow
from tests.bot_bench import BotBench
from tests.telegram import Seen, User
from tests.telegram.rooms import Room

LATE = "Il pacco di ieri non è mai arrivato."


async def brought(bench: BotBench, admin: User, *others: User, forum: bool = False, **rights: bool) -> Room:
    """A group into which an admin has brought the bot."""
    room = (
        bench.telegram.supergroup("Squadra", admin, *others, forum=True)
        if forum
        else bench.telegram.group("Squadra", admin, *others)
    )
    admin.add_bot(room, **rights)
    await room.sees("È questo il gruppo")
    return room


async def chosen(bench: BotBench, admin: User, *others: User, forum: bool = False, **rights: bool) -> Room:
    """The agents' group, as an admin has set it."""
    room = await brought(bench, admin, *others, forum=forum, **rights)
    admin.press(room.last(), "Questo è il nostro gruppo")
    await room.sees("D'ora in poi le richieste arrivano qui")
    return room


async def posted(bench: BotBench, where: Callable[[], list[Seen]], button: str = "Approva e invia") -> Seen:
    """Waits for the newest post with this button."""

    def found() -> Seen | None:
        return next((seen for seen in reversed(where()) if button in seen.labels), None)

    return await bench.telegram.wait_for(found, what=f"a post with {button!r}")


async def card_in(bench: BotBench, room: Room, words: str = LATE) -> Seen:
    """Waits for the case's card in the group."""
    head = await room.sees(words)
    return await posted(
        bench, lambda: [seen for seen in room.messages() if seen.message_id >= head.message_id]
    )


async def test_only_an_admin_may_say_that_it_is_the_agents_group(bench: BotBench) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    stranger = bench.telegram.user("Ignoto")
    room = await brought(bench, anna, giulia, stranger)
    offer = room.last()
    refused = stranger.press(offer, "nostro gruppo")
    await bench.telegram.wait_for(lambda: refused.notice or None)
    giulia.press(offer, "nostro gruppo")
    await room.sees("Solo un amministratore")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(AgentsGroup))).all() == []
    anna.press(offer, "nostro gruppo")
    await room.sees("D'ora in poi")
    await bench.telegram.wait_for(lambda: room.now(offer).labels == () or None)
    async with bench.database.reading() as session:
        group = (await session.scalars(select(AgentsGroup))).one()
    assert group.chat_key == bench.bot.chat_key(room.id)
    assert bench.telegram.violations == []


async def test_an_agent_who_is_no_admin_brings_the_bot_in_vain(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    room = bench.telegram.group("Amici", giulia)
    giulia.add_bot(room)
    await bench.telegram.wait_for(lambda: room.chat.bot_status == "left" or None)
    assert len(room.messages()) == 1


async def test_what_is_said_while_the_offer_stands_is_not_kept(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await brought(bench, anna)
    anna.send("/oggi segreto", to=room)
    await bench.telegram.wait_for(lambda: bench.telegram.all_acknowledged or None)
    anna.send("/aiuto")
    await anna.sees("/prova")
    # Chats are worked off side by side: the answer here says nothing of the group.
    await bench.settled()
    async with bench.database.reading() as session:
        kept = await session.scalars(select(UpdateRow.raw).where(UpdateRow.raw.contains("segreto")))
        assert kept.all() == []
    assert len(room.messages()) == 1


async def test_a_case_has_one_card_in_the_group_and_none_in_private(bench: BotBench) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    room = await chosen(bench, anna, giulia)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    await card_in(bench, room)
    assert giulia.find(LATE) is None
    assert anna.find(LATE) is None
    async with bench.database.reading() as session:
        assert (await session.scalars(select(func.count(Card.id)))).one() == 1


async def test_cases_that_wait_already_are_shown_when_the_group_is_set(bench: BotBench) -> None:
    anna, marta = await bench.hire("Anna", Role.ADMIN), bench.telegram.user("Marta")
    marta.send(LATE)
    await bench.card(anna, LATE)
    await card_in(bench, await chosen(bench, anna))


async def test_a_group_that_another_bot_had_is_none_of_this_ones(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    async with bench.database.writing() as session:
        admin = (await session.scalars(select(Agent))).one()
        session.add(
            AgentsGroup(source="telegram:1", chat_key="telegram:1:-5", has_topics=False, set_by=admin.id)
        )
    bench.telegram.user("Marta").send(LATE)
    await bench.card(anna, LATE)


async def test_who_says_so_gets_cards_in_private_too(bench: BotBench) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    room = await chosen(bench, anna, giulia)
    giulia.send("/schede on")
    await giulia.sees("anche in privato")
    bench.telegram.user("Marta").send(LATE)
    await card_in(bench, room)
    card = await bench.card(giulia, LATE)
    giulia.send("/schede off")
    await giulia.sees("solo nel gruppo", after=card)
    bench.telegram.user("Paolo").send("La giacca blu non è mai arrivata.")
    await card_in(bench, room, "La giacca blu")
    assert giulia.find("La giacca blu") is None
    assert anna.find(LATE) is None


async def test_the_buttons_act_for_whoever_presses_with_their_own_name(bench: BotBench) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    room = await chosen(bench, anna, giulia)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    card = await card_in(bench, room)
    giulia.press(card, "Approva e invia")
    await marta.sees("Giulia, Maglieria Rossi")
    await bench.telegram.wait_for(lambda: "Inviata" in str(room.now(card).labels) or None)


async def test_who_is_no_agent_presses_in_the_group_in_vain(bench: BotBench) -> None:
    anna, stranger = await bench.hire("Anna", Role.ADMIN), bench.telegram.user("Ignoto")
    room = await chosen(bench, anna, stranger)
    bench.telegram.user("Marta").send(LATE)
    press = stranger.press(await card_in(bench, room), "Approva e invia")
    await bench.telegram.wait_for(lambda: press.notice or None)
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Approval))).all() == []


async def test_a_card_of_the_group_cannot_be_pressed_from_a_private_chat(bench: BotBench) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    room = await chosen(bench, anna, giulia)
    bench.telegram.user("Marta").send(LATE)
    card = await card_in(bench, room)
    giulia.send("/aiuto")
    giulia.press_data(await giulia.sees("/prova"), str(card.button("Approva").data))
    await giulia.sees("non vale più")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Approval))).all() == []


async def test_undo_in_the_group_is_for_who_approved_or_a_supervisor(slow_to_leave: BotBench) -> None:
    bench = slow_to_leave
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    bruno = await bench.hire("Bruno")
    room = await chosen(bench, anna, giulia, bruno)
    bench.telegram.user("Marta").send(LATE)
    giulia.press(await card_in(bench, room), "Approva e invia")
    leaving = await posted(bench, room.messages, "Parte tra 30 s · Annulla")
    bruno.press(leaving, "Annulla")
    await room.sees("Può farlo solo chi")
    anna.press(leaving, "Annulla")
    await room.sees("non è partito niente")
    await card_in(bench, room)


async def test_the_prompt_names_who_pressed_and_only_their_reply_becomes_a_draft(bench: BotBench) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    bruno, marta = await bench.hire("Bruno"), bench.telegram.user("Marta")
    room = await chosen(bench, anna, giulia, bruno)
    marta.send(LATE)
    card = await card_in(bench, room)
    giulia.press(card, "Modifica")
    prompt = await room.sees("Giulia: Scrivi il testo")
    assert prompt.asks_reply
    bruno.send("Io non le scriverei niente.", to=room, reply_to=prompt)
    await room.sees("Nota interna salvata")
    giulia.send("Buongiorno Marta, controllo subito.", to=room, reply_to=prompt)
    await room.sees("Ecco la bozza che vale adesso", after=prompt)
    assert room.now(card).text == "Buongiorno Marta, controllo subito."
    assert marta.find("controllo subito") is None
    giulia.press(room.now(card), "Approva e invia")
    await marta.sees("controllo subito")
    async with bench.database.reading() as session:
        notes = await session.scalars(select(Message.text).where(Message.direction == Direction.NOTE))
        assert notes.all() == ["Io non le scriverei niente."]
    assert marta.find("niente") is None
    assert bench.telegram.violations == []


async def test_new_words_soon_after_the_card_change_it_in_place(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await chosen(bench, anna)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    card = await card_in(bench, room)
    before = len(room.messages())
    marta.send("E il corriere non risponde.")
    await room.sees("il corriere non risponde")
    await bench.telegram.wait_for(lambda: "Approva e invia" in room.now(card).labels or None)
    # The buttons of the card before look the same until the last piece of this one has taken their place.
    await bench.settled()
    assert len(room.messages()) == before
    anna.press(await posted(bench, room.messages), "Approva e invia")
    await marta.sees("Anna, Maglieria Rossi")


async def test_new_words_after_a_while_are_told_by_a_new_post_and_the_old_card_loses_its_buttons(
    bench: BotBench,
) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await chosen(bench, anna)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    card = await card_in(bench, room)
    async with bench.database.writing() as session:
        await session.execute(update(Card).values(created_at=utcnow() - timedelta(minutes=3)))
    marta.send("E il corriere non risponde.")
    head = await room.sees("il corriere non risponde", after=card)
    assert head.reply_to == card.message_id
    await bench.telegram.wait_for(lambda: room.now(card).labels == () or None)
    assert "Approva e invia" in (await posted(bench, room.messages)).labels


async def test_a_deleted_card_is_posted_anew(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await chosen(bench, anna)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    card = await card_in(bench, room)
    for seen in room.messages():
        room.chat.messages[seen.message_id].deleted = True
    marta.send("E il corriere non risponde.")
    again = await card_in(bench, room, "il corriere non risponde")
    assert again.message_id > card.message_id


async def test_today_in_the_group_is_in_the_house_language_and_opens_the_card_there(
    bench: BotBench,
) -> None:
    anna, john = await bench.hire("Anna", Role.ADMIN), await bench.hire("John", language="en")
    room = await chosen(bench, anna, john)
    bench.telegram.user("Marta").send(LATE)
    await card_in(bench, room)
    john.send("/oggi", to=room)
    today = await room.sees("Aspettano noi: 1")
    john.press(today, "n. 101")
    await room.sees(LATE, after=today)
    assert john.find(LATE) is None


async def test_today_in_a_supergroup_leads_straight_to_the_present_card(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await chosen(bench, anna, forum=True, can_manage_topics=True)
    bench.telegram.user("Marta").send(LATE)
    card = await card_in(bench, room)
    anna.send("/oggi", to=room)
    today = await room.sees("Aspettano noi: 1")
    assert today.thread is None
    address = f"https://t.me/c/{str(room.id).removeprefix('-100')}/{card.message_id}"
    assert today.button("n. 101").url == address
    assert bench.telegram.violations == []


async def test_a_press_by_who_may_not_leaves_the_button_to_who_may(bench: BotBench) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    bruno = await bench.hire("Bruno")
    room = await chosen(bench, anna, giulia, bruno)
    bench.telegram.user("Marta").send(LATE)
    giulia.press(await card_in(bench, room), "Me ne occupo io")
    taken = await room.sees("Giulia si occupa")
    bruno.press(taken, "Restituisci")
    await room.sees("Può farlo solo chi")
    giulia.press(room.now(taken), "Restituisci")
    await room.sees("di nuovo di tutti")


async def test_a_held_case_is_taken_by_a_second_press_and_the_first_holder_told_in_private(
    bench: BotBench,
) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    room = await chosen(bench, anna, giulia)
    bench.telegram.user("Marta").send(LATE)
    card = await card_in(bench, room)
    giulia.press(card, "Me ne occupo io")
    await room.sees("Giulia si occupa")
    held = await posted(bench, room.messages, "Prendila comunque (la tiene Giulia)")
    anna.press(held, "Prendila comunque")
    await room.sees("Anna si occupa")
    await giulia.sees("Anna ha preso")
    async with bench.database.reading() as session:
        holder = select(Agent.name).join(Case, Case.claimed_by == Agent.id)
        assert (await session.scalars(holder)).all() == ["Anna"]


async def test_what_colleagues_say_among_themselves_is_not_kept(bench: BotBench) -> None:
    anna, stranger = await bench.hire("Anna", Role.ADMIN), bench.telegram.user("Ignoto")
    room = await chosen(bench, anna, stranger)
    bench.telegram.user("Marta").send(LATE)
    card = await card_in(bench, room)
    anna.send("A pranzo alle dodici @rimedio_test_bot", to=room)
    stranger.send("Io lo conosco", to=room, reply_to=card)
    anna.send("Chiedere al corriere", to=room, reply_to=card)
    await room.sees("Nota interna salvata")
    async with bench.database.reading() as session:
        notes = await session.scalars(select(Message.text).where(Message.direction == Direction.NOTE))
        assert notes.all() == ["Chiedere al corriere"]
        raws = " ".join((await session.scalars(select(UpdateRow.raw))).all())
    assert "pranzo" not in raws
    assert "lo conosco" not in raws


async def test_put_out_of_the_group_the_bot_shows_cards_in_private_again(bench: BotBench) -> None:
    anna, giulia = await bench.hire("Anna", Role.ADMIN), await bench.hire("Giulia")
    room = await chosen(bench, anna, giulia)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    await card_in(bench, room)
    anna.remove_bot(room)
    await anna.sees("non è più nel gruppo")
    giulia.press(await bench.card(giulia, LATE), "Approva e invia")
    await marta.sees("Giulia, Maglieria Rossi")


async def test_another_group_takes_the_place_of_the_first(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    first = await chosen(bench, anna)
    second = await chosen(bench, anna)
    await first.sees("adesso è un altro")
    bench.telegram.user("Marta").send(LATE)
    await card_in(bench, second)
    assert first.find(LATE) is None


async def test_a_group_that_becomes_a_supergroup_is_followed_and_begins_anew(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await chosen(bench, anna)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    await card_in(bench, room)
    new = room.upgrade()
    anna.press(await card_in(bench, new), "Approva e invia")
    await marta.sees("Anna, Maglieria Rossi")
    async with bench.database.reading() as session:
        keys = (await session.scalars(select(AgentsGroup.chat_key))).all()
        states = await session.scalars(
            select(OutboxEntry.state).where(OutboxEntry.purpose == Purpose.CARD).distinct()
        )
        assert set(states) <= {OutboxState.SENT, OutboxState.CANCELLED}
    assert keys == [bench.bot.chat_key(new.id)]
    assert new.chat.bot_status != "left"
