"""One at a time, the newest first, and not more than so many."""

import asyncio

from rimedio.turns import Turns


async def test_the_newest_is_next_and_who_waited_longest_gives_up() -> None:
    turns, done = Turns(most=2), list[tuple[str, bool]]()

    async def works(name: str) -> None:
        done.append((name, await turns.take()))

    assert await turns.take()
    waiting = []
    for name in ("a", "b", "c"):
        waiting.append(asyncio.create_task(works(name)))
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert done == [("a", False)]
    for _ in range(2):
        turns.give_back()
        await asyncio.sleep(0)
    assert done == [("a", False), ("c", True), ("b", True)]
    turns.give_back()
    assert await turns.take()
    await asyncio.gather(*waiting)


async def test_who_is_gone_is_passed_over_and_a_turn_that_nobody_takes_goes_on() -> None:
    turns = Turns()
    assert await turns.take()
    kept, gone = (asyncio.create_task(turns.take()) for _ in range(2))
    await asyncio.sleep(0)
    turns.give_back()  # the turn of the one who goes before taking it
    gone.cancel()
    assert await asyncio.wait_for(kept, 10)
    assert gone.cancelled() or await asyncio.gather(gone, return_exceptions=True)
