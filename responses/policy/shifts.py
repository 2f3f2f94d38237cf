"""Who is on call when: the hours of a week at which nobody is."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from responses.hours import WHOLE_DAY, Interval
from responses.policy.scalars import WEEKDAYS
from responses.policy.schema import OnCall


def uncovered(on_call: Sequence[OnCall]) -> list[str]:
    """The stretches of a week at which no entry holds, as the file would write them: `mon-fri 8:00-20:00`."""
    found: list[str] = []
    gaps_of = [tuple(_gaps(on_call, day)) for day in range(7)]
    for gaps, same in groupby(range(7), key=gaps_of.__getitem__):
        days = list(same)
        found += [f"{_days(days[0], days[-1])} {_clock(gap.start)}-{_clock(gap.end)}" for gap in gaps]
    return found


def _gaps(on_call: Sequence[OnCall], day: int) -> Iterator[Interval]:
    turns = {WHOLE_DAY.start, WHOLE_DAY.end}
    turns |= {end % WHOLE_DAY.end for one in on_call for end in (one.hours.start, one.hours.end)}
    start: int | None = None
    for begin, end in pairwise(sorted(turns)):
        if any(one.holds_at(day, begin) for one in on_call):
            if start is not None:
                yield Interval(start=start, end=begin)
            start = None
        elif start is None:
            start = begin
        if start is not None and end == WHOLE_DAY.end:
            yield Interval(start=start, end=end)


def _days(first: int, last: int) -> str:
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
