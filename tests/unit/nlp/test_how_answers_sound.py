"""How answers sound, as the file that ships beside the heads reads them."""

from dataclasses import replace
from pathlib import Path

import pytest

from nlp.classifier import Classifier
from nlp.errors import HeadsError
from nlp.heads import TRAINED, load_heads
from nlp.manner import MANNER, as_passages, load_manner
from nlp.training.manner import TO_MEASURE, read_passages


def test_most_passages_that_go_wrong_are_told_from_honest_ones(classifier: Classifier) -> None:
    rows = read_passages(TO_MEASURE)
    said = classifier.judge([row.text for row in rows])
    found = [one is not None for one, row in zip(said, rows, strict=True) if row.wrong is not None]
    alarms = [one is not None for one, row in zip(said, rows, strict=True) if row.wrong is None]

    assert sum(found) >= 0.6 * len(found)
    assert sum(alarms) <= 0.05 * len(alarms)


def test_what_is_measured_was_not_trained_on() -> None:
    trained = {one.text.casefold() for one in read_passages()}
    assert not trained & {one.text.casefold() for one in read_passages(TO_MEASURE)}


def test_slots_and_names_of_orders_are_not_read() -> None:
    assert as_passages(["Il rimborso parte {due:1}, {agent}"]) == as_passages(["Il rimborso parte ,"])


def test_heads_that_were_adapted_otherwise_have_none_and_say_nothing(tmp_path: Path) -> None:
    heads = load_heads(TRAINED)
    assert load_manner(heads, tmp_path) is not None
    assert load_manner(replace(heads, adapters=None), tmp_path) is None


def test_it_is_read_back_as_it_was_and_a_damaged_file_is_refused(tmp_path: Path) -> None:
    heads = load_heads(TRAINED)
    found = load_manner(heads, TRAINED)
    assert found is not None
    replace(found, wrong_from=0.5).save(tmp_path)
    again = load_manner(heads, tmp_path)
    assert again is not None
    assert again.wrong_from == 0.5
    assert (again.weight == found.weight).all()
    (tmp_path / MANNER).write_bytes(b"nothing")
    with pytest.raises(HeadsError, match="damaged"):
        load_manner(heads, tmp_path)
