"""A promise in an agent's own words, in a text that is no offer: it goes into the books or out of the text.

In an offer it is off policy, see `off_policy`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import DecisionKind
from models.tables import Approval, Draft, Promise
from responses.checks import ByHand, CheckContext, by_hand
from responses.checks.promises import untracked_in
from responses.checks.wordlists import word_lists
from responses.drafts.promises import by_hand_words
from responses.errors import BlockedError
from responses.hours import OpeningHours
from responses.policy.given import USUAL_TIME
from responses.withholding import Meant

_SENTENCE_END = re.compile(r"[.!?…]*\s*$")
_BEGINS_ANEW = re.compile(r"(?:^|[.!?…]\s*|\n\s*)$")
_SIGNS = " ,:;–—-"
_DONE = re.compile(r"[.!?…]$")


@dataclass(frozen=True, kw_only=True, slots=True)
class WordGiven:
    """A promise that the text makes, `words`, and when whoever approves it has to have kept it.

    `key` names it within its text, by its place. `begin` and `until` are where it stands.
    """

    key: str
    words: str
    promise: ByHand
    due_at: datetime
    begin: int
    until: int


class WordGivenError(BlockedError):
    """An agent has to say first whether each of `given` becomes a promise; the reason is `word_given`."""

    def __init__(self, given: Sequence[WordGiven]) -> None:
        self.given = tuple(given)
        super().__init__("word_given", words="; ".join(one.words for one in given))


def words_given(
    text: str, about: CheckContext, hours: OpeningHours, now: datetime, *, told: date | None = None
) -> tuple[WordGiven, ...]:
    """What a text promises that nobody would keep track of; in an offer that is not asked about.

    `told` is the day of a promise of the decision's that stands in other words, and is none of these.
    """
    if about.kind == DecisionKind.OFFER:
        return ()
    found: dict[int, WordGiven] = {}
    for one in untracked_in(text, about):
        promise = by_hand(one, about)
        if told is not None and promise.day == told:
            continue
        due = due_of(promise, hours, now)
        known = found.get(one.begin)
        if known is not None and known.due_at >= due:
            continue
        # Two days said of one thing are one promise, for the later of them.
        found[one.begin] = WordGiven(
            key=f"w{one.begin}",
            words=" ".join(text[one.begin : one.until].split()).strip(f"{_SIGNS}.!"),
            promise=promise,
            due_at=due,
            begin=one.begin,
            until=one.until,
        )
    return tuple(found.values())


def check_meant(given: Sequence[WordGiven], meant: Mapping[str, Meant]) -> None:
    """Of every one an agent has said that it becomes a promise.

    Raises:
        WordGivenError: of some they have not.
    """
    open_ = [one for one in given if meant.get(one.key) is not Meant.PROMISED]
    if open_:
        raise WordGivenError(open_)


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
        session.add(
            Promise(
                case_id=draft.case_id,
                approval_id=approval.id,
                what={draft.language: promise.what} if promise.what else by_hand_words(),
                owner_id=approval.agent_id,
                due_at=due_of(promise, hours, now),
            )
        )


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
