"""Values to plain JSON and back, for the columns that keep a whole assessment, decision or fact."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import TypeAdapter

from models.decision import FactValue
from models.money import Money

T = TypeVar("T")


# To make one takes milliseconds, to use it microseconds.
_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_json(value: object) -> Any:
    """`value` (dataclasses, tuples, Decimal, Money, dates, enums) as what `json.dumps` takes."""
    return _adapter(type(value)).dump_python(value, mode="json")


def from_json(kind: type[T], content: Any) -> T:
    """The value of type `kind` that `to_json` made `content` from."""
    return _adapter(kind).validate_python(content)


def fact_to_json(fact: FactValue) -> dict[str, Any]:
    """A fact's value with its type beside it, which a bare JSON value would lose."""
    value = fact.value
    match value:
        case bool():
            return {"type": "yes_no", "value": value}
        case Money():
            return {"type": "money", "value": str(value.amount), "currency": value.currency}
        case Decimal() | int():
            return {"type": "number", "value": str(value)}
        case datetime():
            return {"type": "time", "value": value.isoformat()}
        case date():
            return {"type": "date", "value": value.isoformat()}
        case _:
            return {"type": "text", "value": None if value is None else str(value)}


def fact_from_json(content: dict[str, Any]) -> object:
    """The fact's value that `fact_to_json` wrote."""
    value = content["value"]
    match content["type"]:
        case "yes_no":
            return bool(value)
        case "money":
            return Money(amount=Decimal(value), currency=content["currency"])
        case "number":
            return Decimal(value)
        case "time":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case _:
            return value
