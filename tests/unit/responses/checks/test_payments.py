"""Who pays whom: money that is only spoken of passes, money that is given does not."""

import pytest

from responses.checks import Severity, check_text
from responses.checks.payments import Payment, payment_of
from responses.checks.sums import sums_in
from tests.checks.examples import CheckExample, read_honest
from tests.unit.responses.checks.checked import about, codes

HONEST = [one for one in read_honest() if one.is_honest]
GIFTS = [one for one in read_honest() if not one.is_honest]


def last_sum(language: str, sentence: str) -> Payment:
    return payment_of(sentence, sums_in(sentence, language)[-1], language)


@pytest.mark.parametrize(
    ("language", "sentence", "payment"),
    [
        ("it", "I 48 € che ha versato ci sono.", Payment.PAID),
        ("it", "Il canone è di 48 €.", Payment.PRICE),
        ("it", "Sopra i 48 € il ritiro è compreso.", Payment.TERMS),
        ("it", "Il suo corriere chiede 48 €.", Payment.ELSEWHERE),
        ("it", "Ha già usato il buono da 48 €.", Payment.SPENT),
        ("it", "Per la neve non è previsto un rimborso di 48 €.", Payment.DENIED),
        ("it", "Lei scrive di 48 €.", Payment.ASKED),
        ("it", "In via Roma il posto auto va a ore, 48 € in tutto.", Payment.STATED),
        ("it", "Le abbiamo accreditato 48 €.", Payment.MADE),
        ("it", "48 € e ci stringiamo la mano.", Payment.UNTOLD),
        ("it", "Il canone di 48 € glielo copriamo noi.", Payment.GIVEN),
        ("it", "Le rimborsiamo 10 €, e anche i 48 € del taxi.", Payment.ADDED),
        ("en", "Your payment of €48 is here.", Payment.PAID),
        ("en", "Your bank keeps €48.", Payment.ELSEWHERE),
        ("en", "The fee of €48 is on us.", Payment.GIVEN),
        ("es", "La cuota es de 48 €.", Payment.PRICE),
        ("es", "La cuota de 48 € corre por nuestra cuenta.", Payment.GIVEN),
        ("fr", "Une remise de 48 € n'est pas prévue.", Payment.DENIED),
        ("fr", "Les 48 € sont à votre charge.", Payment.PRICE),
        ("fr", "Les frais de 48 € sont à nos frais.", Payment.GIVEN),
        ("de", "Ab 48 € ist der Versand frei.", Payment.TERMS),
        ("de", "Die Gebühr von 48 € übernehmen wir.", Payment.GIVEN),
        ("it", "Con la prepagata si ricarica al massimo 48 €.", Payment.TERMS),
        ("it", "Può scegliere qualcosa fino a 48 €.", Payment.UNTOLD),
        ("it", "Sullo scontrino ci sono due importi, 48 € e 3 €.", Payment.PRICE),
        ("it", "La ricarica la facciamo a 48 € al metro.", Payment.PRICE),
        ("it", "Sono 48 € che non le chiederemo indietro.", Payment.GIVEN),
        ("en", "The gift card you were sent in May, £48, has gone.", Payment.SPENT),
        ("en", "That evening £48 went through on your card.", Payment.STATED),
        ("en", "That evening £48 was loaded onto your profile.", Payment.UNTOLD),
        ("en", "We won't be asking you for the £48.", Payment.GIVEN),
        ("es", "Aquella noche pasaron por su tarjeta 48 €.", Payment.STATED),
        ("es", "Quédese con los 48 €.", Payment.GIVEN),
        ("fr", "Le paiement sans contact s'arrête à 48 €.", Payment.TERMS),
        ("fr", "Ce soir-là, 48 € sont passés sur votre carte.", Payment.STATED),
        ("de", "Im Laden gibt es das Band für 48 €.", Payment.PRICE),
        ("de", "An diesem Abend liefen 48 € über Ihre Karte.", Payment.STATED),
    ],
)
def test_what_a_sentence_says_of_a_sum(language: str, sentence: str, payment: Payment) -> None:
    assert last_sum(language, sentence) is payment


@pytest.mark.parametrize(
    ("language", "sentence", "payment"),
    [
        ("it", "La rata è di 48 €: la copriamo noi.", Payment.GIVEN),
        ("it", "La rata è di 48 €, le mandiamo la copia.", Payment.PRICE),
        ("it", "I 48 € non si rimborsano, le rimborsiamo la spedizione.", Payment.DENIED),
        ("en", "I can't refund the ticket, though I'll add a €48 voucher.", Payment.GIVEN),
        ("de", "Der Dienst verlangt 48 €, und wir geben sie Ihnen.", Payment.GIVEN),
    ],
)
def test_what_is_said_beside_it_counts_where_it_takes_it_up(
    language: str, sentence: str, payment: Payment
) -> None:
    assert last_sum(language, sentence) is payment


@pytest.mark.parametrize(
    ("sentence", "payment"),
    [
        ("Non le rimborsiamo i 48 €.", Payment.DENIED),
        ("Non si preoccupi, le rimborsiamo 48 €.", Payment.GIVEN),
        ("Non solo: le rimborsiamo 48 €.", Payment.GIVEN),
        ("Se la porta in negozio le rimborsiamo 48 €.", Payment.GIVEN),
    ],
)
def test_only_a_no_at_the_verb_denies(sentence: str, payment: Payment) -> None:
    assert last_sum("it", sentence) is payment


def test_a_payment_made_is_a_gift_unless_the_case_knows_of_it() -> None:
    text = "Le abbiamo accreditato 48 € sul conto."
    assert codes(text, about()) == ["amount_above"]
    assert codes(text, about(sent=("Le accreditiamo 48 €.",))) == []


def test_a_sum_on_top_of_what_was_decided_is_above_it_however_small() -> None:
    assert codes("Le rimborsiamo 25 €, e anche i 3 € del parcheggio.", about("refund25")) == ["amount_above"]


def stopped(example: CheckExample) -> bool:
    return any(one.severity is Severity.ERROR for one in check_text(example.text, example.about))


@pytest.mark.parametrize("language", ["it", "en", "es", "fr", "de"])
@pytest.mark.parametrize(("held_out", "most"), [(False, 0.08), (True, 0.15)], ids=["seen", "held out"])
def test_few_texts_are_stopped_that_only_mention_money(language: str, held_out: bool, most: float) -> None:
    texts = [one for one in HONEST if one.held_out is held_out and one.about.language == language]
    assert len(texts) > 20
    assert sum(map(stopped, texts)) <= most * len(texts)


@pytest.mark.parametrize("held_out", [False, True], ids=["seen", "held out"])
def test_money_that_is_given_is_stopped(held_out: bool) -> None:
    gifts = [one for one in GIFTS if one.held_out is held_out and "amount_above" in one.expected]
    assert len(gifts) > 25
    assert sum(map(stopped, gifts)) >= 0.97 * len(gifts)
