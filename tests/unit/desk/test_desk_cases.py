"""What agents do with cases on the desk."""

import pytest
from sqlalchemy import select

from models.states import CaseState, OutboxState
from models.tables import Approval, Attachment, Case, Message, OpenEdit, OutboxEntry

LATE = "Il mio pacco RS20418 doveva arrivare il 12 e non c'è ancora."


async def only(house, table):
    async with house.database.reading() as session:
        return (await session.scalars(select(table).order_by(table.id.desc()))).first()


async def test_the_queue_shows_a_waiting_case(house):
    number = await house.said(LATE)
    page = (await (await house.browser()).open("/queue")).text
    assert f'href="/cases/{number}"' in page
    assert "consegna in ritardo" in page
    assert "Marta" in page


async def test_filters_leave_out_what_was_not_asked_for(house):
    await house.said(LATE)
    browser = await house.browser()
    assert "Marta" in (await browser.open("/queue?tone=frustrated")).text
    assert "Nessun caso con questi filtri" in (await browser.open("/queue?tone=grateful")).text
    assert "Nessun caso con questi filtri" in (await browser.open("/queue?mine=1")).text


async def test_a_search_finds_by_number_and_by_name(house):
    number = await house.said(LATE)
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
    number = await house.said(LATE)
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert 'id="preview"' in page
    assert 'class="offer"' in page
    assert 'class="rule"' in page
    assert "stanco di aspettare: 93" in page


async def test_what_is_approved_is_what_leaves(house):
    number = await house.said(LATE)
    browser = await house.browser()
    text = "Buongiorno Marta, il pacco è ripartito stamattina.\nGiulia"
    answer = await browser.act(f"/cases/{number}/approve", await browser.shown(number) | {"text": text})
    assert answer.json()["ok"] is True
    await house.settle()
    sent = await only(house, OutboxEntry)
    assert (sent.state, sent.content["text"]) == (OutboxState.SENT, text)
    assert (await only(house, Approval)).filled_text == text


async def test_an_approval_can_be_undone_until_it_leaves(house):
    number = await house.said(LATE)
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
    number = await house.said(LATE)
    browser = await house.browser()
    shown = await browser.shown(number) | {"text": "Una risposta."}
    await browser.act(f"/cases/{number}/approve", shown)
    again = await browser.act(f"/cases/{number}/approve", shown)
    assert (again.status_code, again.json()["reason"]) == (409, "stale")


async def test_a_text_that_nobody_saw_cannot_be_sent(house):
    number = await house.said(LATE)
    browser = await house.browser()
    shown = await browser.shown(number)
    answer = await browser.act(f"/cases/{number}/approve", shown | {"sha256": "0" * 64})
    assert answer.json()["reason"] == "stale"


async def test_a_new_message_blocks_the_old_draft(house):
    number = await house.said(LATE)
    browser = await house.browser()
    shown = await browser.shown(number) | {"text": "Una risposta."}
    await house.said("Anzi, lasciate perdere, è arrivato.", settle=False)
    answer = await browser.act(f"/cases/{number}/approve", shown)
    assert (answer.status_code, answer.json()["reason"]) == (409, "new_message")
    assert "ha appena scritto" in answer.json()["sentence"]


async def test_an_empty_box_sends_nothing(house):
    number = await house.said(LATE)
    browser = await house.browser()
    answer = await browser.act(f"/cases/{number}/approve", await browser.shown(number) | {"text": "  \n"})
    assert answer.json()["reason"] == "text_empty"


async def test_a_blank_left_in_the_text_blocks_it(house):
    number = await house.said(LATE)
    browser = await house.browser()
    answer = await browser.act(
        f"/cases/{number}/approve", await browser.shown(number) | {"text": "Arriva […] domani."}
    )
    assert answer.json()["reason"] == "placeholder"
    assert (await only(house, Approval)) is None


async def test_a_misspelt_slot_is_explained_and_nothing_changes(house):
    number = await house.said(LATE)
    browser = await house.browser()
    shown = await browser.shown(number)
    answer = await browser.act(f"/cases/{number}/approve", shown | {"text": "Saluti, {Agent}"})
    assert answer.json()["reason"] == "slot"
    assert await browser.shown(number) == shown


async def test_a_question_waits_for_the_customer(house):
    number = await house.said(LATE)
    browser = await house.browser()
    await browser.act(
        f"/cases/{number}/approve",
        await browser.shown(number) | {"text": "Mi dice il numero d'ordine?", "kind": "ask"},
    )
    assert (await house.case()).state == CaseState.WAITING_CUSTOMER


async def test_a_text_being_written_survives_a_closed_tab(house):
    number = await house.said(LATE)
    browser = await house.browser()
    kept = await browser.act(f"/cases/{number}/typed", {"text": "Buongiorno Marta, sto"})
    assert kept.json() == {"ok": True, "sentence": "", "kept": True}
    state = (await (await house.browser()).open(f"/cases/{number}/parts")).json()["state"]
    assert state["kept"] == "Buongiorno Marta, sto"


async def test_writing_holds_the_case_and_a_colleagues_text_is_kept_too(house):
    number = await house.said(LATE)
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
    number = await house.said(LATE)
    giulia, marco = await house.browser(), await house.browser("Marco")
    await giulia.act(f"/cases/{number}/typed", {"text": "Io rispondo"})
    await giulia.act(f"/cases/{number}/typed", {"text": ""})
    assert (await marco.act(f"/cases/{number}/typed", {"text": "Anch'io"})).status_code == 200


async def test_taking_anyway_tells_who_held_it(house):
    number = await house.said(LATE)
    giulia, marco = await house.browser(), await house.browser("Marco")
    await giulia.act(f"/cases/{number}/typed", {"text": "Io rispondo"})
    assert (await marco.act(f"/cases/{number}/claim", {"force": False})).status_code == 409
    answer = await marco.act(f"/cases/{number}/claim", {"force": True})
    assert "Giulia" in answer.json()["sentence"]


async def test_a_discarded_draft_is_gone(house):
    number = await house.said(LATE)
    browser = await house.browser()
    await browser.act(f"/cases/{number}/discard", await browser.shown(number) | {"reason": "fuori tema"})
    assert (await browser.shown(number))["draft_id"] is None


async def test_who_takes_over_writes_without_a_draft(house):
    number = await house.said(LATE)
    browser = await house.browser()
    assert (await browser.act(f"/cases/{number}/take-over", {})).json()["ok"] is True
    answer = await browser.act(
        f"/cases/{number}/approve", await browser.shown(number) | {"text": "La chiamo fra poco."}
    )
    assert answer.json()["ok"] is True
    assert (await browser.act(f"/cases/{number}/give-back", {})).json()["ok"] is True
    assert (await house.case()).state == CaseState.ANSWERED


async def test_a_case_passed_on_carries_the_text_as_it_was_edited(house):
    number = await house.said(LATE)
    marco = await house.browser("Marco")
    to = (await house.agent("Sara")).id
    content = await marco.shown(number) | {"text": "Testo di Marco.", "to": to, "reason": "guardi lei"}
    assert (await marco.act(f"/cases/{number}/pass-on", content)).json()["ok"] is True
    sara = await house.browser("Sara")
    assert (await sara.shown(number))["text"] == "Testo di Marco."
    assert (await house.case()).passed_to == to
    assert "guardi lei" in (await sara.open(f"/cases/{number}")).text


async def test_a_note_stays_among_us(house):
    number = await house.said(LATE)
    browser = await house.browser()
    await browser.act(f"/cases/{number}/note", {"text": "sentito il magazzino"})
    assert "sentito il magazzino" in (await browser.open(f"/cases/{number}")).text
    async with house.database.reading() as session:
        outbox = (await session.scalars(select(OutboxEntry))).all()
    assert all("magazzino" not in entry.content["text"] for entry in outbox)


async def test_a_fact_from_an_agent_is_noted_and_the_case_decided_anew(house):
    number = await house.said(LATE)
    browser = await house.browser()
    before = await browser.shown(number)
    assert (await browser.act(f"/cases/{number}/facts", {"name": "days_late", "value": "8"})).json()["ok"]
    await house.settle()
    after = await browser.shown(number)
    assert after["draft_id"] != before["draft_id"]
    assert "giorni di ritardo" in (await browser.open(f"/cases/{number}")).text


async def test_a_fact_that_is_no_number_is_explained(house):
    number = await house.said(LATE)
    browser = await house.browser()
    answer = await browser.act(f"/cases/{number}/facts", {"name": "days_late", "value": "tanti"})
    assert answer.json()["sentence"] == "Non si capisce: serve un numero di giorni."


async def test_a_case_closes_and_says_so(house):
    number = await house.said(LATE)
    browser = await house.browser()
    assert (await browser.act(f"/cases/{number}/close", {})).json()["sentence"] == "Caso chiuso."
    assert (await house.case()).state == CaseState.CLOSED


@pytest.mark.parametrize(("arrived", "state"), [(True, OutboxState.SENT), (False, OutboxState.PENDING)])
async def test_a_person_settles_what_nobody_could_confirm(house, arrived, state):
    number = await house.said(LATE)
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
    assert "Copia il testo" in (await browser.open(f"/cases/{number}")).text


async def test_a_case_from_the_future_keeps_what_was_typed(house):
    browser = await house.browser()
    answer = await browser.submit("/cases/new", text="parole preziose", at="2999-01-01T10:00")
    assert answer.status_code == 400
    assert "parole preziose" in answer.text


async def test_samples_go_with_one_press(house):
    from responses.samples import load_samples

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
    ],
    ids=["picture", "page", "svg"],
)
async def test_only_pictures_are_shown_in_place(house, content, mime, disposition):
    await house.said(LATE)
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


@pytest.mark.parametrize("force", [False, True], ids=["politely", "by force"])
async def test_a_page_that_stayed_open_cannot_take_over_a_closed_case(house, force):
    number = await house.said(LATE)
    browser = await house.browser()
    assert (await browser.act(f"/cases/{number}/close", {})).json()["ok"] is True
    answer = await browser.act(f"/cases/{number}/take-over", {"force": force})
    assert (answer.status_code, answer.json()["reason"]) == (409, "stale")
