"""Promises that a text makes by itself: what is asked about them before it leaves, and taking one out."""

from collections.abc import Sequence
from datetime import date

from bot.agents.colleagues import show_card
from bot.cards.keyboards import MAX_COLLEAGUES, Rows
from bot.cards.press import CardPress
from bot.cards.unsaid import Whose, day_rows, owner_of, owner_rows, word_rows
from models.clock import utcnow
from models.decision import Duration, DurationUnit
from models.tables import Case
from responses.drafts.dates import format_due
from responses.hours import OpeningHours
from responses.people.agents import working_agents
from responses.promises.word_given import WordGiven

_LATER_DAYS = (2, 3, 5)


async def ask_of_promise(
    press: CardPress, given: WordGiven, said: Sequence[str], whose: Whose | None, hours: OpeningHours
) -> Rows:
    """Asks whether it becomes a promise, and by when where the text names no day.

    `said` are the answers so far; `whose` is the colleague's that it shall be, where one is being chosen.
    """
    if given.dated:
        return await _ask_of_dated(press, given, said)
    return await _ask_of_undated(press, given, said, whose, hours)


async def _ask_of_undated(
    press: CardPress, given: WordGiven, said: Sequence[str], whose: Whose | None, hours: OpeningHours
) -> Rows:
    """Asks by when it is kept, the next working day first, and whose it is where a colleague's."""
    if whose is None or whose.key != given.key:
        await press.say("word_undated", words=given.words, who=press.agent.name)
        return day_rows(press.card, given, _days(press, given, hours), said, press.words)
    agents = await working_agents(press.session)
    if whose.owner is None:
        others = [one for one in agents if one.id != press.agent.id][:MAX_COLLEAGUES]
        return owner_rows(press.card, given, others, said, press.words, agents)
    owner = owner_of(whose.owner, agents)
    return day_rows(press.card, given, _days(press, given, hours), said, press.words, owner, agents)


def _days(press: CardPress, given: WordGiven, hours: OpeningHours) -> list[tuple[date, str]]:
    """The day that is proposed and the working days after it, as a button tells them."""
    language, timezone = press.words.language, press.road.config.timezone
    now = utcnow()
    today = now.astimezone(timezone).date()
    later = (hours.add(Duration(count=count, unit=DurationUnit.WORKING_DAYS), now) for count in _LATER_DAYS)
    return [
        (due.astimezone(timezone).date(), format_due(due, language, timezone, today=today))
        for due in (given.due_at, *later)
    ]


async def _ask_of_dated(press: CardPress, given: WordGiven, said: Sequence[str]) -> Rows:
    """Says whose promise it becomes and by when, before anything is sent."""
    language, timezone = press.words.language, press.road.config.timezone
    today, with_time = utcnow().astimezone(timezone).date(), given.promise.minute is not None
    due = format_due(given.due_at, language, timezone, with_time=with_time, today=today)
    rows = word_rows(press.card, given, due, said, press.words)
    await press.say("word_given", words=given.words, who=press.agent.name, due=due)
    return rows


async def take_out(press: CardPress, case: Case) -> None:
    """Takes a promise out of the text; what is left comes as a card of its own, to be read."""
    await press.check_current(case)
    policy = await press.policy_of(case)
    approvals = press.road.approvals
    draft = await approvals.take_out(press.session, press.agent, press.bound(), press.chosen, policy.hours)
    await press.say("word_gone")
    await show_card(press.context, press.session, press.agent, press.chat, case, draft)
