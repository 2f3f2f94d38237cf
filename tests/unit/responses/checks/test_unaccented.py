"""Texts typed without their accents and umlauts say what they say with them."""

import re
import unicodedata
from datetime import date

import pytest

from responses.checks import Severity, check_text
from responses.checks.unaccented import also_unaccented, spellings
from tests.checks.examples import CheckExample, read_examples
from tests.unit.responses.checks.checked import about, codes, only

_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "œ": "oe"}
)


def bare(text: str, language: str) -> str:
    spelt = text.translate(_TWO_LETTERS) if language == "de" else text.replace("œ", "oe")
    return "".join(
        letter
        if unicodedata.category(letter) not in ("Ll", "Lu")
        else unicodedata.normalize("NFD", letter)[0]
        for letter in spelt
    )


@pytest.mark.parametrize(
    ("language", "text", "code", "words"),
    [
        ("fr", "Nous vous repondrons avant le 3 decembre.", "promise_untracked", "avant le 3 decembre"),
        ("fr", "Vous auriez du nous prevenir.", "blame_customer", "Vous auriez du nous prevenir"),
        ("es", "Le llamamos manana.", "promise_untracked", "manana"),
        ("es", "Le escribiremos antes del miercoles.", "promise_untracked", "antes del miercoles"),
        ("es", "La llamare.", "promise_undated", "La llamare"),
        ("es", "Le devolvemos 40 dolares.", "amount_above", "40 dolares"),
        ("de", "Sie bekommen eine Rueckerstattung ueber 40 €.", "amount_above", "40 €"),
        ("de", "Wir erstatten Ihnen fuenfzig Euro.", "amount_above", "fuenfzig Euro"),
        ("de", "Das war grobe Fahrlaessigkeit.", "liability", "grobe Fahrlaessigkeit"),
        ("de", "Wir melden uns bis zum 3. Maerz.", "promise_untracked", "bis zum 3. Maerz"),
        ("de", "Wir antworten uebermorgen.", "promise_untracked", "uebermorgen"),
    ],
)
def test_a_finding_names_the_words_as_they_were_typed(
    language: str, text: str, code: str, words: str
) -> None:
    finding = only(text, about(language=language))
    assert (finding.code, finding.words) == (code, words)
    assert text[finding.start : finding.end] == words


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Une empreinte de 12 € figure sur le relevé et s'efface d'elle-même."),
        ("fr", "Quand un client signale un défaut, la garantie s'applique."),
        ("fr", "Le bon d'achat de la boutique expire en mai."),
        ("es", "La pieza figura a 95 €, mano de obra aparte."),
        ("de", "Die alte Leitung wurde im Oktober abgeschaltet."),
        ("it", "Buongiorno Marta, mi mandi il numero dell'ordine, mi dispiace davvero."),
    ],
)
def test_a_word_that_is_another_without_its_accent_is_not_taken_for_it(language: str, text: str) -> None:
    found = check_text(text, about(language=language))
    assert [one for one in found if one.severity is Severity.ERROR or one.code.startswith("promise")] == []


def test_books_and_texts_may_spell_a_day_each_in_its_way() -> None:
    text = "Wir melden uns bis zum 3. Maerz."
    assert codes(text, about(language="de", days=(date(2027, 3, 3),))) == []


def test_a_name_with_an_umlaut_may_be_written_with_two_letters() -> None:
    text = "Guten Tag Frau Mueller, Ihr Paket ist unterwegs."
    assert codes(text, about(language="de", names=("Marta Müller",))) == []
    assert codes(text, about(language="de")) == ["wrong_name"]


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("für", ("für", "fuer", "fur")),
        ("déjà", ("déjà", "deja")),
        ("Straße", ("Straße", "Strasse")),
        ("heute", ("heute",)),
    ],
)
def test_the_spellings_of_a_word(word: str, typed: tuple[str, ...]) -> None:
    assert spellings(word) == typed


@pytest.mark.parametrize("typed", ["können", "koennen", "konnen"])
def test_what_must_not_stand_before_a_place_may_be_typed_so_too(typed: str) -> None:
    expression = also_unaccented("(?<!können )warten", "de")
    assert re.search(expression, f"{typed} warten") is None
    assert re.search(expression, "wir warten") is not None


def test_a_letter_out_of_several_may_lack_its_accent() -> None:
    assert re.fullmatch(also_unaccented("d[íó]a", "es"), "dia") is not None


EXAMPLES = [
    one for one in read_examples() if one.text != bare(one.text, one.about.language) and not one.held_out
]


def found_in(text: str, example: CheckExample) -> set[str]:
    return {finding.code for finding in check_text(text, example.about)}


@pytest.mark.parametrize(("language", "most"), [("es", 0.08), ("fr", 0.02), ("de", 0.02)])
def test_hardly_anything_is_lost_without_accents(language: str, most: float) -> None:
    texts = [one for one in EXAMPLES if one.about.language == language]
    found = [(found_in(one.text, one), found_in(bare(one.text, language), one)) for one in texts]
    assert len(texts) > 150
    assert sum(len(whole - without) for whole, without in found) <= most * sum(len(one) for one, _ in found)
