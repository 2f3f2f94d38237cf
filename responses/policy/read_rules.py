"""Reads what the rules rest on and the rules themselves: facts, presumptions, `owed`, `rules`."""

from collections.abc import Iterable

from models.decision import EXPLANATION, Basis, Manner, Role
from responses.orders.keys import shape_of
from responses.policy.conditions import MESSAGE_FIELDS, AllOf, Condition, reads_message
from responses.policy.context import Context, read_date
from responses.policy.read_conditions import DELIVERY, fact_operand, read_when
from responses.policy.read_remedies import read_give, read_promises, read_refusal
from responses.policy.reader import Document, Entries, Item, read_all, read_enum, read_yes_no
from responses.policy.schema import FactSpec, FactType, Owed, Presumption, Rule, Supplier, Texts
from responses.policy.situation import ORDER

_NOWHERE: Condition = AllOf(parts=())
_SHORTEST_NUMBER = 4  # letters and digits of an order number: what is shorter may be anything

# Facts with a meaning of their own, in conditions or in drafts; a file may declare them differently.
BUILT_IN = {
    DELIVERY: FactSpec(
        name=DELIVERY, type=FactType.DATE, suppliers=frozenset({Supplier.BOOK, Supplier.AGENT})
    ),
    EXPLANATION: FactSpec(name=EXPLANATION, type=FactType.TEXT, suppliers=frozenset({Supplier.AGENT})),
}

# No fact may have a name that conditions use for something else.
_RESERVED = (
    *MESSAGE_FIELDS,
    "all_of",
    "any_of",
    "not",
    "days_since",
    "months_since",
    "months_since_delivery",
)


def read_facts(item: Item, context: Context) -> dict[str, FactSpec]:
    """The facts by name, in the file's order."""
    return {
        spec.name: spec for spec in read_all(lambda fact: _read_fact(fact, context), item.entries().values())
    }


def _read_fact(item: Item, context: Context) -> FactSpec:
    name = item.key.rpartition(".")[2]
    if name in _RESERVED:
        raise item.refuse(f'"{name}" already has a meaning in conditions: give the fact another name')
    entries = Entries(item, ("type", "of", "from", "ask", "after", "looks_like"))
    kind = entries.required("type", read_enum(FactType, "type"), FactType.TEXT)
    suppliers = entries.required("from", _read_suppliers, frozenset())
    choices: tuple[str, ...] = ()
    if name in BUILT_IN and kind is not BUILT_IN[name].type:
        item.forbid(
            f'"{name}" is a {BUILT_IN[name].type}: months_since_delivery counts from it; found {kind}'
        )
    if kind is FactType.CHOICE:
        choices = entries.required("of", lambda of: read_all(Item.text, of.items()), ())
    elif "of" in entries:
        of = entries.found["of"]
        of.document.note(of.place, of.key, '"of" belongs to facts of type choice only')
    ask = entries.optional("ask", context.read_texts, None)
    after = entries.optional("after", lambda part: _read_after(part, context), None)
    if ask is not None and Supplier.CUSTOMER not in suppliers:
        raise item.refuse('"ask" is for what a customer says: add customer to "from", or use after: {ask: …}')
    if after is not None and Supplier.AGENT not in suppliers:
        raise item.refuse('"after" is for what an agent judges: add agent to "from"')
    if ask is not None and after is not None:
        raise item.refuse('"ask" and "after" together: keep one')
    if "looks_like" in entries and name != ORDER:
        raise entries.found["looks_like"].refuse(f'"looks_like" belongs to {ORDER} only')
    return FactSpec(
        name=name,
        type=kind,
        suppliers=suppliers,
        choices=choices,
        ask=ask or after,
        shapes=entries.optional("looks_like", _read_shapes, frozenset()),
    )


def _read_shapes(item: Item) -> frozenset[str]:
    """Examples of order numbers: each of their digits stands for any."""
    return frozenset(read_all(_read_shape, item.items()))


def _read_shape(item: Item) -> str:
    shape = shape_of(item.text())
    if "0" not in shape or len(shape) < _SHORTEST_NUMBER:
        raise item.refuse(
            f'"{item.text()}" is no example of an order number: expected at least {_SHORTEST_NUMBER} letters'
            " and digits, such as RS1001"
        )
    return shape


def _read_suppliers(item: Item) -> frozenset[Supplier]:
    return frozenset(read_all(read_enum(Supplier, "source"), item.items()))


def _read_after(item: Item, context: Context) -> Texts | None:
    return Entries(item, ("ask",)).required("ask", context.read_texts, None)


def read_presumptions(item: Item, context: Context) -> tuple[Presumption, ...]:
    """`{fault: {delivery_late: ours}}`, or `{fault: ours}` for every complaint type."""
    found: list[Presumption] = []
    for name, value in item.entries(context.facts, "fact").items():
        read, _ = fact_operand(context.facts[name], context)
        if value.is_mapping:
            by_type = Entries(value, context.complaint_types, "complaint type")
            for complaint_type, part in by_type.found.items():
                values = read_all(read, [part])
                found += [Presumption(fact=name, complaint_type=complaint_type, value=one) for one in values]
        else:
            found += [
                Presumption(fact=name, complaint_type=None, value=one) for one in read_all(read, [value])
            ]
    return tuple(found)


def read_owed(item: Item, context: Context) -> Owed:
    """One entry of `owed`."""
    entries = Entries(item, ("id", "when", "give", "source", "since", "until", "promise", "because", "right"))
    owed = Owed(
        id=entries.required("id", Item.text, ""),
        key=item.key,
        when=entries.required("when", lambda when: read_when(when, context), _NOWHERE),
        give=entries.required("give", lambda give: read_give(give, context, Basis.OWED), ()),
        source=entries.required("source", Item.text, ""),
        since=entries.optional("since", read_date, None),
        until=entries.optional("until", read_date, None),
        promise=entries.optional("promise", lambda promise: read_promises(promise, context), ()),
        because=entries.optional("because", Item.text, None),
        right=entries.optional("right", context.read_texts, None),
    )
    if reads_message(owed.when, "tone", "urgency"):
        item.forbid("what is owed is owed whoever asks and however: it may read neither tone nor urgency")
    if owed.since is not None and owed.until is not None and owed.until < owed.since:
        entries.found["until"].forbid(f"{owed.until} is before since ({owed.since}): it is never in force")
    return owed


_ACTIONS = ("apologise", "give", "promise", "decline", "hand_over", "answer", "tier")


def read_rule(item: Item, context: Context) -> Rule:
    """One entry of `rules`."""
    entries = Entries(item, ("id", "when", "because", "explain", *_ACTIONS))
    rule = Rule(
        id=entries.required("id", Item.text, ""),
        key=item.key,
        when=entries.required("when", lambda when: read_when(when, context), _NOWHERE),
        apologise=entries.optional("apologise", read_yes_no, None),
        give=entries.optional("give", lambda give: read_give(give, context, Basis.GOODWILL), ()),
        promise=entries.optional("promise", lambda promise: read_promises(promise, context), ()),
        decline=entries.optional("decline", lambda decline: read_refusal(decline, context), None),
        hand_over=entries.optional("hand_over", read_enum(Role, "role"), None),
        because=entries.optional("because", Item.text, None),
        answer=entries.optional("answer", read_enum(Manner, "kind of answer"), None),
        tier=entries.optional("tier", read_enum(Role, "role"), None),
        explain=entries.optional("explain", context.read_texts, None),
    )
    _forbid_contradictions(item, entries, rule)
    return rule


def _forbid_contradictions(item: Item, entries: Entries, rule: Rule) -> None:
    outcomes = [name for name in ("give", "decline", "hand_over") if name in entries]
    if len(outcomes) > 1:
        raise item.refuse(f"{' and '.join(outcomes)} together: a rule does one of them")
    if "hand_over" in entries and "promise" in entries:
        raise item.refuse("hand_over and promise together: who takes the case over decides what to promise")
    if not any(name in entries for name in _ACTIONS):
        raise item.refuse(
            "the rule does nothing: say what to give, decline, hand_over, apologise, answer or tier"
        )
    if "explain" in entries and not rule.ends_the_search:
        raise item.refuse("explain belongs to a rule that decides something: give, promise or apologise")
    if "explain" in entries and ("decline" in entries or "hand_over" in entries):
        raise item.refuse("explain stands beside an apology or a remedy: a refusal has its reason")
    if rule.reads("tone") and rule.ends_the_search:
        raise item.refuse(
            "a rule that reads the tone may only say answer and tier: "
            "who shouts and who does not get the same offer"
        )
    if rule.reads("urgency") and rule.ends_the_search and rule.hand_over is None:
        item.forbid(
            "a rule that reads the urgency may only hand_over or say answer and tier: "
            "how pressing a message is must not change what it is given"
        )


def refuse_repeated_ids(document: Document, entries: Iterable[Owed | Rule]) -> None:
    """Note every id that an earlier entry already has."""
    seen: dict[str, str] = {}
    for entry in entries:
        key = f"{entry.key}.id"
        if entry.id in seen and key in document.places:
            message = f'"{entry.id}" is already the id of {seen[entry.id]}'
            document.note(document.places[key], key, message)
        seen.setdefault(entry.id, entry.key)
