"""What can go wrong between this program and Telegram."""

from datetime import timedelta

from telegram.error import TelegramError


class BotError(Exception):
    """Base class of every error raised here."""


class TokenRefusedError(BotError):
    """Telegram does not know the bot's token: nothing works until another one is set."""


class TopicAwaitedError(BotError):
    """A topic was asked for and is not known yet: to be looked at again after `pause`."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(f"a topic was asked for: it becomes known within {pause.total_seconds():g} s")
        self.pause = pause


class FloodError(BotError, TelegramError):
    """Too many requests (429): nothing was accepted. `pause` is how long to wait."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(f"too many requests: wait {pause.total_seconds():g} s")
        self.pause = pause


class ServerRefusedError(BotError, TelegramError):
    """Telegram itself answered with a 5xx: it says that it did not carry the request out."""
