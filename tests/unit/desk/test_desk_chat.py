"""The customers' web chat."""

import asyncio

import pytest
from sqlalchemy import func, select

from models.clock import utcnow
from models.tables import Case, Message, Promise, Rating, Update


async def write(browser, text, message_id="0123456789", **more):
    return await browser.act("/chat/messages", {"id": message_id, "text": text, **more}, page="/chat")


async def count(house, table):
    async with house.database.reading() as session:
        return (await session.scalars(select(func.count()).select_from(table))).one()


async def test_the_page_says_who_reads_and_who_answers(house):
    page = (await house.stranger().open("/chat")).text
    assert "assistente automatico" in page
    assert "una persona" in page
    assert "https://rossi.example/privacy" in page


async def test_the_page_speaks_the_browsers_language(house):
    page = (await house.stranger(**{"Accept-Language": "en-GB,en"}).open("/chat")).text
    assert "a person always answers" in page


async def test_a_message_is_stored_and_becomes_a_case(house):
    browser = house.stranger()
    assert (await write(browser, "Dov'è il mio pacco?", name="Marta")).json() == {"ok": True}
    assert await count(house, Update) == 1
    await house.settle()
    assert await count(house, Case) == 1


async def test_a_message_sent_twice_is_stored_once(house):
    browser = house.stranger()
    await write(browser, "Dov'è il mio pacco?")
    await write(browser, "Dov'è il mio pacco?")
    await house.settle()
    async with house.database.reading() as session:
        said = list(await session.scalars(select(Message.text).where(Message.direction == "in")))
    assert said == ["Dov'è il mio pacco?"]


async def test_the_conversation_survives_a_reload(house):
    browser = house.stranger()
    await write(browser, "Prima riga", "aaaaaaaa")
    await house.settle()
    await write(browser, "Ancora in attesa", "bbbbbbbb")
    page = (await browser.open("/chat")).text
    assert "Prima riga" in page
    assert "Ancora in attesa" in page


async def test_another_visitor_sees_nothing_of_it(house):
    await write(house.stranger(), "Cose private")
    await house.settle()
    assert "Cose private" not in (await house.stranger().open("/chat")).text


async def test_the_answer_arrives_with_the_name_of_who_wrote_it(house):
    customer = house.stranger()
    await write(customer, "Dov'è il mio pacco?")
    await house.settle()
    async with house.database.reading() as session:
        number = (await session.scalars(select(Case.number))).one()
    agent = await house.browser()
    await agent.act(f"/cases/{number}/approve", await agent.shown(number) | {"text": "Parte oggi."})
    await house.settle()
    last = (await customer.open("/chat/messages")).json()["messages"][-1]
    assert (last["side"], last["text"], last["by"]) == ("out", "Parte oggi.", "Giulia")


@pytest.mark.parametrize("text", ["", "   ", "\n\u00a0\t"], ids=["empty", "spaces", "blank"])
async def test_an_empty_text_is_answered_politely(house, text):
    answer = await write(house.stranger(), text)
    assert (answer.status_code, answer.json()["reason"]) == (400, "empty")
    assert await count(house, Update) == 0


@pytest.mark.parametrize(
    "text",
    ["🙂", "a\x00b", "\u202eabc", "<b>&</b>", "x" * 100_000, "\ud800".encode("utf-8", "replace").decode()],
    ids=["emoji", "nul", "rtl", "html", "long", "surrogate"],
)
async def test_odd_texts_become_cases(house, text):
    browser = house.stranger()
    assert (await write(browser, text)).status_code == 200
    await house.settle()
    assert await count(house, Case) == 1
    assert (await browser.open("/chat")).status_code == 200


async def test_half_a_character_is_stored_and_read(house):
    browser = house.stranger()
    token = await browser.token("/chat")
    answer = await browser.client.post(
        "/chat/messages",
        content=b'{"id": "0123456789", "text": "met\\ud83d"}',
        headers={"X-CSRF-Token": token, "Content-Type": "application/json"},
    )
    assert answer.status_code in (200, 422)
    await house.settle()
    assert (await browser.open("/chat")).status_code == 200


async def test_a_text_that_is_too_long_is_refused_politely(house):
    answer = await write(house.stranger(), "x" * 100_001)
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_long")


async def test_more_than_a_megabyte_is_not_even_read(house):
    assert (await write(house.stranger(), "x" * 1_100_000)).status_code == 413


async def test_too_many_messages_are_answered_politely(house):
    browser = house.stranger()
    token = await browser.token("/chat")
    answers = [
        await browser.client.post(
            "/chat/messages", json={"id": f"message-{n}", "text": "?"}, headers={"X-CSRF-Token": token}
        )
        for n in range(31)
    ]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "non si perde niente" in answers[-1].json()["sentence"]


async def test_a_message_without_the_pages_token_is_refused(house):
    browser = house.stranger()
    await browser.open("/chat")
    answer = await browser.client.post("/chat/messages", json={"id": "0123456789", "text": "ciao"})
    assert answer.status_code == 403
    assert await count(house, Update) == 0


async def test_a_made_up_cookie_is_nobodys(house):
    browser = house.stranger()
    browser.client.cookies.set("rimedio_visitor", '"v1"', domain="desk.test", path="/chat")
    assert (await browser.open("/chat/messages")).status_code == 403


async def test_listeners_hear_of_a_change_once(house):
    changes = house.app.state.desk.changes
    with changes.listening() as listener:
        number = await house.said("Dov'è il mio pacco?")
        heard = await asyncio.wait_for(listener.get(), 5)
        assert (heard.case_number, heard.chat_key) == (number, "web:v1")
    await asyncio.wait_for(changes._task, 5)


async def asked_how_it_went(house):
    """The customer's case was answered and closed; the question as the page has it."""
    number = await house.said("Dov'è il mio pacco?", name=None)
    agent = await house.browser()
    # The sample policy would ask for something: an answer that settles the case is of another kind.
    answer = await agent.shown(number) | {"text": "Parte oggi.", "kind": "decline"}
    await agent.act(f"/cases/{number}/approve", answer)
    await house.settle()
    closed = await agent.act(f"/cases/{number}/close", {})
    assert closed.status_code == 200, closed.text
    await house.settle()
    return (await house.visitor().open("/chat/messages")).json()["messages"][-1]


async def test_a_closed_case_is_given_a_mark_once(house):
    question = await house.begins_after(asked_how_it_went)
    customer = house.visitor()
    assert "Un voto da 1" in question["text"]
    given = [
        await customer.act("/chat/marks", {"case": question["marks_for"], "mark": mark}) for mark in (2, 5)
    ]
    assert [answer.status_code for answer in given] == [200, 200]
    await house.settle()
    messages = (await customer.open("/chat/messages")).json()["messages"]
    assert [message for message in messages if "marks_for" in message] == []
    assert len([message for message in messages if "il suo voto è segnato" in message["text"]]) == 1
    async with house.database.reading() as session:
        assert (await session.scalars(select(Rating.mark))).all() == [2]
        number = (await session.scalars(select(Case.number))).one()
    assert "Voto 2 su 5" in (await (await house.browser()).open(f"/cases/{number}")).text


@pytest.mark.parametrize("mark", [0, 6, 2.5, "male", None])
async def test_no_other_mark_is_taken(house, mark):
    question = await house.begins_after(asked_how_it_went)
    customer = house.visitor()
    answer = await customer.act("/chat/marks", {"case": question["marks_for"], "mark": mark})
    assert answer.status_code == 422
    assert await count(house, Rating) == 0


async def test_another_visitor_gives_no_mark(house):
    question = await house.begins_after(asked_how_it_went)
    other = house.stranger()
    answer = await other.act("/chat/marks", {"case": question["marks_for"], "mark": 1}, page="/chat")
    assert answer.status_code == 404
    assert await count(house, Rating) == 0


async def told_where_it_stands(house):
    """A case of this house with one promise that was kept and one that is open."""
    number = await house.said("Il mio pacco RS20418 doveva arrivare il 12.")
    sara = await house.browser("Sara")
    await sara.act(f"/cases/{number}/facts", {"name": "order_id", "value": "RS20418"})
    await house.settle()
    await sara.act(f"/cases/{number}/approve", await sara.shown(number))
    await house.settle()
    async with house.database.writing() as session:
        open_ = (await session.scalars(select(Promise))).one()
        kept = {"what": {"it": "il rimborso"}, "state": "kept", "settled_at": utcnow()}
        session.add(
            Promise(case_id=open_.case_id, approval_id=open_.approval_id, due_at=open_.due_at, **kept)
        )
    return number


async def test_a_press_tells_where_things_stand_and_what_was_kept(house):
    number = await house.begins_after(told_where_it_stands)
    told = (await house.visitor().open("/chat/status")).json()["told"]
    coming, kept = told
    assert coming.startswith(f"Richiesta n. {number}, ecco che cosa le abbiamo promesso: ")
    assert kept.startswith(f"Richiesta n. {number}, promesse mantenute: il rimborso (")


@pytest.mark.parametrize("word", ["/stato", "/status", "/Estado", " /statut "])
async def test_so_does_the_word_typed_and_it_is_no_message(house, word):
    await house.begins_after(told_where_it_stands)
    before = await count(house, Update), await count(house, Message)
    answer = (await write(house.visitor(), word)).json()
    assert answer["ok"]
    assert "promesse mantenute" in answer["told"][-1]
    await house.settle()
    assert (await count(house, Update), await count(house, Message)) == before


async def test_who_has_just_written_is_told_that_it_arrived(house):
    visitor = house.visitor()
    await visitor.open("/chat")
    await write(visitor, "Il pacco non è arrivato")
    assert (await visitor.open("/chat/status")).json()["told"] == [
        "Il messaggio è arrivato: lo stiamo leggendo."
    ]
    await house.settle()
    assert "La richiesta n. " in (await visitor.open("/chat/status")).json()["told"][0]


async def test_who_has_never_written_is_told_that_nothing_is_open(house):
    stranger = house.stranger()
    await stranger.open("/chat")
    told = (await stranger.open("/chat/status")).json()["told"]
    assert told == ["Al momento non ci sono sue richieste aperte. Se c'è qualcosa, mi scriva qui."]


async def test_nobody_reads_how_things_stand_with_another(house):
    await house.begins_after(told_where_it_stands)
    stranger = house.stranger()
    assert (await stranger.open("/chat/status")).status_code == 403
    await stranger.open("/chat")
    assert "rimborso" not in (await stranger.open("/chat/status")).text
