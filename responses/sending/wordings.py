"""Standing texts in a business's own words: written, checked, approved, and given up again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.once import insert_once
from models.tables import Agent, StandingText
from responses.checks import check_standing
from responses.checks.advising import refusal_of
from responses.drafts.templates import in_register
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import clean
from responses.sending.standing import StandingWording, spaced, standing_texts

MAX_LENGTH = 1000
"""How long a wording may be, in characters."""
MAX_BUTTON = 40
_BUTTONS = frozenset({"forget_button"})
_FIELD = re.compile(r"\{([^{}]*)\}")
_AMOUNT = re.compile(
    r"[€$£¥%]|\b(?:EUR|USD|GBP|CHF|euros?|dollar[oi]?|dollars?|dólares|sterlin[ae]|sterling|pounds?|pfund|"
    r"libras?|francs?|franchi|franken|per\s?cento?|prozent|pour\s?cent|por\s?ciento)\b",
    re.IGNORECASE,
)

_WAITING = (
    StandingText.written_by.is_not(None),
    StandingText.approved_at.is_(None),
    StandingText.ended_at.is_(None),
)
_IN_FORCE = (StandingText.approved_at.is_not(None), StandingText.ended_at.is_(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """How a standing text stands in one language.

    `own` is the program's; `in_force` is what was approved in its place and `waiting` what would be next,
    None where there is nothing. `fits` is false when the program can no longer fill in what is in force, so
    that its own text goes out.
    """

    own: StandingWording
    in_force: StandingText | None
    waiting: StandingText | None

    @property
    def fits(self) -> bool:
        """Whether what is in force can be sent."""
        return self.in_force is None or _fields_of(self.in_force.text) == self.own.fields

    @property
    def text(self) -> str:
        """What goes out."""
        return self.in_force.text if self.in_force is not None and self.fits else self.own.text


async def wordings_in(session: AsyncSession, language: str) -> Sequence[Wording]:
    """Every standing text in that language, in the order of the closed list."""
    rows = await session.scalars(
        select(StandingText).where(
            StandingText.language == language,
            StandingText.written_by.is_not(None),
            StandingText.ended_at.is_(None),
        )
    )
    waiting: dict[str, StandingText] = {}
    in_force: dict[str, StandingText] = {}
    for row in rows:
        (waiting if row.approved_at is None else in_force)[row.name] = row
    return [
        Wording(own=own, in_force=in_force.get(own.name), waiting=waiting.get(own.name))
        for own in standing_texts()
        if own.language == language
    ]


async def propose(
    session: AsyncSession, agent: Agent, own: StandingWording, written: str, now: datetime
) -> StandingText:
    """A wording that waits for approval, in the place of one that did; nothing else goes out yet.

    Raises:
        BlockedError: `text_empty`, `text_long`, `wording_lines`, `wording_field`, `wording_missing`,
            `wording_brace`, `wording_bar`, `wording_amount`, `findings` (insult, blame, another language…),
            `wording_same`; `stale` when somebody was quicker.
    """
    text = checked(own, written)
    in_force = await _one(session, own, *_IN_FORCE)
    if text == (in_force.text if in_force is not None else own.text):
        raise BlockedError("wording_same")
    await _end(session, agent, own, now, *_WAITING)
    made = await insert_once(
        session,
        StandingText,
        name=own.name,
        language=own.language,
        text=text,
        sha256=StandingWording(name=own.name, language=own.language, text=text).sha256,
        written_by=agent.id,
        created_at=now,
    )
    if made is None:
        raise BlockedError("stale")
    record(session, agent.id, "wording.proposed", text=made)
    return await session.get_one(StandingText, made)


async def approve_wording(
    session: AsyncSession, admin: Agent, own: StandingWording, text_id: str, now: datetime
) -> None:
    """From now on this very wording goes out.

    Raises:
        BlockedError: `stale` when it is not the one that waits; else as in `propose`, where the program has
            come to want other fields since.
    """
    waiting = await _one(session, own, StandingText.id == text_id, *_WAITING)
    if waiting is None:
        raise BlockedError("stale")
    checked(own, waiting.text)
    await _end(session, admin, own, now, *_IN_FORCE)
    approved = await session.execute(
        update(StandingText)
        .where(StandingText.id == text_id, *_WAITING)
        .values(approved_by=admin.id, approved_at=now)
        .returning(StandingText.id)
        .execution_options(synchronize_session=False)
    )
    if approved.scalar_one_or_none() is None:
        raise BlockedError("stale")
    record(session, admin.id, "wording.approved", text=text_id)


async def discard_wording(
    session: AsyncSession, agent: Agent, own: StandingWording, text_id: str, now: datetime
) -> None:
    """What waits is thrown away.

    Raises:
        BlockedError: `stale` when it does not wait any more.
    """
    if not await _end(session, agent, own, now, StandingText.id == text_id, *_WAITING):
        raise BlockedError("stale")


async def reset_wording(
    session: AsyncSession, admin: Agent, own: StandingWording, text_id: str, now: datetime
) -> None:
    """The program's own text goes out again.

    Raises:
        BlockedError: `stale` when that wording is not in force any more.
    """
    if not await _end(session, admin, own, now, StandingText.id == text_id, *_IN_FORCE):
        raise BlockedError("stale")


def is_button(own: StandingWording) -> bool:
    """Whether the text is that of a button."""
    return own.name in _BUTTONS


def checked(own: StandingWording, written: str) -> str:
    """The text as it would go out, if it may stand in the place of the program's own.

    Raises:
        BlockedError: as in `propose`.
    """
    text = spaced(clean(written).replace("\r\n", "\n").strip(), own.language)
    most = MAX_BUTTON if is_button(own) else MAX_LENGTH
    if not text:
        raise BlockedError("text_empty")
    if len(text) > most:
        raise BlockedError("text_long", most=str(most))
    if is_button(own) and "\n" in text:
        raise BlockedError("wording_lines")
    found = _FIELD.findall(text)
    unknown = [field for field in found if field not in own.fields]
    if unknown:
        raise BlockedError("wording_field", field=f"{{{unknown[0]}}}", known=_named(own.fields))
    missing = own.fields - set(found)
    if missing:
        raise BlockedError("wording_missing", fields=_named(missing))
    words = _FIELD.sub("", text)
    if "{" in words or "}" in words:
        raise BlockedError("wording_brace")
    if "|" in in_register(words, formal=True):
        raise BlockedError("wording_bar")
    amount = _AMOUNT.search(words)
    if amount is not None:
        raise BlockedError("wording_amount", words=amount[0])
    for formal in (True, False):
        # A figure stands for each field: their names are words of a language.
        said = _FIELD.sub("0", in_register(text, formal))
        wrong = check_standing(said, own.language, utcnow().date())
        if wrong:
            raise refusal_of(wrong[0])
    return text


async def _one(
    session: AsyncSession, own: StandingWording, *where: ColumnElement[bool]
) -> StandingText | None:
    query = select(StandingText).where(
        StandingText.name == own.name, StandingText.language == own.language, *where
    )
    return (await session.scalars(query)).one_or_none()


async def _end(
    session: AsyncSession, agent: Agent, own: StandingWording, now: datetime, *where: ColumnElement[bool]
) -> bool:
    ended = await session.execute(
        update(StandingText)
        .where(StandingText.name == own.name, StandingText.language == own.language, *where)
        .values(ended_by=agent.id, ended_at=now)
        .returning(StandingText.id)
        .execution_options(synchronize_session=False)
    )
    text_id = ended.scalar_one_or_none()
    if text_id is not None:
        record(session, agent.id, "wording.ended", text=text_id)
    return text_id is not None


def _fields_of(text: str) -> frozenset[str]:
    return frozenset(_FIELD.findall(text))


def _named(fields: frozenset[str]) -> str:
    return ", ".join(f"{{{field}}}" for field in sorted(fields)) or "–"
