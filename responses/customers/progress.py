"""What a customer writes after our answer and complains of nothing: where does it stand, or only thanks."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from responses.asking.names import telling_words
from responses.choices.reply_words import reply_words, whole

_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def asks_where_it_stands(text: str) -> bool:
    """Whether the words ask what has become of a matter: "novità?", "still waiting", "Allora??"."""
    said = _plain(text)
    if whole(_phrases()["bare"]).fullmatch(" ".join(_WORDS.findall(said))):
        return True
    return any(whole("|".join(patterns)).search(said) for patterns in _phrases()["asks"].values())


def only_thanks(text: str) -> bool:
    """Whether nothing is said but thanks, assent and patience; then nobody has to read it.

    Whoever adds anything else, be it a word, wants it read: "non mi avete risposto", "vergogna", a telephone
    number.
    """
    phrases = _phrases()
    if any(character.isdigit() for character in text) or asks_where_it_stands(text):
        return False
    words = reply_words()
    if whole("|".join([words["denied"], *words["no"].values()])).search(text.casefold()):
        return False
    said = whole(f"{phrases['thanks']}(?:{phrases['for']})?").sub(" ", _to_nobody(text).casefold())
    return not telling_words(whole(phrases["content"]).sub(" ", said))


def _to_nobody(text: str) -> str:
    """The text without the name of who is thanked: "grazie Giulia"."""
    thanks = _phrases()["thanks"]
    return re.sub(rf"(?<!\w)((?i:{thanks})),? [A-ZÀ-Þ]\w+(?=\W*$)", r"\1", text)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


@cache
def _phrases() -> Mapping[str, Any]:
    source = files("responses").joinpath("phrases", "progress.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = YAML(typ="safe").load(source)
    return found
