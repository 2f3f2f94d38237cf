"""A topic per case: asked for once, found again, opened and closed with the case."""

from sqlalchemy import func, select, update

from bot.agents.topics import WAIT_FOR_TOPIC
from models.clock import utcnow
from models.decision import Role
from models.states import Direction, TopicState
from models.tables import AgentsGroup, Case, Message, Topic
from tests.bot_bench import BotBench
from tests.telegram import User
from tests.telegram.rooms import Room
from tests.unit.bot.test_bot_group import LATE, card_in, chosen


async def forum_of(bench: BotBench, *others: User) -> tuple[User, Room]:
    """An admin, and the agents' group with topics that the bot may manage."""
    anna = await bench.hire("Anna", Role.ADMIN)
    return anna, await chosen(bench, anna, *others, forum=True, can_manage_topics=True)


async def thread_with(bench: BotBench, room: Room, words: str = LATE) -> int:
    card = await card_in(bench, room, words)
    assert card.thread is not None
    return card.thread


async def test_each_case_has_a_topic_of_its_own_and_keeps_it(bench: BotBench) -> None:
    _, room = await forum_of(bench)
    marta, paolo = bench.telegram.user("Marta"), bench.telegram.user("Paolo")
    marta.send(LATE)
    at_martas = await thread_with(bench, room)
    paolo.send("La giacca blu non è mai arrivata.")
    at_paolos = await thread_with(bench, room, "La giacca blu")
    marta.send("E il corriere non risponde.")
    again = await room.sees("il corriere non risponde")
    assert room.chat.topics == {at_martas: "n. 101 · Marta", at_paolos: "n. 102 · Paolo"}
    assert again.thread == at_martas
    assert bench.telegram.violations == []


async def test_an_answered_case_closes_its_topic_and_new_words_open_it(bench: BotBench) -> None:
    anna, room = await forum_of(bench)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    card = await card_in(bench, room)
    anna.press(card, "Scarta la bozza")
    bare = await bench.telegram.wait_for(
        lambda: next((seen for seen in room.messages() if "Scrivi" in seen.labels), None)
    )
    anna.press(bare, "Scrivi")
    prompt = await room.sees("Anna: Scrivi il testo")
    assert prompt.thread == card.thread
    anna.send("Il pacco parte oggi.", to=room, thread=card.thread, reply_to=prompt)
    shown = await room.sees("Il pacco parte oggi.")
    anna.press(
        await bench.telegram.wait_for(lambda: seen if (seen := room.now(shown)).labels else None), "Approva"
    )
    await marta.sees("parte oggi")
    await bench.telegram.wait_for(lambda: room.chat.closed_topics or None)
    marta.send("Non è arrivato nemmeno oggi, insomma!")
    again = await room.sees("nemmeno oggi")
    assert again.thread == card.thread
    assert room.chat.closed_topics == set()
    assert list(room.chat.topics) == [card.thread]


async def test_without_the_right_cards_stand_in_the_group_at_large(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await chosen(bench, anna, forum=True)
    bench.telegram.user("Marta").send(LATE)
    assert (await card_in(bench, room)).thread is None
    anna.add_bot(room, can_manage_topics=True)

    async def may() -> bool:
        async with bench.database.reading() as session:
            return (await session.scalars(select(AgentsGroup.has_topics))).one()

    while not await may():
        await bench.telegram.wait_for(lambda: bench.telegram.all_acknowledged or None)
    bench.telegram.user("Paolo").send("La giacca blu non è mai arrivata.")
    assert (await card_in(bench, room, "La giacca blu")).thread is not None


async def test_a_topic_whose_number_was_never_heard_of_is_recognised_and_not_made_again(
    bench: BotBench,
) -> None:
    _, room = await forum_of(bench)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    thread = await thread_with(bench, room)
    announced = next(
        seen.raw for seen in room.conversation() if seen.raw.get("forum_topic_created") is not None
    )
    async with bench.database.writing() as session:
        # As a kill leaves it between making the topic and writing its number down.
        await session.execute(update(Topic).values(state=TopicState.ASKED, thread_id=None, asked_at=utcnow()))
    bench.telegram.push("message", announced)
    marta.send("E il corriere non risponde.")
    again = await room.sees("il corriere non risponde")
    assert again.thread == thread
    assert len(room.chat.topics) == 1
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Topic.thread_id))).all() == [thread]


async def test_a_topic_that_nobody_tells_of_is_never_asked_for_twice(bench: BotBench) -> None:
    _, room = await forum_of(bench)
    marta = bench.telegram.user("Marta")
    async with bench.database.writing() as session:
        await session.execute(update(AgentsGroup).values(has_topics=False))
    marta.send(LATE)
    await card_in(bench, room)
    async with bench.database.writing() as session:
        await session.execute(update(AgentsGroup).values(has_topics=True))
        case = (await session.scalars(select(Case))).one()
        session.add(
            Topic(
                case_id=case.id,
                chat_key=bench.bot.chat_key(room.id),
                name="n. 101 · Marta",
                asked_at=utcnow() - WAIT_FOR_TOPIC,
            )
        )
    marta.send("E il corriere non risponde.")
    assert (await room.sees("il corriere non risponde")).thread is None
    assert room.chat.topics == {}


async def test_a_deleted_topic_is_done_without(bench: BotBench) -> None:
    _, room = await forum_of(bench)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    card = await card_in(bench, room)
    room.chat.topics.clear()
    for seen in room.messages():
        room.chat.messages[seen.message_id].deleted = True
    marta.send("E il corriere non risponde.")
    again = await card_in(bench, room, "il corriere non risponde")
    assert (again.thread, again.message_id > card.message_id) == (None, True)


async def test_what_the_holder_writes_in_the_topic_goes_out_and_what_others_write_is_a_note(
    bench: BotBench,
) -> None:
    giulia = await bench.hire("Giulia")
    anna, room = await forum_of(bench, giulia)
    marta = bench.telegram.user("Marta")
    marta.send(LATE)
    card = await card_in(bench, room)
    giulia.press(card, "Me ne occupo io")
    await room.sees("Giulia si occupa della richiesta n. 101")
    giulia.send("Buongiorno Marta, controllo subito.", to=room, thread=card.thread)
    first = await marta.sees("controllo subito")
    anna.send("Il corriere ha perso il pacco.", to=room, thread=card.thread)
    await room.sees("Nota interna salvata")
    marta.send("Grazie, aspetto qui.")
    forwarded = await room.sees("aspetto qui")
    assert forwarded.thread == card.thread
    assert f"tg://user?id={giulia.id}" in str(forwarded.entities)
    giulia.send("Lo cerco subito.", to=room, reply_to=forwarded)
    await marta.sees("Lo cerco subito", after=first)
    async with bench.database.reading() as session:
        notes = await session.scalars(select(Message.text).where(Message.direction == Direction.NOTE))
        assert notes.all() == ["Il corriere ha perso il pacco."]
        assert (await session.scalars(select(func.count(Topic.id)))).one() == 1
    assert marta.find("ha perso il pacco") is None
    assert bench.telegram.violations == []
