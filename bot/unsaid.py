"""What an agent says of what a text leaves out, on buttons: one question after the other."""

from collections.abc import Mapping, Sequence

from bot.buttons import MAX_DATA_BYTES, Action, Button, data_of
from bot.keyboards import Rows
from bot.words import Words
from models.tables import Card
from responses.checks import Unsaid
from responses.errors import BlockedError
from responses.texts import shorten
from responses.withholding import Meant

_MAX_LABEL = 60
_LETTERS: Mapping[str, Meant] = {"-": Meant.WITHHELD, "+": Meant.WORDED}


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
        if asked.needs_slot and meant is not Meant.WITHHELD:
            continue
        label = words(f"{about}_{meant}", what=asked.told(words.language))
        data = data_of(Action.MEANT, card.key, *said, f"{asked.key}{letter}")
        if len(data.encode()) > MAX_DATA_BYTES:
            raise BlockedError("unsaid_many")
        rows.append([Button(text=shorten(label, _MAX_LABEL), data=data)])
    rows.append([Button(text=words("back"), data=data_of(Action.BACK, card.key))])
    return rows
