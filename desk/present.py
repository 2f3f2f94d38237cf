"""Dates, times, money and chances as the reader writes them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

from desk.words import Words
from models.clock import utcnow
from models.money import Money
from responses.notices import Notice

_LOCALES = {"it": "it_IT", "en": "en_GB"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Present:
    """Writes values out in one reader's language and the business's time zone."""

    words: Words
    timezone: ZoneInfo

    @property
    def _locale(self) -> str:
        return _LOCALES[self.words.language]

    def clock(self, at: datetime) -> str:
        """The time of day: `15:40`."""
        return format_time(at.astimezone(self.timezone), "H:mm", locale=self._locale)

    def day(self, at: datetime | date) -> str:
        """The day, with its year only when it is another one: `12 novembre`."""
        local = at.astimezone(self.timezone).date() if isinstance(at, datetime) else at
        same_year = local.year == utcnow().astimezone(self.timezone).year
        return format_date(local, "d MMMM" if same_year else "d MMMM y", locale=self._locale)

    def moment(self, at: datetime) -> str:
        """Day and time, as short as it stays clear: `15:40`, `ieri, 15:40`, `12 novembre, 15:40`."""
        days = (utcnow().astimezone(self.timezone).date() - at.astimezone(self.timezone).date()).days
        if days == 0:
            return self.clock(at)
        named = self.words("time.yesterday") if days == 1 else self.day(at)
        return f"{named}, {self.clock(at)}"

    def exact(self, at: datetime) -> str:
        """The whole date and time, for who rests the pointer on a short one."""
        local = at.astimezone(self.timezone)
        return f"{format_date(local.date(), 'EEEE d MMMM y', locale=self._locale)}, {self.clock(at)}"

    def span(self, length: timedelta) -> str:
        """A length of time in its largest unit, abbreviated: `2 h`, `37 min`."""
        return format_timedelta(
            max(length, timedelta(minutes=1)),
            granularity="minute",
            threshold=1.2,
            format="short",
            locale=self._locale,
        )

    def waiting(self, since: datetime) -> str:
        """How long ago that was."""
        if utcnow() - since < timedelta(minutes=1):
            return self.words("time.now")
        return self.span(utcnow() - since)

    def deadline(self, due: datetime) -> str:
        """Until when, as seen from now: `entro 2 h`, or by how much it was missed."""
        left = due - utcnow()
        key = "time.late" if left < timedelta() else "time.left"
        return self.words(key, span=self.span(abs(left)))

    def money(self, amount: Money) -> str:
        """`20 €`, `4,90 €`: whole euros without decimals."""
        whole = amount.amount == amount.amount.to_integral_value()
        pattern = ("#,##0\u202f¤" if whole else "#,##0.00\u202f¤") if self.words.language == "it" else None
        if pattern is None and whole:
            pattern = "¤#,##0"
        return format_currency(
            amount.amount, amount.currency, pattern, locale=self._locale, currency_digits=False
        )

    def decimal(self, number: float) -> str:
        """`1,4`."""
        return str(format_decimal(number, format="0.0", locale=self._locale))

    def size(self, size: int) -> str:
        """A file's size: `12 kB`, `1,4 MB`."""
        if size < 1_000_000:
            return f"{format_decimal(max(round(size / 1000), 1), locale=self._locale)} kB"
        return f"{format_decimal(round(size / 1_000_000, 1), locale=self._locale)} MB"

    def notice(self, notice: Notice) -> str:
        """A notice as a sentence."""
        details = dict(notice.details)
        if "role" in details:
            details["role"] = self.words(f"roles.{details['role']}")
        for name in ("since", "until"):
            if name in details:
                details[name] = self.moment(datetime.fromisoformat(details[name]))
        return self.words(f"notices.{notice.kind}", **details)

    def chance(self, probability: float) -> str:
        """A probability as a percentage."""
        return format_percent(probability, locale=self._locale)

    def nearness(self, nearness: float) -> str:
        """How near two texts are, with two decimals: `0,42`."""
        return format_decimal(max(nearness, 0), "0.00", locale=self._locale)
