"""Composing a draft: which parts an answer has, in the order in which a person would say them.

Greeting · what we understood · "we were wrong" when it is ours · one apology · why it happened · what puts it
right · what happens next, by when · a gesture on top · a close · signature. None is obligatory; each says its
thing once.
What is given and what is asked come from the decision alone: the tone chooses how it is said.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from models.decision import EXPLANATION, Basis, DecisionKind, Manner, RemedyKind
from models.labels import Act, Ask, Tone
from models.money import Money
from responses.drafts.brief import DraftBrief
from responses.drafts.choosing import end_of_choice, question_of_choice
from responses.drafts.dates import format_due_day
from responses.drafts.draft import ComposedDraft, DraftKind, Part, assembled, words_of
from responses.drafts.farewell import farewell
from responses.drafts.matter import asked_for, topic_of, understood
from responses.drafts.numbers import format_money
from responses.drafts.remedies import (
    NumberedOffer,
    noun,
    numbered_offers,
    offer_sentence,
    sentence,
)
from responses.drafts.slots import BLANK, escape
from responses.drafts.standing import (
    failed_promises,
    is_late,
    other_promises,
    promise_told,
    stands,
    status_beside,
)
from responses.drafts.templates import capital
from responses.drafts.voice import Voice, voice_of

VARIANTS = ("a", "b", "c")
"""The names of the wording variants; a brief's number picks one, whatever its size."""

MOVED = frozenset({"responsibility", "apology"})
"""The parts that take the next wording with each apology to the same person."""

_ENOUGH = 110
"""Words from which on a draft takes the shortest wordings and has no close."""

_LISTED_FROM = 4
_GIFTS = frozenset({RemedyKind.GIFT, RemedyKind.FREE_PERIOD})


def compose(brief: DraftBrief) -> ComposedDraft | None:
    """Composes the draft for `brief`; None for spam, which gets no answer, and for what a person words.

    Raises:
        UnknownLanguageError: no drafts are written in the brief's language.
    """
    if brief.act == Act.SPAM or brief.unworded:
        return None
    voice = voice_of(brief)
    kind = kind_of(brief)
    parts = _parts(brief, voice, kind)
    if words_of(parts) > _ENOUGH and kind is not DraftKind.EXIT:
        parts = _parts(brief, replace(voice, short=True), kind)
    return assembled(brief.language, kind, parts, _variant_name(brief, parts), _days(brief, kind))


def _parts(brief: DraftBrief, voice: Voice, kind: DraftKind) -> list[Part]:
    return [*_opening(brief, voice, kind), *_body(brief, voice, kind), *_signature(brief)]


def _variant_name(brief: DraftBrief, parts: Iterable[Part]) -> str:
    """ "a", or "a+b" where an earlier apology has moved this one's wording on."""
    name = VARIANTS[brief.variant % len(VARIANTS)]
    moved = VARIANTS[(brief.variant + brief.apologies_before) % len(VARIANTS)]
    return f"{name}+{moved}" if moved != name and any(part in MOVED for part, _ in parts) else name


def _days(brief: DraftBrief, kind: DraftKind) -> list[date]:
    """The days that the text itself names as our word; those in slots are counted at approval."""
    if kind is DraftKind.HOLDING and brief.answer_by is not None:
        return [brief.answer_by]
    if kind is DraftKind.EXIT and brief.exit_from is not None:
        return [brief.exit_from, *_open_days(brief)]
    if kind is DraftKind.ANSWER and brief.answer is not None and brief.answer_until is not None:
        return [brief.answer_until]
    if kind is DraftKind.STATUS or brief.decision.status_of:
        return _open_days(brief)
    return []


def _open_days(brief: DraftBrief) -> list[date]:
    return [promise.due for promise in brief.promises if promise.state == "open" and promise.due]


def kind_of(brief: DraftBrief) -> DraftKind:
    """Says what sort of answer `brief` gets."""
    match brief.decision.kind:
        case DecisionKind.OFFER if brief.decision.offers or brief.decision.commitments:
            return DraftKind.APOLOGY_WITH_REMEDY if brief.decision.apologise else DraftKind.REMEDY
        case DecisionKind.OFFER:
            return DraftKind.APOLOGY
        case DecisionKind.STATUS:
            return DraftKind.STATUS
        case DecisionKind.ASK:
            return DraftKind.QUESTION
        case DecisionKind.DECLINE:
            return DraftKind.DECLINE
        case DecisionKind.THANKS:
            return DraftKind.THANKS
        case DecisionKind.HAND_OVER:
            return _handed_over(brief)
        case DecisionKind.EXIT:
            return DraftKind.EXIT


def _handed_over(brief: DraftBrief) -> DraftKind:
    wants_person = set(brief.asks) == {Ask.HUMAN_CONTACT}
    if is_late(brief) and (
        brief.act in (Act.OTHER, Act.PRAISE) or (brief.act == Act.REQUEST and wants_person)
    ):
        # Before "what can I do for you?" they hear of what we owe them.
        return DraftKind.STATUS
    match brief.act:
        case Act.REQUEST if wants_person and brief.answer is None:
            return DraftKind.HOLDING
        case Act.QUESTION | Act.REQUEST:
            return DraftKind.ANSWER
        case Act.PRAISE:
            return DraftKind.THANKS
        case Act.OTHER if Ask.HUMAN_CONTACT not in brief.asks:
            return DraftKind.HELP
        case _:
            return DraftKind.HOLDING


def _opening(brief: DraftBrief, voice: Voice, kind: DraftKind) -> Iterator[Part]:
    if brief.customer_name is None:
        yield "greeting", voice.bare("greeting.plain", greeting="{greeting}")
    else:
        name = escape(brief.customer_name)
        yield "greeting", voice.bare("greeting.named", greeting="{greeting}", name=name)
    if kind is DraftKind.EXIT:
        return
    if brief.tone == Tone.ABUSIVE or brief.decision.manner is Manner.BOUNDARY:
        yield "boundary", voice.say("boundary")
    if brief.tone == Tone.WORRIED or _reassures(brief):
        match kind:
            case DraftKind.APOLOGY_WITH_REMEDY | DraftKind.REMEDY:
                yield "reassurance", voice.say("reassurance.offer")
            case DraftKind.QUESTION | DraftKind.HOLDING if not _asks_again(brief):
                yield "reassurance", voice.say("reassurance.reading")
            case DraftKind.STATUS if stands(brief):
                yield "reassurance", voice.say("reassurance.status")
    if kind is not DraftKind.STATUS:
        for promise in brief.broken:
            yield "broken", promise_told(promise, brief, voice)


def _body(brief: DraftBrief, voice: Voice, kind: DraftKind) -> Iterator[Part]:
    match kind:
        case DraftKind.APOLOGY_WITH_REMEDY | DraftKind.REMEDY | DraftKind.APOLOGY:
            return _offer(brief, voice)
        case DraftKind.QUESTION:
            return _question(brief, voice)
        case DraftKind.DECLINE:
            return _decline(brief, voice)
        case DraftKind.STATUS:
            return _status(brief, voice)
        case DraftKind.THANKS:
            return _thanks(brief, voice)
        case DraftKind.HOLDING:
            return _holding(brief, voice)
        case DraftKind.ANSWER:
            return _answer(brief, voice)
        case DraftKind.HELP:
            return iter([("help", voice.say("help"))])
        case DraftKind.EXIT:
            return farewell(brief, voice)


def _signature(brief: DraftBrief) -> Iterator[Part]:
    if brief.signature:
        yield "signature", brief.signature.replace("{business}", escape(brief.business))


def _offer(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    yield "understanding", understood(brief, voice, _frame(brief))
    yield from _responsibility(brief, voice)
    yield from _explanation(brief, voice)
    if _mediates(brief) and (brief.decision.offers or brief.decision.commitments):
        yield "mediation", voice.say("mediation.offer")
    offers = numbered_offers(brief.decision)
    told: list[NumberedOffer] = []
    for offer in (each for each in offers if each.restores):
        yield "remedy", offer_sentence(offer, voice, _lead(offer, told, offers, voice, next_said=False))
        told.append(offer)
    yield from _commitments(brief, voice)
    for offer in (each for each in offers if not each.restores):
        lead = _lead(offer, told, offers, voice, next_said=bool(brief.decision.commitments))
        yield "gesture", offer_sentence(offer, voice, lead)
        told.append(offer)
    yield from _worth(brief, voice)
    yield from status_beside(brief, voice)
    refusals = _refusals(brief, voice)
    for number, refusal in enumerate(refusals):
        key = "decline.also" if number else "decline.partly"
        yield "decline", voice.say(key, reason=refusal.reason)
        yield from _instead([refusal], voice, is_first=not number)
    if refusals:
        yield from _rights(brief, voice, owed_is_told=True)
    choices = [offer for offer in told if offer.is_choice]
    if choices:
        yield "choice", question_of_choice(choices, voice, is_last=choices[-1] is told[-1])
        if brief.decision.choose_within is not None:
            yield "choose_by", end_of_choice(choices, voice)
    # An apology that nothing is added to ends with itself.
    only_sorry = not (told or brief.decision.commitments or refusals) and brief.tone != Tone.GRATEFUL
    yield from _closing(brief, voice, open_end=bool(choices) or only_sorry)


def _explanation(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    """Why it happened, in an agent's words or the rule's. It follows the admission, and excuses nothing."""
    known = brief.facts.get(EXPLANATION)
    if known is not None and not known.unavailable and isinstance(known.value, str):
        text = escape(known.value)
    elif brief.decision.explanation is not None:
        text = voice.translated(brief.decision.explanation)
    else:
        return
    yield "explanation", voice.say("explanation", explanation=text.strip().rstrip("."))


def _worth(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    """What the gifts would have cost; a choice and what has its price in the text need no such word."""
    if not brief.show_worth:
        return
    given = [offer.options[0] for offer in brief.decision.offers if len(offer.options) == 1]
    worths = [remedy.worth for remedy in given if remedy.kind in _GIFTS and remedy.worth is not None]
    if worths:
        total = sum((worth.amount for worth in worths), Decimal(0))
        money = Money(amount=total, currency=worths[0].currency)
        yield "worth", voice.say("worth", amount=format_money(money, brief.language))


def _reassures(brief: DraftBrief) -> bool:
    """Whether a calming word goes first though nobody sounds worried; who insults or threatens gets none."""
    return brief.decision.manner is Manner.REASSURE and brief.tone not in (Tone.ABUSIVE, Tone.THREATENING)


def _mediates(brief: DraftBrief) -> bool:
    """Whether a word on settling it goes first: where the policy says so, never for a threat by itself."""
    return brief.decision.manner is Manner.MEDIATE


def _frame(brief: DraftBrief) -> str:
    return "plain" if brief.decision.at_fault is True else "reported"


def _responsibility(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    # Nobody gets the same apology twice: each case of one customer takes the next wording.
    voice = replace(voice, variant=voice.variant + brief.apologies_before, short=False)
    ours = brief.decision.at_fault is True
    if brief.decision.second_time:
        # A broken promise has been owned up to at the beginning, by its name.
        if not brief.broken:
            yield "responsibility", voice.say("responsibility.again" if ours else "responsibility.again_open")
    elif ours and brief.decision.apologise:
        let_down = brief.tone == Tone.DISAPPOINTED
        yield "responsibility", voice.say("responsibility.let_down" if let_down else "responsibility.ours")
        yield "apology", voice.say("apology.ours")
    elif ours:
        yield "responsibility", voice.say("responsibility.no_apology")
    elif brief.decision.apologise:
        yield "apology", voice.say("apology.regret")


def _regret(brief: DraftBrief, voice: Voice) -> str:
    return replace(voice, variant=voice.variant + brief.apologies_before, short=False).say("apology.regret")


def _lead(
    offer: NumberedOffer,
    told: list[NumberedOffer],
    offers: tuple[NumberedOffer, ...],
    voice: Voice,
    *,
    next_said: bool,
) -> str | None:
    """How an offer is tied to what stands before it: "per il ritardo", "in più", or not at all."""
    types = {each.offer.complaint_type for each in offers}
    follows = bool(told) or next_said
    own_topic = offer.offer.complaint_type not in {each.offer.complaint_type for each in told}
    if offer.offer.basis is not Basis.OWED and own_topic and (follows or len(types) > 1):
        topic = topic_of(offer.offer.complaint_type, voice)
        if topic is not None:
            return topic
    return voice.bare("remedy.also") if follows else None


def _commitments(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    for number, commitment in enumerate(brief.decision.commitments, start=1):
        what = voice.translated(commitment.what).rstrip(".")
        # Only the first is led in; the others follow it as they are.
        said = voice if number == 1 else replace(voice, variant=0)
        due = f"{{due:{number}}}"
        text = said.bare("promise", what=what, due=due)
        if "," in what:  # else the day would seem to belong to the last clause alone
            text = text.replace(f"{what} {due}", f"{what}, {due}")
        yield "next", sentence(text)


def _closing(brief: DraftBrief, voice: Voice, *, open_end: bool = False) -> Iterator[Part]:
    """A close for who has an ear for one. Nothing follows a question that is still open."""
    if open_end or voice.short:
        return
    yield "closing", voice.say("closing.grateful" if brief.tone == Tone.GRATEFUL else "closing.usual")


def _question(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    complaint = brief.act == Act.COMPLAINT
    again = _asks_again(brief)
    if again:
        yield "understanding", voice.say("question.again_heard")
    else:
        frame = "reported" if brief.decision.second_time else "sorry"
        yield "understanding", understood(brief, voice, frame)
    if _mediates(brief):
        yield "mediation", voice.say("mediation.reading")
    asks = [_in_a_list(voice.translated(fact.ask)) for fact in brief.decision.asks_customer] or [BLANK]
    number = "one" if len(asks) == 1 else "many"
    if len(asks) >= _LISTED_FROM:
        lines = "\n".join(f"– {ask}" for ask in asks)
        yield "question", f"{voice.say('question.list_many')}\n{lines}"
    else:
        key = f"question.{'again' if again else 'repair' if complaint else 'other'}_{number}"
        more = {"list": voice.listed(asks)}
        if number == "many" and not again:
            more["count"] = voice.bare(f"counts.{len(asks)}")
        yield "question", voice.say(key, **more)
    yield "next", voice.say(f"question.then_{number}")


def _asks_again(brief: DraftBrief) -> bool:
    """Whether all was asked for before; such a draft begins with thanks for the message."""
    asked = brief.decision.asks_customer
    return bool(asked) and all(fact.again for fact in asked)


def _in_a_list(ask: str) -> str:
    """Turns "the number: it is in the mail" into "the number (it is in the mail)"."""
    what, colon, where = ask.rstrip(".").partition(": ")
    return f"{what.rstrip()} ({where})" if colon else what


def _decline(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    decision = brief.decision
    yield "understanding", understood(brief, voice, "reported")
    if decision.apologise and not decision.second_time:
        yield "apology", _regret(brief, voice)
    if _mediates(brief):
        yield "mediation", voice.say("mediation.decline")
    refusals = _refusals(brief, voice)
    # Which of several reasons stands against what the customer names, nobody has said.
    asks = asked_for(brief, voice, by_name=len(refusals) < 2)
    if refusals:
        reasons = " ".join(capital(refusal.reason) for refusal in refusals)
        yield "decline", voice.say("decline.reason", reason=reasons, asks=asks)
    elif decision.at_fault is not True and brief.own_error:
        yield "decline", voice.say("decline.own_error", asks=asks)
    else:
        yield (
            "decline",
            voice.say("decline.not_ours" if decision.at_fault is False else "decline.rules", asks=asks),
        )
    yield from _instead(refusals, voice)
    yield from _rights(brief, voice, owed_is_told=False)
    yield from status_beside(brief, voice)
    if any(refusal.alternative is not None for refusal in refusals):
        yield from _closing(brief, voice)
    elif not voice.short:
        yield "closing", voice.say("decline.open")


@dataclass(frozen=True, kw_only=True, slots=True)
class _No:
    """A refusal in the customer's language: whole sentences."""

    reason: str
    alternative: str | None


def _refusals(brief: DraftBrief, voice: Voice) -> tuple[_No, ...]:
    """What is refused; where one rule refuses two complaint types, it is said once."""
    found = [
        _No(
            reason=sentence(voice.translated(refusal.reason)),
            alternative=None
            if refusal.alternative is None
            else sentence(voice.translated(refusal.alternative)),
        )
        for refusal in brief.decision.refusals
    ]
    return tuple(dict.fromkeys(found))


def _instead(refusals: Iterable[_No], voice: Voice, *, is_first: bool = True) -> Iterator[Part]:
    for alternative in (one.alternative for one in refusals if one.alternative is not None):
        yield "instead", voice.say("decline.instead", alternative=alternative) if is_first else alternative
        is_first = False


def _has_way_out(brief: DraftBrief) -> bool:
    return any(refusal.alternative is not None for refusal in brief.decision.refusals)


def _rights(brief: DraftBrief, voice: Voice, *, owed_is_told: bool) -> Iterator[Part]:
    """What a refusal leaves untouched. It never hides a legal right that may be open."""
    offers = numbered_offers(brief.decision)
    owed = [offer for offer in offers if offer.offer.basis is Basis.OWED and not owed_is_told]
    if owed:
        nouns = [voice.listed([noun(option, voice) for option in offer.owed], "or") for offer in owed]
        yield "right", voice.say("decline.owed", options=voice.listed(nouns))
    if brief.right_open is not None:
        yield "right", voice.say("decline.right", right=sentence(voice.translated(brief.right_open)))
    elif not owed and brief.act == Act.COMPLAINT and not (owed_is_told and _has_way_out(brief)):
        # Beside an offer a way out is enough; where the whole answer is no, rights are named in any case.
        yield "right", voice.say("decline.rights")


def _status(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    if Ask.HUMAN_CONTACT in brief.asks:
        yield "person", voice.say("holding.person")
    yield "understanding", voice.say("status.intro")
    # Where we stand in what we failed to do goes before everything else that is told.
    failed = list(failed_promises(brief, voice))
    yield from failed
    if brief.decision.apologise and not brief.decision.second_time:
        yield "apology", _regret(brief, voice)
    others = list(other_promises(brief, voice))
    yield from others if others or failed else [("status", voice.say("status.none"))]
    if any(promise.state == "open" for promise in brief.promises):
        yield "next", voice.say("status.then")
    if Ask.HUMAN_CONTACT in brief.asks and brief.hand_over_contact is not None:
        yield "contact", voice.say("holding.contact", contact=escape(brief.hand_over_contact))
    yield from _closing(brief, voice, open_end=brief.tone != Tone.GRATEFUL)


def _thanks(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    yield "thanks", voice.say("thanks.warm" if brief.tone == Tone.GRATEFUL else "thanks.plain")
    closing = voice.say("closing.thanks")
    yield "closing", f"{closing.rstrip('.')} 🙂" if brief.emoji_used else closing


def _holding(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    # Nobody has looked into it yet: what went wrong is what the customer says.
    yield "understanding", understood(brief, voice, "reported")
    if brief.decision.apologise or brief.decision.second_time:
        yield from _responsibility(brief, voice)
    if _mediates(brief):
        yield "mediation", voice.say("mediation.reading")
    if Ask.HUMAN_CONTACT in brief.asks:
        yield "person", voice.say("holding.person")
    by = {}
    if brief.answer_by is not None:
        by["answer_by"] = format_due_day(brief.answer_by, brief.language, today=brief.today)
    yield "holding", voice.say("holding.matter", **by)
    if brief.hand_over_contact is not None:
        yield "contact", voice.say("holding.contact", contact=escape(brief.hand_over_contact))


def _answer(brief: DraftBrief, voice: Voice) -> Iterator[Part]:
    yield "understanding", understood(brief, voice, "reported")
    if brief.answer is not None:
        yield "answer", voice.translated(brief.answer)
    else:
        yield "answer", voice.say("answer" if brief.act == Act.QUESTION else "request", blank=BLANK)
    yield from _closing(brief, voice)
