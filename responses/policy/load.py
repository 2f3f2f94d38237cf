"""Loads a policy file. What comes out is sound; what is wrong comes out all at once, with its place."""

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import is_currency

from models.decision import Basis, Role
from models.labels import ComplaintType, Language
from responses.hours import OpeningHours
from responses.policy.context import Context, read_date, read_duration
from responses.policy.errors import PolicyFileError, Problem
from responses.policy.read_happened import read_what_happened
from responses.policy.read_remedies import read_remedy
from responses.policy.read_rules import (
    BUILT_IN,
    read_facts,
    read_owed,
    read_presumptions,
    read_rule,
    refuse_repeated_ids,
)
from responses.policy.read_settings import (
    read_approval,
    read_choice_period,
    read_deadlines,
    read_hours,
    read_limits,
    read_on_call,
    read_second_time,
    read_signals,
    read_validity,
    read_voice,
    read_worth,
)
from responses.policy.read_words import read_words
from responses.policy.reader import (
    Document,
    Entries,
    Item,
    RefusedError,
    read_all,
    read_enum,
    read_name,
    read_with,
)
from responses.policy.schema import Address, Audience, Codes, Concerns, Limits, Policy

KEYS = (
    "policy",
    "audience",
    "effective",
    "currency",
    "timezone",
    "voice",
    "address",
    "concerns",
    "what_happened",
    "signature",
    "facts",
    "presume",
    "owed",
    "rules",
    "ladder",
    "second_time",
    "limits",
    "worth",
    "approval",
    "owed_approval",
    "deputy_approval",
    "choice",
    "wait_for_answer",
    "codes",
    "vouchers",
    "signals",
    "deadlines",
    "hours",
    "on_call",
    "emergency",
    "words",
)
"""The sections of a file."""
_SLOTS = ("agent", "business")
_DEFAULT_SIGNATURE = "{agent}, {business}"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_EURO = "EUR"
_UTC = ZoneInfo("UTC")


def load_policy(path: Path, complaint_types: Collection[str] = tuple(ComplaintType)) -> Policy:
    """Load a policy file.

    `complaint_types` are the ones that conditions may name: the taxonomy's, or the business's own.

    Raises:
        OSError: the file cannot be read.
        PolicyFileError: the file is wrong; every problem found in it is there.
    """
    content = path.read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = "not UTF-8: save the file with that encoding"
        problem = Problem(file=str(path), line=line, column=column, key="", message=message)
        raise PolicyFileError((problem,)) from error
    return load_policy_text(text, str(path), complaint_types)


def load_policy_text(
    text: str,
    name: str,
    complaint_types: Collection[str] = tuple(ComplaintType),
    *,
    accepted: bool = False,
) -> Policy:
    """Load a policy kept as text. `name` is what problems give as the file.

    One that was `accepted` by an earlier Rimedio still judges the matters of its time: what has been
    forbidden since is let pass.

    `Policy.sha256` is that of the text in UTF-8, hence that of the file's bytes.

    Raises:
        PolicyFileError: the text is wrong; every problem found in it is there.
    """
    types = complaint_types if isinstance(complaint_types, tuple) else tuple(complaint_types)
    return _load(text, name, types, accepted)


@lru_cache(
    maxsize=32, typed=True
)  # A tuple that takes every type is another one than the tuple it is made of.
def _load(text: str, name: str, complaint_types: tuple[str, ...], accepted: bool) -> Policy:
    # Reading takes a fraction of a second, and every process, page and command asks for the same few texts.
    document = Document(name, accepted=accepted)
    digest = sha256(text.encode()).hexdigest()
    try:
        policy = _read_policy(Entries(document.root(text), KEYS), document, digest, complaint_types)
    except RefusedError:
        raise PolicyFileError(tuple(document.problems)) from None
    document.raise_problems()
    return policy


def _read_policy(
    entries: Entries, document: Document, digest: str, complaint_types: Collection[str]
) -> Policy:
    currency = entries.required("currency", _read_currency, _EURO)
    zone = entries.required("timezone", _read_zone, _UTC)
    head = Context(
        currency=currency,
        complaint_types=complaint_types,
        languages=tuple(Language),
        facts={},
    )
    facts = {**entries.optional("facts", lambda item: read_facts(item, head), {})}
    for name, built_in in BUILT_IN.items():
        facts.setdefault(name, built_in)
    context = Context(
        currency=currency,
        complaint_types=complaint_types,
        languages=tuple(Language),
        facts=facts,
        texts=head.texts,
    )
    owed = entries.optional(
        "owed", lambda item: read_all(lambda part: read_owed(part, context), item.items()), ()
    )
    rules = entries.required(
        "rules", lambda item: read_all(lambda part: read_rule(part, context), item.items()), ()
    )
    refuse_repeated_ids(document, [*owed, *rules])
    return Policy(
        name=entries.required("policy", _read_policy_name, ""),
        file=document.name,
        sha256=digest,
        audience=entries.optional("audience", read_enum(Audience, "audience"), Audience.CUSTOMER),
        effective=entries.required("effective", read_date, date.min),
        currency=currency,
        timezone=zone,
        voice=entries.optional("voice", read_voice, {}),
        address=entries.optional("address", read_enum(Address, "form of address"), Address.FIRST_NAME),
        concerns=entries.optional("concerns", read_enum(Concerns, "thing"), Concerns.ORDER),
        what_happened=entries.optional("what_happened", lambda item: read_what_happened(item, context), {}),
        signature=entries.optional("signature", _read_signature, _DEFAULT_SIGNATURE),
        facts=facts,
        presumptions=entries.optional("presume", lambda item: read_presumptions(item, context), ()),
        owed=owed,
        rules=rules,
        ladder=entries.optional(
            "ladder",
            lambda item: read_all(lambda part: read_remedy(part, context, Basis.GOODWILL), item.items()),
            (),
        ),
        second_time=entries.optional("second_time", read_second_time, None),
        limits=entries.optional("limits", lambda item: read_limits(item, context), Limits()),
        worth=entries.optional("worth", lambda item: read_worth(item, context), {}),
        approval=entries.optional("approval", lambda item: read_approval(item, context), {}),
        owed_approval=entries.optional("owed_approval", read_enum(Role, "role"), Role.AGENT),
        deputy_approval=entries.optional("deputy_approval", context.read_money, None),
        choice_within=entries.optional("choice", read_choice_period, None),
        wait_for_answer=entries.optional("wait_for_answer", read_duration, None),
        codes=entries.optional("codes", read_enum(Codes, "source of codes"), Codes.LOADED),
        codes_valid=entries.optional("vouchers", read_validity, None),
        signals=entries.optional("signals", lambda item: read_signals(item, context), ()),
        deadlines=entries.optional("deadlines", read_deadlines, {}),
        hours=entries.optional("hours", lambda item: read_hours(item, zone), OpeningHours.always(zone)),
        on_call=entries.optional("on_call", read_on_call, ()),
        emergency=entries.optional(
            "emergency",
            lambda item: read_all(read_name(complaint_types, "complaint type"), item.items()),
            (ComplaintType.SAFETY_PRIVACY,),
        ),
        words=entries.optional("words", lambda item: read_words(item, context), {}),
        places=document.places,
        texts=context.texts,
    )


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # ValueError: a name such as ../etc
        return None


_read_currency = read_with(
    lambda text: text if is_currency(text) else None, "a currency of three letters such as EUR"
)
_read_zone = read_with(_zone, "a time zone such as Europe/Rome")
_read_policy_name = read_with(
    lambda text: text if _NAME.fullmatch(text) else None, "a name of small letters, digits and dashes"
)


def _read_signature(item: Item) -> str:
    text = item.text()
    for slot in re.findall(r"\{([^}]*)\}", text):
        if slot not in _SLOTS:
            raise item.refuse(f'unknown field "{{{slot}}}": a signature may hold {{agent}} and {{business}}')
    return text
