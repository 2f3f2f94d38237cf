"""What is promised beside a voucher that somebody put in by hand is asked about, and opened once."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
import pytest_asyncio

from models.database import Database
from models.decision import DecisionKind
from models.money import Money
from models.tables import Draft
from responses.approving.approval import Approvals
from responses.approving.withholding import Meant
from responses.checks import CheckContext, check_text
from responses.checks.about import Put
from responses.config import RoadConfig
from responses.promises.word_given import WordGiven, WordGivenError
from tests.checks.examples import TODAY
from tests.seed import bound
from tests.unit.responses.vouchers.test_vouchers_by_hand import REASON, TEXT, Generous

CODE = "NATALE-17"
PUT = Put(code=CODE, amount=Money(amount=Decimal(10), currency="EUR"), sentences=())


def found(text: str) -> list[str]:
    about = CheckContext(language="it", kind=DecisionKind.HAND_OVER, today=TODAY, put=(PUT,))
    return [one.words for one in check_text(text, about) if one.code == "promise_undated"]


@pytest_asyncio.fixture
async def shop(sqlite: Database, config: RoadConfig) -> Generous:
    shop = Generous(sqlite, config)
    await shop.hire()
    await shop.loads(CODE, amount=10)
    return shop


async def sends(shop: Generous, draft: Draft, meant: Mapping[str, Meant] | None = None) -> None:
    async with shop.database.writing() as session:
        policy = await shop.policies.current(session)
        agent = await session.merge(shop.agent)
        await Approvals(shop.config, shop.policies).approve(
            session, agent, bound(draft), policy.hours, reason=REASON, meant=meant or {}
        )


async def asked(shop: Generous, draft: Draft) -> tuple[WordGiven, ...]:
    with pytest.raises(WordGivenError) as error:
        await sends(shop, draft)
    return error.value.given


@pytest.mark.parametrize(
    "text",
    [
        f"Buongiorno Marta, la richiamo per spiegarle come usare il codice {CODE}.",
        f"Buongiorno Marta, la richiamo per il buono da 10 € con codice {CODE}.",
        f"Buongiorno Marta, la richiamo per il buono da 10 €: il codice è {CODE}.",
    ],
)
def test_no_voucher_keeps_a_call(text: str) -> None:
    (words,) = found(text)
    assert words.startswith("la richiamo")


@pytest.mark.parametrize(
    "text",
    [
        f"Buongiorno Marta, le mandiamo il buono {CODE}.",
        f"Buongiorno Marta, intanto le mando un buono da 10 €: il codice è {CODE}.",
    ],
)
def test_the_voucher_itself_is_given_by_the_text(text: str) -> None:
    assert found(text) == []


def test_another_sum_beside_it_is_told_once() -> None:
    text = f"Buongiorno Marta, le rimborsiamo 40 € e il codice del buono è {CODE}."
    assert found(text) == []


async def test_a_call_beside_it_is_asked_about_and_opened(shop: Generous) -> None:
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    draft = await shop.rewrites(
        draft, f"Buongiorno Marta, la richiamo per spiegarle come usare il codice {CODE}.\n{{agent}}"
    )
    (given,) = await asked(shop, draft)
    await sends(shop, draft, {given.key: Meant.PROMISED})
    assert len(await shop.promises()) == 1


async def test_one_with_a_day_is_asked_about_too_and_opened_once(shop: Generous) -> None:
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    draft = await shop.rewrites(draft, draft.text.replace("le scrivo io.", "la richiamo lunedì."))
    (given,) = await asked(shop, draft)
    assert (given.words, given.dated) == ("la richiamo lunedì", True)
    await sends(shop, draft, {given.key: Meant.PROMISED})
    (promise,) = await shop.promises()
    assert promise.what == {"it": "la richiamo"}


async def test_said_to_be_none_it_is_not_opened_off_policy_either(shop: Generous) -> None:
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    draft = await shop.rewrites(draft, draft.text.replace("le scrivo io.", "la richiamo lunedì."))
    (given,) = await asked(shop, draft)
    await sends(shop, draft, {given.key: Meant.NO_PROMISE})
    assert await shop.promises() == []


async def test_a_sum_promised_for_a_day_is_one_promise(shop: Generous) -> None:
    draft = await shop.by_hand(text="Buongiorno Marta, le rimborsiamo 20 € lunedì.\n{agent}")
    (given,) = await asked(shop, draft)
    await sends(shop, draft, {given.key: Meant.PROMISED})
    assert len(await shop.promises()) == 1


async def test_a_sum_is_kept_track_of_beside_a_call_for_a_day(shop: Generous) -> None:
    draft = await shop.by_hand(text="Buongiorno Marta, le rimborsiamo 20 €. La richiamo lunedì.\n{agent}")
    (given,) = await asked(shop, draft)
    await sends(shop, draft, {given.key: Meant.PROMISED})
    assert len(await shop.promises()) == 2
