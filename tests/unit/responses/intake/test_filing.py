"""Filing: which case a message joins, and what is never lost or counted twice."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from models.clock import utcnow
from models.database import Database
from models.states import CaseState
from models.tables import Attachment, Case, Message, Update
from responses.cases import close
from responses.config import RoadConfig
from responses.intake.filing import Filed, Filing
from responses.intake.flood import MOST
from responses.intake.inbox import receive
from responses.intake.incoming import Incoming, IncomingFile, MessageKind

_numbers = count(1)
ALDO = {"person_id": "aldo", "chat_key": "web:aldo"}


def no_orders(text: str) -> tuple[str, ...]:
    return ()


def words(text: str = "Dove è il mio pacco?", **changes: object) -> Incoming:
    number = str(next(_numbers))
    values: dict[str, object] = {
        "channel": "web",
        "person_id": "marta",
        "chat_key": "web:marta",
        "external_id": number,
        "sent_at": utcnow(),
        "text": text,
        "display_name": "Marta",
    }
    return Incoming(**(values | changes))  # type: ignore[arg-type]


async def file(database: Database, filing: Filing, incoming: Incoming) -> Filed:
    async with database.writing() as session:
        update_id = await receive(
            session,
            source="web",
            external_id=f"{incoming.external_id}-{incoming.edit}-{next(_numbers)}",
            chat_key=incoming.chat_key,
            raw="{}",
            customer_says=True,
        )
        return await filing.file(session, await session.get_one(Update, update_id), incoming)


@pytest.fixture
def filing(config: RoadConfig) -> Filing:
    return Filing(config, no_orders)


async def cases_of(database: Database) -> list[Case]:
    async with database.reading() as session:
        return list((await session.scalars(select(Case).order_by(Case.number))).all())


async def test_a_first_message_opens_a_case_with_a_readable_number(sqlite: Database, filing: Filing) -> None:
    filed = await file(sqlite, filing, words())
    assert filed.case is not None
    assert (filed.case.number, filed.case.state) == (101, CaseState.DRAFTING)
    assert filed.case.triage_due_at is not None


async def test_a_second_message_joins_the_open_case(sqlite: Database, filing: Filing) -> None:
    first = await file(sqlite, filing, words())
    second = await file(sqlite, filing, words("È il numero 12"))
    assert first.case is not None
    assert second.case is not None
    assert second.case.id == first.case.id
    assert second.case.revision > first.case.revision


async def test_another_person_gets_another_case(sqlite: Database, filing: Filing) -> None:
    await file(sqlite, filing, words())
    await file(sqlite, filing, words(person_id="aldo", chat_key="web:aldo"))
    assert [case.number for case in await cases_of(sqlite)] == [101, 102]


async def test_the_same_message_again_changes_nothing(sqlite: Database, filing: Filing) -> None:
    message = words()
    await file(sqlite, filing, message)
    again = await file(sqlite, filing, message)
    assert again.message is None
    async with sqlite.reading() as session:
        assert (await session.scalars(select(func.count()).select_from(Message))).one() == 1


async def test_an_edit_is_a_further_row_and_keeps_the_earlier_text(sqlite: Database, filing: Filing) -> None:
    message = words("Il paco è roto")
    await file(sqlite, filing, message)
    edited = await file(
        sqlite, filing, words("Il pacco è rotto", external_id=message.external_id, edit=1_790_000_000)
    )
    async with sqlite.reading() as session:
        texts = (await session.scalars(select(Message.text).order_by(Message.edit))).all()
    assert texts == ["Il paco è roto", "Il pacco è rotto"]
    assert edited.case is not None
    assert len(await cases_of(sqlite)) == 1


async def test_an_answered_case_is_reopened_within_a_week(sqlite: Database, filing: Filing) -> None:
    await file(sqlite, filing, words())
    async with sqlite.writing() as session:
        case = (await session.scalars(select(Case))).one()
        case.state, case.answered_at, case.triage_due_at = CaseState.ANSWERED, utcnow(), None
    filed = await file(sqlite, filing, words("E quindi?"))
    assert filed.case is not None
    assert (filed.case.state, filed.case.reopened_from) == (CaseState.DRAFTING, CaseState.ANSWERED)


async def test_after_a_week_a_new_case_is_opened_and_linked(sqlite: Database, filing: Filing) -> None:
    await file(sqlite, filing, words())
    async with sqlite.writing() as session:
        case = (await session.scalars(select(Case))).one()
        case.state, case.answered_at = CaseState.ANSWERED, utcnow() - timedelta(days=8)
        case.triage_due_at = None
    filed = await file(sqlite, filing, words("Buongiorno, altra cosa"))
    assert filed.case is not None
    assert filed.case.number == 102
    assert filed.case.linked_case_id == case.id


async def test_a_reply_joins_the_case_of_the_message_it_answers(sqlite: Database, filing: Filing) -> None:
    first = words()
    await file(sqlite, filing, first)
    async with sqlite.writing() as session:
        case = (await session.scalars(select(Case))).one()
        case.triage_due_at = None
        await close(session, case, "system")
        case.closed_at = case.answered_at = utcnow() - timedelta(days=20)
    await file(sqlite, filing, words("Una cosa nuova"))
    replied = await file(sqlite, filing, words("Intendo questo", reply_to=first.external_id))
    assert replied.case is not None
    assert replied.case.id == case.id


async def test_an_order_number_leads_to_its_case(sqlite: Database, config: RoadConfig) -> None:
    from models.decision import FactValue
    from models.serial import fact_to_json
    from models.tables import Fact

    filing = Filing(config, lambda text: ["RS1"] if "RS1" in text else [])
    await file(sqlite, filing, words("Il pacco RS1 non arriva"))
    async with sqlite.writing() as session:
        case = (await session.scalars(select(Case))).one()
        session.add(
            Fact(
                case_id=case.id,
                name="order_id",
                value=fact_to_json(FactValue(value="RS1", source="customer")),
                source="customer",
            )
        )
        case.state, case.answered_at = CaseState.CLOSED, utcnow() - timedelta(days=60)
        case.triage_due_at = None
    filed = await file(sqlite, filing, words("Ancora niente per RS1"))
    assert filed.case is not None
    assert filed.case.id == case.id


@pytest.mark.parametrize(
    "kind", [MessageKind.STICKER, MessageKind.LOCATION, MessageKind.POLL, MessageKind.CONTACT], ids=str
)
async def test_what_says_nothing_is_kept_and_opens_no_case(
    sqlite: Database, filing: Filing, kind: MessageKind
) -> None:
    filed = await file(sqlite, filing, words("", kind=kind))
    assert filed.case is None
    assert filed.message is not None
    assert await cases_of(sqlite) == []


async def test_a_voice_note_always_opens_a_case(sqlite: Database, filing: Filing) -> None:
    filed = await file(sqlite, filing, words("", kind=MessageKind.VOICE))
    assert filed.case is not None


async def test_a_file_that_is_too_large_is_refused_and_the_case_kept(
    sqlite: Database, filing: Filing
) -> None:
    big = IncomingFile(provider_id="f", kind="document", size=21 * 1024 * 1024)
    filed = await file(sqlite, filing, words("Ecco le foto", files=(big,)))
    assert filed.rejected_files == 1
    assert filed.case is not None
    async with sqlite.reading() as session:
        assert (await session.scalars(select(Attachment.rejected))).one() == "too_large"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "😡😡😡", "a" * 100_000, "a\x00b", "\u202eoiccap\u202c", "<b>&</a>", "half \ud83d of one"],
    ids=["empty", "blank", "emoji", "long", "nul", "rtl", "html", "surrogate"],
)
async def test_no_text_stops_the_filing(sqlite: Database, filing: Filing, text: str) -> None:
    filed = await file(sqlite, filing, words(text))
    assert filed.message is not None
    async with sqlite.reading() as session:
        stored = (await session.scalars(select(Message.text))).one()
    assert len(stored) >= len(text) - 1
    assert "\x00" not in stored


async def test_a_fragment_waits_longer_than_a_sentence(sqlite: Database, config: RoadConfig) -> None:
    from dataclasses import replace

    filing = Filing(replace(config, debounce=timedelta(seconds=8)), no_orders)
    sentence = await file(sqlite, filing, words("Il mio pacco non è ancora arrivato."))
    fragment = await file(sqlite, filing, words("allora", person_id="b", chat_key="web:b"))
    now = utcnow()
    assert sentence.case is not None
    assert fragment.case is not None
    assert sentence.case.triage_due_at is not None
    assert fragment.case.triage_due_at is not None
    assert timedelta(seconds=5) < sentence.case.triage_due_at - now <= timedelta(seconds=8)
    assert timedelta(seconds=40) < fragment.case.triage_due_at - now <= timedelta(seconds=45)


async def test_somebody_who_never_stops_typing_is_read_after_three_minutes(
    sqlite: Database, config: RoadConfig
) -> None:
    from dataclasses import replace

    filing = Filing(replace(config, debounce=timedelta(seconds=8)), no_orders)
    await file(sqlite, filing, words("allora"))
    async with sqlite.writing() as session:
        case = (await session.scalars(select(Case))).one()
        case.first_unread_at = utcnow() - timedelta(minutes=10)
    filed = await file(sqlite, filing, words("e poi"))
    assert filed.case is not None
    assert filed.case.triage_due_at is not None
    assert filed.case.triage_due_at <= utcnow()


async def test_a_late_part_of_an_album_joins_the_case_of_the_rest(sqlite: Database, filing: Filing) -> None:
    first = await file(sqlite, filing, words("", kind=MessageKind.PHOTO, album_key="a1"))
    assert first.case is not None
    async with sqlite.writing() as session:
        case = await session.get_one(Case, first.case.id)
        case.state, case.closed_at = CaseState.CLOSED, utcnow() - timedelta(days=8)
    late = await file(sqlite, filing, words("", kind=MessageKind.PHOTO, album_key="a1"))
    other = await file(sqlite, filing, words("", kind=MessageKind.PHOTO, album_key="a2", **ALDO))
    assert late.case is not None
    assert late.case.id == first.case.id
    assert other.case is not None
    assert other.case.id != first.case.id


async def test_a_flood_is_stored_whole_and_read_later(sqlite: Database, filing: Filing) -> None:
    filed = [await file(sqlite, filing, words(f"messaggio {number}")) for number in range(MOST + 2)]
    assert [one.flood for one in filed] == [False] * MOST + [True, True]
    (case,) = await cases_of(sqlite)
    assert case.triage_due_at is not None
    assert case.triage_due_at > utcnow() + timedelta(minutes=8)
    async with sqlite.reading() as session:
        assert (await session.scalars(select(func.count()).select_from(Message))).one() == MOST + 2


async def test_one_persons_flood_is_not_anothers(sqlite: Database, filing: Filing) -> None:
    for number in range(MOST + 1):
        await file(sqlite, filing, words(f"messaggio {number}"))
    other = await file(sqlite, filing, words(person_id="aldo", chat_key="web:aldo"))
    assert not other.flood
