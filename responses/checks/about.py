"""What a text is checked against."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from models.decision import Decision, DecisionKind, FactValue, Offer, Remedy, Role
from models.money import Money
from responses.drafts.brief import Formality
from responses.drafts.templates import in_register

_FEW = 3
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Put:
    """A voucher that an agent puts into a text: its code as it stands there, and the sentences about it."""

    code: str
    amount: Money
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Something that the books keep for a day, in words of the text's language, if there are any."""

    day: date
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckContext:
    """Everything that is known when a text is about to go out.

    `kind` is the draft's own, which is not the decision's where an agent asks or refuses instead. `said` is
    what the customer wrote, `sent` what we wrote before. `names` are the customer's, `grievances` the
    complaint types not answered yet. `days` are those for which something is promised and kept in the
    books, `kept` what that is as far as it is known, `named` those that the customer's messages name ("ieri"
    among them) and those of any promise to them that was not withdrawn. `own` are words that are ours
    wherever they stand: the business's name, how it is reached. `published` are its texts for everybody, in
    which its own addresses stand.
    `limits` is what each role may approve, None for no limit; empty where nobody set any.
    `composed` is the text that was made of the decision before somebody rewrote it, None where there is none.
    `answer_day` is the day for which that text announced an answer, `ready` the ready answers it was made of.
    `others` are words of the text that name somebody else, `put` the vouchers that may stand in it by hand.
    """

    language: str
    kind: str
    today: date
    currency: str = "EUR"
    formality: Formality = "formal"
    decision: Decision | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    grievances: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    kept: tuple[Kept, ...] = ()
    named: tuple[date, ...] = ()
    own: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    limits: Mapping[Role, Money | None] = field(default_factory=dict)
    composed: str | None = None
    answer_day: date | None = None
    ready: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    put: tuple[Put, ...] = ()

    @property
    def carried_out(self) -> Decision | None:
        """The decision, where the text carries it out; what stands beside a hand-over is given by nobody."""
        if self.decision is None or self.decision.kind != self.kind or self.kind == DecisionKind.HAND_OVER:
            return None
        return self.decision

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What the text may give."""
        return self.carried_out.offers if self.carried_out is not None else ()

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The same, each option of a choice by itself."""
        return tuple(remedy for offer in self.offers for remedy in offer.options)

    @property
    def known_facts(self) -> dict[str, object]:
        """The facts that somebody knows, by name."""
        return {name: fact.value for name, fact in self.facts.items() if not fact.unavailable}

    @property
    def owners_words(self) -> Iterator[str]:
        """What stands in the owner's own words and the text's language: not ours to judge.

        So does the sentence about a voucher put in by hand: its code is judged by itself.
        """
        for one in self.put:
            yield from one.sentences
        for answer in self.ready:
            # Of one that an agent has shortened, each sentence that is left.
            yield answer
            yield from (words for words in _SENTENCE_END.split(answer) if len(words.split()) > _FEW)
        if self.decision is None:
            return
        wordings = [commitment.what for commitment in self.decision.commitments]
        wordings += [missing.ask for missing in self.decision.missing if missing.ask is not None]
        wordings += [
            remedy.wording
            for offer in self.decision.offers
            for remedy in offer.options
            if remedy.wording is not None
        ]
        for refused in self.decision.refusals:
            wordings += [one for one in (refused.reason, refused.alternative) if one is not None]
        for wording in wordings:
            # In both registers: an agent may have changed how the customer is addressed.
            own = wording.get(self.language, "")
            for words in dict.fromkeys(
                in_register(own, formal).strip().rstrip(".") for formal in (True, False)
            ):
                if words:
                    yield words
