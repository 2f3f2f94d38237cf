"""Facts that are known, on a card: which they are, and the buttons that put another value in their place."""

import hashlib
from datetime import date
from decimal import Decimal

from bot.buttons import Action, Button, data_of
from bot.words import Words
from models.decision import FactValue, MissingFact
from models.money import Money
from models.tables import Card
from responses.drafts.numbers import format_money
from responses.policy import Policy
from responses.policy.explained import fact_nouns
from responses.policy.schema import FactSpec, FactType
from responses.texts import shorten
from responses.views import CaseView

_MOST = 20
_MAX_LABEL = 60
_MAX_VALUE = 30
TYPED = "t"
"""What a button carries for a value that is to be typed."""


def known_of(view: CaseView, policy: Policy) -> tuple[FactSpec, ...]:
    """The facts of the policy of which something is known, if only that nobody can say them."""
    return tuple(spec for spec in policy.facts.values() if spec.name in view.facts)


def known_rows(card: Card, view: CaseView, policy: Policy, words: Words) -> list[list[Button]]:
    """A button for each known fact, with its value."""
    nouns = fact_nouns(policy, words.language)
    rows = [
        [
            Button(
                text=shorten(f"{nouns[spec.name]}: {_shown(view.facts[spec.name], words)}", _MAX_LABEL),
                data=data_of(Action.CORRECT, card.key, _key_of(spec.name)),
            )
        ]
        for spec in known_of(view, policy)[:_MOST]
    ]
    return [*rows, [Button(text=words("back"), data=data_of(Action.BACK, card.key))]]


def fact_of_key(view: CaseView, policy: Policy, key: str, words: Words) -> tuple[MissingFact, str] | None:
    """The fact that a button of `known_rows` means, as one to be given, and its noun; None for any other."""
    spec = next((one for one in known_of(view, policy) if _key_of(one.name) == key), None)
    if spec is None:
        return None
    fact = MissingFact(
        name=spec.name, type=spec.type, ask=spec.ask, from_agent=True, choices=tuple(spec.choices)
    )
    return fact, fact_nouns(policy, words.language)[spec.name]


def value_rows(card: Card, fact: MissingFact, noun: str, words: Words) -> list[list[Button]]:
    """What it may be, or that it is to be typed, and that nobody can say it."""

    def value(text: str, choice: str) -> Button:
        data = data_of(Action.CORRECT, card.key, _key_of(fact.name), choice)
        return Button(text=shorten(text, _MAX_LABEL), data=data)

    if fact.type == FactType.YES_NO:
        rows = [[value(f"{noun}: {words('fact_is')}", "y"), value(words("fact_no"), "n")]]
    elif fact.type == FactType.CHOICE:
        rows = [
            [value(words("fact_choice", fact=noun, choice=choice.replace("_", " ")), str(number))]
            for number, choice in enumerate(fact.choices)
        ]
    else:
        rows = [[value(words("fact_type", fact=noun), TYPED)]]
    back = Button(text=words("back"), data=data_of(Action.BACK, card.key))
    return [*rows, [value(words("fact_unknown"), "u")], [back]]


def _key_of(name: str) -> str:
    # A fact's name may be longer than a button can carry.
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def _shown(fact: FactValue, words: Words) -> str:
    if fact.unavailable:
        return words("fact_unknown")
    match fact.value:
        case bool():
            return words("fact_is") if fact.value else words("fact_no")
        case Money():
            return format_money(fact.value, words.language)
        case date():
            return fact.value.strftime("%d/%m/%Y")
        case Decimal():
            return f"{fact.value.normalize():f}"
        case value:
            return shorten(str(value).replace("_", " "), _MAX_VALUE)
