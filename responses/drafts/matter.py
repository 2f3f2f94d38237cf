"""What we understood: the customer's matter, said back with its order, article and days."""

from collections.abc import Mapping

from models.labels import Act, ComplaintType
from responses.drafts.brief import DraftBrief
from responses.drafts.happened import own_words
from responses.drafts.voice import Voice

_NAMED_ASKS = ("refund", "replacement", "repair", "discount", "cancellation")
_DAY_VALUES = frozenset({"on_date", "of_date", "on_that_day", "on_mentioned", "of_mentioned", "mentioned"})


def understood(brief: DraftBrief, voice: Voice, frame: str) -> str:
    """Says the matter back.

    Every grievance of a complaint stands in one sentence; anything else is taken up by what it asks for.

    Args:
        brief: what the draft rests on.
        voice: how it speaks.
        frame: how a complaint is said: `plain` as a fact, `reported` as what the customer writes, `sorry`
            after "mi dispiace che".
    """
    if brief.own_error and brief.decision.at_fault is not True:
        text = voice.say("understanding.own_error")
    elif brief.act == Act.COMPLAINT:
        text = _grievances(brief, voice, frame)
    elif brief.act in (Act.REQUEST, Act.QUESTION):
        text = _wish(brief, voice)
    else:
        text = voice.say("understanding.word")
    if "orders" in voice.values:
        return f"{text} {voice.say(f'things.{voice.thing}.several')}"
    return text


def asked_for(brief: DraftBrief, voice: Voice, *, by_name: bool) -> str:
    """What the customer wants, as the object of "questa volta non posso offrirle …"."""
    section = "refuse" if voice.words.has("refuse.that") else "asks"
    named = [voice.bare(f"{section}.{ask}") for ask in _NAMED_ASKS if by_name and ask in brief.asks]
    return voice.listed(named, "nor") if named else voice.bare(f"{section}.that")


def topic_of(complaint_type: str | None, voice: Voice) -> str | None:
    """A beginning that ties a remedy to its grievance: "per il ritardo"."""
    if complaint_type is None:
        return None
    key = f"types.{_wording_type(complaint_type, voice)}"
    own = f"{key}.{voice.thing}.topic"
    return voice.bare(own if voice.words.has(own) else f"{key}.topic")


def aside_of(complaint_type: str, voice: Voice) -> str:
    """The same where nothing is given for it, only something said: "per la risposta che le dovevamo"."""
    key = f"types.{_wording_type(complaint_type, voice)}"
    for aside in (f"{key}.{voice.thing}.aside", f"{key}.aside"):
        if voice.words.has(aside):
            return voice.bare(aside)
    return topic_of(complaint_type, voice) or ""


def _wish(brief: DraftBrief, voice: Voice) -> str:
    named = [voice.bare(f"asks.{ask}") for ask in _NAMED_ASKS if ask in brief.asks]
    if brief.act == Act.REQUEST and named:
        return voice.say("understanding.request", asks=voice.listed(named))
    return voice.say(f"understanding.{brief.act}")


def _grievances(brief: DraftBrief, voice: Voice, frame: str) -> str:
    types = _that_happened(brief)
    own = {name: words for name in types if (words := own_words(brief, voice, name)) is not None}
    if own:
        return _in_own_words(own, voice, frame, types)
    known = [name for name in types if voice.words.has(f"types.{name}.is")]
    keys = [f"types.{name}" for name in known] or ["types.any"]
    if known and len(known) < len(types):
        keys.append("types.rest")
    clauses: dict[str, str] = {}
    spoken_days = False
    for form in ("is", "that", "sorry"):
        first, spoken_days = _clause(keys[0], form, voice)
        rest = [_bare_clause(key, form, voice) for key in keys[1:]]
        clauses[form] = voice.listed([first, *rest], "clauses" if form == "is" else "that")
    hidden = _DAY_VALUES if spoken_days else frozenset()
    values = {name: value for name, value in voice.values.items() if name not in hidden}
    return voice.bare(f"understanding.{frame}", **{**values, **clauses})


def _that_happened(brief: DraftBrief) -> tuple[str, ...]:
    """The grievances without the promise that only has to be told where it stands: it may not be broken."""
    types = brief.complaint_types or (() if brief.types_open else brief.decision.complaint_types)
    told = {ComplaintType.PROMISE_BROKEN}.intersection(brief.decision.status_of)
    return tuple(name for name in types if name not in told) or types


def _in_own_words(own: Mapping[str, str], voice: Voice, frame: str, types: tuple[str, ...]) -> str:
    """The grievances where the owner has worded at least one: whole sentences, the order named at the end."""
    clauses = []
    for name in types:
        if name in own:
            clauses.append(own[name])
        else:
            key = f"types.{name}" if voice.words.has(f"types.{name}.is") else "types.rest"
            clauses.append(_bare_clause(key, "is", voice))
    text = voice.listed(list(dict.fromkeys(clauses)), "clauses")
    if "ref" in voice.values:
        # The article stands in brackets of its own there.
        text = f"{text} ({voice.values['ref'].replace(' (', ', ').replace(')', '')})"
    return voice.bare(
        f"understanding.{frame}" if frame == "plain" else f"understanding.{frame}_own", **{"is": text}
    )


def _clause(key: str, form: str, voice: Voice) -> tuple[str, bool]:
    """The clause that names all it can, and whether it named the day the customer gave."""
    text = voice.say(_form_key(key, form, voice))
    day = [voice.values.get(name) for name in ("on_date", "of_date", "on_that_day")]
    return text, any(words is not None and words in text for words in day)


def _bare_clause(key: str, form: str, voice: Voice) -> str:
    return voice.bare(_form_key(key, form, voice))


def _form_key(key: str, form: str, voice: Voice) -> str:
    """`sorry` falls back to `that`, and `that` to `is`, where a language says them alike."""
    forms = {"is": ("is",), "that": ("that", "is"), "sorry": ("sorry", "that", "is")}[form]
    own = f"{key}.{voice.thing}"
    place = own if voice.words.has(f"{own}.is") else key
    return next(f"{place}.{each}" for each in forms if voice.words.has(f"{place}.{each}"))


def _wording_type(complaint_type: str, voice: Voice) -> str:
    return complaint_type if voice.words.has(f"types.{complaint_type}.topic") else "any"
