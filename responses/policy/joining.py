"""Joins what several complaint types of one matter are given into one answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.decision import Basis, Offer, Remedy, RemedyKind, Role
from models.money import Money
from responses.policy.amounts import DIVISIBLE, cut, larger
from responses.policy.sentences import Sentences
from responses.policy.situation import PRICE, Situation

# Against these, a refund of the price is the other way of putting the same thing right.
_CURES = frozenset({RemedyKind.REPLACEMENT, RemedyKind.REPAIR, RemedyKind.REDO})

_ORDER = "order"


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One remedy of a choice. Joined choices may hold both owed and goodwill options."""

    remedy: Remedy
    basis: Basis

    @property
    def kind(self) -> RemedyKind:
        """The kind of its remedy."""
        return self.remedy.kind

    @property
    def pays_price(self) -> bool:
        """Whether it refunds the price or a share of it; a sum pays for something else, such as the wait."""
        return self.kind is RemedyKind.REFUND and (self.remedy.full or self.remedy.of == _ORDER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What one rule gives for one complaint type, on its way to becoming an offer.

    `joined` are the complaint types, and `rules` the rules, whose remedies were joined into it.
    """

    options: tuple[Option, ...]
    rule_id: str
    complaint_type: str | None
    because: str | None = None
    source: str | None = None
    joined: frozenset[str | None]
    rules: frozenset[str]

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
        basis = Basis.OWED if self.owed else Basis.GOODWILL
        return Offer(
            basis=basis,
            options=tuple(
                option.remedy if option.basis is basis else replace(option.remedy, basis=option.basis)
                for option in self.options
            ),
            rule_id=self.rule_id,
            complaint_type=self.complaint_type,
            because=self.because,
            source=self.source,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """One answer's grants, what is owed first.

    `notes` are sentences on what fell away, `missing` the facts that someone can supply and without which
    nobody knows what is left of a favour beside what is owed; `tier` is who may approve without them.
    """

    grants: tuple[Grant, ...]
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    tier: Role = Role.AGENT


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


def join(grants: Sequence[Grant], situation: Situation, say: Sentences) -> Joined:
    """Join grants. Of the same kind of remedy for two complaint types the larger stays, inside choices too;
    goodwill is reduced by what is owed of the same kind; a refund of the price beside a replacement,
    repair or redo becomes a choice between them. What one rule gives together stays together.
    """
    if not grants:
        return Joined(grants=())
    owed = _join_owed([grant for grant in grants if grant.owed])
    reducing = _Reducing(owed, situation, say)
    goodwill = [reducing.reduce(grant) for grant in _keep_larger([one for one in grants if not one.owed])]
    left = [grant for grant in goodwill if grant.options]
    return Joined(
        grants=_price_or_cure([*owed, *left]),
        notes=tuple(reducing.notes),
        missing=tuple(reducing.missing),
        tier=reducing.tier,
    )


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
    """Goodwill in which no kind is given for two complaint types.

    What is given for certain comes before what may be chosen: a choice between two remedies that are both
    given anyway takes nothing away from either.
    """
    kept: list[tuple[int, Grant]] = []
    for place, grant in sorted(enumerate(grants), key=lambda each: len(each[1].options)):
        rivals = [index for index, (_, other) in enumerate(kept) if _share_a_kind(grant, other)]
        if rivals:
            _settle(grant, kept, rivals)
        else:
            kept.append((place, grant))
    return [grant for _, grant in sorted(kept, key=lambda each: each[0])]


def _share_a_kind(left: Grant, right: Grant) -> bool:
    # Of one complaint type everything stands: the owner wrote it together.
    if left.joined & right.joined:
        return False
    # Words cost nothing and answer different grievances.
    return bool((left.kinds & right.kinds) - {RemedyKind.WORDS})


def _settle(grant: Grant, kept: list[tuple[int, Grant]], rivals: Sequence[int]) -> None:
    """Put the options of a grant where their kind stands; what is new becomes one more thing to choose."""
    first = rivals[0]
    place, other = kept[first]
    if len(rivals) == 1 and all(_is_larger(grant, other, kind) for kind in other.kinds):
        # It holds more of everything: its own order stays, of which the first is the default.
        kept[first] = place, _with_origins(grant, other)
        return
    for index in rivals:
        where, other = kept[index]
        shared = (grant.kinds & other.kinds) - {RemedyKind.WORDS}
        kept[index] = where, _with_the_larger(other, grant, shared)
    known = {kind for index in rivals for kind in kept[index][1].kinds}
    added = tuple(option for option in grant.options if option.kind not in known)
    place, other = kept[first]
    kept[first] = place, replace(other, options=other.options + added)


def _with_the_larger(grant: Grant, other: Grant, shared: frozenset[RemedyKind]) -> Grant:
    """A grant with the other's remedies of those kinds where they are larger."""
    options: list[Option] = []
    taken: set[RemedyKind] = set()
    for option in grant.options:
        if option.kind not in shared or not _is_larger(other, grant, option.kind):
            options.append(option)
        elif option.kind not in taken:
            taken.add(option.kind)
            options += _of_kind(other, option.kind)
    # Where nothing of its own is left, the answer is the other rule's, with its reason.
    kept = grant if any(option in grant.options for option in options) else other
    return replace(_with_origins(kept, grant, other), options=tuple(options))


def _with_origins(grant: Grant, *others: Grant) -> Grant:
    """A grant that knows what was joined into it."""
    return replace(
        grant,
        joined=grant.joined.union(*(other.joined for other in others)),
        rules=grant.rules.union(*(other.rules for other in others)),
    )


def _of_kind(grant: Grant, kind: RemedyKind) -> list[Option]:
    return [option for option in grant.options if option.kind is kind]


def _is_larger(grant: Grant, rival: Grant, kind: RemedyKind) -> bool:
    """Whether a grant holds more of a kind. What nobody can put a figure to counts as more, so that it is
    not lost; of two such, the larger share."""
    ours, theirs = _of_kind(grant, kind), _of_kind(rival, kind)
    if not ours:
        return False
    worth, other = (dearest([option.remedy.worth for option in side]) for side in (ours, theirs))
    if worth is not None and other is not None:
        return other < worth
    if worth is None and other is None:
        return max(map(_share, ours)) > max(map(_share, theirs))
    return worth is None


def _share(option: Option) -> int:
    return 100 if option.remedy.full else int(option.remedy.percent or 0)


class _Reducing:
    """Takes from goodwill what is owed of the same kind."""

    def __init__(self, owed: Sequence[Grant], situation: Situation, say: Sentences) -> None:
        self.owed = owed
        self.say = say
        self.price = situation.known.get(PRICE)
        self.price_can_come = situation.can_come(PRICE)
        self.notes: list[str] = []
        self.missing: list[str] = []
        self.tier = Role.AGENT

    def reduce(self, grant: Grant) -> Grant:
        if not self.owed:
            return grant
        options = [self._rest_of(option) for option in grant.options]
        return replace(grant, options=tuple(option for option in options if option is not None))

    def _rest_of(self, option: Option) -> Option | None:
        """What goodwill adds to what is owed of its kind; None where nothing."""
        due = [found for grant in self.owed if (found := _of_kind(grant, option.kind))]
        if not due:
            return option
        if option.kind not in DIVISIBLE or _covers_any_share(due, option):
            self._say_covered(option)
            return None
        sums = [dearest([one.remedy.worth for one in found]) for found in due]
        known = [worth for worth in sums if worth is not None]
        worth = option.remedy.worth
        if worth is None or len(known) < len(sums):
            return self._unknown(option)
        rest = worth
        for part in known:
            rest = rest - part
        if rest.amount <= 0:
            self._say_covered(option)
            return None
        self.notes.append(self.say("reduced", remedy=option.kind, amount=rest))
        return replace(option, remedy=cut(option.remedy, rest, self.price, reduced=True))

    def _say_covered(self, option: Option) -> None:
        self.notes.append(self.say("covered", remedy=option.kind))

    def _unknown(self, option: Option) -> Option:
        """Nobody can tell what is left: the price is asked for, or the favour stands and is looked at."""
        if self.price_can_come:
            self.missing.append(PRICE)
        else:
            self.tier = Role.SUPERVISOR
            role = self.say.role(self.tier)
            self.notes.append(self.say("owed_unknown", remedy=option.kind, role=role))
        return option


def _covers_any_share(due: Sequence[Sequence[Option]], option: Option) -> bool:
    """Whether the price itself is owed back, of which the goodwill is a share: whatever the price is."""
    return option.pays_price and any(one.remedy.full for found in due for one in found)


def _price_or_cure(grants: Sequence[Grant]) -> tuple[Grant, ...]:
    """A refund of the price and every cure beside it as one choice: they put the same thing right."""
    together = frozenset().union(*(_rules_giving_both(grants)))
    free = [grant for grant in grants if not grant.rules & together]
    refund = next((one for one in free if any(option.pays_price for option in one.options)), None)
    cures = [one for one in free if one.kinds & _CURES and one is not refund]
    if refund is None or not cures:
        return tuple(grants)
    # What is owed comes first. Of two cures that are owed nobody gives one up for the other.
    cure, *others = cures
    others = [one for one in others if not one.owed]
    first, *rest = [cure, refund, *others] if cure.owed or not refund.owed else [refund, cure, *others]
    choice = first
    for one in rest:
        added = tuple(option for option in one.options if option.kind not in choice.kinds)
        choice = replace(_with_origins(choice, one), options=choice.options + added)
    left = [grant for grant in grants if not any(grant is one for one in rest)]
    return tuple(choice if grant is first else grant for grant in left)


def _rules_giving_both(grants: Sequence[Grant]) -> list[frozenset[str]]:
    """The rules that give a refund of the price and a cure side by side: their author meant both."""
    return [
        refund.rules & cure.rules
        for refund in grants
        for cure in grants
        if refund is not cure and any(option.pays_price for option in refund.options) and cure.kinds & _CURES
    ]
