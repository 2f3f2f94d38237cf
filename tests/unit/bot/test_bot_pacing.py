"""Turns: within the limits, answers first, one chat's wait never another's."""

import asyncio

import pytest

from bot.telegram.pacing import GROUP, OVERALL, PRIVATE, Limit, Pacing
from models.states import Purpose

FREE = Limit(count=1_000, seconds=1.0)


def a_quick_pacing(
    *, overall: Limit = FREE, private: Limit = FREE, group: Limit = FREE
) -> tuple[Pacing, list[tuple[object, float]]]:
    return Pacing(overall=overall, private=private, group=group), []


async def take(pacing: Pacing, chat: int | None, purpose: Purpose = Purpose.ANSWER) -> float:
    await pacing.turn(chat, purpose)
    return asyncio.get_running_loop().time()


def test_the_limits_stay_below_telegrams() -> None:
    assert OVERALL.count / OVERALL.seconds < 30
    assert PRIVATE.count / PRIVATE.seconds < 1
    assert GROUP.count * 60 / GROUP.seconds < 20


async def test_a_quiet_chat_is_let_through_at_once() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    assert await take(Pacing(), 7) - before < 0.05


async def test_one_chat_gets_its_turns_spaced_and_another_does_not_wait_for_it() -> None:
    pacing = Pacing(overall=FREE, private=Limit(count=1, seconds=0.1))
    first, second, other = await asyncio.gather(take(pacing, 1), take(pacing, 1), take(pacing, 2))
    assert second - first >= 0.1
    assert other - first < 0.05


async def test_no_window_of_the_overall_span_holds_more_turns_than_allowed() -> None:
    pacing = Pacing(overall=Limit(count=5, seconds=0.1), private=FREE)
    turns = sorted(await asyncio.gather(*(take(pacing, chat) for chat in range(1, 18))))
    gaps = [later - earlier for earlier, later in zip(turns, turns[5:], strict=False)]
    # Whoever got a turn looks at the clock a little later: on a busy machine not all equally late.
    assert min(gaps) >= 0.08


async def test_a_group_has_the_limit_of_groups() -> None:
    pacing = Pacing(overall=FREE, private=FREE, group=Limit(count=2, seconds=0.1))
    turns = await asyncio.gather(*(take(pacing, -100) for _ in range(3)))
    assert turns[2] - turns[0] >= 0.1
    assert turns[1] - turns[0] < 0.05


async def test_of_those_who_wait_answers_go_before_cards_before_standing_texts() -> None:
    pacing = Pacing(overall=Limit(count=1, seconds=0.02), private=FREE)
    await pacing.turn(99)
    order: list[Purpose] = []

    async def wait(chat: int, purpose: Purpose) -> None:
        await pacing.turn(chat, purpose)
        order.append(purpose)

    asked = (Purpose.STANDING, Purpose.CARD, Purpose.ANSWER)
    await asyncio.gather(*(wait(chat, purpose) for chat, purpose in enumerate(asked, start=1)))
    assert order == [Purpose.ANSWER, Purpose.CARD, Purpose.STANDING]


async def test_a_chat_told_to_wait_holds_up_nobody_else() -> None:
    pacing = Pacing(overall=FREE, private=FREE)
    loop = asyncio.get_running_loop()
    before = loop.time()
    pacing.pause(1, 0.15)
    paused, free, none = await asyncio.gather(take(pacing, 1), take(pacing, 2), take(pacing, None))
    assert paused - before >= 0.15
    assert max(free, none) - before < 0.1


async def test_a_wait_that_names_no_chat_holds_up_everybody() -> None:
    pacing = Pacing(overall=FREE, private=FREE)
    before = asyncio.get_running_loop().time()
    pacing.pause(None, 0.1)
    assert await take(pacing, 2) - before >= 0.1


async def test_who_stops_waiting_takes_no_turn() -> None:
    pacing = Pacing(overall=FREE, private=Limit(count=1, seconds=0.1))
    first = await take(pacing, 1)
    impatient = asyncio.ensure_future(take(pacing, 1))
    patient = asyncio.ensure_future(take(pacing, 1))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert await patient - first < 0.18


async def test_a_group_full_of_cards_holds_up_no_answer() -> None:
    pacing = Pacing(overall=FREE, private=FREE, group=Limit(count=2, seconds=5.0))
    cards = [asyncio.ensure_future(take(pacing, -100, Purpose.CARD)) for _ in range(30)]
    await asyncio.sleep(0)
    before = asyncio.get_running_loop().time()
    answered = await asyncio.gather(*(take(pacing, chat) for chat in range(1, 20)))
    assert max(answered) - before < 0.5
    assert sum(card.done() for card in cards) == 2
    for card in cards:
        card.cancel()
    await asyncio.gather(*cards, return_exceptions=True)
