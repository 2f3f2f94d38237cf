"""Every wording stands in its golden file, and every one can be said."""

import re

import pytest

from responses.drafts.phrases import LANGUAGES, phrases
from tests.golden.make_wordings import FOLDER, golden
from tests.unit.responses.drafts.combinations import REGISTERS
from tests.unit.responses.drafts.corners import every_brief, said

# Said elsewhere than in drafts: at approval, on cards, where promises are listed, as spans and lists inside
# other values.
NOT_IN_DRAFTS = re.compile(
    r"^(lines|join|spans|clock|deadline|days|promised|code_until)\b|\.short$|^greeting\.(morning|afternoon|evening)|^things\.\w+\.ref$"
)


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryWording:
    def test_is_as_its_golden_file_has_it(self, language: str) -> None:
        assert golden(language) == (FOLDER / f"{language}.txt").read_text(encoding="utf-8")

    def test_stands_in_the_golden_file(self, language: str) -> None:
        text = (FOLDER / f"{language}.txt").read_text(encoding="utf-8")
        shown = dict.fromkeys(re.findall(r"^\S+$", text, re.MULTILINE))
        numbered = re.findall(r"^  \d+ ", text, re.MULTILINE)
        wordings = phrases(language).wordings
        assert list(shown) == list(wordings)
        assert len(numbered) == sum(len(each) for each in wordings.values())


@pytest.mark.parametrize(("language", "formality"), REGISTERS)
def test_every_wording_is_said_by_some_draft(language: str, formality: str) -> None:
    used = said(every_brief(language, formality))
    wordings = {
        key: each for key, each in phrases(language).wordings.items() if not NOT_IN_DRAFTS.search(key)
    }
    never = {key: set(each) - used.get(key, set()) for key, each in wordings.items()}
    assert {key: left for key, left in never.items() if left} == {}
