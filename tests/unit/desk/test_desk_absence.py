"""Being away, on the desk."""

from datetime import timedelta

from models.clock import utcnow
from responses.notices import NoticeKind, put_up, take_down
from responses.people.presence import absences_from


def days_ahead(days: int) -> str:
    return str((utcnow() + timedelta(days=days)).date())


async def noted(house, name):
    agent = await house.agent(name)
    async with house.database.reading() as session:
        return (await absences_from(session, utcnow())).get(agent.id)


async def test_an_agent_notes_an_absence_and_takes_it_back(house):
    marco = await house.browser("Marco")
    saved = await marco.submit("/absence", first=days_ahead(3), last=days_ahead(9), deputy="Sara")
    assert "Sara" in saved.text
    assert (await noted(house, "Marco")).deputy_id == (await house.agent("Sara")).id
    await marco.submit("/absence", back="1")
    assert await noted(house, "Marco") is None


async def test_an_admin_notes_the_absence_of_a_colleague_and_sees_it_in_the_list(house):
    giulia = await house.browser()
    await giulia.submit("/absence", name="Sara", first=days_ahead(0), last=days_ahead(2))
    assert "assente dal" in (await giulia.open("/colleagues")).text


async def test_an_agent_notes_nobody_elses_absence(house):
    marco = await house.browser("Marco")
    answer = await marco.submit("/absence", name="Sara", first=days_ahead(0), last=days_ahead(2))
    assert answer.status_code == 403
    assert await noted(house, "Sara") is None


async def test_dates_that_make_no_absence_are_explained(house):
    marco = await house.browser("Marco")
    answer = await marco.submit("/absence", first=days_ahead(5), last=days_ahead(2))
    assert answer.status_code == 400
    assert "viene prima del primo" in answer.text


async def test_a_notice_is_on_every_page_while_it_stands(house):
    giulia = await house.browser()
    async with house.database.writing() as session:
        await put_up(session, NoticeKind.NOBODY_MAY_APPROVE, utcnow(), number="103", count="2", role="admin")
    assert "La richiesta n. 103 aspetta" in (await giulia.open("/rules")).text
    async with house.database.writing() as session:
        await take_down(session, NoticeKind.NOBODY_MAY_APPROVE)
    assert "La richiesta n. 103 aspetta" not in (await giulia.open("/rules")).text
