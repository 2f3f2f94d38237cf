"""What became of each part of a text, and which changes keep coming back although no two edits are alike."""

from responses.reports.rewriting import BLANK, Change, Words, became, changes, most_frequent, shown, words_in

GREETING, APOLOGY, REMEDY = (
    "Buongiorno Marta.",
    "Le chiedo scusa per il ritardo.",
    "Le mando un buono da 10 €.",
)
PARTS = [words_in(one) for one in (GREETING, APOLOGY, REMEDY)]


def in_place(text: str) -> list[str | None]:
    found = became(PARTS, words_in(text))
    return [None if one is None else " ".join(word.text for word in one) for one in found]


def test_what_stands_as_it_was_is_left_alone_however_it_is_spaced() -> None:
    assert in_place(f"buongiorno  Marta.\n{APOLOGY}\n\n{REMEDY}") == [None, None, None]


def test_a_changed_part_is_found_between_those_left_alone() -> None:
    text = f"{GREETING} Mi dispiace davvero, Marta. {REMEDY}"
    assert in_place(text) == [None, "Mi dispiace davvero , Marta .", None]


def test_a_part_left_out_has_nothing_in_its_place() -> None:
    assert in_place(f"{GREETING} {REMEDY}") == [None, "", None]


def test_two_changed_parts_each_get_the_sentence_that_is_like_them() -> None:
    text = f"{GREETING} Le chiediamo scusa per il grande ritardo. Le mando subito un buono da 20 €."
    assert in_place(text) == [
        None,
        "Le chiediamo scusa per il grande ritardo .",
        "Le mando subito un buono da 20 € .",
    ]


def test_of_two_changed_parts_the_one_left_out_is_told() -> None:
    assert in_place(f"{GREETING} Le mando un bel buono da 10 €.") == [
        None,
        "",
        "Le mando un bel buono da 10 € .",
    ]


def test_what_was_moved_was_not_changed() -> None:
    assert in_place(f"{GREETING} {REMEDY} {APOLOGY}") == [None, None, None]


def texts(pairs: list[tuple[Words, Words]]) -> list[tuple[str, str]]:
    known = {word.key for pair in pairs for words in pair for word in words}
    return [(shown(old, known), shown(new, known)) for old, new in pairs]


def test_a_change_is_told_in_the_fewest_words() -> None:
    place = words_in("Le chiedo davvero scusa per il disguido.")
    assert texts(changes(words_in(APOLOGY), place)) == [("", "davvero"), ("ritardo", "disguido")]


def test_where_hardly_anything_is_the_same_the_whole_was_changed() -> None:
    assert texts(changes(words_in(APOLOGY), words_in("Ci spiace."))) == [(APOLOGY, "Ci spiace.")]


def test_unknown_words_are_blanked_out_once() -> None:
    assert shown(words_in("Cara Marta Rossi, {agent}"), {"cara"}) == f"Cara {BLANK}, {{agent}}"
    assert shown(words_in("Marta"), {"cara"}) == BLANK


def test_edits_that_differ_in_detail_have_their_change_in_common() -> None:
    old, known = words_in(APOLOGY), {word.key for word in words_in(APOLOGY)} | {"disguido"}
    edits = [
        changes(old, words_in(f"Le chiedo scusa per il disguido del {day} marzo.")) for day in range(1, 6)
    ]
    assert most_frequent(edits, known, known, 5) == [(Change("ritardo", f"disguido {BLANK}"), 5)]


def test_the_same_words_replaced_by_others_each_time_are_named() -> None:
    old, known = words_in(APOLOGY), {word.key for word in words_in(APOLOGY)}
    others = ("disguido", "disagio", "problema", "contrattempo", "guaio")
    edits = [changes(old, words_in(APOLOGY.replace("ritardo", other))) for other in others]
    assert most_frequent(edits, known, known, 5) == [(Change("ritardo", BLANK), 5)]
    assert most_frequent(edits[1:], known, known, 5) == []
