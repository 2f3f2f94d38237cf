"""Who is shown the same draft in their own language."""

import pytest

from desk.words import LANGUAGES
from models.tables import Draft
from responses.twins import WORKING_LANGUAGES, twin_for

TWINS = {
    "it": [["greeting", "{greeting},"], ["help", "eccomi."], ["signature", "{agent}"]],
    "en": [["greeting", "{greeting},"], ["help", "here I am."], ["signature", "{agent}"]],
}


@pytest.mark.parametrize(
    ("working_in", "reads", "shown"),
    [
        pytest.param("it", ["it"], "{greeting}, eccomi.\n{agent}", id="an Italian"),
        pytest.param("en", ["en"], "{greeting}, here I am.\n{agent}", id="an Englishwoman"),
        pytest.param("en", ["en", "de"], None, id="reads the customer's language"),
        pytest.param("en", ["en", "fr"], "{greeting}, here I am.\n{agent}", id="reads another"),
        pytest.param("de", [], None, id="works in that of the draft"),
    ],
)
def test_a_twin_is_for_whom_it_helps(working_in: str, reads: list[str], shown: str | None) -> None:
    assert twin_for(Draft(language="de", twins=TWINS), working_in, reads) == shown


def test_a_draft_in_ones_own_language_has_no_twin_to_show() -> None:
    assert twin_for(Draft(language="it", twins={"en": TWINS["en"]}), "it", ["it"]) is None


def test_a_text_by_hand_has_none() -> None:
    assert twin_for(Draft(language="de", twins={}), "it", ["it"]) is None


def test_there_are_twins_for_everybody_whom_the_desk_speaks_to() -> None:
    assert WORKING_LANGUAGES == LANGUAGES
