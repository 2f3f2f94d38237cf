"""What is given, in words: remedies, choices among them, and sums that depend on facts."""

from collections.abc import Sequence
from decimal import Decimal

from models.decision import RemedyKind
from responses.drafts.templates import in_register
from responses.policy.schema import AmountSpec, Choice, RemedySpec, Texts
from responses.policy.words.conditions import ConditionWords
from responses.policy.words.phrases import Phrases

_QUOTED = (RemedyKind.WORDS, RemedyKind.EXCHANGE_AT_COST)
_PLAIN = (RemedyKind.REPLACEMENT, RemedyKind.REPAIR, RemedyKind.REDO)
_TIMES = {2: "two", 3: "three"}


class GivingWords:
    """Says what rules give."""

    def __init__(self, say: Phrases, conditions: ConditionWords) -> None:
        self._say = say
        self._conditions = conditions

    def given(self, give: Sequence[Choice], verb: str) -> str:
        """Everything that is given; `verb` is `give`, or `owe` for what is no favour."""
        if len(give) == 1 and len(give[0]) > 1:
            return self._say(f"outcome.{verb}_choice", remedies=self._options(give[0]))
        return self._say(f"outcome.{verb}", remedies=self._say.joined([self._choice(one) for one in give]))

    def _choice(self, choice: Choice) -> str:
        text = self._options(choice)
        return self._say("outcome.choice", options=text) if len(choice) > 1 else text

    def _options(self, choice: Choice) -> str:
        return self._say.joined([self.remedy(spec) for spec in choice], "choice")

    def remedy(self, spec: RemedySpec) -> str:
        """`un buono da 10 €`; what is promised in the owner's words to the customer is quoted."""
        text = self._bare(spec)
        if spec.at_most is None:
            return text
        return self._say("remedy.at_most", remedy=text, most=self._say.money(spec.at_most))

    def translated(self, texts: Texts) -> str:
        """A text for customers in this language, or in the first that it has; as it is said formally."""
        return in_register(texts.get(self._say.language) or next(iter(texts.values()), ""), formal=True)

    def worth(self, amount: AmountSpec) -> str:
        """A sum by itself: `10 €`, `il 40% del valore dell'ordine`."""
        if amount.fixed is not None or amount.fact is None:
            return self._sum(amount)
        return self._share(amount, "share")

    def _bare(self, spec: RemedySpec) -> str:
        say = self._say
        if spec.wording is not None:
            words = self.translated(spec.wording).rstrip(".")
            return say("quote", text=words) if spec.kind in _QUOTED else words
        if spec.kind in _PLAIN:
            return say(f"remedy.{spec.kind}")
        if spec.period is not None:
            return say("remedy.free_period", span=say.span(spec.period))
        if spec.full:
            return say("remedy.refund_full")
        scope = say(f"remedy.scope.{spec.of}") if spec.of is not None else ""
        if spec.fraction is not None:
            return say(f"remedy.{spec.kind}_percent", scope=scope, **say.percent(spec.fraction))
        if spec.amount is None:
            return say(f"kinds.{spec.kind}")
        if spec.amount.fixed is not None:
            return say(f"remedy.{spec.kind}_amount", scope=scope, sum=self._sum(spec.amount))
        of_sum, to_sum = (
            self._share(spec.amount, "share_of"),
            say.after("a", self._share(spec.amount, "share")),
        )
        forms = {"sum": self._share(spec.amount, "share"), "of_sum": of_sum, "to_sum": to_sum}
        return say(f"remedy.{spec.kind}_share", scope=scope, **forms)

    def _sum(self, amount: AmountSpec) -> str:
        say = self._say
        text = say.money(amount.fixed) if amount.fixed is not None else ""
        if amount.fact is not None:
            text = say("sums.per", sum=text, unit=self._conditions.unit(amount.fact))
        return self._multiplied(text, amount)

    def _share(self, amount: AmountSpec, form: str) -> str:
        """Of a fact that is a sum: all of it, or a part; `form` is `share_of` after "of"."""
        whole = self._conditions.noun(amount.fact or "")
        of_whole = self._say.after("di", whole)
        if amount.fraction is None or amount.fraction == Decimal(1):
            text = of_whole if form == "share_of" else whole
        else:
            percent = self._say.percent(amount.fraction)
            text = self._say(f"sums.{form}", whole=whole, of_whole=of_whole, **percent)
        return self._multiplied(text, amount)

    def _multiplied(self, text: str, amount: AmountSpec) -> str:
        for name, factor in amount.times.items():
            key = _TIMES.get(int(factor), "other") if factor == int(factor) else "other"
            fact = self._conditions.holds(name, True)
            text = self._say(f"sums.times.{key}", sum=text, factor=self._say.number(factor), fact=fact)
        return text
