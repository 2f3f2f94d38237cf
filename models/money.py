"""Money: an exact decimal amount in one currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision

from models.errors import CurrencyMismatchError


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """An amount in major units (12.50 is twelve euros fifty) and its ISO 4217 code."""

    amount: Decimal
    currency: str

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        """Read what the database keeps: whole minor units (cents for EUR)."""
        return cls(amount=Decimal(minor).scaleb(-_digits(currency)), currency=currency)

    @property
    def minor(self) -> int:
        """The amount in whole minor units, halves rounded away from zero."""
        scaled = self.amount.scaleb(_digits(self.currency))
        return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def rounded(self) -> "Money":
        """The same money with no more digits than the currency has."""
        return Money.from_minor(self.minor, self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __mul__(self, factor: Decimal) -> "Money":
        return Money(amount=self.amount * factor, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount <= other.amount

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(self.currency, other.currency)


@lru_cache(maxsize=256)
def _digits(currency: str) -> int:
    return get_currency_precision(currency)
