import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Basis, DecisionKind, Manner, Offer, Remedy, RemedyKind
from models.labels import ComplaintType
from responses.drafts import ComposedDraft, DraftBrief, DraftKind, PromiseLine, compose
from responses.drafts.dates import format_due_day
from responses.drafts.errors import UnknownLanguageError
from responses.drafts.phrases import phrases
from responses.drafts.slots import has_placeholder
from tests.unit.responses.drafts.combinations import GIFT, PROMISES, REDO, REGISTERS, composed
from tests.unit.responses.drafts.golden_drafts import (
    A_WEEK,
    BRIEFS,
    COLLECT,
    DISCOUNT,
    EXCHANGE,
    HAND_OVER,
    LANGUAGES,
    LATE_CHOICE,
    ORDER_ID,
    PHOTO,
    REPAIR,
    REPLACEMENT,
    RESEND,
    VOUCHER,
    WITHDRAW,
    brief,
    decided,
    euros,
    goodwill,
    known,
    owed,
    refused,
)

FORBIDDEN = {
    "it": r"gentile cliente|disagio|inconveniente|disservizio|importante per noi|in riferimento|la informiamo"
    r"|si prega|provveder|effettu|presa in carico|evas[ao]|al fine di|qualora|a disposizione|per la pazienza"
    r"|se si è sentit|policy|non succederà|quanto prima|al più presto|cordiali saluti|contattat"
    r"|corriere|collega\b|purtroppo|\bcaso n",
    "en": r"dear customer|valued|any inconvenience|please be advised|at your earliest|as soon as possible"
    r"|won't happen again|will not happen again|policy|unfortunately|courier|do not hesitate|don't hesitate"
    r"|taken very seriously|if you felt|kind regards|your patience",
    "es": r"estimad[oa]|lamentamos las molestias|molestias ocasionadas|no dude|a su disposición"
    r"|a la mayor brevedad|no volverá a|lo antes posible|mensajero|por desgracia|si se ha sentido"
    r"|un cordial saludo|paciencia",
    "fr": r"cher client|accusons réception|désagrément|veuillez|meilleurs délais|n'hésitez|plus brefs"
    r"|ne se reproduira|cordialement|désolée?\b|malheureusement|transporteur|patience|si vous avez ressenti",
    "de": r"sehr geehrt|unannehmlichkeit|bedauern|zeitnah|schnellstmöglich|ihr anliegen ist"
    r"|kommt nicht wieder vor|nicht wieder vorkommen|leider|mit freundlichen|zusteller|geduld"
    r"|falls sie sich|zögern sie",
}
APOLOGIES = {
    "it": r"chiedo scusa|mi dispiace|mi spiace|scusa\b|me ne scuso",
    "en": r"apologise|sorry",
    "es": r"disculpas|perdón|lo siento|\bsiento\b",
    "fr": r"excuse|je (le )?regrette",
    "de": r"entschuldigung|leid\b",
}
SORRY_FORMULA = {
    "it": r"scus|dispiac",
    "en": r"sorry|apolog",
    "es": r"disculp|perdón|siento",
    "fr": r"excus|regrette",
    "de": r"entschuldig|leid\b",
}
# What the customer is addressed with in the other register; policy wordings of the fixtures left aside.
FORMAL_WORDS = {
    "it": r"\b(le|la) (chiedo|dico|offriamo|mandiamo|scriv|rimbors|restitu|spetta|abbiamo|rispondo)"
    r"|\bsu[oaie]i?\b|\blei\b|\bmi (dica|scriva|risponda)\b|(dir|offrir|aiutar|risponder)(le|la)\b",
    "en": r"$^",
    "es": r"\busted\b|\ble\b|\bsus?\b|dígame|escríbame|\bpuede elegir",
    "fr": r"\bvous\b|\bvotre\b|\bvos\b",
    "de": r"\bSie\b|\bIhnen\b|\bIhre?[nrms]?\b",
}
INFORMAL_WORDS = {
    "it": r"\bti\b|\btu[oaie]i?\b|\bte\b|dimmi|scrivimi|rispondimi",
    "en": r"$^",
    "es": r"\bte\b|\btus?\b|\btuy[oa]\b|dime|escríbeme",
    "fr": r"\btu\b|\bte\b|\bt'|\bton\b|\bta\b|\btes\b",
    "de": r"\bdu\b|\bdir\b|\bdich\b|\bdein",
}
OF_THE_FIXTURES = re.compile(
    r"casa sua|su casa|chez vous|bei Ihnen|le tengo da parte|le guardo|je vous garde|lege Ihnen|Sie zahlen"
    r"|Sie können den Artikel|vous payez|vous pouvez l'échanger|sie steht|rendez-vous",
    re.IGNORECASE,
)
LEFT_OVERS = re.compile(r"<|>|\||\(\s|\s\)|\[(?!…\])|  | [,.]|\.\.|[:,]\.|,,|\(\)| $", re.MULTILINE)


def made(brief_: DraftBrief) -> ComposedDraft:
    draft = compose(brief_)
    assert draft is not None
    return draft


def words_in(text: str) -> int:
    """French sets its colons apart: a sign alone is no word."""
    return len(re.findall(r"\S*\w\S*", text))


def texts_matching(pattern: str, language: str, formality: str) -> list[str]:
    """`pattern` is in small letters: with IGNORECASE the search takes four times as long."""
    search = re.compile(pattern).search
    return [draft.text for draft in composed(language, formality) if search(draft.text.lower())]


@pytest.mark.parametrize(("language", "formality"), REGISTERS)
class TestEveryDraft:
    def test_has_none_of_the_forbidden_formulas(self, language: str, formality: str) -> None:
        assert texts_matching(FORBIDDEN[language], language, formality) == []

    def test_has_no_exclamation_mark_and_no_emoji(self, language: str, formality: str) -> None:
        assert texts_matching(r"[!¡\U0001F300-\U0001FAFF]", language, formality) == []

    def test_shows_no_notation_and_no_double_space(self, language: str, formality: str) -> None:
        drafts = composed(language, formality)
        assert [draft.text for draft in drafts if LEFT_OVERS.search(draft.text)] == []

    def test_stays_under_130_words(self, language: str, formality: str) -> None:
        assert max(words_in(draft.text) for draft in composed(language, formality)) < 130

    def test_is_mostly_under_90_words(self, language: str, formality: str) -> None:
        lengths = [words_in(draft.text) for draft in composed(language, formality)]
        assert sum(length < 90 for length in lengths) > 0.9 * len(lengths)

    def test_apologises_at_most_once(self, language: str, formality: str) -> None:
        apology = re.compile(APOLOGIES[language], re.IGNORECASE)
        twice = [
            draft.text for draft in composed(language, formality) if len(apology.findall(draft.text)) > 1
        ]
        assert twice == []

    def test_keeps_to_its_register(self, language: str, formality: str) -> None:
        other = FORMAL_WORDS if formality == "informal" else INFORMAL_WORDS
        found = re.compile(other[language])
        suspected = [draft.text for draft in composed(language, formality) if found.search(draft.text)]
        texts = [OF_THE_FIXTURES.sub("", text) for text in suspected]
        assert [text for text in texts if found.search(text)] == []

    def test_begins_every_sentence_with_a_capital(self, language: str, formality: str) -> None:
        small = re.compile(r"[.?] [a-zà-ü]|\n[a-zà-ü]")
        assert [draft.text for draft in composed(language, formality) if small.search(draft.text)] == []

    def test_ends_with_the_signature_on_its_own_line(self, language: str, formality: str) -> None:
        last = {draft.text.rsplit("\n", 1)[1] for draft in composed(language, formality)}
        assert last == {"{agent}, Maglieria Rossi"}


def test_the_polite_form_is_in_small_letters_in_italian() -> None:
    capital = re.compile(r"[a-zà-ù,;:] (?:Lei|Sua|Suo|Suoi|Sue|Le)\b")
    assert [draft.text for draft in composed("it", "formal") if capital.search(draft.text)] == []


def test_french_wordings_never_need_an_elision() -> None:
    assert texts_matching(r"\b(que|de|le|la|je|ne|te|se) [aeiouyéèêà]", "fr", "informal") == []


@pytest.mark.parametrize("language", LANGUAGES)
class TestSecondTime:
    def test_repeats_no_formula(self, language: str) -> None:
        again = replace(LATE_CHOICE, second_time=True)
        texts = [made(brief(again, language=language, variant=variant)).text for variant in (0, 1)]
        assert [text for text in texts if re.search(SORRY_FORMULA[language], text, re.IGNORECASE)] == []

    def test_says_that_it_has_happened_before_and_not_how_often(self, language: str) -> None:
        first, second = (
            made(brief(decision, language=language)).parts
            for decision in (LATE_CHOICE, replace(LATE_CHOICE, second_time=True))
        )
        assert dict(first)["responsibility"] != dict(second)["responsibility"]
        assert "apology" not in dict(second)
        often = r"second|segunda|deuxième|zweit|due volte|twice|dos veces|deux fois|zweimal"
        assert [
            text for text in phrases(language).all("responsibility.again") if re.search(often, text)
        ] == []


numbers = re.compile(r"\d+(?:[.,]\d+)*")
cents = st.integers(min_value=100, max_value=99_999)


def amounts_said(text: str) -> set[Decimal]:
    """Every number in a text without order numbers, dates and slots."""
    plain = re.sub(r"\{[^}]*\}", "", text)
    found = (re.sub(r"[.,](?=\d{3})", "", number).replace(",", ".") for number in numbers.findall(plain))
    return {Decimal(number) for number in found}


@given(
    percent=st.integers(min_value=1, max_value=100),
    at_most=cents,
    voucher=cents,
    language=st.sampled_from(LANGUAGES),
    variant=st.integers(min_value=0, max_value=3),
)
def test_the_numbers_are_the_decisions_numbers_and_no_others(
    percent: int, at_most: int, voucher: int, language: str, variant: int
) -> None:
    discount = replace(DISCOUNT, percent=Decimal(percent), at_most=euros(f"{at_most / 100:.2f}"))
    code = replace(VOUCHER, amount=euros(f"{voucher / 100:.2f}"))
    decision = decided(
        DecisionKind.OFFER,
        apologise=True,
        at_fault=True,
        offers=(goodwill(discount, code),),
        commitments=(RESEND,),
    )
    draft = made(brief(decision, language=language, variant=variant))
    assert amounts_said(draft.text) == {Decimal(percent), Decimal(at_most) / 100, Decimal(voucher) / 100}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tone", ["calm", "angry", "threatening", "abusive", "grateful"])
def test_tone_never_changes_what_is_given(language: str, tone: str) -> None:
    draft = made(brief(LATE_CHOICE, language=language, tone=tone))
    calm = made(brief(LATE_CHOICE, language=language))
    given_parts = {"next", "gesture", "choice"}
    assert {name for name, _ in draft.parts} >= given_parts
    assert amounts_said(draft.text) == amounts_said(calm.text)
    assert draft.slots == calm.slots


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(RemedyKind))
def test_every_remedy_has_words_as_goodwill_as_owed_and_as_an_option(language: str, kind: RemedyKind) -> None:
    wording = dict.fromkeys(LANGUAGES, "wxyz")
    remedy = replace(REMEDIES.get(kind, Remedy(kind=kind)), wording=wording)
    texts = [
        made(brief(decided(DecisionKind.OFFER, offers=(offer,)), language=language)).text
        for offer in (
            goodwill(remedy),
            owed(remedy),
            goodwill(remedy, REPAIR),
            owed(remedy, REPAIR, REPLACEMENT),
        )
    ]
    assert len(set(texts)) == 4
    assert not any(has_placeholder(text) for text in texts)


REMEDIES = {
    RemedyKind.DISCOUNT: DISCOUNT,
    RemedyKind.VOUCHER: VOUCHER,
    RemedyKind.REFUND: Remedy(kind=RemedyKind.REFUND, full=True),
    RemedyKind.FREE_PERIOD: BRIEFS["three_options"].decision.offers[0].options[2],
}


def test_what_is_owed_is_called_a_right_and_never_offered_as_a_gift() -> None:
    draft = made(brief(decided(DecisionKind.OFFER, offers=(owed(VOUCHER),))))
    assert "è un suo diritto" in draft.text
    assert not re.search("offriamo|regal|mandiamo", draft.text)


def test_a_question_asks_for_exactly_what_is_missing_and_promises_nothing() -> None:
    draft = made(brief(decided(DecisionKind.ASK, missing=(ORDER_ID, PHOTO), offers=(goodwill(VOUCHER),))))
    question = dict(draft.parts)["question"]
    assert "il numero d'ordine (è nella mail di conferma e comincia con RS) e una foto del danno" in question
    assert draft.slots == ("greeting", "agent")
    assert "10\u00a0€" not in draft.text


def test_a_question_leaves_out_what_only_an_agent_can_supply() -> None:
    internal = replace(ORDER_ID, name="fault", ask=None, from_agent=True)
    draft = made(brief(decided(DecisionKind.ASK, missing=(internal, PHOTO))))
    assert dict(draft.parts)["question"] == "per capire come rimediare mi serve una cosa: una foto del danno."


def test_a_question_for_many_things_is_a_list() -> None:
    many = tuple(
        replace(PHOTO, name=f"photo{number}", ask={"it": f"la foto {number}"}) for number in range(4)
    )
    draft = made(brief(decided(DecisionKind.ASK, missing=many)))
    assert "\n– la foto 0\n– la foto 1\n– la foto 2\n– la foto 3\nAppena le ho" in draft.text


def test_a_question_that_nobody_wrote_yet_is_left_blank() -> None:
    assert has_placeholder(made(brief(decided(DecisionKind.ASK))).text)


def test_every_grievance_is_taken_up() -> None:
    draft = made(brief(LATE_CHOICE, complaint_types=tuple(ComplaintType)))
    understood = dict(draft.parts)["understanding"]
    assert understood.count(",") == len(ComplaintType) - 2
    assert len(set(understood.split(", "))) == len(ComplaintType) - 1


def test_a_complaint_type_of_the_business_gets_general_words() -> None:
    alone = made(brief(LATE_CHOICE, complaint_types=("pool_closed",)))
    beside = made(brief(LATE_CHOICE, complaint_types=("delivery_late", "pool_closed")))
    assert "qualcosa non è andato come doveva" in alone.text
    assert "e anche altro non è andato come doveva" in beside.text


def test_order_item_and_days_are_named() -> None:
    text = made(BRIEFS["apology_with_choice"]).text
    assert "l'ordine RS-4471 (giacca blu) del 3 novembre doveva arrivarle il 12 novembre" in text


def test_an_order_of_another_year_is_named_with_its_year() -> None:
    facts = known(ordered_on=date(2020, 3, 12))
    draft = made(brief(LATE_CHOICE, facts=facts, order_ids=("RS-9",), today=date(2026, 11, 27)))
    assert "l'ordine RS-9 del 12 marzo 2020 non le è arrivato" in draft.text


def test_an_order_that_only_the_facts_know_is_named() -> None:
    draft = made(brief(LATE_CHOICE, facts=known(order_id="RS-9")))
    assert "l'ordine RS-9 non le è arrivato quando doveva" in draft.text


def test_an_unavailable_fact_is_not_named() -> None:
    facts = {name: replace(fact, unavailable=True) for name, fact in known(days_late=Decimal(7)).items()}
    assert "7" not in made(brief(LATE_CHOICE, facts=facts, customer_name=None)).text.split("Rispediamo")[0]


def test_several_days_of_unknown_meaning_are_not_guessed_at() -> None:
    draft = made(brief(LATE_CHOICE, dates=(date(2026, 11, 3), date(2026, 11, 12))))
    assert "novembre" not in draft.text


def test_what_customers_and_books_write_cannot_become_a_slot_or_notation() -> None:
    draft = made(
        brief(
            LATE_CHOICE,
            customer_name="{agent}",
            order_ids=("{due:1}",),
            facts=known(item="<order> [x] (a|b) {voucher:9}"),
            business="{greeting}",
        )
    )
    assert draft.slots == ("greeting", "due:1", "choose_by", "agent")
    assert "<order> [x] (a|b) {{voucher:9}}" in draft.text


def test_fault_that_is_not_established_is_not_admitted() -> None:
    draft = made(brief(replace(LATE_CHOICE, at_fault=None)))
    assert "responsibility" not in dict(draft.parts)
    assert "ci scrive che" in draft.text
    assert "mi dispiace" in draft.text.lower()


def test_without_an_apology_decided_none_is_given() -> None:
    draft = made(brief(replace(LATE_CHOICE, apologise=False)))
    assert draft.kind is DraftKind.REMEDY
    assert not re.search(APOLOGIES["it"], draft.text, re.IGNORECASE)


def test_vouchers_are_numbered_as_in_the_decision_even_when_what_is_owed_is_told_first() -> None:
    later = replace(VOUCHER, amount=euros("25"))
    decision = decided(DecisionKind.OFFER, offers=(goodwill(VOUCHER), owed(later)))
    text = made(brief(decision)).text
    assert text.index("25\u00a0€ (codice {voucher:2})") < text.index("10\u00a0€: il codice è {voucher:1}")


def test_commitments_are_numbered_in_their_order() -> None:
    decision = decided(DecisionKind.OFFER, commitments=(RESEND, COLLECT))
    assert (
        "Rispediamo il pacco {due:1}. Ritiriamo l'articolo da casa sua {due:2}." in made(brief(decision)).text
    )


def test_a_no_beside_an_offer_is_said() -> None:
    draft = made(BRIEFS["refund_for_one_matter_no_for_the_other"])
    assert [name for name, _ in draft.parts if name in ("remedy", "decline", "right")] == [
        "remedy",
        "decline",
        "right",
    ]


def test_a_refusal_names_the_right_that_may_be_open() -> None:
    draft = made(brief(decided(DecisionKind.DECLINE), right_open=WITHDRAW))
    assert "può recedere entro 14 giorni dalla consegna" in draft.text


def test_a_refusal_does_not_hide_what_is_owed() -> None:
    draft = made(brief(decided(DecisionKind.DECLINE, offers=(owed(REPAIR, REPLACEMENT), goodwill(VOUCHER)))))
    assert "la riparazione oppure la sostituzione" in draft.text
    assert "10\u00a0€" not in draft.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_of_a_complaint_never_goes_without_rights(language: str) -> None:
    assert "right" in dict(made(brief(decided(DecisionKind.DECLINE), language=language)).parts)


def test_the_policy_can_ask_for_a_boundary_or_mediation_whatever_the_tone() -> None:
    boundary = made(brief(replace(LATE_CHOICE, manner=Manner.BOUNDARY)))
    mediation = made(brief(replace(LATE_CHOICE, manner=Manner.MEDIATE)))
    assert "boundary" in dict(boundary.parts)
    assert "mediation" in dict(mediation.parts)


@pytest.mark.parametrize(("tone", "expected"), [("calm", True), ("abusive", False), ("threatening", False)])
def test_the_policy_can_ask_for_a_calming_word_but_not_under_threat(tone: str, expected: bool) -> None:
    draft = made(brief(replace(LATE_CHOICE, manner=Manner.REASSURE), tone=tone))
    assert ("reassurance" in dict(draft.parts)) is expected
    assert "reassurance" not in dict(made(brief(LATE_CHOICE, tone=tone)).parts)


def test_status_says_what_was_promised_and_by_when() -> None:
    draft = made(brief(decided(DecisionKind.STATUS), promises=PROMISES))
    assert "Rispediamo il pacco entro giovedì 19 novembre, come promesso." in draft.text
    assert "Questo è già fatto: «ritiriamo l'articolo da casa sua»." in draft.text


@pytest.mark.parametrize("variant", range(3))
@pytest.mark.parametrize("language", ["it", "en", "es", "fr", "de"])
def test_an_own_error_never_has_brackets_within_brackets(language: str, variant: int) -> None:
    bought = replace(
        BRIEFS["own_error"], language=language, variant=variant, facts=known(item="la sciarpa rossa")
    )
    text = made(bought).text
    assert "la sciarpa rossa" in text
    assert not re.search(r"\([^()]*\(", text), text


def test_a_day_is_set_apart_from_a_promise_that_has_a_comma_of_its_own() -> None:
    free = PromiseLine(what={"it": "ritiriamo l'articolo, senza spese"}, due=date(2026, 11, 19), state="open")
    draft = made(brief(decided(DecisionKind.STATUS), promises=(free,)))
    assert "Ritiriamo l'articolo, senza spese, entro giovedì 19 novembre, come promesso." in draft.text


def test_a_remedy_is_told_in_a_list_with_what_else_was_promised() -> None:
    instead = PromiseLine(
        what={"it": "la sostituzione"}, due=date(2026, 11, 20), state="open", is_remedy=True
    )
    draft = made(brief(decided(DecisionKind.STATUS), promises=(*PROMISES, instead)))
    assert (
        "Questo le abbiamo promesso: rispediamo il pacco, entro giovedì 19 novembre; "
        "la sostituzione, entro venerdì 20 novembre." in draft.text
    )
    assert "come promesso" not in draft.text
    assert "la sostituzione" in made(brief(decided(DecisionKind.STATUS), promises=(instead,))).text


def test_a_promise_whose_day_is_over_is_told_as_late_and_not_as_still_to_come() -> None:
    status = brief(decided(DecisionKind.STATUS), promises=PROMISES)
    late = (
        "Con un impegno siamo in ritardo, e dipende da noi: le avevamo promesso «rispediamo il pacco» entro"
    )
    assert late in made(replace(status, today=date(2026, 11, 20))).text
    assert "come promesso" not in made(replace(status, today=date(2026, 11, 20))).text
    assert "come promesso" in made(replace(status, today=date(2026, 11, 19))).text
    worried = replace(status, tone="worried", today=date(2026, 11, 20))
    assert "reassurance" not in dict(made(worried).parts)


@pytest.mark.parametrize(
    ("offers", "default"),
    [
        ((goodwill(REPAIR, REPLACEMENT),), "la prima possibilità"),
        ((replace(goodwill(REPAIR, REPLACEMENT), default=1),), "la seconda possibilità"),
        ((replace(goodwill(DISCOUNT, REPAIR, VOUCHER), default=2),), "la possibilità 3"),
        (
            (goodwill(REPAIR, REPLACEMENT), goodwill(DISCOUNT, VOUCHER)),
            "in ciascun caso la prima possibilità",
        ),
        (
            (replace(goodwill(REPAIR, REPLACEMENT), default=1), goodwill(GIFT, REDO)),
            "questo: la sostituzione; una tisana",
        ),
    ],
)
def test_with_a_choice_stands_until_when_and_what_holds_afterwards(
    offers: tuple[Offer, ...], default: str
) -> None:
    decision = decided(DecisionKind.OFFER, offers=offers, choose_within=A_WEEK)
    draft = made(brief(decision))
    assert dict(draft.parts)["choose_by"] == f"se non sceglie {{choose_by}}, vale {default}."
    assert "choose_by" in draft.slots
    endless = made(brief(replace(decision, choose_within=None)))
    assert "choose_by" not in (*dict(endless.parts), *endless.slots)
    certain = made(brief(replace(decision, offers=(goodwill(REPAIR),))))
    assert "choose_by" not in (*dict(certain.parts), *certain.slots)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("due", "state"), [(date(2026, 11, 18), "open"), (date(2026, 11, 25), "broken")])
def test_what_we_failed_to_do_is_told_before_a_new_day(language: str, due: date, state: str) -> None:
    failed = PromiseLine(what=COLLECT.what, due=due, state=state)
    later = PromiseLine(what=RESEND.what, due=date(2026, 11, 30), state="open")
    kept = replace(failed, state="kept")
    status = brief(
        decided(DecisionKind.STATUS, apologise=True),
        promises=(later, kept, failed),
        today=date(2026, 11, 20),
        language=language,
    )
    names = [name for name, _ in made(status).parts]
    assert names[1:6] == ["understanding", "status", "apology", "status", "status"]
    first = made(status).parts[2][1]
    assert COLLECT.what[language].strip(".") in first
    assert format_due_day(due, language) in first


def test_what_was_owned_up_to_at_the_beginning_is_not_told_again_beside_an_offer() -> None:
    failed = PromiseLine(what=COLLECT.what, due=date(2026, 11, 18), state="broken")
    decision = decided(DecisionKind.OFFER, offers=(goodwill(VOUCHER),), status_of=("delivery_late",))
    about = brief(decision, promises=(failed,), broken=(failed,), today=date(2026, 11, 20))
    assert made(about).text.lower().count(COLLECT.what["it"].lower()) == 1
    assert "status" not in dict(made(about).parts)
    unsaid = made(replace(about, broken=()))
    assert COLLECT.what["it"] in dict(unsaid.parts)["status"]


def test_a_promise_taken_back_is_not_told_again() -> None:
    gone = PromiseLine(what=RESEND.what, due=None, state="withdrawn")
    assert "rispediamo" not in made(brief(decided(DecisionKind.STATUS), promises=(gone,))).text.lower()


@pytest.mark.parametrize(
    ("act", "kind", "blank"),
    [
        ("question", DraftKind.ANSWER, True),
        ("request", DraftKind.ANSWER, True),
        ("praise", DraftKind.THANKS, False),
        ("other", DraftKind.HELP, False),
        ("complaint", DraftKind.HOLDING, False),
    ],
)
def test_what_is_handed_over_gets_a_fitting_draft(act: str, kind: DraftKind, blank: bool) -> None:
    draft = made(brief(HAND_OVER, act=act))
    assert (draft.kind, has_placeholder(draft.text)) == (kind, blank)
    assert not re.search(APOLOGIES["it"], draft.text, re.IGNORECASE)


def test_who_wants_a_person_and_says_nothing_else_is_told_that_one_is_there() -> None:
    draft = made(brief(HAND_OVER, act="other", asks=("human_contact",)))
    assert draft.kind is DraftKind.HOLDING
    assert "person" in dict(draft.parts)


def test_spam_gets_no_draft() -> None:
    assert compose(brief(HAND_OVER, act="spam")) is None


def test_thanks_may_smile_back_only_at_who_smiled_first() -> None:
    praise = brief(decided(DecisionKind.THANKS), act="praise")
    assert "🙂" not in made(praise).text
    assert "🙂" in made(replace(praise, emoji_used=True)).text


def test_words_missing_in_a_language_become_a_placeholder() -> None:
    decision = decided(
        DecisionKind.OFFER, offers=(goodwill(replace(EXCHANGE, wording={"it": "può cambiarlo"})),)
    )
    assert "[… “può cambiarlo”]" in made(brief(decision, language="en")).text


def test_the_twin_has_the_same_parts_and_slots() -> None:
    customer, twin = (made(replace(BRIEFS["apology_with_choice"], language=code)) for code in ("de", "it"))
    assert [name for name, _ in customer.parts] == [name for name, _ in twin.parts]
    assert customer.slots == twin.slots


def test_a_brief_always_gives_the_same_draft_and_other_people_another_wording() -> None:
    first, again, other = (made(brief(LATE_CHOICE, variant=number)) for number in (6, 6, 7))
    assert (first.sha256, first.variant) == (again.sha256, "a")
    assert other.variant == "b"
    assert other.text != first.text


def test_a_language_without_phrases_is_refused() -> None:
    with pytest.raises(UnknownLanguageError, match="'pt'"):
        compose(brief(LATE_CHOICE, language="pt"))


def test_a_grievance_answered_before_hears_of_its_promise_beside_a_new_answer() -> None:
    decision = decided(DecisionKind.OFFER, offers=(goodwill(VOUCHER),), status_of=("delivery_late",))
    promise = PromiseLine(what=RESEND.what, due=date(2026, 11, 26), state="open")
    draft = made(brief(decision, promises=(promise,)))
    assert dict(draft.parts)["status"] == "rispediamo il pacco entro giovedì 26 novembre, come promesso."
    assert draft.days == (date(2026, 11, 26),)
    assert "resta valido" in dict(made(brief(decision)).parts)["status"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promise_that_may_still_be_kept_is_not_owned_up_to_beside_a_new_answer(language: str) -> None:
    decision = decided(
        DecisionKind.OFFER, at_fault=True, offers=(goodwill(VOUCHER),), status_of=("promise_broken",)
    )
    late = made(brief(decision, language=language, complaint_types=("delivery_late",)))
    both = made(brief(decision, language=language, complaint_types=("promise_broken", "delivery_late")))
    assert dict(both.parts)["understanding"] == dict(late.parts)["understanding"]


def test_one_rule_that_refuses_two_grievances_says_so_once() -> None:
    reason = dict.fromkeys(LANGUAGES, "no.")
    refusals = (refused(reason, about="no_reply"), refused(reason, about="item_wrong"))
    draft = made(brief(decided(DecisionKind.OFFER, offers=(goodwill(VOUCHER),), refusals=refusals)))
    assert [name for name, _ in draft.parts].count("decline") == 1


def test_beside_a_right_a_favour_is_never_called_one() -> None:
    offer = owed(REPLACEMENT, replace(VOUCHER, basis=Basis.GOODWILL))
    text = made(brief(decided(DecisionKind.OFFER, offers=(offer,)))).text
    assert "la sostituzione (di diritto)" in text
    assert "(un gesto nostro)" in text
    refusal = decided(DecisionKind.DECLINE, offers=(offer,), refusals=(refused({"it": "no"}),))
    assert "buono" not in dict(made(brief(refusal)).parts)["right"]


class TestAReadyAnswer:
    ANSWER = {"it": "Apriamo alle 9.", "en": "We open at 9."}  # noqa: RUF012 - nothing changes it

    def ask(self, language: str) -> ComposedDraft:
        asked = replace(
            BRIEFS["answer_to_a_question"],
            language=language,
            answer=self.ANSWER,
            answer_until=date(2026, 12, 31),
        )
        return made(asked)

    @pytest.mark.parametrize(("language", "words"), [("it", "Apriamo alle 9."), ("en", "We open at 9.")])
    def test_stands_in_the_customers_language(self, language: str, words: str) -> None:
        draft = self.ask(language)
        assert f" {words}" in draft.text
        assert not has_placeholder(draft.text)
        assert draft.days == (date(2026, 12, 31),)

    def test_is_to_be_put_into_a_language_that_it_lacks(self) -> None:
        draft = self.ask("de")
        assert "[… „Apriamo alle 9.“]" in draft.text
        assert has_placeholder(draft.text)
