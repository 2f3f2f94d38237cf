"""Reads what surrounds the rules: limits, approval, signals, deadlines, hours."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

from models.decision import Duration, DurationUnit, Manner, RemedyKind, Role
from models.labels import Urgency
from models.money import Money
from responses.hours import (
    DayOfYear,
    Interval,
    OpeningHours,
    Season,
    UnknownPlaceError,
    Week,
    check_place,
)
from responses.policy.context import A_DAY, MOST_MONTHS, Context, read_duration, read_percent, read_period
from responses.policy.read_remedies import read_worth_of
from responses.policy.reader import Entries, Item, read_all, read_enum, read_name, read_with, read_yes_no
from responses.policy.scalars import (
    WEEKDAYS,
    parse_date,
    parse_day_of_year,
    parse_shift,
    parse_times,
    parse_weekdays,
)
from responses.policy.schema import (
    AmountSpec,
    Consequence,
    Count,
    CustomerLimit,
    Limits,
    OnCall,
    SecondTime,
    Signal,
)
from responses.policy.situation import can_be_supplied

ONE_PER_FAILURE = "one goodwill remedy per failure"

_VOICES = {
    "it": ("lei", "tu"),
    "en": ("you",),
    "es": ("usted", "tu", "tú"),
    "fr": ("vous", "tu"),
    "de": ("Sie", "du"),
}

_FEWEST = 2
"""How many it takes at least: a signal never rests on a single message."""
_MOST_YEARS = MOST_MONTHS // 12

_read_count = read_with(
    lambda text: int(text) if text.isascii() and text.isdigit() else None, "a whole number"
)


def read_voice(item: Item) -> dict[str, str]:
    """How each language addresses the customer."""
    entries = Entries(item, _VOICES, "language")
    return {
        language: entries.optional(language, read_name(_VOICES[language], "form of address"), "")
        for language in entries.found
    }


def read_second_time(item: Item) -> SecondTime:
    """What happens when the same failure comes again."""
    entries = Entries(item, ("within", "no_formula", "raise", "tier"))
    step = entries.optional("raise", read_name(("one step", "no"), "value of raise"), "no")
    return SecondTime(
        within=entries.required("within", read_period, A_DAY),
        no_formula=entries.optional("no_formula", read_yes_no, True),
        raise_one_step=step == "one step",
        tier=entries.optional("tier", read_enum(Role, "role"), Role.AGENT),
    )


def read_limits(item: Item, context: Context) -> Limits:
    """Bounds on goodwill."""
    entries = Entries(item, ("per_case", "per_order", "per_customer", "share_of_price", "budget"))
    budget = entries.optional("budget", lambda part: _read_budget(part, context), {})
    per_order = entries.optional("per_order", read_name((ONE_PER_FAILURE,), "value of per_order"), "")
    return Limits(
        per_case=entries.optional("per_case", context.read_money, None),
        one_per_failure=per_order == ONE_PER_FAILURE,
        per_customer=entries.optional("per_customer", lambda part: _read_per_customer(part, context), None),
        share_of_price=entries.optional("share_of_price", read_percent, None),
        budget_day=budget.get("day"),
        budget_month=budget.get("month"),
    )


def _read_budget(item: Item, context: Context) -> Mapping[str, Money | None]:
    entries = Entries(item, ("day", "month"))
    return {name: entries.optional(name, context.read_money, None) for name in entries.found}


def _read_per_customer(item: Item, context: Context) -> CustomerLimit:
    entries = Entries(item, ("total", "every"))
    nothing = Money(amount=Decimal(0), currency=context.currency)
    return CustomerLimit(
        total=entries.required("total", context.read_money, nothing),
        every=entries.required("every", read_period, A_DAY),
    )


def read_worth(item: Item, context: Context) -> dict[RemedyKind, AmountSpec]:
    """What remedies without a price of their own cost the business."""
    entries = Entries(item, list(RemedyKind), "remedy")
    nothing = AmountSpec(times={})
    return {
        RemedyKind(name): entries.optional(name, partial(read_worth_of, RemedyKind(name), context), nothing)
        for name in entries.found
    }


def read_approval(item: Item, context: Context) -> dict[Role, Money | None]:
    """What each role may approve; None for no limit. Each role's limit is at least the one below it."""
    entries = Entries(item, list(Role), "role")

    def read_limit(part: Item) -> Money | None:
        return None if part.text() == "no limit" else context.read_money(part)

    limits = {role: entries.required(role, read_limit, None) for role in (Role.AGENT, Role.SUPERVISOR)}
    limits[Role.ADMIN] = entries.optional(Role.ADMIN, read_limit, None)
    for lower, higher in ((Role.AGENT, Role.SUPERVISOR), (Role.SUPERVISOR, Role.ADMIN)):
        below, above = limits[lower], limits[higher]
        if above is not None and (below is None or above < below):
            raise item.refuse(f"{higher} may approve less than {lower}")
    return limits


def read_choice_period(item: Item) -> Duration:
    """How long a choice stays open; what nobody chose is then the first option."""
    entries = Entries(item, ("within", "default"))
    entries.optional("default", read_name(("first",), "value of default"), "first")
    return entries.required("within", read_duration, A_DAY)


def read_validity(item: Item) -> Duration:
    """How long a voucher's code of ours can be used."""
    return Entries(item, ("valid",)).required("valid", read_period, A_DAY)


def read_signals(item: Item, context: Context) -> tuple[Signal, ...]:
    """What a customer's history shows, by name."""
    return read_all(lambda part: _read_signal(part, context), item.entries().values())


def _read_signal(item: Item, context: Context) -> Signal:
    entries = Entries(item, ("count", "at_least", "at_most", "within", "after_remedy", "then"))
    if ("at_least" in entries) == ("at_most" in entries):
        raise item.refuse("expected either at_least or at_most")
    count = entries.required("count", read_enum(Count, "thing to count"), Count.CASES)
    if "at_most" in entries and count is not Count.PAID_ORDERS:
        entries.found["at_most"].forbid("few of these are in every history: at_most counts paid_orders only")
    if "after_remedy" in entries and count is not Count.CLAIMS:
        entries.found["after_remedy"].forbid("after_remedy goes with count: claims")
    at_least = entries.optional("at_least", _read_at_least, None)
    return Signal(
        name=item.key.rpartition(".")[2],
        count=count,
        within=_read_within(entries, count, at_least or _FEWEST),
        at_least=at_least,
        at_most=entries.optional("at_most", _read_count, None),
        after_remedy=entries.optional("after_remedy", _read_count, None),
        then=entries.required("then", lambda part: _read_consequence(part, context), Consequence()),
    )


def _read_at_least(item: Item) -> int:
    number = _read_count(item)
    if number < _FEWEST:
        item.forbid(f"one is no sign of anything, and may be a bad day: expected at least {_FEWEST}")
    return max(number, _FEWEST)


def _read_within(entries: Entries, count: Count, years: int) -> Duration:
    if count is not Count.YEARS_KNOWN:
        return entries.required("within", read_period, A_DAY)
    if "within" in entries:
        raise entries.found["within"].refuse("years_known looks back as far as its years: leave within out")
    if years > _MOST_YEARS:
        raise entries.found["at_least"].refuse(f"expected at most {_MOST_YEARS} years")
    return Duration(count=12 * years, unit=DurationUnit.MONTHS)


def _read_consequence(item: Item, context: Context) -> Consequence:
    names = ("once", "never_raise", "show_worth", "sooner", "answer", "tier", "proof", "exit")
    entries = Entries(item, names)
    if not entries.found:
        raise item.refuse(f"expected what changes: {', '.join(names[:-1])} or {names[-1]}")
    read_proof = partial(_read_proof, context)
    return Consequence(
        once=entries.optional("once", read_yes_no, False),
        never_raise=entries.optional("never_raise", read_yes_no, False),
        show_worth=entries.optional("show_worth", read_yes_no, False),
        sooner=entries.optional("sooner", read_yes_no, False),
        answer=entries.optional("answer", read_enum(Manner, "kind of answer"), None),
        tier=entries.optional("tier", read_enum(Role, "role"), None),
        proof=entries.optional("proof", lambda part: read_all(read_proof, part.items()), ()),
        exit=entries.optional("exit", read_yes_no, False),
    )


def _read_proof(context: Context, item: Item) -> str:
    name = read_name(context.facts, "fact")(item)
    if not can_be_supplied(context.facts[name]):
        raise item.refuse(f'nobody can be asked for "{name}": a proof comes from the customer or an agent')
    return name


def read_deadlines(item: Item) -> dict[str, Duration]:
    """How soon someone must look, by urgency."""
    entries = Entries(item, list(Urgency), "urgency")
    return {name: entries.optional(name, read_duration, A_DAY) for name in entries.found}


def read_hours(item: Item, zone: ZoneInfo) -> OpeningHours:
    """Opening hours: days or ranges of days with their intervals, seasons, holidays, closed days."""
    entries = item.entries()
    problems = len(item.document.problems)
    holidays: str | None = None
    closed: tuple[tuple[date, date], ...] = ()
    patron: frozenset[DayOfYear] = frozenset()
    seasons: tuple[Season, ...] = ()
    days: dict[str, Item] = {}
    for name, part in entries.items():
        match name:
            case "holidays":
                holidays = _read_holidays(part)
            case "closed":
                closed = read_all(_read_closed, part.items())
            case "patron":
                patron = frozenset(read_all(_read_day_of_year, part.items() if part.is_list else [part]))
            case "seasons":
                seasons = read_all(_read_season, part.items())
                _refuse_shared_days(part, seasons)
            case _:
                days[name] = part
    week = _read_week(days, "seasons, holidays, closed or patron")
    if not any(week) and not seasons and len(item.document.problems) == problems:
        raise item.refuse("no day is open; leave hours out to be always open")
    return OpeningHours(
        zone=zone, week=week, seasons=seasons, holidays=holidays, closed=closed, yearly_closed=patron
    )


def _read_week(days: Mapping[str, Item], others: str) -> Week:
    week: list[tuple[Interval, ...]] = [()] * 7
    for name, part in days.items():
        intervals = _read_intervals(part)
        for day in _read_days(part, name, others):
            if week[day]:
                raise part.refuse(f"{WEEKDAYS[day]} already has its hours above")
            week[day] = intervals
    return tuple(week)


def _read_season(item: Item) -> Season:
    entries = item.entries()
    ends = {}
    for name in ("from", "to"):
        if name not in entries:
            raise item.refuse(f'"{name}" is missing')
        ends[name] = _read_day_of_year(entries[name])
    days = {name: part for name, part in entries.items() if name not in ends}
    season = Season(first=ends["from"], last=ends["to"], week=_read_week(days, "from or to"))
    if not any(season.week):
        raise item.refuse("no day is open; a stretch without opening belongs to closed")
    return season


def _refuse_shared_days(item: Item, seasons: Sequence[Season]) -> None:
    for offset in range(366):
        day = date(2000, 1, 1) + timedelta(days=offset)
        if sum(season.has(day) for season in seasons) > 1:
            raise item.refuse(f"two seasons share the {day:%m-%d}")


def _read_days(item: Item, name: str, others: str) -> tuple[int, ...]:
    days = parse_weekdays(name)
    if days is None:
        raise item.refuse(f'expected a day such as sat or mon-fri, {others}; found "{name}"')
    return days


def _read_intervals(item: Item) -> tuple[Interval, ...]:
    read = read_with(parse_times, 'hours such as "9:00-13:00"')
    intervals = [Interval(start=start, end=end) for start, end in read_all(read, item.items())]
    for earlier, later in pairwise(intervals):
        if later.start < earlier.end:
            raise item.refuse("the intervals overlap or are not in order")
    return tuple(intervals)


_read_day_of_year = read_with(parse_day_of_year, "a day of every year such as 12-07 (month-day)")


def _read_holidays(item: Item) -> str | None:
    place = item.text()
    if place == "none":
        return None
    try:
        check_place(place)
    except UnknownPlaceError as error:
        raise item.refuse(str(error)) from None
    return place


def _read_closed(item: Item) -> tuple[date, date]:
    first_text, _, last_text = item.text().partition("..")
    first, last = parse_date(first_text.strip()), parse_date((last_text or first_text).strip())
    if first is None or last is None or last < first:
        raise item.refuse(f'expected a day or 2027-08-10..2027-08-20, found "{item.text()}"')
    return first, last


def read_on_call(item: Item) -> tuple[OnCall, ...]:
    """Who answers what cannot wait: `always`, or by days, and in these by hours where it says so."""
    return tuple(chain.from_iterable(read_all(_read_shifts, item.entries().values())))


def _read_shifts(item: Item) -> tuple[OnCall, ...]:
    name = item.key.rpartition(".")[2]
    week = range(7) if name == "always" else parse_weekdays(name)
    if week is None:
        raise item.refuse(f'expected always or a day such as sat or mon-fri, found "{name}"')
    days = frozenset(week)
    if not item.is_mapping:
        return (OnCall(days=days, names=read_all(Item.text, item.items())),)
    parts = item.entries()
    if not parts:
        raise item.refuse('nobody is named: expected hours with names, as in {"20:00-8:00": [sara]}')
    return read_all(lambda part: _read_shift(part, days), parts.values())


def _read_shift(item: Item, days: frozenset[int]) -> OnCall:
    # Who writes 20.00 is told so, and not that 00 is wrong: on_call, the days, and then the hours.
    name = item.key.split(".", 2)[2]
    times = parse_shift(name)
    if times is None:
        raise item.refuse(f'expected hours such as "20:00-8:00", found "{name}"')
    start, end = times
    return OnCall(days=days, hours=Interval(start=start, end=end), names=read_all(Item.text, item.items()))
