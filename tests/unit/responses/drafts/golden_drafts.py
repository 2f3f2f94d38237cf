"""The drafts that a reader should look at: one of each sort, in every language.

`python tests/unit/responses/drafts/golden_drafts.py` writes them anew to `tests/golden/drafts`, after a
wording was changed on purpose. Read what changed before committing it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from models.decision import (
    Basis,
    Commitment,
    Decision,
    DecisionKind,
    Duration,
    DurationUnit,
    FactValue,
    MissingFact,
    Offer,
    Refused,
    Remedy,
    RemedyKind,
)
from models.money import Money
from responses.drafts import DraftBrief, PromiseLine, compose

FOLDER = Path(__file__).parents[4] / "tests" / "golden" / "drafts"
LANGUAGES = ("it", "en", "es", "fr", "de")

RESEND = Commitment(
    what={
        "it": "rispediamo il pacco",
        "en": "we'll send the parcel again",
        "es": "volvemos a enviar el paquete",
        "fr": "nous renvoyons le colis",
        "de": "wir schicken das Paket noch einmal",
    },
    within=Duration(count=2, unit=DurationUnit.WORKING_DAYS),
    rule_id="ritardo-lungo",
)
SHIP_NEW = Commitment(
    what={
        "it": "il nuovo articolo parte",
        "en": "the new item will leave us",
        "es": "el artículo nuevo sale",
        "fr": "le nouvel article part",
        "de": "der neue Artikel geht auf den Weg",
    },
    within=Duration(count=2, unit=DurationUnit.WORKING_DAYS),
    rule_id="danno",
)
COLLECT = Commitment(
    what={
        "it": "ritiriamo l'articolo da casa sua",
        "en": "we'll collect the item from your home",
        "es": "recogemos el artículo en su casa",
        "fr": "nous récupérons l'article chez vous",
        "de": "wir holen den Artikel bei Ihnen ab",
    },
    within=Duration(count=3, unit=DurationUnit.WORKING_DAYS),
    rule_id="danno",
)
ORDER_ID = MissingFact(
    name="order_id",
    type="text",
    ask={
        "it": "il numero d'ordine: è nella mail di conferma e comincia con RS",
        "en": "the order number: it is in the confirmation e-mail and starts with RS",
        "es": "el número de pedido: está en el correo de confirmación y empieza por RS",
        "fr": "le numéro de commande : il est dans le mail de confirmation et commence par RS",
        "de": "die Bestellnummer: sie steht in der Bestätigungsmail und beginnt mit RS",
    },
    from_agent=False,
)
PHOTO = MissingFact(
    name="photo",
    type="yes_no",
    ask={
        "it": "una foto del danno",
        "en": "a photo of the damage",
        "es": "una foto del daño",
        "fr": "une photo du dommage",
        "de": "ein Foto vom Schaden",
    },
    from_agent=False,
)
EXCHANGE = Remedy(
    kind=RemedyKind.EXCHANGE_AT_COST,
    wording={
        "it": "può cambiarlo pagando solo la spedizione",
        "en": "you can exchange it and pay only the shipping",
        "es": "puede cambiarlo pagando solo el envío",
        "fr": "vous pouvez l'échanger en payant seulement l'envoi",
        "de": "Sie können den Artikel umtauschen und zahlen nur den Versand",
    },
)
KEEP_ASIDE = {
    "it": "le tengo da parte la L fino a venerdì e paga solo la spedizione, 4,90 €",
    "en": "I'll keep the L aside for you until Friday and you'll pay only the shipping, €4.90",
    "es": "le guardo la L hasta el viernes y paga solo el envío, 4,90 €",
    "fr": "je vous garde la L jusqu'à vendredi et vous payez seulement l'envoi, 4,90 €",
    "de": "ich lege Ihnen die L bis Freitag zurück, und Sie zahlen nur den Versand, 4,90 €",
}
WITHDRAW = {
    "it": "può recedere entro 14 giorni dalla consegna",
    "en": "you can withdraw within 14 days of delivery",
    "es": "puede desistir en los 14 días siguientes a la entrega",
    "fr": "vous pouvez vous rétracter dans les 14 jours suivant la livraison",
    "de": "Sie können innerhalb von 14 Tagen nach der Lieferung widerrufen",
}
ONLY_OUR_MISTAKE = {
    "it": "il cambio gratuito vale quando sbagliamo noi",
    "en": "the free exchange is for our own mistakes",
    "es": "el cambio gratuito es para cuando nos equivocamos nosotros",
    "fr": "l'échange gratuit est prévu quand l'erreur est la nôtre",
    "de": "der kostenlose Umtausch gilt bei unseren eigenen Fehlern",
}
EXPLAINED = {
    "it": "il magazzino ha ricevuto la merce dopo la data che avevamo scritto sul sito",
    "en": "our warehouse received the goods after the date shown on the site",
    "es": "el almacén recibió la mercancía después de la fecha que figuraba en la web",
    "fr": "notre entrepôt a reçu la marchandise après la date indiquée sur le site",
    "de": "unser Lager bekam die Ware erst nach dem Termin, der auf der Website stand",
}
FIXED_PRICES = {
    "it": "i prezzi sono uguali per tutti e non li cambiamo dopo l'acquisto",
    "en": "our prices are the same for everyone and don't change after a purchase",
    "es": "los precios son iguales para todos y no cambian después de la compra",
    "fr": "nos prix sont les mêmes pour tous et ne changent pas après l'achat",
    "de": "unsere Preise sind für alle gleich und ändern sich nach dem Kauf nicht",
}


def euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


DISCOUNT = Remedy(
    kind=RemedyKind.DISCOUNT, percent=Decimal(15), of="next_order", at_most=euros("20"), worth=euros("20")
)
VOUCHER = Remedy(kind=RemedyKind.VOUCHER, amount=euros("10"), worth=euros("10"))
SMALL_VOUCHER = Remedy(kind=RemedyKind.VOUCHER, amount=euros("5"), worth=euros("5"))
FULL_REFUND = Remedy(kind=RemedyKind.REFUND, full=True, amount=euros("49.90"), worth=euros("49.90"))
PART_REFUND = Remedy(kind=RemedyKind.REFUND, percent=Decimal(30), amount=euros("18"), worth=euros("18"))
FREE_MONTH = Remedy(kind=RemedyKind.FREE_PERIOD, period=Duration(count=1, unit=DurationUnit.MONTHS))
REPAIR = Remedy(kind=RemedyKind.REPAIR)
REPLACEMENT = Remedy(kind=RemedyKind.REPLACEMENT)


def goodwill(*options: Remedy, about: str | None = None, rule: str = "regola") -> Offer:
    return Offer(basis=Basis.GOODWILL, options=options, rule_id=rule, complaint_type=about)


def refused(
    reason: Mapping[str, str], alternative: Mapping[str, str] | None = None, about: str | None = None
) -> Refused:
    return Refused(reason=reason, alternative=alternative, rule_id="regola", complaint_type=about)


def owed(*options: Remedy, about: str | None = None) -> Offer:
    return Offer(basis=Basis.OWED, options=options, rule_id="dovuto", complaint_type=about)


def decided(kind: DecisionKind, **fields: object) -> Decision:
    values: dict[str, object] = {"policy": "negozio", "policy_sha256": "0" * 64, "complaint_types": ()}
    return Decision(kind=kind, **(values | fields))


def brief(decision: Decision, **fields: object) -> DraftBrief:
    values: dict[str, object] = {
        "act": "complaint",
        "complaint_types": ("delivery_late",),
        "tone": "calm",
        "asks": (),
        "own_error": False,
        "language": "it",
        "formality": "formal",
        "customer_name": "Marta",
        "business": "Maglieria Rossi",
        "exit_from": date(2026, 12, 1),
    }
    return DraftBrief(decision=decision, **(values | fields))


def known(**facts: object) -> Mapping[str, FactValue]:
    return {name: FactValue(value=value, source="book") for name, value in facts.items()}


A_WEEK = Duration(count=7, unit=DurationUnit.DAYS)
LATE_CHOICE = decided(
    DecisionKind.OFFER,
    apologise=True,
    at_fault=True,
    offers=(goodwill(DISCOUNT, VOUCHER, about="delivery_late", rule="ritardo-lungo"),),
    commitments=(RESEND,),
    choose_within=A_WEEK,
)
LATE_FACTS = known(
    item="giacca blu", days_late=Decimal(7), promised_on=date(2026, 11, 12), ordered_on=date(2026, 11, 3)
)
HAND_OVER = decided(DecisionKind.HAND_OVER)

BRIEFS: Mapping[str, DraftBrief] = {
    "apology_with_choice": brief(LATE_CHOICE, order_ids=("RS-4471",), facts=LATE_FACTS),
    "apology_with_choice_informal_second_wording": brief(
        LATE_CHOICE, formality="informal", variant=1, tone="disappointed", dates=(date(2026, 11, 8),)
    ),
    "apology_with_one_remedy_angry": brief(
        decided(
            DecisionKind.OFFER,
            apologise=True,
            at_fault=True,
            offers=(goodwill(VOUCHER),),
            commitments=(RESEND,),
        ),
        tone="angry",
        customer_name=None,
        order_ids=("RS-4471",),
        facts=known(days_late=Decimal(7)),
    ),
    "apology_with_owed_and_goodwill_worried": brief(
        decided(
            DecisionKind.OFFER,
            apologise=True,
            at_fault=True,
            offers=(
                owed(REPAIR, REPLACEMENT, about="item_damaged"),
                goodwill(SMALL_VOUCHER, about="item_damaged"),
            ),
            commitments=(COLLECT,),
        ),
        complaint_types=("item_damaged",),
        tone="worried",
        order_ids=("RS-4471",),
        facts=known(item="Lampada Luna"),
    ),
    "apology_for_three_grievances": brief(
        decided(
            DecisionKind.OFFER,
            apologise=True,
            at_fault=True,
            offers=(
                goodwill(DISCOUNT, about="delivery_late"),
                goodwill(REPLACEMENT, about="item_damaged"),
            ),
            commitments=(SHIP_NEW,),
        ),
        complaint_types=("delivery_late", "item_damaged", "no_reply"),
        tone="frustrated",
        order_ids=("RS-4471", "RS-4502"),
    ),
    "apology_fault_unknown_part_refund": brief(
        decided(DecisionKind.OFFER, apologise=True, offers=(goodwill(PART_REFUND),)),
        complaint_types=("quality_below",),
        tone="sarcastic",
        dates=(date(2026, 11, 11),),
        variant=1,
    ),
    "apology_only": brief(
        decided(DecisionKind.OFFER, apologise=True, at_fault=True),
        complaint_types=("staff_conduct",),
        tone="disappointed",
        dates=(date(2026, 11, 8),),
    ),
    "owed_refund": brief(
        decided(DecisionKind.OFFER, apologise=True, at_fault=True, offers=(owed(FULL_REFUND),)),
        complaint_types=("refund_missing",),
        asks=("refund",),
        order_ids=("RS-4471",),
        facts=known(withdrawn_on=date(2026, 10, 30)),
    ),
    "own_error": brief(
        decided(DecisionKind.OFFER, at_fault=False, offers=(goodwill(EXCHANGE),)),
        complaint_types=("item_wrong",),
        own_error=True,
        order_ids=("RS-4471",),
    ),
    "second_time": brief(
        replace(LATE_CHOICE, second_time=True), tone="frustrated", order_ids=("RS-4471",), facts=LATE_FACTS
    ),
    "threat_with_a_good_claim": brief(
        decided(DecisionKind.OFFER, apologise=True, at_fault=True, offers=(goodwill(FULL_REFUND),)),
        complaint_types=("billing_error",),
        tone="threatening",
        dates=(date(2026, 11, 3),),
    ),
    "abuse_with_a_good_claim": brief(
        decided(DecisionKind.OFFER, apologise=True, at_fault=True, offers=(goodwill(VOUCHER),)),
        complaint_types=("no_reply",),
        tone="abusive",
        customer_name=None,
    ),
    "question_two_things": brief(
        decided(DecisionKind.ASK, missing=(ORDER_ID, PHOTO)),
        complaint_types=("item_damaged",),
        customer_name=None,
    ),
    "question_one_thing_informal": brief(
        decided(DecisionKind.ASK, missing=(PHOTO,)),
        complaint_types=("item_damaged", "delivery_late"),
        order_ids=("RS-4471",),
        formality="informal",
        variant=1,
    ),
    "decline_own_error": brief(
        decided(DecisionKind.DECLINE, at_fault=False),
        complaint_types=("item_wrong",),
        asks=("replacement",),
        own_error=True,
        customer_name="Paolo",
        order_ids=("RS-4471",),
        right_open=WITHDRAW,
    ),
    "decline_not_ours_threatening": brief(
        decided(DecisionKind.DECLINE, at_fault=False),
        complaint_types=("item_damaged",),
        asks=("refund", "discount"),
        tone="threatening",
    ),
    "decline_with_the_owners_reason": brief(
        decided(DecisionKind.DECLINE, refusals=(refused(ONLY_OUR_MISTAKE, KEEP_ASIDE),)),
        complaint_types=("item_wrong",),
        asks=("replacement",),
        tone="disappointed",
    ),
    "refund_for_one_matter_no_for_the_other": brief(
        decided(
            DecisionKind.OFFER,
            apologise=True,
            at_fault=True,
            offers=(owed(FULL_REFUND, about="refund_missing"),),
            refusals=(refused(FIXED_PRICES),),
        ),
        complaint_types=("refund_missing", "unfair_terms"),
        tone="frustrated",
    ),
    "two_refusals": brief(
        decided(
            DecisionKind.DECLINE,
            refusals=(
                refused(FIXED_PRICES, about="unfair_terms"),
                refused(ONLY_OUR_MISTAKE, KEEP_ASIDE, about="item_wrong"),
            ),
        ),
        complaint_types=("unfair_terms", "item_wrong"),
        asks=("discount",),
    ),
    "one_matter_new_one_answered_two_refused": brief(
        decided(
            DecisionKind.OFFER,
            apologise=True,
            at_fault=True,
            offers=(goodwill(VOUCHER, about="booking_error"),),
            refusals=(
                refused(FIXED_PRICES, about="unfair_terms"),
                refused(ONLY_OUR_MISTAKE, about="item_wrong"),
            ),
            status_of=("delivery_late",),
        ),
        complaint_types=("booking_error", "delivery_late", "unfair_terms", "item_wrong"),
        tone="frustrated",
    ),
    "a_right_or_a_favour": brief(
        decided(
            DecisionKind.OFFER,
            apologise=True,
            at_fault=True,
            offers=(owed(REPLACEMENT, replace(FULL_REFUND, basis=Basis.GOODWILL), about="item_damaged"),),
        ),
        complaint_types=("item_damaged", "quality_below"),
    ),
    "three_options": brief(
        decided(
            DecisionKind.OFFER,
            apologise=True,
            at_fault=True,
            offers=(goodwill(EXCHANGE, PART_REFUND, FREE_MONTH, about="quality_below"),),
            choose_within=A_WEEK,
        ),
        complaint_types=("quality_below",),
    ),
    "decline_by_the_rules": brief(
        decided(DecisionKind.DECLINE),
        complaint_types=("unfair_terms",),
        tone="angry",
        variant=1,
    ),
    "status_open": brief(
        decided(DecisionKind.STATUS),
        tone="worried",
        order_ids=("RS-4471",),
        promises=(PromiseLine(what=RESEND.what, due=date(2026, 11, 19), state="open"),),
    ),
    "status_kept_and_broken": brief(
        decided(DecisionKind.STATUS),
        tone="frustrated",
        promises=(
            PromiseLine(what=RESEND.what, due=date(2026, 11, 19), state="kept"),
            PromiseLine(what=SHIP_NEW.what, due=date(2026, 11, 20), state="broken"),
        ),
    ),
    "thanks_warm": brief(
        decided(DecisionKind.THANKS), act="praise", complaint_types=(), tone="grateful", emoji_used=True
    ),
    "thanks_plain_informal": brief(
        decided(DecisionKind.THANKS), act="praise", complaint_types=(), formality="informal", variant=1
    ),
    "holding_complaint": brief(
        replace(HAND_OVER, apologise=True),
        complaint_types=("safety_privacy",),
        tone="worried",
        asks=("human_contact",),
        answer_by=date(2026, 11, 19),
        hand_over_contact="055 000000",
    ),
    "answer_to_a_question": brief(
        HAND_OVER, act="question", complaint_types=(), asks=("information",), order_ids=("RS-4471",)
    ),
    "answer_to_a_request": brief(
        HAND_OVER, act="request", complaint_types=(), asks=("cancellation",), order_ids=("RS-4471",)
    ),
    "greeting_only": brief(HAND_OVER, act="other", complaint_types=(), customer_name=None),
}


def golden_text(name: str) -> str:
    """One case in every language, as it stands in its file."""
    blocks = []
    for language in LANGUAGES:
        draft = compose(replace(BRIEFS[name], language=language))
        assert draft is not None
        names = " ".join(part for part, _ in draft.parts)
        blocks.append(f"== {language} · {draft.kind} · {draft.variant}\n{names}\n\n{draft.text}\n")
    return "\n".join(blocks)


def rewrite() -> None:
    for stale in FOLDER.glob("*.txt"):
        stale.unlink()
    for name in BRIEFS:
        (FOLDER / f"{name}.txt").write_text(golden_text(name), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
