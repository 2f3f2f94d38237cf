"""Where a customer's promises stand: what failed, what was kept, what is to come."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from responses.drafts.brief import DraftBrief, PromiseLine
from responses.drafts.dates import format_due_day
from responses.drafts.draft import Part
from responses.drafts.matter import aside_of
from responses.drafts.voice import Voice

_FAILED = frozenset({"broken", "late"})


def status_beside(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    """Where a grievance stands that was answered before, in an answer to others."""
    if not brief.decision.status_of:
        return
    # What was owned up to at the beginning is not told again.
    rest = replace(brief, promises=tuple(one for one in brief.promises if one not in brief.broken))
    promises = [*failed_promises(rest, voice), *other_promises(rest, voice)]
    topics = [aside_of(complaint_type, voice) for complaint_type in brief.decision.status_of]
    if not promises and not brief.broken:
        promises = [("status", voice.bare("status.beside", topic=voice.listed(topics)))]
    yield from promises


def failed_promises(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    """The promises that were broken or whose day is over."""
    for promise in brief.promises:
        if _state(promise, brief) in _FAILED:
            yield "status", promise_told(promise, brief, voice)


def other_promises(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    """Those that were kept, and then those that are to come."""
    for promise in brief.promises:
        if promise.state == "kept":
            yield "status", promise_told(promise, brief, voice)
    coming = [promise for promise in brief.promises if _state(promise, brief) == "open"]
    # A remedy is named and not told as a deed: "la sostituzione" alone is no sentence.
    if len(coming) > 1 or any(promise.is_remedy for promise in coming):
        yield "status", _told_together(coming, brief, voice)
    else:
        yield from (("status", promise_told(promise, brief, voice)) for promise in coming)


def _told_together(promises: Sequence[PromiseLine], brief: DraftBrief, voice: Voice) -> str:
    """What is to come in one sentence: "mandiamo il corriere, entro il 1º; la sostituzione, entro il 2"."""
    told = []
    for promise in promises:
        due = [] if promise.due is None else [format_due_day(promise.due, brief.language, today=brief.today)]
        told.append(", ".join([voice.translated(promise.what).rstrip("."), *due]))
    return voice.bare("status.together", list=voice.listed(told, "items"))


def promise_told(promise: PromiseLine, brief: DraftBrief, voice: Voice) -> str:
    """What has become of one promise, or what is to come of it, in a sentence."""
    values, state = {"what": voice.translated(promise.what).rstrip(".")}, _state(promise, brief)
    if promise.due is not None:
        values["due"] = format_due_day(promise.due, brief.language, today=brief.today)
        if state == "open" and "," in values["what"]:  # else the day would belong to the last clause alone
            values["what"] += ","
    return voice.bare(f"status.{state}", **values)


def _state(promise: PromiseLine, brief: DraftBrief) -> str:
    """How it is told: what is open and its time or its day is over is late, as /stato says it too."""
    due, today = promise.due, brief.today
    is_over = promise.overdue or (due is not None and today is not None and due < today)
    is_late = promise.state == "open" and is_over
    return "late" if is_late else promise.state


def is_late(brief: DraftBrief) -> bool:
    """Whether we are late with any of them."""
    return any(_state(promise, brief) == "late" for promise in brief.promises)


def stands(brief: DraftBrief) -> bool:
    """Whether something is to come, and nothing has failed."""
    states = {_state(promise, brief) for promise in brief.promises}
    return "open" in states and states.isdisjoint(_FAILED)
