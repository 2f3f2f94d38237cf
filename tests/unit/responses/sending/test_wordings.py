"""Standing texts in a business's own words go out once an admin has approved them, and not before."""

import asyncio
from collections.abc import Sequence

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.tables import Agent, Customer, OutboxEntry, StandingText
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.sending.standing import LANGUAGES, StandingWording, standing_text, standing_texts
from responses.sending.standing_texts import StandingTexts
from responses.sending.wordings import (
    Wording,
    approve_wording,
    checked,
    discard_wording,
    propose,
    reset_wording,
    wordings_in,
)
from tests.seed import seed_agent, seed_identity

RECEIPT = standing_text("receipt", "it")
OURS = "Ricevuto, grazie: richiesta n. {number}. Le risponde una persona {when}."
THEIRS = "Eccoci: la sua richiesta è la n. {number}, e una persona risponde {when}."


class Desk:
    """An admin and a supervisor, the texts, and what goes out."""

    def __init__(self, database: Database, config: RoadConfig, admin: Agent, sara: Agent) -> None:
        self.database = database
        self.texts = StandingTexts(config)
        self.admin = admin
        self.sara = sara
        self.sent = 0

    async def proposes(self, text: str) -> str:
        async with self.database.writing() as session:
            return (await propose(session, self.sara, RECEIPT, text, utcnow())).id

    async def approves(self, text_id: str) -> None:
        async with self.database.writing() as session:
            await approve_wording(session, self.admin, RECEIPT, text_id, utcnow())

    async def discards(self, text_id: str) -> None:
        async with self.database.writing() as session:
            await discard_wording(session, self.sara, RECEIPT, text_id, utcnow())

    async def resets(self, text_id: str) -> None:
        async with self.database.writing() as session:
            await reset_wording(session, self.admin, RECEIPT, text_id, utcnow())

    async def wording(self) -> Wording:
        async with self.database.reading() as session:
            return next(one for one in await wordings_in(session, "it") if one.own.name == "receipt")

    async def sends(self, language: str = "it") -> OutboxEntry:
        """A receipt goes out."""
        self.sent += 1
        key = f"receipt:{self.sent}"
        async with self.database.writing() as session:
            await self.texts.enqueue(
                session,
                "receipt",
                chat_key="telegram:1:2",
                language=language,
                dedupe_key=key,
                number="101",
                when="oggi entro le 18:30",
            )
        async with self.database.reading() as session:
            query = select(OutboxEntry).where(OutboxEntry.dedupe_key == key)
            return (await session.scalars(query)).one()


@pytest_asyncio.fixture
async def desk(sqlite: Database, config: RoadConfig) -> Desk:
    async with sqlite.writing() as session:
        await StandingTexts(config).seed(session)
        admin = await seed_agent(session, "Giulia", Role.ADMIN)
        sara = await seed_agent(session, "Sara", Role.SUPERVISOR)
    return Desk(sqlite, config, admin, sara)


async def test_a_proposal_waits_and_the_programs_own_text_goes_out(desk: Desk) -> None:
    await desk.proposes(OURS)
    sent = await desk.sends()
    assert sent.content["text"].startswith("Il suo messaggio è arrivato")
    assert sent.standing_text == RECEIPT.sha256


async def test_an_approved_text_goes_out_in_its_language_only_and_its_version_is_recorded(
    desk: Desk,
) -> None:
    await desk.approves(await desk.proposes(OURS))
    sent = await desk.sends()
    assert sent.content["text"] == (
        "Ricevuto, grazie: richiesta n. 101. Le risponde una persona oggi entro le 18:30."
    )
    in_force = (await desk.wording()).in_force
    assert in_force is not None
    assert (sent.standing_text, in_force.approved_by) == (in_force.sha256, desk.admin.id)
    assert (await desk.sends("en")).content["text"].startswith("Your message has arrived")


async def test_an_approved_text_may_address_the_customer_in_two_ways(desk: Desk) -> None:
    await desk.approves(await desk.proposes("Richiesta n. {number}: (le|ti) risponde una persona {when}."))
    async with desk.database.writing() as session:
        identity = await seed_identity(session)
        identity.chat_key = "telegram:1:2"
        (await session.get_one(Customer, identity.customer_id)).formality = "informal"
    assert (await desk.sends()).content["text"].startswith("Richiesta n. 101: ti risponde")


async def test_while_a_change_waits_the_approved_text_goes_on(desk: Desk) -> None:
    await desk.approves(await desk.proposes(OURS))
    await desk.proposes(THEIRS)
    assert (await desk.sends()).content["text"].startswith("Ricevuto")
    wording = await desk.wording()
    assert wording.waiting is not None
    assert (wording.text, wording.waiting.text) == (OURS, THEIRS)


async def test_a_later_approval_takes_the_place_and_an_earlier_text_may_come_back(desk: Desk) -> None:
    for text in (OURS, THEIRS, OURS):
        await desk.approves(await desk.proposes(text))
    assert (await desk.sends()).content["text"].startswith("Ricevuto")


async def test_the_programs_own_text_comes_back(desk: Desk) -> None:
    first = await desk.proposes(OURS)
    await desk.approves(first)
    await desk.resets(first)
    assert (await desk.sends()).standing_text == RECEIPT.sha256
    assert (await desk.wording()).in_force is None


async def test_a_proposal_that_was_thrown_away_cannot_be_approved(desk: Desk) -> None:
    proposal = await desk.proposes(OURS)
    await desk.discards(proposal)
    with pytest.raises(BlockedError, match="stale"):
        await desk.approves(proposal)
    assert (await desk.wording()).waiting is None


async def test_approval_is_of_the_very_text_that_was_shown(desk: Desk) -> None:
    shown = await desk.proposes(OURS)
    await desk.proposes(THEIRS)
    with pytest.raises(BlockedError, match="stale"):
        await desk.approves(shown)
    assert (await desk.wording()).in_force is None


async def test_a_second_approval_changes_nothing(desk: Desk) -> None:
    proposal = await desk.proposes(OURS)
    await desk.approves(proposal)
    with pytest.raises(BlockedError, match="stale"):
        await desk.approves(proposal)
    assert (await desk.wording()).text == OURS


async def test_two_who_write_at_once_leave_one_proposal(desk: Desk) -> None:
    await asyncio.gather(desk.proposes(OURS), desk.proposes(THEIRS))
    wording = await desk.wording()
    assert wording.waiting is not None
    assert wording.waiting.text in (OURS, THEIRS)


async def test_what_is_in_use_already_need_not_be_approved(desk: Desk) -> None:
    with pytest.raises(BlockedError, match="wording_same"):
        await desk.proposes(f"  {RECEIPT.text}\r\n")


async def test_a_text_that_the_program_can_no_longer_fill_in_does_not_stop_the_sending(desk: Desk) -> None:
    await desk.approves(await desk.proposes(OURS))
    async with desk.database.writing() as session:
        # As an earlier version of the program would have left it.
        row = (await session.scalars(select(StandingText).where(StandingText.text == OURS))).one()
        row.text = "Ricevuto, {name}: richiesta n. {number}."
    assert (await desk.sends()).standing_text == RECEIPT.sha256
    wording = await desk.wording()
    assert (wording.fits, wording.text) == (False, RECEIPT.text)


async def test_a_start_keeps_every_wording_of_the_programs_own(desk: Desk) -> None:
    async def own() -> Sequence[str]:
        async with desk.database.reading() as session:
            query = select(StandingText.text).where(
                StandingText.written_by.is_(None),
                StandingText.name == "receipt",
                StandingText.language == "it",
            )
            return (await session.scalars(query)).all()

    async with desk.database.writing() as session:
        query = select(StandingText).where(StandingText.text == RECEIPT.text)
        row = (await session.scalars(query)).one()
        row.text, row.sha256 = "Come diceva prima, n. {number}, {when}.", "0" * 64
    async with desk.database.writing() as session:
        await desk.texts.seed(session)
        await desk.texts.seed(session)
    assert sorted(await own()) == ["Come diceva prima, n. {number}, {when}.", RECEIPT.text]
    assert (await desk.sends()).standing_text == RECEIPT.sha256


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(" \r\n ", "text_empty", id="empty"),
        pytest.param(OURS + "x" * 1000, "text_long", id="long"),
        pytest.param("Richiesta n. {number}, {quando}.", "wording_field", id="unknown field"),
        pytest.param("Richiesta n. {Number}, {when}.", "wording_field", id="capital"),
        pytest.param("Richiesta n. { number }, {when}.", "wording_field", id="spaces"),
        pytest.param("Richiesta n. {}, {number} {when}.", "wording_field", id="nameless"),
        pytest.param("Richiesta n. {number}.", "wording_missing", id="missing"),
        pytest.param("Richiesta n. {number}, {when.", "wording_missing", id="not closed"),
        pytest.param("Richiesta n. {number}, {when}}.", "wording_brace", id="closed twice"),
        pytest.param("Richiesta n. {{number}}, {when}.", "wording_brace", id="doubled"),
        pytest.param("Richiesta n. {number}, le|ti risponde {when}.", "wording_bar", id="bar alone"),
        pytest.param("Richiesta n. {number}, {when}: 10 euro per lei.", "wording_amount", id="amount"),
        pytest.param("Richiesta n. {number}, {when}: 10% per lei.", "wording_amount", id="percentage"),
        pytest.param("Richiesta n. {number}, {when}: il 10 per cento.", "wording_amount", id="in words"),
        pytest.param("Anfrage {number}, {when}: 10 Prozent.", "wording_amount", id="Prozent"),
        pytest.param("Demande {number}, {when} : 10 pour cent.", "wording_amount", id="pour cent"),
        pytest.param("Caso {number}, {when}: un 10 por ciento.", "wording_amount", id="por ciento"),
        pytest.param("Case {number}, {when}: 10 pounds sterling.", "wording_amount", id="sterling"),
    ],
)
def test_a_text_that_cannot_go_out_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BlockedError) as refused:
        checked(RECEIPT, text)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("Calma, idiota: richiesta n. {number}, risposta {when}.", "insult", id="insult"),
        pytest.param(
            "Richiesta n. {number}. Avrebbe dovuto leggere le condizioni: risposta {when}.",
            "blame_customer",
            id="blame",
        ),
        pytest.param(
            "Ci dispiace se si è sentito trascurato: richiesta n. {number}, risposta {when}.",
            "non_apology",
            id="no apology",
        ),
        pytest.param(
            "Richiesta n. {number}: siamo responsabili del danno. Risposta {when}.",
            "liability",
            id="liability",
        ),
        pytest.param(
            "Richiesta n. {number}, (buongiorno|calma, idiota): risposta {when}.", "insult", id="informally"
        ),
        pytest.param("Gentile [nome], richiesta n. {number}, risposta {when}.", "blank", id="blank"),
        pytest.param(
            "Your message has arrived and it is request no. {number}: one of us will answer you {when}.",
            "wrong_language",
            id="English",
        ),
        pytest.param(
            "Richiesta n. {number}: gliene mandiamo uno nuovo. Risposta {when}.",
            "remedy_undecided",
            id="gift",
        ),
        pytest.param(
            "Richiesta n. {number}: lei reclama spesso, risponde una persona {when}.",
            "signal_told",
            id="signal",
        ),
        pytest.param(
            "Richiesta n. {number}: si è già lamentata più volte, risponde una persona {when}.",
            "signal_told",
            id="a signal that a draft may show",
        ),
    ],
)
def test_a_text_that_no_agent_could_send_is_refused_too(text: str, code: str) -> None:
    with pytest.raises(BlockedError) as refused:
        checked(RECEIPT, text)
    assert (refused.value.reason, refused.value.details["code"]) == ("findings", code)
    assert refused.value.details["words"] in text


def test_the_refusal_names_the_field_and_those_there_are() -> None:
    with pytest.raises(BlockedError) as refused:
        checked(RECEIPT, "Richiesta n. {number}, {quando}.")
    assert refused.value.details == {"field": "{quando}", "known": "{number}, {when}"}


@pytest.mark.parametrize(
    ("text", "reason"), [("Sì,\ncancellate", "wording_lines"), ("Sì, " + "x" * 40, "text_long")]
)
def test_a_button_is_short_and_one_line(text: str, reason: str) -> None:
    with pytest.raises(BlockedError, match=reason):
        checked(standing_text("forget_button", "it"), text)


@pytest.mark.parametrize("own", standing_texts(), ids=lambda one: f"{one.name}-{one.language}")
def test_the_programs_own_texts_would_be_accepted(own: StandingWording) -> None:
    assert checked(own, own.text) == own.text


def test_french_is_set_as_french_is() -> None:
    own = standing_text("receipt", "fr")
    text = checked(own, "C'est bien arrivé : demande n° {number}, réponse {when}.")
    assert "arrivé\u00a0: demande" in text


def sent_as(own: StandingWording, text: str) -> str:
    """What would go out; nothing where the text is refused."""
    try:
        accepted = checked(own, text)
    except BlockedError:
        return ""
    filled = StandingWording(name=own.name, language=own.language, text=accepted)
    return filled.fill(number="1", when="oggi")


@given(st.text(alphabet="{}numberwhen aà€\n", max_size=20), st.sampled_from(LANGUAGES))
def test_whatever_is_accepted_can_be_sent_and_no_bracket_is_left(text: str, language: str) -> None:
    sent = sent_as(standing_text("receipt", language), f"{text}{{number}}{text}{{when}}")
    assert not set("{}") & set(sent)
