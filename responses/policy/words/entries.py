"""What is owed and the rules, line by line: when each holds, and what we do then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from responses.policy.conditions import AllOf, Condition, Operator, Subject, Test
from responses.policy.schema import FactType, Owed, Policy, PromiseSpec, Rule, Supplier
from responses.policy.words.conditions import ConditionWords
from responses.policy.words.giving import GivingWords
from responses.policy.words.lines import Line
from responses.policy.words.phrases import Phrases, sentence

_Types = tuple[str, ...]
_Parts = tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A rule taken apart: the complaint types it names, what else must hold, what to do.

    `asked`: it needs the one thing that we always ask for. `shared` are those of `parts` that hold for all
    the lines under its heading.
    """

    source: Owed | Rule
    types: _Types
    parts: _Parts
    asked: bool
    outcome: str
    shared: _Parts = ()


class EntryWords:
    """Says what is owed and the rules of one policy."""

    def __init__(self, policy: Policy, say: Phrases, conditions: ConditionWords, giving: GivingWords) -> None:
        self._policy = policy
        self._say = say
        self._conditions = conditions
        self._giving = giving
        self.asked = _asked_for(policy)

    def owed(self) -> Iterator[Line]:
        """What law or contract gives, with its source."""
        taken_apart = [self._entry(owed, self._owed_outcome(owed)) for owed in self._policy.owed]
        for entry in _with_shared(taken_apart):
            yield self._line(f"owed.{entry.source.id}", entry, self._say("headings.any"), "always")

    def rules(self) -> Iterator[Line]:
        """The rules in their order."""
        said: set[tuple[_Types, _Parts]] = set()
        entries = _with_shared([self._entry(rule, self._outcome(rule)) for rule in self._policy.rules])
        last_typed = max((at for at, entry in enumerate(entries) if entry.types), default=0)
        for at, entry in enumerate(entries):
            heading = self._say("headings.any" if at <= last_typed else "headings.rest")
            before = (entry.types, entry.shared) in said
            yield self._line(f"rules.{entry.source.id}", entry, heading, "otherwise" if before else "always")
            if isinstance(entry.source, Rule) and entry.source.ends_the_search:
                said.add((entry.types, entry.shared))

    def _line(self, key: str, entry: _Entry, untyped: str, unconditional: str) -> Line:
        types = [self._conditions.complaint(name) for name in entry.types]
        topic = self._say.joined(types, "or") or untyped
        topic = topic[:1].upper() + topic[1:]
        heading = topic
        if entry.shared:
            shared = self._conditions.clause(AllOf(parts=entry.shared))
            heading = self._say("headings.shared", topic=topic, clauses=shared)
        left = tuple(part for part in entry.parts if part not in entry.shared)
        text = self._conditional(left, entry, unconditional)
        alone = f"{topic}. {self._conditional(entry.parts, entry, 'always')}"
        more = tuple(self._more(entry.source))
        return Line(key=key, text=text, more=more, heading=heading, alone=alone, id=entry.source.id)

    def _conditional(self, parts: _Parts, entry: _Entry, unconditional: str) -> str:
        if parts:
            clauses = self._conditions.clause(AllOf(parts=parts))
            text = self._say("if", clauses=clauses, outcome=entry.outcome)
        else:
            text = self._say(unconditional, outcome=entry.outcome)
        return f"{self._say('asked_mark')} {text}" if entry.asked else text

    def _entry(self, source: Owed | Rule, outcome: str) -> _Entry:
        types: _Types = ()
        asked = False
        parts: list[Condition] = []
        for part in source.when.parts if isinstance(source.when, AllOf) else (source.when,):
            if not types and isinstance(part, Test) and _names_types(part):
                types = tuple(str(operand) for operand in part.operands)
            elif isinstance(part, Test) and _asks_to_know(part) and part.name == self.asked:
                asked = True
            else:
                parts.append(part)
        return _Entry(source=source, types=types, parts=tuple(parts), asked=asked, outcome=outcome)

    def _owed_outcome(self, owed: Owed) -> str:
        given = f"{self._giving.given(owed.give, 'owe')}."
        return " ".join(
            [given, *map(self._promise, owed.promise), self._say("outcome.source", source=owed.source)]
        )

    def _outcome(self, rule: Rule) -> str:
        say = self._say
        first = [say("outcome.apologise")] if rule.apologise else []
        if rule.give:
            first.append(self._giving.given(rule.give, "give"))
        if rule.hand_over is not None:
            first.append(say("outcome.hand_over", role=say.role(rule.hand_over)))
        if rule.answer is not None:
            first.append(say(f"outcome.{rule.answer}"))
        if rule.decline is not None:
            instead = rule.decline.alternative is not None
            first.append(say("outcome.decline_instead" if instead else "outcome.decline"))
        begun = say.joined(first) or (say("outcome.tier", role=say.role(rule.tier)) if rule.tier else "")
        if rule.apologise is False:
            begun = say("outcome.without_apology", outcome=begun) if begun else say("outcome.no_apology")
        parts = [sentence(begun)] if begun else []
        parts += [self._promise(promise) for promise in rule.promise]
        if rule.tier is not None and first:
            parts.append(sentence(say("outcome.tier", role=say.role(rule.tier))))
        outcome = " ".join(parts)
        return outcome[:1].lower() + outcome[1:]

    def _promise(self, promise: PromiseSpec) -> str:
        what = self._giving.translated(promise.what)
        return sentence(self._say("outcome.promise", span=self._say.span(promise.within), what=what))

    def _more(self, source: Owed | Rule) -> Iterator[str]:
        say, translated = self._say, self._giving.translated
        if isinstance(source, Owed):
            days = [say.from_day(source.since)] if source.since is not None else []
            days += [say.to_day(source.until)] if source.until is not None else []
            if days:
                yield say("outcome.since", days=" ".join(days))
        elif source.decline is not None:
            yield sentence(say("outcome.no", reason=translated(source.decline.reason)))
            if source.decline.alternative is not None:
                yield sentence(say("outcome.instead", alternative=translated(source.decline.alternative)))
        if source.because is not None:
            yield say("why", why=source.because.rstrip("."))


def _with_shared(entries: Sequence[_Entry]) -> list[_Entry]:
    """The same, each with what it shares with its neighbours about the same complaint."""
    done: list[_Entry] = []
    while len(done) < len(entries):
        first, *following = entries[len(done) :]
        shared, lines = _shared(first, following[0]) if following else (), [first]
        for entry in following if shared else ():
            if entry.types != first.types or not set(shared) <= set(entry.parts):
                break
            lines.append(entry)
        done += [replace(entry, shared=shared) for entry in lines]
    return done


def _shared(entry: _Entry, following: _Entry) -> _Parts:
    if not entry.types or entry.types != following.types:
        return ()
    return tuple(part for part in entry.parts if part in following.parts)


def _names_types(test: Test) -> bool:
    return test.subject is Subject.MESSAGE and test.name == "complaint" and not test.negated


def _asks_to_know(test: Test) -> bool:
    return test.operator is Operator.KNOWN and not test.negated


def _asked_for(policy: Policy) -> str | None:
    """The one thing that many rules need and that a customer is asked for, such as the order number.

    Said once, with a mark on the lines that need it. None where there is none, or more than one.
    """
    asked = [
        spec.name
        for spec in policy.facts.values()
        if spec.type is FactType.TEXT and spec.ask is not None and Supplier.CUSTOMER in spec.suppliers
    ]
    return asked[0] if len(asked) == 1 else None
