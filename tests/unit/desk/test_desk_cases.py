"""What agents do with cases on the desk."""

import pytest
from sqlalchemy import select

from models.states import CaseState, OutboxState
from models.tables import Approval, Attachment, Case, DecisionRow, Fact, Message, OpenEdit, OutboxEntry
from tests.unit.desk.conftest import LATE


async def only(house, table):
    async with house.database.reading() as session:
        return (await session.scalars(select(table).order_by(table.id.desc()))).first()


async def test_the_queue_shows_a_waiting_case(house):
    number = await house.begins_with(LATE)
    page = (await (await house.browser()).open("/queue")).text
    assert f'href="/cases/{number}"' in page
    assert "consegna in ritardo" in page
    assert "Marta" in page


async def test_filters_leave_out_what_was_not_asked_for(house):
    await house.begins_with(LATE)
    browser = await house.browser()
    assert "Marta" in (await browser.open("/queue?tone=frustrated")).text
    assert "Nessun caso con questi filtri" in (await browser.open("/queue?tone=grateful")).text
    assert "Nessun caso con questi filtri" in (await browser.open("/queue?mine=1")).text


async def test_a_search_finds_by_number_and_by_name(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    assert (await browser.open(f"/queue?q={number}")).headers["location"] == f"/cases/{number}"
    assert "Marta" in (await browser.open("/queue?q=mart&state=closed")).text
    assert "Marta" not in (await browser.open("/queue?q=Paolo")).text.split("search")[-1]


async def test_a_customers_markup_is_shown_as_text(house):
    number = await house.said(
        "<script>alert(1)</script> <img src=x onerror=alert(2)>", name='"><script>x</script>'
    )
    browser = await house.browser()
    for path in (f"/cases/{number}", "/queue"):
        page = (await browser.open(path)).text
        assert "<script>alert" not in page
        assert "<script>x" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page


async def test_insults_are_folded(house):
    number = await house.said("SIETE DEI CRETINI")
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert "Messaggio con insulti" in page


async def test_the_page_shows_draft_offer_and_rule(house):
    number = await house.begins_with(LATE)
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert 'id="preview"' in page
    assert 'class="offer"' in page
    assert 'class="rule"' in page
    assert "stanco di aspettare: 93" in page


async def test_what_is_approved_is_what_leaves(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    text = "Buongiorno Marta, il pacco è ripartito stamattina.\nGiulia"
    answer = await browser.act(f"/cases/{number}/approve", await browser.shown(number) | {"text": text})
    assert answer.json()["ok"] is True
    await house.settle()
    sent = await only(house, OutboxEntry)
    assert (sent.state, sent.content["text"]) == (OutboxState.SENT, text)
    assert (await only(house, Approval)).filled_text == text


async def test_an_approval_can_be_undone_until_it_leaves(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    shown = await browser.shown(number) | {"text": "Una risposta affrettata."}
    approval = (await browser.act(f"/cases/{number}/approve", shown)).json()["approval"]
    assert (await browser.act(f"/cases/{number}/undo", {"approval": approval})).json()["ok"] is True
    assert (await browser.shown(number))["text"] == "Una risposta affrettata."
    await house.settle()
    assert (await only(house, Message)).text != "Una risposta affrettata."
    late = await browser.act(f"/cases/{number}/undo", {"approval": approval})
    assert late.json()["reason"] == "gone"


async def test_a_second_press_sends_nothing(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    shown = await browser.shown(number) | {"text": "Una risposta."}
    await browser.act(f"/cases/{number}/approve", shown)
    again = await browser.act(f"/cases/{number}/approve", shown)
    assert (again.status_code, again.json()["reason"]) == (409, "stale")


async def test_a_text_that_nobody_saw_cannot_be_sent(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    shown = await browser.shown(number)
    answer = await browser.act(f"/cases/{number}/approve", shown | {"sha256": "0" * 64})
    assert answer.json()["reason"] == "stale"


async def test_a_new_message_blocks_the_old_draft(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    shown = await browser.shown(number) | {"text": "Una risposta."}
    await house.said("Anzi, lasciate perdere, è arrivato.", settle=False)
    answer = await browser.act(f"/cases/{number}/approve", shown)
    assert (answer.status_code, answer.json()["reason"]) == (409, "new_message")
    assert "ha appena scritto" in answer.json()["sentence"]


async def test_an_empty_box_sends_nothing(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    answer = await browser.act(f"/cases/{number}/approve", await browser.shown(number) | {"text": "  \n"})
    assert answer.json()["reason"] == "text_empty"


async def test_a_blank_left_in_the_text_blocks_it(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    answer = await browser.act(
        f"/cases/{number}/approve", await browser.shown(number) | {"text": "Arriva […] domani."}
    )
    assert answer.json()["reason"] == "placeholder"
    assert (await only(house, Approval)) is None


async def test_a_misspelt_slot_is_explained_and_nothing_changes(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    shown = await browser.shown(number)
    answer = await browser.act(f"/cases/{number}/approve", shown | {"text": "Saluti, {Agent}"})
    assert answer.json()["reason"] == "slot"
    assert await browser.shown(number) == shown


async def test_a_question_waits_for_the_customer(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    await browser.act(
        f"/cases/{number}/approve",
        await browser.shown(number) | {"text": "Mi dice il numero d'ordine?", "kind": "ask"},
    )
    assert (await house.case()).state == CaseState.WAITING_CUSTOMER


async def test_a_text_being_written_survives_a_closed_tab(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    kept = await browser.act(f"/cases/{number}/typed", {"text": "Buongiorno Marta, sto"})
    assert kept.json() == {"ok": True, "sentence": "", "kept": True}
    state = (await (await house.browser()).open(f"/cases/{number}/parts")).json()["state"]
    assert state["kept"] == "Buongiorno Marta, sto"


async def test_writing_holds_the_case_and_a_colleagues_text_is_kept_too(house):
    number = await house.begins_with(LATE)
    giulia, marco = await house.browser(), await house.browser("Marco")
    await giulia.act(f"/cases/{number}/typed", {"text": "Io rispondo"})
    answer = await marco.act(f"/cases/{number}/typed", {"text": "Anch'io"})
    assert answer.status_code == 409
    assert (answer.json()["reason"], answer.json()["kept"]) == ("claimed", True)
    assert "Giulia" in answer.json()["sentence"]
    async with house.database.reading() as session:
        texts = set(await session.scalars(select(OpenEdit.text)))
    assert texts == {"Io rispondo", "Anch'io"}


async def test_who_goes_back_to_the_draft_leaves_the_case_free(house):
    number = await house.begins_with(LATE)
    giulia, marco = await house.browser(), await house.browser("Marco")
    await giulia.act(f"/cases/{number}/typed", {"text": "Io rispondo"})
    await giulia.act(f"/cases/{number}/typed", {"text": ""})
    assert (await marco.act(f"/cases/{number}/typed", {"text": "Anch'io"})).status_code == 200


async def test_taking_anyway_tells_who_held_it(house):
    number = await house.begins_with(LATE)
    giulia, marco = await house.browser(), await house.browser("Marco")
    await giulia.act(f"/cases/{number}/typed", {"text": "Io rispondo"})
    assert (await marco.act(f"/cases/{number}/claim", {"force": False})).status_code == 409
    answer = await marco.act(f"/cases/{number}/claim", {"force": True})
    assert "Giulia" in answer.json()["sentence"]


async def test_a_discarded_draft_is_gone(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    await browser.act(f"/cases/{number}/discard", await browser.shown(number) | {"reason": "fuori tema"})
    assert (await browser.shown(number))["draft_id"] is None


async def test_who_takes_over_writes_without_a_draft(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    assert (await browser.act(f"/cases/{number}/take-over", {})).json()["ok"] is True
    answer = await browser.act(
        f"/cases/{number}/approve", await browser.shown(number) | {"text": "Eccomi, mi racconti."}
    )
    assert answer.json()["ok"] is True
    assert (await browser.act(f"/cases/{number}/give-back", {})).json()["ok"] is True
    assert (await house.case()).state == CaseState.ANSWERED


async def test_a_case_passed_on_carries_the_text_as_it_was_edited(house):
    number = await house.begins_with(LATE)
    marco = await house.browser("Marco")
    to = (await house.agent("Sara")).id
    content = await marco.shown(number) | {"text": "Testo di Marco.", "to": to, "reason": "guardi lei"}
    assert (await marco.act(f"/cases/{number}/pass-on", content)).json()["ok"] is True
    sara = await house.browser("Sara")
    assert (await sara.shown(number))["text"] == "Testo di Marco."
    assert (await house.case()).passed_to == to
    assert "guardi lei" in (await sara.open(f"/cases/{number}")).text


async def test_a_note_stays_among_us(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    await browser.act(f"/cases/{number}/note", {"text": "sentito il magazzino"})
    assert "sentito il magazzino" in (await browser.open(f"/cases/{number}")).text
    async with house.database.reading() as session:
        outbox = (await session.scalars(select(OutboxEntry))).all()
    assert all("magazzino" not in entry.content["text"] for entry in outbox)


async def test_a_fact_from_an_agent_is_noted_and_the_case_decided_anew(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    before = await browser.shown(number)
    assert (await browser.act(f"/cases/{number}/facts", {"name": "days_late", "value": "8"})).json()["ok"]
    await house.settle()
    after = await browser.shown(number)
    assert after["draft_id"] != before["draft_id"]
    assert "giorni di ritardo" in (await browser.open(f"/cases/{number}")).text


async def test_what_the_customer_seems_to_have_answered_is_offered_for_one_press(house):
    number = await house.begins_with(LATE)
    decision = await only(house, DecisionRow)
    async with house.database.writing() as session:
        row = await session.get_one(DecisionRow, decision.id)
        missing = {"name": "withdrawn_on", "type": "date", "ask": None, "from_agent": True, "choices": []}
        row.content = row.content | {"missing": [missing | {"likely": "2026-11-03"}]}
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert 'data-value="2026-11-03">Dalla risposta: 3 nov' in page


async def test_what_only_a_message_says_is_shown_with_it_and_confirmed_by_one_press(house):
    number = await house.begins_with(LATE)
    decision, message = await only(house, DecisionRow), await only(house, Message)
    async with house.database.writing() as session:
        row = await session.get_one(DecisionRow, decision.id)
        claimed = {"name": "days_late", "type": "days", "ask": None, "from_agent": True, "choices": []}
        row.content = row.content | {"claimed": [claimed | {"likely": "8", "said_in": message.id}]}
        value = {"type": "number", "value": "8"}
        fact = Fact(
            case_id=row.case_id, name="days_late", value=value, source="message", message_id=message.id
        )
        session.add(fact)
    browser = await house.browser()
    page = (await browser.open(f"/cases/{number}")).text
    assert "Lo dice solo il messaggio" in page
    assert 'data-value="8">Confermo: 8' in page
    assert f"«{message.text}»" in page
    assert (await browser.act(f"/cases/{number}/facts", {"name": "days_late", "value": "8"})).json()["ok"]
    await house.settle()
    assert "Lo dice solo il messaggio" not in (await browser.open(f"/cases/{number}")).text


async def test_a_fact_that_is_no_number_is_explained(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    answer = await browser.act(f"/cases/{number}/facts", {"name": "days_late", "value": "tanti"})
    assert answer.json()["sentence"] == "Non si capisce: serve un numero di giorni, come 8."


async def test_a_case_closes_and_says_so(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    assert (await browser.act(f"/cases/{number}/close", {})).json()["sentence"] == "Caso chiuso."
    assert (await house.case()).state == CaseState.CLOSED


@pytest.mark.parametrize(("arrived", "state"), [(True, OutboxState.SENT), (False, OutboxState.PENDING)])
async def test_a_person_settles_what_nobody_could_confirm(house, arrived, state):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    await browser.act(f"/cases/{number}/approve", await browser.shown(number) | {"text": "Una risposta."})
    entry = await only(house, OutboxEntry)
    async with house.database.writing() as session:
        stuck = await session.get_one(OutboxEntry, entry.id)
        stuck.state = OutboxState.UNCONFIRMED
        (await session.get_one(Case, stuck.case_id)).flag = "unconfirmed"
    assert "Non sappiamo se è arrivato" in (await browser.open(f"/cases/{number}")).text
    await browser.act(f"/cases/{number}/settle", {"outbox": entry.id, "arrived": arrived})
    assert (await only(house, OutboxEntry)).state == state
    assert (await house.case()).flag is None


async def test_a_case_typed_in_is_answered_by_copying(house):
    browser = await house.browser()
    opened = await browser.submit(
        "/cases/new", text="Ha telefonato: il pacco non arriva.", channel="phone", name="Anna", at=""
    )
    await house.settle()
    number = int(opened.headers["location"].rpartition("/")[2])
    shown = await browser.shown(number) | {"text": "Gentile Anna, ecco."}
    answer = (await browser.act(f"/cases/{number}/approve", shown)).json()
    assert (answer["by_hand"], answer["filled"]) == (True, "Gentile Anna, ecco.")
    await house.settle()
    page = (await browser.open(f"/cases/{number}")).text
    assert "Copia il testo" in page
    assert "Giulia, a mano" in page
    assert "Giulia ha registrato la risposta come consegnata a mano" in page
    assert "Il messaggio è stato consegnato" not in page


async def test_a_case_from_the_future_keeps_what_was_typed(house):
    browser = await house.browser()
    answer = await browser.submit("/cases/new", text="parole preziose", at="2999-01-01T10:00")
    assert answer.status_code == 400
    assert "parole preziose" in answer.text


async def test_samples_go_with_one_press(house):
    from responses.intake.samples import load_samples

    async with house.database.writing() as session:
        await load_samples(session)
    await house.settle()
    browser = await house.browser()
    assert ">Elimina le prove<" in (await browser.open("/queue")).text
    await browser.submit("/samples/remove", page="/queue")
    assert ">Elimina le prove<" not in (await browser.open("/queue")).text


@pytest.mark.parametrize(
    ("content", "mime", "disposition"),
    [
        (b"\x89PNG\r\n\x1a\nrest", "image/png", "inline"),
        (b"<html><script>alert(1)</script>", "application/octet-stream", "attachment"),
        (b"<svg onload='alert(1)'/>", "application/octet-stream", "attachment"),
        (b"OggS\x00rest", "audio/ogg", "inline"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4", "inline"),
    ],
    ids=["picture", "page", "svg", "voice", "film"],
)
async def test_only_what_is_safe_is_shown_in_place(house, content, mime, disposition):
    await house.begins_with(LATE)
    stored = house.road.files.put(content)
    message = await only(house, Message)
    async with house.database.writing() as session:
        session.add(
            Attachment(
                id="a1",
                message_id=message.id,
                provider_id="p1",
                kind="photo",
                mime="image/png",
                sha256=stored.sha256,
                stored_as=stored.stored_as,
            )
        )
    answer = await (await house.browser()).open("/files/a1")
    assert answer.headers["content-type"].startswith(mime)
    assert answer.headers["content-disposition"].startswith(disposition)
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (await house.stranger().open("/files/a1")).status_code == 303


async def test_a_message_is_split_off_with_one_press_and_merged_back(house):
    number = await house.begins_with(LATE)
    await house.said(LATE + " Era un regalo.")
    browser = await house.browser()
    async with house.database.reading() as session:
        query = select(Message).where(Message.direction == "in").order_by(Message.id.desc())
        message = (await session.scalars(query)).first()
    made = (await browser.act(f"/cases/{number}/split", {"message": message.id})).json()
    assert made["ok"] is True
    new = int(made["go_to"].rpartition("/")[2])
    assert f'data-merge="{number}"' in (await browser.open(f"/cases/{new}")).text
    back = (await browser.act(f"/cases/{new}/merge", {"into": number})).json()
    assert back["go_to"] == f"/cases/{number}"
    async with house.database.reading() as session:
        states = {case.number: case.state for case in await session.scalars(select(Case))}
    assert (states[number], states[new]) == (CaseState.DRAFTING, CaseState.CLOSED)


async def test_the_words_of_a_voice_note_are_typed_on_the_page(house):
    number = await house.begins_with(LATE)
    async with house.database.writing() as session:
        message = (await session.scalars(select(Message).where(Message.direction == "in"))).one()
        message.kind, message.text = "voice", ""
    browser = await house.browser()
    assert "transcribe-form" in (await browser.open(f"/cases/{number}")).text
    answer = await browser.act(f"/cases/{number}/transcribe", {"message": message.id, "text": LATE})
    assert answer.json()["ok"] is True
    assert "trascritto da" in (await browser.open(f"/cases/{number}")).text


PNG = b"\x89PNG\r\n\x1a\n" + b"1" * 50


async def enclosed(browser, number, content, name="prova.png"):
    shown = await browser.shown(number)
    query = {
        "name": name,
        "draft_id": shown["draft_id"],
        "draft_revision": shown["draft_revision"],
        "sha256": shown["sha256"],
    }
    return await browser.send_file(f"/cases/{number}/files", query, content)


async def test_a_file_goes_out_with_the_answer_as_a_part_of_its_own(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    before = await browser.shown(number)
    assert (await enclosed(browser, number, PNG)).json()["ok"] is True
    shown = await browser.shown(number)
    assert shown["text"] == before["text"]
    assert shown["sha256"] != before["sha256"]
    stale = await browser.act(f"/cases/{number}/approve", before | {"text": before["text"]})
    assert stale.json()["reason"] == "stale"
    text = "Ecco la ricevuta.\nGiulia"
    assert (await browser.act(f"/cases/{number}/approve", shown | {"text": text})).json()["ok"] is True
    await house.settle()
    async with house.database.reading() as session:
        query = select(OutboxEntry).where(OutboxEntry.purpose == "answer").order_by(OutboxEntry.part)
        parts = (await session.scalars(query)).all()
        sent = (await session.scalars(select(Attachment))).one()
    assert [part.state for part in parts] == [OutboxState.SENT, OutboxState.SENT]
    assert [part.content["text"] for part in parts] == [text, ""]
    assert (sent.name, sent.kind, house.road.files.read(sent.stored_as)) == ("prova.png", "photo", PNG)


async def test_the_customer_and_nobody_else_opens_the_file_in_the_web_chat(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    await enclosed(browser, number, b"%PDF-1.7", name="../../ricevuta<1>.pdf")
    shown = await browser.shown(number)
    await browser.act(f"/cases/{number}/approve", shown | {"text": "Ecco la ricevuta."})
    await house.settle()
    file = await only(house, Attachment)
    assert file.name == "_.._ricevuta_1_.pdf"
    assert (await house.stranger().open(f"/chat/files/{file.id}")).status_code == 403
    other = house.stranger()
    await other.open("/chat")
    assert (await other.open(f"/chat/files/{file.id}")).status_code == 404


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "file_empty"), (b"x" * 20_971_521, "file_too_large")],
    ids=["empty", "large"],
)
async def test_a_file_that_cannot_be_sent_is_refused(house, content, reason):
    number = await house.begins_with(LATE)
    assert (await enclosed(await house.browser(), number, content)).json()["reason"] == reason


async def test_a_file_can_be_taken_out_again_and_ten_are_the_most(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    first = await browser.shown(number)
    answers = [(await enclosed(browser, number, PNG + bytes([digit]))).json() for digit in range(11)]
    assert [answer["ok"] for answer in answers] == [True] * 10 + [False]
    assert answers[10]["reason"] == "files_many"
    shown = await browser.shown(number)
    page = (await browser.open(f"/cases/{number}")).text
    assert page.count("data-take-out") == 10
    sha256 = page.split('data-take-out="')[1].split('"')[0]
    taken = await browser.act(f"/cases/{number}/files/remove", shown | {"file": sha256})
    assert taken.json()["ok"] is True
    assert (await browser.open(f"/cases/{number}")).text.count("data-take-out") == 9
    assert (await browser.shown(number))["text"] == first["text"]


async def test_taking_out_a_file_of_no_draft_is_refused(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    shown = await browser.shown(number)
    answer = await browser.act(f"/cases/{number}/files/remove", shown | {"draft_id": None, "file": "0" * 64})
    assert (answer.status_code, answer.json()["reason"]) == (409, "gone")


@pytest.mark.parametrize("force", [False, True], ids=["politely", "by force"])
async def test_a_page_that_stayed_open_cannot_take_over_a_closed_case(house, force):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    assert (await browser.act(f"/cases/{number}/close", {})).json()["ok"] is True
    answer = await browser.act(f"/cases/{number}/take-over", {"force": force})
    assert (answer.status_code, answer.json()["reason"]) == (409, "stale")


async def test_a_supervisor_has_the_end_of_the_relationship_drafted(house):
    number = await house.begins_with(LATE)
    sara, marco = await house.browser("Sara"), await house.browser("Marco")
    assert 'data-do="exit"' in (await sara.open(f"/cases/{number}")).text
    assert 'data-do="exit"' not in (await marco.open(f"/cases/{number}")).text
    ending = {"from_day": "2999-12-01", "instead": "Lana & co, Prato"}
    refused = await marco.act(f"/cases/{number}/exit", ending)
    assert (refused.status_code, refused.json()["reason"]) == (403, "exit_role")
    assert (await sara.act(f"/cases/{number}/exit", ending)).json()["ok"] is True
    shown = await sara.shown(number)
    assert "Lana & co, Prato" in shown["text"]
    assert "chiusura del rapporto dal 1º dicembre 2999" in (await sara.open(f"/cases/{number}")).text
    other = shown | {"text": shown["text"].replace("1º dicembre", "2 dicembre")}
    refused = (await sara.act(f"/cases/{number}/approve", other)).json()
    assert (refused["reason"], "il 1º dicembre 2999" in refused["sentence"]) == ("exit_day", True)
    shown = await sara.shown(number)
    assert (await sara.act(f"/cases/{number}/approve", shown)).json()["ok"] is True
    await house.settle()
    assert "1º dicembre" in (await only(house, OutboxEntry)).content["text"]
    page = (await marco.open(f"/cases/{number}")).text
    assert "Il rapporto con questo cliente si chiude il 1º dicembre 2999." in page
    assert "il numero d'ordine" in (await marco.shown(number))["text"]


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ({"from_day": "2020-01-01"}, "exit_past"),
        ({"from_day": "2999-12-01", "instead": "x" * 301}, "text_long"),
    ],
)
async def test_an_end_that_cannot_be_is_refused_with_a_sentence(house, ending, reason):
    number = await house.begins_with(LATE)
    answer = await (await house.browser("Sara")).act(f"/cases/{number}/exit", ending)
    assert (answer.status_code, answer.json()["reason"]) == (409, reason)
    assert "{" not in answer.json()["sentence"]
