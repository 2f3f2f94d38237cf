"""The storage's promises, on SQLite and on PostgreSQL alike."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from models.alarm import Alarm, Job, set_alarm
from models.clock import utcnow
from models.database import Database
from models.ids import new_id
from models.labels import ComplaintType
from models.states import OutboxState, ProofHow, Purpose
from models.tables import (
    Base,
    Case,
    Cursor,
    OpenedLink,
    Order,
    OrderProof,
    OutboxEntry,
    PolicyUse,
    PolicyVersion,
    Update,
)
from models.tables.base import UtcDateTime
from models.upgrade import upgrade
from responses.approving.approval import Approvals
from responses.cases import claim, raise_revision
from responses.config import Business, RoadConfig
from responses.errors import BlockedError
from responses.hours import OpeningHours
from responses.intake.inbox import receive
from responses.policies import PolicyBook
from tests.seed import bound, seed_agent, seed_case, seed_draft, seed_identity

ROME = ZoneInfo("Europe/Rome")
HOURS = OpeningHours.always(ROME)
APPROVALS = Approvals(RoadConfig(business=Business(name="Prova"), timezone=ROME, undo=timedelta(0)))


def differences(connection: Connection) -> list[object]:
    ours = set(Base.metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={
            "include_object": lambda obj, name, kind, reflected, other: kind != "table" or name in ours,
            # Both kinds of column hold the same; only ours puts the time zone back on SQLite.
            "compare_type": lambda *args: False if isinstance(args[-1], UtcDateTime) else None,
        },
    )
    return list(compare_metadata(context, Base.metadata))


async def test_an_upgraded_empty_database_has_exactly_the_tables_of_the_program(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_twice_changes_nothing(database: Database) -> None:
    before, after = await upgrade(database)
    assert before == after


async def test_a_rolled_back_transaction_leaves_nothing_and_rings_nothing(database: Database) -> None:
    rung: list[Alarm] = []

    async def ring(alarms: object) -> None:
        rung.extend(alarms)  # type: ignore[arg-type]

    database.ring = ring
    with pytest.raises(RuntimeError):
        async with database.writing() as session:
            session.add(Cursor(source="x", position=1))
            set_alarm(session, Job.TRIAGE, "row")
            raise RuntimeError
    async with database.reading() as session:
        assert await session.get(Cursor, "x") is None
    assert rung == []


async def test_alarms_ring_after_the_commit(database: Database) -> None:
    seen: list[int] = []

    async def ring(_alarms: object) -> None:
        async with database.reading() as session:
            cursor = await session.get_one(Cursor, "x")
            seen.append(cursor.position)

    database.ring = ring
    async with database.writing() as session:
        session.add(Cursor(source="x", position=7))
        set_alarm(session, Job.TRIAGE, "row")
    assert seen == [7]


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    moment = datetime(2026, 7, 1, 12, 30, tzinfo=ROME)
    async with database.writing() as session:
        session.add(Cursor(source="x", position=1, polled_at=moment))
    async with database.reading() as session:
        stored = (await session.get_one(Cursor, "x")).polled_at
    assert stored == moment
    assert stored is not None
    assert stored.utcoffset() == timedelta(0)


async def test_a_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        async with database.writing() as session:
            session.add(Cursor(source="x", position=1, polled_at=datetime(2026, 7, 1)))  # noqa: DTZ001
            await session.flush()


async def test_two_writers_lose_no_update(database: Database) -> None:
    async with database.writing() as session:
        case = await seed_case(session)

    async def raise_often() -> None:
        for _ in range(25):
            async with database.writing() as session:
                await raise_revision(session, await session.get_one(Case, case.id))

    await asyncio.gather(*(raise_often() for _ in range(4)))
    async with database.reading() as session:
        assert (await session.get_one(Case, case.id)).revision == 100


async def test_who_is_stopped_while_writing_keeps_nobody_waiting(database: Database) -> None:
    async def write() -> None:
        async with database.writing() as session:
            await session.execute(insert(Cursor).values(source=f"x{new_id()}", position=1))
            await session.execute(select(Cursor))

    remembered: list[BaseException | None] = []  # with the frames that hold the cut off statement
    dice = random.Random(7)
    for _ in range(150):
        stopped = asyncio.create_task(write())
        for _ in range(dice.randrange(50)):
            await asyncio.sleep(dice.choice((0, 0, 0.0001)))
        stopped.cancel()
        remembered += await asyncio.gather(stopped, return_exceptions=True)
        # Less than SQLite's own patience with a writer, 30 s.
        await asyncio.wait_for(write(), 15)
    assert any(isinstance(error, asyncio.CancelledError) for error in remembered)


async def test_the_same_update_at_the_same_time_is_stored_once(database: Database) -> None:
    async def deliver() -> str | None:
        async with database.writing() as session:
            return await receive(
                session, source="telegram:1", external_id="5", chat_key="c", raw="{}", customer_says=True
            )

    ids = await asyncio.gather(*(deliver() for _ in range(8)))
    assert len([one for one in ids if one is not None]) == 1
    async with database.reading() as session:
        assert (await session.scalars(select(func.count()).select_from(Update))).one() == 1


async def test_a_policy_stays_in_force_when_the_classifier_tells_other_types(database: Database) -> None:
    sample = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
    text = sample.replace("staff_conduct", "parking")
    async with database.writing() as session:
        assert (await PolicyBook().load(session, {"mia.yaml": text})).refused
        loaded = await PolicyBook((*ComplaintType, "parking")).load(session, {"mia.yaml": text})
        assert loaded.new == ("mia.yaml",)

    async with database.reading() as session:
        assert (await PolicyBook().current(session)).file == "mia.yaml"


async def _migrate(database: Database, step: Callable[[Config, str], None], to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("models").joinpath("migrations")))

    def migrate(connection: Connection) -> None:
        config.attributes["connection"] = connection
        step(config, to)

    async with database.engine.begin() as connection:
        await connection.run_sync(migrate)


async def test_links_opened_before_they_were_kept_are_known_by_their_proofs(database: Database) -> None:
    await _migrate(database, command.downgrade, "20261127_preferences")
    async with database.writing() as session:
        identity = await seed_identity(session)
        orders = [
            Order(number=f"RS {number}", key=f"RS{number}", facts={}, source="a file", imported_at=utcnow())
            for number in (1, 2)
        ]
        session.add_all(orders)
        await session.flush()
        linked, mailed = (
            OrderProof(customer_id=identity.customer_id, order_id=order.id, how=how)
            for order, how in zip(orders, (ProofHow.LINK, ProofHow.EMAIL), strict=True)
        )
        session.add_all([linked, mailed])
    await _migrate(database, command.upgrade, "head")
    async with database.reading() as session:
        opened = (await session.scalars(select(OpenedLink))).one()
    assert (opened.customer_id, opened.number, opened.order_key, opened.opened_at) == (
        identity.customer_id,
        "RS 1",
        "RS1",
        linked.created_at,
    )


async def test_policies_loaded_before_there_were_uses_are_in_use_as_they_were(database: Database) -> None:
    await _migrate(database, command.downgrade, "20261127_corrections")
    now = utcnow()

    def loaded(name: str, effective: int, on: int) -> PolicyVersion:
        return PolicyVersion(
            name=name,
            audience="customer",
            file=name,
            text=name,
            sha256=name,
            effective=now + timedelta(effective),
            created_at=now + timedelta(on),
        )

    async with database.writing() as session:
        session.add_all([loaded("old", -90, -60), loaded("young", -40, -50)])
        await session.flush()
        session.add_all([loaded("outdated", -70, -30), loaded("coming", 9, -20)])
    await _migrate(database, command.upgrade, "head")
    async with database.reading() as session:
        query = (
            select(PolicyVersion.name, PolicyUse.effective)
            .join(PolicyVersion, PolicyVersion.id == PolicyUse.policy_id)
            .order_by(PolicyUse.effective)
        )
        uses = [(name, (at - now).days) for name, at in await session.execute(query)]
    assert uses == [("old", -60), ("young", -40), ("coming", 9)]


async def test_an_arriving_update_raises_the_revision_of_the_open_case_once(database: Database) -> None:
    async with database.writing() as session:
        case = await seed_case(session)
    for _ in range(2):
        async with database.writing() as session:
            await receive(
                session, source="web", external_id="1", chat_key=case.chat_key, raw="{}", customer_says=True
            )
    async with database.reading() as session:
        assert (await session.get_one(Case, case.id)).revision == case.revision + 1


async def test_an_approval_of_an_old_revision_is_blocked(database: Database) -> None:
    async with database.writing() as session:
        agent = await seed_agent(session)
        case = await seed_case(session)
        draft = await seed_draft(session, case)
    async with database.writing() as session:
        await raise_revision(session, await session.get_one(Case, case.id))
    with pytest.raises(BlockedError, match="stale"):
        async with database.writing() as session:
            await APPROVALS.approve(session, agent, bound(draft), HOURS)
    async with database.reading() as session:
        assert (await session.scalars(select(OutboxEntry))).all() == []


async def test_an_approval_is_blocked_while_words_of_the_customer_are_unread(database: Database) -> None:
    async with database.writing() as session:
        agent = await seed_agent(session)
        case = await seed_case(session)
        draft = await seed_draft(session, case)
        session.add(
            Update(source="web", external_id="1", chat_key=case.chat_key, raw="{}", customer_says=True)
        )
    with pytest.raises(BlockedError, match="new_message"):
        async with database.writing() as session:
            await APPROVALS.approve(session, agent, bound(draft), HOURS)


async def test_of_two_approvals_at_the_same_moment_one_is_sent(database: Database) -> None:
    async with database.writing() as session:
        agents = [await seed_agent(session, name) for name in ("Giulia", "Sara")]
        draft = await seed_draft(session, await seed_case(session))

    async def press(index: int) -> bool:
        try:
            async with database.writing() as session:
                agent = await session.merge(agents[index])
                await APPROVALS.approve(session, agent, bound(draft), HOURS)
        except BlockedError:
            return False
        return True

    assert sorted(await asyncio.gather(press(0), press(1))) == [False, True]
    async with database.reading() as session:
        assert len((await session.scalars(select(OutboxEntry))).all()) == 1


async def test_of_two_claims_at_the_same_moment_one_wins(database: Database) -> None:
    async with database.writing() as session:
        agents = [await seed_agent(session, name) for name in ("Giulia", "Sara")]
        case = await seed_case(session)

    async def take(index: int) -> bool:
        try:
            async with database.writing() as session:
                await claim(session, await session.get_one(Case, case.id), agents[index])
        except BlockedError:
            return False
        return True

    assert sorted(await asyncio.gather(take(0), take(1))) == [False, True]


async def test_the_database_itself_refuses_an_answer_without_an_approval(database: Database) -> None:
    with pytest.raises(IntegrityError, match="answer_is_approved"):
        async with database.writing() as session:
            session.add(
                OutboxEntry(
                    purpose=Purpose.ANSWER,
                    dedupe_key="answer:none:0",
                    chat_key="web:1",
                    content={"text": "x"},
                    state=OutboxState.PENDING,
                )
            )


async def test_the_database_itself_refuses_an_unknown_state(database: Database) -> None:
    async with database.writing() as session:
        case = await seed_case(session, await seed_identity(session))
    with pytest.raises(IntegrityError, match="state_known"):
        async with database.writing() as session:
            await session.execute(text("UPDATE cases SET state = 'lost' WHERE id = :id"), {"id": case.id})


async def test_every_text_survives_storage(database: Database) -> None:
    raw = '{"text": "\\u0000 <b>&amp; 😀 \u202eabc\u202c"}'
    async with database.writing() as session:
        row = await receive(session, source="s", external_id="1", chat_key="c", raw=raw, customer_says=False)
    async with database.reading() as session:
        assert (await session.get_one(Update, row)).raw == raw
        assert (await session.get_one(Update, row)).received_at <= utcnow()
