"""How long a due case takes to become a card: from `triage_due_at` to the post accepted by Telegram.

Runs the program as it is (real model, SQLite, no debounce) against the double, one message at a time.

    .venv/bin/python -m benchmarks.card_latency
"""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.office import Office
from tests.telegram import Double, FaultProxy

MESSAGES = 30
SETTLE = 2.5  # seconds between messages, so that the pacing of one chat is not what is measured


def main() -> None:
    """Prints median and 95th percentile in milliseconds."""
    with tempfile.TemporaryDirectory() as folder, Double() as telegram, FaultProxy(telegram):
        office = Office(Path(folder) / "home", telegram, telegram.url)
        office.start()
        try:
            office.wait_until_ready()
            agent = office.hire("Giulia")
            before = len(telegram.requests("sendMessage", chat=agent))
            latencies = []
            for number in range(MESSAGES):
                customer = telegram.user(f"Cliente{number}", language="it")
                customer.send(f"Il pacco RS20{number:03d} è in ritardo di dieci giorni, che succede?")
                telegram.wait(
                    lambda seen=before: len(telegram.requests("sendMessage", chat=agent)) > seen or None,
                    timeout=30,
                )
                card = telegram.requests("sendMessage", chat=agent)[before]
                # The message is filed and falls due in one transaction, whose event carries the time.
                ((at,),) = office.ask(
                    "SELECT at FROM events WHERE action = 'message.filed' ORDER BY id DESC LIMIT 1"
                )
                due = datetime.fromisoformat(str(at)).replace(tzinfo=UTC).timestamp()
                accepted = time.time() - (time.monotonic() - card.at)
                latencies.append((accepted - due) * 1000)
                time.sleep(SETTLE)
                before = len(telegram.requests("sendMessage", chat=agent))
        finally:
            office.stop()
    ordered = sorted(latencies)
    print(f"messages: {len(ordered)}")
    print(f"median: {statistics.median(ordered):.0f} ms")
    print(f"95th percentile: {ordered[int(len(ordered) * 0.95) - 1]:.0f} ms")


if __name__ == "__main__":
    main()
