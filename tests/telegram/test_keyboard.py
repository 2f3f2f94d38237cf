import pytest

from tests.telegram import keyboard
from tests.telegram.errors import ApiError


def inline(**button: object) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "Approva"} | button]]}


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        (inline(), "Text buttons are unallowed"),
        (inline(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (inline(callback_data=""), "BUTTON_DATA_INVALID"),
        (inline(callback_data="x", url="https://a.b"), "BUTTON_TYPE_INVALID"),
        (inline(callback_data="x", text=" "), "BUTTON_TEXT_INVALID"),
        (inline(callback_data="x", style="purple"), "Invalid button style"),
        (inline(url="http://localhost:8000/casi/7"), "Wrong HTTP URL"),
        ({"inline_keyboard": [[{"text": str(n), "callback_data": "x"}] for n in range(101)]}, "TOO_LONG"),
        ({"inline_keyboard": [{"text": "flat", "callback_data": "x"}]}, "Array of Arrays"),
        ("text", "object expected"),
        ({"unknown": []}, "object expected"),
    ],
)
def test_a_wrong_keyboard_is_refused(markup: object, why: str) -> None:
    with pytest.raises(ApiError, match=why):
        keyboard.checked(markup)


@pytest.mark.parametrize(
    "markup",
    [
        inline(callback_data="x" * 64, style="success"),
        inline(url="https://negozio.example/casi/7"),
        {"force_reply": True, "selective": True},
        {"remove_keyboard": True},
    ],
)
def test_a_right_keyboard_is_kept(markup: dict[str, object]) -> None:
    assert keyboard.checked(markup) == markup


def test_an_inline_keyboard_without_buttons_is_none() -> None:
    assert keyboard.checked({"inline_keyboard": []}) is None


def test_an_edit_takes_no_request_to_reply() -> None:
    with pytest.raises(ApiError, match="inline keyboard expected"):
        keyboard.checked({"force_reply": True}, inline_only=True)
