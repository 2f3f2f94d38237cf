"""What customers must be able to rely upon; the numbers are those of the list of scenarios."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Staffed, staff

LATE = "Il pacco {order} non è mai arrivato, sono due settimane che lo aspetto."
INSULTED = (
    "Ordine {order}: il vostro commesso mi ha insultata davanti agli altri clienti, personale maleducato."
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """`rimedio run` itself, with the model: what customers write is read here."""
    with staff(tmp_path_factory.mktemp("customers"), quick=False) as staffed:
        yield staffed


def test_scenario_01_start_says_that_it_is_automatic_and_that_a_person_answers(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.start()
    greeting = staffed.office.wait(lambda: marta.find("automatico"), "the greeting")
    assert "persona" in greeting.text
    assert staffed.office.cases_of(marta) == 0


def test_scenario_02_a_text_gives_one_case_and_one_receipt(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-20002"))
    card = staffed.office.card(staffed.giulia, "RS-20002")
    staffed.office.wait(lambda: marta.find(f"n. {card.number}"), "the receipt")
    staffed.office.settled()
    assert staffed.office.cases_of(marta) == 1
    assert len(marta.messages()) == 1


def test_scenario_03_a_follow_up_joins_the_open_case_and_the_draft_is_redone(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(LATE.format(order="RS-20003"))
    first = staffed.office.card(staffed.giulia, "RS-20003")
    marta.send("Aggiungo che il corriere non risponde nemmeno al telefono.")
    second = staffed.office.card(staffed.giulia, "nemmeno al telefono", after=first.last)
    assert second.number == first.number
    assert "RS-20003" in second.head.text
    assert staffed.office.cases_of(marta) == 1
    staffed.office.wait(lambda: _bare(staffed, first.last.message_id), "the old card has lost its buttons")
    proposed = staffed.office.ask(
        "SELECT d.revision = c.revision FROM drafts d JOIN cases c ON c.id = d.case_id "
        "WHERE c.number = ? AND d.state = 'proposed'",
        first.number,
    )
    assert proposed == [(1,)]


def test_scenario_22_an_offer_above_the_agents_limit_goes_to_a_supervisor(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    marta.send(INSULTED.format(order="RS-30022"))
    card = staffed.office.card(staffed.sofia, "RS-30022")
    staffed.office.settled()
    assert staffed.giulia.find("RS-30022") is None
    assert staffed.bruno.find("RS-30022") is None
    assert "responsabile" in card.head.text
    staffed.sofia.press(card.last, "Approva e invia")
    staffed.office.wait(lambda: marta.find("Sofia"), "the supervisor's answer")


def _bare(staffed: Staffed, message_id: int) -> bool:
    return all(not seen.buttons for seen in staffed.giulia.messages() if seen.message_id == message_id)


def test_scenario_04_a_photo_with_its_caption_can_be_opened_by_the_agent(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    sent = marta.send_photo(
        caption="Ecco la lampada RS-20004, è arrivata tutta rotta.", content=b"jpeg bytes"
    )
    card = staffed.office.card(staffed.sofia, "RS-20004")
    assert "[foto]" in card.head.text
    staffed.sofia.press(card.last, "Vedi foto e file (1)")
    shown = staffed.office.wait(
        lambda: next(
            (
                message
                for message in staffed.sofia.messages()
                if message.kind == "photo" and message.message_id > card.last.message_id
            ),
            None,
        ),
        "the photo",
    )
    assert staffed.sofia.file(shown) == marta.file(sent) == b"jpeg bytes"
    staffed.office.settled()
    staffed.office.wait(
        lambda: staffed.office.ask("SELECT 1 FROM attachments WHERE stored_as IS NOT NULL") or None,
        "its content is kept",
    )


def test_scenario_07_an_edit_is_a_new_revision_and_the_earlier_text_is_kept(staffed: Staffed) -> None:
    marta = staffed.telegram.user("Marta")
    written = marta.send(LATE.format(order="RS-20007"))
    first = staffed.office.card(staffed.giulia, "RS-20007")
    marta.edit(written, LATE.format(order="RS-77777"))
    second = staffed.office.card(staffed.giulia, "RS-77777", after=first.last)
    assert "RS-20007" not in second.head.text
    assert staffed.office.cases_of(marta) == 1
    versions = staffed.office.ask(
        "SELECT m.text, m.edit > 0 FROM messages m JOIN cases c ON c.id = m.case_id "
        "WHERE c.number = ? AND m.direction = 'in' ORDER BY m.edit",
        first.number,
    )
    assert versions == [(LATE.format(order="RS-20007"), 0), (LATE.format(order="RS-77777"), 1)]


def test_scenario_11_a_text_of_4096_with_an_emoji_at_the_edge_arrives_whole_both_ways(
    staffed: Staffed,
) -> None:
    marta = staffed.telegram.user("Marta")
    words = "Il pacco RS-20011 non è mai arrivato. "
    filler = "Ho scritto due volte e nessuno mi ha risposto, aspetto ancora il pacco. " * 60
    long_text = (words + filler)[:4094] + "😀"
    marta.send(long_text)
    card = staffed.office.card(staffed.giulia, "RS-20011")
    stored = staffed.office.ask("SELECT text FROM messages WHERE text LIKE '%RS-20011%'")
    assert stored == [(long_text,)]
    staffed.giulia.press(card.last, "Leggi tutto")
    staffed.office.wait(lambda: staffed.giulia.find("😀", after=card.last), "the end of it")

    answer = "Buongiorno, " + "y" * (4094 - 12) + "😀"
    staffed.giulia.press(card.last, "Modifica")
    prompt = staffed.office.wait(
        lambda: next(
            (m for m in staffed.giulia.messages() if m.asks_reply and m.message_id > card.last.message_id),
            None,
        ),
        "the prompt",
    )
    staffed.giulia.send(answer, reply_to=prompt)
    shown_back = staffed.office.wait(
        lambda: next((m for m in staffed.giulia.messages() if m.text == answer and m.buttons), None),
        "the text shown back",
    )
    staffed.office.send_instead(staffed.giulia, shown_back)
    staffed.office.wait(lambda: marta.find(answer), "the answer")


def test_scenario_12_markup_and_right_to_left_text_are_shown_literally_on_both_sides(
    staffed: Staffed,
) -> None:
    marta = staffed.telegram.user("<b>Marta</b>")
    words = (
        "<b>RS-20012</b> & il pacco non è mai arrivato, lo aspetto da due settimane "
        "</a> الطرد لم يصل &amp; <script>"
    )
    marta.send(words)
    card = staffed.office.card(staffed.giulia, "RS-20012")
    assert words in card.head.text
    assert "<b>Marta</b>" in card.head.text
    answer = "Buongiorno, <i>controllo</i> & guardo </b> مرحبا &lt;"
    staffed.giulia.press(card.last, "Modifica")
    prompt = staffed.office.wait(
        lambda: next(
            (m for m in staffed.giulia.messages() if m.asks_reply and m.message_id > card.last.message_id),
            None,
        ),
        "the prompt",
    )
    staffed.giulia.send(answer, reply_to=prompt)
    shown_back = staffed.office.wait(
        lambda: next((m for m in staffed.giulia.messages() if m.text == answer and m.buttons), None),
        "the text shown back",
    )
    staffed.office.send_instead(staffed.giulia, shown_back)
    arrived = staffed.office.wait(lambda: marta.find(answer), "the answer")
    assert arrived.entities == ()


def test_scenario_14_status_privacy_and_a_person_are_answered_in_the_customers_language(
    staffed: Staffed,
) -> None:
    emma = staffed.telegram.user("Emma", language="en")
    emma.send("/status")
    staffed.office.wait(lambda: emma.find("no open request"), "no request yet")
    emma.send("/privacy")
    staffed.office.wait(lambda: emma.find("delete"), "what is kept")
    emma.send("/human")
    staffed.office.wait(lambda: emma.find("a person", after=emma.find("delete")), "a person was told")
    flagged = staffed.office.ask(
        "SELECT c.flag FROM cases c JOIN identities i ON i.id = c.identity_id WHERE i.external_id = ?",
        str(emma.id),
    )
    assert flagged == [("person_wanted",)]
