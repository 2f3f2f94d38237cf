"""A business's own labels: what is read, and what is said of what cannot be."""

import json
from pathlib import Path

import pytest

from nlp.encoders.encoder import Encoder
from nlp.errors import LabelsError
from nlp.heads import TRAINED, load_heads
from nlp.training.one_field import train_field
from nlp.training.own_labels import LEAST_EXAMPLES, read_own_labels

PARKING = [
    f"Il parcheggio {rest}"
    for rest in (
        "era pieno",
        "è lontano",
        "costa troppo",
        "era chiuso",
        "è buio",
        "allaga",
        "manca",
        "è caro",
    )
] + ["Posti auto troppo stretti"]
CANTEEN = [
    f"In mensa {rest}"
    for rest in (
        *("il pranzo era freddo", "la pasta era scotta", "mancava il pane", "la coda è eterna"),
        *("si mangia male", "il menù è fisso", "la carne è dura", "era tutto finito", "il riso era crudo"),
    )
]


def table(folder: Path, rows: list[tuple[str, str]], header: str = "testo;etichetta") -> Path:
    path = folder / "labels.csv"
    lines = [header, *(f"{text};{label}" for text, label in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows() -> list[tuple[str, str]]:
    return [(text, "parking") for text in PARKING] + [(text, "canteen") for text in CANTEEN]


def refused(path: Path, field: str = "complaint_types", **options: object) -> str:
    with pytest.raises(LabelsError) as caught:
        read_own_labels([path], field, **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_of_messages_without_a_label_is_said_how_many_are_left_out(tmp_path: Path) -> None:
    said: list[str] = []
    path = table(tmp_path, [*rows(), ("Chi risponde al telefono?", ""), ("Domani siete aperti?", " ")])

    examples = read_own_labels([path], "complaint_types", tell=said.append)

    assert len(examples) == 18
    assert said == [f"{path}: 2 of 20 messages without a label, from line 20 on: left out"]


def test_of_asks_an_empty_cell_is_an_answer_and_nothing_is_left_out(tmp_path: Path) -> None:
    said: list[str] = []
    pairs = [(text, "refund") for text in PARKING] + [(text, "") for text in CANTEEN]

    assert len(read_own_labels([table(tmp_path, pairs)], "asks", tell=said.append)) == 18
    assert said == []


@pytest.mark.parametrize(
    "options", [{}, {"text_column": "corpo", "label_column": "reparto"}], ids=["found by name", "named"]
)
def test_a_file_without_both_columns_is_told_of_both(tmp_path: Path, options: dict[str, object]) -> None:
    path = table(tmp_path, [("12", "7")] * 9, header="numero;codice")

    said = refused(path, **options).splitlines()

    assert len(said) == 2
    assert all(line.startswith(f"{path}: no ") for line in said)


def test_columns_are_found_by_their_names(tmp_path: Path) -> None:
    examples = read_own_labels([table(tmp_path, rows())], "complaint_types")

    assert len(examples) == 18
    assert {example.complaint_types for example in examples} == {("parking",), ("canteen",)}
    assert all(example.act is None and not example.is_held_out for example in examples)


def test_html_is_learned_from_as_the_text_that_it_shows(tmp_path: Path) -> None:
    pages = [(f"<p>{text}<br></p>", label) for text, label in rows()]

    examples = read_own_labels([table(tmp_path, pages)], "complaint_types")

    assert [example.text for example in examples] == [text for text, _ in rows()]


def test_several_labels_are_joined_by_a_bar_or_stand_in_a_list(tmp_path: Path) -> None:
    both = [*rows(), ("Parcheggio pieno e mensa chiusa", "parking | canteen")]
    lines = [json.dumps({"text": "Né mensa né posto auto", "labels": ["canteen", "parking"]})]
    other = tmp_path / "more.jsonl"
    other.write_text("\n".join(lines), encoding="utf-8")

    examples = read_own_labels([table(tmp_path, both), other], "complaint_types")

    found = [example.complaint_types for example in examples[-2:]]
    assert found == [("parking", "canteen"), ("canteen", "parking")]


def test_a_label_with_too_few_messages_is_said_with_its_line(tmp_path: Path) -> None:
    path = table(tmp_path, [*rows(), ("L'ascensore è rotto", "lift")])

    assert refused(path).splitlines() == [
        "1 label has fewer than 8 messages: add messages, or leave it out with --skip-unusable",
        f"{path}:20: lift (1 message)",
    ]
    assert len(read_own_labels([path], "complaint_types", skip_unusable=True)) == 18


def test_of_labels_with_too_few_messages_the_first_three_lines_each_are_said(tmp_path: Path) -> None:
    lifts = [(f"L'ascensore {number} è rotto", "lift") for number in range(4)]
    halls = [("La sala è buia", "hall"), ("La sala è fredda e l'ascensore sporco", "hall|lift")]
    path = table(tmp_path, [*lifts, *rows(), *halls])

    assert refused(path).splitlines() == [
        "2 labels have fewer than 8 messages: add messages, or leave them out with --skip-unusable",
        f"{path}:24: hall (2 messages; also 25)",
        f"{path}:2: lift (5 messages; also 3, 4, …)",
    ]


def test_of_many_labels_with_too_few_messages_twenty_are_said(tmp_path: Path) -> None:
    path = table(tmp_path, [(f"Il posto {number} è stretto", f"spot{number:02}") for number in range(25)])

    said = refused(path).splitlines()

    assert len(said) == 22
    assert said[-1] == "and 5 more like these"


def test_labels_that_lose_their_messages_with_a_rare_one_are_left_out_too(tmp_path: Path) -> None:
    beside = [(f"{text}, e l'ascensore pure", f"parking|lift{number}") for number, text in enumerate(PARKING)]
    other = [(f"{text}, sala blu", "hall") for text in CANTEEN]
    path = table(tmp_path, [*beside, *rows()[9:], *other])

    examples = read_own_labels([path], "complaint_types", skip_unusable=True)

    assert {label for example in examples for label in example.complaint_types or ()} == {"canteen", "hall"}


def test_rows_that_cannot_be_used_are_left_out_on_demand(tmp_path: Path) -> None:
    path = table(tmp_path, [*rows(), ("", "parking"), ("Ma", "x" * 200)])

    assert len(read_own_labels([path], "complaint_types", skip_unusable=True)) == 18


def test_of_what_is_left_out_on_demand_is_said_how_much_of_each_kind(tmp_path: Path) -> None:
    broken = [("", "parking"), ("Ma", "x" * 200)]
    disputed = [("Chiuso", "canteen"), ("Chiuso", "parking")]
    rare = [("L'ascensore è rotto", "lift"), ("La sala è buia", "hall")]
    path = table(tmp_path, [*broken, *rows(), *disputed, *rare])
    said: list[str] = []

    assert len(read_own_labels([path], "complaint_types", skip_unusable=True, tell=said.append)) == 18
    assert said == [
        f"2 rows that cannot be used: left out; the first is {path}:2: 'testo' holds no message, found ''",
        "1 text labelled in two ways: left out",
        "2 messages with labels of fewer than 8 messages: left out (hall, lift)",
    ]


def test_a_label_in_other_capitals_is_named_with_its_line(tmp_path: Path) -> None:
    path = table(tmp_path, [*rows(), ("La mensa è buia", "Canteen")])

    assert refused(path) == f"{path}:20: the label 'Canteen' is 'canteen' elsewhere: write it in one way"
    assert len(read_own_labels([path], "complaint_types", skip_unusable=True)) == 18


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([], "0 labelled messages with 0 labels"),
        ([(text, "parking") for text in PARKING], "9 labelled messages with 1 label of at least 8"),
    ],
    ids=["none", "one"],
)
def test_a_file_with_too_few_labels_is_named(tmp_path: Path, pairs: list[tuple[str, str]], said: str) -> None:
    path = table(tmp_path, pairs)

    assert refused(path).startswith(f"{path}: {said}")


@pytest.mark.parametrize("cell", ['{"name": "x"}', "true", "[1, {}]"])
def test_what_is_no_label_is_refused(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(f'{{"text": "Il parcheggio", "label": {cell}}}\n', encoding="utf-8")

    assert "labels.jsonl:1: 'label' holds" in refused(path)


def test_yes_and_no_are_read_in_any_writing(tmp_path: Path) -> None:
    pairs = [(text, "Sì") for text in PARKING] + [(text, "NO") for text in CANTEEN]

    examples = read_own_labels([table(tmp_path, pairs)], "own_error")

    assert [example.own_error for example in examples] == [True] * 9 + [False] * 9


def test_contradictions_are_named_with_both_lines(tmp_path: Path) -> None:
    path = table(tmp_path, [*rows(), (PARKING[0], "canteen")])

    said = refused(path)

    assert "labels.csv:20: the same text is labelled canteen here and parking at" in said
    assert "labels.csv:2" in said
    assert len(read_own_labels([path], "complaint_types", skip_unusable=True)) == 17


def test_an_unknown_label_of_a_fixed_field_is_named_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    said = refused(table(tmp_path, [("Vergogna!", "angry"), ("Uffa", "frustrate")]), "tone")

    assert "labels.csv:3: 'etichetta' has the unknown label 'frustrate'" in said
    assert "did you mean 'frustrated'?" in said


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    path = table(tmp_path, rows(), header="testo;reparto")

    assert "no column with labels" in refused(path)
    assert "found testo, reparto" in refused(path)
    assert "did you mean 'reparto'?" in refused(path, label_column="repart")
    assert len(read_own_labels([path], "complaint_types", label_column="reparto")) == 18


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("  ;parking", "labels.csv:20: 'testo' holds no message"),
        ("a;b;c", "labels.csv:20: expected 2 columns, found 3"),
        (f"che cosa;{'x' * 200}", "labels.csv:20: 'etichetta' holds"),
    ],
)
def test_a_broken_row_is_named_with_its_line(row: str, problem: str, tmp_path: Path) -> None:
    path = table(tmp_path, rows())
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")

    assert problem in refused(path)


def test_many_problems_are_counted_rather_than_listed(tmp_path: Path) -> None:
    said = refused(table(tmp_path, [(f"testo {number}", "nope") for number in range(50)]), "urgency")

    assert said.count("\n") == 20
    assert "and 30 more like these" in said


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    rows = [(" ", "lift"), ("Rotto", "lift"), ("Rotto", "hall"), ("Sporco", "hall")]
    said = refused(table(tmp_path, rows))
    assert "holds no message" in said
    assert "the same text is labelled hall here and lift at" in said
    assert f"fewer than {LEAST_EXAMPLES} messages" in said


def test_an_unknown_field_is_said(tmp_path: Path) -> None:
    assert "field 'types': expected one of act" in refused(table(tmp_path, rows()), "types")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "absent.csv")


@pytest.mark.slow
def test_nine_messages_a_label_make_a_head_of_their_own(encoder: Encoder, tmp_path: Path) -> None:
    base = load_heads(TRAINED)
    examples = read_own_labels([table(tmp_path, rows())], "complaint_types")

    heads, report = train_field(examples, "complaint_types", base, encoder=encoder)

    assert heads.fields["complaint_types"].labels == ("canteen", "parking")
    assert heads.fields["tone"] is base.fields["tone"]
    assert report.rows == 18
    assert report.macro_f1 > 0.8
    assert "complaint_types" in heads.provenance.own
    heads.save(tmp_path / "heads")
    assert load_heads(tmp_path / "heads").id == heads.id
