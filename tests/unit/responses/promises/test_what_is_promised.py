"""Which promises an approved offer opens: commitments, and every remedy that somebody has to carry out."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.database import Database
from models.decision import Basis, Commitment, Duration, DurationUnit, Offer, Remedy, RemedyKind
from models.money import Money
from models.tables import Draft, Promise
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from tests.unit.responses.approving.test_approval import HOURS, a_decision, approve, on_the_table

TEN = Money(amount=Decimal(10), currency="EUR")
REFUND = Remedy(kind=RemedyKind.REFUND, amount=TEN, worth=TEN)
COLLECT = {"it": "mandiamo il corriere a ritirare l'articolo", "en": "we'll send the courier"}
SEND_REFUND = {"it": "facciamo partire il rimborso", "en": "we'll send the refund", "de": "wir erstatten"}


def offer(remedy: Remedy, about: str = "item_damaged") -> Offer:
    return Offer(basis=Basis.OWED, options=(remedy,), rule_id="dovuto", complaint_type=about)


def promise(what: Mapping[str, str]) -> Commitment:
    return Commitment(what=what, within=Duration(count=2, unit=DurationUnit.WORKING_DAYS), rule_id="regola")


async def opened(
    database: Database,
    config: RoadConfig,
    *offers: Offer,
    commitments: tuple[Commitment, ...] = (),
    variant: str | None = None,
) -> list[tuple[str, str, bool]]:
    """What was promised: kind, Italian words, and whether keeping it carries out a remedy."""
    decision = a_decision(offers=offers, commitments=commitments)
    due = " ".join(f"{{due:{number}}}" for number in range(1, len(commitments) + 1))
    agent, _, draft = await on_the_table(database, text=f"Rimediamo noi. {due}\n{{agent}}", decision=decision)
    async with database.writing() as session:
        (await session.get_one(Draft, draft.id)).variant = variant
    await approve(database, Approvals(config), agent, draft)
    async with database.reading() as session:
        found = await session.scalars(select(Promise).order_by(Promise.id))
        return [(one.kind, one.what["it"], one.offer_id is not None) for one in found]


@pytest.mark.parametrize(
    ("remedy", "words"),
    [
        pytest.param(REFUND, "il rimborso", id="refund"),
        pytest.param(Remedy(kind=RemedyKind.REPLACEMENT, worth=TEN), "la sostituzione", id="replacement"),
        pytest.param(Remedy(kind=RemedyKind.REPAIR, worth=TEN), "la riparazione", id="repair"),
        pytest.param(Remedy(kind=RemedyKind.REDO, worth=TEN), "il lavoro rifatto da capo", id="redo"),
        pytest.param(
            Remedy(kind=RemedyKind.GIFT, wording={"it": "una tisana"}, worth=TEN), "una tisana", id="gift"
        ),
        pytest.param(
            Remedy(kind=RemedyKind.FREE_PERIOD, period=Duration(count=1, unit=DurationUnit.MONTHS)),
            "un mese gratis",
            id="free period",
        ),
        pytest.param(
            Remedy(kind=RemedyKind.DISCOUNT, percent=Decimal(10), of="order"),
            "lo sconto su questo ordine",
            id="discount on this order",
        ),
        pytest.param(
            Remedy(kind=RemedyKind.DISCOUNT, percent=Decimal(10), of="next_order"),
            "lo sconto registrato per la prossima volta",
            id="discount on the next order",
        ),
    ],
)
async def test_what_somebody_has_to_do_is_promised_also_beside_a_commitment(
    sqlite: Database, config: RoadConfig, remedy: Remedy, words: str
) -> None:
    assert await opened(sqlite, config, offer(remedy), commitments=(promise(COLLECT),)) == [
        ("commitment", COLLECT["it"], False),
        ("remedy", words, True),
    ]


@pytest.mark.parametrize(
    "remedy",
    [
        pytest.param(Remedy(kind=RemedyKind.VOUCHER, amount=TEN, worth=TEN), id="voucher"),
        pytest.param(Remedy(kind=RemedyKind.WORDS, wording={"it": "spieghiamo"}), id="words"),
    ],
)
async def test_what_needs_nobody_is_no_promise(sqlite: Database, config: RoadConfig, remedy: Remedy) -> None:
    assert await opened(sqlite, config, offer(remedy)) == []


async def test_a_commitment_that_is_the_remedy_itself_is_one_promise(
    sqlite: Database, config: RoadConfig
) -> None:
    assert await opened(sqlite, config, offer(REFUND), commitments=(promise(SEND_REFUND),)) == [
        ("commitment", SEND_REFUND["it"], True)
    ]


async def test_of_a_day_that_is_named_there_is_time_until_its_end(
    sqlite: Database, config: RoadConfig
) -> None:
    in_days = Commitment(what=COLLECT, within=Duration(count=3, unit=DurationUnit.DAYS), rule_id="regola")
    await opened(sqlite, config, commitments=(in_days,))
    async with sqlite.reading() as session:
        promised = (await session.scalars(select(Promise))).one()
    due = promised.due_at.astimezone(HOURS.zone)
    assert due.date() == promised.created_at.astimezone(HOURS.zone).date() + timedelta(days=3)
    assert due == HOURS.closing(due.date())


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(
            {"it": "controlliamo il rimborso", "en": "we'll look into the refund"}, id="looks into it"
        ),
        pytest.param(
            {"it": "facciamo partire il rimborso", "en": "we'll see to it"}, id="not in every language"
        ),
    ],
)
async def test_where_it_is_in_doubt_there_are_two(
    sqlite: Database, config: RoadConfig, what: Mapping[str, str]
) -> None:
    assert await opened(sqlite, config, offer(REFUND), commitments=(promise(what),)) == [
        ("commitment", what["it"], False),
        ("remedy", "il rimborso", True),
    ]


async def test_of_two_refunds_nobody_can_tell_which_is_meant(sqlite: Database, config: RoadConfig) -> None:
    both = (offer(REFUND), offer(REFUND, about="billing_error"))
    kinds = [kind for kind, _, _ in await opened(sqlite, config, *both, commitments=(promise(SEND_REFUND),))]
    assert kinds == ["commitment", "remedy", "remedy"]


@pytest.mark.parametrize(
    ("variant", "word"), [("short-formal", "le"), ("short-informal", "ti"), (None, "le")]
)
async def test_what_was_promised_is_kept_as_the_text_addressed_the_customer(
    sqlite: Database, config: RoadConfig, variant: str | None, word: str
) -> None:
    written = promise({"it": "(le|ti) scriviamo dov'è il pacco"})
    dinner = Remedy(kind=RemedyKind.GIFT, wording={"it": "una cena che (le|ti) piaccia"}, worth=TEN)
    found = await opened(sqlite, config, offer(dinner), commitments=(written,), variant=variant)
    assert [words for _, words, _ in found] == [
        f"{word} scriviamo dov'è il pacco",
        f"una cena che {word} piaccia",
    ]
