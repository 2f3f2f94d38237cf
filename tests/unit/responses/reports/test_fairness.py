"""Fairness: a planted bias is found, a fair history gives no alarm, and the figures are what they say."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.assessment import Assessment, Entities, Label
from models.clock import utcnow
from models.database import Database
from models.decision import DecisionKind, FactValue, Role
from models.serial import fact_to_json, to_json
from models.states import Direction
from models.tables import AssessmentRow, Case, Fact, Message
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.policies import PolicyBook
from responses.reports.fairness import FEWEST, Answer, Compared, Dimension, compare
from responses.reports.fairness_words import sentence
from responses.reports.intervals import Verdict
from responses.reports.treatment import Treated, facts_read, treated
from tests.unit.responses.approving.test_approval import a_decision, on_the_table
from tests.unit.responses.approving.test_off_policy import OFFER, REASON, raised_to, refund, sends
from tests.unit.responses.staff import Staff
from tests.unit.responses.test_checks_on_the_road import edited

TONES = ("calm", "frustrated", "angry", "threatening")
LANGUAGES = ("it", "en", "de")
AGENTS = ("Giulia", "Marco", "Sara")

Bias = Callable[[Answer], float]


def history(size: int, *, seed: int = 1, bias: Bias = lambda answer: 0.0) -> list[Answer]:
    """Answers as a policy gives them, 5 to 20 € by the facts, with an agent's own hand in one of ten.

    Who is angry has late parcels more often, and so gets more: by the facts, not by the tone.
    """
    chance = random.Random(seed)

    def one() -> Answer:
        tone = chance.choice(TONES)
        days = chance.choice((1, 3, 8, 8, 8) if tone == "angry" else (1, 1, 3, 3, 8))
        by_hand = chance.choice((-3.0, 0.0, 5.0)) if chance.random() < 0.1 else 0.0
        answer = Answer(
            worth={1: 5.0, 3: 10.0, 8: 20.0}[days] + by_hand,
            alike=(f"days={days}", "late"),
            groups={
                Dimension.TONE: tone,
                Dimension.LANGUAGE: chance.choice(LANGUAGES),
                Dimension.AGENT: chance.choice(AGENTS),
            },
        )
        return replace(answer, worth=answer.worth + bias(answer))

    return [one() for _ in range(size)]


def shown(found: list[Compared]) -> list[tuple[str, str]]:
    return [(one.dimension, one.group) for one in found if one.verdict is Verdict.SHOWN]


def of(found: list[Compared], group: str) -> Compared:
    (one,) = [each for each in found if each.group == group]
    return one


@pytest.mark.parametrize("seed", range(8))
def test_a_fair_history_raises_no_alarm(seed: int) -> None:
    assert shown(compare(history(600, seed=seed))) == []


def test_where_facts_are_equal_and_nobody_interferes_all_differences_are_nought() -> None:
    fair = [replace(answer, worth=10.0) for answer in history(200)]
    assert {(one.difference, one.low, one.high) for one in compare(fair)} == {(0.0, 0.0, 0.0)}


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_bias_is_found_and_is_about_as_large_as_it_is(seed: int) -> None:
    found = compare(history(600, seed=seed, bias=lambda one: 2.0 * (one.groups[Dimension.TONE] == "angry")))
    assert ("tone", "angry") in shown(found)
    angry = of(found, "angry")
    assert abs(angry.difference - 2.0) < 0.8
    assert 0 < angry.low < angry.high < 4


def test_a_generous_agent_is_found() -> None:
    found = compare(history(600, bias=lambda one: 3.0 * (one.groups[Dimension.AGENT] == "Sara")))
    assert ("agent", "Sara") in shown(found)


def test_a_language_that_gets_less_is_found() -> None:
    found = compare(history(600, bias=lambda one: -3.0 * (one.groups[Dimension.LANGUAGE] == "de")))
    german = of(found, "de")
    assert (german.verdict, german.high < 0) == (Verdict.SHOWN, True)


def test_without_regard_to_facts_the_angry_would_seem_to_get_more() -> None:
    answers = history(600)
    blind = compare([replace(answer, alike=("all",)) for answer in answers])
    assert of(blind, "angry").verdict is Verdict.SHOWN
    assert of(compare(answers), "angry").verdict is not Verdict.SHOWN


def alike(group: str, worth: float, count: int, stratum: str = "s") -> list[Answer]:
    return [Answer(worth=worth, alike=(stratum,), groups={Dimension.TONE: group})] * count


def test_of_a_group_of_nineteen_nothing_is_said() -> None:
    assert compare(alike("angry", 9.0, FEWEST - 1) + alike("calm", 5.0, 100)) == []
    assert [one.group for one in compare(alike("angry", 9.0, FEWEST) + alike("calm", 5.0, 100))] == [
        "angry",
        "calm",
    ]


def test_answers_without_any_others_of_their_kind_are_not_compared() -> None:
    assert compare(alike("angry", 9.0, 50, "a") + alike("calm", 5.0, 50, "b")) == []


def test_too_few_with_the_same_facts_are_compared_by_the_coarser_ones() -> None:
    angry = [Answer(worth=9.0, alike=(f"a{n}", "s"), groups={Dimension.TONE: "angry"}) for n in range(30)]
    calm = [Answer(worth=5.0, alike=(f"b{n}", "s"), groups={Dimension.TONE: "calm"}) for n in range(30)]
    assert of(compare(angry + calm), "angry").difference == pytest.approx(4.0)


def test_one_favour_is_no_proof() -> None:
    answers = alike("angry", 0.0, 24) + alike("angry", 20.0, 1) + alike("calm", 0.0, 100)
    assert shown(compare(answers)) == []


def test_the_weighted_difference_is_the_one_on_paper() -> None:
    first = alike("angry", 10.0, 10, "a") + alike("calm", 6.0, 10, "a")
    second = alike("angry", 3.0, 20, "b") + alike("calm", 2.0, 20, "b")
    found = of(compare(first + second), "angry")
    assert found.difference == pytest.approx((5 * 4.0 + 10 * 1.0) / 15)
    assert (found.answers, found.mean) == (30, pytest.approx((100 + 60) / 30))


@given(st.lists(st.tuples(st.sampled_from(TONES), st.integers(0, 50)), max_size=120))
@settings(max_examples=40, deadline=None)
def test_the_interval_holds_the_difference_and_all_is_said_again_alike(drawn: list[tuple[str, int]]) -> None:
    answers = [one for tone, worth in drawn for one in alike(tone, float(worth), 1)]
    found = compare(answers)
    assert found == compare(answers)
    assert all(one.low <= one.difference <= one.high for one in found if one.verdict is Verdict.SHOWN)


COMPARED = Compared(
    dimension=Dimension.TONE,
    group="angry",
    answers=40,
    mean=9.0,
    difference=0.4,
    low=-1.2,
    high=2.0,
    verdict=Verdict.NONE,
)


@pytest.mark.parametrize(
    ("changes", "language", "said"),
    [
        (
            {},
            "it",
            "Chi scrive arrabbiato ha avuto 0,40 € in più (tra -1,20 € e 2 €): "
            "nessuna differenza dimostrabile.",
        ),
        (
            {"difference": -2.5, "low": -3.0, "high": -2.0, "verdict": Verdict.SHOWN},
            "en",
            "Who writes in anger got €2.50 less (between €2 and €3): there is a difference.",
        ),
        (
            {"difference": 0.0, "low": 0.0, "high": 0.0},
            "it",
            "Chi scrive arrabbiato ha avuto quanto gli altri.",
        ),
        (
            {"dimension": Dimension.AGENT, "group": "Sara", "verdict": Verdict.DOUBT},
            "it",
            "Con Sara i clienti hanno avuto 0,40 € in più (tra -1,20 € e 2 €): "
            "può essere un caso, con tanti confronti insieme.",
        ),
        (
            {"dimension": Dimension.LANGUAGE, "group": "de"},
            "en",
            "Who is answered in German got €0.40 more (between -€1.20 and €2): "
            "no difference that could be shown.",
        ),
    ],
    ids=["more", "less", "the same", "an agent", "a language"],
)
def test_a_sentence_says_it(changes: dict[str, object], language: str, said: str) -> None:
    assert sentence(replace(COMPARED, **changes), "EUR", language) == said  # type: ignore[arg-type]


# --- From the rows


async def read_as(database: Database, case: Case, tone: str) -> None:
    """The customer has written, in that tone, before any answer."""

    def label(name: str) -> Label:
        return Label(label=name, probability=0.9)

    found = Assessment(
        act=label("complaint"),
        complaint_types=(label("delivery_late"),),
        tone=label(tone),
        urgency=label("normal"),
        asks=(),
        own_error=label("no"),
        language="it",
        entities=Entities(),
        abstained=frozenset(),
        encoder="table",
        heads="table",
    )
    async with database.writing() as session:
        earlier = utcnow() - timedelta(minutes=5)
        message = Message(
            case_id=case.id,
            identity_id=case.identity_id,
            external_id="1",
            direction=Direction.IN,
            text="Il pacco è in ritardo",
            sent_at=earlier,
            created_at=earlier,
        )
        session.add(message)
        await session.flush()
        session.add(
            AssessmentRow(
                message_id=message.id,
                fields=to_json(found),
                needs_review=False,
                encoder="table",
                heads="table",
            )
        )


@pytest.fixture
async def policies(database: Database, config: RoadConfig) -> PolicyBook:
    return (await Staff(database, config).prepare()).policies


async def told(database: Database, policies: PolicyBook) -> Treated:
    async with database.reading() as session:
        return await treated(session, policies, utcnow() - timedelta(days=1))


async def test_an_answer_is_told_with_what_it_gave_to_whom_and_by_whom(
    database: Database, config: RoadConfig, policies: PolicyBook
) -> None:
    agent, case, draft = await on_the_table(database, text=OFFER, decision=a_decision(offers=(refund(),)))
    await read_as(database, case, "angry")
    await sends(database, Approvals(config), agent, draft, None)
    found = await told(database, policies)
    (answer,) = found.answers
    assert (answer.worth, found.currency, found.unknown) == (10.0, "EUR", 0)
    assert answer.groups == {"tone": "angry", "language": "it", "agent": "Giulia"}


async def test_what_went_off_policy_counts_with_what_it_gave(
    database: Database, config: RoadConfig, policies: PolicyBook
) -> None:
    approvals = Approvals(config)
    agent, _, draft = await raised_to(database, approvals, "25")
    await sends(database, approvals, agent, draft, REASON)
    assert [answer.worth for answer in (await told(database, policies)).answers] == [25.0]


async def test_a_question_is_no_answer_unless_somebody_has_put_a_gift_into_it(
    sqlite: Database, config: RoadConfig
) -> None:
    policies = (await Staff(sqlite, config).prepare()).policies
    approvals = Approvals(config)
    decision = a_decision(kind=DecisionKind.ASK, offers=(), worth=None)
    question = "Buongiorno Marta, mi manda una foto?\n{agent}"
    agent, _, draft = await on_the_table(sqlite, text=question, decision=decision, role=Role.SUPERVISOR)
    await sends(sqlite, approvals, agent, draft, None)
    assert (await told(sqlite, policies)).answers == ()
    _, _, other = await on_the_table(sqlite, text=question, decision=decision, name="Marco")
    gift = await edited(sqlite, approvals, agent, other, f"{question}\nLe rimborsiamo 30 €.")
    await sends(sqlite, approvals, agent, gift, REASON)
    assert [answer.worth for answer in (await told(sqlite, policies)).answers] == [30.0]


async def test_tests_and_what_was_taken_back_are_left_out(sqlite: Database, config: RoadConfig) -> None:
    policies = (await Staff(sqlite, config).prepare()).policies
    approvals = Approvals(config)
    agent, case, draft = await on_the_table(sqlite, text=OFFER, decision=a_decision(offers=(refund(),)))
    async with sqlite.writing() as session:
        (await session.get_one(Case, case.id)).is_test = True
    await sends(sqlite, approvals, agent, draft, None)
    assert (await told(sqlite, policies)).answers == ()


async def test_what_nobody_can_put_a_worth_to_is_counted_apart(sqlite: Database, config: RoadConfig) -> None:
    policies = (await Staff(sqlite, config).prepare()).policies
    decision = a_decision(offers=(refund(),), worth=None)
    agent, _, draft = await on_the_table(sqlite, text=OFFER, decision=decision, role=Role.SUPERVISOR)
    await sends(sqlite, Approvals(config), agent, draft, None)
    found = await told(sqlite, policies)
    assert (found.answers, found.unknown) == ((), 1)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [("8", "9", True), ("3", "8", False)],
    ids=["about as late", "much later"],
)
async def test_answers_are_alike_when_the_facts_that_the_rules_read_are(
    sqlite: Database, config: RoadConfig, first: str, second: str, same: bool
) -> None:
    policies = (await Staff(sqlite, config).prepare()).policies
    decision = a_decision(offers=(refund(),), rule_ids=("ritardo-lungo",))
    for days in (first, second):
        agent, case, draft = await on_the_table(sqlite, text=OFFER, decision=decision, name=f"G{days}")
        async with sqlite.writing() as session:
            value = fact_to_json(FactValue(value=Decimal(days), source="agent"))
            session.add(Fact(case_id=case.id, name="days_late", value=value, source="agent"))
        await sends(sqlite, Approvals(config), agent, draft, None)
    one, other = (await told(sqlite, policies)).answers
    assert (one.alike[0] == other.alike[0], one.alike[1] == other.alike[1]) == (same, True)


async def test_the_facts_of_other_rules_do_not_matter(sqlite: Database, config: RoadConfig) -> None:
    policies = (await Staff(sqlite, config).prepare()).policies
    async with sqlite.reading() as session:
        policy = await policies.current(session)
    assert "days_late" in facts_read(policy, ("ritardo-lungo",))
    assert "photo_shows_damage" not in facts_read(policy, ("ritardo-lungo",))
