"""Redaction: what says who wrote is hidden, everything else stays where it was."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.redaction import measure, read_examples
from nlp.entities.redaction import WORDS, Redactor

LEAST_RECALL, LEAST_PRECISION = 0.85, 0.9


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize(
    ("text", "language", "redacted"),
    [
        ("Buongiorno sono Mario Rossi, e il pacco?", "it", "Buongiorno sono [nome], e il pacco?"),
        ("ciao sono giulia", "it", "ciao sono [nome]"),
        ("Cordiali saluti,\nAnna Bianchi", "it", "Cordiali saluti,\n[nome]"),
        ("Grazie, Noemi\nvia Po 3\n333 1234567", "it", "Grazie, [nome]\n[indirizzo]\n[telefono]"),
        ("Dear Ms Smith, where is it?", "en", "Dear Ms [name], where is it?"),
        ("Hola, soy Carmen Ruiz", "es", "Hola, soy [nombre]"),
        ("mfg Hans Müller", "de", "mfg [Name]"),
        ("spedite in via Garibaldi 12, 20121 Milano, grazie", "it", "spedite in [indirizzo], grazie"),
        ("au 12 rue de la Paix, 75002 Paris", "fr", "au [adresse]"),
        ("calle Mayor 3, 2ºB", "es", "[dirección]"),
        ("Hauptstr. 5", "de", "[Adresse]"),
        ("at 221b Baker Street, London NW1 6XE", "en", "at [address]"),
        ("ordine RS-50034 del 3/11", "it", "ordine [n. ordine] del 3/11"),
        ("IBAN ES91 2100 0418 4502 0005 1332", "es", "IBAN [IBAN]"),
        ("card 4539 1488 0343 6467", "en", "card [card number]"),
        ("https://a.example/pay?token=9f8a7c6b", "it", "[link]"),
        ("scrivete a @gabri_conte88", "it", "scrivete a [utente]"),
        ("Ich heiße Lena", "ja", "Ich heiße [name]"),
        ("scrivimi a anna@example.it", None, "scrivimi a [e-mail]"),
    ],
)
def test_what_says_who_wrote_is_hidden_in_the_texts_language(
    redactor: Redactor, text: str, language: str | None, redacted: str
) -> None:
    assert redactor([text], [language]) == [redacted]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Grazie Mille", "it"),
        ("Buongiorno Signora", "it"),
        ("Via! non torno più", "it"),
        ("mandato via email 3 volte", "it"),
        ("Saluti dalla Sicilia", "it"),
        ("Buongiorno Zalando, 29,90 € il 12/11/2025", "it"),
        ("Sono furioso", "it"),
        ("I'm Happy with it", "en"),
        ("Kauf vom 03.02.2025, 80 Euro", "de"),
        ("Tracking 1Z999AA10123456784", "it"),
        ("www.example.it/scarpe-rosse", "it"),
        ("", "it"),
    ],
)
def test_what_says_nothing_about_the_writer_stays(redactor: Redactor, text: str, language: str) -> None:
    assert redactor([text], [language]) == [text]


def test_a_missing_text_stays_missing_and_kinds_are_counted() -> None:
    redactor = Redactor()
    redactor([None, "sono Anna, 333 1234567", "mail a@b.it"], [None, "it", "it"])
    assert redactor([None], ["it"]) == [None]
    assert dict(redactor.counts) == {"name": 1, "phone": 1, "email": 1}


@pytest.mark.parametrize("held_out", [False, True], ids=["seen", "held out"])
def test_most_of_what_is_marked_is_hidden_and_little_else(held_out: bool) -> None:
    counts = measure([example for example in read_examples() if example.held_out is held_out])
    assert counts.found.total() / counts.marked.total() >= LEAST_RECALL
    assert counts.right.total() / counts.hidden.total() >= LEAST_PRECISION


PIECES = st.sampled_from(
    [
        *(
            "ordine",
            "12345",
            "88812",
            "IT60X0542811101000000123456",
            "4539 1488 0343 6467",
            "333 1234567",
            "+39",
        ),
        *(
            "sono",
            "Mario",
            "Rossi",
            "M.",
            "giulia",
            "Cordiali saluti",
            "sig.",
            "via",
            "Garibaldi",
            "12",
            "20121",
        ),
        *(
            "Milano",
            "@anna_88",
            "a@b.it",
            "https://x.it/?a=1",
            "€",
            "\n",
            " ",
            " ",
            ",",
            ".",
            "-",
            ":",
            "(",
            "[",
        ),
        *(
            "[nome]",
            "[name]",
            "[n. ordine]",
            "\U000f0000",
            "\U000f00ff",
            "\u0301",
            "שלום",
            "\ud800",
            "12/11/2025",
        ),
    ]
)


@settings(max_examples=80, deadline=None)
@given(pieces=st.lists(PIECES | st.text(max_size=5), max_size=14), language=st.sampled_from(list(WORDS)))
def test_a_text_redacted_again_does_not_change(redactor: Redactor, pieces: list[str], language: str) -> None:
    once = redactor(["".join(pieces)], [language])
    assert redactor(once, [language]) == once


@pytest.mark.parametrize(
    "unit",
    [
        *("a", "1 ", "@a", "via a b ", "sono ", "ciao Anna ", "12 rue de la ", "[nome]", "[", "\U000f0000"),
        *(
            "ordine 12345 ",
            "saluti, ",
            "http://a",
            "?",
            "Am ",
            "M. ",
            "a\u0301",
            "1-",
            "euro ",
            "//",
            "targa: ",
        ),
    ],
)
def test_the_time_grows_no_faster_than_the_text(redactor: Redactor, unit: str) -> None:
    def seconds(letters: int) -> float:
        text = "http://" + unit * (letters // len(unit))
        start = time.process_time()
        redactor([text], ["it"])
        return time.process_time() - start

    seconds(1_000)
    assert seconds(24_000) <= 12 * seconds(6_000) + 0.2
