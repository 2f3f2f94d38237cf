"""Which rights a refusal names."""

from dataclasses import replace
from importlib.resources import files

import pytest

from models.decision import Decision, FactValue, Matter
from responses.open_rights import right_open
from responses.policy import Policy, decide, load_policy_text
from tests.unit.responses.policy.policy_cases import matter

SHOP = load_policy_text(
    files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8"), "negozio.yaml"
)


def facts(**values: object) -> dict[str, FactValue]:
    return {name: FactValue(value=value, source="agent") for name, value in values.items()}


WORN = matter("item_damaged", facts=facts(order_id="RS1", photo_shows_damage=True, fault="theirs"))


def named(policy: Policy, about: Matter, decision: Decision | None = None) -> str | None:
    rights = right_open(policy, about, decision or decide(policy, about))
    return None if rights is None else rights["it"]


def test_what_would_be_owed_if_the_fault_were_ours_is_named() -> None:
    assert "riparazione o la sostituzione" in (named(SHOP, WORN) or "")


def test_in_every_language_of_the_file() -> None:
    assert set(right_open(SHOP, WORN, decide(SHOP, WORN)) or {}) == {"it", "en", "es", "fr", "de"}


@pytest.mark.parametrize(
    "about",
    [
        replace(WORN, facts=WORN.facts | facts(photo_shows_damage=False)),
        replace(WORN, facts=WORN.facts | facts(within_two_years=False)),
        matter("delivery_late", facts=facts(fault="theirs")),
    ],
    ids=["the photo shows none", "too long ago", "another matter"],
)
def test_a_right_that_something_else_speaks_against_is_not(about: Matter) -> None:
    assert decide(SHOP, about).decline_reason is not None
    assert named(SHOP, about) is None


def test_nothing_is_named_where_nothing_is_refused() -> None:
    given = replace(WORN, facts=WORN.facts | facts(fault="ours"))
    assert named(SHOP, given) is None


def test_an_entry_that_is_over_is_not_named() -> None:
    ended = tuple(replace(owed, until=owed.since) if owed.since else owed for owed in SHOP.owed)
    assert named(replace(SHOP, owed=ended), WORN, decide(SHOP, WORN)) is None
