"""What is shown and carried: words in both languages, buttons' data, heads of cards, outsides of updates."""

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons import MAX_DATA_BYTES, Action, Pressed, data_of, read_data
from bot.cards.head import words_shown
from bot.telegram.envelope import read_command, read_envelope
from bot.telegram.menu import MENUS
from bot.words import words_in
from bot.words_en import ENGLISH
from bot.words_it import ITALIAN
from models.clock import utcnow
from models.states import Direction
from models.tables import Message

KEYS = sorted(ITALIAN)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


def said(text: str, kind: str = "text") -> Message:
    return Message(text=text, kind=kind, direction=Direction.IN, sent_at=utcnow(), edit=0)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    assert sorted(ENGLISH) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_wording_has_the_same_fields_in_both_languages(key: str) -> None:
    assert fields(ENGLISH[key]) == fields(ITALIAN[key])


def test_a_label_that_a_business_added_is_shown_readable() -> None:
    assert words_in("it").label("type", "gelato_sciolto") == "gelato sciolto"


@given(st.sampled_from(Action), st.uuids(), st.uuids())
def test_what_a_button_carries_comes_back_and_is_never_too_long(
    action: Action, key: object, choice: object
) -> None:
    data = data_of(action, str(key)[:12], str(choice))
    assert len(data.encode()) <= MAX_DATA_BYTES
    assert read_data(data) == Pressed(action=action, key=str(key)[:12], choice=(str(choice),))


@given(st.text(max_size=80))
def test_no_forged_data_does_more_than_be_refused(data: str) -> None:
    pressed = read_data(data)
    assert pressed is None or data_of(pressed.action, pressed.key, *pressed.choice) == data


@given(st.lists(st.text(max_size=300), min_size=1, max_size=8), st.integers(min_value=20, max_value=700))
def test_the_words_shown_never_exceed_their_room_and_say_when_some_are_left_out(
    texts: list[str], room: int
) -> None:
    words = words_in("it")
    shown, is_cut = words_shown([said(text) for text in texts], words, room)
    whole = "\n".join(text or words("no_words") for text in texts)
    assert len(shown) <= room
    assert is_cut == (shown != whole)


def test_of_many_words_the_newest_are_kept() -> None:
    messages = [said("a" * 600), said("b" * 600)]
    shown, is_cut = words_shown(messages, words_in("it"), 700)
    assert is_cut
    assert shown == "…\n" + "b" * 600


@given(st.dictionaries(st.sampled_from(["message", "edited_message", "callback_query", "x"]), JSON))
def test_the_outside_of_any_update_can_be_read(update: dict[str, object]) -> None:
    envelope = read_envelope(update)
    assert envelope.chat is None or isinstance(envelope.chat, int)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        pytest.param("/start abc-DEF_1", "start", "abc-DEF_1", id="link"),
        pytest.param("/STATO", "status", "", id="capitals"),
        pytest.param("/human@rimedio_bot ho fretta", "person", "ho fretta", id="with words"),
        pytest.param(" /fine\n", "end", "", id="spaces around"),
    ],
)
def test_commands_are_understood(text: str, name: str, rest: str) -> None:
    command = read_command(text)
    assert command is not None
    assert (command.name, command.rest) == (name, rest)


@pytest.mark.parametrize("text", ["/pacco perso", "stato", "/", "", "il /stato del pacco", "/stato2"])
def test_other_texts_are_what_somebody_says(text: str) -> None:
    assert read_command(text) is None


@pytest.mark.parametrize("language", MENUS)
def test_every_command_of_the_menu_is_understood(language: str | None) -> None:
    assert [read_command(f"/{name}") for name, _ in MENUS[language]].count(None) == 0
