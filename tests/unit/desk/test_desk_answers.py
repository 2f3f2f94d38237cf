"""Ready answers at the desk: in the draft, picked, saved and accepted; and why a draft was edited."""

import re

import pytest
from sqlalchemy import select

from models.states import EditReason
from models.tables import AnswerEntry, Approval, Draft
from tests.unit.responses.reports.test_learning import REMEDY, TEXT, often

HOURS = "Domanda: a che ora aprite il negozio?"
OTHER = "Domanda di tutt'altro genere, su biciclette usate"
BETWEEN = "Domanda: maglione, bicicletta, pacchetti"
FILE = """\
answers:
  - {id: orari, questions: ["Domanda: a che ora aprite il negozio?"], answer: {it: "Apriamo alle 9."}}
  - {id: reso, questions: ["Come restituisco un maglione del negozio?"], answer: {it: "Entro 14 giorni."}}
  - {id: shop, questions: ["Fate pacchetti regalo?"], answer: {it: "Sì, per 3 €."}}
"""


@pytest.fixture
def shop(house):
    house.answers.write_text(FILE, encoding="utf-8")
    return house


async def asked(shop, question):
    return await shop.said(question)


async def newest(house, table):
    async with house.database.reading() as session:
        return (await session.scalars(select(table).order_by(table.id.desc()).limit(1))).one()


async def pick(browser, number, entry):
    return await browser.act(f"/cases/{number}/answer", {**(await browser.shown(number)), "answer": entry})


async def approve(browser, number, **changes):
    return await browser.act(f"/cases/{number}/approve", {**(await browser.shown(number)), **changes})


async def test_the_answer_stands_in_the_draft_with_greeting_and_signature(shop):
    number = await shop.begins_after(asked, HOURS)
    draft = await newest(shop, Draft)
    assert draft.text.startswith("{greeting} Marta,")
    assert "Apriamo alle 9." in draft.text
    assert draft.text.endswith("{agent}, Maglieria Rossi")
    page = (await (await shop.browser()).open(f"/cases/{number}")).text
    assert "Risposta pronta: «Domanda: a che ora aprite il negozio?»" in page
    assert "data-answer=" not in page


async def test_where_none_is_near_enough_the_blank_stays_and_the_nearest_are_offered(shop):
    number = await shop.begins_after(asked, BETWEEN)
    draft = await newest(shop, Draft)
    assert "[…]" in draft.text
    page = (await (await shop.browser()).open(f"/cases/{number}")).text
    assert "Nessuna risposta pronta è abbastanza vicina" in page
    assert page.count("data-answer=") == 3


async def test_what_has_nothing_to_do_with_the_question_is_not_offered(shop):
    number = await shop.begins_after(asked, OTHER)
    page = (await (await shop.browser()).open(f"/cases/{number}")).text
    assert re.findall(r'data-answer="(\w+)"', page) == ["orari"]
    refused = await pick(await shop.browser(), number, "shop")
    assert (refused.status_code, refused.json()["reason"]) == (409, "gone")


async def test_one_press_puts_another_answer_into_the_draft(shop):
    number = await shop.begins_after(asked, BETWEEN)
    browser = await shop.browser()
    assert (await pick(browser, number, "reso")).status_code == 200
    draft = await newest(shop, Draft)
    assert "Entro 14 giorni." in draft.text
    assert "Apriamo alle 9." not in draft.text
    assert draft.edited_by is None
    assert (await pick(browser, number, "orari")).status_code == 200
    assert "Apriamo alle 9." in (await newest(shop, Draft)).text
    assert (await approve(browser, number)).status_code == 200
    assert (await newest(shop, Approval)).difference is None


async def test_a_blank_is_filled_by_one_press(shop):
    number = await shop.begins_after(asked, BETWEEN)
    browser = await shop.browser()
    await pick(browser, number, "shop")
    draft = await newest(shop, Draft)
    assert "Sì, per 3\u00a0€." in draft.text
    assert "[…]" not in draft.text


async def test_an_answer_that_is_not_offered_cannot_be_picked(shop):
    number = await shop.begins_after(asked, HOURS)
    refused = await pick(await shop.browser(), number, "altro")
    assert (refused.status_code, refused.json()["reason"]) == (409, "gone")


async def test_once_edited_the_text_is_the_agents_own(shop):
    number = await shop.begins_after(asked, HOURS)
    browser = await shop.browser()
    shown = await browser.shown(number)
    await browser.act(f"/cases/{number}/pass-on", {**shown, "text": "Ciao.", "to": None, "reason": None})
    assert "data-answer=" not in (await browser.open(f"/cases/{number}")).text


async def test_the_reason_of_an_edit_is_kept_with_one_press(shop):
    number = await shop.begins_after(asked, HOURS)
    await approve(await shop.browser(), number, text="Alle 10.", edit_reason="fact")
    approval = await newest(shop, Approval)
    assert approval.edit_reason == EditReason.FACT
    assert "+Alle 10." in approval.difference


async def test_a_no_keeps_its_reason_and_the_difference(shop):
    number = await shop.begins_after(asked, HOURS)
    await approve(
        await shop.browser(), number, text="Non è possibile.", kind="decline", edit_reason="wrong_type"
    )
    approval = await newest(shop, Approval)
    assert approval.edit_reason == EditReason.WRONG_TYPE
    assert "+Non è possibile." in approval.difference


async def test_a_draft_thrown_away_keeps_its_reason_and_one_skipped_stops_nothing(shop):
    number = await shop.begins_after(asked, HOURS)
    browser = await shop.browser()
    page = (await browser.open(f"/cases/{number}")).text
    dialog = page[page.index('id="discard-dialog"') :]
    assert dialog[: dialog.index("</dialog>")].count("data-reason=") == len(EditReason)
    shown = await browser.shown(number)
    await browser.act(f"/cases/{number}/discard", {**shown, "edit_reason": "tone"})
    assert (await newest(shop, Approval)).edit_reason == EditReason.TONE
    other = await shop.said(HOURS, visitor="v2")
    thrown = await browser.act(f"/cases/{other}/discard", await browser.shown(other))
    assert thrown.json()["ok"] is True
    assert (await newest(shop, Approval)).edit_reason is None


async def test_without_an_edit_no_reason_is_kept(shop):
    number = await shop.begins_after(asked, HOURS)
    await approve(await shop.browser(), number, edit_reason="fact")
    assert (await newest(shop, Approval)).edit_reason is None


async def test_an_unknown_reason_is_refused(shop):
    number = await shop.begins_after(asked, HOURS)
    assert (await approve(await shop.browser(), number, edit_reason="mood")).status_code == 422


async def saved(shop, browser, number, **changes):
    fields = {"language": "it", "question": "Fate riparazioni?", "answer_it": "Sì, da 15 €.", **changes}
    return await browser.submit(f"/cases/{number}/save-answer", **fields)


async def test_a_good_answer_is_saved_accepted_and_used_at_once(shop):
    number = await shop.said("Domanda: fate riparazioni?")
    agent, admin = await shop.browser("Marco"), await shop.browser("Giulia")
    await approve(agent, number, text="Marta, sì, costano da 15 € in su.")
    assert "Salva questa risposta" in (await agent.open(f"/cases/{number}")).text
    form = (await agent.open(f"/cases/{number}/save-answer")).text
    assert "Domanda: fate riparazioni?</textarea>" in form
    assert '<mark class="blank">Marta</mark>' in form

    answer = await saved(shop, agent, number)
    assert answer.headers["location"] == "/answers?done=saved"
    entry = await newest(shop, AnswerEntry)
    assert "Usa questa risposta" not in (await agent.open("/answers")).text
    assert (await agent.submit(f"/answers/{entry.id}/accept", "/answers")).status_code == 403
    assert (await admin.submit(f"/answers/{entry.id}/accept", "/answers")).status_code == 303

    await shop.said("Domanda: fate riparazioni?", visitor="v2")
    assert "Sì, da 15\u00a0€." in (await newest(shop, Draft)).text
    assert (await admin.submit(f"/answers/{entry.id}/end", "/answers")).status_code == 303
    assert (await admin.submit(f"/answers/{entry.id}/accept", "/answers")).status_code == 409


async def test_a_name_in_it_is_marked_and_refused_and_what_was_typed_stays(shop):
    number = await shop.begins_after(asked, HOURS)
    page = await saved(shop, await shop.browser(), number, answer_it="Certo, Marta.")
    assert page.status_code == 400
    assert "Qui non possono stare nomi" in page.text
    assert "Certo, Marta.</textarea>" in page.text
    assert '<mark class="blank">Marta</mark>' in page.text


async def test_the_page_shows_the_file_and_what_is_wrong_in_it(shop):
    browser = await shop.browser()
    assert "Apriamo alle 9." in (await browser.open("/answers")).text
    shop.answers.write_text("answers:\n  - {id: X}\n", encoding="utf-8")
    assert "answers.yaml:2:10" in (await browser.open("/answers")).text


@pytest.mark.parametrize(("name", "status"), [("Marco", 403), ("Sara", 200), ("Giulia", 200)])
async def test_what_we_correct_is_for_supervisors(shop, name, status):
    assert (await (await shop.browser(name)).open("/learning?days=30")).status_code == status


async def test_similar_cases_stand_beside_the_draft(house):
    first = await house.said("Il mio pacco RS20418 è in ritardo di nove giorni.", visitor="v1")
    browser = await house.browser()
    await browser.act(f"/cases/{first}/facts", {"name": "order_id", "value": "RS20418"})
    await browser.act(f"/cases/{first}/facts", {"name": "days_late", "value": "9"})
    await house.settle()
    await approve(browser, first)
    second = await house.said("Il mio pacco RS30111 è in ritardo di otto giorni.", visitor="v2")
    page = (await browser.open(f"/cases/{second}")).text
    assert "Casi simili" in page
    assert f'<a href="/cases/{first}">#{first}</a>' in page


async def test_what_we_correct_shows_the_wordings_with_their_changes_and_what_rules_gave_instead(house):
    await often(4, house.database, TEXT.replace(REMEDY, "Ci pensa il mio collega."))
    await often(1, house.database, TEXT.replace(REMEDY, "Ci pensa il collega."))
    await often(1, house.database, "Mi serve il numero.", kind="ask")
    page = (await (await house.browser("Sara")).open("/learning?days=30")).text
    assert f"«{REMEDY}»" in page
    assert "«il mio»" not in page  # four are no habit
    assert "5 × «la mia» → «…»" in page
    assert "(57% – 100%)" in page
    assert "detto in altro modo 5 · prima una domanda 1" in page
