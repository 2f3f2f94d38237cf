"""The page of promises and a case's own block: what is late, today, to come; kept or broken in a line."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.clock import utcnow
from models.states import CaseState, PromiseState
from models.tables import Absence, Case, OutboxEntry, Promise
from responses.people.agents import agent_by_name


async def answered(house, visitor):
    """A case whose answer promises something; its number."""
    number = await house.said("Il mio pacco RS20418 doveva arrivare il 12.", visitor=visitor)
    sara = await house.browser("Sara")
    await sara.act(f"/cases/{number}/facts", {"name": "order_id", "value": "RS20418"})
    await house.settle()
    answer = await sara.act(f"/cases/{number}/approve", await sara.shown(number))
    assert answer.json()["ok"], answer.json()
    await house.settle()
    return number


async def promised(house, *, visitor=None, due=timedelta(days=3), owner="Giulia", **changes):
    """A promise in a case that was answered, the first in this house or one of this visitor; its id."""
    number = await (answered(house, visitor) if visitor else house.begins_after(answered, "v1"))
    async with house.database.writing() as session:
        agent = await agent_by_name(session, owner)
        case = (await session.scalars(select(Case).where(Case.number == number))).one()
        promise = (await session.scalars(select(Promise).where(Promise.case_id == case.id))).one()
        promise.owner_id, promise.due_at = agent.id, utcnow() + due
        for name, value in changes.items():
            setattr(promise, name, value)
    return promise.id


async def promise_of(house, promise_id):
    async with house.database.reading() as session:
        return await session.get_one(Promise, promise_id)


def headings(page):
    return re.findall("<h2>([^<]+)</h2>", page.partition('id="lines"')[2].partition("<dialog")[0])


def pressing(page):
    found = re.search(r'id="pressing-count"[^>]*?( hidden)?>(\d+)<', page)
    assert found is not None
    return None if found[1] else int(found[2])


async def test_there_is_nothing_to_keep_at_first(house):
    page = (await (await house.browser()).open("/promises")).text
    assert "Non hai impegni aperti." in page
    assert pressing(page) is None


async def test_what_is_late_stands_first_and_each_line_says_what_who_and_for_whom(house):
    await promised(house, due=timedelta(days=3))
    await promised(house, visitor="v2", due=-timedelta(hours=30))
    page = (await (await house.browser()).open("/promises")).text
    assert headings(page) == ["In ritardo", "Più avanti"]
    assert "in ritardo di" in page
    assert "cerchiamo il pacco e le scriviamo dov&#39;è e quando arriva" in page
    assert '<a href="/cases/102">Marta #102</a> · lo fa Giulia' in page
    assert pressing(page) == 1


async def test_one_sees_ones_own_and_with_a_press_everybodys(house):
    await promised(house, owner="Marco", due=-timedelta(hours=1))
    giulia = await house.browser()
    mine, everybodys = (await giulia.open("/promises")).text, (await giulia.open("/promises?whose=all")).text
    assert "Non hai impegni aperti." in mine
    assert "lo fa Marco" in everybodys
    assert pressing(everybodys) is None
    assert pressing((await (await house.browser("Marco")).open("/queue")).text) == 1


async def test_kept_with_a_proof_the_customer_is_told_and_the_line_goes(house):
    promise = await promised(house)
    giulia = await house.browser()
    refused = await giulia.act(f"/promises/{promise}/keep", {"words": " "})
    assert (refused.status_code, refused.json()["reason"]) == (409, "proof_missing")
    assert "Manca la prova" in refused.json()["sentence"]
    kept = await giulia.act(f"/promises/{promise}/keep", {"words": "BRT 4471"})
    assert kept.json() == {"ok": True, "sentence": "Segnato come mantenuto."}
    again = await giulia.act(f"/promises/{promise}/keep", {"words": "BRT 4471"})
    assert (again.status_code, again.json()["reason"]) == (409, "promise_gone")
    await house.settle()
    lines = (await giulia.open("/promises/lines?whose=all")).json()
    assert "Nessun impegno aperto." in lines["lines"]
    async with house.database.reading() as session:
        query = select(OutboxEntry.content).where(OutboxEntry.dedupe_key == f"kept:{promise}")
        told = (await session.scalars(query)).one()
    assert told["text"].startswith("Richiesta n. 101, fatto: «cerchiamo il pacco")
    page = (await giulia.open("/cases/101")).text
    assert "mantenuto" in page
    assert "BRT 4471" in page


async def test_broken_with_a_reason_the_case_is_to_be_done_again(house):
    promise = await promised(house)
    giulia = await house.browser()
    refused = await giulia.act(f"/promises/{promise}/break", {"words": ""})
    assert refused.json()["reason"] == "reason_missing"
    broken = await giulia.act(f"/promises/{promise}/break", {"words": "il corriere l'ha perso"})
    assert broken.json()["ok"] is True
    await house.settle()
    assert (await promise_of(house, promise)).state == PromiseState.BROKEN
    shown = await giulia.shown(101)
    assert "non abbiamo mantenuto un impegno" in shown["text"]
    assert 'href="/cases/101"' in (await giulia.open("/queue")).text


async def test_the_block_on_the_cases_page_has_the_same_ways(house):
    promise = await promised(house)
    page = (await (await house.browser("Marco")).open("/cases/101")).text
    assert f'data-promise="{promise}"' in page
    assert 'data-way="keep"' in page
    assert 'data-way="break"' in page
    assert 'data-way="withdraw"' in page


async def test_a_case_closes_after_its_last_promise_and_not_before(house):
    promise = await promised(house)
    giulia = await house.browser()
    refused = await giulia.act("/cases/101/close", {})
    assert refused.json()["reason"] == "promise_open"
    await giulia.act(f"/promises/{promise}/keep", {"words": "BRT 4471"})
    await house.settle()
    assert (await giulia.act("/cases/101/close", {})).json()["ok"] is True


async def test_an_announced_answer_keeps_its_case_among_what_is_to_do(house):
    number = await house.said("Vi sembra il modo di trattare i clienti?")
    async with house.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
    promise = await promised(house, visitor="v2", kind="answer", what={"it": "una risposta nel merito"})
    async with house.database.writing() as session:
        await session.execute(update(Case).where(Case.id == case.id).values(state=CaseState.CLOSED))
    page = (await (await house.browser()).open("/queue")).text
    assert f'id="case-{number}"' not in page
    assert 'id="case-102"' in page
    assert "risposta promessa" in page
    assert (await promise_of(house, promise)).state == PromiseState.OPEN


@pytest.mark.parametrize("way", ["keep", "break", "withdraw"])
async def test_a_promise_that_never_was_is_refused(house, way):
    answer = await (await house.browser()).act(
        f"/promises/nothing/{way}", {"words": "eccola", "why": "not_needed"}
    )
    assert (answer.status_code, answer.json()["reason"]) == (409, "promise_gone")


async def test_a_stranger_is_sent_to_the_door(house):
    assert (await house.stranger().open("/promises")).headers["location"] == "/login"


async def test_withdrawn_with_a_reason_the_customer_is_told_and_the_page_says_who_and_why(house):
    promise = await promised(house)
    giulia = await house.browser()
    body = {"why": "not_needed", "words": "è arrivato da solo", "told": False}
    done = await giulia.act(f"/promises/{promise}/withdraw", body)
    assert done.json() == {"ok": True, "sentence": "Ritirato: non si va avanti."}
    again = await giulia.act(f"/promises/{promise}/withdraw", body)
    assert (again.status_code, again.json()["reason"]) == (409, "promise_gone")
    await house.settle()
    assert (await promise_of(house, promise)).state == PromiseState.WITHDRAWN
    async with house.database.reading() as session:
        query = select(OutboxEntry.content).where(OutboxEntry.dedupe_key == f"withdrawn:{promise}")
        told = (await session.scalars(query)).one()
    assert told["text"].startswith("Richiesta n. 101: visto quanto ci siamo detti, qui ci fermiamo con «cerc")
    page = (await giulia.open("/cases/101")).text
    assert "Giulia ha ritirato un impegno: il cliente non ne ha più bisogno" in page
    assert "ritirato " in page
    assert "è arrivato da solo" in page
    assert (await giulia.act("/cases/101/close", {})).json()["ok"] is True


async def test_another_reason_wants_words_and_who_knows_is_told_nothing(house):
    promise = await promised(house)
    giulia = await house.browser()
    body = {"why": "dropped", "words": " ", "told": True}
    refused = await giulia.act(f"/promises/{promise}/withdraw", body)
    assert (refused.status_code, refused.json()["reason"]) == (409, "why_missing")
    assert (await giulia.act(f"/promises/{promise}/withdraw", {**body, "why": "any"})).status_code == 422
    assert (await giulia.act(f"/promises/{promise}/withdraw", {**body, "words": "trasloca"})).json()["ok"]
    async with house.database.reading() as session:
        query = select(OutboxEntry.id).where(OutboxEntry.dedupe_key == f"withdrawn:{promise}")
        assert (await session.scalars(query)).all() == []


async def line_on_queue(house, name="Giulia"):
    """What the queue page says of promises, as it reads, and what the look for news brings."""
    browser = await house.browser(name)
    page, news = (await browser.open("/queue")).text, (await browser.open("/queue/lines")).json()
    shown = page.partition('id="promised"')[2].partition(">")[2].partition("</div>")[0]
    assert shown == news["promises"]
    assert (pressing(page) or 0) == news["pressing"]
    return " ".join(re.sub("<[^>]+>", " ", shown).split())


async def test_the_queue_names_what_is_late_or_due_today_with_its_case(house):
    await promised(house, due=-timedelta(hours=30))
    browser = await house.browser()
    assert '<a href="/cases/101"><strong>cerchiamo il pacco' in (await browser.open("/queue")).text
    told = await line_on_queue(house)
    assert told.startswith("1 impegno scade oggi o è in ritardo in ritardo di")
    assert told.endswith("· Marta #101")


async def test_the_queue_names_only_ones_own(house):
    await promised(house, owner="Marco", due=-timedelta(hours=1))
    assert await line_on_queue(house) == ""
    assert "Marta #101" in await line_on_queue(house, "Marco")


async def test_what_is_to_come_later_or_is_kept_is_not_on_the_queue(house):
    promise = await promised(house, due=timedelta(days=3))
    assert await line_on_queue(house) == ""
    async with house.database.writing() as session:
        await session.execute(update(Promise).values(due_at=utcnow() - timedelta(hours=1)))
    assert "Marta #101" in await line_on_queue(house)
    await (await house.browser()).act(f"/promises/{promise}/keep", {"words": "BRT 4471"})
    assert await line_on_queue(house) == ""


async def test_beyond_five_the_queue_says_how_many_more(house):
    await promised(house, due=-timedelta(hours=1))
    async with house.database.writing() as session:
        one = (await session.scalars(select(Promise))).one()
        columns = {key.key: getattr(one, key.key) for key in Promise.__table__.columns}
        session.add_all([Promise(**columns | {"id": f"{number}", "offer_id": None}) for number in range(6)])
    told = await line_on_queue(house)
    assert told.startswith("7 impegni scadono oggi o sono in ritardo")
    assert told.count("#101") == 5
    assert told.endswith("Altri 2 impegni")


@pytest.mark.parametrize("how", ["removed", "away", "nobody"])
async def test_what_nobody_here_sees_to_is_on_the_admins_queue(house, how):
    await promised(house, owner="Marco", due=-timedelta(hours=1))
    assert await line_on_queue(house) == ""
    async with house.database.writing() as session:
        marco = await agent_by_name(session, "Marco")
        if how == "removed":
            marco.removed_at = utcnow()
        elif how == "away":
            day = timedelta(days=1)
            session.add(Absence(agent_id=marco.id, starts_at=utcnow() - day, ends_at=utcnow() + day))
        else:
            await session.execute(update(Promise).values(owner_id=None))
    assert "Marta #101" in await line_on_queue(house)
    assert await line_on_queue(house, "Sara") == ""
