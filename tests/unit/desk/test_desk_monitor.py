"""What machines are told: readiness, and figures that name nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from prometheus_client import Histogram
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from desk.app import create_monitor
from desk.monitor import Monitor
from models.database import Database
from models.states import OutboxState, Purpose
from models.tables import OutboxEntry, Rating
from responses.intake.inbox import receive
from rimedio.figures import count_figures
from tests.databases import open_sqlite
from tests.seed import seed_case, seed_draft

TOKEN = "a token of the tests"


@pytest_asyncio.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_sqlite(tmp_path / "test.sqlite")
    yield database
    await database.close()


def monitored(database: Database, *, token: str | None = None, model: bool = True) -> FastAPI:
    seconds = Histogram("rimedio_model_seconds", "Time", registry=None)
    seconds.observe(0.2)
    return create_monitor(
        Monitor(
            database=database,
            model_ready=lambda: model,
            telegram=lambda: None,
            bot=lambda: "waiting",
            token=token,
            own=[seconds],
            shared=lambda: count_figures(database),
        )
    )


async def ask(
    app: FastAPI, path: str, *, peer: str = "127.0.0.1", headers: dict[str, str] | None = None
) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        return await client.get(path, headers=headers)


async def figures(app: FastAPI) -> dict[tuple[str, ...], float]:
    answer = await ask(app, "/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_figures_are_what_the_database_holds_and_name_nobody(opened: Database) -> None:
    async with opened.writing() as session:
        case = await seed_case(session)
        await seed_draft(session, case)
        session.add(Rating(case_id=case.id, mark=4))
        session.add(Rating(case_id=(await seed_case(session)).id, mark=None))
        played = await seed_case(session)
        played.is_test = True
        session.add(Rating(case_id=played.id, mark=1))
        await receive(
            session,
            source="telegram:987654",
            external_id="1",
            chat_key="telegram:987654:5000000001",
            raw='{"text": "Il pacco"}',
            customer_says=True,
        )
        for number, state in enumerate((OutboxState.SENT, OutboxState.SENT, OutboxState.UNCONFIRMED)):
            session.add(
                OutboxEntry(
                    purpose=Purpose.STANDING,
                    dedupe_key=str(number),
                    chat_key="telegram:987654:5000000001",
                    content={},
                    state=state,
                )
            )
    app = monitored(opened)
    found = await figures(app)
    assert found["rimedio_received_total", "telegram"] == 1
    assert found["rimedio_sent_total", "standing"] == 2
    assert {key: found[key] for key in found if key[0] == "rimedio_rated"} == {("rimedio_rated", "4"): 1}
    assert found["rimedio_outbox", "unconfirmed"] == 1
    assert found["rimedio_oldest_seconds", "updates"] >= 0
    assert found["rimedio_oldest_seconds", "approval"] > 0
    assert found["rimedio_oldest_seconds", "outbox"] == 0
    assert found["rimedio_model_seconds_count",] == 1
    shown = (await ask(app, "/metrics")).text
    assert [secret for secret in ("987654", "5000000001", "pacco", "Marta") if secret in shown] == []


@pytest.mark.parametrize(
    ("token", "peer", "headers", "status"),
    [
        (None, "127.0.0.1", {}, 200),
        (None, "::1", {}, 200),
        (None, "192.0.2.7", {}, 403),
        (None, "127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 403),
        (None, "127.0.0.1", {"forwarded": "for=192.0.2.7"}, 403),
        (TOKEN, "192.0.2.7", {"authorization": f"Bearer {TOKEN}"}, 200),
        (TOKEN, "192.0.2.7", {"authorization": "Bearer guess"}, 403),
        (TOKEN, "127.0.0.1", {}, 403),
    ],
    ids=["here", "here6", "elsewhere", "through a proxy", "forwarded", "token", "wrong", "token missing"],
)
async def test_figures_are_for_this_machine_or_for_who_has_the_token(
    opened: Database, token: str | None, peer: str, headers: dict[str, str], status: int
) -> None:
    assert (
        await ask(monitored(opened, token=token), "/metrics", peer=peer, headers=headers)
    ).status_code == status


async def test_ready_means_model_and_database_of_this_version(opened: Database) -> None:
    ready = await ask(monitored(opened), "/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "database": "ok", "model": "loaded", "telegram": "off", "bot": "waiting"},
    )
    loading = await ask(monitored(opened, model=False), "/readyz")
    assert (loading.status_code, loading.json()["model"]) == (503, "loading")
    async with opened.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '20200101_old'"))
    old = await ask(monitored(opened), "/readyz")
    assert (old.status_code, old.json()["database"]) == (503, "outdated")


async def test_a_process_whose_database_is_gone_lives_and_is_not_ready() -> None:
    gone = Database("postgresql://nobody@127.0.0.1:1/none")
    app = monitored(gone)
    assert (await ask(app, "/healthz")).status_code == 200
    ready = await ask(app, "/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
    await gone.close()
