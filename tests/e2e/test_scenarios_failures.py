"""What must hold when things break; the numbers are those of the list of scenarios."""

from tests.e2e.conftest import Staffed
from tests.e2e.office import Office, until
from tests.telegram import FaultProxy

LATE = "Il pacco {order} non è mai arrivato, sono due settimane che lo aspetto."


def test_scenario_24_killed_after_an_update_was_stored_it_is_processed_once_after_the_restart(
    mortal: tuple[Office, FaultProxy],
) -> None:
    office, _ = mortal
    office.start()
    office.wait_until_ready()
    marta = office.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40024"))
    until(lambda: office.number("SELECT count(*) FROM updates") == 1, "the update is stored")
    office.kill()
    office.start()
    office.wait(lambda: marta.find("n. 101"), "the receipt")
    office.settled()
    assert office.cases_of(marta) == 1
    assert office.number("SELECT count(*) FROM messages WHERE direction = 'in'") == 1
    assert len(marta.messages()) == 1


def test_scenario_25_killed_before_an_update_was_stored_telegram_delivers_it_again(
    mortal: tuple[Office, FaultProxy],
) -> None:
    office, faults = mortal
    marta = office.telegram.user("Marta")
    lost = faults.fail(kind="hang_after", method="getUpdates")
    office.start()
    marta.send(LATE.format(order="RS-40025"))
    office.wait(lambda: lost.hits == 1 or None, "the update was handed out and did not arrive")
    assert office.number("SELECT count(*) FROM updates") == 0
    office.kill()
    office.start()
    office.wait(lambda: marta.find("n. 101"), "the receipt")
    office.settled()
    assert office.cases_of(marta) == 1


def test_scenario_26_the_same_update_twice_and_at_the_same_time_makes_one_case(
    mortal: tuple[Office, FaultProxy],
) -> None:
    office, _ = mortal
    marta = office.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40026"))
    update = office.telegram.update_of("message")
    office.telegram.push_again(update)
    office.start()
    office.wait(lambda: marta.find("n. 101"), "the receipt")
    office.telegram.push_again(update)
    office.settled()
    assert office.cases_of(marta) == 1
    assert office.number("SELECT count(*) FROM messages WHERE direction = 'in'") == 1
    assert len(marta.messages()) == 1


def test_scenario_27_told_to_wait_it_waits_and_sends_once(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40027"))
    card = staffed.office.card(staffed.giulia, "RS-40027")
    staffed.office.settled()
    flood = staffed.faults.fail(kind="429", method="sendMessage", chat=marta, seconds=2)
    staffed.giulia.press(card.last, "Approva e invia")
    answer = staffed.office.wait(lambda: marta.find("Giulia"), "the answer")
    staffed.office.settled()
    assert flood.hits == 1
    assert len(staffed.office.answers_to(marta, answer.text)) == 1


def test_scenario_28_after_a_500_one_message_is_sent(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40028"))
    card = staffed.office.card(staffed.giulia, "RS-40028")
    staffed.office.settled()
    fault = staffed.faults.fail(kind="500", method="sendMessage", chat=marta)
    staffed.giulia.press(card.last, "Approva e invia")
    answer = staffed.office.wait(lambda: marta.find("Giulia"), "the answer")
    staffed.office.settled()
    assert fault.hits == 1
    assert len(staffed.office.answers_to(marta, answer.text)) == 1


def test_scenario_29_accepted_and_then_reset_there_is_no_second_message_and_a_person_decides(
    staffed: Staffed,
) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40029"))
    card = staffed.office.card(staffed.giulia, "RS-40029")
    staffed.office.settled()
    staffed.faults.fail(kind="reset_after", method="sendMessage", chat=marta)
    staffed.giulia.press(card.last, "Approva e invia")
    doubt = staffed.office.wait(
        lambda: staffed.giulia.find(f"richiesta n. {card.number} è arrivata", after=card.last),
        "the agent is asked",
    )
    state = (
        "SELECT o.state FROM outbox o JOIN cases c ON c.id = o.case_id "
        "WHERE c.number = ? AND purpose = 'answer'"
    )
    assert staffed.office.ask(state, card.number) == [("unconfirmed",)]
    assert len(staffed.office.answers_to(marta, "Giulia")) == 1
    staffed.giulia.press(doubt, "È arrivato")
    staffed.office.wait(lambda: staffed.giulia.find("Segnata come arrivata", after=doubt), "it is settled")
    staffed.office.settled()
    assert staffed.office.ask(state, card.number) == [("sent",)]
    assert len(staffed.office.answers_to(marta, "Giulia")) == 1


def test_scenario_30_blocked_by_the_customer_the_case_is_flagged_and_nothing_is_tried_again(
    staffed: Staffed,
) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40030"))
    card = staffed.office.card(staffed.giulia, "RS-40030")
    staffed.office.settled()
    marta.block()
    staffed.office.wait(lambda: staffed.telegram.all_acknowledged or None, "the bot knows")
    staffed.giulia.press(card.last, "Approva e invia")
    staffed.office.wait(lambda: staffed.giulia.find("ha bloccato il bot", after=card.last), "the agent knows")
    staffed.office.settled()
    assert staffed.office.ask("SELECT flag FROM cases WHERE number = ?", card.number) == [("blocked",)]
    tried = [call for call in staffed.telegram.requests("sendMessage", chat=marta) if not call.ok]
    assert len(tried) == 1
