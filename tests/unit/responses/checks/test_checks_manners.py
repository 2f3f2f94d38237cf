"""The checks of how a text speaks to the customer and of them: apology, register, names, history."""

from dataclasses import replace

import pytest

from models.decision import DecisionKind, FactValue, Refused
from responses.checks import Severity, check_standing
from responses.checks.mentions import MOST, Mention, Sort, mentions_in
from responses.drafts.phrases import LANGUAGES
from tests.checks.examples import TODAY
from tests.unit.responses.checks.checked import about, codes, only


@pytest.mark.parametrize("kind", [DecisionKind.DECLINE, DecisionKind.HAND_OVER])
@pytest.mark.parametrize(("words", "found"), [("Mi dispiace. ", []), ("", ["apology_missing"])])
def test_an_apology_is_due_from_a_text_that_gives_nothing_too(
    kind: DecisionKind, words: str, found: list[str]
) -> None:
    context = about("decline_ship")
    assert context.decision is not None
    decision = replace(context.decision, kind=kind, apologise=True, second_time=False)
    context = replace(context, kind=kind, decision=decision)
    text = f"Buongiorno Marta, {words}ho letto quello che ci scrive."
    assert [code for code in codes(text, context) if code == "apology_missing"] == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Può cambiarlo pagando solo la spedizione, 4,90 €.", []),
        ("Puoi cambiarlo pagando solo la spedizione, 4,90 €.", []),
        ("Potete cambiarlo pagando solo la spedizione, 4,90 €.", ["amount_above"]),
    ],
)
def test_nor_are_they_in_either_register(words: str, found: list[str]) -> None:
    refused = Refused(
        reason={"it": "i 14 giorni sono passati"},
        alternative={"it": "(può|puoi) cambiarlo pagando solo la spedizione, 4,90 €."},
        rule_id="reso",
        complaint_type=None,
    )
    context = about("decline_ship")
    assert context.decision is not None
    context = replace(context, decision=replace(context.decision, refusals=(refused,)))
    assert [
        code for code in codes(f"Buongiorno Marta, non posso. {words}", context) if "amount" in code
    ] == found


def test_the_other_register_is_not_looked_for_in_what_is_quoted() -> None:
    text = "Buongiorno Marta, «il tuo corriere» l'ho letto: guardo il tuo ordine."
    finding = only(text, about())
    assert (finding.code, finding.start, finding.words) == ("register_mixed", text.rindex("tuo"), "tuo")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("votre ton est juste", []),
        ("le même pull dans un joli ton ocre", []),
        ("nous changeons de ton", []),
        ("la doublure est ton sur ton", []),
        ("ton colis est là", ["register_mixed"]),
        ("de ton côté, rien à faire", ["register_mixed"]),
    ],
)
def test_the_french_tone_is_no_possessive(words: str, found: list[str]) -> None:
    assert codes(f"Bonjour Marta, {words}, je vous le confirme.", about(language="fr")) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Die Schals sind weg. Ihre Farben mochtest du.", []),
        ("Wenn Ihr wollt, kommt zu zweit.", []),
        ("Hier ist Ihr Paket.", ["register_mixed"]),
        ("Können wir Ihnen helfen?", ["register_mixed"]),
    ],
)
def test_a_german_sentence_may_begin_with_theirs(words: str, found: list[str]) -> None:
    assert codes(f"Hallo Marta. {words}", about(language="de", formality="informal")) == found


def test_an_address_of_the_business_is_no_strangers() -> None:
    assert codes("Buongiorno Marta, ci scriva a resi@maglieriarossi.it.", about()) == []


def test_an_order_is_known_however_it_is_written() -> None:
    facts = {"order_id": FactValue(value="RS4471", source="customer")}
    assert codes("Buongiorno Marta, l'ordine RS-4471 parte.", about(facts=facts)) == []


def test_a_number_of_a_parcel_is_no_order() -> None:
    assert codes("Buongiorno Marta, la spedizione del suo ordine ha il codice 7731245519.", about()) == []


def test_a_grievance_with_its_own_remedy_is_answered() -> None:
    context = about("voucher10", grievances=("delivery_late", "no_reply"))
    text = "{greeting} Marta, per la risposta mancata: ecco un buono da 10 € ({voucher:1})."
    assert codes(text, context) == []


def test_a_type_of_the_businesss_own_is_left_aside() -> None:
    context = about(grievances=("parking", "no_reply"))
    assert codes("Buongiorno Marta, ecco la risposta che aspettava.", context) == []


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        (
            "it",
            "La Signora Bianchi ha già ricevuto il suo pacco.",
            Mention(words="Bianchi", sort=Sort.SURNAME),
        ),
        ("en", "Yesterday Mrs Brown got your parcel.", Mention(words="Brown", sort=Sort.SURNAME)),
        ("es", "El Señor García tiene su paquete.", Mention(words="García", sort=Sort.SURNAME)),
        ("fr", "Votre voisin Monsieur Petit a le colis.", Mention(words="Petit", sort=Sort.SURNAME)),
        ("de", "Ihr Nachbar Herr Müller hat es.", Mention(words="Müller", sort=Sort.SURNAME)),
        ("de", "Das Paket hat Herr Müller Ihnen gebracht.", Mention(words="Müller", sort=Sort.SURNAME)),
        ("it", "Lo ha la Signora Laura Bianchi.", Mention(words="Laura Bianchi", sort=Sort.FULL)),
        ("en", "Then I asked Will Smith about it.", Mention(words="Will Smith", sort=Sort.FULL)),
    ],
)
def test_a_title_with_a_capital_hides_no_name(language: str, text: str, first: Mention) -> None:
    assert mentions_in(text, about(language=language)) == (first,)


def test_capital_nouns_crowd_out_nobody_with_a_title() -> None:
    nouns = "Karton Blau, Etikett Rot, Tour Süd, Wagen Drei, Fahrer Zwei, Lager Nord, Tor Ost, Rampe Acht"
    found = mentions_in(f"{nouns} und Regal Neun, dann Frau Weber.", about(language="de"))
    assert found[0] == Mention(words="Weber", sort=Sort.SURNAME)
    assert len(found) == MOST


def test_two_capitals_at_the_head_of_a_sentence_are_no_name() -> None:
    assert mentions_in("Das Paket kommt. Ihre Rechnung auch.", about(language="de")) == ()


def test_with_no_usable_name_any_greeting_is_right() -> None:
    assert codes("Buongiorno Paolo, il pacco è in viaggio.", about(names=())) == []


def test_a_short_form_of_the_name_is_the_customers() -> None:
    assert codes("Buongiorno Ale, il pacco è in viaggio.", about(names=("Alessandra Bini",))) == []


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        (
            "it",
            "Buongiorno Marta, vediamo che quest'anno si è già lamentata.",
            "quest'anno si è già lamentata",
        ),
        ("en", "Good morning Marta, you've complained so many times.", "you've complained so many times"),
        ("es", "Buenos días, Marta. El año pasado nos amenazó con ir a la prensa.", "año pasado nos amenazó"),
        ("fr", "Bonjour Marta, vous vous énervez à chaque fois.", "vous vous énervez à chaque fois"),
        ("de", "Guten Tag Marta, Sie haben sich dieses Jahr schon oft beschwert.", "oft beschwert"),
    ],
    ids=LANGUAGES,
)
def test_what_a_customer_did_more_than_once_is_shown_and_stops_nothing(
    language: str, text: str, words: str
) -> None:
    finding = only(text, about(language=language))
    assert (finding.code, finding.severity) == ("signal_told", Severity.WARNING)
    assert words in text[finding.start : finding.end]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Buongiorno Marta, abbiamo visto che lei reclama spesso."),
        ("en", "Good morning Marta, you complain a lot."),
        ("es", "Buenos días, Marta. Usted reclama a menudo."),
        ("fr", "Bonjour Marta, vous réclamez souvent."),
        ("de", "Guten Tag Marta, Sie reklamieren oft."),
    ],
    ids=LANGUAGES,
)
def test_what_they_are_said_to_do_always_stops(language: str, text: str) -> None:
    finding = only(text, about(language=language))
    assert (finding.code, finding.severity) == ("signal_told", Severity.ERROR)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Buongiorno Marta, ha chiesto il rimborso più volte, ma nessuno le ha risposto: mi scuso."),
        ("it", "Buongiorno Marta, mi scuso che abbia dovuto lamentarsi più volte."),
        ("en", "Good morning Marta, you asked for a refund several times. Nobody answered you: I'm sorry."),
        (
            "es",
            "Buenos días, Marta. Ha pedido el reembolso varias veces y nadie le ha respondido. Lo siento.",
        ),
        ("fr", "Bonjour Marta, vous avez réclamé plusieurs fois, sans réponse de notre part."),
        ("de", "Guten Tag Marta, Sie haben den Schaden schon mehrmals reklamiert, und niemand hat reagiert."),
        ("en", "Good morning Marta, I'm sorry about the trouble with your past orders."),
        ("es", "Buenos días, Marta. El mensajero dejó un aviso en su buzón."),
    ],
)
def test_an_apology_for_having_had_to_ask_often_tells_no_signal(language: str, text: str) -> None:
    assert codes(text, about(language=language)) == []


def test_a_standing_text_may_speak_of_a_notice_left_and_of_nobodys_history() -> None:
    assert check_standing("Le dejamos un aviso en su correo.", "es", TODAY) == ()
    (finding,) = check_standing("Vemos que se ha quejado varias veces.", "es", TODAY)
    assert finding.code == "signal_told"


@pytest.mark.parametrize(
    ("language", "bad", "good"),
    [
        (
            "it",
            "Sul suo profilo c'è una nota.",
            "Ho messo una nota sul suo profilo, così non le viene addebitato.",
        ),
        (
            "en",
            "There's a note on your account.",
            "I've put a note on your account so that it isn't charged again.",
        ),
        (
            "es",
            "Hay un aviso en su ficha.",
            "He puesto una nota en su ficha para que no se le vuelva a cobrar.",
        ),
        ("fr", "Il y a une note sur votre compte.", "Il y avait une alerte sur votre compte par erreur."),
        (
            "de",
            "In Ihrem Kundenkonto steht ein Vermerk.",
            "Vermerk in Ihrem Kundenkonto, damit es nicht passiert.",
        ),
    ],
    ids=LANGUAGES,
)
def test_a_note_on_them_is_shown_unless_it_is_for_their_good(language: str, bad: str, good: str) -> None:
    finding = only(bad, about(language=language, names=()))
    assert (finding.code, finding.severity) == ("signal_told", Severity.WARNING)
    assert codes(good, about(language=language, names=())) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Buongiorno Marta, ha fatto bene a reclamare: non succede spesso, ma succede."),
        ("en", "Good morning Marta, you can complain to us every time something isn't right."),
        ("es", "Buenos días, Marta. Puede reclamar siempre que algo no esté bien."),
        ("fr", "Bonjour Marta, vous vous énervez à juste titre : cela arrive trop souvent."),
        ("de", "Guten Tag Marta, Sie können jederzeit reklamieren, so oft es nötig ist."),
    ],
    ids=LANGUAGES,
)
def test_what_happens_often_by_us_or_may_be_done_often_is_no_history(language: str, text: str) -> None:
    assert codes(text, about(language=language)) == []


def test_a_word_for_the_sound_is_no_familiar_your() -> None:
    text = "Bonjour Marta, sur le ton de notre message, vous avez raison."
    assert codes(text, about(language="fr")) == []
