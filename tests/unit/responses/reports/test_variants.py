"""Wordings: a difference that is there is found, one that is not is not claimed, few answers say nothing."""

import random
from datetime import timedelta

import pytest

from models.clock import utcnow
from models.database import Database
from models.serial import to_json
from models.states import Direction
from models.tables import AssessmentRow, Identity, Message, Rating
from responses.reports.intervals import Interval, Share, Verdict, difference, together
from responses.reports.variant_words import contrast_sentence, lacking_sentence
from responses.reports.variants import (
    ANSWERS_WITHIN,
    ENOUGH,
    Contrast,
    Met,
    Outcome,
    Variants,
    compare_variants,
    variants_since,
)
from tests.seed import bound, seed_agent, seed_case, seed_draft
from tests.unit.responses.reports.test_learning import APOLOGY, APPROVALS, HOURS, READ, TEXT

LONG_AGO = timedelta(days=30)
A_WEEK_OR_MORE = ANSWERS_WITHIN + timedelta(days=1)


def people(variant: str, size: int, share: float, seed: int) -> list[Met]:
    """People of whom, by chance, about so many thank."""
    chance = random.Random(seed)
    return [
        Met(language="it", variant=variant, became={Outcome.THANKED: chance.random() < share})
        for _ in range(size)
    ]


def thanked(met: list[Met]) -> Contrast:
    (contrast,) = compare_variants(met)[0]
    return contrast


def test_a_difference_that_is_there_is_found() -> None:
    found = [thanked(people("a", 400, 0.35, seed) + people("b", 400, 0.2, 1000 + seed)) for seed in range(30)]
    assert sum(one.verdict is Verdict.SHOWN and one.difference > 0 for one in found) >= 29
    assert sum(one.interval.low <= 0.15 <= one.interval.high for one in found) >= 27


def test_of_two_hundred_equal_pairs_some_one_in_twenty_is_called_different() -> None:
    found = [thanked(people("a", 150, 0.2, seed) + people("b", 120, 0.2, 1000 + seed)) for seed in range(200)]
    assert sum(one.verdict is not Verdict.NONE for one in found) <= 14


def test_with_many_comparisons_a_single_one_outside_is_in_doubt() -> None:
    same = [people(name, 200, 0.3, seed) for seed, name in enumerate("ab")]
    near = [
        Met(language="it", variant=name, became={Outcome.ANGRY: place < count})
        for name, count in (("a", 44), ("b", 27))
        for place in range(200)
    ]
    contrasts = {one.outcome: one.verdict for one in compare_variants([*same[0], *same[1], *near])[0]}
    alone = compare_variants(near)[0][0].verdict
    assert (alone, contrasts[Outcome.ANGRY]) == (Verdict.SHOWN, Verdict.DOUBT)


def test_below_what_it_takes_it_says_how_much_is_lacking() -> None:
    met = people("a", ENOUGH, 0.5, 1) + people("b", ENOUGH - 12, 0.5, 2)
    contrasts, lacking = compare_variants(met)
    (thanks,) = [one for one in lacking if one.outcome is Outcome.THANKED]
    assert (contrasts, dict(thanks.people)) == ((), {"b": 12, "c": ENOUGH})
    assert lacking_sentence(thanks, "it") == (
        "Italiano, il cliente ringrazia: per un confronto mancano ancora risposte ad altre persone: "
        "12 con la b, 100 con la c."
    )


def test_a_comparison_is_a_sentence() -> None:
    met = [
        Met(language="it", variant=name, became={Outcome.THANKED: place < count})
        for name, count in (("a", 80), ("b", 40))
        for place in range(200)
    ]
    assert contrast_sentence(thanked(met), "en") == (
        "Italian, the customer thanks: a 40%, b 20%. +20 points (between +11 and +29): there is a difference."
    )


def test_the_interval_is_that_of_the_source() -> None:
    """Example (a) of Newcombe's table II: 56 of 70 against 48 of 80."""
    found = difference(Share(count=56, of=70), Share(count=48, of=80))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_of_nothing_nothing_is_known() -> None:
    assert Share(count=0, of=0).interval() == Interval(low=0.0, high=1.0)
    assert (together(1), together(5)) == (pytest.approx(0.95), pytest.approx(0.99))


async def answered(
    database: Database,
    *,
    variant: str = "a",
    text: str = TEXT,
    reply: str | None = None,
    mark: int | None = None,
    ago: timedelta = A_WEEK_OR_MORE,
    person: str | None = None,
    later: timedelta = timedelta(hours=1),
) -> str:
    """An answer went out as `text`; then the customer wrote in a tone, or gave a mark. Returns who."""
    at = utcnow() - ago
    async with database.writing() as session:
        identity = await session.get(Identity, person) if person is not None else None
        case = await seed_case(session, identity)
        draft = await seed_draft(session, case, TEXT, kind="offer")
        draft.variant, draft.parts = f"{variant}-formal", [["apology", APOLOGY]]
        agent = await seed_agent(session, f"agente {case.number}")
        if text != TEXT:
            draft = await APPROVALS.edit(session, agent, bound(draft), text)
        approval = await APPROVALS.approve(session, agent, bound(draft), HOURS)
        approval.created_at = at
        if reply is not None:
            message = Message(
                case_id=case.id,
                identity_id=case.identity_id,
                direction=Direction.IN,
                text="…",
                sent_at=at + later,
                created_at=at + later,
            )
            session.add(message)
            await session.flush()
            fields = to_json(READ) | {"tone": {"label": reply, "probability": 0.9}}
            session.add(
                AssessmentRow(
                    message_id=message.id, fields=fields, needs_review=False, encoder="t", heads="t"
                )
            )
        if mark is not None:
            session.add(Rating(case_id=case.id, mark=mark, created_at=at + later))
        return case.identity_id


async def told(database: Database) -> Variants:
    async with database.reading() as session:
        return await variants_since(session, utcnow() - LONG_AGO, utcnow())


async def shares(database: Database) -> dict[str, tuple[int, int]]:
    (figures,) = (await told(database)).figures
    return {str(outcome): (share.count, share.of) for outcome, share in figures.shares.items()}


async def test_what_came_after_is_counted_of_all_that_is_known(database: Database) -> None:
    await answered(database, reply="angry", mark=2)
    await answered(database, reply="grateful", mark=5)
    await answered(database, text="Tutto diverso.")
    await answered(database, ago=timedelta(days=1))
    assert await shares(database) == {
        "rewritten": (1, 4),
        "angry": (1, 3),
        "thanked": (1, 3),
        "well_rated": (1, 2),
    }
    (figures,) = (await told(database)).figures
    assert (figures.used, figures.people, figures.mark) == (4, 4, 3.5)


async def test_a_person_counts_once_with_their_first_answer(sqlite: Database) -> None:
    marta = await answered(sqlite, reply="grateful")
    await answered(sqlite, reply="angry", person=marta, ago=timedelta(days=7, hours=1))
    (figures,) = (await told(sqlite)).figures
    assert (figures.used, figures.people) == (2, 1)
    assert (await shares(sqlite))["angry"] == (0, 1)


async def test_what_comes_after_the_week_is_no_word_on_the_answer(sqlite: Database) -> None:
    await answered(sqlite, reply="angry", later=ANSWERS_WITHIN + timedelta(hours=2))
    assert (await shares(sqlite))["angry"] == (0, 1)


async def test_where_nobody_was_answered_there_is_nothing(sqlite: Database) -> None:
    assert await told(sqlite) == Variants(figures=(), contrasts=(), lacking=())
