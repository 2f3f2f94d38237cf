"""The exit: what a letter that ends the relation says, in this order.

We stop here, from when · what was done · what we still do · that rights stay · how to reach us for it · whom
to turn to instead. It takes nothing away from the customer, reproaches nothing and threatens with nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from responses.drafts.brief import DraftBrief, PromiseLine
from responses.drafts.dates import day_forms, format_due_day
from responses.drafts.draft import Part
from responses.drafts.slots import escape
from responses.drafts.voice import Voice

_TOLD = ("kept", "open", "broken")


def farewell(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    """The parts between greeting and signature. Every open promise stands there, with its day.

    Raises:
        ValueError: the brief does not say from when.
    """
    if brief.exit_from is None:
        raise ValueError("an exit without exit_from: expected the day from which nothing new is taken on")
    stops = day_forms(brief.exit_from, brief.language, today=brief.today)["from"]
    yield "exit", voice.say("exit.stop", **{"from": stops})
    by_state = {state: [promise for promise in brief.promises if promise.state == state] for state in _TOLD}
    for state in _TOLD:
        if by_state[state]:
            yield state, voice.say(f"exit.{state}", list=_listed(by_state[state], voice, brief.today))
    pending = bool(by_state["open"] or by_state["broken"])
    if not pending:
        yield "nothing_open", voice.say("exit.none")
    yield "rights", voice.say("exit.rights")
    if pending:
        contact = {"contact": escape(brief.hand_over_contact)} if brief.hand_over_contact else {}
        yield "contact", voice.say("exit.ask", **contact)
    instead = {"instead": escape(brief.instead.strip().rstrip("."))} if brief.instead else {}
    yield "elsewhere", voice.say("exit.elsewhere", **instead)


def _listed(promises: Sequence[PromiseLine], voice: Voice, today: date | None) -> str:
    return voice.listed([_item(promise, voice, today) for promise in promises], "items")


def _item(promise: PromiseLine, voice: Voice, today: date | None) -> str:
    due = {}
    # Of what is late, the day is over: naming it again would promise it for the past.
    if promise.state == "open" and promise.due is not None:
        due = {"due": format_due_day(promise.due, voice.words.language, today=today)}
    return voice.bare("exit.item", what=voice.translated(promise.what).rstrip("."), **due)
