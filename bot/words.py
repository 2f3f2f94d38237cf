"""What the bot says to agents, in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.words_en import ENGLISH
from bot.words_it import ITALIAN
from models.clock import utcnow
from models.tables import Agent
from responses.approving.withholding import UnsaidError
from responses.checks.advising import advice_of_refusal
from responses.errors import BlockedError
from responses.policy.words.phrases import phrases_in

_BY_LANGUAGE: Mapping[str, Mapping[str, str]] = {"it": ITALIAN, "en": ENGLISH}


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One language's wordings by key. What is put into them is not escaped."""

    language: str
    wordings: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The wording of `key` with its values in place; a missing key is a programming error."""
        return self.wordings[key].format(**values)

    def label(self, field: str, name: str) -> str:
        """A label's name; of one that a business has added, the label itself made readable."""
        return self.wordings.get(f"{field}_{name}", name.replace("_", " "))

    def blocked(self, error: BlockedError, timezone: ZoneInfo) -> str:
        """Why something is impossible now."""
        if error.reason == "findings":
            return self("blocked_findings", advice=advice_of_refusal(error, self.language))
        details = dict(error.details)
        if isinstance(error, UnsaidError):
            details["what"] = error.told(self.language)
        if details.get("until"):
            details["until"] = clock_time(datetime.fromisoformat(details["until"]), timezone)
        if error.reason == "claimed" and not (details.get("by") and details.get("until")):
            return self("blocked_claimed_by_somebody")
        if "role" in details:
            details["role"] = self.label("role", details["role"])
        if error.reason == "exit_day":
            details["day"] = phrases_in(self.language).on_day(date.fromisoformat(details["day"]))
        if "expected" in details:
            details["expected"] = self.wordings.get(f"expected_{details['expected']}", details["expected"])
        key = f"blocked_{error.reason}"
        return self(key, **details) if key in self.wordings else self("blocked_other", reason=error.reason)


def words_in(language: str) -> Words:
    """The words of a language that the bot speaks; of any other, the house language's."""
    known = language if language in _BY_LANGUAGE else "it"
    return Words(language=known, wordings=_BY_LANGUAGE[known])


def words_for(agent: Agent) -> Words:
    """The words of the agent's first language."""
    return words_in(str(agent.languages[0]) if agent.languages else "it")


def clock_time(at: datetime, timezone: ZoneInfo) -> str:
    """The time of day where the business is, with the day when it is another one: `9:05`, `21/11 9:05`."""
    local = at.astimezone(timezone)
    clock = f"{local.hour}:{local.minute:02}"
    is_today = local.date() == utcnow().astimezone(timezone).date()
    return clock if is_today else f"{local.day}/{local.month} {clock}"
