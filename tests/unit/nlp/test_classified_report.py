"""The page about a classified table."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from nlp.batch.gathering import Gathering
from nlp.batch.handing_on import HandedOn
from nlp.batch.phrases import Phrase, recurring
from nlp.batch.report import About, report_page, write_report
from nlp.batch.report_words import LANGUAGES, words_in
from nlp.batch.samples import Sample
from nlp.errors import BatchError
from tests.hostile import HOSTILE
from tests.unit.nlp.classified import complaint, praise, table, unread

ABOUT = About(
    sources=("reviews.csv",),
    encoder="small",
    heads="abc123",
    options=("--redact",),
    seconds=125,
    made=datetime(2026, 11, 27, 9, 30, tzinfo=UTC),
)

ROWS = [
    complaint("Il pacco non è arrivato", "delivery_late", day="2026-11-02"),
    complaint("Il vaso è rotto", "item_damaged", day="2026-11-03", tone="disappointed", needs_review=True),
    complaint("Il vaso è rotto", "item_damaged", day="2026-11-03"),
    praise("Grazie di cuore a Miriam", day="2026-11-04"),
    unread("`text` is missing", day=None),
]


class Reading(HTMLParser):
    """What a browser would make of a page: its text, tags and addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.told: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        self.addresses += [named[name] or "" for name in ("href", "src", "xlink:href") if name in named]
        self.handlers += [name for name in named if name.startswith("on")]
        self.told += [named["aria-label"] or ""] if named.get("role") == "img" else []

    def handle_data(self, data: str) -> None:
        self.text += data


def gathering_of(*batches: pa.RecordBatch) -> Gathering:
    gathering = Gathering(text_column="text")
    for batch in batches:
        gathering.add(batch)
    return gathering


def page_of(*rows: dict[str, Any], language: str = "en") -> Reading:
    return Reading(report_page(gathering_of(table(rows)).gathered(), ABOUT, language))


@pytest.fixture(scope="module")
def page() -> Reading:
    """The page about `ROWS` in English."""
    return page_of(*ROWS)


@pytest.mark.parametrize(
    "words",
    [
        "5 rows, 4 of them classified",
        "75% are complaints (3); most often about: damaged item (67%) and late delivery (33%)",
        "25% are praise (1)",
        "from 2 November 2026 to 4 November 2026; the busiest stretch is 3 Nov 2026 (2 messages)",
        "1 messages (25%) should be looked at by a person",
        "1 rows repeat a text that was there before",
        "Grazie di cuore a Miriam",
        "`text` is missing",
        "abc123",
        "--redact",
        "2 min 5 s",
        "27 November 2026, 09:30",
    ],
)
def test_the_page_says(page: Reading, words: str) -> None:
    assert words in page.text


TITLES = {
    "one": (("exports/a.csv",), "a.csv: what people write"),
    "three": (("x/a.csv", "x/b.csv", "c.csv"), "a.csv, b.csv and c.csv: what people write"),
    "many": (tuple(f"x/{letter}.csv" for letter in "abcde"), "a.csv, b.csv and 3 more files: what people"),
}


@pytest.mark.parametrize(("sources", "title"), TITLES.values(), ids=TITLES)
def test_the_title_names_the_files_without_their_folders(sources: tuple[str, ...], title: str) -> None:
    about = replace(ABOUT, sources=sources)
    page = Reading(report_page(gathering_of(table(ROWS)).gathered(), about, "en"))

    assert page.text.count(title) == 2
    assert ", ".join(sources) in page.text


def test_messages_of_one_day_are_said_to_be() -> None:
    text = page_of(complaint("Ciao", "no_reply", day="2026-11-03"), unread("missing", day=None)).text

    assert "Messages with a date are all from 3 November 2026 (1)." in text
    assert "Nothing in the column tells" not in text


def test_the_page_is_in_the_language_that_was_asked_for() -> None:
    assert "Il tono più frequente è «arrabbiato»" in page_of(*ROWS, language="it").text


def test_both_languages_say_the_same_things() -> None:
    italian, english = (words_in(language).wordings for language in LANGUAGES)
    assert italian.keys() == english.keys()
    assert [set(re.findall(r"{\w+}", italian[key])) for key in italian] == [
        set(re.findall(r"{\w+}", english[key])) for key in italian
    ]


def test_the_page_needs_nothing_and_runs_nothing(page: Reading) -> None:
    assert not {"script", "link", "iframe", "object", "embed", "image", "img"} & set(page.tags)
    assert page.addresses == page.handlers == []


def test_every_picture_is_told_in_words(page: Reading) -> None:
    assert page.tags.count("svg") == len(page.told) == 11
    assert all(page.told)
    assert "damaged item: 2 (67%)" in page.told[1]


def test_what_a_customer_wrote_is_text(page: Reading) -> None:
    hostile = [
        complaint(f"{words} {number}", f"type{place}", day="2026-11-02", error=words)
        for place, words in enumerate(HOSTILE.values())
        for number in range(4)
    ]
    read = page_of(*hostile)
    assert read.handlers == read.addresses == []
    assert set(read.tags) - {"mark", "strong"} <= set(page.tags)


def test_a_business_has_types_of_its_own() -> None:
    read = page_of(complaint("Il <b>menu</b>", "menu_<b>too_long</b>"))
    assert "menu <b>too long</b>" in read.text
    assert "b" not in read.tags


@pytest.mark.parametrize(
    "rows",
    [[], [unread("damaged")], [praise("Grazie")], [complaint("?", language=None)]],
    ids=["no row", "none classified", "no complaint", "no type or language"],
)
def test_there_is_a_page_about_little(rows: list[dict[str, Any]]) -> None:
    text = page_of(*rows).text
    assert f"{len(rows)} rows" in text
    assert "The table has no column with dates" in text


def test_where_the_line_of_an_error_is_known_it_is_told() -> None:
    gathering = Gathering(text_column="text")
    gathering.add(table([unread("damaged")]), pa.array([1234]))
    text = Reading(report_page(gathering.gathered(), ABOUT, "en")).text
    assert "line of the file" in text
    assert "1,234" in text


def test_the_worst_table_gives_a_page_below_two_megabytes() -> None:
    types = [f"own_type_{number}" for number in range(60)]
    rows = [
        complaint(
            f"{number} "
            + '"<&> più "' * 200
            + f"phrase{number % 7} again{number % 7} " * 20
            + "w" * 300
            + " è "
            + "v" * 300,
            types[number % 60],
            types[(number + 7) % 60],
            language=("it", "en", "de", "fr", "es", "pt")[number % 6],
            day=f"{1991 + number % 100}-11-02",
            error='"<&>"' * 1000,
        )
        for number in range(720)
    ]
    page = report_page(gathering_of(table(rows)).gathered(), replace(ABOUT, sources=("<" * 9999,)), "it")
    assert len(page.encode()) < 2_000_000


def test_the_page_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.html"
    write_report(path, gathering_of(table(ROWS)), ABOUT, "it")
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert list(tmp_path.iterdir()) == [path]


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "out.html").mkdir()
    with pytest.raises(BatchError, match=r"out\.html"):
        write_report(tmp_path / "out.html", gathering_of(table(ROWS)), ABOUT, "it")
    assert [one.name for one in tmp_path.iterdir()] == ["out.html"]


def sample(row: int, text: str, *types: str, act: str = "complaint", language: str = "it") -> Sample:
    return Sample(row=row, text=text, act=act, types=types, tone="calm", language=language, probability=0.9)


NAMES = ("Anna", "Bruno", "Carla", "Dino", "Elsa", "Fabio", "Gina", "Ivo", "Lia", "Mario")
LATE = [
    sample(row, f"{name} aspetta. Il corriere espresso è sparito da lunedì. {name} saluta", "delivery_late")
    for row, name in enumerate(NAMES)
]
WRONG = [
    sample(20 + row, f"{name} ha ricevuto una maglia verde", "item_wrong") for row, name in enumerate(NAMES)
]


def phrases(*samples: Sample) -> dict[str, list[str]]:
    return {kind: [one.words for one in found] for kind, found in recurring(samples, most=5).items()}


def found(kind: str, *samples: Sample) -> Phrase:
    return recurring(samples, most=1)[kind][0]


def test_what_recurs_in_a_type_is_told_with_sentences_that_have_it() -> None:
    phrase = found("delivery_late", *LATE, *WRONG)
    assert (phrase.words, phrase.count, phrase.looked_at, phrase.share) == (
        "corriere espresso è sparito",
        10,
        10,
        1.0,
    )
    assert [(one.row, one.before, one.phrase, one.after) for one in phrase.quotes] == [
        (0, "Il ", "corriere espresso è sparito", " da lunedì."),
        (1, "Il ", "corriere espresso è sparito", " da lunedì."),
    ]


def test_what_recurs_everywhere_is_no_cause() -> None:
    everywhere = [replace(one, text=f"{one.text}. Ordine numero seguente") for one in (*LATE, *WRONG)]
    assert not any("ordine" in words for told in phrases(*everywhere).values() for words in told)


def test_the_same_message_with_other_figures_counts_once() -> None:
    alike = [
        sample(row, f"Il corriere espresso è sparito, ordine {row}!", "delivery_late") for row in range(50)
    ]
    assert phrases(*alike, *WRONG)["delivery_late"] == []


def test_words_that_are_frequent_everywhere_are_no_phrase() -> None:
    plain = [sample(row, f"non è che per me, {name}", "delivery_late") for row, name in enumerate(NAMES)]
    assert phrases(*plain, *WRONG)["delivery_late"] == []


def test_inflected_words_are_the_same_phrase() -> None:
    forms = ("corriere sparito", "corrieri spariti", "corriere sparito", "corriere sparito")
    inflected = [
        sample(row, f"{name}: {form}", "delivery_late")
        for row, (name, form) in enumerate(zip(NAMES, forms, strict=False))
    ]
    phrase = found("delivery_late", *inflected, *WRONG)
    assert (phrase.words, phrase.count) == ("corriere sparito", 4)


def test_people_thank_for_something() -> None:
    thanks = [
        sample(50 + row, f"{name} ringrazia: posa impeccabile", act="praise")
        for row, name in enumerate(NAMES)
    ]
    assert phrases(*thanks, *WRONG)["praise"] == ["posa impeccabile"]


def test_each_language_has_phrases_of_its_own() -> None:
    english = [
        sample(70 + row, f"{name} says the courier vanished overnight", "delivery_late", language="en")
        for row, name in enumerate(NAMES)
    ]
    other = [replace(one, language="en", types=("item_wrong",), text=f"{one.text} shirt") for one in LATE]
    told = recurring([*LATE, *WRONG, *english, *other], most=5)["delivery_late"]
    assert {one.language for one in told} == {"it", "en"}
    assert "courier vanished overnight" in [one.words for one in told if one.language == "en"]


def test_what_a_fast_model_has_handed_on_is_told(page: Reading) -> None:
    handed_on = HandedOn(read=4, handed_on=3, doubts={"tone": 3, "length": 1})
    told = report_page(gathering_of(table(ROWS)).gathered(), replace(ABOUT, handed_on=handed_on), "en")
    text = Reading(told).text
    assert "It answered 1 of 4 messages (25%)." in text
    assert (
        "handed 3 on to the classifier, because it was not sure of: tone (75%) and long texts (25%)" in text
    )
    assert "small model" not in page.text
