"""What conditions are judged against: one complaint type of a matter, and what is known about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from models.decision import FactValue, Matter
from models.money import Money
from responses.policy.schema import FactSpec, FactType, Policy, Supplier

# Names with a meaning of their own beside the one the owner's conditions give them.
FAULT = "fault"
OURS = "ours"
PRICE = "order_value"
ORDER = "order_id"

FactInput = bool | str | date | Decimal | Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """One complaint type of a matter (`complaint_type` None: the matter names none).

    `known` holds the value of every fact that is known or presumed, `presumed` the names of the latter,
    `unavailable` the facts that nobody will ever supply. A fact in none of them is unknown.
    """

    matter: Matter
    complaint_type: str | None
    known: Mapping[str, FactInput]
    presumed: frozenset[str]
    unavailable: frozenset[str]
    today: date

    def can_come(self, name: str) -> bool:
        """Whether the fact is not known and somebody may still supply it."""
        return name not in self.known and name not in self.unavailable

    @property
    def our_fault(self) -> bool | None:
        """Whether the failure is ours; None while nobody knows."""
        if FAULT in self.known:
            return self.known[FAULT] == OURS
        if self.matter.own_error and "own_error" not in self.matter.abstained:
            return False
        return None

    @property
    def fault_is_established(self) -> bool:
        """Whether somebody knows that the failure is ours; what is presumed nobody knows."""
        return self.known.get(FAULT) == OURS and FAULT not in self.presumed


def situation(policy: Policy, matter: Matter, complaint_type: str | None) -> Situation:
    """Put together what is known, presumed and out of reach for one complaint type.

    A value that does not fit the declared type (the file has changed since, or the money has another
    currency) counts as unknown; of money in another currency an agent can say what it is in the policy's,
    whoever else supplies it. So does nothing that neither customer nor agent can supply: waiting for
    it would be waiting for ever, hence it is unavailable, and so is the price where the file declares none.
    What the order book knows and will tell once the customer has shown that the order is theirs is unknown
    until then. Whoever says that nobody knows says nothing against what the owner presumes in just that
    case: the presumption stands.
    """
    return situations(policy, matter, (complaint_type,))[0]


def situations(
    policy: Policy, matter: Matter, complaint_types: Sequence[str | None]
) -> tuple[Situation, ...]:
    """The situation of each of these complaint types; they differ by what is presumed alone."""
    known: dict[str, FactInput] = {}
    unknown: list[str] = []
    unavailable = {PRICE} - policy.facts.keys()
    for name, spec in policy.facts.items():
        given = matter.facts.get(name)
        if given is not None and not given.unavailable:
            value = fitting_value(policy, spec, given)
            if value is not None:
                known[name] = value
                continue
            if foreign_money(policy, spec, given) is not None:
                unknown.append(name)
                continue
        unknown.append(name)
        if (given is not None and given.unavailable) or (
            not can_be_supplied(spec) and name not in matter.unproven
        ):
            unavailable.add(name)
    today = matter.now.astimezone(policy.timezone).date()
    found = []
    for complaint_type in complaint_types:
        presumptions = policy.presumed_for(complaint_type)
        presumed = {name: presumptions[name] for name in unknown if name in presumptions}
        found.append(
            Situation(
                matter=matter,
                complaint_type=complaint_type,
                known=known | presumed,
                presumed=frozenset(presumed),
                unavailable=frozenset(unavailable.difference(presumed)),
                today=today,
            )
        )
    return tuple(found)


def can_be_supplied(spec: FactSpec) -> bool:
    """Whether a person can be asked for the fact: an agent, or a customer in words the file gives."""
    return Supplier.AGENT in spec.suppliers or spec.ask is not None


def foreign_money(policy: Policy, spec: FactSpec, given: FactValue | None) -> Money | None:
    """The sum that is known, but in another currency than the policy counts in."""
    if given is None or given.unavailable or spec.type is not FactType.MONEY:
        return None
    value = given.value
    return value if isinstance(value, Money) and value.currency != policy.currency else None


def fitting_value(policy: Policy, spec: FactSpec, given: FactValue) -> FactInput | None:
    """The fact's value as its declared type has it, or None where it does not fit."""
    value = given.value
    match spec.type:
        case FactType.YES_NO:
            return value if isinstance(value, bool) else None
        case FactType.MONEY:
            return value if isinstance(value, Money) and value.currency == policy.currency else None
        case FactType.DAYS | FactType.NUMBER:
            return value if isinstance(value, Decimal) else None
        case FactType.DATE:
            return value if isinstance(value, date) and not isinstance(value, datetime) else None
        case FactType.CHOICE:
            return value if isinstance(value, str) and value in spec.choices else None
        case FactType.TEXT:
            return value if isinstance(value, str) and value else None
