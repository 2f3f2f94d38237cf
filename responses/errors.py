"""What can go wrong between a stored message and a sent answer."""


class ResponsesError(Exception):
    """Base class of every error raised here."""


class UnreadableUpdateError(ResponsesError):
    """A source's update cannot be parsed; trying again would give the same."""


class BlockedError(ResponsesError):
    """An action is impossible now; the message says why in words for the agent.

    `reason` is a stable name that the bot and the desk have sentences for in their languages.
    """

    def __init__(self, reason: str, **details: str) -> None:
        self.reason = reason
        self.details = details
        shown = ", ".join(f"{name}={value}" for name, value in details.items())
        super().__init__(f"{reason} ({shown})" if shown else reason)


class NotAllowedError(BlockedError):
    """The agent has not the right: another role, a limit, or their own case."""


class UnknownAgentError(ResponsesError):
    """No agent has this name, account or link."""


class OrderValueError(ResponsesError):
    """Something of an order cannot be read; the message says what was expected."""


class FileStoreError(ResponsesError):
    """There is no way to keep files at the address that was set."""
