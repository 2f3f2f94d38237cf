"""Facts that are known, on a card: which they are, and the buttons that put another value in their place."""

import hashlib

from bot.buttons import Action, Button, data_of
from bot.words import Words
from models.decision import MissingFact
from models.tables import Card
from responses.policy import Policy
from responses.policy.fact_names import FactNames
from responses.policy.schema import FactSpec, FactType
from responses.texts import shorten_at_word
from responses.views import CaseView

_MOST = 20
_MAX_NAME = 40
MAX_VALUE = 24
TYPED = "t"
"""What a button carries for a value that is to be typed."""


def known_of(view: CaseView, policy: Policy) -> tuple[FactSpec, ...]:
    """The facts of the policy of which something is known or presumed, if only that nobody can say them."""
    presumed = view.decision.presumed if view.decision is not None else ()
    return tuple(spec for spec in policy.facts.values() if spec.name in view.facts or spec.name in presumed)


def known_rows(
    card: Card, view: CaseView, policy: Policy, names: FactNames, words: Words
) -> list[list[Button]]:
    """A button for each known fact, with its value."""
    presumed = dict(names.presumed(view.decision)) if view.decision is not None else {}

    def shown(name: str) -> str:
        known = view.facts.get(name)
        # Where somebody says that nobody knows, the presumption stands.
        stands = name in presumed and (known is None or known.unavailable)
        value = presumed[name] if stands or known is None else names.value(name, known)
        return f"{button_name(names.over(name))}: {shorten_at_word(value, MAX_VALUE)}"

    rows = [
        [Button(text=shown(spec.name), data=data_of(Action.CORRECT, card.key, _key_of(spec.name)))]
        for spec in known_of(view, policy)[:_MOST]
    ]
    return [*rows, [Button(text=words("back"), data=data_of(Action.BACK, card.key))]]


def fact_of_key(view: CaseView, policy: Policy, key: str) -> MissingFact | None:
    """The fact that a button of `known_rows` means, as one to be given; None for any other."""
    spec = next((one for one in known_of(view, policy) if _key_of(one.name) == key), None)
    if spec is None:
        return None
    return MissingFact(
        name=spec.name, type=spec.type, ask=spec.ask, from_agent=True, choices=tuple(spec.choices)
    )


def value_rows(card: Card, fact: MissingFact, names: FactNames, words: Words) -> list[list[Button]]:
    """What it may be, or that it is to be typed, and that nobody can say it."""
    name = button_name(names.over(fact.name))

    def value(text: str, choice: str) -> Button:
        data = data_of(Action.CORRECT, card.key, _key_of(fact.name), choice)
        return Button(text=text, data=data)

    if fact.type == FactType.YES_NO:
        rows = [[value(words("fact_yes", fact=name), "y"), value(words("fact_no"), "n")]]
    elif fact.type == FactType.CHOICE:
        rows = [
            [value(choice_label(name, names.choice(fact.name, choice), words), str(number))]
            for number, choice in enumerate(fact.choices)
        ]
    else:
        rows = [[value(words("fact_type", fact=name), TYPED)]]
    back = Button(text=words("back"), data=data_of(Action.BACK, card.key))
    return [*rows, [value(words("fact_unknown"), "u")], [back]]


def _key_of(name: str) -> str:
    # A fact's name may be longer than a button can carry.
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def button_name(name: str) -> str:
    """What a fact is called on a button."""
    return shorten_at_word(name, _MAX_NAME)


def choice_label(name: str, choice: str, words: Words) -> str:
    """One of the values of a fact on a button that says it is so."""
    return words("fact_choice", fact=name, choice=shorten_at_word(choice, MAX_VALUE))
