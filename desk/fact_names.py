"""What facts and their choices are called on a case's page: in the owner's words, else in the desk's."""

from desk.present import Present
from desk.words import Words
from models.decision import FactValue, MissingFact
from responses.policy import Policy
from responses.policy.explained import OwnNames, own_names


class FactNames:
    """The names of one policy's facts for one reader."""

    def __init__(self, policy: Policy | None, words: Words, show: Present) -> None:
        no_names = OwnNames(facts={}, choices={})
        self.own = own_names(policy, words.language) if policy is not None else no_names
        self._words = words
        self._show = show

    def name(self, fact: str) -> str:
        """The fact over its value; one that nobody has words for by its name in the file."""
        return self.own.facts.get(fact) or self._words.maybe(f"facts.{fact}", fact)

    def choice(self, fact: str, choice: str) -> str:
        """One of the values that the fact can have."""
        return self.own.choices.get((fact, choice)) or self._words.maybe(f"choices.{choice}", choice)

    def value(self, fact: str, known: FactValue) -> str:
        """What is known of the fact."""
        if isinstance(known.value, str) and not known.unavailable and (fact, known.value) in self.own.choices:
            return self.choice(fact, known.value)
        return self._show.fact(known)

    def likely(self, fact: MissingFact) -> str:
        """What the customer seems to have answered."""
        if (fact.name, fact.likely) in self.own.choices:
            return self.choice(fact.name, fact.likely or "")
        return self._show.likely(fact)
