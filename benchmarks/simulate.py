"""How long `rimedio policy simulate` takes on generated cases, and how much memory.

A shop's two years: 60 % of the cases come from customers who write more than once, one in ten is taken up
again, a tenth is no complaint, who is abusive threatens, and what is known of a case has gaps. The sample
policy, signals included, is tried against itself with other sums.

    python -m benchmarks.simulate                      # 100,000 cases: the rules, the whole command, memory
    python -m benchmarks.simulate --measure command    # one of the three
    python -m benchmarks.simulate --write cases.csv    # the cases, as `rimedio classify` would write them

The whole command is a process of its own, from a file to tables; its seconds are those of the processor and
its memory the largest it ever had. For memory it reads a tenth of 50,000 rows, then all of them.
"""

import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from models.decision import FactValue
from models.money import Money
from responses.policy import Policy, load_policy_text
from responses.policy.records import Said
from responses.policy.replay import Past
from responses.policy.simulate import simulate

BEGIN = datetime(2024, 11, 1, 7, tzinfo=UTC)
MINUTES = 2 * 365 * 24 * 60
MEASURES = ("rules", "command", "memory")
FEW, MANY = 5_000, 50_000  # rows
TYPES = {
    "delivery_late": 30, "item_damaged": 15, "quality_below": 12, "refund_missing": 8, "item_wrong": 8,
    "billing_error": 7, "no_reply": 6, "service_down": 4, "booking_error": 3, "staff_conduct": 3,
    "promise_broken": 2, "unfair_terms": 1, "safety_privacy": 1,
}  # fmt: skip
TONES = {
    "calm": 30,
    "disappointed": 25,
    "frustrated": 20,
    "angry": 15,
    "worried": 6,
    "threatening": 3,
    "abusive": 1,
}
ASKS = {"refund": 4, "replacement": 2, "information": 3, "action": 4, "apology": 1, "cancellation": 1}


def main() -> None:
    """Prints the figures, or writes the cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--write", type=Path, help="a CSV to write, instead of measuring")
    parser.add_argument("--measure", choices=MEASURES, help="this alone")
    chosen = parser.parse_args()
    if chosen.write is not None:
        write(chosen.write, chosen.cases)
        return
    measures = [chosen.measure] if chosen.measure else MEASURES
    if "rules" in measures:
        policy, other = policies()
        report("one policy", chosen.cases, lambda: simulate(generated(chosen.cases), policy))
        report("two policies", chosen.cases, lambda: simulate(generated(chosen.cases), other, policy))
    if "command" in measures:
        told("the whole command, one policy", chosen.cases, *run(chosen.cases))
        told("the whole command, two policies", chosen.cases, *run(chosen.cases, compares=True))
    if "memory" in measures:
        (_, few), (_, many) = run(FEW), run(MANY)
        print(f"memory: {few} MB for {FEW:,} rows, {many} MB for {MANY:,}: {many / few:.2f} times as much")


def policies() -> tuple[Policy, Policy]:
    """The sample shop's, and one that gives more for long delays and less for what disappoints."""
    text = sample()
    return load_policy_text(text, "negozio.yaml"), load_policy_text(changed(text), "nuova.yaml")


def sample() -> str:
    """The rules of the sample shop."""
    return files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")


def changed(text: str) -> str:
    """The same rules with other sums."""
    text = text.replace("{voucher: 10 EUR}]}\n    promise", "{voucher: 15 EUR}]}\n    promise")
    return text.replace('{voucher: 15 EUR}]}\n    because: "se', '{voucher: 10 EUR}]}\n    because: "se')


def run(cases: int, *, compares: bool = False) -> tuple[float, int]:
    """The command as a user runs it: seconds of the processor, and the largest memory in MB."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "cases.csv", cases)
        (folder / "old.yaml").write_text(sample(), encoding="utf-8")
        (folder / "new.yaml").write_text(changed(sample()), encoding="utf-8")
        words = ["policy", "simulate", "cases.csv", "--policy", "new.yaml" if compares else "old.yaml"]
        words += ["--against", "old.yaml"] if compares else []
        # It runs in that folder; this one's packages are found all the same.
        surroundings = {**os.environ, "PYTHONPATH": str(Path.cwd()), "RIMEDIO_HOME": str(folder / "var")}
        process = subprocess.Popen(
            [sys.executable, "-m", "rimedio", *words],
            cwd=folder,
            env=surroundings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"rimedio {' '.join(words)}: ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def told(name: str, cases: int, seconds: float, peak: int) -> None:
    """Prints what a process of its own took."""
    print(
        f"{name}: {seconds:.1f} s of processor time, {cases / seconds:,.0f} cases/s, peak {peak} MB",
        flush=True,
    )


def report(name: str, cases: int, work: Callable[[], object]) -> None:
    """Runs it and prints what it took: by the clock, and of this process alone."""
    began, worked = time.perf_counter(), time.process_time()
    work()
    seconds, own = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name}: {seconds:.1f} s ({own:.1f} s of processor time), {cases / seconds:,.0f} cases/s, "
        f"peak so far {peak} MB",
        flush=True,
    )


def generated(count: int, seed: int = 7) -> Iterator[Past]:
    """The same cases for the same numbers, in the order of time."""
    dice = random.Random(seed)
    regulars = max(1, count // 8)
    open_cases: list[tuple[str, str, tuple[str, ...]]] = []
    for number, minute in enumerate(sorted(dice.randrange(MINUTES) for _ in range(count)), start=1):
        at = BEGIN + timedelta(minutes=minute)
        if open_cases and dice.random() < 0.1:
            case_id, customer, types = dice.choice(open_cases[-200:])
        else:
            known = dice.random() < 0.6
            customer = f"c{dice.randrange(regulars)}" if known else f"n{number}"
            case_id, types = f"#{number}", tuple(_several(dice, TYPES))
            open_cases.append((case_id, customer, types))
            open_cases = open_cases[-400:]
        act = dice.choices(("complaint", "request", "question", "praise"), (90, 4, 4, 2))[0]
        tone = dice.choices(list(TONES), list(TONES.values()))[0]
        urgency = dice.choices(("low", "normal", "high", "critical"), (10, 70, 18, 2))[0]
        yield Past(
            case_id=case_id,
            customer=customer,
            at=at,
            act=act,
            complaint_types=types if act == "complaint" else (),
            tone=tone,
            urgency=urgency,
            asks=tuple(_several(dice, ASKS)),
            own_error=dice.random() < 0.03,
            language=dice.choices(("it", "en", "de", "fr", "es"), (80, 8, 5, 4, 3))[0],
            facts=_facts(dice, case_id, at),
            said=(
                Said(
                    case_id=case_id,
                    at=at,
                    claim=act == "complaint",
                    critical=urgency == "critical",
                    threat=tone == "abusive",
                ),
            ),
        )


def _several(dice: random.Random, weights: dict[str, int]) -> list[str]:
    names = list(weights)
    drawn = dice.choices(names, list(weights.values()), k=2 if dice.random() < 0.12 else 1)
    return list(dict.fromkeys(drawn))


def _facts(dice: random.Random, case_id: str, at: datetime) -> dict[str, FactValue]:
    cents = int(min(dice.lognormvariate(8.4, 0.9), 200_000))
    values: dict[str, tuple[float, object]] = {
        "order_id": (0.85, f"RS{case_id}"),
        "order_value": (0.8, Money.from_minor(cents, "EUR")),
        "days_late": (0.6, Decimal(dice.randrange(20))),
        "fault": (0.4, dice.choices(("ours", "courier", "theirs"), (6, 3, 1))[0]),
        "within_two_years": (0.5, dice.random() < 0.95),
        "photo_shows_damage": (0.5, dice.random() < 0.8),
        "withdrawn_on": (0.3, (at - timedelta(days=dice.randrange(40))).date()),
        "overcharged": (0.3, Money.from_minor(dice.choice((0, 990, 1990)), "EUR")),
    }
    return {
        name: FactValue(value=value, source="book")
        for name, (share, value) in values.items()
        if dice.random() < share
    }


def write(path: Path, count: int) -> None:
    """The cases as a table with the columns that `rimedio classify` adds."""
    names = list(policies()[0].facts)
    labels = ["act", "complaint_types", "tone", "urgency", "asks", "own_error", "language", "needs_review"]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["ticket", "cliente", "data", *names, *labels])
        for past in generated(count):
            facts = [_cell(past.facts[name].value) if name in past.facts else "" for name in names]
            said = [past.act, "|".join(past.complaint_types), past.tone, past.urgency, "|".join(past.asks)]
            said += [_cell(past.own_error), past.language, "false"]
            table.writerow([past.case_id, past.customer, past.at.isoformat(), *facts, *said])


def _cell(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Money():
            return str(value.amount)
        case _:
            return str(value)


if __name__ == "__main__":
    main()
