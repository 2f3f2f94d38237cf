"""The file of ready answers: what may stand in it, and where each mistake is."""

from datetime import date

import pytest

from responses.drafts.phrases import LANGUAGES
from responses.knowledge.entries import sample_entries
from responses.knowledge.file import load_answers_text, missing_languages
from responses.policy import PolicyFileError

GOOD = """\
answers:
  - id: orari
    questions:
      - A che ora aprite?
      - When do you open?
    answer:
      it: "Apriamo alle 9."
      en: "We open at 9."
    until: 2026-12-31
  - id: reso
    questions: [Come si restituisce?]
    answer: {it: "Entro 14 giorni."}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyFileError) as caught:
        load_answers_text(text, "answers.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_a_file_is_read_as_it_is_written() -> None:
    hours, back = load_answers_text(GOOD, "answers.yaml")
    assert hours.questions == ("A che ora aprite?", "When do you open?")
    assert hours.answer == {"it": "Apriamo alle 9.", "en": "We open at 9."}
    assert (hours.until, back.until) == (date(2026, 12, 31), None)


def test_an_answer_holds_through_its_last_day() -> None:
    hours, back = load_answers_text(GOOD, "answers.yaml")
    assert hours.holds_on(date(2026, 12, 31))
    assert not hours.holds_on(date(2027, 1, 1))
    assert back.holds_on(date(2099, 1, 1))


def test_what_is_missing_in_a_language_is_known() -> None:
    missing = missing_languages(load_answers_text(GOOD, "answers.yaml"))
    assert missing["it"] == []
    assert missing["en"] == ["reso"]
    assert missing["fr"] == ["orari", "reso"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: orari", "id: Gli orari", "answers.yaml:2:9: answers[0].id: expected small letters"),
        ("id: reso", "id: orari", 'answers.yaml:10:5: answers[1].id: "orari" stands here twice'),
        (
            "    until",
            "    untill",
            'answers.yaml:9:5: answers[0].untill: unknown key "untill"; did you mean "until"?',
        ),
        (
            "2026-12-31",
            "31/12",
            'answers.yaml:9:12: answers[0].until: expected a day such as 2026-12-31, found "31/12"',
        ),
        ("      en:", "      eng:", 'answers.yaml:8:7: answers[0].answer.eng: unknown language "eng"'),
        ('{it: "Entro', '{en: "Entro', 'answers.yaml:12:5: answers[1].answer: "it" is missing'),
        (
            "Apriamo alle 9.",
            "{agent} apre alle 9.",
            'answers.yaml:7:11: answers[0].answer.it: "{agent}" is filled in',
        ),
        ("[Come si restituisce?]", "[a che ora APRITE]", 'is a question of "orari" already'),
        ("[Come si restituisce?]", "[]", "answers.yaml:11:16: answers[1].questions: the list is empty"),
        (
            "[Come si restituisce?]",
            '["?"]',
            'answers.yaml:11:17: answers[1].questions[0]: expected a question, found "?"',
        ),
        ("answers:\n", "answer:\n", 'unknown key "answer"; did you mean "answers"?'),
    ],
    ids=[
        "id",
        "id twice",
        "key",
        "day",
        "language",
        "no house language",
        "slot",
        "question twice",
        "none",
        "blank",
        "top",
    ],
)
def test_each_mistake_is_told_with_its_place(old: str, new: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(GOOD.replace(old, new, 1)))


def test_a_list_without_its_head_is_explained() -> None:
    assert problems("- id: orari\n") == ["answers.yaml:1:1: expected answers: and below it a list of entries"]


def test_all_mistakes_are_told_at_once() -> None:
    wrong = GOOD.replace("2026-12-31", "soon").replace("id: reso", "id: R")
    assert len(problems(wrong)) == 2


def test_the_sample_answers_in_every_language() -> None:
    entries = sample_entries()
    assert len(entries) >= 25
    assert set(map(tuple, missing_languages(entries).values())) == {()}
    assert all(len(entry.questions) >= len(LANGUAGES) for entry in entries)
