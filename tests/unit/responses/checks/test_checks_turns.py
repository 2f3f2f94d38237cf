"""The checks of turns of phrase: blanks, liability, numbers of strangers, gifts, other languages."""

from dataclasses import replace

import pytest

from models.decision import DecisionKind, FactValue, Remedy, RemedyKind
from responses.checks import Severity, check_text
from tests.checks.examples import decided, euros
from tests.unit.responses.checks.checked import about, codes, only


def test_slots_are_no_blanks() -> None:
    text = "{greeting} Marta, rispediamo il pacco {due:1}.\n{agent}, Maglieria Rossi"
    assert codes(text, about("resend")) == []


def test_nothing_else_is_looked_for_in_another_language() -> None:
    text = "Hello Marta, we have sent the parcel and you will get it with the next van that leaves from here."
    finding = only(text, about())
    assert (finding.code, finding.severity, finding.named) == ("wrong_language", Severity.ERROR, "en")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Siamo responsabili del danno che ha subìto."),
        ("it", "Risponderemo di ogni conseguenza economica."),
        ("en", "We accept full responsibility for your losses."),
        ("es", "Somos responsables de las pérdidas que ha tenido."),
        ("fr", "Nous répondrons de toutes les pertes."),
        ("de", "Wir kommen für den Schaden auf."),
    ],
)
def test_whoever_answers_for_a_loss_admits_liability(language: str, text: str) -> None:
    finding = only(text, about(language=language))
    assert (finding.code, finding.severity) == ("liability", Severity.ERROR)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Non siamo responsabili dei danni del trasporto."),
        ("it", "Il corriere è responsabile del danno."),
        ("en", "The courier is responsible for the damage."),
        ("es", "No somos responsables de los daños del transporte."),
        ("fr", "Nous ne sommes pas responsables des dommages du transport."),
        ("de", "Wir sind für Schäden beim Transport nicht verantwortlich."),
    ],
)
def test_whoever_says_that_another_is_liable_admits_nothing(language: str, text: str) -> None:
    assert codes(text, about(language=language)) == []


@pytest.mark.parametrize(
    "number",
    [
        "RSSMRA85T10A562S",
        "rcc mnl 83s18 d969h",
        "4111 1111 1111 1111",
        "4012-8888-8888-1881",
        "5500000000000004",
    ],
)
def test_a_tax_code_or_a_card_is_a_strangers_unless_the_customer_wrote_it(number: str) -> None:
    text = f"Buongiorno Marta, vedo {number} sul suo ordine."
    finding = only(text, about())
    assert (finding.code, finding.severity, finding.words) == ("stranger_data", Severity.ERROR, number)
    assert codes(text, about(said=(f"il mio è {number.replace(' ', '').upper()}",))) == []


@pytest.mark.parametrize(
    "text",
    [
        "Buongiorno Marta, il modello è RSSMRA85T10A562X.",
        "Buongiorno Marta, il codice della spedizione è 5500000000000004.",
        "Buongiorno Marta, vedo il 4111 1111 1111 1112 sul contratto.",
    ],
    ids=["wrong last letter", "a parcel", "wrong last figure"],
)
def test_what_only_looks_like_a_tax_code_or_a_card_is_none(text: str) -> None:
    words = {finding.words for finding in check_text(text, about())}
    assert not {"RSSMRA85T10A562X", "5500000000000004", "4111 1111 1111 1112"} & words


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("it", "Lei è un rompiscatole.", "insult"),
        ("it", "Non faccia la furba.", "insult"),
        ("en", "Please stop being so ridiculous.", "insult"),
        ("it", "Ma che brava, ha scoperto come si apre un pacco.", "sarcasm"),
        ("en", "Congratulations on finding the one way to break it.", "sarcasm"),
        ("it", "Se avesse misurato bene, la taglia sarebbe giusta.", "blame_customer"),
        ("en", "Had you read the instructions, it would still work.", "blame_customer"),
        ("fr", "Si vous aviez bien mesuré, la taille serait la bonne.", "blame_customer"),
        ("it", "Il pacco è partito il GG/MM.", "blank"),
        ("de", "Die Bestellung Nr. ??? wird gepackt.", "blank"),
    ],
)
def test_turns_of_phrase_that_hurt_or_were_left_open_are_found(language: str, text: str, code: str) -> None:
    assert codes(text, about(language=language)) == [code]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Se avesse una risposta del corriere, ce la giri."),
        ("it", "Complimenti per il matrimonio."),
        ("it", "Davvero è arrivata aperta??? Controllo subito."),
        ("it", "Ci scriva la data nel formato GG/MM/AAAA."),
        ("en", "Had you used it before it stopped?"),
        ("es", "Si deja de hacer ruido, ya está arreglado."),
        ("fr", "Il est vraiment arrivé ouvert ??? Je regarde."),
    ],
)
def test_what_only_resembles_them_is_not(language: str, text: str) -> None:
    assert codes(text, about(language=language)) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Aggiungiamo la spedizione gratis."),
        ("it", "Il prossimo ordine è gratis per lei."),
        ("it", "Le regaliamo la spedizione."),
        ("en", "Your next order is free."),
        ("es", "Le regalamos el envío."),
        ("fr", "Votre prochaine commande est gratuite."),
        ("de", "Wir schenken Ihnen den Versand."),
    ],
)
def test_something_for_nothing_is_shown_and_stops_an_offer(language: str, text: str) -> None:
    shown = only(text, about(language=language))
    assert (shown.code, shown.severity) == ("remedy_undecided", Severity.WARNING)
    stopped = [one for one in check_text(text, about("repair", language=language)) if one.words]
    assert [(one.code, one.severity) for one in stopped] == [("remedy_undecided", Severity.ERROR)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Il reso è gratuito."),
        ("it", "Vuole che aggiungiamo la spedizione gratis?"),
        ("it", "Non le regaliamo la spedizione."),
        ("en", "Feel free to write to me."),
        ("es", "La devolución es gratuita."),
        ("fr", "Nous vous offrons nos excuses pour cette attente."),
        ("de", "Die Rücksendung ist kostenlos."),
    ],
)
def test_what_is_free_by_right_or_not_given_is_not(language: str, text: str) -> None:
    assert "remedy_undecided" not in codes(text, about(language=language))


def test_a_free_thing_that_was_decided_or_is_the_owners_word_is_not() -> None:
    period = decided(DecisionKind.OFFER, Remedy(kind=RemedyKind.FREE_PERIOD))
    gift = {"it": "le aggiungiamo la spedizione gratis"}
    worded = decided(DecisionKind.OFFER, Remedy(kind=RemedyKind.REPAIR, wording=gift))
    assert codes("Le offriamo un mese gratis.", replace(about("repair"), decision=period)) == []
    assert "remedy_undecided" not in codes(
        "Le aggiungiamo la spedizione gratis.", replace(about("repair"), decision=worded)
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le rimborsiamo il doppio."),
        ("en", "We'll refund you double."),
        ("es", "Le devolvemos el doble."),
        ("fr", "Nous vous remboursons le double."),
        ("de", "Wir erstatten Ihnen das Doppelte."),
    ],
)
def test_double_is_more_than_everything(language: str, text: str) -> None:
    price = {"order_value": FactValue(value=euros("60"), source="book")}
    (finding,) = [one for one in check_text(text, about("full", language=language, facts=price)) if one.words]
    assert (finding.code, finding.worth) == ("amount_above", euros("120"))


def test_a_double_charge_is_nothing_given() -> None:
    assert codes("Le rimborsiamo il doppio addebito.", about("full")) == []


@pytest.mark.parametrize(
    ("language", "text", "named"),
    [
        ("it", "Thank you for the photos, we are looking at them.", "en"),
        ("en", "Grazie per le foto, le guardiamo insieme.", "it"),
        ("es", "Merci pour les photos, nous les regardons.", "fr"),
        ("fr", "Gracias por las fotos, ya las miramos.", "es"),
        ("it", "Danke für die Fotos, wir sehen sie uns an.", "de"),
    ],
)
def test_a_sentence_of_eight_words_shows_its_language(language: str, text: str, named: str) -> None:
    finding = only(text, about(language=language))
    assert (finding.code, finding.named) == ("wrong_language", named)
