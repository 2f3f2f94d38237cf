"""What an answer to a choice is read as."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Basis, Duration, DurationUnit, Offer, Remedy, RemedyKind
from models.labels import Language
from models.money import Money
from responses.choices.replies import Reply, ReplyKind, read_reply
from responses.drafts.remedies import option_labels

EXAMPLES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "data" / "replies.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


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


@pytest.mark.parametrize(
    ("language", "text", "option"),
    [
        ("it", "il buono x favore", 1),
        ("it", "il buono nn mi interessa, voglio lo sconto", 0),
        ("it", "non li voglio", None),
        ("en", "voucher pls", 1),
        ("en", "dont want the voucher, discount plz", 0),
        ("en", "dont want either", None),
        ("fr", "le bon svp", 1),
    ],
)
def test_is_read_when_written_in_a_hurry(language: str, text: str, option: int | None) -> None:
    kind = ReplyKind.DECLINE if option is None else ReplyKind.CHOOSE
    assert read_reply(text, BOTH, language) == Reply(kind=kind, option=option)


def test_there_are_sixty_examples_in_every_language_that_we_write() -> None:
    assert len(EXAMPLES) == 60
    assert {example["language"] for example in EXAMPLES} == set(Language)


@given(st.text(max_size=80), st.sampled_from(list(Language)))
def test_whatever_is_written_reads_as_one_of_the_options_or_none(text: str, language: str) -> None:
    reply = read_reply(text, BOTH, language)
    assert (reply.option in (0, 1)) == (reply.kind is ReplyKind.CHOOSE)


@pytest.mark.parametrize("language", Language)
@given(data=st.data())
def test_the_words_on_a_button_choose_it(language: str, data: st.DataObject) -> None:
    option = data.draw(st.integers(0, 1))
    offer = Offer(basis=Basis.GOODWILL, options=BOTH, rule_id="r", complaint_type=None)
    label = option_labels(offer, language, formal=data.draw(st.booleans()))[option]
    assert read_reply(label, BOTH, language) == Reply(kind=ReplyKind.CHOOSE, option=option)


def test_with_several_choices_open_a_number_means_none_of_them() -> None:
    assert read_reply("il secondo", BOTH, "it", by_number=False).kind is ReplyKind.OTHER
    assert read_reply("va bene", BOTH, "it", by_number=False).kind is ReplyKind.OTHER
    assert read_reply("il buono", BOTH, "it", by_number=False).option == 1


def test_a_word_that_two_options_share_names_neither() -> None:
    twice = (REMEDIES["voucher"], Remedy(kind=RemedyKind.VOUCHER, amount=euros(20), worth=euros(20)))
    assert read_reply("il buono", twice, "it").kind is ReplyKind.OTHER
    assert read_reply("quello da 20 euro", twice, "it").option == 1


def test_a_language_that_we_do_not_write_is_read_as_english() -> None:
    assert read_reply("the voucher, please", BOTH, "pt").option == 1
