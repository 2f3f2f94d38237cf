"""What costs most is for supervisors, and says in words where there is nothing or too little to tell."""

import pytest

from tests.seed import seed_case
from tests.unit.responses.reports.test_causes import LATE, answers, complaint, gives, says
from tests.unit.responses.reports.test_strengths import THANKS


async def costly(house):
    async with house.database.writing() as session:
        case = await seed_case(session)
        await says(session, case, complaint(LATE))
        await gives(session, await answers(session, case, types=[LATE]), 1250)
        await says(session, case, complaint(LATE))


@pytest.mark.parametrize(("name", "status"), [("Marco", 403), ("Sara", 200), ("Giulia", 200)])
async def test_what_costs_most_is_for_supervisors(house, name, status):
    browser = await house.browser(name)
    assert (await browser.open("/causes?days=30")).status_code == status
    assert ('href="/causes"' in (await browser.open("/queue")).text) == (status == 200)


async def test_where_nobody_complained_the_page_says_so(house):
    page = (await (await house.browser("Sara")).open("/causes")).text
    assert "In questo periodo nessuno ha reclamato." in page
    assert "<table" not in page


@pytest.mark.parametrize("by", ["cost", "back", "nonsense"])
async def test_one_case_is_told_as_one_and_not_as_a_share(house, by):
    await costly(house)
    page = (await (await house.browser("Sara")).open(f"/causes?by={by}")).text
    assert "Un caso con un reclamo. Ne è tornato indietro uno. Sono meno di 5" in page
    assert "consegna in ritardo" in page
    assert "12,50\u202f€" in page
    assert "di nuovo un reclamo dopo la risposta: 1" in page
    assert "100%" not in page
    assert "(pochi)" in page


@pytest.mark.parametrize(("name", "status"), [("Marco", 403), ("Sara", 200)])
async def test_what_people_thank_for_is_for_supervisors(house, name, status):
    assert (await (await house.browser(name)).open("/strengths?days=30")).status_code == status


async def test_where_nobody_wrote_and_where_nobody_thanked_are_told_apart(house):
    sara = await house.browser("Sara")
    assert "In questo periodo nessuno ha scritto." in (await sara.open("/strengths")).text
    await costly(house)
    assert "sono stati letti 2 messaggi" in (await sara.open("/strengths")).text


async def test_one_message_of_thanks_is_quoted_and_is_no_trend(house):
    async with house.database.writing() as session:
        await says(session, await seed_case(session), THANKS, "Grazie <b>mille</b>!")
    page = (await (await house.browser("Sara")).open("/strengths")).text
    assert "Un ringraziamento. Sono meno di 5" in page
    assert "<q>Grazie &lt;b&gt;mille&lt;/b&gt;!</q>" in page
    assert "100%" not in page
