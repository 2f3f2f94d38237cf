"""On the case page an agent notes how the customer prefers it; supervisors see how the wordings do."""

import re

import pytest

from tests.unit.desk.conftest import LATE


async def test_a_preference_is_noted_shown_with_who_and_when_and_taken_back(house):
    number = await house.begins_with(LATE)
    marco = await house.browser("Marco")
    path = f"/cases/{number}/preference"
    noted = await marco.act(path, {"which": "formality", "value": "informal"})
    assert noted.json()["sentence"] == "Segnato: la bozza si rifà."
    await house.settle()
    page = (await marco.open(f"/cases/{number}")).text
    assert 'Tu o lei: <strong>tu</strong> <span class="quiet">(Marco, ' in page
    assert "Marco ha segnato una preferenza del cliente" in page
    cleared = await marco.act(path, {"which": "formality", "value": None})
    assert cleared.json()["ok"]
    assert "<strong>tu</strong>" not in (await marco.open(f"/cases/{number}")).text


async def test_what_is_learnt_is_shown_as_learnt(house):
    await house.said("Ciao, mi sai dire dov'è il pacco RS20418?")
    number = await house.said("Scusa, puoi controllare ancora?")
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert '<strong>tu</strong> <span class="chip"' in page


@pytest.mark.parametrize(
    ("body", "status"),
    [({"which": "formality", "value": "voi"}, 409), ({"which": "shoes", "value": "red"}, 422)],
    ids=["no such value", "no such preference"],
)
async def test_what_is_no_preference_is_refused(house, body, status):
    number = await house.begins_with(LATE)
    answer = await (await house.browser()).act(f"/cases/{number}/preference", body)
    assert answer.status_code == status


async def test_without_the_pages_token_nothing_is_noted(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    answer = await browser.client.post(
        f"/cases/{number}/preference", json={"which": "formality", "value": "informal"}
    )
    assert answer.status_code == 403


async def test_the_wordings_that_went_out_stand_on_the_page_with_what_is_lacking(house):
    number = await house.begins_with(LATE)
    sara = await house.browser("Sara")
    approved = await sara.act(f"/cases/{number}/approve", await sara.shown(number))
    assert approved.json()["ok"]
    page = (await sara.open("/learning")).text
    assert re.search(r'<th scope="row">italiano · [abc]</th><td class="number">1</td>', page)
    assert "voto 4 o 5: per un confronto mancano ancora risposte" in page
