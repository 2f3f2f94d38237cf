"""Withholding: what was decided and is not given, because the text that is sent does not say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from responses.checks import CheckContext, Unsaid
from responses.checks.promises import promised_day, promised_in
from responses.checks.undertakings import are_apart
from responses.errors import BlockedError
from responses.policy.withheld import Place


class Meant(StrEnum):
    """What an agent says of something decided that the text does not say, as far as can be told.

    `PROMISED` and `NO_PROMISE` are said of the contrary, see `word_given`.
    """

    WITHHELD = "withheld"  # it is not given
    WORDED = "worded"  # it stands there in other words
    PROMISED = "promised"  # said of a promise in their own words: it becomes one
    NO_PROMISE = "no_promise"  # said of the same: the words promise nothing


ABOUT_UNSAID = (Meant.WITHHELD, Meant.WORDED)
"""What can be meant by leaving out what was decided."""


class UnsaidError(BlockedError):
    """An agent has to say first what is meant by leaving out what `unsaid` names; the reason is `unsaid`."""

    def __init__(self, unsaid: Sequence[Unsaid]) -> None:
        self.unsaid = tuple(unsaid)
        super().__init__("unsaid", keys=",".join(one.key for one in unsaid))

    def told(self, language: str) -> str:
        """What is left out, in an agent's language."""
        return "; ".join(one.told(language) for one in self.unsaid)


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """What of a decision is not given, and what is given in other words.

    `places` are the options withheld, `owed` what of all that the customer has a right to. `commitments` are
    the numbers of those that stand in other words than their slot's; `answer_follows` says the same of the
    announced answer. `day` is the one day that the text names for what stands in other words, None where it
    names none or several.
    """

    places: frozenset[Place] = frozenset()
    owed: tuple[Unsaid, ...] = ()
    commitments: frozenset[int] = frozenset()
    answer_follows: bool = False
    day: date | None = None
    anything: bool = False


NOTHING = Withheld()


def settled(text: str, asked: Sequence[Unsaid], meant: Mapping[str, Meant], about: CheckContext) -> Withheld:
    """What an agent's words about the unsaid come to; `meant` is by `Unsaid.key`.

    Raises:
        UnsaidError: they do not say it of everything; a code that stands nowhere can only be withheld.
    """
    open_ = [
        one
        for one in asked
        if meant.get(one.key) not in ABOUT_UNSAID or (one.needs_slot and meant[one.key] is not Meant.WITHHELD)
    ]
    if open_:
        raise UnsaidError(open_)
    left_out = [one for one in asked if meant[one.key] is Meant.WITHHELD]
    worded = [one for one in asked if meant[one.key] is Meant.WORDED]
    dated = [one for one in worded if not one.remedies]
    return Withheld(
        places=frozenset(place for one in left_out for place in one.places),
        owed=tuple(one for one in left_out if one.is_owed),
        commitments=frozenset(one.commitment for one in dated if one.commitment is not None),
        answer_follows=any(one.commitment is None for one in dated),
        # Of several promises nobody can tell which one the day is for.
        day=_day_of(dated[0], text, about) if len(dated) == 1 else None,
        anything=bool(left_out),
    )


def _day_of(one: Unsaid, text: str, about: CheckContext) -> date | None:
    """The day on which the text does it in other words, and nothing that is certainly something else."""
    what = one.what.get(about.language, "") if one.commitment is not None else ""
    if any(are_apart(what, promise.said, about.language) for promise in promised_in(text, about)):
        return None
    return promised_day(text, about)
