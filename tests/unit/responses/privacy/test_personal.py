"""Nothing that can hold a person's words is forgotten when a table or a column is added."""

import pytest
from sqlalchemy import JSON, Column, String, Table

from models.tables import Base
from responses.privacy.personal import HOLDINGS, NOT_PERSONAL

HELD = {holding.table.__tablename__: holding for holding in HOLDINGS}


def words(column: Column[object]) -> bool:
    can_hold = isinstance(column.type, String | JSON)
    return can_hold and not column.primary_key and not column.foreign_keys


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_is_a_persons_or_says_that_it_is_not(table: Table) -> None:
    assert (table.name in HELD) != (table.name in NOT_PERSONAL)


@pytest.mark.parametrize("name", sorted(HELD))
def test_every_column_that_can_hold_words_is_blanked_or_kept_on_purpose(name: str) -> None:
    holding = HELD[name]
    named = {*holding.blank, *holding.addresses, *holding.kept}
    columns = {column.name for column in Base.metadata.tables[name].columns if words(column)}
    assert columns <= named
    assert named <= {column.name for column in Base.metadata.tables[name].columns}


@pytest.mark.parametrize("name", sorted(HELD))
def test_nothing_is_blanked_and_kept_at_once(name: str) -> None:
    holding = HELD[name]
    assert not holding.kept & {*holding.blank, *holding.addresses}
