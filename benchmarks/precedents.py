"""How long precedents take to find among answered cases, and how much memory they keep. SQLite, made-up rows.

.venv/bin/python -m benchmarks.precedents --cases 20000
"""

import argparse
import asyncio
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from models.clock import utcnow
from models.database import Database, sqlite_url
from models.decision import Decision, DecisionKind
from models.ids import new_id
from models.serial import to_json
from models.states import CaseState, Direction, DraftState, Verdict
from models.tables import Agent, Approval, Case, Customer, DecisionRow, Draft, EmbeddingRow, Identity, Message
from models.upgrade import upgrade
from responses.policies import PolicyBook
from responses.precedents import Precedents

_SHA = "a" * 64


def main() -> None:
    """Prints the times of a first look, of one with everything in memory, and the memory that was taken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    asyncio.run(measure(parser.parse_args().cases))


async def measure(cases: int) -> None:
    """Makes the rows and looks for precedents of the last case."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "bench.sqlite"))
        await upgrade(database)
        last = await fill(database, cases)
        precedents = Precedents(PolicyBook())
        before = resident()
        for look in ("first", "second", "third"):
            begin = time.perf_counter()
            async with database.reading() as session:
                found = await precedents.nearest(session, await session.get_one(Case, last))
            print(f"{look} look: {(time.perf_counter() - begin) * 1000:.0f} ms, {len(found)} found")
        print(f"{cases} answered cases: {(resident() - before) / 1e6:.0f} MB more")
        await database.close()


def resident() -> int:
    """Bytes of memory that this process has now; Linux only."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def fill(database: Database, cases: int) -> str:
    """Answered cases with one message each; returns the id of the last, which has no answer."""
    rng = np.random.default_rng(0)
    decision = to_json(
        Decision(kind=DecisionKind.OFFER, policy="p", policy_sha256=_SHA, complaint_types=(), rule_ids=("r",))
    )
    now = utcnow() - timedelta(days=1)
    rows: dict[type, list[dict[str, object]]] = {
        table: [] for table in (Customer, Identity, Case, Message, EmbeddingRow, DecisionRow, Draft, Approval)
    }
    agent = new_id()
    for number in range(cases + 1):
        person, identity, case, message, decided, draft = (new_id() for _ in range(6))
        vector = rng.standard_normal(384).astype(np.float32)
        vector /= np.linalg.norm(vector)
        rows[Customer].append({"id": person, "language": "it"})
        rows[Identity].append(
            {
                "id": identity,
                "customer_id": person,
                "channel": "web",
                "external_id": person,
                "chat_key": person,
            }
        )
        rows[Case].append(
            {
                "id": case,
                "number": number + 101,
                "customer_id": person,
                "identity_id": identity,
                "channel": "web",
                "chat_key": person,
                "revision": 1,
                "state": CaseState.ANSWERED,
            }
        )
        rows[Message].append(
            {
                "id": message,
                "case_id": case,
                "identity_id": identity,
                "direction": Direction.IN,
                "kind": "text",
                "text": f"messaggio {number}",
                "sent_at": now,
                "created_at": now,
            }
        )
        rows[EmbeddingRow].append(
            {
                "id": new_id(),
                "message_id": message,
                "vector": vector.astype(np.float16).tobytes(),
                "encoder": "e",
            }
        )
        rows[DecisionRow].append(
            {
                "id": decided,
                "case_id": case,
                "revision": 1,
                "kind": "offer",
                "tier": "agent",
                "content": decision,
                "policy_sha256": _SHA,
                "inputs_sha256": _SHA,
            }
        )
        if number == cases:
            continue
        rows[Draft].append(
            {
                "id": draft,
                "case_id": case,
                "decision_id": decided,
                "revision": 1,
                "kind": "offer",
                "language": "it",
                "text": "testo",
                "parts": [],
                "findings": [],
                "sha256": _SHA,
                "state": DraftState.APPROVED,
            }
        )
        rows[Approval].append(
            {
                "id": new_id(),
                "case_id": case,
                "draft_id": draft,
                "agent_id": agent,
                "verdict": Verdict.SEND,
                "revision": 1,
                "sha256": _SHA,
                "created_at": now,
            }
        )
    async with database.writing() as session:
        await session.execute(insert(Agent), [{"id": agent, "name": "Giulia", "role": "agent"}])
        for table, some in rows.items():
            await session.execute(insert(table), some)
    return str(rows[Case][-1]["id"])


if __name__ == "__main__":
    main()
