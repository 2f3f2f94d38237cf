"""Reads `words`: what the owner calls facts and complaint types, for the sheet on the wall."""

from functools import partial

from responses.policy.context import Context
from responses.policy.reader import Entries, Item, attempt, did_you_mean, read_with
from responses.policy.schema import FactSpec, FactType, FactWords, OwnWords

LANGUAGES = ("it", "en")
"""The languages of the desk, in which the sheet can be read."""

_UNSAID = FactWords(values={})

_read_clause = read_with(
    lambda text: text if text.count("{}") == 1 else None, "a sentence with {} where the value goes"
)


def read_words(item: Item, context: Context) -> dict[str, OwnWords]:
    """`{it: {days_late: "il pacco è in ritardo di {}", delivery_late: consegna in ritardo}, en: …}`."""
    entries = Entries(item, LANGUAGES, "language of the desk")
    nothing = OwnWords(facts={}, complaints={})
    return {
        language: entries.optional(language, lambda part: _read_language(part, context), nothing)
        for language in entries.found
    }


def _read_language(item: Item, context: Context) -> OwnWords:
    facts: dict[str, FactWords] = {}
    complaints: dict[str, str] = {}
    for name, part in item.entries().items():
        if name in context.facts:
            facts[name] = attempt(partial(_read_fact, spec=context.facts[name]), part, _UNSAID)
        elif name in context.complaint_types:
            complaints[name] = attempt(Item.text, part, "")
        else:
            hint = did_you_mean(name, [*context.facts, *context.complaint_types])
            part.document.note(part.place, part.key, f'unknown fact or complaint type "{name}"{hint}')
    return OwnWords(facts=facts, complaints=complaints)


def _read_fact(item: Item, spec: FactSpec) -> FactWords:
    match spec.type:
        case FactType.TEXT | FactType.DATE:
            return FactWords(noun=item.text(), values={})
        case FactType.YES_NO:
            entries = Entries(item, ("yes", "no"))
            yes = entries.required("yes", Item.text, None)
            return FactWords(yes=yes, no=entries.required("no", Item.text, None), values={})
        case FactType.CHOICE:
            entries = Entries(item, ("the", "is", "not", *spec.choices), "value")
            return FactWords(
                noun=entries.optional("the", Item.text, None),
                clause=entries.optional("is", _read_clause, None),
                negated=entries.optional("not", _read_clause, None),
                values={name: entries.required(name, Item.text, "") for name in spec.choices},
            )
        case FactType.MONEY | FactType.DAYS | FactType.NUMBER:
            return _read_sum(item)


def _read_sum(item: Item) -> FactWords:
    if item.is_scalar:
        return FactWords(clause=_read_clause(item), values={})
    entries = Entries(item, ("is", "some", "none", "the", "each"))
    return FactWords(
        clause=entries.optional("is", _read_clause, None),
        some=entries.optional("some", Item.text, None),
        none=entries.optional("none", Item.text, None),
        noun=entries.optional("the", Item.text, None),
        unit=entries.optional("each", Item.text, None),
        values={},
    )
