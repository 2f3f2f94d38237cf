import pytest

from tests.unit.responses.drafts.golden_drafts import BRIEFS, FOLDER, golden_text


@pytest.mark.parametrize("name", list(BRIEFS))
def test_draft_is_worded_as_its_golden_file(name: str) -> None:
    assert golden_text(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_no_golden_file_is_left_without_its_draft() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(BRIEFS)
