"""What surrounds the rules, in words: second time, limits, approval, signals, hours, what is presumed."""

from collections.abc import Iterable, Iterator
from datetime import date

from models.decision import RemedyKind, Role
from models.labels import Urgency
from responses.hours import WHOLE_DAY, Interval, Week
from responses.policy.conditions import Operand
from responses.policy.schema import Codes, Consequence, FactType, Policy, Signal, Supplier
from responses.policy.words.conditions import ConditionWords
from responses.policy.words.giving import GivingWords
from responses.policy.words.lines import Line
from responses.policy.words.phrases import Phrases, sentence

_Lines = Iterator[Line]

_A_LEAP_YEAR = 2000


class SettingWords:
    """Says one policy's settings, section by section."""

    def __init__(self, policy: Policy, say: Phrases, conditions: ConditionWords, giving: GivingWords) -> None:
        self._policy = policy
        self._say = say
        self._conditions = conditions
        self._giving = giving

    def second_time(self) -> _Lines:
        """What changes when the same failure comes again."""
        say, second, ladder = self._say, self._policy.second_time, self._policy.ladder
        if second is not None:
            parts = [say("second.no_formula")] if second.no_formula else []
            parts.append(say("second.raise" if second.raise_one_step else "second.same"))
            parts += [say("second.tier", role=say.role(second.tier))] if second.tier is not Role.AGENT else []
            yield Line(
                key="second",
                text=say("second.within", span=say.span(second.within), outcome=say.joined(parts)),
            )
        if ladder:
            steps = " → ".join(self._giving.remedy(step) for step in ladder)
            yield Line(
                key="ladder",
                text=say("second.ladder" if second is not None else "second.ladder_idle", steps=steps),
            )

    def limits(self) -> _Lines:
        """Bounds on goodwill, and what things count for in them."""
        say, limits = self._say, self._policy.limits
        if limits.per_case is not None:
            yield Line(key="limits.per_case", text=say("limits.per_case", sum=say.money(limits.per_case)))
        if limits.one_per_failure:
            yield Line(key="limits.per_order", text=say("limits.one_per_failure"))
        if limits.per_customer is not None:
            total, every = say.money(limits.per_customer.total), say.span(limits.per_customer.every)
            yield Line(key="limits.per_customer", text=say("limits.per_customer", sum=total, span=every))
        if limits.share_of_price is not None:
            yield Line(
                key="limits.share", text=say("limits.share_of_price", **say.percent(limits.share_of_price))
            )
        day, month = limits.budget_day, limits.budget_month
        if day is not None and month is not None:
            yield Line(
                key="limits.budget", text=say("limits.budget", day=say.money(day), month=say.money(month))
            )
        elif day is not None:
            yield Line(key="limits.budget", text=say("limits.budget_day", sum=say.money(day)))
        elif month is not None:
            yield Line(key="limits.budget", text=say("limits.budget_month", sum=say.money(month)))
        worth = [self._worth(kind) for kind in self._policy.worth]
        if worth:
            yield Line(key="worth", text=say("limits.worth", list=say.joined(worth)))

    def _worth(self, kind: RemedyKind) -> str:
        amount = self._policy.worth[kind]
        return self._say("limits.worth_one", kind=self._say(f"kinds.{kind}"), sum=self._giving.worth(amount))

    def approval(self) -> _Lines:
        """Who may approve what."""
        say, approval = self._say, self._policy.approval
        roles: list[str] = []
        for role, limit in approval.items():
            if limit is None:
                roles.append(say("approval.no_limit", role=say.role(role)))
            else:
                roles.append(say("approval.up_to", role=say.role(role), sum=say.money(limit)))
        yield Line(
            key="approval",
            text=say("approval.roles", list=say.joined(roles)) if roles else say("approval.anyone"),
        )
        if self._policy.owed:
            yield Line(
                key="owed_approval", text=say("approval.owed", role=say.role(self._policy.owed_approval))
            )
        if self._policy.deputy_approval is not None:
            yield Line(key="deputy", text=say("approval.deputy", sum=say.money(self._policy.deputy_approval)))

    def choices(self) -> _Lines:
        """How long we wait for a choice or an answer, and where codes come from."""
        say, policy = self._say, self._policy
        if policy.choice_within is not None:
            yield Line(key="choice", text=say("choices.within", span=say.span(policy.choice_within)))
        if policy.wait_for_answer is not None:
            yield Line(key="wait", text=say("choices.wait", span=say.span(policy.wait_for_answer)))
        if policy.codes is Codes.LOADED:
            yield Line(key="codes", text=say("choices.loaded"))
        elif policy.codes_valid is None:
            yield Line(key="codes", text=say("choices.ours"))
        else:
            yield Line(key="codes", text=say("choices.ours_valid", span=say.span(policy.codes_valid)))

    def signals(self) -> _Lines:
        """What a history shows, named by what happened, and what it changes."""
        for signal in self._policy.signals:
            text = self._say("signals.line", seen=self._seen(signal), then=self._then(signal.then))
            yield Line(key=f"signals.{signal.name}", text=sentence(text))

    def _seen(self, signal: Signal) -> str:
        least = signal.at_least is not None
        number = signal.at_least if signal.at_least is not None else signal.at_most or 0
        key = f"signals.{signal.count}_at_{'least' if least else 'most'}"
        seen = self._say.count(key, number, span=self._say.span(signal.within))
        if signal.after_remedy is None:
            return seen
        return self._say.count("signals.after_remedy", signal.after_remedy, seen=seen)

    def _then(self, then: Consequence) -> str:
        say = self._say
        flags = {
            "once": then.once,
            "never_raise": then.never_raise,
            "show_worth": then.show_worth,
            "sooner": then.sooner,
        }
        parts = [say(f"signals.{name}") for name, holds in flags.items() if holds]
        if then.proof:
            nouns = [self._conditions.noun(name) for name in then.proof]
            parts.append(say("signals.proof", facts=say.joined(nouns, "and")))
        if then.answer is not None:
            parts.append(say(f"outcome.{then.answer}"))
        if then.tier is not None:
            parts.append(say("outcome.tier", role=say.role(then.tier)))
        if then.exit:
            parts.append(say("signals.exit"))
        return say.joined(parts, "then")

    def deadlines(self) -> _Lines:
        """How soon somebody looks, the most urgent first."""
        say, deadlines = self._say, self._policy.deadlines
        found = [urgency for urgency in reversed(Urgency) if urgency in deadlines]
        if not found:
            return
        each = [
            say(
                "deadlines.one",
                span=say.span(deadlines[urgency]),
                urgency=say(f"urgencies.{urgency}"),
            )
            for urgency in found
        ]
        yield Line(key="deadlines", text=say("deadlines.line", list=say.joined(each, "or")))
        yield Line(key="deadlines.note", text=say("deadlines.note"))

    def hours(self) -> _Lines:
        """Opening hours, and who is on call."""
        say, hours = self._say, self._policy.hours
        if hours.week == ((WHOLE_DAY,),) * 7 and not hours.seasons:
            yield Line(key="hours", text=say("hours.always"))
        elif any(hours.week):
            yield Line(key="hours", text=sentence(say("hours.week", days=self._week(hours.week))))
        for season in hours.seasons:
            first, last = date(_A_LEAP_YEAR, *season.first), date(_A_LEAP_YEAR, *season.last)
            days = {
                "from_day": say.from_day(first, with_year=False),
                "to_day": say.to_day(last, with_year=False),
            }
            yield Line(
                key=f"hours.{first:%m-%d}",
                text=sentence(say("hours.season", days=self._week(season.week), **days)),
            )
        if hours.holidays is not None:
            yield Line(key="hours.holidays", text=say("hours.holidays", place=say.place(hours.holidays)))
        if hours.closed:
            stretches = [self._stretch(first, last) for first, last in hours.closed]
            yield Line(key="hours.closed", text=say("hours.closed", stretches=say.joined(stretches)))
        if hours.yearly_closed:
            days_off = [
                say.on_day(date(_A_LEAP_YEAR, *day), with_year=False) for day in sorted(hours.yearly_closed)
            ]
            yield Line(key="hours.patron", text=say("hours.yearly", days=say.joined(days_off)))
        if self._policy.on_call:
            turns = [
                say("hours.turn", when=self._turn(turn.days, turn.hours), names=say.joined(turn.names))
                for turn in self._policy.on_call
            ]
            yield Line(key="on_call", text=say("hours.on_call", list="; ".join(turns)))
        if "emergency" in self._policy.places:
            types = [self._conditions.complaint(name) for name in self._policy.emergency]
            yield Line(key="emergency", text=say("hours.emergency", types=say.joined(types, "or")))

    def _week(self, week: Week) -> str:
        """The days with the same hours together: "da lunedì a venerdì 9:00-13:00 e 14:30-18:30"."""
        parts: list[str] = []
        day = 0
        while day < len(week):
            last = day
            while last + 1 < len(week) and week[last + 1] == week[day]:
                last += 1
            if week[day]:
                times = self._say.joined([_times(interval) for interval in week[day]])
                parts.append(self._say("hours.day", days=self._days(range(day, last + 1)), times=times))
            day = last + 1
        return "; ".join(parts)

    def _days(self, days: Iterable[int]) -> str:
        say, found = self._say, sorted(days)
        if len(found) == 7:
            return say("hours.every_day")
        if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
            return say("hours.range", first=say.weekday(found[0]), last=say.weekday(found[-1]))
        return say.joined([say.weekday(day) for day in found])

    def _turn(self, days: Iterable[int], hours: Interval) -> str:
        found = sorted(days)
        if hours == WHOLE_DAY:
            return self._say("hours.at_all_times") if len(found) == 7 else self._days(found)
        return self._say("hours.day", days=self._days(found), times=_times(hours))

    def _stretch(self, first: date, last: date) -> str:
        say = self._say
        if first == last:
            return say.on_day(first)
        same_year = first.year == last.year
        start = say.from_day(first, with_year=not same_year)
        return say("hours.stretch", from_day=start, to_day=say.to_day(last))

    def facts(self, mark: str | None) -> _Lines:
        """What we presume, and what we ask of whom. `mark` is the fact whose mark stands on the rules."""
        say, facts = self._say, self._policy.facts
        if mark is not None:
            yield Line(key="facts.mark", text=say("asked.mark", fact=self._conditions.noun(mark)))
        asked: list[str] = []
        for spec in facts.values():
            if spec.ask is None:
                continue
            thing = self._giving.translated(spec.ask).partition(":")[0].strip()
            looks = Supplier.CUSTOMER not in spec.suppliers and spec.type is not FactType.TEXT
            asked.append(say("asked.look", thing=thing) if looks else thing)
        if asked:
            more = (say("asked.list", list="; ".join(asked)), say("asked.others"))
            yield Line(key="facts.ask", text=say("asked.ask"), more=more)
        presumed = [self._presumed(*one) for one in self._presumptions()]
        if presumed:
            yield Line(key="presume", text=say("presumed.line", list="; ".join(presumed)))

    def _presumptions(self) -> list[tuple[str, Operand, list[str | None]]]:
        """Each value that is presumed of a fact, with the complaint types for which it is."""
        found: list[tuple[str, Operand, list[str | None]]] = []
        for one in self._policy.presumptions:
            same = next((known for known in found if known[:2] == (one.fact, one.value)), None)
            if same is None:
                found.append((one.fact, one.value, [one.complaint_type]))
            else:
                same[2].append(one.complaint_type)
        return found

    def _presumed(self, fact: str, value: Operand, types: list[str | None]) -> str:
        clause = self._conditions.holds(fact, value)
        named = [self._conditions.complaint(name) for name in types if name is not None]
        if len(named) < len(types):
            return clause
        return self._say("presumed.one", clause=clause, types=self._say.joined(named))

    def manners(self) -> _Lines:
        """How customers are addressed, and how answers are signed."""
        say, policy = self._say, self._policy
        if policy.voice:
            voices = [
                say(
                    "manners.voice_one",
                    form=say.maybe(f"manners.voices.{form}") or form,
                    language=say.language_name(language),
                )
                for language, form in policy.voice.items()
            ]
            yield Line(key="voice", text=say("manners.voice", list=say.joined(voices)))
        yield Line(key="address", text=say(f"manners.address.{policy.address}"))
        fields = {"agent": say("manners.agent"), "business": say("manners.business")}
        yield Line(
            key="signature", text=say("manners.signature", signature=policy.signature.format(**fields))
        )


def _times(interval: Interval) -> str:
    """`9:00-13:00`; a night's end lies after midnight, on the next day."""
    return f"{_clock(interval.start)}-{_clock(interval.end)}"


def _clock(minute: int) -> str:
    hours, minutes = divmod(minute, 60)
    return f"{hours if hours <= 24 else hours - 24}:{minutes:02d}"
