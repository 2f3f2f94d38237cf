"""How long nobody listened, and what that means for messages that Telegram keeps for a day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.database import Database
from models.decision import Role
from models.tables import Cursor, Process, Update
from responses.config import RoadConfig
from responses.hours import OpeningHours
from responses.intake.silence import note_silence, silence_between
from responses.notices import NoticeKind, standing_notices, tell_admins
from tests.unit.responses.staff import Staff, chat_of

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SOURCE = "telegram:1"


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60)))
def test_what_may_be_lost_is_older_than_a_day_and_younger_than_the_last_poll(off: timedelta) -> None:
    silence = silence_between(NOW - off, NOW)
    assert (silence is None) == (off < timedelta(hours=20))
    lost_until = silence.lost_until if silence is not None else None
    assert (lost_until is not None) == (off > timedelta(hours=24))
    assert lost_until in (None, NOW - timedelta(hours=24))


async def polled(database: Database, hours: float) -> None:
    async with database.writing() as session:
        session.add(Cursor(source=SOURCE, position=1, polled_at=NOW - timedelta(hours=hours)))


async def noted(database: Database) -> dict[NoticeKind, dict[str, str]]:
    async with database.writing() as session:
        await note_silence(session, SOURCE, NOW)
    async with database.reading() as session:
        return {notice.kind: dict(notice.details) for notice in await standing_notices(session)}


@pytest.mark.parametrize(
    ("hours", "kind", "until"),
    [
        pytest.param(30, NoticeKind.MESSAGES_LOST, 24, id="lost"),
        pytest.param(21, NoticeKind.MESSAGES_NEARLY_LOST, 0, id="close"),
    ],
)
async def test_a_long_silence_is_put_up_with_its_times(
    sqlite: Database, hours: int, kind: NoticeKind, until: int
) -> None:
    await polled(sqlite, hours)
    assert await noted(sqlite) == {
        kind: {
            "since": (NOW - timedelta(hours=hours)).isoformat(),
            "until": (NOW - timedelta(hours=until)).isoformat(),
        }
    }


async def test_a_short_silence_is_not_worth_a_word(sqlite: Database) -> None:
    await polled(sqlite, 19.9)
    assert await noted(sqlite) == {}


async def test_a_first_start_has_lost_nothing(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        session.add(Process(role="run", host="h", slot=1, heartbeat_at=NOW - timedelta(days=9)))
    assert await noted(sqlite) == {}


async def test_of_a_source_that_is_not_polled_a_process_says_when_it_was_last_listened_to(
    sqlite: Database,
) -> None:
    async with sqlite.writing() as session:
        session.add(Process(role="web", host="h", slot=1, heartbeat_at=NOW - timedelta(hours=26)))
        session.add(
            Update(
                source=SOURCE,
                external_id="1",
                chat_key="telegram:1:1",
                raw="{}",
                customer_says=True,
                received_at=NOW - timedelta(days=4),
            )
        )
    since = (NOW - timedelta(hours=26)).isoformat()
    assert (await noted(sqlite))[NoticeKind.MESSAGES_LOST]["since"] == since


async def test_admins_are_told_once_and_after_three_days_the_notice_is_gone(
    sqlite: Database, config: RoadConfig
) -> None:
    staff = await Staff(sqlite, config).prepare()
    await staff.hires("Ada", Role.ADMIN, telegram=1)
    await polled(sqlite, 30)
    async with sqlite.writing() as session:
        notice = await note_silence(session, SOURCE, NOW)
        assert notice is not None
        await tell_admins(session, notice, chat_of, OpeningHours.always(config.timezone), NOW)
    await staff.looks(NOW + timedelta(hours=1))
    await staff.looks(NOW + timedelta(days=2))
    assert len(await staff.said("notice")) == 1
    await staff.looks(NOW + timedelta(days=3))
    async with sqlite.reading() as session:
        assert await standing_notices(session) == []
