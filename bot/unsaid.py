"""What an agent says of what a text leaves out or promises by itself, on buttons: one question at a time."""

from collections.abc import Mapping, Sequence

from bot.buttons import MAX_DATA_BYTES, Action, Button, data_of
from bot.keyboards import Rows
from bot.words import Words
from models.tables import Card
from responses.checks import Unsaid
from responses.errors import BlockedError
from responses.texts import shorten
from responses.withholding import ABOUT_UNSAID, Meant
from responses.word_given import WordGiven

_MAX_LABEL = 60
_LETTERS: Mapping[str, Meant] = {"-": Meant.WITHHELD, "+": Meant.WORDED, "!": Meant.PROMISED}


def meant_by(said: Sequence[str]) -> dict[str, Meant]:
    """What the answers say that buttons carry, by the key of what was asked about.

    Raises:
        BlockedError: `gone`, for what no button of ours carries.
    """
    if any(len(one) < 2 or one[-1] not in _LETTERS for one in said):
        raise BlockedError("gone")
    return {one[:-1]: _LETTERS[one[-1]] for one in said}


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
    return [
        [Button(text=kept, data=_carried(card, *said, f"{asked.key}!"), style="success")],
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
