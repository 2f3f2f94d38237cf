"""Settings: sensible without any, and a wrong one stops the start with its name and what is expected."""

from pathlib import Path

import pytest

from models.decision import Duration, DurationUnit
from rimedio.errors import SettingError
from rimedio.settings import load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert settings.database == "sqlite:///var/rimedio.sqlite"
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.zone.key == "Europe/Rome"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("RIMEDIO_PORT", "eighty", "valid integer"),
        ("RIMEDIO_PORT", "70000", "65535"),
        ("RIMEDIO_TIMEZONE", "Europe/Atlantis", "Europe/Rome"),
        ("RIMEDIO_LANGUAGE", "fr", "'it' or 'en'"),
        ("RIMEDIO_DEBOUNCE", "-1", "greater than or equal to 0"),
        ("RIMEDIO_UNDO", "61", "less than or equal to 60"),
        ("RIMEDIO_PUBLIC_URL", "desk.example", "http://"),
        ("RIMEDIO_DATABASE_URL", "mysql://x", "postgresql://"),
        ("RIMEDIO_TELEGRAM_TOKEN", "abc", "BotFather"),
        ("RIMEDIO_SECRET", "short", "16"),
        ("RIMEDIO_ORDERS_URL", "https://shop.example/orders/", "{order}"),
        ("RIMEDIO_RETENTION", "forever", "24 months"),
        ("RIMEDIO_RETENTION", "29 days", "at least 30 days"),
        ("RIMEDIO_RETENTION", "0 months", "24 months"),
        ("RIMEDIO_BUSINESS", '{"nome": "Rossi"}', "takes name, contact, privacy"),
        ("RIMEDIO_COSTS", '{"tone": {"angry": {"mised": 2}}}', "takes missed, false"),
        ("RIMEDIO_ORDER_PATTERNS", r"RS(\d{4}", "is not a regular expression"),
        ("RIMEDIO_ORDER_PATTERNS", r'["RS\\d+", "\\d*"]', "expected one letter or more"),
        ("RIMEDIO_ORDER_PATTERNS", r"RS(\d+)+X", "expected no repetition within a repetition"),
        ("RIMEDIO_HOME", __file__, "expected a folder"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_wrong_value_is_named_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as caught:
        load_settings()
    assert name in str(caught.value)
    assert expected in str(caught.value)


@pytest.mark.parametrize("name", ["RIMEDIO_TELEGRAM_TOKEN", "RIMEDIO_SECRET"])
def test_a_secret_is_not_shown_even_when_it_is_wrong(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hush:hush")
    with pytest.raises(SettingError) as caught:
        load_settings()
    assert "hush" not in str(caught.value)


def test_a_misspelt_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIMEDIO_PROT", "8001")
    with pytest.raises(SettingError, match="RIMEDIO_PROT"):
        load_settings()


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rimedio.toml").write_text('port = 8100\nlanguage = "en"\n')
    monkeypatch.setenv("RIMEDIO_PORT", "8200")
    settings = load_settings()
    assert (settings.port, settings.language) == (8200, "en")


def test_a_broken_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "rimedio.toml").write_text("port = = 1")
    with pytest.raises(SettingError, match="not valid TOML"):
        load_settings()


@pytest.mark.parametrize(
    "value", ["Maglieria Rossi", '{"name": "Maglieria Rossi", "contact": "055 123"}'], ids=["name", "object"]
)
def test_the_business_is_a_name_or_an_object(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("RIMEDIO_BUSINESS", value)
    assert load_settings().business.name == "Maglieria Rossi"


@pytest.mark.parametrize(
    ("value", "patterns"),
    [
        (r"[A-Z]{2}\d{6}", (r"[A-Z]{2}\d{6}",)),
        (r'["[A-Z]{2}\\d{6}", "ZX-\\d+"]', (r"[A-Z]{2}\d{6}", r"ZX-\d+")),
    ],
    ids=["one", "list"],
)
def test_patterns_of_orders_are_one_or_a_list(
    monkeypatch: pytest.MonkeyPatch, value: str, patterns: tuple[str, ...]
) -> None:
    monkeypatch.setenv("RIMEDIO_ORDER_PATTERNS", value)
    assert load_settings().order_patterns == patterns


def test_patterns_of_orders_stand_in_the_file_as_a_list(tmp_path: Path) -> None:
    (tmp_path / "rimedio.toml").write_text(r"order_patterns = ['\bRMA(?P<id>\d{4})\b', 'ZX-\d+']")
    assert load_settings().order_patterns == (r"\bRMA(?P<id>\d{4})\b", r"ZX-\d+")


def test_only_patterns_without_a_pattern_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIMEDIO_ORDER_PATTERNS_ONLY", "true")
    with pytest.raises(SettingError, match=r"expected RIMEDIO_ORDER_PATTERNS to be set as well"):
        load_settings()
    monkeypatch.setenv("RIMEDIO_ORDER_PATTERNS", r"ZX-\d+")
    assert load_settings().order_patterns_only


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = load_settings().signing_secret
    assert load_settings().signing_secret == first
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600


def test_postgresql_needs_a_secret_that_all_processes_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIMEDIO_DATABASE_URL", "postgresql://u@h/d")
    with pytest.raises(SettingError, match="RIMEDIO_SECRET"):
        _ = load_settings().signing_secret


@pytest.mark.parametrize(
    ("public_url", "token", "api", "expected"),
    [
        ("", "123456:ABCDEFGHIJ", "", "https://"),
        ("http://desk.example", "123456:ABCDEFGHIJ", "", "https://"),
        ("https://desk.example", "", "", "RIMEDIO_TELEGRAM_TOKEN"),
        ("", "123456:ABCDEFGHIJ", "http://127.0.0.1:8081", "RIMEDIO_PUBLIC_URL"),
    ],
    ids=["no address", "not encrypted", "no bot", "own server"],
)
def test_a_webhook_needs_a_bot_and_an_address_that_telegram_reaches(
    monkeypatch: pytest.MonkeyPatch, public_url: str, token: str, api: str, expected: str
) -> None:
    monkeypatch.setenv("RIMEDIO_TELEGRAM_WEBHOOK", "true")
    monkeypatch.setenv("RIMEDIO_PUBLIC_URL", public_url)
    monkeypatch.setenv("RIMEDIO_TELEGRAM_TOKEN", token)
    monkeypatch.setenv("RIMEDIO_TELEGRAM_API", api)
    with pytest.raises(SettingError, match="RIMEDIO_TELEGRAM_WEBHOOK") as caught:
        load_settings()
    assert expected in str(caught.value)


def test_a_bot_api_server_of_ones_own_may_post_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIMEDIO_TELEGRAM_WEBHOOK", "true")
    monkeypatch.setenv("RIMEDIO_PUBLIC_URL", "http://127.0.0.1:8000")
    monkeypatch.setenv("RIMEDIO_TELEGRAM_TOKEN", "123456:ABCDEFGHIJ")
    monkeypatch.setenv("RIMEDIO_TELEGRAM_API", "http://127.0.0.1:8081")
    assert load_settings().telegram_webhook


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("24 months", Duration(count=24, unit=DurationUnit.MONTHS)),
        ("400 days", Duration(count=400, unit=DurationUnit.DAYS)),
    ],
)
def test_words_are_kept_for_as_long_as_is_set(
    monkeypatch: pytest.MonkeyPatch, value: str, length: Duration
) -> None:
    monkeypatch.setenv("RIMEDIO_RETENTION", value)
    assert load_settings().retention == length


def test_a_misspelt_name_in_the_file_is_refused() -> None:
    Path("rimedio.toml").write_text('langauge = "en"\n', encoding="utf-8")
    with pytest.raises(SettingError, match=r"rimedio\.toml: langauge is not a setting"):
        load_settings()
