"""Which policy judges: uses, going back, audiences, and the owner's folder beside what is in use."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import func, select

from models.clock import utcnow
from models.database import Database
from models.labels import ComplaintType
from models.tables import PolicyUse, PolicyVersion
from responses.notices import NoticeKind, standing_notices
from responses.policies import NoPolicyError, PolicyBook, holding
from responses.policy import Policy, load_policy_text
from responses.policy_files import FolderWatch, compare, put_first_in_use, read_folder

SOON = timedelta(days=3)


def text(voucher: int, *, audience: str = "customer", effective: str = "2026-01-01") -> str:
    return f"""
policy: prova
audience: {audience}
effective: {effective}
currency: EUR
timezone: Europe/Rome
rules:
  - {{id: buono, when: {{act: complaint}}, give: {{voucher: {voucher} EUR}}}}
"""


def worth(policy: Policy) -> str:
    """What tells the test's policies apart."""
    return str(policy.rules[0].give[0][0].amount.fixed.amount)  # type: ignore[union-attr]


class House:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.book = PolicyBook()

    async def use(
        self, source: str, *, since: datetime | None = None, name: str = "a.yaml"
    ) -> datetime | None:
        async with self.database.writing() as session:
            policy = load_policy_text(source, name)
            return await self.book.use(session, policy, source, by="laura", since=since)

    async def judging(self, at: datetime | None = None, audience: str = "customer") -> Policy:
        # A book of its own, as another process has: what is in force is in the database.
        async with self.database.reading() as session:
            return await PolicyBook().in_force(session, audience, at or utcnow())


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


async def test_going_back_to_yesterdays_text_puts_it_in_force_again(house: House) -> None:
    await house.use(text(5))
    await house.use(text(10))
    await house.use(text(5))
    assert worth(await house.judging()) == "5"


async def test_what_began_before_a_use_keeps_its_rules_also_after_going_back(house: House) -> None:
    await house.use(text(5))
    before = utcnow()
    await house.use(text(10))
    between = utcnow()
    await house.use(text(5))
    assert [worth(await house.judging(at)) for at in (before, between, utcnow())] == ["5", "10", "5"]


async def test_a_use_with_a_day_to_come_judges_from_that_day_on(house: House) -> None:
    await house.use(text(5))
    since = await house.use(text(10), since=utcnow() + SOON)
    assert worth(await house.judging()) == "5"
    assert worth(await house.judging(since)) == "10"


async def test_the_same_text_is_not_put_in_use_twice(house: House) -> None:
    await house.use(text(5))
    assert await house.use(text(5)) is None
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(PolicyUse)) == 1


async def test_a_waiting_use_is_taken_back_by_the_present_text_from_the_same_day(house: House) -> None:
    await house.use(text(5))
    since = await house.use(text(10), since=utcnow() + SOON)
    await house.use(text(5), since=since)
    assert worth(await house.judging(utcnow() + 2 * SOON)) == "5"


async def test_nobody_can_make_a_policy_judge_the_past(house: House) -> None:
    await house.use(text(5))
    now = utcnow()
    effective = await house.use(text(10), since=now - SOON)
    assert effective is not None
    assert effective >= now


async def test_a_use_that_is_cut_off_leaves_the_old_rules_in_force(house: House) -> None:
    await house.use(text(5))
    source = text(10)
    with pytest.raises(RuntimeError, match="killed"):
        async with house.database.writing() as session:
            await house.book.use(session, load_policy_text(source, "a.yaml"), source, by="laura")
            raise RuntimeError("killed")
    assert worth(await house.judging()) == "5"
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(PolicyVersion)) == 1


async def test_without_any_policy_for_customers_there_is_none(house: House) -> None:
    with pytest.raises(NoPolicyError):
        await house.judging()


async def test_colleagues_are_judged_by_their_own_rules_and_customers_by_theirs(house: House) -> None:
    await house.use(text(5))
    await house.use(text(7, audience="colleague"), name="colleghi.yaml")
    assert worth(await house.judging()) == "5"
    assert worth(await house.judging(audience="colleague")) == "7"


async def test_colleagues_without_rules_have_the_customers_hours_and_no_rule_at_all(house: House) -> None:
    await house.use(text(5))
    lent = await house.judging(audience="colleague")
    assert (lent.audience, lent.rules, lent.owed) == ("colleague", (), ())


async def test_the_uses_tell_what_holds_what_comes_next_and_who_said_so(house: House) -> None:
    await house.use(text(5))
    await house.use(text(10), since=utcnow() + SOON)
    async with house.database.reading() as session:
        now, following = holding(await house.book.used(session, "customer"), utcnow())
    assert now is not None
    assert following is not None
    assert (worth(now.policy), worth(following.policy), now.used_by) == ("5", "10", "laura")


class Folder:
    """An owner's folder, and the installation that reads it."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database = database
        self.path = path
        self.book = PolicyBook()

    def write(self, name: str, source: str) -> None:
        (self.path / name).write_text(source, encoding="utf-8")

    async def first_start(self) -> None:
        async with self.database.writing() as session:
            await put_first_in_use(session, self.book, read_folder(self.path).files, utcnow())

    async def start(self) -> list[tuple[str, bool, str | None]]:
        """The files that judge nothing: name, whether one in use has changed, what is in use instead."""
        async with self.database.writing() as session:
            found = await compare(session, self.book, read_folder(self.path), utcnow())
        return [(one.file.path.name, one.changed, one.instead) for one in found]

    def watch(self, path: Path | None = None) -> FolderWatch:
        return FolderWatch(
            database=self.database,
            policies=self.book,
            folder=path or self.path,
            complaint_types=tuple(ComplaintType),
        )

    async def notices(self) -> dict[str, dict[str, str]]:
        async with self.database.reading() as session:
            return {notice.kind: dict(notice.details) for notice in await standing_notices(session)}

    async def current(self) -> str:
        async with self.database.reading() as session:
            return worth(await self.book.current(session))


@pytest.fixture
def folder(sqlite: Database, tmp_path: Path) -> Folder:
    path = tmp_path / "policies"
    path.mkdir()
    return Folder(sqlite, path)


async def test_a_changed_file_is_told_and_not_switched(folder: Folder) -> None:
    folder.write("negozio.yaml", text(5))
    await folder.first_start()
    assert await folder.start() == []
    folder.write("negozio.yaml", text(10))
    assert await folder.start() == [("negozio.yaml", True, "negozio.yaml")]
    assert await folder.current() == "5"
    assert await folder.notices() == {NoticeKind.POLICY_CHANGED: {"file": "negozio.yaml"}}


async def test_the_notice_goes_when_the_file_is_what_is_in_use_again(folder: Folder) -> None:
    folder.write("negozio.yaml", text(5))
    await folder.first_start()
    folder.write("negozio.yaml", text(10))
    await folder.start()
    folder.write("negozio.yaml", text(5))
    await folder.start()
    assert await folder.notices() == {}


async def test_a_wrong_file_leaves_the_old_rules_and_is_told_with_its_line(folder: Folder) -> None:
    folder.write("negozio.yaml", text(5))
    await folder.first_start()
    folder.write("negozio.yaml", text(5).replace("voucher", "vuocher"))
    await folder.start()
    assert await folder.current() == "5"
    assert (await folder.notices())[NoticeKind.POLICY_REFUSED] == {
        "file": "negozio.yaml",
        "line": "8",
        "count": "1",
    }


async def test_a_running_program_notices_a_file_that_is_wrong_and_keeps_the_old_rules(folder: Folder) -> None:
    folder.write("negozio.yaml", text(5))
    await folder.first_start()
    watch = folder.watch()
    await watch.look(utcnow())
    assert await folder.notices() == {}

    folder.write("negozio.yaml", text(5).replace("voucher", "vuocher "))
    await watch.look(utcnow())
    assert set(await folder.notices()) == {NoticeKind.POLICY_REFUSED}
    assert await folder.current() == "5"

    folder.write("negozio.yaml", text(10))
    await watch.look(utcnow())
    assert set(await folder.notices()) == {NoticeKind.POLICY_CHANGED}
    assert await folder.current() == "5"

    folder.write("negozio.yaml", text(5))
    await watch.look(utcnow())
    assert await folder.notices() == {}


async def test_a_running_program_reads_files_only_when_they_have_changed(folder: Folder) -> None:
    folder.write("negozio.yaml", text(5))
    await folder.first_start()
    watch = folder.watch()
    await watch.look(utcnow())
    with patch("responses.policy_files.read_folder", side_effect=AssertionError):
        await watch.look(utcnow())


async def test_a_folder_that_is_not_on_this_machine_takes_no_notice_down(folder: Folder) -> None:
    folder.write("negozio.yaml", text(5))
    await folder.first_start()
    folder.write("negozio.yaml", text(10))
    await folder.start()
    await folder.watch(folder.path / "elsewhere").look(utcnow())
    assert set(await folder.notices()) == {NoticeKind.POLICY_CHANGED}


async def test_of_two_files_for_one_audience_the_later_date_is_in_use_and_the_other_is_named(
    folder: Folder,
) -> None:
    folder.write("nuovo.yaml", text(10, effective="2026-06-01"))
    folder.write("vecchio.yaml", text(5))
    await folder.first_start()
    assert await folder.current() == "10"
    assert await folder.start() == [("vecchio.yaml", False, "nuovo.yaml")]
    assert await folder.notices() == {}


async def test_a_file_for_a_day_to_come_waits_and_is_not_called_unused(folder: Folder) -> None:
    later = datetime.now(UTC).date() + timedelta(days=40)
    folder.write("adesso.yaml", text(5))
    folder.write("poi.yaml", text(10, effective=later.isoformat()))
    await folder.first_start()
    assert await folder.current() == "5"
    assert await folder.start() == []


async def test_each_audience_gets_its_file_on_the_first_start(folder: Folder) -> None:
    folder.write("clienti.yaml", text(5))
    folder.write("colleghi.yaml", text(7, audience="colleague"))
    await folder.first_start()
    async with folder.database.reading() as session:
        assert await folder.book.audiences(session) == ["customer", "colleague"]
