"""Keeps goodwill within the policy's limits, and says who may approve what is left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models.decision import Basis, Role
from models.money import Money
from responses.policy.amounts import DIVISIBLE, cut, larger, rounded_down
from responses.policy.joining import Grant, Option, goodwill_worth
from responses.policy.schema import Policy
from responses.policy.sentences import Said, Sentences
from responses.policy.situation import PRICE, Situation
from responses.policy.totals import Before, Doubt, above_totals, favours, past_unknown

ROLES = tuple(Role)

_RANKS = {role: rank for rank, role in enumerate(ROLES)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Limited:
    """Grants within the limits.

    `worth` is all the goodwill together, None where a part's worth is unknown. `missing` are facts that
    someone can supply and that a limit needs, `unchecked` the limits that something unknown keeps open.
    `beyond` says that the goodwill is worth more than anyone may approve.
    """

    grants: tuple[Grant, ...]
    worth: Money | None
    tier: Role
    cut: tuple[str, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    unchecked: tuple[tuple[str, str], ...] = ()
    beyond: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cap:
    """How much goodwill is left to give, and the limit that says so: a name among `Sentences`, its sum."""

    left: Money
    name: str
    limit: Money


def higher(*roles: Role) -> Role:
    """The role with the most rights."""
    return max(roles, key=_RANKS.__getitem__)


def apply_limits(grants: Sequence[Grant], policy: Policy, situation: Situation, say: Sentences) -> Limited:
    """Cut goodwill that can be cut, raise the tier for what cannot. What is owed is left alone."""
    return _Limits(policy, situation, say).apply(grants)


class _Limits:
    def __init__(self, policy: Policy, situation: Situation, say: Sentences) -> None:
        self.policy = policy
        self.situation = situation
        self.say = say
        self.tier = Role.AGENT
        self.cut: list[str] = []
        self.notes: list[str] = []
        self.missing: list[str] = []
        self.unchecked: list[tuple[str, str]] = []
        self.beyond = False
        self.nothing = Money(amount=Decimal(0), currency=policy.currency)

    def apply(self, grants: Sequence[Grant]) -> Limited:
        if not any(_costs(option) for grant in grants for option in grant.options):
            return self._limited(grants, self.nothing)
        caps = self._caps()
        worth: Money | None = self.nothing
        kept: list[Grant] = []
        for grant in grants:
            options = self._fit(grant.options, caps)
            within = grant if options == grant.options else replace(grant, options=options)
            if not within.options:
                continue
            kept.append(within)
            used = goodwill_worth(within)
            if used is not None:
                caps = [replace(cap, left=larger(cap.left - used, self.nothing)) for cap in caps]
                worth = None if worth is None else worth + used
            elif any(option.basis is Basis.GOODWILL for option in within.options):
                worth = None
        self._raise_for_worth(worth)
        self._raise_for_totals(worth)
        if self.beyond and any(grant.owed for grant in kept):
            return self._limited(self._what_is_owed(kept), self.nothing)
        return self._limited(kept, worth)

    def _what_is_owed(self, grants: Sequence[Grant]) -> list[Grant]:
        """What is owed alone: it does not wait for the favour that nobody may approve."""
        self.beyond = False
        left: list[Grant] = []
        for grant in grants:
            owed = tuple(option for option in grant.options if option.basis is Basis.OWED)
            for option in (option for option in grant.options if option not in owed):
                role = self.say.role(Role.ADMIN)
                self.notes.append(self.say("above_all_owed", remedy=option.kind, role=role))
            left += [replace(grant, options=owed)] if owed else []
        return left

    def _limited(self, grants: Sequence[Grant], worth: Money | None) -> Limited:
        return Limited(
            grants=tuple(grants),
            worth=worth,
            tier=self.tier,
            cut=tuple(self.cut),
            notes=tuple(self.notes),
            missing=tuple(dict.fromkeys(self.missing)),
            unchecked=tuple(self.unchecked),
            beyond=self.beyond,
        )

    def _caps(self) -> list[_Cap]:
        limits, matter = self.policy.limits, self.situation.matter
        bounded = limits.per_case is not None or limits.share_of_price is not None
        spent, unknown = favours(matter.given_here if bounded else (), self.policy.currency)
        for given in unknown:
            self._doubt(past_unknown(given, "per_case", self.policy.timezone))
        caps: list[_Cap] = []
        if limits.per_case is not None:
            caps.append(self._cap("per_case", limits.per_case, spent))
        if limits.share_of_price is not None:
            price = self.situation.known.get(PRICE)
            if isinstance(price, Money):
                share = rounded_down(price * limits.share_of_price)
                caps.append(self._cap("share_of_price", share, spent))
            elif self.situation.can_come(PRICE):
                self.missing.append(PRICE)
            elif limits.per_case is not None:
                self.notes.append(self.say("price_unknown"))
            else:
                # Nothing else bounds what is given: somebody has to look.
                self._raise("price_unknown_alone", Role.SUPERVISOR)
        return caps

    def _cap(self, name: str, limit: Money, spent: Money) -> _Cap:
        return _Cap(left=larger(limit - spent, self.nothing), name=name, limit=limit)

    def _named(self, cap: _Cap) -> str:
        # Said where something is cut only: most goodwill stays below, and each share of a price is another.
        return self.say(cap.name, cap=cap.limit)

    def _fit(self, options: tuple[Option, ...], caps: Sequence[_Cap]) -> tuple[Option, ...]:
        fitted = (self._fit_option(option, caps) for option in options)
        return tuple(option for option in fitted if option is not None)

    def _fit_option(self, option: Option, caps: Sequence[_Cap]) -> Option | None:
        if not _costs(option):
            return option
        if option.remedy.worth is None and (option.kind not in DIVISIBLE or not caps):
            self._raise("unknown_worth", Role.SUPERVISOR, remedy=option.kind)
            return option
        cap = min(caps, key=lambda one: one.left.amount, default=None)
        worth = option.remedy.worth
        if cap is None or (worth is not None and worth <= cap.left):
            return option
        if option.kind in DIVISIBLE:
            if cap.left == self.nothing:
                self.cut.append(self.say("dropped", remedy=option.kind, limit=self._named(cap)))
                return None
            if worth is not None or option.remedy.full:
                # Without a worth the bound only closes what was open: nothing is taken away.
                limit = self._named(cap)
                self.cut.append(self.say("cut", remedy=option.kind, amount=cap.left, limit=limit))
            return replace(option, remedy=cut(option.remedy, cap.left, self.situation.known.get(PRICE)))
        self._raise("above", Role.SUPERVISOR, remedy=option.kind)
        return option

    def _raise_for_worth(self, worth: Money | None) -> None:
        if worth is None or not self.policy.approval:
            return
        for role in ROLES:
            limit = self.policy.approval[role]
            if limit is None or worth <= limit:
                self.tier = higher(self.tier, role)
                return
        self.tier = Role.ADMIN
        self.beyond = True
        self.notes.append(self.say("above_all", worth=worth, role=self.say.role(Role.ADMIN)))

    def _raise_for_totals(self, worth: Money | None) -> None:
        matter = self.situation.matter
        before = Before(given=(*matter.given_here, *matter.history), spent=matter.spent, now=matter.now)
        for doubt in above_totals(worth, self.policy, before):
            self._doubt(doubt)

    def _raise(self, phrase: str, role: Role, **fields: Said) -> None:
        self.tier = higher(self.tier, role)
        self.notes.append(self.say(phrase, role=self.say.role(role), **fields))

    def _doubt(self, doubt: Doubt) -> None:
        self._raise(doubt.phrase, Role.SUPERVISOR, **doubt.fields)
        if doubt.unchecked is not None:
            self.unchecked.append((doubt.unchecked, self.notes[-1]))


def _costs(option: Option) -> bool:
    worth = option.remedy.worth
    return option.basis is Basis.GOODWILL and (worth is None or worth.amount > 0)
