"""Going off policy at the desk: the refusal asks supervisors for a reason, and nobody else."""

import pytest

from models.decision import Role

MORE = "\nE le rimborsiamo 100 €."
REASON = "Aspetta da tre settimane."


async def raised(house, role: Role):
    number = await house.begins_with("Il pacco è in ritardo")
    browser = await house.browser()
    async with house.database.writing() as session:
        (await session.merge(await house.agent("Giulia"))).role = role
    shown = await browser.shown(number)
    return number, browser, shown | {"text": f"{shown['text']}{MORE}"}


async def test_a_supervisor_is_asked_why_and_then_it_goes(house):
    number, browser, body = await raised(house, Role.SUPERVISOR)
    refused = await browser.act(f"/cases/{number}/approve", body)
    assert (refused.status_code, refused.json()["overrule"]) == (409, True)
    sent = await browser.act(f"/cases/{number}/approve", body | {"why": REASON})
    assert sent.status_code == 200
    assert sent.json()["filled"].endswith("E le rimborsiamo 100 €.")


async def test_an_agent_is_told_who_may(house):
    number, browser, body = await raised(house, Role.AGENT)
    refused = await browser.act(f"/cases/{number}/approve", body | {"why": REASON})
    assert (refused.status_code, "overrule" in refused.json()) == (409, False)
    assert "supervisore" in refused.json()["sentence"]


@pytest.mark.parametrize(("role", "asked"), [(Role.SUPERVISOR, True), (Role.AGENT, False)])
async def test_the_question_stands_on_a_supervisors_page_alone(house, role, asked):
    number, browser, _ = await raised(house, role)
    assert ("Invia fuori regola" in (await browser.open(f"/cases/{number}")).text) == asked


async def test_the_page_about_fairness_says_who_and_why(house):
    number, browser, body = await raised(house, Role.SUPERVISOR)
    assert "nessuno è andato fuori regola" in (await browser.open("/fairness")).text
    await browser.act(f"/cases/{number}/approve", body | {"why": REASON})
    page = (await browser.open("/fairness?days=30")).text
    assert f'<a href="/cases/{number}">#{number}</a>' in page
    assert "Dato: «100 €» (+100 €)" in page
    assert REASON in page


@pytest.mark.parametrize(("name", "status"), [("Marco", 403), ("Sara", 200), ("Giulia", 200)])
async def test_the_page_about_fairness_is_for_supervisors(house, name, status):
    browser = await house.browser(name)
    assert (await browser.open("/fairness")).status_code == status
    assert ('href="/fairness"' in (await browser.open("/queue")).text) == (status == 200)
