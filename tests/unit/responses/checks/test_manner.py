"""Which sentences of a text the model is asked about, and what becomes of its word."""

from responses.checks.finding import Finding, Severity
from responses.checks.manner import Sentence, findings_of, own_sentences, sentences_of

TEXT = """{greeting} Marta,
il rimborso di 12.50 € parte oggi. Gli altri clienti ci riescono da soli!
{agent}"""
BLAMES = "Gli altri clienti ci riescono da soli!"
SENTENCE = Sentence(words=BLAMES, start=14, end=14 + len(BLAMES))


def words_of(text: str, composed: str | None = None) -> list[str]:
    return [one.words for one in own_sentences(text, composed, "it")]


def test_a_text_is_cut_into_the_sentences_that_say_something() -> None:
    found = list(sentences_of(TEXT, "it"))
    assert found[-1].words == BLAMES
    assert "12.50 € parte oggi." in found[0].words
    assert [TEXT[one.start : one.end].split() for one in found] == [one.words.split() for one in found]


def test_a_line_that_breaks_inside_a_sentence_hides_nothing() -> None:
    text = "Quel modulo\nlo compila\u00a0 anche\nmio nipote. Va bene."
    (one,) = sentences_of(text, "it")
    assert one.words == "Quel modulo lo compila anche mio nipote."
    assert text[one.start : one.end].startswith("Quel modulo\nlo")
    assert text[one.start : one.end].endswith("nipote.")


def test_what_was_composed_is_not_asked_about_and_what_was_made_of_it_is() -> None:
    composed = "Il rimborso parte oggi. Non è colpa sua se il pacco non è arrivato."
    assert words_of(f"Il rimborso\nparte oggi. {BLAMES}", composed) == [BLAMES]
    cut = "È colpa sua se il pacco non è arrivato."
    assert words_of(cut, composed) == [cut]


def test_what_the_model_says_is_a_warning_with_the_sentence() -> None:
    fine = Sentence(words="Va bene così.", start=0, end=13)
    said = {BLAMES: "blame_customer", fine.words: None}
    (found,) = findings_of([fine, SENTENCE], said, [])
    assert (found.severity, found.words, found.named) == (Severity.WARNING, BLAMES, "blame_customer")
    assert (found.start, found.end) == (14, 14 + len(BLAMES))


def test_what_a_check_has_found_there_is_not_told_twice() -> None:
    known = Finding(code="blame_customer", severity=Severity.WARNING, start=20, end=25)
    assert findings_of([SENTENCE], {BLAMES: "blame_customer"}, [known]) == []
    (found,) = findings_of([SENTENCE], {BLAMES: "sarcasm"}, [known])
    assert findings_of([SENTENCE], {BLAMES: "sarcasm"}, [found]) == []
