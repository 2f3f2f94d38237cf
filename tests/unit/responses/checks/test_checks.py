"""The checks of what a text gives and promises, and what all checks have in common."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import DecisionKind, FactValue, Role
from responses.checks import CODES, Finding, Severity, check_text
from responses.checks.advising import advice_for, advice_of_refusal, refusal_of
from responses.checks.promises import promised_in
from responses.checks.put import BY_HAND
from responses.checks.wordlists import word_lists
from responses.drafts.phrases import LANGUAGES
from tests.checks.examples import REFUND, TODAY, CheckExample, decided, euros, read_examples
from tests.unit.responses.checks.checked import about, codes, only


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
