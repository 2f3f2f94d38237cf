"""Threats, told from the steps that everybody may take: a lawyer, an authority, a review."""

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from models.labels import Tone, Urgency
from responses.corrections import Understood


def is_threat(text: str, said: Understood) -> bool:
    """Whether a message counts as a threat.

    The label `threatening` alone does not make one: it says that steps are announced, and these are nearly
    always lawful. It takes a threat of violence, by its labels and by its words; reviews that the writer
    calls untrue; or an agent: who has called it a threat, or set the tone where it had been read otherwise,
    whatever the words name, or who has let it stand in words that name nothing that everybody may do. An
    agent may also have said that it is none. Where the words are gone, nobody can tell.
    """
    found = said.assessment
    if said.called_a_threat is False:
        return False
    if said.called_a_threat and text.strip() and found.tone.label in (Tone.THREATENING, Tone.ABUSIVE):
        return True
    return threatens(
        text,
        tone=found.tone.label,
        urgency=found.urgency.label,
        abstained=found.abstained,
        by_an_agent=said.corrected_by is not None,
        set_by_an_agent=said.tone_by_agent,
    )


def threatens(
    text: str,
    *,
    tone: str,
    urgency: str,
    abstained: Collection[str],
    by_an_agent: bool = False,
    set_by_an_agent: bool = False,
) -> bool:
    """The same of labels; `by_an_agent` says that an agent has seen them, `set_by_an_agent` that the tone
    is theirs."""
    if "tone" in abstained or tone not in (Tone.THREATENING, Tone.ABUSIVE):
        return False
    if tone == Tone.ABUSIVE:
        critical = "urgency" not in abstained and urgency == Urgency.CRITICAL
        return (critical and _names("violence", text)) or _names("untrue", text)
    said_so = by_an_agent and bool(text.strip())
    if set_by_an_agent and text.strip():
        return True
    return _names("untrue", text) or (said_so and not names_lawful_step(text))


def names_lawful_step(text: str) -> bool:
    """Whether a lawyer, a court, an authority, an association, the bank, the press or a review is named."""
    return _names("lawful", text)


def names_violence(text: str) -> bool:
    """Whether the words are those of threats against body or property."""
    return _names("violence", text)


def _names(list_name: str, text: str) -> bool:
    return _words(list_name).search(text) is not None


@cache
def _words(list_name: str) -> re.Pattern[str]:
    source = files("responses").joinpath("phrases", "threats.yaml").read_text(encoding="utf-8")
    by_language: dict[str, list[str]] = YAML(typ="safe").load(source)[list_name]
    joined = "|".join(expression for expressions in by_language.values() for expression in expressions)
    return re.compile(rf"(?<!\w)(?:{joined})", re.IGNORECASE)
