"""What an answer to a choice is read as."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.decision import Duration, DurationUnit, Remedy, RemedyKind
from models.money import Money
from responses.replies import Reply, ReplyKind, read_reply

EXAMPLES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "replies.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
MISREAD: frozenset[str] = frozenset()


def euros(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


REMEDIES = {
    "discount": Remedy(
        kind=RemedyKind.DISCOUNT, percent=Decimal(15), of="next_order", at_most=euros(20), worth=euros(20)
    ),
    "voucher": Remedy(kind=RemedyKind.VOUCHER, amount=euros(10), worth=euros(10)),
    "refund": Remedy(kind=RemedyKind.REFUND, full=True),
    "replacement": Remedy(kind=RemedyKind.REPLACEMENT),
    "repair": Remedy(kind=RemedyKind.REPAIR),
    "free_period": Remedy(kind=RemedyKind.FREE_PERIOD, period=Duration(count=1, unit=DurationUnit.MONTHS)),
    "gift": Remedy(
        kind=RemedyKind.GIFT,
        wording={
            "it": "una tazza di ceramica",
            "en": "a mug",
            "es": "una taza",
            "fr": "une tasse",
            "de": "eine Tasse",
        },
    ),
}
BOTH = (REMEDIES["discount"], REMEDIES["voucher"])


def read(example: dict[str, Any]) -> Reply:
    return read_reply(example["text"], [REMEDIES[name] for name in example["options"]], example["language"])


def expected(example: dict[str, Any]) -> Reply:
    option = example.get("option")
    return Reply(
        kind=ReplyKind(example["kind"]),
        option=None if option is None else option - 1,
        more=example.get("more", False),
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one['language']}: {one['text']}")
def test_is_read_as_a_person_reads_it(example: dict[str, Any]) -> None:
    assert read(example) == expected(example)
