"""The case page tells agents what a history shows, on what it rests, and lets them dismiss it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.decision import Duration, DurationUnit
from models.record import Happening
from models.serial import to_json
from models.tables import SignalRow
from responses.policy.schema import Count
from responses.policy.signals import Raised
from tests.unit.desk.conftest import LATE

WORDS = "3 richieste in 60 giorni, 2 dopo un rimedio"


async def raise_signal(house, number, **changes):
    """A signal of the case's customer, resting on this very case; its id."""
    case = await house.case()
    assert case.number == number
    seen = Raised(
        name="repeated_claims",
        count=Count.CLAIMS,
        number=3,
        after_remedy=2,
        within=Duration(count=60, unit=DurationUnit.DAYS),
        until=utcnow() + timedelta(days=20),
        evidence=(Happening(id=case.id, at=case.created_at),),
    )
    values = {"name": seen.name, "evidence": to_json(seen), "expires_at": seen.until} | changes
    async with house.database.writing() as session:
        row = SignalRow(customer_id=case.customer_id, case_id=case.id, **values)
        session.add(row)
    return row.id


async def kept(house):
    async with house.database.reading() as session:
        return (await session.scalars(select(SignalRow))).one()


async def test_a_page_without_signals_says_nothing_of_them(house):
    number = await house.begins_with(LATE)
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert 'class="block signals"' not in page


async def test_the_page_names_what_happened_and_links_to_it(house):
    number = await house.begins_with(LATE)
    await raise_signal(house, number)
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    block = page.split('class="block signals"')[1].split("</section>")[0]
    assert WORDS in block
    assert f'<a href="/cases/{number}">#{number}</a>' in block
    assert "repeated_claims" not in block
    assert WORDS not in (await (await house.browser()).open("/queue")).text


async def test_a_press_with_a_reason_dismisses_it_and_the_case_is_decided_anew(house):
    number = await house.begins_with(LATE)
    signal = await raise_signal(house, number)
    browser = await house.browser("Marco")
    before = await browser.shown(number)
    answer = await browser.act(f"/cases/{number}/signals/{signal}/dismiss", {"reason": "È stato il corriere"})
    await house.settle()
    assert answer.json()["ok"]
    row = await kept(house)
    assert (row.dismissed_by, row.dismissed_reason) == (
        (await house.agent("Marco")).id,
        "È stato il corriere",
    )
    page = (await browser.open(f"/cases/{number}")).text
    assert "Marco" in page.split('class="dismissed"')[1]
    assert "signal-form" not in page
    assert (await browser.shown(number))["draft_id"] != before["draft_id"]
    assert "Marco ha tolto un segnale" in page


@pytest.mark.parametrize("reason", ["", "   "])
async def test_without_a_reason_it_stays(house, reason):
    number = await house.begins_with(LATE)
    signal = await raise_signal(house, number)
    answer = await (await house.browser()).act(
        f"/cases/{number}/signals/{signal}/dismiss", {"reason": reason}
    )
    assert (answer.status_code, answer.json()["reason"]) == (409, "reason_empty")
    assert "motivo" in answer.json()["sentence"]
    assert (await kept(house)).dismissed_at is None


async def test_one_whose_time_is_over_is_neither_shown_nor_dismissed(house):
    number = await house.begins_with(LATE)
    signal = await raise_signal(house, number, expires_at=utcnow())
    browser = await house.browser()
    assert 'class="block signals"' not in (await browser.open(f"/cases/{number}")).text
    answer = await browser.act(f"/cases/{number}/signals/{signal}/dismiss", {"reason": "tardi"})
    assert answer.json()["reason"] == "gone"


async def test_nobody_dismisses_without_signing_in(house):
    number = await house.begins_with(LATE)
    signal = await raise_signal(house, number)
    path = f"/cases/{number}/signals/{signal}/dismiss"
    answer = await house.stranger().client.post(path, json={"reason": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert (await kept(house)).dismissed_at is None
