"""Conditions in words: "il pacco è in ritardo di più di 5 giorni e non è colpa del cliente"."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from models.decision import Duration, DurationUnit
from models.money import Money
from responses.drafts.templates import in_register
from responses.policy.conditions import AllOf, AnyOf, Condition, Operand, Operator, Subject, Test
from responses.policy.schema import FactSpec, FactType, FactWords, Policy, Supplier
from responses.policy.words.phrases import Phrases

_OPPOSITE = {
    Operator.OVER: Operator.UP_TO,
    Operator.UP_TO: Operator.OVER,
    Operator.UNDER: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.UNDER,
}
_LISTS = {"act": "acts", "tone": "tones", "urgency": "urgencies", "ask": "asks"}
_SPANS = {Subject.DAYS_SINCE: DurationUnit.DAYS, Subject.MONTHS_SINCE: DurationUnit.MONTHS}
_NO_WORDS = FactWords(values={})
_BRACKETS = re.compile(r"\s*\([^)]*\)")


class ConditionWords:
    """Says the conditions of one policy, with the owner's own words where the file has some."""

    def __init__(self, policy: Policy, say: Phrases) -> None:
        self._policy = policy
        self._say = say
        own = policy.words.get(say.language)
        self._facts = own.facts if own is not None else {}
        self._complaints = own.complaints if own is not None else {}

    def complaint(self, name: str) -> str:
        """What went wrong: the owner's words, ours, or those of the name."""
        known = self._complaints.get(name) or self._say.maybe(f"complaints.{name}")
        return known or name.replace("_", " ")

    def noun(self, name: str) -> str:
        """A fact as a noun with its article; one without words is quoted by its name."""
        return self._noun(name) or self._quoted(name)

    def asked(self, name: str) -> str:
        """A fact as what must be known: "il giorno della consegna", "se la foto mostra il danno"."""
        return self.needed(name) or self._quoted(name)

    def needed(self, name: str) -> str | None:
        """The same; None of a fact that nobody has words for."""
        spec, words = self._policy.facts[name], self._words(name)
        if spec.type is FactType.DATE and words.noun is not None:
            if self._say.names_a_day(words.noun):
                return words.noun
            return self._say("asked.day", noun=words.noun, of_noun=self._say.after("di", words.noun))
        if spec.type is FactType.YES_NO and words.yes is not None:
            return self._say("asked.whether", clause=words.yes)
        return self._noun(name)

    def yes(self, name: str) -> str | None:
        """That a fact which is a yes or a no is so, in the owner's words."""
        return self._words(name).yes

    def choice(self, name: str, value: str) -> str | None:
        """A value of a fact in the owner's words or ours, where there are some."""
        own = self._facts[name].values.get(value) if name in self._facts else None
        return own or self._say.maybe(f"facts.{name}.{value}")

    def unit(self, name: str) -> str:
        """One of what a number counts: "notte"."""
        return self._words(name).unit or self._quoted(name)

    def clauses(self, condition: Condition) -> list[str]:
        """What must all hold."""
        said: list[str] = []
        for _, group in groupby(_flat(condition), key=_bound_key):
            parts = list(group)
            said += [self._bounded(parts)] if len(parts) > 1 else [self._clause(part) for part in parts]
        return said

    def clause(self, condition: Condition) -> str:
        """A whole condition in one breath; an either-or within more is in brackets."""
        flat = _flat(condition)
        if len(flat) == 1 and isinstance(flat[0], AnyOf):
            return self._say.joined([self.clause(part) for part in flat[0].parts], "choice")
        return self._say.joined(self.clauses(condition))

    def value(self, name: str, value: Operand) -> str:
        """A value of a fact by itself: "8 giorni"."""
        return self._value(self._policy.facts[name], value)

    def holds(self, fact: str, value: Operand) -> str:
        """That a fact has this value."""
        test = Test(subject=Subject.FACT, name=fact, operator=Operator.IS, operands=(value,), text=str(value))
        return self._fact(test)

    def _clause(self, condition: Condition) -> str:
        match condition:
            case Test() if condition.subject is Subject.MESSAGE:
                return self._message(condition)
            case Test() if condition.subject is Subject.FACT:
                return self._fact(condition)
            case Test():
                return self._since([condition])
            case AnyOf() if len(condition.parts) > 1:
                return self._say("parted", text=self.clause(condition))
            case _:
                return self.clause(condition)

    def _message(self, test: Test) -> str:
        name = test.name
        if name == "own_error":
            admits = (test.operands[0] is True) != test.negated
            return self._say(f"conditions.own_error.{'is' if admits else 'not'}")
        if test.operator is not Operator.IS:
            operator = _OPPOSITE[test.operator] if test.negated else test.operator
            bound = self._say.filled(f"bounds.{operator}", self._label(name, test.operands[0]))
            return self._say.filled(f"conditions.{name}.is", bound)
        labels = [self._label(name, operand) for operand in test.operands]
        if test.negated:
            return self._say.joined([self._say.filled(f"conditions.{name}.not", label) for label in labels])
        return self._say.filled(f"conditions.{name}.is", self._say.joined(labels, "or"))

    def _label(self, field: str, operand: Operand) -> str:
        value = str(operand)
        match field:
            case "complaint":
                return self._say("quote", text=self.complaint(value))
            case "language":
                return self._say.language_name(value)
            case _:
                return self._say(f"{_LISTS[field]}.{value}")

    def _fact(self, test: Test) -> str:
        spec, words = self._policy.facts[test.name], self._words(test.name)
        if test.operator is Operator.KNOWN:
            form = "not" if test.negated else "is"
            return self._say.filled(f"conditions.known.{form}", self.noun(test.name))
        if spec.type is FactType.YES_NO:
            return self._yes_no(test, words)
        if spec.type is FactType.CHOICE:
            return self._choice(test, words)
        return self._bounded([test])

    def _yes_no(self, test: Test, words: FactWords) -> str:
        if len(set(test.operands)) > 1:
            return self._say.filled("conditions.known.is", self.noun(test.name))
        yes = (test.operands[0] is True) != test.negated
        own = words.yes if yes else words.no
        if own is not None:
            return own
        return self._say(f"conditions.plain_{'yes' if yes else 'no'}", noun=self.noun(test.name))

    def _choice(self, test: Test, words: FactWords) -> str:
        values = [words.values.get(str(one)) or str(one).replace("_", " ") for one in test.operands]
        if not words.values:
            key = "conditions.plain_not" if test.negated else "conditions.plain"
            return self._say(key, noun=self.noun(test.name), value=self._say.joined(values, "or"))
        if not test.negated:
            return (words.clause or "{}").replace("{}", self._say.joined(values, "or"))
        if words.negated is not None and len(values) == 1:
            return words.negated.replace("{}", values[0])
        # Every other value the fact can have says the same without a not.
        left = [
            words.values[name] for name in self._policy.facts[test.name].choices if name not in test.operands
        ]
        return (words.clause or "{}").replace("{}", self._say.joined(left, "or"))

    def _bounded(self, parts: Sequence[Condition]) -> str:
        """Bounds on one fact, together: "più di 0 € e al massimo 10.000 €"."""
        tests = [part for part in parts if isinstance(part, Test)]
        if tests[0].subject in _SPANS:
            return self._since(tests)
        name, words = tests[0].name, self._words(tests[0].name)
        if len(tests) == 1:
            nought = _about_nought(tests[0])
            own = words.some if nought is True else words.none if nought is False else None
            if own is not None:
                return own
        value = self._say.joined([self._bound(test) for test in tests])
        if words.clause is not None:
            return words.clause.replace("{}", value)
        return self._say("conditions.plain", noun=self.noun(name), value=value)

    def _bound(self, test: Test) -> str:
        spec = self._policy.facts[test.name]
        if test.operator is Operator.IS:
            values = self._say.joined([self._value(spec, operand) for operand in test.operands], "or")
            return self._say.filled("bounds.is_not" if test.negated else "bounds.is", values)
        operator = _OPPOSITE[test.operator] if test.negated else test.operator
        operand = test.operands[0]
        if isinstance(operand, date):
            day = self._say.on_day(operand) if self._say.language == "it" else self._say.day(operand)
            before = operator is Operator.UNDER
            return self._say.filled(f"dates.{operator}", self._say.after("di", day) if before else day)
        return self._say.filled(f"bounds.{operator}", self._value(spec, operand))

    def _value(self, spec: FactSpec, operand: Operand) -> str:
        match operand:
            case Money():
                return self._say.money(operand)
            case Decimal() if spec.type is FactType.DAYS and operand == operand.to_integral_value():
                return self._say.span(Duration(count=int(operand), unit=DurationUnit.DAYS))
            case Decimal():
                return self._say.number(operand)
            case date():
                return self._say.day(operand)
            case _:
                return self._say("quote", text=str(operand))

    def _since(self, tests: Sequence[Test]) -> str:
        since = self._say.after("da", self.noun(tests[0].name))
        bounds: list[str] = []
        for test in tests:
            operator = _OPPOSITE[test.operator] if test.negated else test.operator
            count = Decimal(str(test.operands[0]))
            whole = count == count.to_integral_value()
            unit = _SPANS[test.subject]
            span = self._say.span(Duration(count=int(count), unit=unit)) if whole else self._say.number(count)
            bounds.append(self._say.filled(f"bounds.{operator}", span))
        one = str(tests[0].operands[0]) == "1"
        form = "one" if one else "other"
        return self._say(f"conditions.since.{form}", span=self._say.joined(bounds), since=since)

    def _noun(self, name: str) -> str | None:
        spec, own = self._policy.facts[name], self._facts.get(name, _NO_WORDS)
        asked = spec.ask.get(self._say.language) if spec.ask is not None else None
        if own.noun is None and asked is not None and Supplier.CUSTOMER in spec.suppliers:
            # In brackets stand the options of a choice.
            heading = in_register(asked, formal=True).partition(":")[0]
            return _BRACKETS.sub("", heading).strip()
        subject = self._say.subject(own.clause) if own.clause is not None else None
        return own.noun or self._say.maybe(f"facts.{name}.the") or subject

    def _quoted(self, name: str) -> str:
        return self._say("quote", text=name.replace("_", " "))

    def _words(self, name: str) -> FactWords:
        if name in self._facts:
            return self._facts[name]
        return _common(self._say, name, self._policy.facts[name])


def _flat(condition: Condition) -> list[Condition]:
    """The parts that must all hold, those within those among them."""
    if not isinstance(condition, AllOf):
        return [condition]
    return [part for one in condition.parts for part in _flat(one)]


def _common(say: Phrases, name: str, spec: FactSpec) -> FactWords:
    """Our own words for a fact that most businesses have; none for what only the owner can name."""
    values = {one: say.maybe(f"facts.{name}.{one}") for one in spec.choices}
    known = {one: words for one, words in values.items() if words is not None}
    if spec.choices and len(known) < len(spec.choices):
        return _NO_WORDS
    return FactWords(
        noun=say.maybe(f"facts.{name}.the"),
        clause=say.maybe(f"facts.{name}.is"),
        negated=say.maybe(f"facts.{name}.not"),
        yes=say.maybe(f"facts.{name}.yes") if spec.type is FactType.YES_NO else None,
        no=say.maybe(f"facts.{name}.no") if spec.type is FactType.YES_NO else None,
        unit=say.maybe(f"facts.{name}.each"),
        values=known,
    )


def _bound_key(condition: Condition) -> object:
    """Bounds on one fact that stand side by side are said together; everything else by itself."""
    if (
        isinstance(condition, Test)
        and condition.operator in _OPPOSITE
        and condition.subject is not Subject.MESSAGE
    ):
        return condition.subject, condition.name
    return id(condition)


def _about_nought(test: Test) -> bool | None:
    """True for "more than nought", False for "nought", None for any other test."""
    operand = test.operands[0]
    amount = operand.amount if isinstance(operand, Money) else operand
    if not isinstance(amount, Decimal) or amount != 0 or len(test.operands) > 1:
        return None
    match test.operator:
        case Operator.OVER:
            return not test.negated
        case Operator.UP_TO | Operator.IS:
            return test.negated
        case _:
            return None
