"""Chat keys: how a Telegram chat is named in the database."""

SOURCE = "telegram"


def bot_id_of(token: str) -> int:
    """The bot's own id, which is the number its token begins with."""
    return int(token.partition(":")[0])


def source_of(bot_id: int) -> str:
    """The name of a bot as a source of updates, and of the channel of who writes to it."""
    return f"{SOURCE}:{bot_id}"


def chat_key(bot_id: int, chat_id: int) -> str:
    """The key of one chat with one bot."""
    return f"{SOURCE}:{bot_id}:{chat_id}"


def is_group(key: str) -> bool:
    """Whether several people may be in this chat. Telegram's ids of groups are negative."""
    return chat_id_of(key) < 0


def chat_id_of(key: str) -> int:
    """The chat's id in Telegram, out of its key."""
    return int(key.rpartition(":")[2])
