"""What Telegram accepts under a message: inline keyboards, reply keyboards, the request to reply."""

from typing import Any
from urllib.parse import urlsplit

from tests.telegram.errors import ApiError

Markup = dict[str, Any]

ACTIONS = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "pay",
)
STYLES = ("primary", "success", "danger")
MOST_BUTTONS = 100
MOST_DATA = 64


def checked(markup: Any, *, inline_only: bool = False) -> Markup | None:
    """The markup as the server keeps it; an inline keyboard without buttons is none.

    Args:
        inline_only: whether this is for an edit, which takes nothing but an inline keyboard.

    Raises:
        ApiError: 400, in the words of the Bot API server.
    """
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise ApiError(400, "object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if inline_only or not any(key in markup for key in ("keyboard", "remove_keyboard", "force_reply")):
        raise ApiError(400, "inline keyboard expected" if inline_only else "object expected as reply markup")
    return markup


def _inline(rows: Any) -> Markup | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ApiError(400, 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    kept = [[_button(button) for button in row] for row in rows if row]
    if sum(len(row) for row in kept) > MOST_BUTTONS:
        raise ApiError(400, "REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise ApiError(400, "can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise ApiError(400, "can't parse inline keyboard button: Can't find field \"text\"")
    if not button["text"].strip():
        raise ApiError(400, "BUTTON_TEXT_INVALID")
    actions = [action for action in ACTIONS if action in button]
    if not actions:
        raise ApiError(
            400, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise ApiError(400, "BUTTON_TYPE_INVALID")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= MOST_DATA:
        raise ApiError(400, "BUTTON_DATA_INVALID")
    if "url" in button and not _shown_as_link(str(button["url"])):
        raise ApiError(400, f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if button.get("style", "primary") not in STYLES:
        raise ApiError(400, "can't parse inline keyboard button: Invalid button style specified")
    return dict(button)


def _shown_as_link(address: str) -> bool:
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme == "tg":
        return True
    # Telegram takes no host without a dot, so that a desk on "localhost" cannot be linked from a button.
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "")
