"""The settings, from the environment (`RIMEDIO_*`) and one `rimedio.toml`; the environment wins."""

import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from models.decision import Duration, DurationUnit
from nlp.entities.order_patterns import check_pattern
from nlp.errors import NlpError
from rimedio.errors import SettingError
from rimedio.heads_store import HeadsStore

FILE = "rimedio.toml"
TELEGRAM = "https://api.telegram.org"
_LEAST_DAYS = 30  # a customer's answer reopens its case for so long: nothing may be gone before


class BusinessSettings(BaseModel, extra="forbid"):
    """`{"name": …, "contact": …, "privacy": …}`, or the name alone."""

    name: str = Field(default="Rimedio", min_length=1)
    contact: str | None = None
    privacy: str | None = None


class LabelCost(BaseModel, extra="forbid"):
    """What an error about a label costs; a plain error costs 1."""

    missed: float = Field(default=1.0, gt=0, le=1000)
    false: float = Field(default=1.0, gt=0, le=1000)


class CostSettings(BaseModel, extra="allow"):
    """`{"review": 0.5, "complaint_types": {"safety_privacy": {"missed": 5}}}`."""

    __pydantic_extra__: dict[str, dict[str, LabelCost]]
    review: float | None = Field(default=None, gt=0, le=1000)

    @property
    def labels(self) -> dict[str, dict[str, LabelCost]]:
        """By field and label."""
        return self.__pydantic_extra__


def _costs(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        example = '{"review": 0.5, "complaint_types": {"safety_privacy": {"missed": 5}}}'
        raise ValueError(f"expected costs by field and label, such as {example}") from None


def _business(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("{"):
        return {"name": value}
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise ValueError('expected a name, or {"name": "…", "contact": "…", "privacy": "…"}') from None


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("expected a time zone such as Europe/Rome") from None
    return value


def _address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("expected an address that begins with http:// or https://")
    return value.rstrip("/")


def _database_url(value: str) -> str:
    if not value.startswith(
        ("sqlite:", "sqlite+aiosqlite:", "postgresql:", "postgres:", "postgresql+psycopg:")
    ):
        raise ValueError("expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
    return value.replace("postgres:", "postgresql:", 1) if value.startswith("postgres:") else value


def _token(value: str) -> str:
    number, _, rest = value.partition(":")
    if not (number.isdigit() and len(rest) >= 10):
        raise ValueError("expected a bot token as BotFather gives it, such as 123456:ABC-DEF…")
    return value


def _orders_url(value: str) -> str:
    if not value.startswith(("http://", "https://")) or "{order}" not in value:
        raise ValueError(
            "expected an address with {order} in it, such as https://shop.example/orders/{order}"
        )
    return value


def _patterns(value: object) -> object:
    # A pattern may begin with a bracket as well: `[A-Z]{2}\d{6}` is one, `["…"]` a list.
    if not isinstance(value, str):
        return value
    try:
        told = json.loads(value)
    except json.JSONDecodeError:
        return (value,)
    return told if isinstance(told, list) else (value,)


def _usable_patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            check_pattern(pattern)
        except NlpError as error:
            raise ValueError(str(error)) from None
    return patterns


def _retention(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"([1-9]\d{0,4}) (days|months)", value.strip())
    if match is None or (match[2] == "days" and int(match[1]) < _LEAST_DAYS):
        raise ValueError(f"expected a time such as 24 months or 400 days, at least {_LEAST_DAYS} days")
    return Duration(count=int(match[1]), unit=DurationUnit(match[2]))


Address = Annotated[str, AfterValidator(_address)]


class Settings(BaseSettings):
    """Everything that can be set. Durations are in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="RIMEDIO_", frozen=True, extra="ignore", toml_file=FILE, env_ignore_empty=True
    )

    home: Path = Path("var")
    database_url: Annotated[str, AfterValidator(_database_url)] | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: Address | None = None
    monitor_port: int | None = Field(default=None, ge=1, le=65535)
    metrics_token: str | None = Field(default=None, min_length=16)
    secret: str | None = Field(default=None, min_length=16)
    business: Annotated[BusinessSettings, NoDecode, BeforeValidator(_business)] = BusinessSettings()
    telegram_token: Annotated[str, AfterValidator(_token)] | None = None
    telegram_api: Address = TELEGRAM
    telegram_webhook: bool = False
    policy: Path | None = None
    orders_url: Annotated[str, AfterValidator(_orders_url)] | None = None
    orders_token: str | None = Field(default=None, min_length=1)
    order_patterns: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_patterns), AfterValidator(_usable_patterns)
    ] = ()
    order_patterns_only: bool = False
    encoder: str | None = None
    heads: Path | None = None
    files: str | None = None
    speech: str | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Rome"
    language: Literal["it", "en"] = "it"
    costs: Annotated[CostSettings | None, NoDecode, BeforeValidator(_costs)] = None
    retention: Annotated[Duration | None, NoDecode, BeforeValidator(_retention)] = None
    debounce: float = Field(default=8, ge=0, le=600)
    undo: float = Field(default=10, ge=0, le=60)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("home", "policy", "heads")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        return value.expanduser() if value is not None else None

    @field_validator("home")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        if value.exists() and not value.is_dir():
            raise ValueError("expected a folder; there is a file of this name")
        return value

    @field_validator("telegram_webhook")
    @classmethod
    def _reachable(cls, value: bool, info: ValidationInfo) -> bool:
        # A Bot API server of one's own may stand on the same machine and post without encryption.
        own_server = info.data.get("telegram_api") != TELEGRAM
        outside = info.data.get("public_url") or ""
        if value and not outside.startswith(("https://", "http://") if own_server else "https://"):
            raise ValueError(
                "expected RIMEDIO_PUBLIC_URL to be the address that Telegram reaches, beginning with https://"
            )
        if value and info.data.get("telegram_token") is None:
            raise ValueError("expected RIMEDIO_TELEGRAM_TOKEN to be set as well")
        return value

    @field_validator("order_patterns_only")
    @classmethod
    def _has_patterns(cls, value: bool, info: ValidationInfo) -> bool:
        # Patterns that are wrong are not in what was read so far, and have their own sentence.
        if value and info.data.get("order_patterns") == ():
            raise ValueError(
                "expected RIMEDIO_ORDER_PATTERNS to be set as well: no number would be an order's"
            )
        return value

    @property
    def database(self) -> str:
        """The database's URL; a SQLite file in the data folder unless one is set."""
        return self.database_url or f"sqlite:///{self.home / 'rimedio.sqlite'}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file that only one program may serve."""
        return self.database.startswith("sqlite")

    @property
    def heads_folder(self) -> Path | None:
        """Where the classifier's heads are: as set, or as put in use; None for those that ship.

        Raises:
            ProgramError: those in use are gone.
        """
        return self.heads or HeadsStore(self.home).in_use()

    @property
    def address(self) -> str:
        """Where browsers reach the desk."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def zone(self) -> ZoneInfo:
        """The business's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def debounce_time(self) -> timedelta:
        """How long a sentence waits for more."""
        return timedelta(seconds=self.debounce)

    @property
    def undo_time(self) -> timedelta:
        """How long an approved answer can be taken back."""
        return timedelta(seconds=self.undo)

    @cached_property
    def signing_secret(self) -> str:
        """The secret that signs cookies: the one set, or the one kept in the data folder.

        Raises:
            SettingError: none is set and the database is PostgreSQL, where several machines must agree.
        """
        if self.secret is not None:
            return self.secret
        if not self.is_sqlite:
            raise SettingError(
                "RIMEDIO_SECRET is not set: with PostgreSQL every process needs the same one, "
                "at least 16 characters that nobody can guess"
            )
        path = self.home / "secret"
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32))
        kept = path.read_text().strip()
        if len(kept) < 16:
            raise SettingError(
                f"{path} holds no secret of at least 16 characters: delete it to get a new one"
            )
        return kept


def load_settings() -> Settings:
    """Reads the settings.

    Raises:
        SettingError: names each wrong one, its value, and what is expected.
    """
    try:
        settings = Settings()
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{FILE} is not valid TOML: {error}") from None
    except ValidationError as error:
        raise SettingError("\n".join(_sentence(problem) for problem in error.errors())) from None
    _refuse_unknown()
    return settings


def _sentence(problem: object) -> str:
    details = dict(problem)  # type: ignore[call-overload]
    name = "RIMEDIO_" + ".".join(str(part) for part in details["loc"]).upper()
    shown = (
        "(not shown)"
        if details["loc"][0] in ("secret", "telegram_token", "database_url", "metrics_token", "orders_token")
        else repr(details["input"])
    )
    if details["type"] == "extra_forbidden":
        return (
            f"{name} is not a setting; RIMEDIO_{str(details['loc'][0]).upper()} takes {_keys(details['loc'])}"
        )
    return f"{name} = {shown}: {str(details['msg']).removeprefix('Value error, ')}"


def _keys(loc: Sequence[str | int]) -> str:
    takes: Mapping[str, type[BaseModel]] = {"business": BusinessSettings}
    model = takes.get(str(loc[0]), LabelCost)
    return ", ".join(model.model_fields)


def _refuse_unknown() -> None:
    # A misspelt name that changes nothing is worse than an error.
    known = {f"RIMEDIO_{name.upper()}" for name in Settings.model_fields} | {"RIMEDIO_EVAL_DATA"}
    unknown = sorted(name for name in os.environ if name.startswith("RIMEDIO_") and name.upper() not in known)
    if unknown:
        raise SettingError(f"{unknown[0]} is not a setting; there are {', '.join(sorted(known))}")
    path = Path(FILE)
    names = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    strange = sorted(name for name in names if name not in Settings.model_fields)
    if strange:
        raise SettingError(
            f"{FILE}: {strange[0]} is not a setting; there are {', '.join(sorted(Settings.model_fields))}"
        )
