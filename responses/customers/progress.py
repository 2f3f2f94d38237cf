"""What a customer writes after our answer and complains of nothing: where does it stand, or only thanks."""

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
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")


def asks_where_it_stands(text: str) -> bool:
    """Whether the words ask what has become of a matter: "novità?", "still waiting", "E i soldi?"."""
    said = _waits_content(_plain(text))
    if whole(_phrases()["bare"]).fullmatch(" ".join(_WORDS.findall(said))):
        return True
    if any(pattern.search(said) for pattern in _asking()):
        return True
    return any(_asks_when(sentence) for sentence in _SENTENCE.findall(said))


def _asks_when(sentence: str) -> bool:
    """Whether it asks by "when"; "quando arriva vi avviso" only tells."""
    phrases = _phrases()
    return any(
        "?" in sentence or whole(phrases["told"][language]).search(sentence, asked.end()) is None
        for language, pattern in phrases["when"].items()
        if (asked := whole(pattern).search(sentence)) is not None
    )


@cache
def _asking() -> tuple[re.Pattern[str], ...]:
    """What asks wherever it stands, and the short questions from the beginning of a sentence to its end."""
    phrases = _phrases()
    anywhere = [
        whole("|".join(patterns).replace("<thing>", phrases["things"][language]))
        for language, patterns in phrases["asks"].items()
    ]
    short = "|".join(
        pattern.replace("<thing>", phrases["things"][language])
        for language, pattern in phrases["follow_ups"].items()
    )
    opened = rf"(?:^|[.!?…\n])\W{{0,5}}(?:(?:{phrases['opening']})\b\W{{1,5}}){{0,5}}"
    return (*anywhere, re.compile(rf"{opened}(?:{short})\s*\?"))


def only_thanks(text: str, *, awaits: bool = False) -> bool:
    """Whether nothing is said but thanks, praise, assent and patience; then nobody has to read it.

    Whoever adds anything else, be it a word, wants it read: "non mi avete risposto", "vergogna", a telephone
    number, a picture that does not smile. `awaits`: something is promised and not done yet; then that it has
    come is news.
    """
    if any(character.isdigit() for character in text) or not _smiles(text):
        return False
    phrases, words = _phrases(), reply_words()
    if whole("|".join([words["denied"], *words["no"].values()])).search(text.casefold()):
        return False
    if asks_where_it_stands(text):
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
    return re.sub(rf"(?<!\w)((?i:{thanks})),? [A-ZÀ-Þ]\w+(?=\W*$| ?[,.!;])", r"\1", text)


def _smiles(text: str) -> bool:
    """Whether every picture in the text is one of thanks, and no face of letters frowns."""
    pictures = {sign for sign in text if unicodedata.category(sign) == "So"}
    return pictures <= set(_phrases()["signs"]) and _FROWN.search(text) is None


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


@cache
def _phrases() -> Mapping[str, Any]:
    source = files("responses").joinpath("phrases", "progress.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = YAML(typ="safe").load(source)
    return found
