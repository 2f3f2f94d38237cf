"""Classified tables as a past to simulate: which column is what, and one case a row."""

import heapq
import json
import pickle
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from zoneinfo import ZoneInfo

from models.clock import utcnow
from models.decision import FactValue
from models.labels import Act, Ask, Language, Tone, Urgency
from models.money import Money
from nlp.errors import BatchError
from nlp.tables import TEXT_NAMES, Row, Table, open_table
from nlp.tables.date_names import DATE_NAMES
from responses.asking.typed_values import parse_fact
from responses.customers.threats import threatens
from responses.errors import BlockedError, OrderValueError
from responses.facts import ORDER_FACT
from responses.orders.values import read_number
from responses.policy.case_file import UNAVAILABLE
from responses.policy.records import Said, is_claim, is_critical
from responses.policy.replay import Past
from responses.policy.schema import FactSpec, FactType, Supplier
from rimedio.moments import is_ambiguous, parse_moment, reads_month_first

CUSTOMER_NAMES = (
    *("customer_id", "customer", "client_id", "client", "user_id", "user", "account", "buyer", "author"),
    *("cliente", "id_cliente", "codice_cliente", "utente", "id_utente", "acquirente", "autore", "mittente"),
    *("email", "e-mail", "mail", "phone", "telefono", "kunde", "kundennummer", "usuario"),
)
CASE_NAMES = ("case_id", "case", "ticket_id", "ticket", "caso", "pratica", "segnalazione", "id", "numero")
ORDER_NAMES = (
    *("order_number", "order", "order_no", "ordine", "numero_ordine", "n_ordine", "nr_ordine", "id_ordine"),
    *("pedido", "commande", "bestellung", "bestellnummer"),
)
SEPARATOR = "|"

_EMPTY = frozenset({"", "-", "–", "?", "n/a", "n/d", "na", "nd", "null", "none", "nan"})
_TRUTHS = {
    **dict.fromkeys(("yes", "sì", "si", "s", "y", "true", "vero", "1", "x"), True),
    **dict.fromkeys(("no", "n", "false", "falso", "0"), False),
}
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_MARKS = re.compile(r"[€$£\s\u00a0\u202f]|\b[A-Z]{3}\b")
_SHOWN_LINES = 5
_KEPT_VALUES = 20_000
_AT_ONCE = 20_000  # rows sorted in memory; the sorted stretches wait in files
_KEPT_LABELS = 20_000
_SAMPLE = 200
_LABEL_COLUMNS = (
    *("act", "complaint_types", "tone", "urgency", "asks", "own_error", "language", "abstained"),
    "needs_review",
)
# Members of an enumeration are counted through once, not for every cell.
_LABELS = {labels: frozenset(labels) for labels in (Act, Tone, Urgency)}
_ASKS = frozenset(Ask)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The columns that the user names, None where they are to be found; facts by name."""

    customer: str | None = None
    date: str | None = None
    case: str | None = None
    paid: str | None = None
    text: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which column holds what. `guessed` are those that nobody named: what for, and the column."""

    date: str
    customer: str | None
    case: str | None
    paid: str | None
    text: str | None
    facts: Mapping[str, str]
    guessed: tuple[tuple[str, str], ...]


@dataclass(kw_only=True)
class Unusable:
    """What could not be used, by what is wrong with it: how often, and the first lines."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: dict[str, list[int]] = field(default_factory=dict)

    def add(self, what: str, line: int) -> None:
        """Note one line."""
        self.counts[what] += 1
        lines = self.lines.setdefault(what, [])
        if len(lines) < _SHOWN_LINES:
            lines.append(line)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Labels:
    """What the classifier said of a row; many rows are labelled alike."""

    act: str
    complaint_types: tuple[str, ...]
    tone: str
    urgency: str
    asks: tuple[str, ...]
    own_error: bool
    language: str
    abstained: frozenset[str]
    is_claim: bool
    is_critical: bool
    is_unsure: bool


class _UnusableRowError(Exception):
    """A row that cannot be used; the message says why."""


class History:
    """A classified table. The rows and how their dates are written are known from the start; what could not
    be used, and `review`, the rows of which the classifier was unsure, are known once `pasts` was read.

    `month_first` says whether dates are written `11/30/2026`; `ambiguous`, that nothing in them tells, and
    the day was taken to come first.
    """

    def __init__(
        self, path: Path, specs: Mapping[str, FactSpec], currency: str, zone: ZoneInfo, wanted: Wanted
    ) -> None:
        """Looks through the file once.

        Raises:
            BatchError: it cannot be read, or a column is missing.
        """
        self._table = open_table(path)
        self._specs, self._currency, self._zone = specs, currency, zone
        if "act" not in self._table.columns:
            raise BatchError(
                f"{path}: no column 'act': classify it first (rimedio classify {path} -o OUT.csv)"
            )
        self.columns = _find_columns(path, self._table, specs, zone, wanted)
        self._scan()
        self.unusable = Unusable()
        self.unreadable = Unusable()
        self.review = 0
        self._values: dict[tuple[str, str], FactValue | None] = {}
        self._labels: dict[tuple[object, ...], _Labels] = {}

    def pasts(self) -> Iterator[Past]:
        """Every row that can be used, in the order of the file."""
        for row in self._table.rows():
            try:
                yield self._past(row)
            except _UnusableRowError as problem:
                self.unusable.add(str(problem), row.line)

    def _scan(self) -> None:
        """How many rows there are, how their dates are written, and whether they are in the order of time."""
        self.rows, self.month_first, doubtful = 0, None, False
        in_order, last = (
            {True: True, False: True},
            dict.fromkeys((True, False), datetime.min.replace(tzinfo=UTC)),
        )
        for row in self._table.rows():
            self.rows += 1
            value = row.values.get(self.columns.date)
            ambiguous = is_ambiguous(value)
            doubtful = doubtful or ambiguous
            if ambiguous and self.month_first is None:
                self.month_first = reads_month_first(value)
            found = {False: parse_moment(value, self._zone)}
            found[True] = parse_moment(value, self._zone, month_first=True) if ambiguous else found[False]
            for month_first, at in found.items():
                if at is not None:
                    in_order[month_first] = in_order[month_first] and last[month_first] <= at
                    last[month_first] = at
        self.ambiguous = doubtful and self.month_first is None
        self.in_order = in_order[bool(self.month_first)]

    def _past(self, row: Row) -> Past:
        if row.error is not None:
            raise _UnusableRowError(row.error)
        columns, values = self.columns, row.values
        at = parse_moment(values.get(columns.date), self._zone, month_first=bool(self.month_first))
        if at is None:
            raise _UnusableRowError(f"{columns.date}: not a date")
        labels = self._labels_of(values)
        customer = _text(values.get(columns.customer)).casefold() if columns.customer else ""
        case = _text(values.get(columns.case)) if columns.case else ""
        self.review += labels.is_unsure
        case_id = case or str(row.line)
        said = Said(
            case_id=case_id,
            at=at,
            claim=labels.is_claim,
            critical=labels.is_critical,
            # Without a column of words nobody can tell.
            threat=threatens(
                _text(values.get(columns.text)),
                tone=labels.tone,
                urgency=labels.urgency,
                abstained=labels.abstained,
            )
            if columns.text
            else None,
        )
        return Past(
            case_id=case_id,
            customer=customer or f"(line {row.line})",
            at=at,
            act=labels.act,
            complaint_types=labels.complaint_types,
            tone=labels.tone,
            urgency=labels.urgency,
            asks=labels.asks,
            own_error=labels.own_error,
            language=labels.language,
            facts=self._facts(row),
            abstained=labels.abstained,
            paid=self._paid(row),
            # Exports do not say it: who asks within a case while something is promised there, mostly does.
            asks_where_it_stands=labels.act == Act.QUESTION,
            said=() if labels.act == Act.SPAM else (said,),
        )

    def _labels_of(self, values: Mapping[str, object]) -> _Labels:
        cells = tuple(map(values.get, _LABEL_COLUMNS))
        if not all(cell is None or isinstance(cell, str) for cell in cells):
            return _read_labels(values)  # lists of JSON lines cannot be looked up, and `1` is not `True`
        if cells not in self._labels:
            if len(self._labels) >= _KEPT_LABELS:
                self._labels.clear()
            self._labels[cells] = _read_labels(values)
        return self._labels[cells]

    def _facts(self, row: Row) -> dict[str, FactValue]:
        found: dict[str, FactValue] = {}
        for name, column in self.columns.facts.items():
            raw = _text(row.values.get(column))
            if raw.casefold() in _EMPTY:
                continue
            value = self._value(name, raw)
            if value is None:
                self.unreadable.add(f"{column}: {name} is of type {self._specs[name].type}", row.line)
            else:
                found[name] = value
        return found

    def _value(self, name: str, raw: str) -> FactValue | None:
        key = (name, raw)
        if key not in self._values:
            if len(self._values) >= _KEPT_VALUES:
                self._values.clear()
            self._values[key] = self._parse(self._specs[name], raw)
        return self._values[key]

    def _parse(self, spec: FactSpec, raw: str) -> FactValue | None:
        if raw == UNAVAILABLE:
            return FactValue(value=None, source=Supplier.BOOK, unavailable=True)
        if spec.type is FactType.DATE:
            at = parse_moment(raw, self._zone, month_first=bool(self.month_first))
            return None if at is None else FactValue(value=at.date(), source=Supplier.BOOK)
        if spec.type in (FactType.MONEY, FactType.DAYS, FactType.NUMBER):
            return self._figure(spec, raw)
        text = raw
        if spec.type is FactType.YES_NO:
            truth = _TRUTHS.get(raw.casefold())
            text = raw if truth is None else ("yes" if truth else "no")
        try:
            value = parse_fact(spec, text, self._currency, utcnow().date())
        except BlockedError:
            return None
        return FactValue(value=value, source=Supplier.BOOK)

    def _figure(self, spec: FactSpec, raw: str) -> FactValue | None:
        is_money = spec.type is FactType.MONEY
        if is_money and _other_currency(raw, self._currency):
            return None
        try:
            number = read_number(Decimal(plain_number(raw, whole_cents=is_money)))
        except (InvalidOperation, OrderValueError):
            return None
        value = Money(amount=number, currency=self._currency) if is_money else number
        return FactValue(value=value, source=Supplier.BOOK)

    def _paid(self, row: Row) -> Money | None:
        if self.columns.paid is None:
            return None
        raw = _text(row.values.get(self.columns.paid))
        if raw.casefold() in _EMPTY:
            return None
        spec = FactSpec(name="paid", type=FactType.MONEY, suppliers=frozenset())
        found = self._parse(spec, raw)
        if found is None or not isinstance(found.value, Money):
            self.unreadable.add(f"{self.columns.paid}: not an amount in {self._currency}", row.line)
            return None
        return found.value


def in_time_order(pasts: Iterable[Past]) -> Iterator[Past]:
    """Sort a past of any length: stretches of it in memory, the others meanwhile in temporary files.

    Cases of the same moment stay as they were.
    """
    source = iter(pasts)
    stretches: list[Iterator[Past]] = []
    while stretch := sorted(islice(source, _AT_ONCE), key=_at):
        if len(stretch) < _AT_ONCE:
            stretches.append(iter(stretch))
            break
        stretches.append(_stored(stretch))
    return heapq.merge(*stretches, key=_at)


def _at(past: Past) -> float:
    return past.at.timestamp()


def _stored(stretch: list[Past]) -> Iterator[Past]:
    file = TemporaryFile()  # noqa: SIM115 - open until it has been read to its end
    for past in stretch:
        pickle.dump(past, file, pickle.HIGHEST_PROTOCOL)
    file.seek(0)
    return _restored(file, len(stretch))


def _restored(file: BinaryIO, count: int) -> Iterator[Past]:
    with file:
        for _ in range(count):
            past: Past = pickle.load(file)
            yield past


def plain_number(raw: str, *, whole_cents: bool) -> str:
    """`1.234,56 €` or `EUR 1,234.56` as `1234.56`; what is none stays as it is.

    With `whole_cents` three digits after the only separator are thousands: `1.234` is 1234.
    """
    text = _MARKS.sub("", raw)
    if "." in text and "," in text:
        thousands = "." if text.rfind(".") < text.rfind(",") else ","
        return text.replace(thousands, "").replace(",", ".")
    grouped = _THOUSANDS.fullmatch(text) is not None
    if grouped and (whole_cents or len(re.findall(r"[.,]", text)) > 1):
        return re.sub(r"[.,]", "", text)
    return text.replace(",", ".")


def _other_currency(raw: str, currency: str) -> bool:
    codes = re.findall(r"\b[A-Z]{3}\b", raw)
    return any(code != currency for code in codes) or ("€" in raw and currency != "EUR")


def _find_columns(
    path: Path, table: Table, specs: Mapping[str, FactSpec], zone: ZoneInfo, wanted: Wanted
) -> Columns:
    named = [wanted.customer, wanted.date, wanted.case, wanted.paid, wanted.text, *wanted.facts.values()]
    for column in named:
        if column is not None and column not in table.columns:
            raise BatchError(f"{path}: no column {column!r}; found: {', '.join(table.columns)}")
    taken = {column for column in named if column is not None}
    guessed: list[tuple[str, str]] = []

    def guess(what: str, names: Iterable[str]) -> str | None:
        by_name = {column.strip().casefold(): column for column in table.columns if column not in taken}
        for name in names:
            if name in by_name:
                taken.add(by_name[name])
                guessed.append((what, by_name[name]))
                return by_name[name]
        return None

    facts = dict(wanted.facts)
    for name in specs:
        column = None if name in facts else guess(name, (name, *(ORDER_NAMES if name == ORDER_FACT else ())))
        if column is not None:
            facts[name] = column
    date = wanted.date or guess("date", DATE_NAMES)
    if date is None:
        date = _column_of_dates(table, zone, taken)
        if date is None:
            raise BatchError(
                f"{path}: no column with dates; name it with --date-column: {', '.join(table.columns)}"
            )
        taken.add(date)
        guessed.append(("date", date))
    return Columns(
        date=date,
        customer=wanted.customer or guess("customer", CUSTOMER_NAMES),
        case=wanted.case or guess("case", CASE_NAMES),
        paid=wanted.paid,
        text=wanted.text or guess("text", TEXT_NAMES),
        facts=facts,
        guessed=tuple(guessed),
    )


def _column_of_dates(table: Table, zone: ZoneInfo, taken: Iterable[str]) -> str | None:
    rows = list(islice(table.rows(), _SAMPLE))
    for column in table.columns:
        # A number may be anything; only named columns count seconds.
        cells = [
            cell for row in rows if isinstance(cell := row.values.get(column), str) and not cell.isdigit()
        ]
        if column not in taken and sum(_is_moment(cell, zone) for cell in cells) > len(rows) / 2:
            return column
    return None


def _is_moment(cell: str, zone: ZoneInfo) -> bool:
    return any(parse_moment(cell, zone, month_first=month_first) for month_first in (False, True))


def _text(value: object) -> str:
    """A cell as text."""
    match value:
        case str():
            # Nearly all are, and there are twenty in a row.
            return value.strip()
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def _listed(value: object) -> tuple[str, ...]:
    """Labels as classified files have them: a list, or joined by `|`."""
    parts = [str(one) for one in value] if isinstance(value, list) else _text(value).split(SEPARATOR)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _read_labels(values: Mapping[str, object]) -> _Labels:
    act = _label(values, "act", Act, None)
    abstained = frozenset(_listed(values.get("abstained")))
    tone = _label(values, "tone", Tone, Tone.CALM)
    urgency = _label(values, "urgency", Urgency, Urgency.NORMAL)
    return _Labels(
        act=act,
        complaint_types=_listed(values.get("complaint_types")) if act == Act.COMPLAINT else (),
        tone=tone,
        urgency=urgency,
        asks=tuple(one for one in _listed(values.get("asks")) if one in _ASKS),
        own_error=_truth(values.get("own_error")) is True,
        language=_text(values.get("language")) or Language.ITALIAN,
        abstained=abstained,
        is_claim=is_claim(act, abstained),
        is_critical=is_critical(urgency, abstained),
        is_unsure=bool(abstained) or _truth(values.get("needs_review")) is True,
    )


def _label(
    values: Mapping[str, object],
    column: str,
    labels: type[Act] | type[Tone] | type[Urgency],
    default: str | None,
) -> str:
    found = _text(values.get(column)).casefold()
    if not found and default is not None:
        return default
    if found not in _LABELS[labels]:
        raise _UnusableRowError(f"{column}: expected one of {', '.join(labels)}")
    return found


def _truth(value: object) -> bool | None:
    return _TRUTHS.get(_text(value).casefold())
