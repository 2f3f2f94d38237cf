"""A simulation as tables of words: what the terminal and the page both show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from models.decision import Basis, DecisionKind
from models.money import Money
from responses.drafts.lines import offer_line
from responses.policy.schema import Owed, Policy
from responses.policy.simulate import Change, Changed, Heeded, Simulation, Tally
from rimedio.simulation_words import words

_NOTHING = Decimal(0)
_LOCALES = {"it": "it_IT"}
_WORST_DAYS = 10
_KINDS_SHOWN = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A table with its title. Of the columns the first `texts` hold words, the others numbers.

    `total` is a last line that adds up the others; `notes` are sentences beside the table.
    """

    title: str
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    texts: int = 1
    rows: tuple[tuple[str, ...], ...] = ()
    total: tuple[str, ...] | None = None


class Report:
    """Says a simulation in one language of the desk."""

    def __init__(self, simulation: Simulation, *, language: str, assumed: Mapping[str, str]) -> None:
        self.simulation = simulation
        self.language = language
        self.words = words(language)
        self._locale = _LOCALES.get(language, "en_GB")
        self._assumed = assumed

    def head(self) -> tuple[str, ...]:
        """What was tried on what, and what the sums hold."""
        simulation, tally, say = self.simulation, self.simulation.tally, self.words
        policy, against = tally.policy, simulation.against
        lines = [
            say["policy"].format(file=policy.file)
            if against is None
            else say["policies"].format(file=policy.file, against=against.policy.file)
        ]
        if simulation.first is not None and simulation.last is not None:
            first, last = (one.astimezone(policy.timezone) for one in (simulation.first, simulation.last))
            span = {"first": self.day(first.date()), "last": self.day(last.date())}
            lines.append(say["span"].format(cases=self.count(tally.cases), **span))
        if self._assumed:
            facts = ", ".join(f"{name} = {value}" for name, value in self._assumed.items())
            lines.append(say["assumed"].format(facts=facts))
        lines.append(say["counts"])
        if tally.unpriced():
            lines.append(say["unpriced"].format(count=self.count(tally.unpriced())))
        if tally.beside.cases:
            beside = {"cases": self.count(tally.beside.cases), "cost": self.money(tally.beside.cost)}
            lines.append(say["beside"].format(**beside))
        if simulation.unsure:
            lines.append(say["unsure"].format(count=self.count(simulation.unsure)))
        if simulation.paid_cases:
            paid = self.money(sum(simulation.paid.values(), _NOTHING))
            lines.append(say["paid"].format(cases=self.count(simulation.paid_cases), cost=paid))
        return tuple(lines)

    def sections(self, most_changes: int) -> list[Section]:
        """Every table, those with something in it; of changed cases at most so many of each sort."""
        found = [self.months(), self.types(), self.outcomes(), *self._changes(most_changes)]
        found += [self.signals(), self.budgets(), self.worst_days(), self.missing(), self.rules()]
        return [section for section in found if section.rows or section.notes]

    def months(self) -> Section:
        """Cost by month."""
        say, tally, against = self.words, self.simulation.tally, self.simulation.against
        new, old = _by(tally, 0), {} if against is None else _by(against, 0)
        header = [say["month"], say["offers"], say["owed"], say["goodwill"], say["sum"]]
        header += [say["before"], say["difference"]] if against is not None else []
        header += [say["really"]] if self.simulation.paid_cases else []
        months = sorted({*new, *old, *self.simulation.paid}, key=str)
        rows = []
        for month in months:
            costs = new.get(month, _Costs())
            row = [str(month), *self._costs(costs)]
            if against is not None:
                row += self._against(costs.both, old.get(month, _Costs()).both)
            if self.simulation.paid_cases:
                row.append(self.money(self.simulation.paid.get(str(month), _NOTHING)))
            rows.append(tuple(row))
        total = [say["total"], *self._costs(_all(new.values()))]
        if against is not None:
            total += self._against(_all(new.values()).both, _all(old.values()).both)
        if self.simulation.paid_cases:
            total.append(self.money(sum(self.simulation.paid.values(), _NOTHING)))
        return Section(
            title=say["months_title"],
            header=tuple(header),
            rows=tuple(rows),
            total=tuple(total) if rows else None,
        )

    def types(self) -> Section:
        """Cost by complaint type, the dearest first."""
        say, tally, against = self.words, self.simulation.tally, self.simulation.against
        new, old = _by(tally, 1), {} if against is None else _by(against, 1)
        cases: dict[str | None, int] = {}
        for (complaint_type, _), count in tally.outcomes.items():
            cases[complaint_type] = cases.get(complaint_type, 0) + count
        header = [say["type"], say["cases"], say["offers"], say["owed"], say["goodwill"], say["sum"]]
        header += [say["before"], say["difference"]] if against is not None else []
        rows = []
        for one in sorted(cases, key=lambda one: (-new.get(one, _Costs()).both, -cases[one], one or "")):
            costs = new.get(one, _Costs())
            row = [one or say["no_type"], self.count(cases[one]), *self._costs(costs)]
            if against is not None:
                row += self._against(costs.both, old.get(one, _Costs()).both)
            rows.append(tuple(row))
        return Section(title=say["types_title"], header=tuple(header), rows=tuple(rows))

    def outcomes(self) -> Section:
        """How many cases end in which way."""
        say, tally, against = self.words, self.simulation.tally, self.simulation.against
        header = [say["outcome"], say["cases"], say["share"]]
        header += [say["before"], say["difference"]] if against is not None else []
        rows = []
        for kind in DecisionKind:
            before = 0 if against is None else against.kinds[kind]
            if not tally.kinds[kind] and not before:
                continue
            row = [say[kind], self.count(tally.kinds[kind]), self._share(tally.kinds[kind], tally.cases)]
            row += [self.count(before), f"{tally.kinds[kind] - before:+d}"] if against is not None else []
            rows.append(tuple(row))
        return Section(title=say["outcomes_title"], header=tuple(header), rows=tuple(rows))

    def _changes(self, most: int) -> Iterable[Section]:
        comparison, say = self.simulation.comparison, self.words
        if comparison is None:
            return
        cases = self.simulation.tally.cases
        rows = [
            (say[change], self.count(comparison.cases[change]), self._signed(change)) for change in Change
        ]
        rows.append((say["same"], self.count(cases - sum(comparison.cases.values())), ""))
        header = (say["change"], say["cases"], say["difference"])
        yield Section(title=say["changes_title"], header=header, rows=tuple(rows), notes=(say["other_note"],))
        kinds = comparison.kinds.most_common(_KINDS_SHOWN)
        yield Section(
            title=say["kinds_title"],
            header=(say["before"], say["after"], say["cases"]),
            texts=2,
            rows=tuple((say[before], say[after], self.count(count)) for (before, after), count in kinds),
        )
        for change in Change:
            largest = comparison.largest(change)[:most]
            shown = {"shown": self.count(len(largest)), "all": self.count(comparison.cases[change])}
            weighed = change is not Change.OTHER
            texts = (say["case"], say["day"], say["type"], say["before"], say["after"])
            yield Section(
                title=say[f"{change}_title"],
                notes=(say["largest" if weighed else "latest"].format(**shown),) if largest else (),
                header=(*texts, say["difference"]) if weighed else texts,
                texts=len(texts),
                rows=tuple(map(self._changed, largest)),
            )

    def _changed(self, one: Changed) -> tuple[str, ...]:
        day = one.at.astimezone(self.simulation.tally.policy.timezone).date()
        types = ", ".join(one.complaint_types) or self.words["no_type"]
        lines = offer_line(one.before, self.language), offer_line(one.after, self.language)
        # Nothing is added where the two cannot be weighed, or weigh the same.
        difference = (self._plus(one.difference),) if one.difference else ()
        return (one.case_id, day.isoformat(), types, *lines, *difference)

    def _signed(self, change: Change) -> str:
        comparison = self.simulation.comparison
        if comparison is None or change is Change.OTHER:
            return ""
        total = comparison.total(change)
        return self._plus(total if change is Change.MORE else -total)

    def signals(self) -> Section:
        """What each signal of the policy changed, and what all cases would have cost without."""
        tally, say = self.simulation.tally, self.words
        if not tally.policy.signals:
            return Section(title=say["signals_title"])
        rows = []
        for signal in tally.policy.signals:
            one = tally.heeded.get(signal.name, Heeded())
            people = [self.count(number) for number in (one.cases, len(one.customers), len(one.changed))]
            rows.append((signal.name, *people, self.money(one.cost), *self._against(one.cost, one.unheeded)))
        cost = sum(map(tally.cost, Basis), _NOTHING)
        without = sum(tally.unheeded.values(), _NOTHING)
        note = say["signals_note"].format(
            customers=self.count(len(tally.affected)),
            cost=self.money(cost),
            without=self.money(without),
            difference=self._plus(cost - without),
        )
        header = (say["signal"], say["cases"], say["customers"], say["changed"], say["sum"])
        return Section(
            title=say["signals_title"],
            notes=(note,),
            header=(*header, say["unheeded"], say["difference"]),
            rows=tuple(rows),
        )

    def budgets(self) -> Section:
        """The limits for days, months and customers, and how often they do not hold."""
        say, tally, against = self.words, self.simulation.tally, self.simulation.against
        limits = _limits(tally.policy)
        before = None if against is None else _limits(against.policy)
        rows = []
        for name, count in (
            ("per_day", self._days_over),
            ("per_month", self._months_over),
            ("per_customer", self._customers_over),
        ):
            row = [say[name], self._limit(limits[name]), count(tally)]
            if against is not None and before is not None:
                row.append(f"{count(against)} ({self._limit(before[name])})")
            rows.append(tuple(row))
        header = (say["limit"], say["amount"], say["times"], *([say["before"]] if before else []))
        return Section(title=say["budget_title"], header=header, rows=tuple(rows))

    def _limit(self, limit: Money | None) -> str:
        return self.words["no_limit"] if limit is None else self.money(limit.amount)

    def _days_over(self, tally: Tally) -> str:
        return self.words["days_over"].format(count=self.count(len(tally.broken_days)))

    def _months_over(self, tally: Tally) -> str:
        return self.words["months_over"].format(count=self.count(len(tally.broken_months)))

    def _customers_over(self, tally: Tally) -> str:
        cases = self.count(tally.over_limit.total())
        return self.words["customers_over"].format(customers=self.count(len(tally.over_limit)), cases=cases)

    def worst_days(self) -> Section:
        """The days most above the budget."""
        tally, say = self.simulation.tally, self.words
        worst = sorted(tally.broken_days, key=lambda day: (-tally.days[day], day))[:_WORST_DAYS]
        return Section(
            title=say["worst_title"],
            header=(say["day"], say["goodwill"]),
            rows=tuple((self.day(day), self.money(tally.days[day])) for day in worst),
        )

    def missing(self) -> Section:
        """Which facts are wanting, and who could supply them."""
        tally, say = self.simulation.tally, self.words
        if not tally.undecided:
            return Section(title=say["missing_title"])
        note = say["missing_note"].format(count=self.count(tally.undecided), all=self.count(tally.cases))
        facts = {name for name, _ in tally.missing}
        ordered = sorted(
            facts, key=lambda name: (-sum(tally.missing[name, asked] for asked in (True, False)), name)
        )
        return Section(
            title=say["missing_title"],
            notes=(note,),
            header=(say["fact"], say["from_customer"], say["from_agent"]),
            rows=tuple(
                (name, self.count(tally.missing[name, True]), self.count(tally.missing[name, False]))
                for name in ordered
            ),
        )

    def rules(self) -> Section:
        """How often each rule holds, in the order of the file."""
        tally, say = self.simulation.tally, self.words
        never = tally.never_fired
        rows = tuple(
            (
                entry.id,
                say["is_owed" if isinstance(entry, Owed) else "is_rule"],
                self.count(tally.fired[entry.id]) if tally.fired[entry.id] else say["never"],
            )
            for entry in tally.policy.entries
        )
        note = say["never_title"].format(rules=", ".join(never)) if never else say["all_fire"]
        header = (say["rule"], say["basis"], say["cases"])
        return Section(title=say["rules_title"], notes=(note,), header=header, texts=2, rows=rows)

    def money(self, amount: Decimal) -> str:
        """An amount in the policy's currency."""
        return format_currency(amount, self.simulation.tally.policy.currency, locale=self._locale)

    def count(self, number: int) -> str:
        """A whole number."""
        return format_decimal(number, locale=self._locale)

    def day(self, day: date) -> str:
        """A date in words."""
        return format_date(day, "long", locale=self._locale)

    def _share(self, part: int, whole: int) -> str:
        return format_percent(part / whole if whole else 0, "#,##0.0%", locale=self._locale)

    def _costs(self, costs: "_Costs") -> list[str]:
        return [self.count(costs.offers), *map(self.money, (costs.owed, costs.goodwill, costs.both))]

    def _against(self, new: Decimal, old: Decimal) -> list[str]:
        return [self.money(old), self._plus(new - old)]

    def _plus(self, amount: Decimal) -> str:
        return f"+{self.money(amount)}" if amount > 0 else self.money(amount)


@dataclass(kw_only=True, slots=True)
class _Costs:
    offers: int = 0
    owed: Decimal = _NOTHING
    goodwill: Decimal = _NOTHING

    @property
    def both(self) -> Decimal:
        return self.owed + self.goodwill

    def add(self, other: "_Costs") -> None:
        self.offers += other.offers
        self.owed += other.owed
        self.goodwill += other.goodwill


def _limits(policy: Policy) -> Mapping[str, Money | None]:
    """The limits that a simulation watches, by the names of their words."""
    limits = policy.limits
    return {
        "per_day": limits.budget_day,
        "per_month": limits.budget_month,
        "per_customer": limits.per_customer.total if limits.per_customer is not None else None,
    }


def _by(tally: Tally, part: int) -> dict[str | None, _Costs]:
    """The costs by month (part 0 of a cell's key) or complaint type (part 1)."""
    found: dict[str | None, _Costs] = {}
    for key, cell in tally.cells.items():
        is_owed = key[2] is Basis.OWED
        one = _Costs(
            offers=cell.offers,
            owed=cell.cost if is_owed else _NOTHING,
            goodwill=_NOTHING if is_owed else cell.cost,
        )
        found.setdefault((key[0], key[1])[part], _Costs()).add(one)
    return found


def _all(costs: Iterable[_Costs]) -> _Costs:
    total = _Costs()
    for one in costs:
        total.add(one)
    return total
