"""Answers that agents saved for all: proposed at the desk, accepted by an admin, given up again."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.clock import utcnow
from models.once import insert_once
from models.serial import from_json
from models.tables import Agent, AnswerEntry, AssessmentRow, Case, Customer, Identity, Message
from responses.drafts.phrases import LANGUAGES
from responses.drafts.slots import BLANK
from responses.errors import BlockedError
from responses.events import record
from responses.facts import ORDER_FACT, known_facts
from responses.intake.filing import FindOrders, clean
from responses.knowledge.file import HOUSE, MAX_ANSWER, MAX_QUESTION, Entry, normalised

_LEAST_OF_A_NAME = 3
_SLOT = re.compile(r"\{[^{}\n]*\}|\[\s*(?:…|\.\.\.)[^\[\]]*\]")
_AROUND = frozenset({"greeting", "boundary", "understanding", "closing", "signature"})

_WAITING = (AnswerEntry.accepted_at.is_(None), AnswerEntry.ended_at.is_(None))
_IN_USE = (AnswerEntry.accepted_at.is_not(None), AnswerEntry.ended_at.is_(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A stretch of a text. `is_private`: it must not stand in an answer for everybody."""

    words: str
    is_private: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The saved answers that wait for an admin, and those in use; each with who wrote it."""

    waiting: tuple[tuple[AnswerEntry, str], ...]
    in_use: tuple[tuple[AnswerEntry, str], ...]


async def saved_entries(session: AsyncSession) -> list[Entry]:
    """The saved answers in use."""
    rows = await session.scalars(select(AnswerEntry).where(*_IN_USE).order_by(AnswerEntry.id))
    return [Entry(id=row.id, questions=tuple(row.questions), answer=dict(row.answer)) for row in rows]


async def standing(session: AsyncSession) -> Standing:
    """All that are not given up, the oldest first."""
    rows = await session.execute(
        select(AnswerEntry, Agent.name)
        .join(Agent, Agent.id == AnswerEntry.written_by)
        .where(AnswerEntry.ended_at.is_(None))
        .order_by(AnswerEntry.id)
    )
    found = [(entry, name) for entry, name in rows]
    return Standing(
        waiting=tuple(one for one in found if one[0].accepted_at is None),
        in_use=tuple(one for one in found if one[0].accepted_at is not None),
    )


async def private_words(session: AsyncSession, case: Case) -> frozenset[str]:
    """What names the customer of a case, its order, or one of us: nothing of it is for others to read."""
    customer = await session.get_one(Customer, case.customer_id)
    identity = await session.get_one(Identity, case.identity_id)
    named = [customer.name or "", identity.display_name or "", *(await session.scalars(select(Agent.name)))]
    parts = {
        part for name in named for part in re.findall(r"[^\W\d_]+", name) if len(part) >= _LEAST_OF_A_NAME
    }
    # As names are written: a customer called Rosa must not forbid a pink jumper.
    names = {form for part in parts for form in (part.capitalize(), part.upper())}
    found = await session.scalars(
        select(AssessmentRow.fields)
        .join(Message, Message.id == AssessmentRow.message_id)
        .where(Message.case_id == case.id)
    )
    for fields in found:
        read = from_json(Assessment, fields).entities
        names.update(read.numbers, read.phone_numbers, read.emails, read.ibans, read.fiscal_codes)
    order = (await known_facts(session, case.id)).get(ORDER_FACT)
    if order is not None and isinstance(order.value, str):
        names.add(order.value)
    return frozenset(names)


def passages(text: str, private: Collection[str], find_orders: FindOrders) -> list[Passage]:
    """The text cut where something private stands: a name, an order's number, a slot, a blank."""
    wanted = sorted({*private, *find_orders(text)}, key=len, reverse=True)
    patterns = [_SLOT.pattern, *(rf"(?<!\w){re.escape(word)}(?!\w)" for word in wanted if word.strip())]
    found: list[Passage] = []
    end = 0
    for match in re.finditer("|".join(patterns), text):
        if match.start() > end:
            found.append(Passage(words=text[end : match.start()], is_private=False))
        found.append(Passage(words=match[0], is_private=True))
        end = match.end()
    if end < len(text):
        found.append(Passage(words=text[end:], is_private=False))
    return found


def body_of(text: str, parts: Sequence[Sequence[str]]) -> str:
    """What an answer says, without the parts that every draft has around it.

    Args:
        text: the approved text with its slots.
        parts: those of the draft that was composed, by name.
    """
    for name, words in parts:
        # What an agent has put in place of a blank stays, and the words before it go.
        around = words if name in _AROUND else words.partition(BLANK)[0] if BLANK in words else ""
        flat = text.replace("\u00a0", " ").casefold()
        start = flat.find(around.replace("\u00a0", " ").casefold()) if around else -1
        if start >= 0 and len(flat) == len(text):
            text = text[:start] + text[start + len(around) :]
    return text.strip()


async def propose_entry(
    session: AsyncSession,
    agent: Agent,
    case: Case,
    question: str,
    answer: Mapping[str, str],
    find_orders: FindOrders,
) -> AnswerEntry:
    """An answer that waits for an admin. The same again gives the entry that stands.

    Args:
        session: the caller's writing transaction.
        agent: who saves it.
        case: where it was given.
        question: how it is asked for, in general words.
        answer: the words by language; empty ones are left out.
        find_orders: the order numbers that a text names.

    Raises:
        BlockedError: `text_empty` (question, or answer in the house language), `text_long`,
            `answer_private` with the words that must go, or `answer_known` when the question has another
            answer already.
    """
    asked = " ".join(clean(question).split())
    words = {
        language: clean(answer.get(language, "")).replace("\r\n", "\n").strip() for language in LANGUAGES
    }
    kept = {language: text for language, text in words.items() if text}
    if not normalised(asked) or HOUSE not in kept:
        raise BlockedError("text_empty")
    if len(asked) > MAX_QUESTION:
        raise BlockedError("text_long", most=str(MAX_QUESTION))
    if any(len(text) > MAX_ANSWER for text in kept.values()):
        raise BlockedError("text_long", most=str(MAX_ANSWER))
    private = await private_words(session, case)
    for text in (asked, *kept.values()):
        left = [one.words for one in passages(text, private, find_orders) if one.is_private]
        if left:
            raise BlockedError("answer_private", words=", ".join(dict.fromkeys(left)))
    sha256 = hashlib.sha256(normalised(asked).encode()).hexdigest()
    made = await insert_once(
        session,
        AnswerEntry,
        questions=[asked],
        answer=kept,
        sha256=sha256,
        written_by=agent.id,
        created_at=utcnow(),
    )
    if made is not None:
        record(session, agent.id, "answer.proposed", case.id, entry=made)
    query = select(AnswerEntry).where(AnswerEntry.sha256 == sha256, AnswerEntry.ended_at.is_(None))
    entry = (await session.scalars(query)).one()
    if dict(entry.answer) != kept:
        raise BlockedError("answer_known")
    return entry


async def accept_entry(session: AsyncSession, admin: Agent, entry_id: str, now: datetime) -> None:
    """From now on drafts answer with it.

    Raises:
        BlockedError: `stale` when it does not wait any more.
    """
    await _settle(session, entry_id, _WAITING, accepted_by=admin.id, accepted_at=now)
    record(session, admin.id, "answer.accepted", entry=entry_id)


async def end_entry(session: AsyncSession, admin: Agent, entry_id: str, now: datetime) -> None:
    """No draft answers with it any more; or, where it waits, none ever will.

    Raises:
        BlockedError: `stale` when it has ended already.
    """
    await _settle(session, entry_id, (AnswerEntry.ended_at.is_(None),), ended_by=admin.id, ended_at=now)
    record(session, admin.id, "answer.ended", entry=entry_id)


async def _settle(
    session: AsyncSession, entry_id: str, where: tuple[ColumnElement[bool], ...], **values: object
) -> None:
    settled = await session.execute(
        update(AnswerEntry)
        .where(AnswerEntry.id == entry_id, *where)
        .values(**values)
        .returning(AnswerEntry.id)
        .execution_options(synchronize_session=False)
    )
    if settled.scalar_one_or_none() is None:
        raise BlockedError("stale")
