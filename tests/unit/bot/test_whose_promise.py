"""A colleague on a button: the end of their id, long enough to be nobody else's."""

from datetime import date

import pytest

from bot.buttons import read_data
from bot.cards.unsaid import day_rows, owner_of, owner_rows, split_whose, terms_by
from bot.words import words_in
from models.clock import utcnow
from models.tables import Agent, Card
from responses.checks import ByHand
from responses.errors import BlockedError
from responses.promises.word_given import WordGiven

SARA, PAOLO, LIA = (
    Agent(id=f"019ab000-0000-7000-8000-{end}", name=name)
    for name, end in (("Sara", "000000009f3a"), ("Paolo", "111111119f3a"), ("Lia", "00000000a000"))
)
EVERYBODY = [SARA, PAOLO, LIA]
CARD = Card(key="k7x2")
CALL = WordGiven(
    key="w12",
    words="la richiamo",
    promise=ByHand(what="la richiamo", day=None),
    due_at=utcnow(),
    begin=12,
    until=23,
    dated=False,
)
MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize("agent", EVERYBODY, ids=lambda agent: agent.name)
def test_each_can_be_chosen_where_two_ids_end_alike(agent: Agent) -> None:
    rows = owner_rows(CARD, CALL, EVERYBODY, (), words_in("it"), EVERYBODY)
    (button,) = next(row for row in rows if row[0].text == agent.name)
    pressed = read_data(button.data or "")
    assert pressed is not None
    _, whose = split_whose(pressed.choice)
    assert whose is not None
    assert owner_of(whose.owner or "", EVERYBODY) is agent
    (on_monday, *_) = day_rows(CARD, CALL, [(MONDAY, "lunedì")], (), words_in("it"), agent, EVERYBODY)
    said = read_data(on_monday[0].data or "")
    assert said is not None
    terms = terms_by(said.choice, EVERYBODY)["w12"]
    assert (terms.day, terms.owner_id) == (MONDAY, agent.id)


def test_four_figures_are_enough_for_who_has_them_alone() -> None:
    rows = owner_rows(CARD, CALL, [LIA], (), words_in("it"), EVERYBODY)
    assert (rows[0][0].data or "").endswith("w12?a000")


def test_what_may_be_two_colleagues_is_none() -> None:
    with pytest.raises(BlockedError, match="promise_owner"):
        owner_of("9f3a", EVERYBODY)
