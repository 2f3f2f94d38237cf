"""What agents must be able to rely upon in their group; the numbers are those of the list of scenarios."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.office import APPROVE, CardSeen, Office
from tests.telegram import Double, FaultProxy, Seen, User
from tests.telegram.rooms import Room

LATE = "Il pacco {order} non è mai arrivato, sono due settimane che lo aspetto."


@dataclass(frozen=True, kw_only=True)
class Team:
    """A running program whose agents work in groups."""

    office: Office
    telegram: Double
    anna: User
    giulia: User
    bruno: User


@pytest.fixture(scope="module")
def running_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with Double() as telegram:
        home = tmp_path_factory.mktemp("team") / "home"
        office = Office(home, telegram, telegram.url, quick=True)
        office.start()
        try:
            office.wait_until_ready()
            yield Team(
                office=office,
                telegram=telegram,
                anna=office.hire("Anna", "admin"),
                giulia=office.hire("Giulia"),
                bruno=office.hire("Bruno"),
            )
        finally:
            office.stop()


@pytest.fixture
def team(running_team: Team) -> Iterator[Team]:
    """The running program, idle before the test; every request of the test was valid to aiogram."""
    running_team.office.settled()
    yield running_team
    assert running_team.telegram.violations == []


def group_of(office: Office, anna: User, *others: User, forum: bool = False) -> Room:
    """A new agents' group, set by the admin's press."""
    telegram = office.telegram
    if forum:
        room = telegram.supergroup("Squadra", anna, *others, forum=True)
        anna.add_bot(room, can_manage_topics=True)
    else:
        room = telegram.group("Squadra", anna, *others)
        anna.add_bot(room)
    offer = office.wait(lambda: room.find("È questo il gruppo"), "the offer")
    anna.press(offer, "Questo è il nostro gruppo")
    office.wait(lambda: room.find("D'ora in poi"), "the group is set")
    return room


def card_in(office: Office, room: Room, words: str, *, after: Seen | None = None) -> CardSeen:
    """Waits for the case's card in the group. Posts of other cases may stand between its own."""
    posts = (
        "SELECT a.message_ids FROM cards a JOIN cases c ON c.id = a.case_id "
        "WHERE c.number = ? AND a.chat_key LIKE ? ORDER BY a.id DESC"
    )

    def found() -> CardSeen | None:
        head = room.find(words, after=after)
        if head is None:
            return None
        number = re.search(r"n\. (\d+)", head.text)
        assert number is not None, head.text
        own = {
            int(post)
            for (row,) in office.ask(posts, int(number[1]), f"%:{room.id}")
            for post in json.loads(row)
        }
        last = next(
            (
                seen
                for seen in reversed(room.messages())
                if seen.message_id in own and seen.thread == head.thread and APPROVE in seen.labels
            ),
            None,
        )
        return CardSeen(head=head, last=last) if last is not None else None

    return office.wait(found, f"the group has the card of {words!r}")


def close_case(desk: httpx.Client, number: int) -> None:
    closed = desk.post(f"/cases/{number}/close", headers={"x-csrf-token": token_in(desk)})
    assert closed.status_code == 200, closed.text


def test_scenario_13_a_closed_case_is_rated_once_and_reopened_by_new_words_and_so_is_its_topic(
    team: Team,
) -> None:
    room = group_of(team.office, team.anna, team.giulia, forum=True)
    marta = team.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40013"))
    card = card_in(team.office, room, "RS-40013")
    team.giulia.press(card.last, APPROVE)
    team.office.wait(lambda: marta.find("Giulia"), "the answer")
    team.office.settled()
    with closing(team.office.desk("Anna")) as desk:
        close_case(desk, card.number)
        question = team.office.wait(lambda: marta.find("Un voto da 1"), "the question how it went")
        assert question.labels == ("1", "2", "3", "4", "5")
        presses = [marta.press(question, mark) for mark in ("4", "1")]
        team.office.wait(lambda: all(press.answered for press in presses), "both presses are answered")
        team.office.wait(lambda: marta.find("il suo voto è segnato"), "the thanks")
        team.office.wait(lambda: not marta.now(question).labels, "the buttons are gone")
        assert "Voto 4 su 5" in desk.get(f"/cases/{card.number}").text
    team.office.wait(lambda: room.chat.closed_topics, "the topic is closed")
    marta.send("Purtroppo il pacco RS-40013 non si è visto nemmeno oggi.")
    again = card_in(team.office, room, "nemmeno oggi", after=card.last)
    assert (again.number, again.head.thread) == (card.number, card.head.thread)
    assert room.chat.closed_topics == set()
    assert team.office.cases_of(marta) == 1
    team.giulia.press(again.last, APPROVE)
    team.office.wait(lambda: len(team.office.answers_to(marta, "Giulia")) == 2, "the second answer")
    team.office.settled()
    with closing(team.office.desk("Anna")) as desk:
        close_case(desk, card.number)
    team.office.settled()
    assert len(team.office.answers_to(marta, "Un voto da 1")) == 1
    assert len(team.office.answers_to(marta, "il suo voto è segnato")) == 1
    assert team.office.ask("SELECT mark FROM ratings") == [(4,)]


def test_scenario_18_of_two_who_claim_at_once_in_the_group_one_wins_and_the_other_is_told_who(
    team: Team,
) -> None:
    room = group_of(team.office, team.anna, team.giulia, team.bruno)
    marta = team.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40018"))
    card = card_in(team.office, room, "RS-40018")
    take = card.data("Me ne occupo io")
    presses = [agent.press_data(card.last, take) for agent in (team.giulia, team.bruno)]
    won = team.office.wait(lambda: room.find(f"si occupa della richiesta n. {card.number}"), "one has it")
    winner = won.text.partition(" ")[0]
    told = team.office.wait(lambda: room.find("La tiene", after=card.last), "the other knows who")
    assert f"La tiene {winner}" in told.text
    team.office.settled()
    assert all(press.answered for press in presses)
    holders = team.office.ask(
        "SELECT a.name, c.state FROM cases c JOIN agents a ON a.id = c.claimed_by WHERE c.number = ?",
        card.number,
    )
    assert holders == [(winner, "taken_over")]


def test_scenario_19_a_note_written_in_the_group_never_reaches_the_customer(team: Team) -> None:
    room = group_of(team.office, team.anna, team.giulia, team.bruno)
    marta = team.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40019"))
    card = card_in(team.office, room, "RS-40019")
    team.giulia.press(card.last, "Modifica")
    prompt = team.office.wait(lambda: room.find("Giulia: Scrivi il testo", after=card.last), "the prompt")
    team.bruno.send("Secondo me mente", to=room, reply_to=prompt)
    team.bruno.send("Secondo me mente proprio", to=room, reply_to=card.last)
    team.office.wait(
        lambda: len([seen for seen in room.messages() if "Nota interna salvata" in seen.text]) == 2,
        "both notes are kept",
    )
    team.giulia.press(room.now(card.last), APPROVE)
    team.office.wait(lambda: marta.find("Giulia"), "the answer")
    team.office.settled()
    notes = team.office.ask("SELECT DISTINCT direction FROM messages WHERE text LIKE 'Secondo me mente%'")
    assert notes == [("note",)]
    assert not [call for call in team.telegram.requests(chat=marta) if "mente" in call.text]


def test_scenario_23_a_card_of_the_group_that_is_not_modified_counts_as_changed(team: Team) -> None:
    room = group_of(team.office, team.anna, team.giulia)
    marta = team.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40023"))
    card = card_in(team.office, room, "RS-40023")
    team.giulia.press(card.last, "Passa a…")
    team.office.wait(lambda: "Indietro" in room.now(card.last).labels, "the colleagues to choose from")
    back = room.now(card.last).button("Indietro").data
    assert back is not None
    presses = [team.giulia.press_data(card.last, back) for _ in range(2)]
    team.office.wait(lambda: all(press.answered for press in presses), "both are answered")
    refused = team.office.wait(
        lambda: team.telegram.requests("editMessageReplyMarkup", chat=room, ok=False), "a change of nothing"
    )
    assert "not modified" in refused[0].answer["description"]
    team.office.settled()
    team.giulia.press(room.now(card.last), APPROVE)
    team.office.wait(lambda: marta.find("Giulia"), "the answer")
    assert "update.failed" not in team.office.log.read_text()


def test_scenario_31_the_group_becomes_a_supergroup_and_its_new_id_is_followed(team: Team) -> None:
    room = group_of(team.office, team.anna, team.giulia)
    marta, paolo = team.telegram.user("Marta"), team.telegram.user("Paolo")
    marta.send(LATE.format(order="RS-40031"))
    card_in(team.office, room, "RS-40031")
    new = room.upgrade()
    card_in(team.office, new, "RS-40031")
    # What was on its way to the old group arrives as well; the newest is the one that counts.
    team.office.settled()
    team.giulia.press(card_in(team.office, new, "RS-40031").last, APPROVE)
    team.office.wait(lambda: marta.find("Giulia"), "the answer")
    paolo.send(LATE.format(order="RS-41031"))
    card_in(team.office, new, "RS-41031")
    team.office.settled()
    (key,) = team.office.ask("SELECT chat_key FROM agents_groups")
    assert key == (f"telegram:{team.telegram.bot.id}:{new.id}",)
    assert new.chat.bot_status != "left"


def test_killed_between_making_a_topic_and_writing_it_down_no_second_topic_is_made(
    mortal: tuple[Office, FaultProxy],
) -> None:
    office, faults = mortal
    office.start()
    office.wait_until_ready()
    room = group_of(office, office.hire("Anna", "admin"), forum=True)
    faults.fail(kind="hang_after", method="createForumTopic")
    marta = office.telegram.user("Marta")
    marta.send(LATE.format(order="RS-40001"))
    office.wait(lambda: room.chat.topics, "Telegram has made the topic")
    office.kill()
    faults.clear()
    office.start()
    office.wait_until_ready()
    card = card_in(office, room, "RS-40001")
    assert list(room.chat.topics) == [card.head.thread]


def token_in(desk: httpx.Client) -> str:
    """What a page of the desk carries against forged requests."""
    found = re.search(r'name="csrf" value="([^"]+)"', desk.get("/cases/new").text)
    assert found is not None
    return found[1]
