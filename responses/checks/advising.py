"""What agents are told about a finding, in Italian or English: the words, and what to do."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from responses.checks.finding import Finding, Severity
from responses.errors import BlockedError

_LANGUAGES = ("it", "en")
_NAMES = {
    "offer_missing": "remedies",
    "option_missing": "remedies",
    "owed_withheld": "remedies",
    "grievance_unanswered": "grievances",
    "wrong_language": "languages",
    "manner": "manners",
}


def advice_for(finding: Finding, language: str) -> str:
    """One or two sentences; in the house language where `language` is neither of the two."""
    texts = _texts(language if language in _LANGUAGES else _LANGUAGES[0])
    key = finding.code
    if key == "amount_above" and not finding.named:
        key = "amount_above_nothing"
    if key == "promise_untracked" and finding.severity is Severity.WARNING:
        key = "promise_own"
    # In one line, however they are broken in the text.
    words = " ".join(finding.words.split())
    said = str(texts[key]).format(words=words, named=_named(finding, texts))
    if finding.needs_tier is None:
        return said
    return f"{said} {str(texts['tier']).format(tier=texts['tiers'][finding.needs_tier])}"


def refusal_of(finding: Finding, *, may_overrule: bool = False, own_limit: bool = False) -> BlockedError:
    """The error with which a text that may not go out is stopped; the finding's tier is who else may send it.

    `may_overrule` says that whoever is stopped may send it all the same, with a reason; `own_limit` that only
    a limit of their own is in the way.
    """
    return BlockedError(
        "findings",
        code=finding.code,
        words=finding.words,
        named=finding.named,
        tier=finding.needs_tier or "",
        overrule="yes" if may_overrule else "",
        own_limit="yes" if own_limit else "",
    )


def may_overrule(error: BlockedError) -> bool:
    """Whether a refusal asks for a reason, and with it the text goes out."""
    return error.details.get("overrule") == "yes"


def advice_of_refusal(error: BlockedError, language: str) -> str:
    """The advice about the finding that stopped a text, and to whom it can be passed on."""
    details = error.details
    finding = Finding(
        code=details["code"], severity=Severity.ERROR, words=details["words"], named=details["named"]
    )
    said = advice_for(finding, language)
    if not details["tier"]:
        return said
    texts = _texts(language if language in _LANGUAGES else _LANGUAGES[0])
    sentence = str(texts["above_own_limit" if details["own_limit"] else "pass_on"])
    return f"{said} {sentence.format(tier=texts['tiers'][details['tier']])}"


def _named(finding: Finding, texts: Mapping[str, Any]) -> str:
    group = _NAMES.get(finding.code)
    if group is None:
        return finding.named
    # A business's own types have no words of ours.
    return ", ".join(str(texts[group].get(one, one.replace("_", " "))) for one in finding.named.split(","))


@cache
def _texts(language: str) -> Mapping[str, Any]:
    source = files("responses.checks").joinpath("advice", f"{language}.yaml").read_text(encoding="utf-8")
    texts: Mapping[str, Any] = YAML(typ="safe").load(source)
    return texts
