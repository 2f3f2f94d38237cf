"""Files that go out with an answer: what is taken, what they are called, and that they can be forgotten."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.states import Direction
from models.tables import Attachment, Case, Customer, Draft, Message
from responses.approving.approval import Approvals
from responses.approving.enclosures import (
    MAX_BYTES,
    MOST,
    Enclosure,
    check_content,
    enclosure,
    enclosures_of,
    with_one_more,
)
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.intake.files import FileStore
from responses.privacy.erasure import erase_person, finish_erasing
from responses.proposed import text_sha256
from tests.seed import bound, seed_agent, seed_case, seed_draft

JPEG = b"\xff\xd8\xff\xe0"


def stored(store: FileStore, content: bytes, name: str = "foto.jpg") -> Enclosure:
    return enclosure(store.put(content), content, name)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "files"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [(JPEG, "photo"), (JPEG + b"0" * 10 * 1024 * 1024, "document"), (b"<svg onload=x>", "document")],
    ids=["a picture", "a picture too large for one", "no picture"],
)
def test_what_a_file_is_its_content_says(store: FileStore, content: bytes, kind: str) -> None:
    assert stored(store, content).kind == kind


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ricevuta.pdf", "ricevuta.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\r\nb:c.txt", "a_b_c.txt"),
        ("", "file"),
        (" . ", "file"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_leads_nowhere(store: FileStore, name: str, kept: str) -> None:
    assert stored(store, b"x", name).name == kept


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "file_empty"), (b"x" * (MAX_BYTES + 1), "file_too_large")],
    ids=["none", "big"],
)
def test_what_cannot_be_sent_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(BlockedError, match=reason):
        check_content(content)


def test_the_same_file_twice_counts_once_and_ten_are_the_most(store: FileStore) -> None:
    files: tuple[Enclosure, ...] = ()
    for number in range(MOST):
        files = with_one_more(files, stored(store, bytes([number])))
    assert len(with_one_more(files, stored(store, bytes([0])))) == MOST
    with pytest.raises(BlockedError, match="files_many"):
        with_one_more(files, stored(store, b"one more"))


def test_another_file_is_another_draft(store: FileStore) -> None:
    one, two = stored(store, b"1"), stored(store, b"2")
    digests = {text_sha256("Ecco.", files) for files in ((), (one,), (two,), (one, two), (two, one))}
    assert len(digests) == 5


async def test_a_file_of_a_draft_that_never_left_is_forgotten_with_the_person(
    sqlite: Database, config: RoadConfig, store: FileStore
) -> None:
    private, shared = stored(store, b"about Marta"), stored(store, b"our price list")
    approvals = Approvals(config)
    async with sqlite.writing() as session:
        agent = await seed_agent(session)
        marta, paolo = await seed_case(session), await seed_case(session)
        for case, files in ((marta, [private, shared]), (paolo, [shared])):
            draft = await seed_draft(session, case)
            await approvals.enclose(session, agent, bound(draft), files)
    async with sqlite.writing() as session:
        customer = await session.get_one(Customer, (await session.get_one(Case, marta.id)).customer_id)
        await erase_person(session, customer, "system")
    await finish_erasing(sqlite, store)
    assert store.path(private.stored_as) is None
    assert store.path(shared.stored_as) is not None
    async with sqlite.reading() as session:
        drafts = await session.scalars(select(Draft).where(Draft.case_id == marta.id))
        assert {enclosures_of(draft) for draft in drafts} == {()}


async def test_what_an_erased_person_sent_stays_where_another_answer_carries_it(
    sqlite: Database, config: RoadConfig, store: FileStore
) -> None:
    shared = stored(store, b"a manual that both have")
    async with sqlite.writing() as session:
        agent = await seed_agent(session)
        marta, paolo = await seed_case(session), await seed_case(session)
        message = Message(
            case_id=marta.id,
            identity_id=marta.identity_id,
            external_id="1",
            direction=Direction.IN,
            text="",
            sent_at=utcnow(),
        )
        session.add(message)
        await session.flush()
        session.add(
            Attachment(message_id=message.id, provider_id="p", kind="document", stored_as=shared.stored_as)
        )
        await Approvals(config).enclose(session, agent, bound(await seed_draft(session, paolo)), [shared])
    async with sqlite.writing() as session:
        await erase_person(session, await session.get_one(Customer, marta.customer_id), "system")
    await finish_erasing(sqlite, store)
    assert store.path(shared.stored_as) is not None
