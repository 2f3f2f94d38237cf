"""Erasing a person, proven by looking for their words: in every table, and in every byte on disk.

Each way in brings a word that stands nowhere else. Afterwards it must stand nowhere at all.
"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, text, update

from desk.app import create_app
from desk.security import SESSION_COOKIE
from models.assessment import Amount, Entities
from models.clock import utcnow
from models.database import sqlite_url
from models.decision import Duration, DurationUnit, Role
from models.states import CaseState, OutboxState, PromiseState
from models.tables import (
    Approval,
    Attachment,
    Base,
    Case,
    Customer,
    Event,
    Identity,
    LedgerEntry,
    Message,
    OutboxEntry,
    Promise,
    Update,
)
from responses.people.agents import agent_by_name, open_session
from responses.privacy.erasure import erase_person, finish_erasing
from responses.privacy.export import export_person, find_people
from responses.privacy.retention import Retention, kept_since
from tests.bot_bench import BotBench
from tests.databases import PostgresServer
from tests.telegram import User

DESK = "http://desk.test"
WORD = re.compile(rb"zq[a-z]+zq")


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BotBench]:
    url = sqlite_url(tmp_path / "bench.sqlite")
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_url()
    async with BotBench(tmp_path, database_url=url) as opened:
        shop = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
        # The number of an order may be typed by an agent as well.
        typed = shop.replace("from: [message, customer, book]", "from: [message, customer, book, agent]", 1)
        assert typed != shop
        async with opened.database.writing() as session:
            await opened.road.policies.load(session, {"negozio.yaml": typed})
        yield opened


class Browser:
    """An agent's browser at the desk of the bench."""

    def __init__(self, bench: BotBench) -> None:
        app = create_app(
            bench.road,
            secret="a secret of the tests",
            public_url=DESK,
            language="it",
            model_ready=lambda: True,
            telegram=lambda: None,
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=DESK)

    async def sign_in(self, bench: BotBench, name: str) -> None:
        async with bench.database.writing() as session:
            token, _ = await open_session(session, await agent_by_name(session, name))
        self.client.cookies.set(SESSION_COOKIE, token, domain="desk.test")

    async def token(self, path: str = "/password") -> str:
        found = re.search(r'data-csrf="([^"]+)"', (await self.client.get(path)).text)
        assert found is not None
        return found[1]

    async def act(self, path: str, content: dict[str, object]) -> httpx.Response:
        headers = {"X-CSRF-Token": await self.token(), "Accept": "application/json"}
        return await self.client.post(path, json=content, headers=headers)

    async def shown(self, number: int) -> dict[str, object]:
        state = (await self.client.get(f"/cases/{number}/parts")).json()["state"]
        return {name: state[name] for name in ("draft_id", "draft_revision", "sha256", "revision", "text")}


async def rows(bench: BotBench) -> bytes:
    """Every row of every table, as the database writes it out."""
    async with bench.database.reading() as session:
        found = [
            repr((await session.execute(text(f"SELECT * FROM {table.name}"))).all())
            for table in Base.metadata.sorted_tables
        ]
    return "\n".join(found).encode()


def bytes_under(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def words_in(content: bytes) -> list[bytes]:
    return sorted(set(WORD.findall(content)))


async def number_of(bench: BotBench, channel: str) -> int:
    async with bench.database.reading() as session:
        query = select(Case.number).where(Case.channel.startswith(channel)).order_by(Case.number.desc())
        return (await session.scalars(query)).first() or 0


async def everything_in(bench: BotBench) -> tuple[User, Browser, dict[str, int]]:
    """Three people and an agent use every way in; the numbers of the three cases."""
    bench.say_also(
        entities=Entities(
            order_ids=("zqorderzq",),
            emails=("zqmailzq@example.org",),
            phone_numbers=("zqphonezq",),
            ibans=("zqibanzq",),
            fiscal_codes=("zqcodezq",),
            other_numbers=("zqnumberzq",),
            amounts=(Amount(value=Decimal("49.90"), currency="EUR"),),
        )
    )
    giulia = await bench.hire("Giulia", Role.ADMIN)
    marta = bench.telegram.user("zqnamezq")
    first = marta.send("Il pacco zqfirstzq non arriva ancora.")
    marta.edit(first, "Il pacco zqeditzq non arriva ancora.")
    marta.send_photo(caption="zqcaptionzq", content=b"zqphotozq")
    marta.send_document(b"zqcontentzq", name="zqfilenamezq.pdf")
    marta.send_contact("zqcontactzq")
    marta.send("/persona zqwishzq")
    await bench.settled()
    await bench.bot.fetch_missing()
    card = await bench.card(giulia, "zqeditzq")
    giulia.send("Ho parlato con zqnotezq al banco.", reply_to=card)
    giulia.press(card, "Modifica")
    prompt = await bench.prompt(giulia, card)
    giulia.send("Buongiorno, è tutto risolto zqdraftzq.\nGiulia", reply_to=prompt)
    await bench.settled()
    browser = Browser(bench)
    await browser.sign_in(bench, "Giulia")
    telegram = await number_of(bench, "telegram")
    for path, content in (
        ("note", {"text": "zqdesknotezq"}),
        ("facts", {"name": "order_id", "value": "zqfactzq"}),
    ):
        assert (await browser.act(f"/cases/{telegram}/{path}", content)).json()["ok"] is True
        await bench.settled()
    shown = await browser.shown(telegram)
    passed = await browser.act(
        f"/cases/{telegram}/pass-on", shown | {"text": "zqpassedzq", "reason": "zqreasonzq"}
    )
    assert passed.json()["ok"] is True
    await bench.settled()
    shown = await browser.shown(telegram)
    answer = shown | {"text": "Eccoci zqanswerzq."}
    asked = (await browser.act(f"/cases/{telegram}/approve", answer)).json()["unsaid"]
    meant = {one["key"]: "withheld" for one in asked}
    sent = await browser.act(f"/cases/{telegram}/approve", answer | {"meant": meant})
    assert sent.json()["ok"] is True
    await marta.sees("zqanswerzq")
    await bench.settled()
    marta.send("E allora zqagainzq, quando arriva?")
    await bench.settled()
    assert (await browser.act(f"/cases/{telegram}/typed", {"text": "zqtypedzq"})).json()["kept"] is True

    web_page = await browser.client.get("/chat")
    token = re.search(r'data-csrf="([^"]+)"', web_page.text)
    assert token is not None
    written = {"id": "message-1", "text": "Sono zqwebzq e aspetto il pacco.", "name": "zqwebnamezq"}
    said = await browser.client.post("/chat/messages", json=written, headers={"X-CSRF-Token": token[1]})
    assert said.json() == {"ok": True}
    await bench.settled()

    typed = {
        "text": "Ha telefonato zqdeskzq per il pacco.",
        "channel": "phone",
        "name": "zqcallerzq",
        "at": "",
    }
    opened = await browser.client.post("/cases/new", data=typed | {"csrf": await browser.token()})
    assert opened.status_code == 303
    await bench.settled()
    return (
        marta,
        browser,
        {
            "telegram": telegram,
            "web": await number_of(bench, "web"),
            "desk": await number_of(bench, "desk"),
        },
    )


@pytest.mark.slow
async def test_after_erasing_no_word_is_left_in_any_table_or_byte(bench: BotBench, tmp_path: Path) -> None:
    marta, browser, numbers = await everything_in(bench)
    ways = words_in(await rows(bench))
    assert len(ways) >= 21, ways
    assert set(words_in(bytes_under(tmp_path / "files"))) == {b"zqphotozq", b"zqcontentzq"}

    marta.send("/dimenticami")
    question = await marta.sees("Vanno via messaggi, file e nome")
    marta.press(question, "Sì, cancellate tutto")
    await marta.sees("non ha più niente di lei")
    await bench.settled()
    sure = {"sure": "yes", "csrf": await browser.token()}
    assert (await browser.client.post(f"/cases/{numbers['web']}/erase", data=sure)).status_code == 303
    async with bench.database.writing() as session:
        (caller,) = await find_people(session, "ZQCALLERZQ")
        assert await erase_person(session, caller, "system") is not None
    await finish_erasing(bench.database, bench.road.files)

    assert words_in(await rows(bench)) == []
    assert str(marta.id).encode() not in await rows(bench)
    await bench.database.leave_no_traces(rebuild=False)
    assert words_in(bytes_under(tmp_path)) == []
    # The page that stayed open and the buttons that were shown bring nothing back.
    late = await browser.act(f"/cases/{numbers['telegram']}/typed", {"text": "zqlatezq"})
    assert (late.status_code, late.json()["reason"]) == (409, "erased")
    assert (await browser.act(f"/cases/{numbers['web']}/note", {"text": "zqlatezq"})).status_code == 409
    assert words_in(await rows(bench)) == []


async def ask(bench: BotBench, user: User, words: str = "Sì, cancellate tutto") -> None:
    """Asks to be forgotten and presses the button."""
    user.send("/dimenticami")
    question = await user.sees("Non si può tornare indietro")
    user.press(question, words)
    await bench.settled()


async def settle(bench: BotBench) -> None:
    """Every case is answered."""
    await bench.settled()
    async with bench.database.writing() as session:
        await session.execute(update(Case).values(state=CaseState.ANSWERED, answered_at=utcnow()))


async def people(bench: BotBench) -> list[tuple[str | None, bool]]:
    """Names, and who was erased."""
    async with bench.database.reading() as session:
        found = await session.scalars(select(Customer).order_by(Customer.name))
        return sorted(((one.name, one.erased_at is not None) for one in found), key=str)


async def test_the_last_word_addresses_them_as_the_question_did(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    await settle(bench)
    async with bench.database.writing() as session:
        await session.execute(update(Customer).values(formality="informal"))
    await ask(bench, marta)
    await marta.sees("non ha più niente di te")


async def test_who_writes_again_is_somebody_new(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    await settle(bench)
    await ask(bench, marta)
    await marta.sees("non ha più niente di lei")
    marta.send("Buongiorno, un'altra cosa: cerco un maglione.")
    await bench.settled()
    assert await people(bench) == [("Marta", False), (None, True)]
    async with bench.database.reading() as session:
        chats = (await session.scalars(select(Case.chat_key).order_by(Case.number))).all()
    assert chats[0].startswith("erased:")
    assert chats[1].endswith(f":{marta.id}")


async def test_a_button_that_is_too_old_erases_nothing(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    await settle(bench)
    marta.send("/dimenticami")
    question = await marta.sees("Non si può tornare indietro")
    async with bench.database.writing() as session:
        old = utcnow() - timedelta(minutes=16)
        asked = OutboxEntry.dedupe_key.startswith("forget_ask:")
        await session.execute(update(OutboxEntry).where(asked).values(created_at=old))
    marta.press(question, "Sì, cancellate tutto")
    await marta.sees("non vale più")
    assert await people(bench) == [("Marta", False)]


async def test_nobody_can_press_another_persons_button(bench: BotBench) -> None:
    marta, paolo = bench.telegram.user("Marta"), bench.telegram.user("Paolo")
    for user in (marta, paolo):
        user.send("Il pacco non è arrivato, dov'è?")
    await settle(bench)
    marta.send("/dimenticami")
    asked = await marta.sees("Non si può tornare indietro")
    data = asked.button("Sì, cancellate tutto").data
    assert data is not None
    paolo.send("/privacy")
    paolo.press_data(await paolo.sees("/dimenticami"), data)
    await paolo.sees("non vale più")
    assert await people(bench) == [("Marta", False), ("Paolo", False)]


async def test_nobody_known_has_nothing_and_leaves_nothing(bench: BotBench) -> None:
    stranger = bench.telegram.user("zqstrangerzq")
    stranger.send("/start")
    stranger.send("/dimenticami")
    await stranger.sees("non ha niente di lei")
    await bench.settled()
    await finish_erasing(bench.database, bench.road.files)
    left = await rows(bench)
    assert b"zqstrangerzq" not in left
    assert str(stranger.id).encode() not in left


async def test_an_open_case_and_a_promise_are_left_to_an_agent_without_content(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    card = await bench.card(giulia, "dov'è?")
    giulia.press(card, "Approva e invia")
    await bench.settled()
    async with bench.database.writing() as session:
        approval = (await session.scalars(select(Approval))).one()
        session.add(
            Promise(
                case_id=approval.case_id,
                approval_id=approval.id,
                what={"it": "il rimborso"},
                due_at=utcnow() + timedelta(days=3),
            )
        )
        await session.execute(update(Case).values(state=CaseState.PROMISED))
    marta.send("/dimenticami")
    question = await marta.sees("È ancora aperta la richiesta n. 101")
    marta.press(question, "Sì, cancellate tutto")
    await giulia.sees("ha fatto cancellare i suoi dati")
    async with bench.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
        promises = (await session.scalars(select(Promise).order_by(Promise.id))).all()
    assert (case.flag, case.state) == ("erased", CaseState.PROMISED)
    assert promises[-1].state == PromiseState.OPEN


async def test_what_has_not_left_never_leaves(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    await bench.settled()
    async with bench.database.writing() as session:
        await session.execute(update(OutboxEntry).values(state=OutboxState.UNCONFIRMED))
        await erase_person(session, (await session.scalars(select(Customer))).one(), "system")
    async with bench.database.reading() as session:
        states = set((await session.scalars(select(OutboxEntry.state))).all())
    assert states == {OutboxState.CANCELLED}


async def test_a_file_that_somebody_else_sent_as_well_stays_theirs(bench: BotBench, tmp_path: Path) -> None:
    marta, paolo = bench.telegram.user("Marta"), bench.telegram.user("Paolo")
    marta.send_photo(caption="Il danno al maglione", content=b"the same photo")
    paolo.send_photo(caption="Anche il mio è rotto", content=b"the same photo")
    await bench.settled()
    await bench.bot.fetch_missing()
    for name, left in (("Marta", 1), ("Paolo", 0)):
        async with bench.database.writing() as session:
            (person,) = await find_people(session, name)
            await erase_person(session, person, "system")
        await finish_erasing(bench.database, bench.road.files)
        async with bench.database.reading() as session:
            stored = (await session.scalars(select(Attachment.stored_as))).all()
        assert [bench.road.files.path(one) is not None for one in stored if one] == [True] * left
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


async def test_amounts_dates_labels_and_events_stay(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    giulia.press(await bench.card(giulia, "dov'è?"), "Approva e invia")
    await bench.settled()

    async def kept() -> tuple[object, ...]:
        async with bench.database.reading() as session:
            return (
                (await session.execute(select(Case.number, Case.urgency, Case.created_at))).all(),
                (await session.execute(select(LedgerEntry.amount_minor, LedgerEntry.basis))).all(),
                (await session.execute(select(Approval.agent_id, Approval.created_at))).all(),
                (await session.execute(select(Message.sent_at).order_by(Message.id))).all(),
                (await session.scalars(select(Event.action).order_by(Event.id))).all()[:4],
            )

    before = await kept()
    async with bench.database.writing() as session:
        await erase_person(session, (await session.scalars(select(Customer))).one(), "system")
    assert await kept() == before


async def test_words_that_wait_to_be_worked_off_are_erased_with_the_rest(bench: BotBench) -> None:
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    await bench.settled()
    async with bench.database.writing() as session:
        chat = (await session.scalars(select(Identity.chat_key))).one()
        waiting = {"source": "web", "external_id": "x", "chat_key": chat, "raw": "zqwaitingzq"}
        session.add(Update(**waiting, customer_says=True))
    async with bench.database.writing() as session:
        await erase_person(session, (await session.scalars(select(Customer))).one(), "system")
    assert words_in(await rows(bench)) == []
    await bench.settled()
    assert await people(bench) == [(None, True)]


async def test_an_export_shows_all_that_was_said_and_kept(bench: BotBench) -> None:
    marta, paolo = bench.telegram.user("Marta"), bench.telegram.user("Paolo")
    marta.send("Il mio pacco non è arrivato.")
    marta.send_photo(caption="Ecco la foto", content=b"the photo")
    paolo.send("Qui scrive Paolo e nessun altro.")
    await bench.settled()
    await bench.bot.fetch_missing()
    async with bench.database.reading() as session:
        (person,) = await find_people(session, str(marta.id))
        export = await export_person(session, person, bench.road.files)
    said = [message["text"] for message in export["cases"][0]["messages"] if message["direction"] == "in"]
    assert said == ["Il mio pacco non è arrivato.", "Ecco la foto"]
    assert export["person"]["name"] == "Marta"
    assert "dGhlIHBob3Rv" in str(export)  # the photo, as base64
    assert "Paolo" not in str(export)


async def test_only_what_is_settled_and_older_is_blanked(bench: BotBench) -> None:
    old, young, waiting = (bench.telegram.user(name) for name in ("Vecchia", "Nuova", "Aperta"))
    for user, word in ((old, "zqoldzq"), (young, "zqyoungzq"), (waiting, "zqwaitingzq")):
        user.send(f"Il pacco {word} non è arrivato.")
    await bench.settled()
    long_ago = utcnow() - timedelta(days=400)
    async with bench.database.writing() as session:
        closed = {"state": CaseState.CLOSED, "closed_at": long_ago, "created_at": long_ago}
        lately = {"state": CaseState.CLOSED, "closed_at": utcnow()}
        known = await session.execute(select(Customer.name, Customer.id))
        ids = {str(name): str(one) for name, one in known}
        for name, change in (
            ("Vecchia", closed),
            ("Nuova", lately),
        ):
            await session.execute(update(Case).where(Case.customer_id == ids[name]).values(**change))
        for name in ("Vecchia", "Aperta"):
            identity = select(Identity.id).where(Identity.customer_id == ids[name])
            for table, condition in (
                (Message, Message.identity_id.in_(identity)),
                (Customer, Customer.id == ids[name]),
            ):
                await session.execute(update(table).where(condition).values(created_at=long_ago))
    length = Duration(count=12, unit=DurationUnit.MONTHS)
    retention = Retention(bench.database, bench.road.files, length, bench.config.timezone)
    await retention.run()
    # A portion at a time: a person goes once nothing is left of their cases.
    await retention.run()
    assert words_in(await rows(bench)) == [b"zqwaitingzq", b"zqyoungzq"]
    assert dict(await people(bench)) == {None: True, "Nuova": False, "Aperta": False}


@pytest.mark.parametrize(
    ("length", "month", "year"),
    [
        (Duration(count=1, unit=DurationUnit.MONTHS), 2, 2027),
        (Duration(count=13, unit=DurationUnit.MONTHS), 2, 2026),
        (Duration(count=31, unit=DurationUnit.DAYS), 2, 2027),
    ],
    ids=["a month", "more than a year", "days"],
)
def test_months_end_where_the_month_does(length: Duration, month: int, year: int) -> None:
    now = datetime(2027, 3, 31, 12, tzinfo=UTC)
    assert kept_since(now, length) == datetime(year, month, 28, 12, tzinfo=UTC)
