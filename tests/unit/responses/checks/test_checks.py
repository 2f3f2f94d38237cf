"""The checks of a text, one by one, and what all of them have in common."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import DecisionKind, FactValue, Refused, Remedy, RemedyKind, Role
from responses.checks import CODES, CheckContext, Finding, Severity, check_standing, check_text
from responses.checks.advising import advice_for, advice_of_refusal, refusal_of
from responses.checks.mentions import MOST, Mention, Sort, mentions_in
from responses.checks.promises import promised_in
from responses.checks.put import BY_HAND
from responses.checks.wordlists import word_lists
from responses.drafts.phrases import LANGUAGES
from tests.checks.examples import (
    DECISIONS,
    LIMITS,
    REFUND,
    TODAY,
    CheckExample,
    decided,
    euros,
    read_examples,
)


def about(decision: str = "none", **changes: object) -> CheckContext:
    made = DECISIONS[decision]
    usual = CheckContext(
        language="it",
        kind=made.kind if made is not None else DecisionKind.HAND_OVER,
        decision=made,
        today=TODAY,
        names=("Marta Rossi",),
        own=("Maglieria Rossi",),
        limits=LIMITS,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def codes(text: str, context: CheckContext) -> list[str]:
    return [finding.code for finding in check_text(text, context)]


def only(text: str, context: CheckContext) -> Finding:
    (finding,) = check_text(text, context)
    return finding


def test_more_than_decided_stops_and_says_who_may() -> None:
    finding = only("Buongiorno Marta, le rimborsiamo 100 €.", about("refund25"))
    assert (finding.code, finding.severity) == ("amount_above", Severity.ERROR)
    assert (finding.words, finding.named, finding.needs_tier) == ("100 €", "25 €", Role.SUPERVISOR)


def test_less_than_decided_and_an_untracked_promise_say_who_may_as_well() -> None:
    less = only("Buongiorno Marta, le rimborsiamo 20 €.", about("refund25"))
    promise = only("Buongiorno Marta, le rimborsiamo 25 €. La richiamo domani.", about("refund25"))
    assert (less.code, less.needs_tier) == ("amount_unknown", Role.SUPERVISOR)
    assert (promise.code, promise.needs_tier) == ("promise_untracked", Role.SUPERVISOR)


def test_nobody_below_an_admin_may_give_what_no_limit_covers() -> None:
    assert only("Buongiorno Marta, le rimborsiamo 900 €.", about()).needs_tier is Role.ADMIN


def test_a_share_is_weighed_at_the_price_of_the_order() -> None:
    price = {"order_value": FactValue(value=euros("60"), source="book")}
    finding = only("Buongiorno Marta, le offriamo il 40% di sconto.", about("discount15", facts=price))
    assert (finding.code, finding.needs_tier) == ("amount_above", Role.SUPERVISOR)


def test_what_the_rules_would_give_beside_a_hand_over_is_not_decided() -> None:
    context = replace(about(), decision=decided(DecisionKind.HAND_OVER, REFUND))
    assert codes("Buongiorno Marta, le rimborsiamo 25 €.", context) == ["amount_above"]


def test_an_answer_that_refuses_instead_gives_nothing() -> None:
    context = about("refund25", kind="decline")
    assert "amount_above" in codes("Buongiorno Marta, è un suo diritto: le rimborsiamo 25 €.", context)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Buongiorno Marta, le rimborsiamo 1.250,00 €."),
        ("en", "Good morning Marta, we're refunding you €1,250.00."),
        ("es", "Buenos días, Marta. Le devolvemos 1.250,00 €."),
        ("fr", "Bonjour Marta, nous vous remboursons 1 250,00 €."),
        ("de", "Guten Tag Marta, wir erstatten Ihnen 1.250,00 €."),
    ],
    ids=LANGUAGES,
)
def test_a_sum_is_read_as_its_language_writes_it(language: str, text: str) -> None:
    refund = decided(DecisionKind.OFFER, replace(REFUND, amount=euros("1250")))
    assert codes(text, replace(about("refund25", language=language), decision=refund)) == []


def test_a_price_that_nobody_knows_is_only_shown() -> None:
    finding = only("Buongiorno Marta, la spedizione costa 7,50 €.", about())
    assert (finding.code, finding.severity) == ("amount_unknown", Severity.WARNING)


def test_a_sum_that_the_customer_named_may_be_spoken_of() -> None:
    assert codes("Buongiorno Marta, vedo che ha pagato 62,50 €.", about(said=("ho pagato 62,50 euro",))) == []


def test_a_promise_beside_an_offer_stops_and_elsewhere_is_shown() -> None:
    text = "{greeting} Marta, rispediamo il pacco {due:1} e la richiamiamo lunedì."
    assert only(text, about("resend")).severity is Severity.ERROR
    assert only("Buongiorno Marta, la richiamiamo lunedì.", about()).severity is Severity.WARNING


def test_a_day_of_the_week_counts_for_the_promise_that_falls_on_it() -> None:
    context = about(days=(date(2026, 12, 3),))
    assert codes("Buongiorno Marta, le rispondo entro giovedì.", context) == []
    assert codes("Buongiorno Marta, le rispondo entro mercoledì.", context) == ["promise_untracked"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Buongiorno Marta, la richiamo oggi entro le 11:15."),
        ("en", "Good morning Marta, we'll call you by 11:15 today."),
        ("es", "Buenos días, Marta. La llamamos hoy antes de las 11:15."),
        ("fr", "Bonjour Marta, nous vous rappelons aujourd'hui avant 11 h 15."),
        ("de", "Guten Tag Marta, wir rufen Sie heute bis 11:15 Uhr an."),
    ],
    ids=LANGUAGES,
)
def test_an_hour_of_today_is_a_promise_and_kept_if_the_books_know_it(language: str, text: str) -> None:
    assert codes(text, about(language=language)) == ["promise_untracked"]
    assert codes(text, about(language=language, days=(TODAY,))) == []


def test_a_day_that_is_over_cannot_be_promised() -> None:
    finding = only("Buongiorno Marta, rimandiamo tutto entro il 20 novembre.", about())
    assert (finding.code, finding.severity, finding.words) == ("date_past", Severity.ERROR, "20 novembre")


def test_a_day_without_a_year_is_the_nearest_one() -> None:
    context = about(today=date(2026, 12, 28), days=(date(2027, 1, 4),))
    assert codes("Buongiorno Marta, le rispondo entro lunedì 4 gennaio.", context) == []


def test_the_name_of_the_right_weekday_is_told() -> None:
    context = about(said=("sono venuta il 12 novembre",))
    finding = only("Buongiorno Marta, ho chiesto di venerdì 12 novembre.", context)
    assert (finding.code, finding.named) == ("weekday_wrong", "giovedì")


def test_a_curly_apostrophe_hides_nothing() -> None:
    finding = only("Buongiorno Marta, ci dispiace per l’eventuale disagio.", about())
    assert (finding.code, finding.words) == ("non_apology", "dispiace per l’eventuale disagio")


def test_the_owners_words_are_not_judged() -> None:
    text = (
        "Buongiorno Marta, non posso offrirle il cambio. Le tengo da parte la L fino a venerdì e paga solo la"
        " spedizione, 4,90 €. La garanzia resta."
    )
    assert codes(text, about("decline_ship")) == []


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


@pytest.mark.parametrize(
    "text",
    [
        "Felpa The North Face «All or Nothing», taglia M.",
        "Marta Rossi, RS-4471: 44 €",
        "Los Angeles, El Paso, Las Vegas.",
        "Modello «all for one and one for all».",
        "La mandiamo in Calle de los Reyes de las Cortes 4.",
    ],
    ids=["a brand", "a code and a sum", "cities", "a title", "an address"],
)
def test_names_codes_and_titles_are_in_no_language(text: str) -> None:
    assert "wrong_language" not in codes(text, about())


EXAMPLES = read_examples()


@given(st.sampled_from(EXAMPLES))
def test_every_finding_names_the_words_where_they_stand(example: CheckExample) -> None:
    text, context = example.text, example.about
    found = check_text(text, context)
    assert [one.words for one in found] == [text[one.start : one.end] for one in found]


@given(st.sampled_from(EXAMPLES), st.integers(min_value=201, max_value=99_999))
def test_no_text_gives_more_than_was_decided(example: CheckExample, euro: int) -> None:
    """Whatever else an answer says: a further sum in it stops it."""
    text = f"Le rimborsiamo {euro} €.\n"
    context = replace(example.about, language="it", said=())
    assert "amount_above" in codes(text, context)


@given(st.text(max_size=300).filter(lambda text: "{" not in text), st.sampled_from(LANGUAGES))
def test_any_text_can_be_checked(text: str, language: str) -> None:
    for finding in check_text(text, about(language=language)):
        assert 0 <= finding.start <= finding.end <= len(text)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_advice(code: str, language: str) -> None:
    finding = Finding(code=code, severity=Severity.ERROR, words="QUESTE", named="COSE", needs_tier=Role.ADMIN)
    said = advice_for(finding, language)
    assert "QUESTE" in said or "COSE" in said or code.endswith(("_missing", "_mentioned"))


def test_a_refusal_says_what_the_finding_says() -> None:
    finding = only("Siete degli idioti.", about())
    assert advice_of_refusal(refusal_of(finding), "it") == advice_for(finding, "it")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_list(language: str) -> None:
    italian, other = word_lists("it"), word_lists(language)
    assert other.patterns.keys() == italian.patterns.keys()
    assert other.topics.keys() == italian.topics.keys()
    assert other.remedies.keys() == italian.remedies.keys()
    assert {5, 10, 20, 50, 100} <= set(other.numbers.values())


def test_the_examples_are_as_many_as_they_should_be() -> None:
    languages = [example.about.language for example in EXAMPLES]
    assert len(EXAMPLES) >= 400
    assert min(languages.count(language) for language in LANGUAGES) >= 60
    assert 0.25 < sum(example.held_out for example in EXAMPLES) / len(EXAMPLES) < 0.4


@pytest.mark.parametrize("code", [code for code in CODES if code != BY_HAND])
def test_the_examples_show_each_finding(code: str) -> None:
    assert any(code in example.expected for example in EXAMPLES)


def test_without_limits_nobody_is_named() -> None:
    assert only("Buongiorno Marta, le rimborsiamo 100 €.", about(limits={})).needs_tier is None


@pytest.mark.parametrize(
    ("language", "text", "what"),
    [
        (
            "it",
            "Buongiorno Marta, ho visto la sua richiesta: la richiamo domani alle 10.",
            "la richiamo alle 10",
        ),
        ("it", "Buongiorno Marta, abbiamo controllato tutto e la richiamiamo domani.", "la richiamiamo"),
        ("it", "Buongiorno Marta, il pacco è arrivato qui ieri e ripartirà domani.", "ripartirà"),
        ("it", "Buongiorno Marta, ho letto il suo messaggio, la chiamo domani.", "la chiamo"),
        ("it", "Buongiorno Marta, non è possibile cambiare colore: la richiamo domani.", "la richiamo"),
        ("en", "Hello Marta, your parcel was lost on the way: I'll call you tomorrow.", "I'll call you"),
        (
            "en",
            "Hello Marta, your parcel was lost and we'll call you again tomorrow.",
            "we'll call you again",
        ),
        (
            "es",
            "Hola Marta, hemos revisado su solicitud: le llamo mañana por teléfono.",
            "le llamo por teléfono",
        ),
        ("es", "Hola Marta, hemos revisado su solicitud y le llamaré mañana.", "le llamaré"),
        (
            "fr",
            "Bonjour Marta, nous avons regardé votre demande et nous vous rappelons demain.",
            "nous vous rappelons",
        ),
        (
            "de",
            "Guten Tag Marta, das Paket wurde bei uns gefunden und kommt morgen bei Ihnen an.",
            "kommt bei Ihnen an",
        ),
    ],
)
def test_a_word_of_the_past_does_not_hide_what_is_still_to_be_done(
    language: str, text: str, what: str
) -> None:
    context = about(language=language)
    assert codes(text, context) == ["promise_untracked"]
    (promise,) = promised_in(text, context)
    assert promise.what == what


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Buongiorno Marta, il pacco era partito lunedì e doveva arrivare da lei martedì."),
        ("it", "Buongiorno Marta, ecco che cosa è successo: il pacco doveva arrivare da lei martedì."),
        ("it", "Buongiorno Marta, abbiamo parlato con il corriere e ci dispiace per l'attesa di lunedì."),
        ("en", "Hello Marta, your parcel was left with us on Monday and should have arrived on Tuesday."),
        ("de", "Guten Tag Marta, das Paket wurde am Montag verschickt und sollte am Dienstag ankommen."),
        ("fr", "Bonjour Marta, le colis était parti lundi et devait arriver chez vous mardi."),
        ("es", "Hola Marta, el paquete salió el lunes y debía llegar a su casa el martes."),
    ],
)
def test_what_is_only_told_of_the_past_is_no_promise(language: str, text: str) -> None:
    assert promised_in(text, about(language=language)) == []
