"""A hundred messages a second from three hundred chats for two minutes: what is lost, and how long it takes.

Runs the program with labels from a table in place of the model, so that what is measured is the road
itself; with `--model` the model reads as well, once in each worker. One process on SQLite; on PostgreSQL
(`--postgresql`) a web, a bot and two workers, or as many as `--workers` says.
Everything shares this machine with the double of Telegram. Latencies run from the stored update to the
draft that takes it into account; while a chat goes on writing its case is read again, so one draft may
answer several updates.

    .venv/bin/python -m benchmarks.load
    .venv/bin/python -m benchmarks.load --postgresql
    .venv/bin/python -m benchmarks.load --rate 10 --seconds 60 --model --patience 180
    .venv/bin/python -m benchmarks.load --rate 10 --seconds 60 --model --postgresql --workers 1

A rate is held where what is written is drafted as fast as it comes: "behind", the messages that wait for a
draft when the last is written, is then about what a few seconds bring. Where others use the machine as well,
what the program takes of the processor for a message says more than the time by the clock.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

from rimedio.model import Model
from tests.databases import start_postgres
from tests.e2e.quick_program import TableModel
from tests.processes import Cluster, until
from tests.telegram import Double, User

CHATS = 300
LOADED_WITHIN = 600.0

# The first draft of the case that is younger than the update and was composed with the update in it.
LATENCIES = """
    SELECT u.received_at, min(d.created_at) FROM updates u
    JOIN messages m ON m.update_id = u.id
    JOIN drafts d ON d.case_id = m.case_id AND d.created_at >= m.created_at
    WHERE m.direction = 'in' GROUP BY u.id, u.received_at
"""
DRAFTED = f"SELECT count(*) FROM ({LATENCIES}) AS drafted"
WAITING = (
    "SELECT (SELECT count(*) FROM updates WHERE processed_at IS NULL)"
    " + (SELECT count(*) FROM cases WHERE triage_due_at IS NOT NULL)"
)


def main() -> None:
    """Prints the figures; an error where a message is missing or out of order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--postgresql", action="store_true", help="several processes on PostgreSQL")
    parser.add_argument("--workers", type=int, default=2, help="workers on PostgreSQL (2)")
    parser.add_argument("--model", action="store_true", help="with the real model")
    parser.add_argument("--rate", type=float, default=100.0, help="messages a second (100)")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long they write (120)")
    parser.add_argument("--debounce", default="0", help="seconds that a case waits for more words (0)")
    parser.add_argument("--patience", type=float, default=1800.0, help="seconds until all is drafted (1800)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Double() as telegram, database(folder, chosen) as url:
        model = Model if chosen.model else TableModel
        cluster = Cluster(Path(folder), telegram, url, model=model, RIMEDIO_DEBOUNCE=chosen.debounce)
        try:
            cluster.command("db", "upgrade")
            several = ("web", "bot", *["worker"] * chosen.workers)
            for duty in several if chosen.postgresql else ("run",):
                cluster.start(duty)
            cluster.hire("Giulia")
            if chosen.model:
                wait_for_models(cluster)
            print(f"load average of the machine: {loads()} before", flush=True)
            began, used = time.monotonic(), processor_seconds(cluster)
            written = write(telegram, chosen.rate, chosen.seconds)
            wrote = time.monotonic() - began
            total = sum(map(len, written.values()))
            behind = total - cluster.number(DRAFTED)
            told = f"behind then: {behind}; load average {loads()}"
            print(f"written: {total} in {wrote:.0f} s; {told}", flush=True)
            try:
                wait_until_drafted(cluster, chosen.patience)
            except AssertionError:
                tell_used(cluster, used)
                raise
            settled = time.monotonic() - began
            tell_used(cluster, used)
            report(cluster, written, settled)
        finally:
            cluster.end()


@contextmanager
def database(folder: str, chosen: argparse.Namespace) -> Iterator[str | None]:
    """The address of a PostgreSQL of its own, or None."""
    if not chosen.postgresql:
        yield None
        return
    for server in start_postgres(Path(folder) / "postgresql"):
        yield server.new_url()


def write(telegram: Double, rate: float, seconds: float) -> dict[int, list[str]]:
    """Has people write at a steady rate, one after another in ever new orders; what each has written.

    In two minutes everybody writes forty: one more, and they would be taken for somebody who floods.
    """
    rng = Random(7)
    people = [telegram.user(f"Cliente {number}", language="it") for number in range(CHATS)]
    written: dict[int, list[str]] = defaultdict(list)
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        if number % CHATS == 0:
            rng.shuffle(people)
        person: User = people[number % CHATS]
        text = f"Il pacco {number} non è arrivato"
        written[person.id].append(text)
        person.send(text)
    return written


def wait_for_models(cluster: Cluster) -> None:
    """Loading takes seconds, on a busy machine minutes, and is no part of what a running desk takes."""
    reading = [running for running in cluster.running if running.duty in ("run", "worker")]
    until(
        lambda: all("model.loaded" in running.log.read_text() for running in reading),
        "the models are loaded",
        patience=LOADED_WITHIN,
    )


def processor_seconds(cluster: Cluster) -> float:
    """What the program's processes have taken so far; the database of PostgreSQL is none of them."""
    ticks = os.sysconf("SC_CLK_TCK")
    stats = [Path(f"/proc/{running.pid}/stat").read_text() for running in cluster.running]
    # Behind the name, which may hold anything, the twelfth and the thirteenth are user and system time.
    spent = [stat.rpartition(")")[2].split()[11:13] for stat in stats]
    return sum(int(user) + int(system) for user, system in spent) / ticks


def tell_used(cluster: Cluster, before: float) -> None:
    """Prints what the processor took since it had taken `before`; nothing where a process has died."""
    if dead := [running.duty for running in cluster.running if running.exit_code is not None]:
        print(f"ended by itself: {', '.join(dead)}", flush=True)
        return
    used, drafted = processor_seconds(cluster) - before, cluster.number(DRAFTED)
    rate = drafted / max(used, 0.01)
    print(f"{drafted} drafted in {used:.0f} s of the processor, {rate:.1f} a second of it", flush=True)


def loads() -> str:
    """How many processes have wanted a processor of this machine in the last minute and in the last five."""
    one, five, _ = os.getloadavg()
    return f"{one:.1f} (1 min), {five:.1f} (5 min)"


def wait_until_drafted(cluster: Cluster, patience: float) -> None:
    """Cards are not waited for: Telegram takes one a second for each agent, whatever we do."""
    until(lambda: cluster.telegram.all_acknowledged, "all is acknowledged", patience=patience)
    until(lambda: cluster.number(WAITING) == 0, "all is drafted", patience=patience)


def report(cluster: Cluster, written: dict[int, list[str]], settled: float) -> None:
    """Compares what was kept with what was written, and prints how long it took."""
    kept: dict[int, list[str]] = defaultdict(list)
    for person, text in cluster.ask(
        "SELECT i.external_id, m.text FROM messages m JOIN identities i ON i.id = m.identity_id "
        "WHERE m.direction = 'in' AND m.case_id IS NOT NULL ORDER BY m.id"
    ):
        kept[int(str(person))].append(str(text))
    if kept != written:
        raise SystemExit("a message is missing, there twice, or out of order")
    waits = sorted(
        (moment(drafted) - moment(stored)).total_seconds() for stored, drafted in cluster.ask(LATENCIES)
    )
    print(f"messages from {len(written)} chats, all kept, in order")
    print(f"drafts: {cluster.number('SELECT count(*) FROM drafts')}")
    print(f"everything drafted after: {settled:.0f} s")
    print(
        f"stored update to draft: median {statistics.median(waits):.2f} s, "
        f"95th percentile {waits[int(len(waits) * 0.95) - 1]:.2f} s, longest {waits[-1]:.2f} s"
    )


def moment(value: object) -> datetime:
    """A time as one driver gives it, or as text from the other."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


if __name__ == "__main__":
    main()
