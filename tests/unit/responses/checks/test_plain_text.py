"""How a text looks on a page changes nothing of what is found in it."""

import re
from random import Random

import pytest

from responses.checks import beyond_in, check_text
from responses.checks.advising import advice_for
from responses.checks.finding import errors_in
from responses.checks.plain_text import plain_text, plain_words
from responses.checks.promises import untracked_in
from responses.checks.undated import undated_in
from tests.checks.examples import FILES, CheckExample, euros, read_file
from tests.unit.responses.checks.checked import about, codes, only

# Named, so that a file more does not change which texts are drawn.
DRAWN_FROM = ("examples", "examples_of_sayings", "examples_of_scope")
TEXTS = [one for file in FILES if file.stem in DRAWN_FROM for one in read_file(file)]
SAMPLE = Random(7).sample([one for one in TEXTS if " " in one.text], 150)
SHAPES = ["\n", "\u00a0", "  ", "\u200b \u200b", "\r\n", " \n "]


def found(text: str, example: CheckExample) -> list[str]:
    return sorted(finding.code for finding in check_text(text, example.about))


def broken(text: str, shape: str, at: Random) -> str:
    blank = at.choice([place for place, sign in enumerate(text) if sign == " "])
    return text[:blank] + shape + text[blank + 1 :]


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_whatever_stands_for_a_blank_the_findings_are_the_same(shape: str) -> None:
    at = Random(11)
    texts = [(broken(one.text, shape, at), one) for one in SAMPLE]
    changed = {text for text, one in texts if found(text, one) != found(one.text, one)}
    assert changed == set()


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_nor_where_every_blank_is_another(shape: str) -> None:
    texts = [(one.text.replace(" ", shape), one) for one in SAMPLE]
    assert {text for text, one in texts if found(text, one) != found(one.text, one)} == set()


WITH_APOSTROPHES = str.maketrans({"à": "a'", "è": "e'", "é": "e'", "ì": "i'", "ò": "o'", "ù": "u'"})


def hastily(one: CheckExample) -> str:
    if one.about.language == "it":
        return re.sub(r"[àèéìòù](?!\w)", lambda match: match.group().translate(WITH_APOSTROPHES), one.text)
    return re.sub(r"\b((?:do|does|did|ca|could|have|has|is|was|would)n)['’]t\b", r"\1t", one.text)


def test_apostrophes_for_accents_and_none_where_they_belong_hide_nothing() -> None:
    texts = [(hastily(one), one) for one in TEXTS if one.about.language in ("it", "en")]
    changed = [(text, one) for text, one in texts if text != one.text]
    assert len(changed) > 250
    assert {text for text, one in changed if found(text, one) != found(one.text, one)} == set()


def test_what_was_spelled_in_a_hurry_is_marked_where_it_stands() -> None:
    finding = only("Lei e' un maleducato", about())
    assert (finding.code, finding.words) == ("insult", "Lei e' un maleducato")
    finding = only("Buongiorno, l'errore e' suo.", about())
    assert (finding.code, finding.words) == ("blame_customer", "errore e' suo")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Buongiorno Marta,\nle rimborsiamo\n25 €.", "25 €"),
        ("Buongiorno Marta,\n\nle  rim\u00adborsiamo 25\u00a0€.", "25\u00a0€"),
        ("Buongiorno Marta, le rim\u00ad\nborsiamo tre\u200bnta\neuro.", "tre\u200bnta\neuro"),
    ],
    ids=["broken", "blanks", "hyphenated"],
)
def test_what_is_found_is_marked_as_it_was_written(text: str, words: str) -> None:
    finding = only(text, about())
    assert (finding.code, finding.words) == ("amount_above", words)
    assert text[finding.start : finding.end] == words


def test_the_advice_is_told_in_one_line() -> None:
    finding = only("Buongiorno Marta, le rimborsiamo trenta\neuro.", about())
    assert "trenta euro" in advice_for(finding, "it")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("l’ordine", "l'ordine"),
        ("e-mail", "e-mail"),
        ("e\u2011mail", "e-mail"),
        ("perche\u0301 no", "perché no"),
        ("wir\u200c erstatten", "wir erstatten"),
        ("uno\n\n\ndue", "uno\n\ndue"),
        ("uno\ndue", "uno due"),
        ("uno:\n- due\n- tre", "uno:\n- due\n- tre"),
        ("uno\n• due", "uno\n• due"),
        ("uno\n1. due", "uno\n1. due"),
        ("am\n12. November", "am 12. November"),
        ("lunedì\n- come detto -", "lunedì - come detto -"),
        ("Abbiamo visto\nSe serve scriva", "Abbiamo visto\nSe serve scriva"),
        ("signora\nBianchi", "signora Bianchi"),
        ("wir haben\nIhnen", "wir haben Ihnen"),
    ],
    ids=repr,
)
def test_a_gap_is_one_blank_and_a_new_beginning_keeps_its_line(written: str, read: str) -> None:
    language = "de" if "Ihnen" in written or "am\n" in written else "it"
    assert plain_words(written, language) == read
    assert plain_words(read, language) == read


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Ho controllato\nLa richiamo lunedì"),
        ("en", "We have checked\nI will call you on Monday"),
        ("es", "Lo hemos comprobado\nLa llamamos el lunes"),
        ("de", "Wir haben nachgesehen\nSie bekommen alles zurück"),
        ("fr", "C'est vérifié\nLe remboursement part demain"),
    ],
)
def test_lines_without_a_full_stop_are_sentences_of_their_own(language: str, text: str) -> None:
    assert plain_words(text, language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "domani\nLa richiamo"),
        ("en", "as soon as we know\n\u00a0more, then\nI will call you"),
        ("es", "mañana\nLa llamamos"),
        ("de", "wir rufen\nSie an"),
        ("fr", "demain\nLe magasin ouvre"),
    ],
)
def test_but_not_where_the_line_before_leads_on(language: str, text: str) -> None:
    assert "\n" not in plain_words(text, language)


def test_a_place_is_found_in_both_directions() -> None:
    plain = plain_text("le  rim\u00adborsiamo\n25 €", "it")
    assert plain.words == "le rimborsiamo 25 €"
    assert plain.span(3, 14) == (4, 16)
    assert plain.place(4, 16) == (3, 14)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ho ricontrollato il pacco.\nLa  richiamo\nlunedì.", "La  richiamo\nlunedì"),
        ("Marta, la rich\u00adiamo\nentro giovedì.", "la rich\u00adiamo\nentro giovedì"),
    ],
    ids=["lines", "hyphen"],
)
def test_a_promise_is_cut_out_where_it_was_written(text: str, said: str) -> None:
    (promise,) = untracked_in(text, about())
    assert text[promise.begin : promise.until].strip(" .\n") == said


def test_so_is_one_without_a_day() -> None:
    text = "Ho ricontrollato il pacco.\nLa\u00a0\nrichiamo."
    (promise,) = undated_in(text, about())
    assert text[promise.start : promise.end] == "La\u00a0\nrichiamo"


def test_what_goes_off_policy_is_reckoned_from_the_same_words() -> None:
    text = "Buongiorno Marta,\nle  rimborsiamo\n40\u00a0€."
    context = about("refund25")
    beyond = beyond_in(text, errors_in(check_text(text, context)), context)
    assert beyond is not None
    assert (beyond.extra, beyond.words) == (euros("15"), ("40\u00a0€",))


def test_a_point_of_a_list_is_said_by_itself() -> None:
    text = "Abbiamo visto due cose:\n- il pacco è arrivato lunedì\n- le rimborsiamo 25 €"
    assert "amount_above" in codes(text, about())
