"""What an agent says of what a text leaves out or promises by itself, on buttons: one question at a time.

An answer is the key of what was asked about and a letter: `o0.1-`, `w12!`. Of a promise without a day follows
which, and who keeps it where that is a colleague: `w12!2524.9f3a`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.buttons import MAX_DATA_BYTES, Action, Button, data_of
from bot.cards.keyboards import Rows
from bot.words import Words
from models.tables import Agent, Card
from responses.approving.withholding import ABOUT_UNSAID, Meant
from responses.checks import Unsaid
from responses.errors import BlockedError
from responses.promises.word_given import Terms, WordGiven
from responses.texts import shorten

_MAX_LABEL = 60
_LETTERS: Mapping[str, Meant] = {
    "-": Meant.WITHHELD,
    "+": Meant.WORDED,
    "!": Meant.PROMISED,
    "~": Meant.NO_PROMISE,
}
_SAID = re.compile(r"(?P<key>[a-z][\d.]*)(?P<letter>[-+!~])(?P<day>\d{4})?(?:\.(?P<owner>[0-9a-f-]{4,36}))?")
_WHOSE = re.compile(r"(?P<key>w\d+)\?(?P<owner>[0-9a-f-]{4,36})?")
_FIRST = date(2020, 1, 1)
_SHORT = 4
"""In figures: more are carried of a colleague where the last ones are another's too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Whose:
    """Somebody else shall keep the promise `key`: whom is asked first, then by when."""

    key: str
    owner: str | None


def split_whose(said: Sequence[str]) -> tuple[tuple[str, ...], Whose | None]:
    """The answers that buttons carry, and whether the last of them only begins one."""
    last = _WHOSE.fullmatch(said[-1]) if said else None
    if last is None:
        return tuple(said), None
    return tuple(said[:-1]), Whose(key=last["key"], owner=last["owner"])


def meant_by(said: Sequence[str]) -> dict[str, Meant]:
    """What the answers say that buttons carry, by the key of what was asked about.

    Raises:
        BlockedError: `gone`, for what no button of ours carries.
    """
    return {one["key"]: _LETTERS[one["letter"]] for one in map(_read, said)}


def terms_by(said: Sequence[str], agents: Sequence[Agent]) -> dict[str, Terms]:
    """By when and by which of the agents promises without a day are kept, by key, where the answers say it.

    Raises:
        BlockedError: `gone`, for what no button of ours carries, or `promise_owner`.
    """
    return {
        one["key"]: Terms(
            day=_FIRST + timedelta(days=int(one["day"])),
            owner_id=owner_of(one["owner"], agents).id if one["owner"] else None,
        )
        for one in map(_read, said)
        if one["day"]
    }


def owner_of(short: str, agents: Sequence[Agent]) -> Agent:
    """Of whom a button carries the end of the id.

    Raises:
        BlockedError: `promise_owner`, where that is nobody who works here, or more than one.
    """
    found = [agent for agent in agents if agent.id.endswith(short)]
    if len(found) != 1:
        raise BlockedError("promise_owner")
    return found[0]


def _short_of(agent: Agent, agents: Sequence[Agent]) -> str:
    others = [one.id for one in agents if one.id != agent.id]
    count = _SHORT
    while any(other.endswith(agent.id[-count:]) for other in others):
        count += 1
    return agent.id[-count:]


def _read(said: str) -> re.Match[str]:
    found = _SAID.fullmatch(said)
    if found is None:
        raise BlockedError("gone")
    return found


def meant_rows(card: Card, asked: Unsaid, said: Sequence[str], words: Words) -> Rows:
    """The question about one thing that the text leaves out; its buttons carry what was `said` before.

    Raises:
        BlockedError: `unsaid_many`, where a button cannot hold all of that.
    """
    about = "answer" if asked.key == "a" else "offer"
    rows = []
    for letter, meant in _LETTERS.items():
        if meant not in ABOUT_UNSAID:
            continue
        if asked.needs_slot and meant is not Meant.WITHHELD:
            continue
        label = words(f"{about}_{meant}", what=asked.told(words.language))
        rows.append(
            [Button(text=shorten(label, _MAX_LABEL), data=_carried(card, *said, f"{asked.key}{letter}"))]
        )
    rows.append([_back(card, words)])
    return rows


def word_rows(card: Card, asked: WordGiven, due: str, said: Sequence[str], words: Words) -> Rows:
    """The question about a promise that the text makes by itself: until `due` it is kept, or it is taken out.

    Raises:
        BlockedError: `unsaid_many`, where a button cannot hold what was `said` before.
    """
    kept = shorten(words("word_promised", due=due), _MAX_LABEL)
    yes = [Button(text=kept, data=_carried(card, *said, f"{asked.key}!"), style="success")]
    return [yes, *_otherwise(card, asked, said, words)]


def day_rows(
    card: Card,
    asked: WordGiven,
    days: Sequence[tuple[date, str]],
    said: Sequence[str],
    words: Words,
    owner: Agent | None = None,
    agents: Sequence[Agent] = (),
) -> Rows:
    """The question about a promise without a day: on which of some days, as they are told, it is due.

    Without an `owner` it is one of whoever presses, or a button asks whose. `agents` are all who work here.

    Raises:
        BlockedError: `unsaid_many`, where a button cannot hold what was `said` before.
    """
    whose = f".{_short_of(owner, agents)}" if owner is not None else ""
    rows = []
    for number, (day, told) in enumerate(days):
        label = words("word_promised", due=told)
        if owner is not None:
            label = words("word_promised_by", name=owner.name, due=told)
        data = _carried(card, *said, f"{asked.key}!{(day - _FIRST).days}{whose}")
        style = "success" if number == 0 else None
        rows.append([Button(text=shorten(label, _MAX_LABEL), data=data, style=style)])
    if owner is None:
        rows.append([Button(text=words("word_whose"), data=_carried(card, *said, f"{asked.key}?"))])
    return [*rows, *_otherwise(card, asked, said, words)]


def owner_rows(
    card: Card,
    asked: WordGiven,
    colleagues: Sequence[Agent],
    said: Sequence[str],
    words: Words,
    agents: Sequence[Agent],
) -> Rows:
    """The colleagues of whom one keeps a promise without a day; `agents` are all who work here.

    Raises:
        BlockedError: `unsaid_many`, where a button cannot hold what was `said` before.
    """
    rows = [
        [
            Button(
                text=shorten(agent.name, _MAX_LABEL),
                data=_carried(card, *said, f"{asked.key}?{_short_of(agent, agents)}"),
            )
        ]
        for agent in colleagues
    ]
    return [*rows, [_back(card, words)]]


def _otherwise(card: Card, asked: WordGiven, said: Sequence[str], words: Words) -> Rows:
    return [
        [Button(text=words("word_no_promise"), data=_carried(card, *said, f"{asked.key}~"))],
        [Button(text=words("word_taken_out"), data=data_of(Action.TAKE_OUT, card.key, asked.key))],
        [_back(card, words)],
    ]


def _carried(card: Card, *said: str) -> str:
    data = data_of(Action.MEANT, card.key, *said)
    if len(data.encode()) > MAX_DATA_BYTES:
        raise BlockedError("unsaid_many")
    return data


def _back(card: Card, words: Words) -> Button:
    return Button(text=words("back"), data=data_of(Action.BACK, card.key))
