"""On a card stands the same draft in the agent's own language, unless they read the customer's."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.cards.head import head_of
from bot.words import words_in
from responses.policy.fact_names import FactNames
from responses.views import view_case
from tests.databases import open_sqlite
from tests.seed import seed_case, seed_draft

ROME = ZoneInfo("Europe/Rome")
TWINS = {"it": [["help", "eccomi."]], "en": [["help", "here I am."]]}


@pytest.mark.parametrize(
    ("language", "reads", "shown"),
    [
        ("it", ["it"], "<b>La bozza nella tua lingua:</b>\n<blockquote expandable>Eccomi.</blockquote>"),
        ("en", ["en"], "<b>The draft in your language:</b>\n<blockquote expandable>Here I am.</blockquote>"),
    ],
)
async def test_every_agent_reads_the_draft_in_their_own_language(
    tmp_path: Path, language: str, reads: list[str], shown: str
) -> None:
    words, names = words_in(language), FactNames(None, language)
    database = await open_sqlite(tmp_path / "cards.sqlite")
    async with database.writing() as session:
        case = await seed_case(session)
        draft = await seed_draft(session, case, "Hier bin ich.")
        draft.language, draft.twins = "de", TWINS
        await session.flush()
        view = await view_case(session, case, ROME)
        assert shown in head_of(view, reads, words, ROME, names).html
        assert words("twin") not in head_of(view, [*reads, "de"], words, ROME, names).html
    await database.close()
