"""The situations of docs/drafts.md: three trades judged by their sample policies, on one fixed day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files

from models.decision import Basis, Decision, DecisionKind, FactValue, Given, Matter, RemedyKind, Role
from models.money import Money
from responses.drafts import DraftBrief, PromiseLine
from responses.drafts.brief import Formality
from responses.open_rights import right_open
from responses.policy import Policy, decide
from responses.policy.load import load_policy_text

NOW = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
"""A Tuesday morning."""

BUSINESSES = {"negozio": "Maglieria Rossi", "albergo": "Hotel Miralago", "telefonia": "Rete Chiara"}
CONTACTS = {"negozio": "055 000 000", "albergo": "045 000 000", "telefonia": "800 000 000"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """One line of what happened, and everything a draft needs beside the language.

    `languages` maps each language it is printed in to form of address and name. `decision` stands where no
    policy decides; else the trade's sample policy does.
    """

    happened: str
    trade: str
    languages: Mapping[str, tuple[Formality, str | None]]
    act: str = "complaint"
    types: tuple[str, ...] = ()
    tone: str = "calm"
    asks: tuple[str, ...] = ()
    own_error: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)
    orders: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    history: tuple[Given, ...] = ()
    decision: Mapping[str, object] | None = None
    promises: tuple[PromiseLine, ...] = ()
    answer_by: date | None = None
    contact: bool = False
    explanation: Mapping[str, str] | None = None
    exit_from: date | None = None
    emoji: bool = False
    variant: int = 0


@cache
def policy_of(trade: str) -> Policy:
    """The sample policy of a trade."""
    name = f"{trade}.yaml"
    text = files("responses.policy").joinpath("samples", name).read_text(encoding="utf-8")
    return load_policy_text(text, name)


def euros(amount: str) -> Money:
    """An amount in euros."""
    return Money(amount=Decimal(amount), currency="EUR")


def brief_of(situation: Situation, language: str) -> DraftBrief:
    """What the draft of a situation rests on, in one of its languages."""
    policy = policy_of(situation.trade)
    formality, name = situation.languages[language]
    matter = Matter(
        act=situation.act,
        complaint_types=situation.types,
        tone=situation.tone,
        urgency="normal",
        asks=situation.asks,
        own_error=situation.own_error,
        language=language,
        abstained=frozenset(),
        facts={name: FactValue(value=value, source="book") for name, value in situation.facts.items()},
        given_here=(),
        history=situation.history,
        now=NOW,
    )
    decision = decision_of(situation, policy, matter)
    return DraftBrief(
        decision=decision,
        act=situation.act,
        complaint_types=situation.types,
        tone=situation.tone,
        asks=situation.asks,
        own_error=situation.own_error,
        language=language,
        formality=formality,
        customer_name=name,
        business=BUSINESSES[situation.trade],
        signature=policy.signature,
        order_ids=situation.orders,
        dates=situation.dates,
        facts=matter.facts,
        promises=situation.promises,
        answer_by=situation.answer_by,
        hand_over_contact=CONTACTS[situation.trade] if situation.contact else None,
        right_open=right_open(policy, matter, decision),
        variant=situation.variant,
        emoji_used=situation.emoji,
        concerns=policy.concerns,
        what_happened=policy.what_happened,
        today=NOW.date(),
        exit_from=situation.exit_from,
    )


def decision_of(situation: Situation, policy: Policy, matter: Matter) -> Decision:
    """The policy's decision, or the one that the situation brings with it."""
    if situation.decision is None:
        return replace(decide(policy, matter), explanation=situation.explanation)
    fields: dict[str, object] = {"complaint_types": situation.types, **situation.decision}
    return Decision(policy=policy.name, policy_sha256=policy.sha256, **fields)  # type: ignore[arg-type]


RESENT = {
    "it": "controlliamo la consegna e quello che manca lo rispediamo",
    "en": "we'll check the delivery and resend whatever is missing",
    "es": "comprobamos la entrega y lo que falte lo volvemos a enviar",
    "fr": "nous vérifions la livraison et renvoyons ce qui manque",
    "de": "wir prüfen die Lieferung und schicken Fehlendes noch einmal los",
}
CREDITED = {
    "it": "accreditiamo l'indennizzo sulla bolletta di dicembre",
    "en": "we'll credit the compensation on your December bill",
    "es": "abonamos la indemnización en la factura de diciembre",
    "fr": "nous portons l'indemnisation au crédit de la facture de décembre",
    "de": "wir schreiben die Entschädigung auf der Dezemberrechnung gut",
}
REPAIRED = {
    "it": "un tecnico ripara la linea",
    "en": "a technician will repair the line",
    "es": "un técnico repara la línea",
    "fr": "un technicien répare la ligne",
    "de": "die Technik repariert den Anschluss",
}
STOCK = {
    "it": "il magazzino ha ricevuto la merce dopo la data scritta sul sito",
    "de": "unser Lager bekam die Ware erst nach dem Termin, der auf der Website stand",
}

SITUATIONS: tuple[Situation, ...] = (
    Situation(
        happened="A parcel is a week late, the customer is tired of waiting, and we know why.",
        trade="negozio",
        languages={"it": ("formal", "Marta"), "de": ("informal", "Jonas")},
        types=("delivery_late",),
        tone="frustrated",
        orders=("RS-4471",),
        facts={
            "order_id": "RS-4471",
            "days_late": Decimal(7),
            "item": "Cardigan Brina",
            "promised_on": date(2026, 11, 10),
        },
        explanation=STOCK,
    ),
    Situation(
        happened="A lamp arrived broken; the photo shows it. The customer fears for the money.",
        trade="negozio",
        languages={"en": ("formal", "Emily"), "fr": ("formal", "Camille")},
        types=("item_damaged",),
        tone="worried",
        orders=("RS-4502",),
        facts={"order_id": "RS-4502", "photo_shows_damage": True},
        variant=1,
    ),
    Situation(
        happened="Rude words at the counter. The owner has decided that an apology is what is due.",
        trade="negozio",
        languages={"es": ("formal", "Lucía"), "it": ("informal", "Davide")},
        types=("staff_conduct",),
        tone="disappointed",
        dates=(date(2026, 11, 14),),
        decision={"kind": DecisionKind.OFFER, "apologise": True, "at_fault": True},
        variant=2,
    ),
    Situation(
        happened="Something arrived broken, with neither order number nor photo.",
        trade="negozio",
        languages={"it": ("formal", None), "en": ("informal", "Ben")},
        types=("item_damaged",),
    ),
    Situation(
        happened="The photos show wear, not a defect; the customer wants the money back.",
        trade="negozio",
        languages={"fr": ("formal", "Hugo"), "de": ("formal", "Sabine")},
        types=("item_damaged",),
        tone="disappointed",
        asks=("refund",),
        orders=("RS-4390",),
        facts={"order_id": "RS-4390", "photo_shows_damage": True, "fault": "theirs"},
        variant=1,
    ),
    Situation(
        happened="The room was ready three hours late, in high season; the guests are still here.",
        trade="albergo",
        languages={"it": ("formal", "Paolo"), "de": ("formal", "Annika")},
        types=("delivery_late",),
        tone="angry",
        orders=("RV-1204",),
        facts={
            "order_id": "RV-1204",
            "guest_in_house": True,
            "hours_late": Decimal(3),
            "room_rate": euros("140"),
        },
        variant=2,
    ),
    Situation(
        happened="A night without sleep that nobody saved in time; the guests have left.",
        trade="albergo",
        languages={"es": ("formal", "Javier"), "en": ("formal", "Grace")},
        types=("quality_below",),
        tone="disappointed",
        orders=("RV-1187",),
        facts={
            "order_id": "RV-1187",
            "guest_in_house": False,
            "what_was_wrong": "noise",
            "problem_solved_within_hours": Decimal(6),
            "room_rate": euros("140"),
        },
    ),
    Situation(
        happened="The room had been sold twice, with a deposit paid.",
        trade="albergo",
        languages={"it": ("formal", "Chiara"), "fr": ("formal", "Louis")},
        types=("booking_error",),
        tone="angry",
        orders=("RV-1310",),
        facts={"order_id": "RV-1310", "overbooked": True, "deposit": euros("150")},
        variant=1,
    ),
    Situation(
        happened="The guest booked the wrong weekend, and says so.",
        trade="albergo",
        languages={"es": ("formal", "Carmen"), "de": ("formal", "Felix")},
        types=("booking_error",),
        own_error=True,
        orders=("RV-1288",),
        facts={"order_id": "RV-1288", "overbooked": False, "fault": "theirs"},
        variant=2,
    ),
    Situation(
        happened="No hot water, and a bad review announced; the claim is good, the threat changes nothing.",
        trade="albergo",
        languages={"en": ("formal", "Oliver"), "it": ("formal", "Renata")},
        types=("service_down",),
        tone="threatening",
        orders=("RV-1301",),
        facts={
            "order_id": "RV-1301",
            "guest_in_house": True,
            "what_is_down": "hot_water",
            "room_rate": euros("140"),
        },
    ),
    Situation(
        happened="The line has been down for four days; the compensation is owed.",
        trade="telefonia",
        languages={"it": ("formal", "Giorgio"), "es": ("formal", "Elena")},
        types=("service_down",),
        tone="frustrated",
        facts={"order_id": "TL-8834", "days_down": Decimal(4), "business_line": False},
        variant=1,
    ),
    Situation(
        happened="The activation is twelve days late.",
        trade="telefonia",
        languages={"de": ("formal", "Katrin"), "fr": ("formal", "Nicolas")},
        types=("delivery_late",),
        tone="angry",
        facts={
            "order_id": "TL-9120",
            "what_is_late": "activation",
            "days_late": Decimal(12),
            "business_line": False,
        },
    ),
    Situation(
        happened="A customer wants a discount because the price goes up for everybody.",
        trade="telefonia",
        languages={"en": ("formal", "Hannah"), "es": ("formal", "Andrés")},
        types=("unfair_terms",),
        tone="angry",
        asks=("discount",),
        facts={"order_id": "TL-7711", "price_notice_on": date(2026, 11, 2), "left_in_time": False},
        variant=2,
    ),
    Situation(
        happened="Insults, and a bill that really is wrong by 18.50 euros.",
        trade="telefonia",
        languages={"fr": ("informal", "Théo"), "it": ("formal", None)},
        types=("billing_error",),
        tone="abusive",
        facts={"order_id": "TL-6402", "overcharged": euros("18.50"), "not_requested": False},
        variant=1,
    ),
    Situation(
        happened="Warm thanks after a stay, with a smile.",
        trade="albergo",
        languages={"es": ("informal", "Sofía"), "de": ("informal", "Lena")},
        act="praise",
        tone="grateful",
        emoji=True,
        variant=1,
    ),
    Situation(
        happened="The customer asks again where the parcel is; a promise stands.",
        trade="negozio",
        languages={"en": ("formal", "James"), "fr": ("formal", "Inès")},
        types=("delivery_late",),
        tone="worried",
        orders=("RS-4471",),
        decision={"kind": DecisionKind.STATUS},
        promises=(PromiseLine(what=RESENT, due=date(2026, 11, 19), state="open"),),
    ),
    Situation(
        happened="Calls made on a cloned SIM; a person takes over, and the customer asked for one.",
        trade="telefonia",
        languages={"de": ("formal", "Thomas"), "en": ("formal", "Sarah")},
        types=("safety_privacy",),
        tone="worried",
        asks=("human_contact",),
        answer_by=date(2026, 11, 18),
        contact=True,
        variant=1,
    ),
    Situation(
        happened="The second parcel late within a month: no formula, one step more.",
        trade="negozio",
        languages={"fr": ("informal", "Manon"), "es": ("formal", "Pablo")},
        types=("delivery_late",),
        tone="frustrated",
        orders=("RS-4620",),
        facts={"order_id": "RS-4620", "days_late": Decimal(6)},
        history=(
            Given(
                case_id="earlier",
                complaint_type="delivery_late",
                at=datetime(2026, 10, 20, 9, tzinfo=UTC),
                kind=RemedyKind.VOUCHER,
                basis=Basis.GOODWILL,
                worth=euros("10"),
                our_fault=True,
                promise_state="kept",
                order_id="RS-4404",
            ),
        ),
        variant=2,
    ),
    Situation(
        happened="The owner ends the relationship; a credit and a repair are still to come.",
        trade="telefonia",
        languages={"de": ("formal", "Markus"), "fr": ("formal", None)},
        act="other",
        decision={"kind": DecisionKind.EXIT, "tier": Role.SUPERVISOR},
        promises=(
            PromiseLine(what=REPAIRED, due=date(2026, 11, 20), state="open"),
            PromiseLine(what=CREDITED, due=date(2026, 12, 10), state="open"),
        ),
        exit_from=date(2026, 12, 1),
        contact=True,
    ),
    Situation(
        happened="Somebody says hello and nothing else.",
        trade="albergo",
        languages={"en": ("informal", "Chloe"), "es": ("formal", None)},
        act="other",
        decision={"kind": DecisionKind.HAND_OVER},
        variant=1,
    ),
)
