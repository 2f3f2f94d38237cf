"""Customers in their chat, and everything odd that can arrive."""

import pytest
from sqlalchemy import func, select

from models.decision import Role
from models.tables import Attachment, Case, Event, Identity, Message, OutboxEntry, Update
from tests.bot_bench import BotBench
from tests.telegram import User


async def kinds_of(bench: BotBench) -> list[str]:
    async with bench.database.reading() as session:
        return list(await session.scalars(select(Message.kind).where(Message.direction == "in")))


async def test_a_photo_is_fetched_and_kept_under_its_content(bench: BotBench) -> None:
    marta, giulia = bench.telegram.user("Marta"), await bench.hire("Giulia")
    marta.send_photo(caption="Ecco il danno, guardate", content=b"a photo")
    card = await bench.card(giulia, "[foto] Ecco il danno")
    giulia.press(card, "Vedi foto")
    photo = await bench.telegram.wait_for(
        lambda: next((seen for seen in giulia.messages() if seen.kind == "photo"), None)
    )
    assert giulia.file(photo) == b"a photo"

    async def kept() -> str | None:
        async with bench.database.reading() as session:
            return (await session.scalars(select(Attachment.stored_as))).one()

    await bench.bot.fetch_missing()
    stored = await kept()
    assert stored is not None
    assert bench.road.files.read(stored) == b"a photo"


async def test_a_file_that_is_too_large_is_refused_politely_and_the_case_kept(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    marta.send_document(b"video", size=21 * 2**20, caption="Il filmato del danno alla porta")
    await marta.sees("20")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Attachment.rejected))).all() == ["too_large"]
        assert (await session.scalars(select(func.count(Case.id)))).one() == 1


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        pytest.param(lambda user: user.send_location(), "location", id="location"),
        pytest.param(lambda user: user.send_contact(), "contact", id="contact"),
        pytest.param(lambda user: user.send_poll("Chi?", ["a", "b"]), "poll", id="poll"),
        pytest.param(lambda user: user.send_sticker(), "sticker", id="sticker"),
        pytest.param(
            lambda user: user.send_raw({"dice": {"emoji": "🎲", "value": 3}}), "unsupported", id="dice"
        ),
    ],
)
async def test_what_cannot_be_read_is_kept_and_answered_once_an_hour(
    bench: BotBench, action: "type[object]", kind: str
) -> None:
    marta = bench.telegram.user("Marta")
    action(marta)  # type: ignore[call-arg]
    first = await bench.telegram.wait_for(lambda: marta.messages() or None)
    action(marta)  # type: ignore[call-arg]
    await bench.worked_off()
    assert await kinds_of(bench) == [kind, kind]
    assert len(marta.messages()) == len(first) == 1


async def test_a_voice_note_opens_a_case_that_an_agent_can_listen_to(bench: BotBench) -> None:
    marta, giulia = bench.telegram.user("Marta"), await bench.hire("Giulia")
    marta.send_voice(b"OggS words")
    card = await bench.card(giulia, "[messaggio vocale]")
    giulia.press(card, "Vedi foto e file")
    voice = await bench.telegram.wait_for(
        lambda: next((seen for seen in giulia.messages() if seen.kind == "voice"), None)
    )
    assert giulia.file(voice) == b"OggS words"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("   ", id="white space"),
        pytest.param("🤬🤬🤬", id="emoji only"),
        pytest.param("\u202eesrever\u202c \u200f", id="direction marks"),
        pytest.param("prima\x00dopo il pacco", id="NUL"),
        pytest.param("mezzo \ud83d carattere", id="half a character"),
        pytest.param("x" * 100_000, id="100,000 characters"),
        pytest.param("<b>non</b> & 'chiuso", id="HTML"),
    ],
)
async def test_odd_texts_are_kept_and_do_not_hold_up_the_chat(bench: BotBench, text: str) -> None:
    marta = bench.telegram.user("Marta")
    marta.send_raw({"text": text}, checked=False)
    marta.send("E il pacco non è mai arrivato.")
    await bench.worked_off()
    assert await kinds_of(bench) == ["text", "text"]


async def test_an_update_that_cannot_be_parsed_is_set_aside_and_the_next_ones_are_read(
    bench: BotBench,
) -> None:
    marta = bench.telegram.user("Marta")
    bench.telegram.push_unparsable()
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await marta.sees("n. 101")
    async with bench.database.reading() as session:
        errors = await session.scalars(select(Update.error).where(Update.error.is_not(None)))
        assert errors.all() == ["UnreadableUpdateError"]


async def test_whoever_has_written_before_is_greeted_by_name(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    marta.send("/start")
    assert "Marta" not in (await marta.sees("assistente automatico")).text
    marta.send("Il pacco RS1234 non è mai arrivato")
    await marta.sees("è la richiesta n.")
    marta.send("/start")
    await marta.sees("Buongiorno Marta, qui è di nuovo l'assistente automatico")


async def test_an_edit_of_the_text_is_a_further_row(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    sent = marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    marta.edit(sent, "Il pacco RS-1 non è mai arrivato, che cosa faccio?")
    await bench.worked_off()
    async with bench.database.reading() as session:
        rows = (await session.scalars(select(Message).where(Message.direction == "in"))).all()
    assert [row.edit > 0 for row in rows] == [False, True]
    assert len({row.case_id for row in rows}) == 1


async def test_in_a_group_it_keeps_nothing_answers_once_and_leaves(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    group = bench.telegram.group("Amici", marta)
    marta.add_bot(group)
    marta.send("/stato@rimedio_test_bot segreto di gruppo", to=group)
    await bench.telegram.wait_for(lambda: group.chat.bot_status == "left")
    await bench.worked_off()
    assert len(group.messages()) == 1
    async with bench.database.reading() as session:
        raws = (await session.scalars(select(Update.raw))).all()
        said = select(func.count(Message.id)).where(Message.direction == "in")
        assert (await session.scalars(said)).one() == 0
    assert not any("segreto" in raw for raw in raws)


async def test_messages_of_bots_are_ignored_with_a_trace(bench: BotBench) -> None:
    body = {
        "message_id": 1,
        "date": 1_700_000_000,
        "chat": {"id": 77, "type": "private", "first_name": "Bot"},
        "from": {"id": 77, "is_bot": True, "first_name": "Bot"},
        "text": "Compra subito",
    }
    bench.telegram.push("message", body, checked=False)
    await bench.worked_off()
    async with bench.database.reading() as session:
        assert (await session.scalars(select(func.count(Message.id)))).one() == 0
        assert "update.ignored" in (await session.scalars(select(Event.action))).all()


async def test_business_messages_are_not_kept_and_the_admin_is_told_once(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    for number in (1, 2):
        bench.telegram.push("business_message", {"message_id": number, "text": "cose private"}, checked=False)
    await anna.sees("Telegram Business")
    await bench.worked_off()
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Update.raw))).all() == ["{}", "{}"]
    assert len(anna.messages()) == 1


async def test_blocking_and_coming_back_are_remembered(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await marta.sees("n. 101")
    marta.block()
    await bench.worked_off()
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Identity.blocked_since))).one() is not None
        assert (await session.scalars(select(Case.flag))).one() == "blocked"
    marta.unblock()
    await bench.worked_off()
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Identity.blocked_since))).one() is None


async def test_the_state_of_a_request_is_told_in_the_language_it_was_written_in(bench: BotBench) -> None:
    emma = bench.telegram.user("Emma", language="it")
    bench.say_also(language="en")
    emma.send("My parcel never came, I want my money back")
    await emma.sees("no. 101")
    emma.send("/stato")
    await bench.telegram.wait_for(lambda: len(emma.messages()) == 2 or None)
    assert "101" in emma.last().text
    assert "A person will answer you" in emma.last().text


async def test_who_asks_for_a_person_stands_out_and_keeps_what_was_said(bench: BotBench) -> None:
    marta, giulia = bench.telegram.user("Marta"), await bench.hire("Giulia")
    marta.send("/persona il pacco non arriva")
    await bench.card(giulia, "il pacco non arriva")
    head = giulia.find("Chiede di parlare con una persona")
    assert head is not None
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Case.flag))).one() == "person_wanted"


async def test_the_same_update_again_changes_nothing(bench: BotBench) -> None:
    marta: User = bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    update = bench.telegram.update_of()
    bench.telegram.push_again(update)
    await marta.sees("n. 101")
    bench.telegram.push_again(update)
    await bench.worked_off()
    assert await kinds_of(bench) == ["text"]
    async with bench.database.reading() as session:
        assert (await session.scalars(select(func.count(OutboxEntry.id)))).one() == 1
