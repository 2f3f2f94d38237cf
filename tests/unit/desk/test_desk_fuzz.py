"""Requests made up from the application's own description: whatever comes, nobody gets a 5xx.

`FUZZ_REQUESTS` says how many, new ones each time; `make fuzz` sends twenty thousand. Without it the same
six hundred are sent every time, so that an unrelated change is never stopped by what it did not do.
"""

import asyncio
import os
import shutil
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from desk.security import SESSION_COOKIE, VISITOR_COOKIE
from models.database import Database, sqlite_url
from responses.people.agents import agent_by_name, open_session
from tests.unit.desk.conftest import BASE, House

with warnings.catch_warnings():
    # What it imports warns of what it imports in its turn.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import Case, GenerationMode

NEW = "FUZZ_REQUESTS" in os.environ
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "600"))
_ENDLESS = {"/live", "/chat/live"}
_FIELDS = "name password role language old new again text channel at sure csrf id"
_EVERY = 40
"""After so many requests a customer writes again, so that there is something to act upon."""
FORMS = st.dictionaries(st.sampled_from(_FIELDS.split()), st.text(max_size=40), max_size=5)
SENDERS = st.sampled_from(["Giulia", "Marco", "visitor", "nobody"])


class Sender:
    """Sends what was made up, each time as one of the people there are, and counts the answers."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.house = House(Database(sqlite_url(path)), folder)
        self.answers: Counter[int] = Counter()

    async def send(self, case: Case, who: str, form: dict[str, str], *, known: bool) -> httpx.Response:
        if self.answers.total() % _EVERY == 0:
            await self.house.said("Il pacco RS20418 non è arrivato, dov'è?", visitor="v1")
        request = self._request(case, form, known=known)
        headers, cookies = await self._passes(who)
        transport = httpx.ASGITransport(self.house.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=cookies) as client:
            answer = await client.request(**request, headers=headers)
        self.answers[answer.status_code] += 1
        return answer

    def _request(self, case: Case, form: dict[str, str], *, known: bool) -> dict[str, Any]:
        made = case.as_transport_kwargs(base_url=BASE)
        path = made["url"].removeprefix(BASE)
        if known:
            path = case.path.replace("{number}", "101").replace("{name}/{language}", "receipt/it")
        body = {"json": made["json"]} if "json" in made else {"data": form} if case.method == "POST" else {}
        query = made.get("params") or {}
        return {"method": case.method, "url": path, "params": query, **body}

    async def _passes(self, who: str) -> tuple[dict[str, str], dict[str, str]]:
        seal = self.house.app.state.desk.seal
        if who == "nobody":
            return {}, {}
        if who == "visitor":
            return {"X-CSRF-Token": seal.token("v1")}, {VISITOR_COOKIE: seal.visitor_cookie("v1")}
        async with self.house.database.writing() as session:
            token, _ = await open_session(session, await agent_by_name(session, who))
        return {"X-CSRF-Token": seal.token(token)}, {SESSION_COOKIE: token}


def made_up(app: Any) -> st.SearchStrategy[Case]:
    """Requests for every address: such as the description allows, and such as it does not."""
    schema = schemathesis.openapi.from_dict(app.openapi())
    operations = [found.ok() for found in schema.get_all_operations()]
    sent = [one for one in operations if one.path not in _ENDLESS and one.path != "/colleagues/remove"]
    assert len(sent) >= 35
    right = [one.as_strategy(GenerationMode.POSITIVE) for one in sent]
    wrong = [one.as_strategy(GenerationMode.NEGATIVE) for one in sent if one.body]
    return st.one_of(*right, *wrong)


@pytest.mark.slow
def test_no_request_gets_a_server_error(furnished: Path, tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    shutil.copyfile(furnished, path)
    with asyncio.Runner() as runner:
        sender = Sender(path, tmp_path)

        @settings(
            max_examples=REQUESTS,
            derandomize=not NEW,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            # Each request meets the desk as those before it left it: repeating one alone shows nothing.
            phases=[Phase.generate],
        )
        @given(made_up(sender.house.app), SENDERS, FORMS, st.booleans())
        def send(case: Case, who: str, form: dict[str, str], known: bool) -> None:
            answer = runner.run(sender.send(case, who, form, known=known))
            assert answer.status_code < 500 or answer.url.path == "/readyz", str(answer.request)

        try:
            send()
        finally:
            runner.run(sender.house.database.close())
    print(f"\n{sender.answers.total()} requests: {dict(sorted(sender.answers.items()))}")  # noqa: T201
    assert sender.answers.total() >= REQUESTS * 0.9
