"""Claims of somebody of whom the order book knows nothing: a signal where the book would know."""

from importlib.resources import files

import pytest
from sqlalchemy import update

from models.clock import utcnow
from models.tables import Case, Contact, Identity
from responses.orders.opened_links import note_opened
from responses.policy import load_policy_text
from responses.policy.signals import Raised, raised, told
from tests.unit.responses.customers.signals_shop import DAY, LATE, NEW_ORDER, Shop, in_the_book, shop
from tests.unit.responses.triage_road import assessed

__all__ = ["shop"]

SAMPLE = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
UNBOUGHT = load_policy_text(
    SAMPLE.replace(
        "signals:\n",
        "signals:\n  richieste_senza_ordine: {count: claims_without_order, at_least: 3, within: 60 days, "
        "then: {tier: supervisor}}\n",
        1,
    ),
    "negozio.yaml",
)


async def claims_thrice(shop: Shop) -> Case:
    """Three claims in sixty days, the last with the number of an order."""
    await shop.writes("Ciao", assessed("other"))
    await shop.earlier(40)
    await shop.earlier(20)
    return await shop.writes("Anche questo pacco è in ritardo", NEW_ORDER)


async def unbought(shop: Shop, case: Case) -> list[Raised]:
    record = await shop.record(case, UNBOUGHT)
    return [one for one in raised(UNBOUGHT, record, utcnow()) if one.name == "richieste_senza_ordine"]


async def test_claims_of_whom_the_book_does_not_know_are_a_signal(shop: Shop) -> None:
    case = await claims_thrice(shop)
    await in_the_book(shop, None, number="RS2", key="RS2")
    (found,) = await unbought(shop, case)
    assert told(found, "it") == "3 richieste in 60 giorni, nessun ordine nel registro"
    assert told(found, "en") == "3 claims in 60 days, no order in the book"
    assert found.until < utcnow() + 21 * DAY


async def test_one_or_two_claims_are_none(shop: Shop) -> None:
    await shop.writes("Ciao", assessed("other"))
    await shop.earlier(20)
    case = await shop.writes("Anche questo pacco è in ritardo", NEW_ORDER)
    await in_the_book(shop, None, number="RS2", key="RS2")
    assert await unbought(shop, case) == []


@pytest.mark.parametrize(
    "book",
    [
        pytest.param({}, id="the number that they named"),
        pytest.param({"number": "RS2", "key": "RS2", "email": "marta@example.org"}, id="their address"),
        pytest.param({"number": "RS2", "key": "RS2", "phone": "+393331234567"}, id="their telephone"),
        pytest.param({"number": "RS2", "key": "RS2", "telegram_id": "4711"}, id="their Telegram account"),
        pytest.param({"number": "RS3", "key": "RS3"}, id="a link that they opened"),
    ],
)
async def test_who_may_have_an_order_is_not_without_one(shop: Shop, book: dict[str, object]) -> None:
    case = await claims_thrice(shop)
    async with shop.database.writing() as session:
        for kind, value in (("email", "marta@example.org"), ("phone", "+393331234567")):
            session.add(Contact(customer_id=case.customer_id, kind=kind, value=value))
        await session.execute(update(Identity).values(channel="telegram:1", external_id="4711"))
        await note_opened(session, case.customer_id, "RS3")
    await in_the_book(shop, None, **({"number": "RS9", "key": "RS9"} | book))
    assert (await shop.record(case, UNBOUGHT)).unbought == ()


async def test_nor_is_whom_the_book_knows_by_another_order(shop: Shop) -> None:
    case = await claims_thrice(shop)
    await in_the_book(shop, case.customer_id, number="RS2", key="RS2")
    assert (await shop.record(case, UNBOUGHT)).unbought == ()


@pytest.mark.parametrize(
    "book",
    [
        pytest.param({"imported_at": utcnow() - 40 * DAY}, id="a book that is old"),
        pytest.param({"source": "look-up"}, id="single orders that were looked up"),
    ],
)
async def test_a_book_that_cannot_know_says_nothing(shop: Shop, book: dict[str, object]) -> None:
    case = await claims_thrice(shop)
    await in_the_book(shop, None, **({"number": "RS2", "key": "RS2"} | book))
    assert (await shop.record(case, UNBOUGHT)).unbought is None


async def test_a_book_that_did_not_answer_in_another_of_their_cases_says_nothing(shop: Shop) -> None:
    case = await claims_thrice(shop)
    await in_the_book(shop, None, number="RS2", key="RS2")
    async with shop.database.writing() as session:
        await session.execute(update(Case).where(Case.id != case.id).values(book_failed_at=utcnow()))
    assert (await shop.record(case, UNBOUGHT)).unbought is None


async def test_of_whom_nothing_is_known_the_book_says_nothing(shop: Shop) -> None:
    await shop.writes("Ciao", assessed("other"))
    await shop.earlier(40)
    await shop.earlier(20)
    case = await shop.writes("Anche questo pacco è in ritardo", LATE)
    await in_the_book(shop, None, number="RS2", key="RS2")
    assert (await shop.record(case, UNBOUGHT)).unbought is None


async def test_without_any_book_nothing_is_said(shop: Shop) -> None:
    assert (await shop.record(await claims_thrice(shop), UNBOUGHT)).unbought is None
