"""What is given, in words: always with exactly the decision's numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from models.decision import Basis, Decision, Offer, Remedy, RemedyKind
from responses.drafts.numbers import format_money, format_span, percentage_forms
from responses.drafts.phrases import phrases
from responses.drafts.templates import capital
from responses.drafts.voice import Voice

RESTORING = frozenset(
    {
        RemedyKind.REFUND,
        RemedyKind.REPLACEMENT,
        RemedyKind.REPAIR,
        RemedyKind.REDO,
        RemedyKind.EXCHANGE_AT_COST,
        RemedyKind.WORDS,
    }
)
"""Remedies that put the matter itself right; the others are a gesture on top."""

_SCOPES = {"order": "this", "next_order": "next"}
_OWN_WORDS = frozenset({RemedyKind.EXCHANGE_AT_COST, RemedyKind.WORDS})


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberedRemedy:
    """A remedy and, for a voucher that is given for certain, the number of its slot.

    Of a voucher that may be chosen no code is told before.
    """

    remedy: Remedy
    voucher: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberedOffer:
    """An offer whose vouchers have their slot numbers."""

    offer: Offer
    options: tuple[NumberedRemedy, ...]

    @property
    def restores(self) -> bool:
        """Whether it puts the matter itself right, whichever option is taken."""
        return all(option.remedy.kind in RESTORING for option in self.options)

    @property
    def owed(self) -> tuple[NumberedRemedy, ...]:
        """Those of its options to which the customer has a right."""
        return tuple(one for one in self.options if self.offer.basis_of(one.remedy) is Basis.OWED)

    @property
    def is_choice(self) -> bool:
        """Whether the customer picks one of several."""
        return len(self.options) > 1

    @property
    def is_listed(self) -> bool:
        """Whether its options stand below each other, to be picked by their number."""
        return len(self.options) > 2 or any(option.remedy.kind in _OWN_WORDS for option in self.options)

    @property
    def has_voucher(self) -> bool:
        """Whether one of the options is a voucher."""
        return any(option.remedy.kind is RemedyKind.VOUCHER for option in self.options)


def numbered_offers(decision: Decision) -> tuple[NumberedOffer, ...]:
    """The decision's offers, what is owed first, with vouchers numbered in the decision's own order."""
    numbers = count(1)
    numbered = [
        NumberedOffer(
            offer=offer, options=tuple(_numbered(remedy, numbers, offer) for remedy in offer.options)
        )
        for offer in decision.offers
    ]
    return tuple(sorted(numbered, key=lambda item: item.offer.basis is not Basis.OWED))


def _numbered(remedy: Remedy, numbers: Iterator[int], offer: Offer) -> NumberedRemedy:
    number = next(numbers) if remedy.kind is RemedyKind.VOUCHER else None
    return NumberedRemedy(remedy=remedy, voucher=number if len(offer.options) == 1 else None)


def offer_sentence(offer: NumberedOffer, voice: Voice, lead: str | None) -> str:
    """One offer as a sentence; `lead` is a beginning such as "per il ritardo"."""
    owed = offer.offer.basis is Basis.OWED
    if offer.is_choice:
        return _choice(offer, voice, lead, owed=owed)
    (option,) = offer.options
    if option.remedy.kind in _OWN_WORDS:
        own = sentence(voice.translated(option.remedy.wording))
        return f"{capital(own)} {voice.bare('remedy.owed_wording')}" if owed else own
    if owed:
        nouns = {"np": noun(option, voice), "object": noun(option, voice, "object")}
        return _led(voice, "remedy.owed", lead, **nouns)
    return _led(voice, f"remedy.{wording_key(option.remedy)}", lead, **remedy_values(option, voice))


def noun(option: NumberedRemedy, voice: Voice, form: str = "np") -> str:
    """A remedy as it stands in a list of options.

    `form` is `object` for the place after "Anspruch auf", where a language inflects its nouns.
    """
    if option.remedy.kind in _OWN_WORDS:
        return voice.translated(option.remedy.wording).rstrip(".")
    key = f"remedy.{wording_key(option.remedy)}"
    chosen = f"{key}.{form}" if voice.words.has(f"{key}.{form}") else f"{key}.np"
    return voice.bare(chosen, **remedy_values(option, voice))


def option_labels(offer: Offer, language: str, *, formal: bool, numbered: bool = True) -> tuple[str, ...]:
    """What the buttons of a choice say, where `numbered` with the numbers of the composed text."""
    voice = Voice(words=phrases(language), formal=formal, variant=0, values={})
    options = tuple(NumberedRemedy(remedy=remedy, voucher=None) for remedy in offer.options)
    numbered = numbered and NumberedOffer(offer=offer, options=options).is_listed
    labels = [option_words(option.remedy, voice) for option in options]
    return tuple(f"{number}) {label}" if numbered else label for number, label in enumerate(labels, start=1))


def option_words(remedy: Remedy, voice: Voice) -> str:
    """An option in a few words; where the policy words the remedy itself, in those."""
    if remedy.kind in _OWN_WORDS:
        return voice.translated(remedy.wording).rstrip(".")
    return short(remedy, voice)


def short(remedy: Remedy, voice: Voice) -> str:
    """A remedy in a few words, for cards: "buono 10 €"."""
    values = remedy_values(NumberedRemedy(remedy=remedy, voucher=None), voice)
    return voice.bare(f"remedy.{wording_key(remedy)}.short", **values)


def wording_key(remedy: Remedy) -> str:
    """Under which key of the phrase files the words for `remedy` stand."""
    match remedy.kind:
        case RemedyKind.DISCOUNT:
            return "discount_amount" if remedy.percent is None else "discount_percent"
        case RemedyKind.REFUND if remedy.full:
            return "refund_full"
        case RemedyKind.REFUND:
            return "refund_amount" if remedy.percent is None else "refund_percent"
        case _:
            return str(remedy.kind)


def remedy_values(option: NumberedRemedy, voice: Voice) -> dict[str, str]:
    """What the wordings of a remedy may name: percentages, amounts, spans, the voucher's slot."""
    remedy, language = option.remedy, voice.words.language
    values: dict[str, str] = {}
    if remedy.percent is not None:
        values |= percentage_forms(remedy.percent, language)
    if remedy.amount is not None:
        values["amount"] = format_money(remedy.amount, language)
    if remedy.at_most is not None:
        values["at_most"] = format_money(remedy.at_most, language)
    if remedy.of is not None:
        values["scope"] = voice.bare(f"things.{voice.thing}.{_SCOPES[remedy.of]}")
    if remedy.period is not None:
        values["period"] = format_span(remedy.period, language)
    if remedy.wording is not None:
        values["wording"] = voice.translated(remedy.wording).rstrip(".")
    if option.voucher is not None:
        values["code"] = f"{{voucher:{option.voucher}}}"
    return values


def sentence(text: str) -> str:
    """Ends `text` with a full stop unless it ends a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def numbered_lines(items: Sequence[str]) -> str:
    """A list to be answered with a number."""
    return "\n".join(f"{number}) {item}" for number, item in enumerate(items, start=1))


def _choice(offer: NumberedOffer, voice: Voice, lead: str | None, *, owed: bool) -> str:
    owed = owed and not offer.offer.is_mixed
    if offer.is_listed:
        head = _led(voice, "remedy.owed_list" if owed else "remedy.choice_list", lead)
        return f"{head}\n{numbered_lines(_told_apart(offer, _listed_options(offer, voice), voice))}"
    nouns = _told_apart(offer, [noun(option, voice) for option in offer.options], voice)
    key = "remedy.owed_choice" if owed else "remedy.choice"
    return _led(voice, key, lead, options=voice.listed(nouns, "or"))


def _told_apart(offer: NumberedOffer, options: Sequence[str], voice: Voice) -> list[str]:
    """The options, of a mixed choice each with its ground: a favour must not be taken for a right."""
    if not offer.offer.is_mixed:
        return list(options)
    grounds = [voice.bare(f"remedy.as_{offer.offer.basis_of(option.remedy)}") for option in offer.options]
    return [f"{words} ({ground})" for words, ground in zip(options, grounds, strict=True)]


def _listed_options(offer: NumberedOffer, voice: Voice) -> list[str]:
    """The options as nouns or, beside words of the owner's own, which are sentences, as sentences too."""
    if not any(option.remedy.kind in _OWN_WORDS for option in offer.options):
        return [noun(option, voice) for option in offer.options]
    return [
        noun(option, voice) if option.remedy.kind in _OWN_WORDS else _as_sentence(option, voice)
        for option in offer.options
    ]


def _as_sentence(option: NumberedRemedy, voice: Voice) -> str:
    # Before it is chosen a voucher has no code that could be told.
    told = "listed" if option.remedy.kind is RemedyKind.VOUCHER and option.voucher is None else "say"
    key = f"remedy.{wording_key(option.remedy)}.{told}"
    return voice.bare(key, **remedy_values(option, voice)).removesuffix(".")


def _led(voice: Voice, key: str, lead: str | None, **values: str) -> str:
    if lead is None:
        return voice.bare(f"{key}.say", **values)
    after = f"{key}.after" if voice.words.has(f"{key}.after") else f"{key}.say"
    return f"{lead} {voice.bare(after, **values)}"
