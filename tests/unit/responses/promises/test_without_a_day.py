"""A promise that names no day: whoever approves says who keeps it and by when, or takes it out."""

from datetime import date, datetime, timedelta

import pytest

from models.clock import utcnow
from models.decision import Role
from models.states import CaseState
from models.tables import Agent
from responses.approving.withholding import Meant
from responses.checks import CheckContext, check_text
from responses.checks.undated import undated_in
from responses.errors import BlockedError
from responses.hours import Interval, OpeningHours
from responses.promises.word_given import FURTHEST, Terms, WordGivenError, without, words_given
from tests.seed import seed_agent
from tests.unit.responses.approving.test_approval import HOURS
from tests.unit.responses.approving.test_withholding import (
    FIFTEEN,
    RESEND,
    SIGNED,
    SORRY,
    Table,
    decided,
    table,
)
from tests.unit.responses.checks.checked import about
from tests.unit.responses.promises.test_word_given import Conversation, any_conversation, conversation

__all__ = ["any_conversation", "conversation", "table"]

PROMISED = Meant.PROMISED
CALL = "Buongiorno Marta, ho letto tutto. La richiamo.\nGiulia"
OFFICE = OpeningHours(zone=HOURS.zone, week=((Interval(start=9 * 60, end=18 * 60),),) * 5 + ((),) * 2)


def said(text: str, context: CheckContext) -> list[str]:
    return [one.words for one in undated_in(text, context)]


async def colleague(conversation: Conversation) -> Agent:
    async with conversation.database.writing() as session:
        return await seed_agent(session, "Sara")


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("it", "Buongiorno Marta, la richiamo.", "la richiamo"),
        ("it", "Ho visto la foto: le rimborseremo la spedizione.", "le rimborseremo la spedizione"),
        ("it", "La ricontattiamo al più presto.", "La ricontattiamo al più presto"),
        ("it", "Le scrivo appena ho notizie.", "Le scrivo appena ho notizie"),
        ("en", "Good morning Marta, we will call you back.", "we will call you back"),
        ("en", "I'll write as soon as I know more.", "I'll write as soon as I know more"),
        ("es", "Buenos días, Marta. La llamaré.", "La llamaré"),
        ("fr", "Bonjour Marta, nous vous rembourserons l'envoi.", "nous vous rembourserons l'envoi"),
        ("de", "Guten Tag Marta, ich rufe Sie zurück.", "ich rufe Sie zurück"),
        ("it", "Verifico se c'è e la richiamo.", "Verifico se c'è e la richiamo"),
        (
            "en",
            "I'll check if it is in stock and call you back.",
            "I'll check if it is in stock and call you back",
        ),
        ("es", "Compruebo si está y la llamaré.", "Compruebo si está y la llamaré"),
        ("fr", "Je vérifie s'il est là et je vous rappelle.", "Je vérifie s'il est là et je vous rappelle"),
        ("de", "Ich frage nach, ob es da ist, und rufe Sie an.", "und rufe Sie an"),
        ("it", "La richiamo se non arriva, comunque le mando la ricevuta.", "comunque le mando la ricevuta"),
        ("it", "La richiamo al numero qui sotto.", "La richiamo al numero qui sotto"),
        ("de", "Ich rufe Sie unter der Nummer unten an.", "Ich rufe Sie unter der Nummer unten an"),
    ],
)
def test_it_is_found_in_every_language(language: str, text: str, words: str) -> None:
    assert said(text, about(language=language)) == [words]
    assert "promise_undated" in [finding.code for finding in check_text(text, about(language=language))]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param("it", "Appena ho la foto, le dico che cosa possiamo fare.", id="hangs on the customer"),
        pytest.param("it", "Se preferisce la richiamiamo noi.", id="left to the customer"),
        pytest.param("it", "Vuole che la richiamiamo?", id="a question"),
        pytest.param("it", "Le abbiamo rimborsato la spedizione.", id="done"),
        pytest.param("it", "Non la richiameremo più per questo.", id="denied"),
        pytest.param("it", "Le mando in allegato la fattura.", id="comes with the text"),
        pytest.param("it", "Le avevamo scritto «la richiamo», e non è successo.", id="quoted"),
        pytest.param("it", "Mi dica se le va bene e la richiamo.", id="asks the customer"),
        pytest.param("it", "Le mando qui sotto la fattura.", id="stands below"),
        pytest.param("it", "Faremo il possibile.", id="nothing that can be kept"),
        pytest.param("en", "If you like, I'll call you.", id="left to the customer, en"),
        pytest.param("de", "Sobald das Foto da ist, melde ich mich.", id="hangs on the customer, de"),
        pytest.param("it", "La richiamo lunedì.", id="has a day"),
        pytest.param("it", "Lunedì, appena apriamo, la richiamo.", id="has a day elsewhere"),
    ],
)
def test_what_promises_nothing_yet_or_names_its_day_is_not(language: str, text: str) -> None:
    assert said(text, about(language=language)) == []


@pytest.mark.parametrize("text", ["Lei scrive «la richiamo lunedì»: ha ragione.", "Scrive «la richiamo»."])
def test_what_somebody_else_said_promises_nothing(text: str) -> None:
    assert words_given(text, about(), HOURS, utcnow()) == ()


def test_whether_is_no_condition_of_what_has_a_day() -> None:
    (given,) = words_given("Chiedo se c'è e la richiamo lunedì.", about(), HOURS, utcnow())
    assert given.promise.what.endswith("la richiamo")


def test_what_stands_as_it_was_composed_is_not_asked_about() -> None:
    composed = "Buongiorno Marta, guardiamo noi. Le faremo sapere.\n{agent}"
    assert said(composed, about(composed=composed)) == []
    edited = composed.replace("guardiamo noi.", "guardiamo noi e la richiamiamo.")
    assert said(edited, about(composed=composed)) == ["la richiamiamo"]


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        ("refund25", "Buongiorno Marta, le restituiremo 25 €."),
        ("refund25", "Buongiorno Marta, facciamo noi: le rimborseremo la somma."),
        ("repair", "Buongiorno Marta, gliela ripariamo e la ritireremo noi."),
        ("resend", "Buongiorno Marta, le rimandiamo il pacco, che parte {due:1}."),
    ],
)
def test_what_the_decision_puts_into_the_books_is_not_asked_about(decision: str, text: str) -> None:
    assert said(text, about(decision=decision, composed="Buongiorno Marta.")) == []


def test_what_an_error_stops_is_told_once() -> None:
    text = "Buongiorno Marta, le rimborsiamo 40 €."
    assert [finding.code for finding in check_text(text, about())] == ["amount_above"]


async def test_the_next_working_day_is_proposed(conversation: Conversation) -> None:
    friday = datetime(2026, 11, 20, 11, 0, tzinfo=OFFICE.zone)
    (given,) = words_given(CALL, about(), OFFICE, friday)
    assert (given.words, given.dated) == ("La richiamo", False)
    assert given.due_at == datetime(2026, 11, 23, 18, 0, tzinfo=OFFICE.zone)


async def test_unless_somebody_says_otherwise_it_is_due_then_and_theirs(
    any_conversation: Conversation,
) -> None:
    conversation = await any_conversation.writes(CALL)
    (given,) = await conversation.asked()
    assert await conversation.outbox() == []
    await conversation.sends({given.key: PROMISED})
    (promise,) = await conversation.promises()
    assert (promise.what, promise.owner_id) == ({"it": "La richiamo"}, conversation.agent.id)
    assert promise.due_at.date() == given.due_at.date()
    assert await conversation.state() == CaseState.PROMISED


async def test_who_approves_names_the_day_and_who_keeps_it(any_conversation: Conversation) -> None:
    conversation = await any_conversation.writes(CALL)
    sara = await colleague(conversation)
    (given,) = await conversation.asked()
    day = utcnow().astimezone(HOURS.zone).date() + timedelta(days=9)
    terms = {given.key: Terms(day=day, owner_id=sara.id)}
    await conversation.sends({given.key: PROMISED}, terms)
    (promise,) = await conversation.promises()
    assert (promise.due_at.astimezone(HOURS.zone).date(), promise.owner_id) == (day, sara.id)


@pytest.mark.parametrize("days", [-1, FURTHEST.days + 2])
async def test_a_day_that_is_over_or_too_far_is_refused(conversation: Conversation, days: int) -> None:
    await conversation.writes(CALL)
    (given,) = await conversation.asked()
    terms = {given.key: Terms(day=utcnow().astimezone(HOURS.zone).date() + timedelta(days=days))}
    with pytest.raises(BlockedError, match="promise_day"):
        await conversation.sends({given.key: PROMISED}, terms)
    assert (await conversation.promises(), await conversation.outbox()) == ([], [])


async def test_who_works_here_no_more_keeps_nothing(conversation: Conversation) -> None:
    await conversation.writes(CALL)
    sara = await colleague(conversation)
    async with conversation.database.writing() as session:
        (await session.merge(sara)).removed_at = utcnow()
    (given,) = await conversation.asked()
    with pytest.raises(BlockedError, match="promise_owner"):
        await conversation.sends({given.key: PROMISED}, {given.key: Terms(owner_id=sara.id)})


async def test_a_day_that_the_text_names_is_not_changed(conversation: Conversation) -> None:
    await conversation.writes("Buongiorno Marta, la richiamo lunedì.\nGiulia")
    (given,) = await conversation.asked()
    await conversation.sends({given.key: PROMISED}, {given.key: Terms(day=date(2030, 1, 1))})
    (promise,) = await conversation.promises()
    assert promise.due_at.astimezone(HOURS.zone).weekday() == 0


async def test_taken_out_it_is_gone(conversation: Conversation) -> None:
    await conversation.writes(CALL)
    (given,) = await conversation.asked()
    assert (await conversation.takes_out(given.key)).text == "Buongiorno Marta, ho letto tutto.\nGiulia"


def test_beside_one_with_a_day_each_is_asked_about() -> None:
    text = "La richiamo lunedì e le mando il pezzo di ricambio."
    call, part = words_given(text, about(), HOURS, utcnow())
    assert [(one.promise.what, one.dated) for one in (call, part)] == [
        ("La richiamo", True),
        ("le mando il pezzo di ricambio", False),
    ]
    assert without(text, part, "it") == "La richiamo lunedì."


async def test_beside_an_offer_it_is_asked_about_as_well(table: Table) -> None:
    await table.lays(decided(FIFTEEN), f"{SORRY} Le rimborsiamo 15 €.{SIGNED}")
    await table.edits(f"{SORRY} Le rimborsiamo 15 €. La richiamo.{SIGNED}")
    with pytest.raises(WordGivenError) as asked:
        await table.sends()
    (given,) = asked.value.given
    assert given.words == "La richiamo"
    await table.sends({given.key: PROMISED})
    assert await table.promised() == ["il rimborso", "La richiamo"]


async def test_off_policy_too_before_the_reason(table: Table) -> None:
    await table.lays(decided(FIFTEEN), f"{SORRY} Le rimborsiamo 15 €.{SIGNED}", Role.SUPERVISOR)
    await table.edits(f"{SORRY} Le rimborsiamo 20 €. La richiamo.{SIGNED}")
    with pytest.raises(WordGivenError) as asked:
        await table.sends()
    (given,) = asked.value.given
    await table.sends({given.key: PROMISED}, reason="Ha aspettato un mese.")
    assert sorted(await table.promised()) == ["La richiamo", "il rimborso"]


async def test_a_commitment_in_other_words_is_no_second_promise(table: Table) -> None:
    await table.lays(decided(commitments=(RESEND,)), f"{SORRY} Rispediamo il pacco {{due:1}}.{SIGNED}")
    await table.edits(f"{SORRY} Le rimanderemo il pacco.{SIGNED}")
    assert await table.asked() == ["rispediamo il pacco"]
    await table.sends({"d1": Meant.WORDED})
    assert await table.promised() == ["rispediamo il pacco"]
