"""Short lines about a decision, for agents: on cards and on the desk."""

from collections.abc import Sequence
from datetime import date

from models.decision import Basis, Decision, DecisionKind, Offer, Remedy
from models.money import Money
from responses.drafts.dates import day_forms
from responses.drafts.numbers import format_money, percentage_forms
from responses.drafts.phrases import phrases
from responses.drafts.remedies import short
from responses.drafts.voice import Voice
from responses.policy.fact_names import FactNames


def offer_line(decision: Decision, language: str, names: FactNames | None = None) -> str:
    """What the decision gives or does: "buono 10 € oppure 15% sul prossimo ordine (fino a 20 €)".

    Args:
        decision: the policy's decision.
        language: the agent's, ISO 639-1 code of one of the draft languages.
        names: what the policy calls the facts that the customer is asked for; without it, what it asks.
    """
    called = names or FactNames(None, language)
    voice = _plain_voice(language)
    offers = voice.bare("lines.plus").join(_offer(offer, voice) for offer in decision.offers)
    match decision.kind:
        case DecisionKind.HAND_OVER if offers:
            return voice.bare("lines.hand_over_offers", offer=offers)
        case DecisionKind.ASK:
            return voice.bare(
                "lines.ask", list=voice.listed([called.wanted(fact) for fact in decision.asks_customer])
            )
        case DecisionKind.OFFER if offers:
            return offers
        case DecisionKind.OFFER if decision.commitments:
            promised = [voice.translated(commitment.what) for commitment in decision.commitments]
            return voice.bare("lines.promise", list=voice.listed(promised))
        case DecisionKind.OFFER:
            return voice.bare("lines.apology" if decision.apologise else "lines.nothing")
        case DecisionKind.EXIT if decision.exit_from is not None:
            # With its year: the line is read for years.
            day = day_forms(decision.exit_from, language, today=date.min)["from"]
            return voice.bare("lines.exit_from", **{"from": day})
        case other:
            return voice.bare(f"lines.{other}")


def remedy_line(remedy: Remedy, language: str, sent: Sequence[str] = ()) -> str:
    """A remedy in a few words, with its sums: "rimborso di 10 €".

    `sent` are the words in which the text that went out gave something else.
    """
    voice = _plain_voice(language)
    decided = _told(remedy, voice)
    if not sent:
        return decided
    return voice.bare("lines.as_sent", remedy=decided, words=", ".join(f"«{words}»" for words in sent))


def sent_line(decided: str, sent: Sequence[str], extra: Money | None, language: str) -> str:
    """What was decided, with the words of a text that gave something else, and by how much more or less."""
    said = ", ".join(f"«{words}»" for words in sent)
    if extra is not None and extra.minor != 0:
        said += f" ({'+' if extra.minor > 0 else ''}{format_money(extra, language)})"
    return _plain_voice(language).bare("lines.as_sent", remedy=decided, words=said.strip())


def rule_line(decision: Decision, language: str) -> str:
    """Which rules made it, in the owner's words: "regola «ritardo-lungo»: dopo cinque giorni …"."""
    voice = _plain_voice(language)
    lines: dict[str, str] = {}
    for offer in decision.offers:
        owed = offer.basis is Basis.OWED
        why = offer.source if owed else offer.because
        values = {"rule": offer.rule_id} | ({"because": why} if why else {})
        lines.setdefault(offer.rule_id, voice.bare("lines.owed_rule" if owed else "lines.rule", **values))
    told = {offer.because for offer in decision.offers}
    reasons = "; ".join(reason for reason in decision.because if reason not in told)
    others = [rule_id for rule_id in decision.rule_ids if rule_id not in lines]
    # Which of the other rules a reason belongs to is not known: they stand together before it.
    named = [voice.bare("lines.rule", rule=rule_id) for rule_id in others[:-1]]
    for rule_id in others[-1:]:
        named.append(voice.bare("lines.rule", rule=rule_id, **({"because": reasons} if reasons else {})))
    return "; ".join([*lines.values(), *([", ".join(named)] if named else [])]) or voice.bare("lines.no_rule")


def options_line(options: Sequence[Remedy], language: str) -> str:
    """A choice in a few words: "buono 10 € oppure 15% sul prossimo ordine (fino a 20 €)"."""
    voice = _plain_voice(language)
    return voice.bare("lines.or").join(short(option, voice) for option in options)


def _told(remedy: Remedy, voice: Voice) -> str:
    """A remedy in a few words for agents: of a share that was cut the sum, and what it would have been."""
    words, share = short(remedy, voice), remedy.cut_from
    if share is None:
        return words
    language = voice.words.language
    values = percentage_forms(share.percent, language) | {"whole": format_money(share.amount, language)}
    return voice.bare("lines.reduced" if share.reduced else "lines.cut", remedy=words, **values)


def _plain_voice(language: str) -> Voice:
    return Voice(words=phrases(language), formal=True, variant=0, values={})


def _offer(offer: Offer, voice: Voice) -> str:
    text = voice.bare("lines.or").join(_told(option, voice) for option in offer.options)
    if offer.is_mixed:
        owed = [offer.basis_of(option) is Basis.OWED for option in offer.options]
        options = [
            voice.bare("lines.owed", offer=_told(option, voice)) if due else _told(option, voice)
            for option, due in zip(offer.options, owed, strict=True)
        ]
        return voice.bare("lines.or").join(options)
    return voice.bare("lines.owed", offer=text) if offer.basis is Basis.OWED else text
