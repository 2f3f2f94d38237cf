"""What only names somebody or something is taken out before a message is read, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.classifier import Classifier
from nlp.entities.matter import matter_of


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Il mio ordine RS11002 non è mai arrivato", "Il mio ordine non è mai arrivato"),
        ("Ordine #88213: manca un pezzo", "Ordine : manca un pezzo"),
        ("Rispondetemi a lea.bianchi@posta.example, grazie", "Rispondetemi a , grazie"),
        ("chiamatemi al 333 123 45 67 dopo le 18", "chiamatemi al dopo le 18"),
        ("my number is +44 20 7946 0958", "my number is "),
        ("Il tracking https://corriere.example/t/9?x=1 è fermo", "Il tracking è fermo"),
        ("Ho ordinato su www.negozio.example e niente", "Ho ordinato su e niente"),
        ("Bonifico su IT60 X054 2811 1010 0000 0123 456 mai visto", "Bonifico su mai visto"),
        ("il pacco 1Z999AA10123456784 è fermo", "il pacco è fermo"),
        ("Il pacco RS 1001 non è arrivato", "Il pacco non è arrivato"),
        ("fattura n. 483 sbagliata", "fattura sbagliata"),
        ("pedido nº 551 sin llegar", "pedido sin llegar"),
    ],
)
def test_what_names_somebody_or_something_is_not_read(text: str, left: str) -> None:
    assert matter_of(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Il pacco non arriva e nessuno risponde",
        "mi avete addebitato 1.234,56 il 3.11.2026",
        "Ho pagato 1250 euro il 12/11/2026 alle 10.30",
        "la stanza 204 era gelata, 14 gradi per 3 notti",
        "dal 2019 al 2024 mai un problema",
        "consumo 1234 kWh",
        "HO SPESO 300 EURO E ASPETTO DA 200 GIORNI",
        "Ho pagato EUR 250 per niente",
        "RS11002",
        "3331234567",
        "lea@posta.example",
        "",
    ],
)
def test_days_sums_and_quantities_stay_and_so_does_what_is_all_there_is(text: str) -> None:
    assert matter_of(text) == text


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    left = matter_of(text)

    assert len(left) <= len(text)
    assert left == text or any(map(str.isalpha, left))


@pytest.mark.parametrize(
    "beside",
    [
        "{}. La mia mail è lea.bianchi@posta.example",
        "{}. Ordine RS20418",
        "{}. Potete chiamarmi al 333 1234567",
        "{} https://corriere.example/track/778123",
    ],
)
def test_a_complaint_stays_one_whatever_is_named_beside_it(classifier: Classifier, beside: str) -> None:
    text = "Il mio pacco non è mai arrivato"

    (found,) = classifier.classify([beside.format(text)])

    assert found.act.label == "complaint"
    assert found.complaint_types[0].label == "delivery_late"
    assert not found.needs_review
