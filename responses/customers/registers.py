"""Registers: how a customer is addressed, which an agent says, or their own messages show beyond doubt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.states import CaseState, Direction
from models.tables import Case, Customer, Identity, Message
from responses.corrections import understood
from responses.drafts.brief import Formality
from responses.policies import NoPolicyError, PolicyBook
from responses.policy import Policy
from responses.policy.schema import Audience

ENOUGH = 2
"""So many messages must show a register before it counts as theirs."""
_READ = 4000  # characters: what somebody says further on adds nothing
_LOOKED_AT = 30  # the newest messages of a customer: how somebody spoke years ago is no guide
_FORMALITIES: tuple[Formality, Formality] = ("formal", "informal")
_START = (
    r"(?:(?:^|[.!?…,;:¿¡\n(–-])\s{0,3}"
    r"(?:e |y |et |und |ma |pero |buongiorno,? |salve,? |hola,? |per favore,? )?)"
)
_NOT = r"(?<!non )(?<!che )(?<!se )(?<!no )(?<!que )(?<!si )"
# Bounded throughout: a message of nothing but line ends or quotation marks takes no time worth mentioning.
_QUOTED = re.compile(
    r"«[^»]{0,500}»|»[^«]{0,500}«|“[^”]{0,500}”|„[^“”]{0,500}[“”]|\"[^\"]{0,500}\"|(?m:^[ \t]{0,3}>.*$)"
)
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A register that the customer's own messages show, and when these were written, the oldest first."""

    formality: Formality
    at: tuple[datetime, ...]


async def register_of(
    session: AsyncSession, customer: Customer, policy: Policy | None, language: str
) -> Formality:
    """How the customer is addressed: as an agent says, else as they address us, else as the policy says."""
    if customer.formality is not None:
        return "informal" if customer.formality == "informal" else "formal"
    heard = await heard_register(session, customer, language)
    if heard is not None:
        return heard.formality
    return "formal" if policy is None or policy.formal(language) else "informal"


async def register_in(
    session: AsyncSession, policies: PolicyBook, *, chat_key: str, case_id: str | None, language: str
) -> Formality:
    """The same for what goes out by itself: to whom the case is, else to whoever writes in that chat.

    Whom we do not know is addressed as the policy says; without a policy formally.
    """
    case = await session.get(Case, case_id) if case_id is not None else None
    if case is not None:
        customer = await session.get(Customer, case.customer_id)
    else:
        query = (
            select(Customer)
            .join(Identity, Identity.customer_id == Customer.id)
            .where(Identity.chat_key == chat_key)
            .order_by(Identity.id.desc())
        )
        customer = (await session.scalars(query.limit(1))).one_or_none()
    if customer is not None and customer.formality is not None:
        return "informal" if customer.formality == "informal" else "formal"
    audience, at = (Audience.CUSTOMER, utcnow()) if case is None else (case.audience, case.incident_at)
    try:
        policy = await policies.in_force(session, audience, at)
    except NoPolicyError:
        policy = None
    if customer is None:
        return "formal" if policy is None or policy.formal(language) else "informal"
    return await register_of(session, customer, policy, language)


async def heard_register(session: AsyncSession, customer: Customer, language: str) -> Heard | None:
    """The register of the customer's messages in that language: of at least two, and of none another one.

    Each message counts in its newest version, and a message that nobody has read yet for nothing.
    """
    if language not in _expressions():
        return None
    query = (
        select(Message)
        .join(Case, Case.id == Message.case_id)
        .where(
            Case.customer_id == customer.id,
            Case.state != CaseState.SPAM,
            Message.direction == Direction.IN,
            Message.text != "",
        )
        .order_by(Message.id.desc())
        .limit(_LOOKED_AT)
    )
    newest: dict[tuple[str | None, str], Message] = {}
    for row in await session.scalars(query):
        newest.setdefault((row.identity_id, row.external_id or row.id), row)
    if len(newest) < ENOUGH:
        return None
    known = await understood(session, [row.id for row in newest.values()])
    read = sorted(
        (row for row in newest.values() if row.id in known and known[row.id].assessment.language == language),
        key=lambda row: row.id,
    )
    return _agreed([(row.sent_at, formality_in(row.text, language)) for row in read])


def _agreed(found: Sequence[tuple[datetime, frozenset[Formality]]]) -> Heard | None:
    shown = frozenset(one for _, formalities in found for one in formalities)
    if len(shown) != 1:
        return None
    (formality,) = shown
    at = tuple(when for when, formalities in found if formalities)
    return Heard(formality=formality, at=at) if len(at) >= ENOUGH else None


def formality_in(text: str, language: str) -> frozenset[Formality]:
    """The registers in which a message speaks to its reader: one, both, or (as most do) none."""
    return frozenset(places_of(text, language))


def places_of(text: str, language: str) -> dict[Formality, re.Match[str]]:
    """The same with the first words that show it; nothing in a language that has no registers.

    What stands in quotation marks was said by others. In capitals alone a "Sie" cannot be told from a "sie".
    """
    said = _QUOTED.sub(" ", text[:_READ].replace("’", "'"))
    if not any(letter.islower() for letter in _LETTERS.findall(said)):
        return {}
    expressions = _expressions().get(language, {})
    found = {name: expression.search(said) for name, expression in expressions.items()}
    return {name: match for name, match in found.items() if match is not None}


@cache
def _expressions() -> Mapping[str, Mapping[Formality, re.Pattern[str]]]:
    source = files("responses").joinpath("phrases", "addressing.yaml").read_text(encoding="utf-8")
    lists: dict[str, dict[str, list[str]]] = YAML(typ="safe").load(source)
    return {
        language: {name: _compiled(by_name[name]) for name in _FORMALITIES}
        for language, by_name in lists.items()
    }


def _compiled(expressions: Sequence[str]) -> re.Pattern[str]:
    placed = [
        f"{_START}(?:{one.removeprefix('<start>')})" if one.startswith("<start>") else rf"(?<!\w)(?:{one})"
        for one in expressions
    ]
    return re.compile(rf"(?:{'|'.join(placed)})(?!\w)".replace("<not>", _NOT), re.IGNORECASE)
