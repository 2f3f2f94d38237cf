"""A business's own patterns of order numbers: which are taken, and what they find."""

import pytest

from nlp.entities.order_patterns import check_pattern, compile_pattern, find_by_patterns
from nlp.entities.redaction import Redactor
from nlp.errors import NlpError


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bRMA(?P<id>\d{4})\b",
        r"\bZX-\d+\b",
        r"[A-Z]{2}\d{6}",
        r"(?i)ord(?:ine)?[ .:]*(?P<id>[0-9A-Z-]+)",
        r"(?<!\d)\d{8,12}(?!\d)",
        r"(?:[A-Z]|[A-Z0-9])+-\d",
    ],
)
def test_what_a_business_may_write_is_taken(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"RS(\w+)+Z", r"\d+\d+\d+\d+X", r"(?:ab|\w\w)+!"],
)
def test_a_pattern_that_some_text_holds_up_is_refused(pattern: str) -> None:
    with pytest.raises(NlpError, match="is slow"):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["", r"\d*", r"x?\b", r"(?=\d)", r"RS1|"])
def test_a_pattern_that_finds_nothing_written_is_refused(pattern: str) -> None:
    with pytest.raises(NlpError, match="matches the empty text"):
        check_pattern(pattern)


def test_a_day_is_no_order_whatever_the_pattern_says() -> None:
    found = find_by_patterns([compile_pattern(r"\d+[-/]\d+")], "dal 3/11 aspetto 44719-23")
    assert [number for _, number in found] == ["44719-23"]


def test_own_orders_are_hidden_beside_the_usual_ones() -> None:
    redactor = Redactor([r"\b[A-Z]{3}·[a-z]{5}\b", r".n\. ordine."])
    text = "Quando arriva GIG·rosso? L'ordine RS-50034 invece è qui"

    hidden = redactor([text], ["it"])

    assert hidden == ["Quando arriva [n. ordine]? L'ordine [n. ordine] invece è qui"]
    assert redactor.counts["order"] == 2
    assert redactor(hidden, ["it"]) == hidden
