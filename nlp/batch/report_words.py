"""The words of the page about a classified table, and how its numbers and days are written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from ruamel.yaml import YAML

from nlp.batch.timeline import Step

LANGUAGES = ("it", "en")
"""The languages of the page."""

_SHORT = {Step.DAY: "d MMM", Step.WEEK: "d MMM", Step.MONTH: "MMM yy", Step.YEAR: "y"}
_LONG = {Step.DAY: "d MMM y", Step.WEEK: "d MMM y", Step.MONTH: "MMMM y", Step.YEAR: "y"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One language's wordings by dotted key."""

    language: str
    wordings: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The wording of `key` with its values in place."""
        return self.wordings[key].format(**values)

    def label(self, label: str) -> str:
        """How a label is called; a business's own as it stands."""
        return self.wordings.get(f"labels.{label}", label.replace("_", " "))

    def asked(self, ask: str) -> str:
        """What somebody does who asks for this."""
        return self.wordings.get(f"asked.{ask}", ask.replace("_", " "))

    def field(self, field: str) -> str:
        """What a column of labels says; `length` of a text beside them."""
        return self.wordings[f"fields.{field}"]

    def tongue(self, language: str) -> str:
        """The name of a language by its ISO 639-1 code."""
        return str(Locale(self.language).languages.get(language, language or self("unknown")))

    def number(self, number: float) -> str:
        """A count."""
        return format_decimal(number, locale=self.language)

    def share(self, part: float, whole: float) -> str:
        """A part in percent; with a digit more below one."""
        share = part / whole if whole else 0.0
        return format_percent(share, "#,##0.#%" if 0 < share < 0.01 else "#,##0%", locale=self.language)

    def joined(self, words: Sequence[str]) -> str:
        """Words in a row, as a sentence has them."""
        return self("and").join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

    def day(self, day: date) -> str:
        """A day in full."""
        return format_date(day, "d MMMM y", locale=self.language)

    def moment(self, moment: datetime) -> str:
        """A day and an hour."""
        return format_datetime(moment, "d MMMM y, HH:mm", locale=self.language)

    def step(self, start: date, step: Step, *, short: bool = False) -> str:
        """The stretch of time that begins at `start`."""
        return format_date(start, (_SHORT if short else _LONG)[step], locale=self.language)


@cache
def words_in(language: str) -> Words:
    """The words of one of `LANGUAGES`; of any other, those of the first."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    text = files("nlp").joinpath("texts", f"report.{known}.yaml").read_text(encoding="utf-8")
    return Words(language=known, wordings=dict(_flat(YAML(typ="safe").load(text), "")))


def _flat(tree: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
