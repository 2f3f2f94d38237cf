"""What the parts of a draft rest on: the trade, the apology before, reasons, worth, and the exit."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import (
    Commitment,
    DecisionKind,
    Duration,
    DurationUnit,
    MissingFact,
    Remedy,
    RemedyKind,
    Role,
)
from responses.drafts import DraftBrief, DraftKind, PromiseLine
from responses.drafts.slots import slots_in
from tests.unit.responses.drafts.combinations import GIFT, PROMISES, REGISTERS
from tests.unit.responses.drafts.corners import REMEDIES
from tests.unit.responses.drafts.golden_drafts import (
    COLLECT,
    EXPLAINED,
    FREE_MONTH,
    LANGUAGES,
    LATE_CHOICE,
    RESEND,
    VOUCHER,
    brief,
    decided,
    euros,
    goodwill,
    known,
    owed,
    refused,
)
from tests.unit.responses.drafts.test_compose import APOLOGIES, amounts_said, made

EXIT = decided(DecisionKind.EXIT, tier=Role.SUPERVISOR)
LATE_PROMISE = PromiseLine(what=COLLECT.what, due=date(2026, 11, 2), state="broken")
THREATS = {
    "it": r"denunc|avvocat|legali|bloccher|purtroppo|scorrett|comportament",
    "en": r"lawyer|legal action|block|behaviou?r|unfortunately|report you",
    "es": r"abogad|denunci|bloque|comportamiento|por desgracia",
    "fr": r"avocat|plainte|bloquer|comportement|malheureusement",
    "de": r"anwalt|anzeige|sperren|verhalten|leider",
}


def farewell(**fields: object) -> DraftBrief:
    values: dict[str, object] = {"act": "other", "complaint_types": (), "promises": (*PROMISES, LATE_PROMISE)}
    return brief(EXIT, **(values | fields))


class TestTheTrade:
    @pytest.mark.parametrize(
        ("concerns", "named"),
        [
            ("order", "l'ordine N-7 non le è arrivato"),
            ("booking", "quello che aveva prenotato non era pronto all'ora prevista (prenotazione N-7)"),
            ("contract", "quello che aspetta per il contratto N-7"),
        ],
    )
    def test_names_the_thing(self, concerns: str, named: str) -> None:
        draft = made(brief(LATE_CHOICE, order_ids=("N-7",), concerns=concerns))
        assert named in dict(draft.parts)["understanding"]

    @pytest.mark.parametrize(
        ("language", "genitive"),
        [("de", "zu Ihrem Vertrag N-7"), ("fr", "de votre contrat N-7"), ("es", "de su contrato N-7")],
    )
    def test_agrees_with_its_gender(self, language: str, genitive: str) -> None:
        draft = made(
            brief(
                LATE_CHOICE,
                complaint_types=("service_down",),
                order_ids=("N-7",),
                concerns="contract",
                language=language,
            )
        )
        assert genitive in draft.text

    def test_a_contract_known_from_the_facts_is_named(self) -> None:
        facts = known(order_id="TL-1", days_down=Decimal(3))
        draft = made(brief(LATE_CHOICE, complaint_types=("service_down",), facts=facts, concerns="contract"))
        assert "il servizio del contratto TL-1 è fermo da 3 giorni" in draft.text

    def test_a_discount_is_on_the_next_booking(self) -> None:
        assert "sulla prossima prenotazione" in made(brief(LATE_CHOICE, concerns="booking")).text

    @pytest.mark.parametrize("frame", [LATE_CHOICE, replace(LATE_CHOICE, at_fault=None)])
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_an_owner_may_say_what_happened(self, frame: object, language: str) -> None:
        own = {"delivery_late": dict.fromkeys(LANGUAGES, "wxyz è chiuso.")}
        draft = made(brief(frame, what_happened=own, order_ids=("N-7",), language=language))
        assert re.search(r"wxyz è chiuso \(\S+ N-7\)", draft.text, re.IGNORECASE)

    def test_beside_the_owners_words_other_grievances_keep_the_built_in_ones(self) -> None:
        own = {"delivery_late": {"it": "la camera non era pronta"}}
        draft = made(brief(LATE_CHOICE, complaint_types=("delivery_late", "no_reply"), what_happened=own))
        assert "la camera non era pronta e le dovevamo una risposta" in draft.text.lower()


@pytest.mark.parametrize(("language", "formality"), REGISTERS)
@pytest.mark.parametrize("decision", [LATE_CHOICE, replace(LATE_CHOICE, at_fault=None)], ids=["ours", "open"])
def test_the_next_apology_to_one_person_is_worded_otherwise(
    decision: object, language: str, formality: str
) -> None:
    said = [
        dict(
            made(
                brief(decision, language=language, formality=formality, variant=5, apologies_before=count)
            ).parts
        )
        for count in range(3)
    ]
    assert len({parts["apology"] for parts in said}) == 3
    assert len({parts["understanding"] for parts in said}) == 1


def test_the_variant_names_the_wording_of_an_apology_that_moved_on() -> None:
    variants = [made(brief(LATE_CHOICE, variant=1, apologies_before=count)).variant for count in range(4)]
    assert variants == ["b", "b+c", "b+a", "b"]


def test_without_an_apology_nothing_has_moved_on() -> None:
    calm = replace(LATE_CHOICE, at_fault=None, apologise=False)
    assert made(brief(calm, variant=1, apologies_before=1)).variant == "b"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", "per la risposta che le dovevamo"),
        ("en", "as for the answer we owed you,"),
        ("es", "sobre la respuesta que le debíamos,"),
        ("fr", "au sujet de la réponse que nous vous devions,"),
        ("de", "zu der Antwort, die wir Ihnen schuldig waren,"),
    ],
)
def test_of_our_silence_it_is_said_what_stands_about_the_answer(language: str, said: str) -> None:
    beside = replace(LATE_CHOICE, status_of=("no_reply",))
    parts = dict(made(brief(beside, language=language)).parts)
    assert parts["status"].lower().startswith(said.lower())


class TestTheExplanation:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_said_once_after_the_admission(self, language: str) -> None:
        draft = made(brief(replace(LATE_CHOICE, explanation=EXPLAINED), language=language))
        names = [name for name, _ in draft.parts]
        assert names.count("explanation") == 1
        assert names.index("explanation") == names.index("apology") + 1

    def test_an_agents_words_go_before_the_rules(self) -> None:
        typed = known(explanation="il camion si è fermato a Bologna.")
        draft = made(brief(replace(LATE_CHOICE, explanation=EXPLAINED), facts=typed))
        assert "il camion si è fermato a Bologna." in draft.text
        assert "magazzino" not in draft.text

    def test_cannot_smuggle_in_a_slot(self) -> None:
        draft = made(brief(LATE_CHOICE, facts=known(explanation="{voucher:9}")))
        assert "voucher:9" not in slots_in(draft.text)

    def test_a_refusal_gives_its_reason_and_no_explanation(self) -> None:
        draft = made(brief(decided(DecisionKind.DECLINE, explanation=EXPLAINED)))
        assert "explanation" not in dict(draft.parts)


class TestTheWorth:
    def test_of_gifts_is_said_where_it_is_asked_for(self) -> None:
        gifts = (goodwill(replace(GIFT, worth=euros("12"))), goodwill(replace(FREE_MONTH, worth=euros("30"))))
        decision = decided(DecisionKind.OFFER, apologise=True, at_fault=True, offers=gifts)
        assert "42\u00a0€" in made(brief(decision, show_worth=True)).text
        assert "42\u00a0€" not in made(brief(decision)).text

    def test_of_a_voucher_needs_no_word(self) -> None:
        decision = decided(DecisionKind.OFFER, offers=(goodwill(VOUCHER),))
        assert "worth" not in dict(made(brief(decision, show_worth=True)).parts)


@pytest.mark.parametrize(("language", "formality"), REGISTERS)
class TestTheExit:
    def test_lists_what_was_done_and_all_that_is_open(self, language: str, formality: str) -> None:
        draft = made(farewell(language=language, formality=formality, exit_from=date(2026, 12, 1)))
        parts = dict(draft.parts)
        assert draft.kind is DraftKind.EXIT
        assert COLLECT.what[language] in parts["kept"]
        assert RESEND.what[language] in parts["open"]
        assert "19" in parts["open"]
        assert COLLECT.what[language] in parts["broken"]
        assert "rights" in parts

    def test_names_no_day_that_is_over(self, language: str, formality: str) -> None:
        draft = made(farewell(language=language, formality=formality))
        assert amounts_said(dict(draft.parts)["broken"]) == set()
        assert draft.days == (date(2026, 12, 1), date(2026, 11, 19))

    def test_neither_threatens_nor_apologises_nor_sets_limits(self, language: str, formality: str) -> None:
        texts = [
            made(farewell(language=language, formality=formality, tone="abusive", variant=variant)).text
            for variant in range(3)
        ]
        assert not re.search(THREATS[language], " ".join(texts), re.IGNORECASE)
        assert not re.search(APOLOGIES[language], " ".join(texts), re.IGNORECASE)

    def test_is_short(self, language: str, formality: str) -> None:
        draft = made(farewell(language=language, formality=formality, promises=(), instead="wxyz"))
        assert len(draft.text.split()) < 90
        assert "wxyz" in draft.text

    def test_with_nothing_open_claims_no_second_look_and_settles_nothing(
        self, language: str, formality: str
    ) -> None:
        said = [
            dict(made(farewell(language=language, formality=formality, promises=(), variant=variant)).parts)
            for variant in range(3)
        ]
        assert not re.search(
            CLAIMS[language], " ".join(parts["nothing_open"] for parts in said), re.IGNORECASE
        )


# Nobody has looked at anything again, and that nothing is open in our records takes no debt away.
CLAIMS = {
    "it": r"ricontroll|riguard|verificat|controllat|dobbiamo|dovut",
    "en": r"we've (?:been|checked|looked)|owe|settled|outstanding",
    "es": r"hemos (?:comprob|revis)|debemos|resuelto todo|todo resuelto",
    "fr": r"nous avons (?:vérifi|regard)|devons|réglé",
    "de": r"nachgesehen|geprüft|schulden|geklärt|steht nichts mehr aus",
}


@pytest.mark.parametrize(
    ("variant", "words"), [(0, "è fatto questo: «"), (1, "ed è fatto: «"), (2, "questo è già a posto: «")]
)
def test_one_kept_promise_is_told_in_the_singular(variant: int, words: str) -> None:
    kept = [promise for promise in PROMISES if promise.state == "kept"][:1]
    parts = dict(
        made(farewell(language="it", formality="formal", promises=tuple(kept), variant=variant)).parts
    )
    assert words in parts["kept"]


def test_an_exit_speaks_german_to_a_friend() -> None:
    said = [dict(made(farewell(language="de", formality="informal", variant=one)).parts) for one in range(3)]
    assert not re.search(r"\bdu sich\b|\bkannst du sich\b", " ".join(parts["open"] for parts in said))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("instead", [None, "Bottega Verdi"])
def test_where_to_turn_has_three_wordings(language: str, instead: str | None) -> None:
    said = {
        dict(made(farewell(language=language, instead=instead, variant=one)).parts)["elsewhere"]
        for one in range(3)
    }
    assert len(said) == 3


@pytest.mark.parametrize("language", ["fr", "de"])
@pytest.mark.parametrize("variant", range(3))
def test_a_day_never_follows_the_last_verb_as_if_it_were_its_own(language: str, variant: int) -> None:
    draft = made(brief(LATE_CHOICE, language=language, variant=variant))
    assert re.search(r" \(\{due:1\}\)|, \{due:1\}[\u00a0]?: ", dict(draft.parts)["next"].replace(" :", ":"))


def test_an_exit_says_from_when() -> None:
    with pytest.raises(ValueError, match="exit_from"):
        made(farewell(exit_from=None))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promise_with_several_clauses_is_set_off_from_its_day(language: str) -> None:
    long = replace(RESEND, what=dict.fromkeys(LANGUAGES, "wxyz, abcd"))
    draft = made(brief(replace(LATE_CHOICE, commitments=(long,)), language=language))
    assert re.search(r"abcd,? \(?\{due:1\}|\{due:1\} ?: ", draft.text)


def test_options_beside_the_owners_sentences_are_sentences() -> None:
    stay = Remedy(kind=RemedyKind.WORDS, wording={"it": "può dormire qui vicino"})
    refund = Remedy(kind=RemedyKind.REFUND, amount=euros("300"))
    draft = made(brief(decided(DecisionKind.OFFER, offers=(owed(stay, refund), goodwill(VOUCHER)))))
    assert "1) può dormire qui vicino\n2) le rimborsiamo 300\u00a0€\n" in draft.text
    assert "quale possibilità preferisce: 1 oppure 2" in draft.text


cents = st.integers(min_value=100, max_value=99_999)


@st.composite
def remedies(draw: st.DrawFn) -> tuple[Remedy, set[Decimal]]:
    """A remedy and the numbers that its text has to hold."""
    amount = euros(f"{draw(cents) / 100:.2f}")
    percent = Decimal(draw(st.integers(min_value=1, max_value=100)))
    months = draw(st.integers(min_value=2, max_value=24))
    wording = dict.fromkeys(LANGUAGES, f"gift {months}")
    said = amount.amount.normalize()
    return draw(
        st.sampled_from(
            [
                (Remedy(kind=RemedyKind.VOUCHER, amount=amount), {said}),
                (Remedy(kind=RemedyKind.DISCOUNT, amount=amount, of="order"), {said}),
                (Remedy(kind=RemedyKind.DISCOUNT, percent=percent, of="next_order"), {percent}),
                (Remedy(kind=RemedyKind.REFUND, amount=amount), {said}),
                (Remedy(kind=RemedyKind.REFUND, full=True, amount=amount), {said}),
                (Remedy(kind=RemedyKind.REFUND, percent=percent, amount=amount), {percent, said}),
                (Remedy(kind=RemedyKind.GIFT, wording=wording), {Decimal(months)}),
                (
                    Remedy(
                        kind=RemedyKind.FREE_PERIOD,
                        period=Duration(count=months, unit=DurationUnit.MONTHS),
                    ),
                    {Decimal(months)},
                ),
            ]
        )
    )


@given(
    first=remedies(),
    second=remedies(),
    third=remedies(),
    language=st.sampled_from(LANGUAGES),
    variant=st.integers(min_value=0, max_value=5),
    shape=st.sampled_from(["one", "two", "three", "owed and goodwill"]),
)
def test_every_number_of_every_remedy_is_in_the_text_and_no_other(
    first: tuple[Remedy, set[Decimal]],
    second: tuple[Remedy, set[Decimal]],
    third: tuple[Remedy, set[Decimal]],
    language: str,
    variant: int,
    shape: str,
) -> None:
    offers = {
        "one": (goodwill(first[0]),),
        "two": (goodwill(first[0], second[0]),),
        "three": (goodwill(first[0], second[0], third[0]),),
        "owed and goodwill": (owed(first[0], second[0]), goodwill(third[0])),
    }[shape]
    wanted = {"one": first[1], "two": first[1] | second[1]}.get(shape, first[1] | second[1] | third[1])
    decision = decided(DecisionKind.OFFER, apologise=True, at_fault=True, offers=offers)
    draft = made(brief(decision, language=language, variant=variant))
    said = "\n".join(words for name, words in draft.parts if name != "choice")
    assert amounts_said(re.sub(r"^\d\) ", "", said, flags=re.MULTILINE)) == wanted


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("it", "un giorno", "2 giorni"),
        ("en", "one day", "2 days"),
        ("es", "un día", "2 días"),
        ("fr", "un jour", "2 jours"),
        ("de", "einen Tag", "2 Tage"),
    ],
)
def test_days_agree_in_number(language: str, one: str, two: str) -> None:
    texts = [
        made(brief(LATE_CHOICE, language=language, facts=known(days_late=Decimal(days)))).text
        for days in (1, 2)
    ]
    assert one in texts[0]
    assert two in texts[1]


def test_remedies_of_this_page_are_all_that_have_words() -> None:
    own = {RemedyKind.EXCHANGE_AT_COST, RemedyKind.WORDS}
    assert {remedy.kind for remedy in REMEDIES} == set(RemedyKind) - own


def test_beside_an_offer_a_way_out_is_enough_and_a_whole_no_names_rights() -> None:
    way_out = {"refusals": (refused(EXPLAINED, EXPLAINED),)}
    partly = made(brief(decided(DecisionKind.OFFER, offers=(goodwill(VOUCHER),), **way_out)))
    wholly = made(brief(decided(DecisionKind.DECLINE, **way_out)))
    assert "right" not in dict(partly.parts)
    assert "right" in dict(wholly.parts)


OWN_WORDS = {
    "promise": decided(
        DecisionKind.OFFER,
        commitments=(
            Commitment(
                what={"it": "(le|ti) scriviamo dov'è il pacco"},
                within=Duration(count=1, unit=DurationUnit.WORKING_DAYS),
                rule_id="ritardo",
            ),
        ),
    ),
    "gift": decided(
        DecisionKind.OFFER,
        offers=(owed(Remedy(kind=RemedyKind.GIFT, wording={"it": "una cena che (le|ti) piaccia"})),),
    ),
    "refusal": decided(
        DecisionKind.DECLINE,
        refusals=(
            refused({"it": "il tempo che (le|ti) restava è finito"}, {"it": "possiamo dar(le|ti) una mano"}),
        ),
    ),
    "question": decided(
        DecisionKind.ASK,
        missing=(
            MissingFact(
                name="order_id",
                type="text",
                ask={"it": "il numero che (le|ti) abbiamo dato"},
                from_agent=False,
            ),
        ),
    ),
}


@pytest.mark.parametrize(("formality", "said", "other"), [("formal", "le", "ti"), ("informal", "ti", "le")])
@pytest.mark.parametrize("words", OWN_WORDS)
def test_the_policys_own_words_address_the_customer_as_the_draft_does(
    words: str, formality: str, said: str, other: str
) -> None:
    text = made(brief(OWN_WORDS[words], formality=formality)).text.lower()
    own = re.search(rf"\b{said} (scriviamo|piaccia|restava|abbiamo dato)\b", text)
    assert own is not None, text
    assert f"{other} {own[1]}" not in text
    assert "|" not in text


def test_a_french_list_has_its_blank_before_each_semicolon() -> None:
    twice = (
        PromiseLine(what=RESEND.what, due=date(2026, 11, 19), state="open"),
        PromiseLine(what=COLLECT.what, due=date(2026, 11, 20), state="open"),
    )
    told = made(farewell(language="fr", exit_from=date(2026, 12, 1), promises=twice)).text
    assert "19 novembre\u00a0; «" in told
