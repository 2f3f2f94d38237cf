"""The page "Le nostre regole", and the colleagues' door to the chat."""

import re
from datetime import timedelta
from importlib.resources import files

from models.clock import utcnow
from models.ids import new_id
from responses.notices import NoticeKind, put_up
from responses.policy import load_policy_text
from tests.unit.desk.conftest import House

SHOP = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
COLLEAGUES = """
policy: colleghi
audience: colleague
effective: 2026-01-01
currency: EUR
timezone: Europe/Rome
codes: ours
rules:
  - {id: attesa, when: {complaint: delivery_late}, apologise: yes, give: {voucher: 7 EUR}}
  - {id: altro, when: {act: complaint}, hand_over: agent}
"""


async def put_in_use(house: House, text: str, name: str = "negozio.yaml", days: int = 0) -> None:
    async with house.database.writing() as session:
        since = utcnow() + timedelta(days=days)
        await house.road.policies.use(session, load_policy_text(text, name), text, by="laura", since=since)


async def test_the_rules_are_read_as_sentences_with_the_file_below(house: House) -> None:
    page = (await (await house.browser("Marco")).open("/rules")).text
    assert "il 15% di sconto sul prossimo ordine (fino a 20 €) oppure un buono da 10 €" in page
    assert "messo in uso al primo avvio" in page
    assert "policy: negozio-online" in page


async def test_a_new_use_is_seen_without_a_restart_with_what_was_and_what_comes(house: House) -> None:
    browser = await house.browser()
    await put_in_use(house, SHOP.replace("per_case: 80 EUR", "per_case: 90 EUR"))
    await put_in_use(house, SHOP.replace("per_case: 80 EUR", "per_case: 95 EUR"), "poi.yaml", days=30)
    page = (await browser.open("/rules")).text
    assert "Per ogni caso al massimo 90 €." in page
    assert "messo in uso da laura" in page
    assert "vale invece poi.yaml" in page
    assert "Le versioni di prima" in page
    assert "al massimo 95 €" not in page


async def test_an_agent_who_reads_english_reads_the_rules_in_english(house: House) -> None:
    browser = await house.browser("Marco")
    async with house.database.writing() as session:
        marco = await session.merge(await house.agent("Marco"))
        marco.languages = ["en"]
    assert "For each case at most €80." in (await browser.open("/rules")).text


async def test_only_admins_are_told_that_a_file_has_changed(house: House) -> None:
    async with house.database.writing() as session:
        await put_up(session, NoticeKind.POLICY_CHANGED, utcnow(), file="negozio.yaml")
    sentence = "negozio.yaml è cambiato da quando è in uso"
    assert sentence in (await (await house.browser("Giulia")).open("/queue")).text
    assert sentence not in (await (await house.browser("Sara")).open("/queue")).text


async def test_the_colleagues_door_is_shut_until_they_have_rules(house: House) -> None:
    assert (await house.stranger().open("/chat/colleagues")).status_code == 404


async def test_a_colleague_who_writes_there_is_judged_by_the_colleagues_rules(house: House) -> None:
    await put_in_use(house, COLLEAGUES, "colleghi.yaml")
    door = house.stranger()
    written = await door.act(
        "/chat/colleagues/messages",
        {"id": new_id(), "text": "Il mio computer non arriva", "name": "Dario"},
        page="/chat/colleagues",
    )
    assert written.json() == {"ok": True}
    await house.settle()
    said = (await door.open("/chat/colleagues/messages")).json()["messages"]
    assert said[0]["text"] == "Il mio computer non arriva"
    case = (await (await house.browser()).open("/cases/101")).text
    assert ">collega<" in case
    assert "un buono da 7\N{NO-BREAK SPACE}€" in case


async def test_the_two_doors_keep_their_conversations_apart(house: House) -> None:
    await put_in_use(house, COLLEAGUES, "colleghi.yaml")
    person = house.stranger()
    await person.act("/chat/messages", {"id": new_id(), "text": "Sono un cliente"}, page="/chat")
    await person.open("/chat/colleagues")
    assert (await person.open("/chat/colleagues/messages")).json()["messages"] == []
    assert len((await person.open("/chat/messages")).json()["messages"]) == 1


async def test_admins_read_that_the_sheet_takes_more_than_one_side_of_paper(house: House) -> None:
    many = "".join(
        f"  - {{id: tardi-{days}, when: {{complaint: delivery_late, days_late: {{over: {days}}}}},"
        " apologise: yes, give: {voucher: 10 EUR}}\n"
        for days in range(400, 200, -1)
    )
    admin, agent = await house.browser("Giulia"), await house.browser("Marco")
    note = "questo foglio occupa circa "
    assert note not in (await admin.open("/rules")).text
    await put_in_use(house, SHOP.replace("\nrules:\n", f"\nrules:\n{many}", 1))
    page = (await admin.open("/rules")).text
    assert re.search(note + r"[12],\d facciate A4 invece di una", page)
    assert "righe)" in page.split(note)[1]
    assert note not in (await agent.open("/rules")).text
