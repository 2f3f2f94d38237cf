"""Only thanks: what a customer writes after our answer and nobody has to read."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from responses.choices.reply_words import reply_words, whole

_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_FROWN = re.compile(r"[:;=]['-]?[(\[/\\|]|[D)\]][:;=]")


def only_thanks(text: str, *, awaits: bool = False) -> bool:
    """Whether nothing is said but thanks, praise, assent and patience; then nobody has to read it.

    Whoever asks, or adds anything else, be it a word, wants it read: "non mi avete risposto", "vergogna", a
    telephone number, a picture that does not smile. `awaits`: something is promised and not done yet; then
    that it has come is news.
    """
    if "?" in text or any(character.isdigit() for character in text) or not _smiles(text):
        return False
    phrases, words = _phrases(), reply_words()
    if whole("|".join([words["denied"], *words["no"].values()])).search(text.casefold()):
        return False
    said = _waits_content(_plain(_to_nobody(text)))
    untold = whole(f"{phrases['thanks']}(?:{phrases['for']})?").sub(" ", said)
    idle = [phrases["praise"], phrases["content"], _plain(words["courtesy"]), *words["yes"].values()]
    if whole(phrases["praise"]).search(untold):
        idle.append(phrases["praised"])
    if not awaits and untold != said and whole(phrases["arrived"]).search(untold):
        idle = [phrases["arrived"], phrases["come"], *idle]
    left = whole("|".join(idle)).sub(" ", untold)
    # "Ci siete" and "!!!" say nothing at all.
    is_said = left != said or (not _WORDS.search(said) and any(sign in text for sign in phrases["signs"]))
    return is_said and not _WORDS.search(whole(phrases["small"]).sub(" ", left))


def _waits_content(said: str) -> str:
    """The words without those of who thanks and awaits news: nobody else waits for them content."""
    thanks = whole(_phrases()["thanks"]).search(said) is not None
    return whole(_phrases()["patient"]).sub(" ", said) if thanks else said


def _to_nobody(text: str) -> str:
    """The text without the name of who is thanked: "grazie Giulia"."""
    thanks = _phrases()["thanks"]
    return re.sub(rf"(?<!\w)((?i:{thanks})),? [A-ZÀ-Þ][a-zß-ÿ]+(?=\W*$| ?[,.!;])", r"\1", text)


def _smiles(text: str) -> bool:
    """Whether every picture in the text is one of thanks, and no face of letters frowns."""
    pictures = {sign for sign in text if unicodedata.category(sign) == "So"}
    return pictures <= set(_phrases()["signs"]) and _FROWN.search(text) is None


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


@cache
def _phrases() -> Mapping[str, Any]:
    source = files("responses").joinpath("phrases", "thanks.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = YAML(typ="safe").load(source)
    return found
