"""Which sentences of a text the model is asked about, and what becomes of its word."""

from responses.checks.finding import Finding, Severity
from responses.checks.manner import findings_of, own_sentences, sentences_of

TEXT = """{greeting} Marta,
il rimborso di 12.50 € parte oggi. Gli altri clienti ci riescono da soli!
{agent}"""
BLAMES = "Gli altri clienti ci riescono da soli!"


def test_a_text_is_cut_into_the_sentences_that_say_something() -> None:
    found = list(sentences_of(TEXT))
    assert [words for _, words in found] == ["il rimborso di 12.50 € parte oggi.", BLAMES]
    assert all(TEXT[at : at + len(words)] == words for at, words in found)


def test_what_was_composed_is_not_asked_about() -> None:
    assert [words for _, words in own_sentences(TEXT, "il rimborso di 12.50 € parte oggi.")] == [BLAMES]


def test_what_the_model_says_is_a_warning_with_the_sentence() -> None:
    (found,) = findings_of([(0, "Va bene così."), (14, BLAMES)], [None, "blame_customer"], [])
    assert (found.severity, found.words, found.named) == (Severity.WARNING, BLAMES, "blame_customer")
    assert (found.start, found.end) == (14, 14 + len(BLAMES))


def test_what_a_check_has_found_there_is_not_told_twice() -> None:
    known = Finding(code="blame_customer", severity=Severity.WARNING, start=20, end=25)
    assert findings_of([(14, BLAMES)], ["blame_customer"], [known]) == []
    assert len(findings_of([(14, BLAMES)], ["sarcasm"], [known])) == 1
