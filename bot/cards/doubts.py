"""Answers that were not delivered, or perhaps: what an agent is asked about them."""

from bot.buttons import Action, Button, data_of
from bot.cards.keyboards import Rows
from bot.words import Words
from models.states import OutboxState
from models.tables import Case, OutboxEntry


def doubt_text(entry: OutboxEntry, case: Case, words: Words) -> str:
    """What happened to an answer that is unconfirmed or has failed."""
    key = "outcome_unconfirmed"
    if entry.state == OutboxState.FAILED:
        key = "outcome_blocked" if case.flag == "blocked" else "outcome_failed"
    return words(key, number=case.number, error=entry.error or "")


def doubt_rows(entry: OutboxEntry, words: Words) -> Rows:
    """The buttons that settle it."""
    again = Button(text=words("send_again"), data=data_of(Action.AGAIN, entry.id))
    if entry.state != OutboxState.UNCONFIRMED:
        return [[again]]
    return [[Button(text=words("arrived"), data=data_of(Action.ARRIVED, entry.id)), again]]
