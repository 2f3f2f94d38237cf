"""Where people who work here are reached."""

from collections.abc import Callable

from models.tables import Agent

AgentChat = Callable[[Agent], str | None]
"""Where an agent gets cards: a chat key, or None for who only uses the web desk."""
