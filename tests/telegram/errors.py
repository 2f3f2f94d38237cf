"""What goes wrong, on either side of the wire."""

from typing import Any

PREFIXES = {400: "Bad Request: ", 403: "Forbidden: ", 409: "Conflict: "}


class TelegramDoubleError(Exception):
    """Base of everything that the double raises."""


class ApiError(TelegramDoubleError):
    """An answer of the Bot API that is not ok; it leaves the double as JSON, never as a traceback.

    Args:
        code: the HTTP status, which the body repeats as ``error_code``.
        description: the text without its "Bad Request: " prefix, which `body` adds by code.
        parameters: ``retry_after`` or ``migrate_to_chat_id``.
    """

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = PREFIXES.get(code, "") + description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON body, in the shape of the Bot API."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class NotReachedError(TelegramDoubleError, AssertionError):
    """A condition that a test waited for did not come true in time."""


class NoSuchButtonError(TelegramDoubleError, AssertionError):
    """A test wants to press a button that the person does not see now."""


class NotPossibleError(TelegramDoubleError):
    """A test asks a person for something that Telegram would not let them do."""
