"""A promise in an agent's own words: it goes into the books or out of the text, or somebody says it is none.

In an offer one that names a day is off policy, see `off_policy`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import DecisionKind, Duration, DurationUnit
from models.tables import Agent, Approval, Draft, Event, Promise
from responses.approving.withholding import NOTHING, Meant, Withheld
from responses.checks import ByHand, CheckContext, Finding, by_hand
from responses.checks.promises import Promised, untracked_in
from responses.checks.undated import is_stopped, undated_in
from responses.checks.undertakings import undertakings_in
from responses.checks.wordlists import word_lists
from responses.drafts.promises import by_hand_words
from responses.errors import BlockedError
from responses.events import record
from responses.hours import OpeningHours
from responses.policy.given import USUAL_TIME

_SENTENCE_END = re.compile(r"[.!?…]*\s*$")
_BEGINS_ANEW = re.compile(r"(?:^|[.!?…]\s*|\n\s*)$")
_SIGNS = " ,:;–—-"
_DONE = re.compile(r"[.!?…]$")
_NEXT_WORKING_DAY = Duration(count=1, unit=DurationUnit.WORKING_DAYS)
_DENIED = "approval.no_promise"

ABOUT_WORD = (Meant.PROMISED, Meant.NO_PROMISE)
"""What can be meant by a promise in an agent's own words."""

FURTHEST = timedelta(days=366)
"""How far ahead something may be promised that the text names no day for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WordGiven:
    """A promise that the text makes, `words`, and when whoever approves it has to have kept it.

    `key` names it within its text, by its place. `begin` and `until` are where it stands. One that is not
    `dated` names no day: `due_at` is then only proposed.
    """

    key: str
    words: str
    promise: ByHand
    due_at: datetime
    begin: int
    until: int
    dated: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """By the end of which day a promise without one is kept and who sees to it; as proposed where None."""

    day: date | None = None
    owner_id: str | None = None


class WordGivenError(BlockedError):
    """An agent has to say first whether each of `given` becomes a promise; the reason is `word_given`."""

    def __init__(self, given: Sequence[WordGiven]) -> None:
        self.given = tuple(given)
        super().__init__("word_given", words="; ".join(one.words for one in given))


def words_given(
    text: str,
    about: CheckContext,
    hours: OpeningHours,
    now: datetime,
    *,
    withheld: Withheld = NOTHING,
    wrong: Sequence[Finding] = (),
) -> tuple[WordGiven, ...]:
    """What a text promises that nobody would keep track of, in the order of the text.

    In an offer only what names no day: the rest is off policy. Nor what goes off policy for something `wrong`
    in it.
    What is `withheld` in other words than the decision's is none of these.
    """
    found: dict[int, WordGiven] = {}
    if about.kind != DecisionKind.OFFER:
        for one in untracked_in(text, about):
            promise = by_hand(one, about)
            if withheld.day is not None and promise.day == withheld.day:
                continue
            due = due_of(promise, hours, now)
            known = found.get(one.begin)
            if known is None or known.due_at < due:
                # Two days said of one thing are one promise, for the later of them.
                found[one.begin] = _word_given(text, one, promise, due)
    for one in undated_in(text, about):
        answers = withheld.answer_follows and undertakings_in(one.said, about.language) == {"answer"}
        if answers or one.begin in found:
            continue
        if not is_stopped(one.begin, one.until, wrong, text, about.language):
            due = hours.add(_NEXT_WORKING_DAY, now)
            found[one.begin] = _word_given(text, one, by_hand(one, about), due, dated=False)
    return tuple(found[begin] for begin in sorted(found))


def _word_given(text: str, one: Promised, promise: ByHand, due: datetime, *, dated: bool = True) -> WordGiven:
    return WordGiven(
        key=f"w{one.begin}",
        words=" ".join(text[one.begin : one.until].split()).strip(f"{_SIGNS}.!"),
        promise=promise,
        due_at=due,
        begin=one.begin,
        until=one.until,
        dated=dated,
    )


def check_meant(given: Sequence[WordGiven], meant: Mapping[str, Meant]) -> None:
    """Of every one an agent has said whether it becomes a promise, or is none.

    Raises:
        WordGivenError: of some they have not.
    """
    open_ = [one for one in given if meant.get(one.key) not in ABOUT_WORD]
    if open_:
        raise WordGivenError(open_)


def keeps_beyond(
    given: Sequence[WordGiven], meant: Mapping[str, Meant], wrong: Sequence[Finding], draft: Draft
) -> bool:
    """Whether one that becomes a promise is that of what goes off policy: "le rimborsiamo 20 € lunedì"."""
    return any(
        meant.get(one.key) is Meant.PROMISED
        and is_stopped(one.begin, one.until, wrong, draft.text, draft.language)
        for one in given
    )


def due_of(promise: ByHand, hours: OpeningHours, now: datetime) -> datetime:
    """When it has to be kept: at the hour or the end of the day that was named, or after the usual time."""
    if promise.day is None:
        return hours.add(USUAL_TIME, now)
    closing = hours.end_of(promise.day, now)
    if promise.minute is None:
        return closing
    said = datetime.combine(promise.day, time(*divmod(promise.minute, 60)), hours.zone)
    return said if now < said else closing


def open_promises(
    session: AsyncSession,
    promises: Sequence[ByHand],
    *,
    draft: Draft,
    approval: Approval,
    hours: OpeningHours,
    now: datetime,
) -> None:
    """Puts into the books what an agent has promised in words of their own; they see to it."""
    for promise in promises:
        _open(session, promise, draft, approval, approval.agent_id, due_of(promise, hours, now))


async def open_given(
    session: AsyncSession,
    given: Sequence[WordGiven],
    meant: Mapping[str, Meant],
    terms: Mapping[str, Terms],
    *,
    draft: Draft,
    approval: Approval,
    hours: OpeningHours,
    now: datetime,
) -> None:
    """Puts into the books what an agent has said becomes a promise, and writes down what they say is none.

    Of one without a day `terms`, by key, say who sees to it by when.

    Raises:
        BlockedError: `promise_day` for a day that is over or too far, `promise_owner` for who works here no
            more.
    """
    today = now.astimezone(hours.zone).date()
    for one in given:
        if meant[one.key] is Meant.NO_PROMISE:
            record(
                session,
                approval.agent_id,
                _DENIED,
                draft.case_id,
                approval=approval.id,
                draft=draft.id,
                begin=one.begin,
                until=one.until,
            )
            continue
        due, owner_id = one.due_at, approval.agent_id
        agreed = terms.get(one.key) if not one.dated else None
        if agreed is not None and agreed.day is not None:
            if not today <= agreed.day <= today + FURTHEST:
                raise BlockedError("promise_day")
            due = hours.end_of(agreed.day, now)
        if agreed is not None and agreed.owner_id is not None:
            owner = await session.get(Agent, agreed.owner_id)
            if owner is None or owner.removed_at is not None:
                raise BlockedError("promise_owner")
            owner_id = owner.id
        _open(session, one.promise, draft, approval, owner_id, due)


def _open(
    session: AsyncSession,
    promise: ByHand,
    draft: Draft,
    approval: Approval,
    owner_id: str,
    due: datetime,
) -> None:
    session.add(
        Promise(
            case_id=draft.case_id,
            approval_id=approval.id,
            what={draft.language: promise.what} if promise.what else by_hand_words(),
            owner_id=owner_id,
            due_at=due,
        )
    )


async def still_asked(
    session: AsyncSession, draft: Draft, given: Sequence[WordGiven]
) -> tuple[WordGiven, ...]:
    """Those of which nobody has said already, of this very text, that they are no promise."""
    events = await session.scalars(
        select(Event).where(Event.case_id == draft.case_id, Event.action == _DENIED)
    )
    denied = {(event.details["draft"], event.details["begin"]) for event in events}
    same = await session.scalars(
        select(Draft.id).where(Draft.id.in_({of for of, _ in denied}), Draft.text == draft.text)
    )
    ids = set(same.all())
    begins = {begin for of, begin in denied if of in ids}
    return tuple(one for one in given if one.begin not in begins)


async def denied_words(session: AsyncSession, events: Sequence[Event]) -> dict[str, str]:
    """Which words somebody has called no promise, by the event that tells it; not those that were erased."""
    denied = [event for event in events if event.action == _DENIED]
    texts = {
        draft.id: draft.text
        for draft in await session.scalars(
            select(Draft).where(Draft.id.in_({event.details["draft"] for event in denied}))
        )
    }
    words = {
        event.id: texts.get(event.details["draft"], "")[event.details["begin"] : event.details["until"]]
        for event in denied
    }
    return {of: " ".join(said.split()).strip(f"{_SIGNS}.!") for of, said in words.items() if said.strip()}


def without(text: str, given: WordGiven, language: str) -> str:
    """The text without that promise; what stands around it is joined as a sentence is."""
    and_ = word_lists(language).patterns["and"]
    end = _SENTENCE_END.search(text[given.begin : given.until])
    closing = end.group() if end is not None and (end.group().strip() or "\n" in end.group()) else ""
    before, after = text[: given.begin], text[given.until :]
    if _BEGINS_ANEW.search(before):
        # The sentence goes with it, or begins with what followed.
        left = after.lstrip(_SIGNS)
        if and_.fullmatch(left.partition(" ")[0]):
            left = left.partition(" ")[2]
        rest = left[:1].upper() + left[1:] if not closing else after
        between = "\n" if "\n" in closing else " " if _DONE.search(before) and rest[:1].isalpha() else ""
        return _tidy(before + between + rest)
    begins, _, rest = after.lstrip(" ").partition(" ")
    if not closing and and_.fullmatch(begins):
        return _tidy(f"{before.rstrip(' ')} {rest}")
    before = before.rstrip(_SIGNS)
    while and_.fullmatch(before.rpartition(" ")[2]):
        before = before.rpartition(" ")[0].rstrip(_SIGNS)
    return _tidy(before + closing + after)


def _tidy(text: str) -> str:
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r" +(?=\n)|(?<=\n) +", "", text))
    return re.sub(r"(?<=\S) {2,}", " ", text).strip()
