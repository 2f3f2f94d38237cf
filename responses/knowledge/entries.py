"""What we answer to everyday questions: the entries of the file and those saved at the desk, by meaning."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from models.clock import utcnow
from models.database import Database
from models.embedding import Embed, Vectors
from models.labels import Act
from responses.knowledge.file import Entry, load_answers_text
from responses.knowledge.saved import saved_entries
from responses.policy import PolicyFileError
from responses.policy.errors import Problem
from responses.reading import Reading

log = logging.getLogger(__name__)

THRESHOLD = 0.42
"""From this nearness on an entry becomes the draft; measured, see docs/answers.md."""
SHOWN = 3
"""Entries that an agent is shown at most: the one that was used, and the next two."""
OFFERED = 0.16
"""From this nearness on an entry is offered beside a draft; measured, see docs/answers.md."""
_AT_ONCE = 16
"""Questions embedded at a time: messages that wait to be read come in between."""

_COUNTED, _LEAD = 2, 0.5

_NO_SPREAD = 1e-9
"""A variance no greater comes of rounding: where every entry has one question, nothing is told."""

_Version = tuple[object, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """An entry near to a text, and one of its questions.

    `question` is the one that comes nearest where the entry `fits`; else the entry's first, as its owner
    would name it, for the nearest may be in a language that the agent does not read.

    `nearness` is between -1 and 1.5: how near the entry is, and for the first of several how much nearer than
    the next. `fits`: near enough to be the answer.
    """

    id: str
    question: str
    nearness: float
    fits: bool
    answer: Mapping[str, str]
    until: date | None = None


class Knowledge:
    """The answers of this business. `file` is looked at anew whenever it has changed.

    While the file has mistakes, what it said before holds.
    """

    def __init__(self, database: Database, file: Path, embed: Embed, timezone: ZoneInfo) -> None:
        self._database = database
        self._file = file
        self._embed = embed
        self._timezone = timezone
        self._from_file: tuple[Entry, ...] = ()
        self._read: _Version | None = None
        self._vectors: dict[str, Vectors] = {}
        self._index = Index((), {})
        self._version: _Version | None = None
        self._refreshing = asyncio.Lock()

    async def nearest(self, text: str, most: int = SHOWN) -> tuple[Near, ...]:
        """The entries nearest to a text that hold today, the nearest first."""
        index = await self.refreshed()
        if not index.entries or not text.strip():
            return ()
        found = await self._embed([text])
        return index.nearest(found.vectors[0], utcnow().astimezone(self._timezone).date(), most)

    async def entries(self) -> tuple[Entry, ...]:
        """Every entry of the file as it stands.

        Raises:
            PolicyFileError: it has mistakes; names them.
        """
        return await asyncio.to_thread(read_answers, self._file)

    async def refreshed(self) -> "Index":
        """The index, brought up to date; only questions that are new in it are embedded."""
        async with self._refreshing:
            async with self._database.reading() as session:
                saved = await saved_entries(session)
            await self._read_file()
            version = (self._read, tuple(entry.id for entry in saved))
            if version != self._version:
                # A saved answer that was taken over into the file holds as it stands there.
                there = {entry.id for entry in self._from_file}
                entries = (*self._from_file, *(entry for entry in saved if entry.id not in there))
                telling = (*entries, *(sample_entries() if entries else ()))
                await self._embed_new(telling)
                index = await asyncio.to_thread(Index, entries, self._vectors, telling)
                self._index, self._version = index, version
            return self._index

    async def _read_file(self) -> None:
        stands = await asyncio.to_thread(_stands, self._file)
        if stands == self._read:
            return
        self._read = stands
        try:
            self._from_file = await self.entries()
        except PolicyFileError as error:
            log.error("answers.refused %s", error)

    async def _embed_new(self, entries: Sequence[Entry]) -> None:
        asked = dict.fromkeys(question for entry in entries for question in entry.questions)
        new = [question for question in asked if question not in self._vectors]
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            found = await self._embed(some)
            self._vectors.update(zip(some, found.vectors, strict=True))
        self._vectors = {question: self._vectors[question] for question in asked}


class Index:
    """Entries by the vectors of their questions.

    What all questions have in common is taken out of the vectors first, and what sets the questions of one
    entry apart counts for less: language, turns of phrase, the goods that happen to be named. An entry is as
    near as its two nearest questions are on average: one alone may have but a word in common with a text.
    """

    def __init__(
        self, entries: Sequence[Entry], vectors: Mapping[str, Vectors], telling: Sequence[Entry] = ()
    ) -> None:
        """Puts the entries in order.

        Args:
            entries: those that may be found.
            vectors: of every question of the entries and of those in `telling`.
            telling: entries by which to tell what counts for less, those that may be found among them.
        """
        self.entries = tuple(entries)
        centre: Vectors = np.mean(list(vectors.values()), axis=0) if vectors else np.zeros(1, np.float32)
        self._centre = centre
        self._evened = _evened({entry.questions for entry in telling}, vectors, len(centre))
        self._rows = [
            self._seen(np.stack([vectors[question] for question in entry.questions])) for entry in entries
        ]

    def nearest(self, vector: Vectors, day: date, most: int) -> tuple[Near, ...]:
        """At most so many entries that hold on `day`, the nearest first."""
        if not self.entries:
            return ()
        (asked,) = self._seen(vector[None])
        found: list[tuple[float, str, Entry]] = []
        for entry, rows in zip(self.entries, self._rows, strict=True):
            if entry.holds_on(day):
                similarities = rows @ asked
                order = np.argsort(-similarities, kind="stable")[:_COUNTED]
                found.append((float(similarities[order].mean()), entry.questions[int(order[0])], entry))
        found.sort(key=lambda one: -one[0])
        lead = found[0][0] - found[1][0] if len(found) > 1 else 0.0
        return tuple(
            Near(
                id=entry.id,
                question=question if fits else entry.questions[0],
                nearness=nearness + (_LEAD * lead if place == 0 else 0),
                fits=fits,
                answer=entry.answer,
                until=entry.until,
            )
            for place, (nearness, question, entry) in enumerate(found[:most])
            for fits in [place == 0 and nearness + _LEAD * lead >= THRESHOLD]
        )

    def _seen(self, rows: Vectors) -> Vectors:
        return _unit(np.matmul(rows - self._centre, self._evened))


def _evened(groups: Collection[tuple[str, ...]], vectors: Mapping[str, Vectors], dimension: int) -> Vectors:
    """The matrix by which directions shrink, the more the questions of a group lie apart in them.

    A direction is divided by the root of its variance within groups and of the mean one over all directions.
    """
    apart = [
        rows - rows.mean(axis=0)
        for group in sorted(groups)
        for rows in [np.stack([vectors[question] for question in group]).astype(np.float64)]
    ]
    spread = np.concatenate(apart) if apart else np.zeros((1, dimension))
    variances, directions = np.linalg.eigh(spread.T @ spread / len(spread))
    if (mean := float(variances.mean())) <= _NO_SPREAD:
        return np.eye(dimension, dtype=np.float32)
    matrix: Vectors = (directions / np.sqrt(np.maximum(variances, 0) + mean)).astype(np.float32)
    return matrix


def _unit(rows: Vectors) -> Vectors:
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    return unit


@cache
def sample_entries() -> tuple[Entry, ...]:
    """The entries that a new installation begins with; their questions tell what questions have in common."""
    text = files("responses.knowledge").joinpath("sample_answers.yaml").read_text(encoding="utf-8")
    return load_answers_text(text, "sample_answers.yaml")


def question_in(reading: Reading) -> str | None:
    """The question or request of a case, as the policy will see it; None for anything else.

    Of several the last: a customer who goes on asking has come to the point.
    """
    acts = {
        message.id: reading.assessed[message.id].act.label
        for message in reading.messages
        if message.id in reading.assessed
    }
    if Act.COMPLAINT in acts.values():
        return None
    telling = [
        message
        for message in reading.messages
        if acts.get(message.id, Act.OTHER) not in (Act.OTHER, Act.SPAM)
    ]
    if not telling or acts[telling[-1].id] not in (Act.QUESTION, Act.REQUEST):
        return None
    return telling[-1].text


def read_answers(file: Path) -> tuple[Entry, ...]:
    """The entries of a file; none where there is no file.

    Raises:
        PolicyFileError: it has mistakes; names them.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file.name, error) from None
    return load_answers_text(text, file.name)


def unreadable(name: str, error: OSError | UnicodeDecodeError) -> PolicyFileError:
    """The problem of a file that is no text, or may not be read."""
    reason = error.strerror if isinstance(error, OSError) else "expected text in UTF-8"
    problem = Problem(file=name, line=1, column=1, key="", message=f"cannot be read: {reason}")
    return PolicyFileError((problem,))


def _stands(file: Path) -> _Version:
    try:
        stat = file.stat()
    except OSError:
        return ()
    return (stat.st_mtime_ns, stat.st_size)
