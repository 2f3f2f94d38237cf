"""Joins what several complaint types of one matter are given into one answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.decision import Basis, Offer, Remedy, RemedyKind
from models.money import Money
from responses.policy.amounts import DIVISIBLE, cut, larger
from responses.policy.sentences import Sentences, plain

# Against these, a refund of everything is the other way of putting the same thing right.
_CURES = frozenset({RemedyKind.REPLACEMENT, RemedyKind.REPAIR, RemedyKind.REDO})


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One remedy of a choice. Joined choices may hold both owed and goodwill options."""

    remedy: Remedy
    basis: Basis

    @property
    def kind(self) -> RemedyKind:
        """The kind of its remedy."""
        return self.remedy.kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What one rule gives for one complaint type, on its way to becoming an offer."""

    options: tuple[Option, ...]
    rule_id: str
    complaint_type: str | None
    because: str | None = None
    source: str | None = None

    @property
    def owed(self) -> bool:
        """Whether any of its options is owed."""
        return any(option.basis is Basis.OWED for option in self.options)

    @property
    def kinds(self) -> frozenset[RemedyKind]:
        """The kinds of its options."""
        return frozenset(option.kind for option in self.options)

    def offer(self) -> Offer:
        """The finished offer."""
        return Offer(
            basis=Basis.OWED if self.owed else Basis.GOODWILL,
            options=tuple(option.remedy for option in self.options),
            rule_id=self.rule_id,
            complaint_type=self.complaint_type,
            because=self.because,
            source=self.source,
        )


def goodwill_worth(grant: Grant) -> Money | None:
    """The dearest goodwill among the options; None where one's worth is unknown or there is none."""
    worths = [option.remedy.worth for option in grant.options if option.basis is Basis.GOODWILL]
    return dearest(worths)


def dearest(worths: Sequence[Money | None]) -> Money | None:
    """The largest; None where one is unknown or there are none."""
    largest: Money | None = None
    for worth in worths:
        if worth is None:
            return None
        largest = worth if largest is None else larger(largest, worth)
    return largest


def join(grants: Sequence[Grant], say: Sentences) -> tuple[tuple[Grant, ...], tuple[str, ...]]:
    """Join grants, what is owed first. Gives the grants left and sentences on what fell away.

    Of two with the same kind of remedy the larger stays; goodwill is reduced by what is owed of the same
    kind; a full refund beside a replacement, repair or redo becomes a choice between them.
    """
    notes: list[str] = []
    owed = _join_owed([grant for grant in grants if grant.owed])
    goodwill = _keep_larger([grant for grant in grants if not grant.owed])
    left: list[Grant] = []
    for grant in goodwill:
        reduced = _reduce(grant, owed, say, notes)
        if reduced.options:
            left.append(reduced)
    return _refund_or_cure([*owed, *left]), tuple(notes)


def _join_owed(grants: Sequence[Grant]) -> list[Grant]:
    """Drop what is owed twice over: the same thing need not be replaced twice, nor its price paid twice.

    Sums owed by different laws are all owed.
    """
    kept: list[Grant] = []
    for grant in grants:
        twice = any(grant.kinds == other.kinds and _is_whole(grant) and _is_whole(other) for other in kept)
        if not twice:
            kept.append(grant)
    return kept


def _is_whole(grant: Grant) -> bool:
    """Whether every option concerns the thing as a whole and not a sum."""
    return all(option.remedy.full or option.kind not in DIVISIBLE for option in grant.options)


def _keep_larger(grants: Sequence[Grant]) -> list[Grant]:
    kept: list[Grant] = []
    for grant in grants:
        rival = next((other for other in kept if _same_kind(grant, other)), None)
        if rival is None:
            kept.append(grant)
        elif _is_larger(grant, rival):
            kept[kept.index(rival)] = grant
    return kept


def _same_kind(left: Grant, right: Grant) -> bool:
    # Of one complaint type everything stands: the owner wrote it together.
    if left.complaint_type == right.complaint_type or not left.kinds & right.kinds:
        return False
    # Words cost nothing and answer different grievances.
    return not (left.kinds | right.kinds) <= {RemedyKind.WORDS}


def _is_larger(grant: Grant, rival: Grant) -> bool:
    worth, other = goodwill_worth(grant), goodwill_worth(rival)
    if worth is None or other is None:
        return worth is None and other is not None
    return other < worth


def _reduce(grant: Grant, owed: Sequence[Grant], say: Sentences, notes: list[str]) -> Grant:
    options: list[Option] = []
    for option in grant.options:
        due = [part.remedy for other in owed for part in other.options if part.kind is option.kind]
        if not due:
            options.append(option)
            continue
        rest = _rest(option.remedy, due)
        if rest is None:
            notes.append(say("covered", remedy=option.kind))
        else:
            options.append(replace(option, remedy=cut(option.remedy, rest)))
            notes.append(say("reduced", remedy=option.kind, amount=plain(rest)))
    return replace(grant, options=tuple(options))


def _rest(remedy: Remedy, due: Sequence[Remedy]) -> Money | None:
    """What goodwill adds to what is owed of its kind; None where nothing, or nobody can tell."""
    owed = dearest([other.worth for other in due])
    if remedy.kind not in DIVISIBLE or remedy.worth is None or owed is None:
        return None
    return remedy.worth - owed if owed < remedy.worth else None


def _refund_or_cure(grants: Sequence[Grant]) -> tuple[Grant, ...]:
    refund = next((grant for grant in grants if any(option.remedy.full for option in grant.options)), None)
    cure = next((grant for grant in grants if grant.kinds & _CURES and grant is not refund), None)
    if refund is None or cure is None:
        return tuple(grants)
    first, second = (cure, refund) if cure.owed or not refund.owed else (refund, cure)
    added = tuple(option for option in second.options if option.kind not in first.kinds)
    choice = replace(first, options=first.options + added)
    return tuple(choice if grant is first else grant for grant in grants if grant is not second)
