"""What a report tells of a classified table is counted while it goes by."""

import itertools
from collections import Counter
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.batch.days import FIRST, NO_DAY, find_date_column, read_days
from nlp.batch.gathering import Gathered, Gathering
from nlp.batch.hashing import text_hashes
from nlp.batch.repeats import Repeats
from nlp.batch.timeline import Step
from tests.unit.nlp.classified import complaint, praise, table, unread

ROWS = [
    complaint("Il pacco non arriva", "delivery_late"),
    complaint("Rotto e in ritardo", "item_damaged", "delivery_late", tone="disappointed", needs_review=True),
    praise("Grazie di cuore"),
    unread("`text` is missing"),
    complaint(
        "The parcel is late", "delivery_late", language="en", own_error=True, asks=["refund", "apology"]
    ),
]


def gather(*batches: pa.RecordBatch, date_column: str | None = None) -> Gathered:
    gathering = Gathering(text_column="text", date_column=date_column)
    for batch in batches:
        gathering.add(batch)
    return gathering.gathered()


def test_labels_are_counted_most_frequent_first() -> None:
    told = gather(table(ROWS))
    assert (told.rows, told.classified, told.to_review, told.own_errors) == (5, 4, 1, 1)
    assert list(told.acts.items()) == [("complaint", 3), ("praise", 1)]
    assert list(told.types.items()) == [("delivery_late", 3), ("item_damaged", 1)]
    assert told.tones == {"angry": 2, "disappointed": 1, "grateful": 1}
    assert told.urgencies == {"high": 3, "low": 1}
    assert told.languages == {"it": 3, "en": 1}
    assert told.asks == {"refund": 3, "apology": 1}


def test_types_are_counted_by_tone_and_by_what_is_to_be_reviewed() -> None:
    told = gather(table(ROWS))
    assert told.type_tones == {
        ("delivery_late", "angry"): 2,
        ("delivery_late", "disappointed"): 1,
        ("item_damaged", "disappointed"): 1,
    }
    assert told.type_review == {"delivery_late": 1, "item_damaged": 1}


def test_decisions_are_counted_by_how_sure_they_were() -> None:
    told = gather(table([complaint("Ciao", "no_reply", act_probability=1.0, tone_probability=0.5)]))
    assert told.confidence["act_probability"] == (0,) * 19 + (1,)
    assert told.confidence["tone_probability"] == (0,) * 10 + (1,) + (0,) * 9
    assert told.confidence["complaint_probabilities"] == (0,) * 18 + (1, 0)


def test_an_error_is_told_with_its_line_and_else_with_its_row() -> None:
    gathering = Gathering(text_column="text")
    gathering.add(table(ROWS))
    gathering.add(table(ROWS), pa.array([10, 11, 12, 15, 16]))
    told = gathering.gathered()
    assert told.errors == 2
    assert [(one.row, one.line) for one in told.first_errors] == [(4, None), (9, 15)]


def test_only_the_first_fifty_errors_are_kept() -> None:
    told = gather(table([unread(f"no. {number}") for number in range(60)]), table([unread("late")]))
    assert told.errors == 61
    assert [one.error for one in told.first_errors] == [f"no. {number}" for number in range(50)]


def test_an_empty_table_has_nothing_to_tell() -> None:
    told = gather(table([]))
    assert (told.rows, told.types, told.timeline, told.samples) == (0, {}, None, {})


MANY = [
    complaint(
        f"Messaggio numero {number} sul pacco", ("no_reply", "delivery_late")[number % 3 > 0], day="3/11/2026"
    )
    for number in range(200)
]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=200), max_size=5))
def test_however_the_rows_come_in_batches_the_result_is_the_same(cuts: list[int]) -> None:
    whole = table(MANY)
    edges = [0, *sorted(cuts), 200]
    parts = [whole.slice(start, end - start) for start, end in itertools.pairwise(edges)]
    assert gather(*parts, date_column="day") == gather(whole, date_column="day")


def test_the_order_of_rows_makes_no_difference_to_the_samples() -> None:
    there, back = gather(table(MANY)), gather(table(MANY[::-1]))
    assert [one.text for one in there.samples["no_reply"]] == [one.text for one in back.samples["no_reply"]]


def test_samples_are_not_the_first_rows_and_have_the_probability_of_their_type() -> None:
    rows = [
        complaint(f"Numero {number}", "no_reply", complaint_probabilities=[0.5]) for number in range(1000)
    ]
    samples = gather(table(rows)).samples["no_reply"]
    assert len({one.row for one in samples}) == 8
    assert max(one.row for one in samples) > 500
    assert {one.probability for one in samples} == {0.5}
    assert all(one.text == f"Numero {one.row - 1}" for one in samples)


def test_samples_and_texts_for_phrases_are_without_twins() -> None:
    told = gather(
        table([*[complaint("Sempre lo stesso", "no_reply")] * 50, complaint("Un altro", "no_reply")])
    )
    assert sorted(one.text for one in told.samples["no_reply"]) == ["Sempre lo stesso", "Un altro"]
    assert sorted(one.text for one in told.pool) == ["Sempre lo stesso", "Un altro"]


def test_what_needs_a_review_and_praise_have_samples_of_their_own() -> None:
    told = gather(table(ROWS))
    assert [one.text for one in told.unsure] == ["Rotto e in ritardo"]
    assert [one.text for one in told.praise] == ["Grazie di cuore"]


def test_a_text_that_is_kept_as_json_is_shown_as_text() -> None:
    batch = table([complaint('"Che \\"bello\\""', "no_reply")] * 2)
    field = batch.schema.field("text").with_metadata({b"cells": b"json"})
    batch = pa.RecordBatch.from_arrays(batch.columns, schema=batch.schema.set(0, field))
    told = gather(batch)
    assert told.samples["no_reply"][0].text == 'Che "bello"'
    assert told.repeated[0].text == 'Che "bello"'


def test_the_same_text_again_is_counted_whatever_its_capitals() -> None:
    texts = ["Buongiorno", " buongiorno", "BUONGIORNO ", "Altro", "", None]
    told = gather(table([complaint("x", "no_reply") | {"text": text} for text in texts]))
    assert [(one.text, one.count) for one in told.repeated] == [("Buongiorno", 3)]
    assert told.repeated_rows == 2


@given(st.lists(st.text(alphabet="abÀ€😀 ", max_size=3), min_size=1, max_size=60))
def test_texts_are_alike_where_their_hashes_are(texts: list[str]) -> None:
    plain = [text.strip().lower() for text in texts]
    hashes = text_hashes(pa.array(["other", *texts], pa.string()).slice(1)).tolist()
    assert [hashes.index(one) for one in hashes] == [plain.index(one) for one in plain]


def test_frequent_texts_are_found_among_more_than_can_be_counted() -> None:
    repeats = Repeats()
    for start in range(0, 600_000, 60_000):
        some = [f"text {number}" for number in range(start, start + 60_000)]
        repeats.add(pa.array([*some, *["again"] * 500]), str)
    (most,) = repeats.most(1)
    assert most.text == "again"
    assert 5000 - repeats.missed <= most.count <= 5000
    assert 0 < repeats.missed < 10


def days_of(cells: pa.Array) -> list[date | None]:
    days = read_days(cells).day_first.tolist()
    return [None if day == NO_DAY else date.fromordinal(FIRST.toordinal() + day) for day in days]


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2026-11-03",
            "2026-11-03T09:30:15+01:00",
            "2026/11/3",
            '"2026-11-03"',
            "3/11/2026",
            "03.11.26 9:30",
        ),
        *("3-11-2026, 9.30", "1793698200", "1793698200000", "46329", "46329.4", " 2026-11-03 "),
    ],
)
def test_a_day_is_read(written: str) -> None:
    assert days_of(pa.array([written])) == [date(2026, 11, 3)]


@pytest.mark.parametrize(
    "written",
    ["", "ieri", "31/02/2026", "2026-13-01", "2026-11-031", "3/11", "0001-01-01", "12", "9" * 19, None],
)
def test_what_is_no_day_is_none(written: str | None) -> None:
    assert days_of(pa.array([written], pa.string())) == [None]


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([date(2026, 11, 3)]),
        pa.array([datetime(2026, 11, 3, 23, 59, tzinfo=UTC)], pa.timestamp("us")),
        pa.array([datetime(2026, 11, 3, 12, tzinfo=UTC)], pa.timestamp("ns", "Europe/Rome")),
        pa.array([1793698200], pa.int64()),
        pa.array([46329.5]),
        pa.array(["3/11/2026"]).dictionary_encode(),
    ],
    ids=["date", "timestamp", "zone", "seconds", "excel", "dictionary"],
)
def test_days_of_other_columns_than_text_are_read(cells: pa.Array) -> None:
    assert days_of(cells) == [date(2026, 11, 3)]


@pytest.mark.parametrize(
    "cells",
    [pa.array([-1.0, float("nan"), float("inf"), float("-inf"), 1e300]), pa.array([-5, 7]), pa.array([[1]])],
    ids=["floats", "integers", "lists"],
)
def test_columns_of_other_things_hold_no_days(cells: pa.Array) -> None:
    assert set(days_of(cells)) == {None}


@given(st.lists(st.dates(date(1990, 1, 1), date(2100, 12, 31)), min_size=1))
def test_every_day_is_read_in_every_way_to_write_it(days: list[date]) -> None:
    assert days_of(pa.array([day.isoformat() for day in days])) == days
    assert days_of(pa.array([f"{day:%d.%m.%Y}" for day in days])) == days
    month_first = read_days(pa.array([f"{day:%m/%d/%Y}" for day in days])).month_first
    assert (month_first + FIRST.toordinal()).tolist() == [day.toordinal() for day in days]


@pytest.mark.parametrize(
    ("days", "month_first", "first"),
    [
        (["3/11/2026", "13/11/2026"], False, date(2026, 11, 3)),
        (["11/3/2026", "11/13/2026"], True, date(2026, 11, 3)),
        (["3/11/2026", "4/11/2026"], None, date(2026, 11, 3)),
        (["2026-11-03", "2026-11-04"], False, date(2026, 11, 3)),
        (["2026-11-03", "ieri", ""], False, date(2026, 11, 3)),
    ],
    ids=["day first", "month first", "unclear", "iso", "iso with gaps"],
)
def test_what_comes_first_is_told_by_the_whole_column(
    days: list[str], month_first: bool | None, first: date
) -> None:
    batches = [table([complaint("Ciao", "no_reply", day=day)]) for day in days]
    timeline = gather(*batches, date_column="day").timeline
    assert timeline is not None
    assert (timeline.month_first, timeline.first) == (month_first, first)


@pytest.mark.parametrize(
    ("last", "step", "starts"),
    [
        (date(2026, 1, 3), Step.DAY, [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]),
        (date(2026, 3, 1), Step.WEEK, [date(2025, 12, 29), date(2026, 1, 5), date(2026, 1, 12)]),
        (date(2027, 6, 1), Step.MONTH, [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]),
        (date(2040, 1, 1), Step.YEAR, [date(2026, 1, 1), date(2027, 1, 1), date(2028, 1, 1)]),
    ],
    ids=["days", "weeks", "months", "years"],
)
def test_steps_fit_the_span(last: date, step: Step, starts: list[date]) -> None:
    days = [date(2026, 1, 1), last, last]
    rows = [complaint("Ciao", "no_reply", day=day.isoformat()) for day in days]
    timeline = gather(table(rows), date_column="day").timeline
    assert timeline is not None
    assert (timeline.step, list(timeline.starts[:3])) == (step, starts)
    assert (timeline.rows[0], timeline.rows[-1], sum(timeline.rows)) == (1, 2, 3)
    assert timeline.types["no_reply"] == timeline.urgencies["high"] == timeline.rows


def test_a_quiet_beginning_is_not_taken_for_a_stray_date() -> None:
    rows = [complaint("Ciao", "no_reply", day=f"2026-01-{number % 24 + 5:02}") for number in range(2000)]
    timeline = gather(
        table([*rows, complaint("Ciao", "no_reply", day="2026-01-01")]), date_column="day"
    ).timeline
    assert timeline is not None
    assert (timeline.first, timeline.outside) == (date(2026, 1, 1), 0)


def test_a_stray_date_does_not_stretch_the_time() -> None:
    rows = [complaint("Ciao", "no_reply", day=f"2026-01-{number % 28 + 1:02}") for number in range(2000)]
    rows += [complaint("Ciao", "no_reply", day="1994-01-01"), complaint("Ciao", "no_reply", day="?")]
    timeline = gather(table(rows), date_column="day").timeline
    assert timeline is not None
    assert (timeline.step, timeline.first, timeline.last) == (Step.DAY, date(2026, 1, 1), date(2026, 1, 28))
    assert (timeline.outside, timeline.undated, sum(timeline.rows)) == (1, 1, 2000)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"id": ["7", "8"], "Data": ["3/11/2026", "4/11/2026"]}, "Data"),
        ({"sent": ["2026-11-03", "2026-11-04"], "date": ["a", "b"]}, "sent"),
        ({"created_at": ["1793698200", "1793698201"], "phone": ["1793698200", "1793698201"]}, "created_at"),
        ({"phone": ["1793698200", "1793698201"], "order": ["46329", "46330"]}, None),
        ({"when": [None, None], "then": ["2026-11-03", None]}, "then"),
    ],
    ids=["by name", "by content", "seconds by name", "numbers are no dates", "empty"],
)
def test_the_column_of_dates_is_found(columns: dict[str, list[str | None]], found: str | None) -> None:
    batch = pa.record_batch({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    assert find_date_column(batch, list(columns)) == found


def test_every_dated_row_is_in_its_year() -> None:
    rng = np.random.default_rng(7)
    days = [date.fromordinal(FIRST.toordinal() + int(one)) for one in rng.integers(0, 9000, 500)]
    rows = [complaint("Ciao", "no_reply", day=day.isoformat()) for day in days]
    timeline = gather(table(rows), date_column="day").timeline
    assert timeline is not None
    assert dict(zip((one.year for one in timeline.starts), timeline.rows, strict=True)) == Counter(
        day.year for day in days
    )
