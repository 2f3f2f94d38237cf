"""A customer's record, put together from what they wrote and were given: on the road, and over a past."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from models.decision import Basis, Duration, DurationUnit, Given
from models.labels import Act, Urgency
from models.record import Happening, Record
from responses.policy.given import later, still_counts
from responses.policy.schema import Count, Policy

_NOT_SAID = (Count.PAID_ORDERS, Count.YEARS_KNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What of one message counts. `message` is its id; `threat` is None where nobody knows its words."""

    case_id: str
    at: datetime
    claim: bool
    critical: bool
    threat: bool | None
    message: str = ""


def is_claim(act: str, abstained: Collection[str]) -> bool:
    """Whether a message read so counts as a claim; what the classifier is unsure of does not."""
    return act == Act.COMPLAINT and "act" not in abstained


def is_critical(urgency: str, abstained: Collection[str]) -> bool:
    """Whether a message read so counts as critical."""
    return urgency == Urgency.CRITICAL and "urgency" not in abstained


class Records:
    """Puts records together as far back as the signals of a policy look."""

    def __init__(self, policy: Policy) -> None:
        said = [signal for signal in policy.signals if signal.count not in _NOT_SAID]
        spans = {signal.within for signal in said}
        days = [span.count for span in spans if span.unit is not DurationUnit.MONTHS]
        months = [span.count for span in spans if span.unit is DurationUnit.MONTHS]
        self._days = timedelta(days=max(days, default=0))
        self._months = Duration(count=max(months), unit=DurationUnit.MONTHS) if months else None
        self.fewest = min((signal.at_least or 0 for signal in said), default=None)
        """How many messages it takes at least for any signal that counts what was written; None for none."""

    def reaches(self, at: datetime, now: datetime) -> bool:
        """Whether any signal still counts what was written at that moment."""
        return now < at + self._days or (self._months is not None and now < later(at, self._months))

    def record(
        self,
        said: Iterable[Said],
        *,
        given: Collection[Given],
        paid_orders: tuple[Happening, ...] | None,
        since: datetime | None,
        present: str,
        now: datetime,
        unknown_to_book: bool | None = None,
    ) -> Record:
        """What all this shows at a moment.

        Args:
            said: what the customer wrote, up to then.
            given: everything that they were given before, in this case and in others.
            paid_orders: as the order book knows them, None where it cannot tell.
            since: when they first came.
            present: the id of the case at hand.
            now: the moment.
            unknown_to_book: whether the order book knows no order of theirs, None where it cannot tell.
        """
        counted = [one for one in said if self.reaches(one.at, now)]
        # Whoever claims what is their right has shown nothing, also where they then said it is not needed.
        rightful = {one.case_id for one in given if one.basis is Basis.OWED}
        claims = _happenings(one for one in counted if one.claim and one.case_id not in rightful)
        heard = all(one.threat is not None for one in counted)
        return Record(
            cases=_happenings(counted),
            claims=claims,
            threats=_happenings(one for one in counted if one.threat) if heard else None,
            # Who threatens is read as critical as well, and is not the one in danger.
            critical=_happenings(one for one in counted if one.critical and not one.threat),
            unbought={True: claims, False: (), None: None}[unknown_to_book],
            paid_orders=paid_orders,
            remedies=tuple(Happening(id=one.case_id, at=one.at) for one in given if still_counts(one)),
            since=since,
            present=present,
        )


def _happenings(said: Iterable[Said]) -> tuple[Happening, ...]:
    """The cases of these messages, each from its first one on."""
    ordered = sorted(said, key=lambda one: (one.case_id, one.at, one.message))
    if not ordered:
        return ()
    grouped = [(case_id, list(ones)) for case_id, ones in groupby(ordered, key=lambda one: one.case_id)]
    found = (
        Happening(id=case_id, at=ones[0].at, messages=tuple(one.message for one in ones))
        for case_id, ones in grouped
    )
    return tuple(sorted(found, key=lambda one: (one.at, one.id)))
