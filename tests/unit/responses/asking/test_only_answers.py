"""Which messages do nothing but answer a question, in the policies that Rimedio brings."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from models.assessment import Amount, Assessment, Entities
from models.tables import Message
from responses.asking.only_answers import only_answers
from responses.asking.questions import Question, question_before
from tests.unit.responses.asking.sample_policies import asked_of, sample
from tests.unit.responses.triage_road import assessed, label

ASKED_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
DOWN = ("telefonia", "order_id", "days_down")
RETURNED = ("negozio", "withdrawn_on", "order_id")
STAY = ("albergo", "guest_in_house")
MISREAD = assessed("complaint", "staff_conduct", tone=label("angry"))


def answers(
    about: tuple[str, ...],
    text: str,
    read: Assessment = MISREAD,
    *,
    language: str = "it",
    has_picture: bool = False,
    by_an_agent: bool = False,
) -> bool:
    policy = sample(about[0])
    message = Message(id="m", text=text, created_at=ASKED_AT + timedelta(hours=1))
    found = only_answers(
        [message],
        {"m": replace(read, language=language)},
        [Question(at=ASKED_AT, asked=asked_of(policy, *about[1:]))],
        policy,
        pictured=["m"] if has_picture else [],
        by_an_agent=["m"] if by_an_agent else [],
    )
    return found == {"m"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("6 giorni", "it"),
        ("sono sei giorni", "it"),
        ("Sono 6 giorni che aspetto!!!", "it"),
        ("la linea è ferma da sei giorni ormai", "it"),
        ("Internet non funziona da 6 giorni", "it"),
        ("6 giorni. È una vergogna", "it"),
        ("Non ce l'ho, ho cancellato la mail", "it"),
        ("six days", "en"),
        ("for six days now, thanks", "en"),
        ("I don't have it, sorry", "en"),
        ("llevo 6 días", "es"),
        ("desde hace una semana", "es"),
        ("depuis 6 jours", "fr"),
        ("seit sechs Tagen, danke", "de"),
        ("Keine Ahnung", "de"),
    ],
)
def test_an_answer_and_no_more_leaves_the_matter_alone(text: str, language: str) -> None:
    assert answers(DOWN, text, language=language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("sono 6 giorni, e inoltre mi avete addebitato due volte", "it"),
        ("sono 6 giorni mi avete addebitato due volte", "it"),
        ("6 giorni e mi avete truffato", "it"),
        ("6 giorni, il rimborso non arriva", "it"),
        ("6 giorni e nessuno risponde", "it"),
        ("6 giorni, quando riparate?", "it"),
        ("6 giorni e il router fuma", "it"),
        ("6 giorni poi chiamo l'avvocato", "it"),
        ("6 giorni, coglioni", "it"),
        ("It's been 6 days, and you charged me twice", "en"),
        ("6 días y además me han cobrado dos veces", "es"),
        ("6 jours, et en plus vous m'avez prélevé deux fois", "fr"),
        ("6 Tage, außerdem wurde doppelt abgebucht", "de"),
        ("Mi avete addebitato due volte", "it"),
        ("La linea è ferma!", "it"),
    ],
)
def test_what_says_more_or_answers_nothing_counts_as_it_was_read(text: str, language: str) -> None:
    assert not answers(DOWN, text, language=language)


@pytest.mark.parametrize(
    ("about", "text", "found"),
    [
        (DOWN, "TL55120", Entities(order_ids=("TL55120",))),
        (DOWN, "il codice è TL55120, sei giorni", Entities(order_ids=("TL55120",))),
        (RETURNED, "il 3 novembre 2026", Entities(dates=(date(2026, 11, 3),))),
        (RETURNED, "ieri", Entities(dates=(date(2026, 11, 19),))),
        (STAY, "sì, ancora in corso", Entities()),
        (STAY, "no, non più", Entities()),
        (("telefonia", "what_is_late"), "activation", Entities()),
    ],
)
def test_a_number_a_day_a_yes_or_an_option_is_an_answer(
    about: tuple[str, ...], text: str, found: Entities
) -> None:
    assert answers(about, text, replace(MISREAD, entities=found))


@pytest.mark.parametrize(
    ("about", "text", "found"),
    [
        (RETURNED, "3/11/2026, e il corriere è stato maleducato", Entities(dates=(date(2026, 11, 3),))),
        (STAY, "sì, e la camera è sporca", Entities()),
        (
            DOWN,
            "TL55120, e 30 € in più sul conto",
            Entities(order_ids=("TL55120",), amounts=(Amount(value=Decimal(30), currency="EUR"),)),
        ),
    ],
)
def test_beside_a_number_a_day_or_a_yes_another_matter_counts(
    about: tuple[str, ...], text: str, found: Entities
) -> None:
    assert not answers(about, text, replace(MISREAD, entities=found))


@pytest.mark.parametrize(
    "read",
    [
        assessed("complaint", "safety_privacy"),
        assessed("complaint", "service_down", urgency=label("critical")),
    ],
    ids=["safety", "critical"],
)
def test_what_is_weighty_is_never_passed_over(read: Assessment) -> None:
    assert not answers(DOWN, "6 giorni", read)


def test_a_threat_in_few_words_counts() -> None:
    threat = assessed("complaint", "service_down", tone=label("threatening"))
    assert not answers(DOWN, "6 giorni dall'avvocato", threat)


def test_what_an_agent_has_said_of_an_answer_counts() -> None:
    assert answers(DOWN, "6 giorni")
    assert not answers(DOWN, "6 giorni", by_an_agent=True)


def test_a_photo_that_was_asked_for_is_an_answer_with_its_few_words() -> None:
    about = ("negozio", "photo_shows_damage")
    assert answers(about, "Ecco la foto", has_picture=True)
    assert not answers(about, "Ecco la foto")
    assert not answers(about, "Ecco la foto, e il rimborso?", has_picture=True)


def test_only_what_was_written_after_the_question_and_before_its_end_answers_it() -> None:
    policy = sample("telefonia")
    asked = asked_of(policy, "days_down")
    questions = [
        Question(at=ASKED_AT, asked=asked),
        Question(at=ASKED_AT + timedelta(days=1), asked=()),
    ]
    hours = {"before": -1, "after": 1, "late": 30}
    messages = [
        Message(id=name, text="6 giorni", created_at=ASKED_AT + timedelta(hours=count))
        for name, count in hours.items()
    ]
    read = dict.fromkeys(hours, MISREAD)
    assert only_answers(messages, read, questions, policy) == {"after"}
    assert only_answers(messages, read, questions, None) == frozenset()
    assert question_before(questions, ASKED_AT) == ()
