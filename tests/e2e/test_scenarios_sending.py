"""Files, long answers and many people; the numbers are those of the list of scenarios."""

from collections.abc import Iterator
from zlib import crc32

import httpx
import pytest

from tests.e2e.browser import DeskClient
from tests.e2e.conftest import Staffed
from tests.e2e.office import Office, until
from tests.telegram import FaultProxy

LATE = "Il pacco {order} non è mai arrivato, sono due settimane che lo aspetto."
CHATS, LINES = 300, 2


@pytest.fixture
def desk(staffed: Staffed) -> Iterator[DeskClient]:
    client = DeskClient(staffed.office.desk("Sofia"))
    yield client
    client.close()


def test_scenario_05_an_album_whose_last_part_comes_late_is_one_case_with_three_files(
    staffed: Staffed,
) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send_photo(caption="La lampada RS-20005 è arrivata rotta.", album="al5", content=b"one")
    marta.send_photo(album="al5", content=b"two")
    card = staffed.office.card(staffed.sofia, "RS-20005")
    staffed.office.settled()
    # Later than any timer: the case is on the table, and the agent has answered it.
    staffed.sofia.press(card.last, "Approva e invia")
    staffed.office.wait(lambda: marta.find("Sofia"), "the answer")
    marta.send_photo(album="al5", content=b"three")
    staffed.office.settled()
    assert staffed.office.cases_of(marta) == 1
    stored = (
        "SELECT count(*) FROM attachments a JOIN messages m ON m.id = a.message_id WHERE m.album_key = 'al5'"
    )
    until(lambda: staffed.office.number(f"{stored} AND a.stored_as IS NOT NULL") == 3, "three files are kept")


def test_scenario_06_a_file_over_20_mb_is_refused_politely_and_the_case_kept(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send_document(b"film", caption="Ecco il danno, ordine RS-20006", size=25 * 2**20)
    staffed.office.card(staffed.sofia, "RS-20006")
    refusal = staffed.office.wait(lambda: marta.find("troppo grande"), "the refusal")
    assert "20 MB" in refusal.text
    assert staffed.office.cases_of(marta) == 1


def test_scenario_17_a_long_answer_goes_on_at_the_part_that_failed(
    staffed: Staffed, desk: DeskClient
) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40017"))
    card = staffed.office.card(staffed.giulia, "RS-40017")
    staffed.office.settled()
    text = "\n\n".join(f"Parte {number}: " + "parola " * 500 for number in (1, 2, 3))
    # The first part is sent; the second meets a server that says no for good.
    staffed.faults.fail(kind="delay", method="sendMessage", chat=marta, seconds=0.1)
    broken = staffed.faults.fail(kind="400", method="sendMessage", chat=marta)
    approved = desk.send_instead(card.number, text)
    assert approved["ok"] is True, approved
    failed = (
        "SELECT o.id, o.part FROM outbox o JOIN cases c ON c.id = o.case_id "
        "WHERE c.number = ? AND o.state = 'failed'"
    )
    until(lambda: len(staffed.office.ask(failed, card.number)) == 1, "the second part has failed")
    assert broken.hits == 1
    ((entry, part),) = staffed.office.ask(failed, card.number)
    assert part == 1
    assert [seen.text[:7] for seen in marta.messages() if seen.text.startswith("Parte")] == ["Parte 1"]
    again = desk.act(f"/cases/{card.number}/settle", {"outbox": entry, "arrived": False})
    assert again["ok"] is True, again
    staffed.office.settled()
    assert [seen.text[:7] for seen in marta.messages() if seen.text.startswith("Parte")] == [
        "Parte 1",
        "Parte 2",
        "Parte 3",
    ]


def test_scenario_33_a_second_poller_is_reported_clearly(mortal: tuple[Office, FaultProxy]) -> None:
    office, _ = mortal
    office.start()
    office.wait_until_ready()
    poll = f"{office.telegram.url}/bot{office.telegram.token}/getUpdates"

    def reported() -> bool:
        httpx.post(poll, json={"timeout": 0}, timeout=10)
        return "telegram.second_poller" in office.log.read_text()

    until(reported, "the log says that another program polls")
    assert "Stop the other one" in office.log.read_text()
    marta = office.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40033"))
    office.wait(lambda: marta.find("n. 101"), "the bot answers all the same")


def test_scenario_34_of_300_chats_at_once_each_keeps_its_order(mortal: tuple[Office, FaultProxy]) -> None:
    office, _ = mortal
    people = [office.telegram.user(f"Cliente {number}") for number in range(CHATS)]
    for line in range(LINES):
        for person in people:
            person.send(f"{line} di {person.id}")
    # As it ships: what comes in is filed first, and read when no more comes.
    office.set(RIMEDIO_DEBOUNCE="8")
    office.start()
    office.wait_until_ready()
    until(
        lambda: office.number("SELECT count(*) FROM messages WHERE direction = 'in'") == CHATS * LINES,
        "every message is filed",
        patience=300,
    )
    written = office.ask(
        "SELECT i.external_id, group_concat(m.text, '|') FROM (SELECT * FROM messages ORDER BY id) m "
        "JOIN identities i ON i.id = m.identity_id WHERE m.direction = 'in' GROUP BY i.external_id"
    )
    expected = {str(one.id): "|".join(f"{line} di {one.id}" for line in range(LINES)) for one in people}
    assert dict(written) == expected
    assert office.number("SELECT count(*) FROM cases") == CHATS


def test_scenario_23_a_card_that_is_not_modified_counts_as_changed(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40023"))
    card = staffed.office.card(staffed.giulia, "RS-40023")
    staffed.office.settled()
    same = staffed.faults.fail(
        kind="400",
        method="editMessageReplyMarkup",
        chat=staffed.giulia,
        description="Bad Request: message is not modified: specified new message content and reply markup "
        "are exactly the same as a current content and reply markup of the message",
    )
    staffed.giulia.press(card.last, "Passa a…")
    staffed.office.wait(lambda: same.hits == 1 or None, "Telegram said that nothing changed")
    staffed.giulia.press(card.last, "Approva e invia")
    staffed.office.wait(lambda: marta.find("Giulia"), "the answer")
    assert "press.failed" not in staffed.office.log.read_text()


@pytest.mark.parametrize(
    ("fault", "at_card", "state", "arrivals"),
    [
        ("429", 1, "sent", 1),
        ("429_without_retry_after", 0, "sent", 1),
        ("500", 1, "sent", 1),
        ("502", 1, "unconfirmed", 0),
        ("403", 0, "failed", 0),
        ("400", 0, "failed", 0),
        ("reset_before", 1, "unconfirmed", 0),
        ("reset_after", 1, "unconfirmed", 1),
        ("truncated", 1, "unconfirmed", 1),
        ("garbage", 1, "unconfirmed", 1),
        ("cut", 0, "unconfirmed", 1),
        ("hang_after", 0, "unconfirmed", 1),
    ],
)
def test_each_fault_keeps_no_card_from_its_agent_and_leads_an_answer_to_its_state_never_to_a_second_message(
    staffed: Staffed, fault: str, at_card: int, state: str, arrivals: int
) -> None:
    marta = staffed.telegram.user("Marta")
    order = f"RS-5{crc32(fault.encode()) % 10_000:04d}"
    met_by_card = staffed.faults.fail(
        kind=fault, method="sendMessage", chat=staffed.giulia, times=at_card, seconds=1
    )
    marta.send(LATE.format(order=order))
    card = staffed.office.card(staffed.giulia, order)
    staffed.office.settled()
    assert met_by_card.hits == at_card
    met = staffed.faults.fail(kind=fault, method="sendMessage", chat=marta, seconds=1)
    staffed.giulia.press(card.last, "Approva e invia")
    found = (
        "SELECT o.state FROM outbox o JOIN cases c ON c.id = o.case_id "
        "WHERE c.number = ? AND o.purpose = 'answer' AND o.state NOT IN ('pending', 'sending')"
    )
    until(lambda: staffed.office.ask(found, card.number) == [(state,)], f"the answer is {state}")
    staffed.office.settled()
    assert met.hits == 1
    assert len(staffed.office.answers_to(marta, "Giulia")) == arrivals
