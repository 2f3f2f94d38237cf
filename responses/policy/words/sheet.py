"""The sheet: what the business decided beforehand, as titled sections of sentences."""

from collections.abc import Iterable

from responses.policy.schema import Policy
from responses.policy.words.conditions import ConditionWords
from responses.policy.words.entries import EntryWords
from responses.policy.words.giving import GivingWords
from responses.policy.words.lines import Line, Section, Sheet
from responses.policy.words.phrases import phrases_in
from responses.policy.words.settings import SettingWords


def sheet(policy: Policy, language: str) -> Sheet:
    """Says everything that a policy holds, in a language of the desk (`it`, else English)."""
    say = phrases_in(language)
    conditions = ConditionWords(policy, say)
    giving = GivingWords(say, conditions)
    entries = EntryWords(policy, say, conditions, giving)
    settings = SettingWords(policy, say, conditions, giving)
    parts: dict[str, Iterable[Line]] = {
        "owed": entries.owed(),
        "rules": entries.rules(),
        "second": settings.second_time(),
        "limits": settings.limits(),
        "approval": settings.approval(),
        "choices": settings.choices(),
        "signals": settings.signals(),
        "deadlines": settings.deadlines(),
        "hours": settings.hours(),
        "facts": settings.facts(entries.asked),
        "manners": settings.manners(),
    }
    made = {name: tuple(lines) for name, lines in parts.items()}
    audience = say(f"audience.{policy.audience}")
    return Sheet(
        title=say("title"),
        name=policy.name,
        audience=audience,
        head=say("head", audience=audience, from_day=say.from_day(policy.effective)),
        sections=tuple(
            Section(name=name, title=say(f"sections.{name}"), lines=lines, lead=say.maybe(f"leads.{name}"))
            for name, lines in made.items()
            if lines
        ),
        language=say.language,
    )
