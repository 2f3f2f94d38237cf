"""When the business is open or shut is told, not promised."""

import pytest

from tests.unit.responses.checks.checked import about, codes


def promises(language: str, text: str) -> list[str]:
    return [code for code in codes(text, about(language=language)) if code == "promise_untracked"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Am Montag schließen wir um zwei."),
        ("de", "Wir schließen am Montag um zwei."),
        ("de", "Am Montag öffnen wir um neun."),
        ("de", "Am Montag sind wir nicht da."),
        ("de", "Am Freitag haben wir bis 18 Uhr auf."),
        ("de", "Am Freitag machen wir um eins zu."),
        ("de", "Am Dienstag machen wir Inventur."),
        ("de", "Am Mittwoch arbeiten wir nicht."),
        ("it", "Lunedì chiudiamo alle due."),
        ("en", "On Monday we close at two."),
        ("es", "El lunes cerramos a las dos."),
        ("fr", "Lundi nous fermons à deux heures."),
    ],
)
def test_opening_hours_are_no_promise(language: str, text: str) -> None:
    assert promises(language, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Am Montag schließen wir Ihren Fall ab.",
        "Wir schließen am Montag Ihren Fall ab.",
        "Am Montag schließen wir das Gerät bei Ihnen an.",
        "Am Montag haben wir Ihr Paket bei Ihnen.",
        "Am Montag machen wir das fertig.",
        "Am Freitag sind wir bei Ihnen.",
    ],
)
def test_the_same_verbs_with_something_done_are_promises(text: str) -> None:
    assert promises("de", text) == ["promise_untracked"]
