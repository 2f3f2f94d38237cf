"""What agents read of facts: their names, their choices and their values, on cards and on the desk."""

from datetime import date
from decimal import Decimal

from models.decision import Decision, FactValue, MissingFact
from models.money import Money
from responses.drafts.numbers import format_money
from responses.drafts.templates import in_register
from responses.policy.conditions import Operand
from responses.policy.schema import FactType, Policy, Supplier
from responses.policy.words.conditions import ConditionWords
from responses.policy.words.phrases import phrases_in

PRESUMED = "presumed"
"""The source of a value that is but presumed."""


class FactNames:
    """The names of one policy's facts in a language of the desk: the owner's, else ours, else the file's.

    Without a policy there are ours only. Names stand before a colon or in a list; none holds a blank.
    """

    def __init__(self, policy: Policy | None, language: str) -> None:
        self._policy = policy
        self._say = phrases_in(language)
        self._words = ConditionWords(policy, self._say) if policy is not None else None

    def over(self, fact: str) -> str:
        """A fact over its value or before its answer: "la caparra", "la foto mostra il danno"."""
        yes = self._words.yes(fact) if self._words is not None and self._is_known(fact) else None
        return yes or self.needed(fact)

    def needed(self, fact: str) -> str:
        """A fact as what must be known: "la caparra", "se la foto mostra il danno"."""
        if self._words is not None and self._is_known(fact):
            named = self._words.needed(fact)
        else:
            named = self._say.maybe(f"facts.{fact}.the")
        return named or _plain(fact)

    def wanted(self, fact: MissingFact) -> str:
        """What the customer is asked for: the fact, or the thing that an agent then looks at ("una foto")."""
        spec = self._policy.facts.get(fact.name) if self._policy is not None else None
        ask = (fact.ask or {}).get(self._say.language)
        if ask is None or (spec is not None and Supplier.CUSTOMER in spec.suppliers):
            return self.needed(fact.name)
        return in_register(ask, formal=True).partition(":")[0].strip()

    def choice(self, fact: str, choice: str) -> str:
        """One of the values that the fact can have."""
        known = self._words.choice(fact, choice) if self._words is not None else None
        return known or self._say.maybe(f"facts.{fact}.{choice}") or _plain(choice)

    def value(self, fact: str, known: FactValue) -> str:
        """What is known of the fact, if only that nobody can say it."""
        if known.unavailable:
            return self._say("values.unavailable")
        match known.value:
            case bool():
                return self._say("values.yes" if known.value else "values.no")
            case Money():
                return format_money(known.value, self._say.language)
            case date():
                return self._say.day(known.value)
            case Decimal():
                return self._number(fact, known.value)
            case value:
                return self.choice(fact, str(value)) if self._is_choice(fact) else str(value)

    def likely(self, fact: MissingFact) -> str:
        """What the customer seems to have said, which is kept as an agent would type it."""
        said = fact.likely or ""
        match fact.type:
            case FactType.DATE:
                value: object = date.fromisoformat(said)
            case FactType.MONEY if self._policy is not None:
                value = Money(amount=Decimal(said), currency=self._policy.currency)
            case FactType.DAYS | FactType.NUMBER:
                value = Decimal(said)
            case _:
                value = said
        return self.value(fact.name, FactValue(value=value, source=Supplier.CUSTOMER))

    def presumed(self, decision: Decision) -> tuple[tuple[str, str], ...]:
        """What the owner takes for true here while nobody knows: the facts by name, with their values."""
        if self._policy is None:
            return ()
        by_type = [self._policy.presumed_for(one) for one in decision.complaint_types]
        always = self._policy.presumed_for(None)
        found = []
        for fact in decision.presumed:
            taken: list[Operand | None] = [one[fact] for one in by_type if fact in one]
            values = [
                self.value(fact, FactValue(value=one, source=PRESUMED, unavailable=one is None))
                for one in taken or [always.get(fact)]
            ]
            found.append((fact, self._say.joined(list(dict.fromkeys(values)), "or")))
        return tuple(found)

    def _number(self, fact: str, number: Decimal) -> str:
        """Days as days, anything else as a bare number."""
        if self._words is not None and self._is_known(fact):
            return self._words.value(fact, number)
        return self._say.number(number)

    def _is_known(self, fact: str) -> bool:
        return self._policy is not None and fact in self._policy.facts

    def _is_choice(self, fact: str) -> bool:
        spec = self._policy.facts.get(fact) if self._policy is not None else None
        return spec is not None and spec.type is FactType.CHOICE


def _plain(name: str) -> str:
    return name.replace("_", " ")
