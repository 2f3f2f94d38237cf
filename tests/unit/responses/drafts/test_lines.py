from dataclasses import replace
from decimal import Decimal

import pytest

from models.decision import Basis, Decision, DecisionKind, Remedy, RemedyKind, Share
from models.serial import from_json, to_json
from responses.drafts.lines import offer_line, remedy_line, rule_line
from responses.drafts.remedies import option_labels
from tests.unit.responses.drafts.golden_drafts import (
    BRIEFS,
    DISCOUNT,
    FULL_REFUND,
    HAND_OVER,
    ORDER_ID,
    PHOTO,
    REPLACEMENT,
    RESEND,
    VOUCHER,
    decided,
    euros,
    goodwill,
    owed,
)

CHOICE = decided(DecisionKind.OFFER, apologise=True, offers=(goodwill(VOUCHER, DISCOUNT),))


@pytest.mark.parametrize(
    ("decision", "language", "line"),
    [
        (CHOICE, "it", "buono 10 € oppure 15% sul prossimo ordine (fino a 20 €)"),
        (CHOICE, "en", "voucher €10 or 15% off your next order (up to €20)"),
        (
            decided(DecisionKind.OFFER, offers=(owed(FULL_REFUND), goodwill(VOUCHER))),
            "it",
            "rimborso completo (49,90 €) (dovuto) + buono 10 €",
        ),
        (replace(CHOICE, offers=()), "it", "scuse, senza rimedio"),
        (replace(CHOICE, offers=(), commitments=(RESEND,)), "it", "impegno: rispediamo il pacco"),
        (replace(CHOICE, offers=(), apologise=False), "it", "nessun rimedio"),
        (
            decided(DecisionKind.ASK, missing=(ORDER_ID, PHOTO)),
            "it",
            "chiedere al cliente: il numero d'ordine e una foto del danno",
        ),
        (decided(DecisionKind.DECLINE), "it", "risposta di no"),
        (decided(DecisionKind.STATUS), "en", "where the promise stands"),
        (decided(DecisionKind.THANKS), "it", "ringraziamento"),
        (HAND_OVER, "it", "decide una persona"),
        (
            replace(HAND_OVER, offers=(goodwill(VOUCHER),)),
            "it",
            "decide una persona (le regole darebbero: buono 10 €)",
        ),
        (
            BRIEFS["three_options"].decision,
            "de",
            "Umtausch zu den genannten Kosten oder Erstattung von 30\u00a0%",
        ),
    ],
)
def test_the_offer_in_one_line(decision: Decision, language: str, line: str) -> None:
    assert offer_line(decision, language).startswith(line)


def test_the_rule_in_the_owners_words() -> None:
    offer = replace(goodwill(VOUCHER, rule="ritardo-lungo"), because="ha aspettato il doppio")
    due = replace(owed(FULL_REFUND), source="Codice del consumo, art. 56")
    decision = decided(DecisionKind.OFFER, offers=(due, offer), rule_ids=("dovuto", "ritardo-lungo"))
    assert rule_line(decision, "it") == (
        "dovuto «dovuto»: Codice del consumo, art. 56; regola «ritardo-lungo»: ha aspettato il doppio"
    )


def test_a_rule_without_an_offer_is_named_with_its_reason() -> None:
    decision = decided(DecisionKind.DECLINE, rule_ids=("resi",), because=("vale per tutti",))
    assert rule_line(decision, "it") == "regola «resi»: vale per tutti"


def test_a_reason_is_not_pinned_to_a_rule_that_only_chose_the_manner() -> None:
    decision = decided(
        DecisionKind.OFFER, rule_ids=("insulti", "modi"), because=("la cortesia non si paga con un buono",)
    )
    line = "regola «insulti», regola «modi»: la cortesia non si paga con un buono"
    assert rule_line(decision, "it") == line


def test_no_rule_is_said() -> None:
    assert rule_line(HAND_OVER, "en") == "no rule"


def test_of_a_choice_only_what_is_owed_is_marked_so() -> None:
    offer = owed(REPLACEMENT, replace(VOUCHER, basis=Basis.GOODWILL))
    decision = decided(DecisionKind.OFFER, offers=(offer,))
    assert offer_line(decision, "it") == "sostituzione (dovuto) oppure buono 10 €"


CUT = Remedy(
    kind=RemedyKind.REFUND,
    of="order",
    amount=euros("80"),
    worth=euros("80"),
    cut_from=Share(percent=Decimal(20), amount=euros("112")),
)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("it", "rimborso di 80 € (il massimo: il 20% sarebbe 112 €)"),
        ("en", "refund of €80 (the most we give: 20% would be €112)"),
    ],
)
def test_agents_read_the_sum_of_a_cut_share_and_what_it_would_have_been(language: str, line: str) -> None:
    decision = decided(DecisionKind.OFFER, offers=(goodwill(CUT),))
    assert offer_line(decision, language) == line
    assert remedy_line(CUT, language) == line


def test_agents_read_that_the_rest_of_a_share_is_owed() -> None:
    share = Share(percent=Decimal(8), amount=euros("112"), reduced=True)
    line = "rimborso di 80 € (l'8% sarebbe 112 €, il resto è già dovuto)"
    assert remedy_line(replace(CUT, cut_from=share), "it") == line


@pytest.mark.parametrize("language", ["it", "en", "es", "fr", "de"])
def test_customers_read_the_sum_alone(language: str) -> None:
    (label,) = option_labels(goodwill(CUT), language, formal=True, numbered=False)
    assert "80" in label
    assert "20" not in label
    assert "112" not in label


def test_a_remedy_written_before_shares_were_cut_to_sums_is_still_read() -> None:
    content = to_json(CUT)
    assert from_json(Remedy, content) == CUT
    del content["cut_from"]
    assert from_json(Remedy, content) == replace(CUT, cut_from=None)
