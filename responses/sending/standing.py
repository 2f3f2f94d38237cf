"""Standing texts: the closed list of what reaches a customer without a person approving each one."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from responses.drafts.brief import Formality
from responses.drafts.templates import in_register
from responses.errors import ResponsesError

LANGUAGES = ("it", "en", "es", "fr", "de")
"""The languages standing texts are written in."""

_FIELD = re.compile(r"\{([a-z]+)\}")


class StandingTextError(ResponsesError):
    """A standing text that does not exist, or was asked for with other fields than it has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingWording:
    """One standing text in one language, with its named fields and its forms of address still open."""

    name: str
    language: str
    text: str

    @property
    def fields(self) -> frozenset[str]:
        """What has to be filled in."""
        return frozenset(_FIELD.findall(self.text))

    @property
    def sha256(self) -> str:
        """The version: a digest of the wording, recorded with every sending."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def addressed(self, formality: Formality) -> str:
        """The text as it addresses a customer, with its fields still open."""
        return in_register(self.text, formality == "formal")

    def fill(self, formality: Formality = "formal", /, **fields: str) -> str:
        """The text as it goes out. Values are put in as they are, in a single pass.

        Raises:
            StandingTextError: a field is missing, or the wording has no such field.
        """
        if fields.keys() != self.fields:
            raise StandingTextError(
                f"standing text {self.name} ({self.language}) has the fields {_named(self.fields)},"
                f" was given {_named(fields)}"
            )
        return _FIELD.sub(lambda match: fields[match[1]], self.addressed(formality))


def standing_texts() -> tuple[StandingWording, ...]:
    """Every standing text in every language, as shipped: what a new database is filled with."""
    return tuple(_shipped().values())


def standing_text(name: str, language: str) -> StandingWording:
    """One standing text as shipped.

    Raises:
        StandingTextError: there is no such text, or it is not written in that language.
    """
    found = _shipped().get((name, language))
    if found is None:
        names = dict.fromkeys(each for each, _ in _shipped())
        raise StandingTextError(
            f"no standing text {name!r} in {language!r}: there are {', '.join(names)}"
            f" in {', '.join(LANGUAGES)}"
        )
    return found


def standing(name: str, language: str, **fields: str) -> str:
    """A standing text as shipped, filled in; it addresses the customer formally.

    Raises:
        StandingTextError: there is no such text in that language, or it has other fields.
    """
    return standing_text(name, language).fill(**fields)


@cache
def _shipped() -> Mapping[tuple[str, str], StandingWording]:
    source = files("responses").joinpath("phrases", "standing.yaml").read_text(encoding="utf-8")
    tree = YAML(typ="safe").load(source)
    wordings: dict[tuple[str, str], StandingWording] = {}
    for name, entry in tree.items():
        for language in LANGUAGES:
            wording = StandingWording(name=name, language=language, text=spaced(entry[language], language))
            if wording.fields != set(entry["fields"]):
                raise StandingTextError(f"standing.yaml: {name}.{language}: not the fields of {name}.fields")
            wordings[name, language] = wording
    return wordings


def spaced(text: str, language: str) -> str:
    """The text as its language is set: French has a space before : ; ? ! and inside « », without a break."""
    return re.sub(r" (?=[:;?!»])|(?<=«) ", "\u00a0", text) if language == "fr" else text


def _named(fields: Mapping[str, str] | frozenset[str]) -> str:
    return ", ".join(sorted(fields)) or "none"
