"""Photos and papers that customers send in the web chat."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from models.clock import utcnow
from models.tables import Attachment, Case, Customer, Message, Setting, Update
from responses.intake.files import FileStore
from responses.intake.filing import MAX_FILE_BYTES
from responses.privacy import strays
from responses.privacy.erasure import erase_person, finish_erasing
from responses.privacy.strays import remove_strays
from responses.reading import read_case
from tests.unit.desk.conftest import classify

JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
PDF = b"%PDF-1.7\n" + bytes(50)


async def send(browser, content=JPEG, name="danno.jpg", message_id="0123456789", **more):
    token = await browser.token("/chat")
    about = quote(json.dumps({"id": message_id, "file": name, **more}))
    headers = {"X-CSRF-Token": token, "X-Message": about, "Content-Type": "application/octet-stream"}
    return await browser.client.post("/chat/files", content=content, headers=headers)


async def said(browser):
    return (await browser.open("/chat/messages")).json()["messages"]


async def count(house, table):
    async with house.database.reading() as session:
        return (await session.scalars(select(func.count()).select_from(table))).one()


async def test_a_photo_without_a_word_becomes_a_case_that_shows_it(house):
    customer = house.stranger()
    assert (await send(customer)).json() == {"ok": True}
    await house.settle()
    async with house.database.reading() as session:
        file = (await session.scalars(select(Attachment))).one()
        number = (await session.scalars(select(Case.number))).one()
        case_id = (await session.scalars(select(Case.id))).one()
    read = await read_case(house.database, classify, case_id)
    assert (file.kind, file.name, file.mime, file.size) == ("photo", "danno.jpg", "image/jpeg", len(JPEG))
    # What tells the rules that a photo has come.
    assert read.pictured == {message.id for message in read.messages}
    agent = await house.browser()
    page = (await agent.open(f"/cases/{number}")).text
    assert f"/files/{file.id}" in page
    assert (await agent.open(f"/files/{file.id}")).content == JPEG


async def test_the_queue_tells_the_words_that_a_photo_follows(house):
    customer = house.stranger()
    text = {"id": "abcdefgh", "text": "Il vaso è arrivato rotto, ecco la foto"}
    await customer.act("/chat/messages", text, page="/chat")
    await send(customer)
    await house.settle()
    queue = (await (await house.browser()).open("/queue")).text
    assert "Il vaso è arrivato rotto" in queue
    assert "(senza testo)" not in queue


async def test_it_is_in_the_conversation_before_and_after_it_is_filed(house):
    customer = house.stranger()
    await send(customer)
    assert [one["text"] for one in await said(customer)] == ["📎 danno.jpg"]
    await house.settle()
    shown, _receipt = await said(customer)
    assert shown["picture"] is True
    served = await customer.open(shown["file"])
    assert (served.content, served.headers["content-type"]) == (JPEG, "image/jpeg")
    assert "sandbox" in served.headers["content-security-policy"]


async def test_nobody_else_can_open_it(house):
    customer = house.stranger()
    await send(customer)
    await house.settle()
    shown, _receipt = await said(customer)
    other = house.stranger()
    await other.open("/chat")
    assert (await other.open(shown["file"])).status_code == 404
    assert (await house.stranger().open(shown["file"])).status_code == 403


async def test_sent_twice_it_is_one_message(house):
    customer = house.stranger()
    await send(customer)
    await house.settle()
    await send(customer)
    await house.settle()
    async with house.database.reading() as session:
        written = (await session.scalars(select(Message.id).where(Message.direction == "in"))).all()
    assert len(written) == await count(house, Attachment) == 1


@pytest.mark.parametrize(
    ("content", "kind", "mime"),
    [
        (PDF, "document", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "photo", "image/png"),
        (bytes(4) + b"ftypmp42" + bytes(20), "video", "video/mp4"),
        (bytes(4) + b"ftypheic" + bytes(20), "document", "image/heif"),
    ],
    ids=["a paper", "a picture", "a film", "a picture of a telephone"],
)
async def test_its_first_bytes_say_what_it_is(house, content, kind, mime):
    await send(house.stranger(), content, name="foto.jpg")
    await house.settle()
    async with house.database.reading() as session:
        file = (await session.scalars(select(Attachment))).one()
    assert (file.kind, file.mime) == (kind, mime)


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", 400, "file_empty"),
        (b"<svg onload=alert(1)>", 415, "file_kind"),
        (b"MZ" + bytes(100), 415, "file_kind"),
        (JPEG[:4] + bytes(MAX_FILE_BYTES), 413, "file_large"),
    ],
    ids=["empty", "a drawing that runs", "a program", "too large"],
)
async def test_what_is_not_taken_is_told_in_words_and_leaves_nothing(house, content, status, reason):
    refused = await send(house.stranger(), content)
    assert (refused.status_code, refused.json()["reason"]) == (status, reason)
    assert refused.json()["sentence"]
    assert await count(house, Update) == 0
    assert house.road.files.older_than(utcnow() + timedelta(days=1)) == []


async def test_a_larger_body_is_not_even_read(house):
    refused = await send(house.stranger(), JPEG + bytes(22 * 1024 * 1024))
    assert refused.status_code == 413


async def test_a_name_means_nothing_to_a_file_system(house):
    await send(house.stranger(), name="../../etc/pass\x00wd<b>.jpg")
    await house.settle()
    async with house.database.reading() as session:
        name = (await session.scalars(select(Attachment.name))).one()
    assert not set(name) & set("/\\\x00<>")


async def test_without_the_pages_token_nothing_is_taken(house):
    customer = house.stranger()
    await customer.open("/chat")
    about = quote(json.dumps({"id": "0123456789", "file": "a.jpg"}))
    refused = await customer.client.post("/chat/files", headers={"X-Message": about}, content=JPEG)
    assert refused.status_code == 403
    assert await count(house, Update) == 0


async def test_so_many_and_no_more_in_an_hour(house):
    customer = house.stranger()
    answers = [
        await send(customer, JPEG + bytes([number]), message_id=f"message-{number}") for number in range(21)
    ]
    assert [one.status_code for one in answers] == [200] * 20 + [429]
    assert answers[-1].json()["sentence"]


async def test_it_goes_when_its_sender_is_erased(house):
    await send(house.stranger())
    await house.settle()
    async with house.database.writing() as session:
        customer = (await session.scalars(select(Customer))).one()
        await erase_person(session, customer, "system")
    await finish_erasing(house.database, house.road.files)
    assert house.road.files.older_than(utcnow() + timedelta(days=1)) == []


async def _stray(files: FileStore, content: bytes) -> str:
    return (await asyncio.to_thread(files.put, content)).stored_as


async def test_a_content_that_nobody_names_goes_after_a_day(house, monkeypatch: Any) -> None:
    files = house.road.files
    await send(house.stranger())
    await house.settle()
    await send(house.stranger(), PDF)  # stored, and not filed yet
    stray = await _stray(files, b"broken off")
    monkeypatch.setattr(strays, "_AGE", timedelta(days=-1))
    # The first day nothing goes: the database may be a new one beside an old store.
    assert await remove_strays(house.database, files) == 0
    path = files.path(stray)
    somebody_elses = path.parents[1] / "other" / "invoice.pdf"
    somebody_elses.parent.mkdir()
    somebody_elses.write_bytes(b"not of this program")
    async with house.database.writing() as session:
        await session.merge(Setting(name="strays_done", value="2026-01-01"))
    assert await remove_strays(house.database, files) == 1
    assert somebody_elses.exists()
    assert files.path(stray) is None
    assert len(files.older_than(utcnow() + timedelta(days=1))) == 2
    # Once a day: the next start looks at nothing.
    assert await _stray(files, b"once more")
    assert await remove_strays(house.database, files) == 0
