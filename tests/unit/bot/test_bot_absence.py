"""Agents who go away and come back, in Telegram."""

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.decision import Role
from models.tables import Agent
from responses.notices import Notice, NoticeKind, tell_admins
from responses.people.presence import absences_from
from tests.bot_bench import BotBench


async def deputies(bench: BotBench) -> list[str | None]:
    async with bench.database.reading() as session:
        names = {agent.id: agent.name for agent in await session.scalars(select(Agent))}
        absences = (await absences_from(session, utcnow())).values()
        return [names.get(absence.deputy_id or "") for absence in absences]


@pytest.mark.parametrize(
    ("language", "command", "answer"),
    [
        pytest.param("it", "/assente 2096-12-24 2097-01-06 giulia", "dal 24/12/2096", id="italian"),
        pytest.param("it", "/assente 24/12/2096 6/1/2097 Giulia", "dal 24/12/2096", id="everyday dates"),
        pytest.param("en", "/away 2096-12-24 2097-01-06 Giulia", "from 24/12/2096", id="english"),
    ],
)
async def test_an_agent_says_when_they_are_away_and_who_stands_in(
    bench: BotBench, language: str, command: str, answer: str
) -> None:
    await bench.hire("Giulia")
    sara = await bench.hire("Sara", Role.SUPERVISOR, language=language)
    sara.send(command)
    said = await sara.sees(answer)
    assert "100 EUR" in said.text
    assert await deputies(bench) == ["Giulia"]


async def test_who_is_away_gets_no_card_until_they_are_back(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    today = utcnow().astimezone(bench.config.timezone).date()
    giulia.send(f"/assente {today} 2097-01-06")
    await giulia.sees("Non ti sostituisce nessuno")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await marta.sees("richiesta n.")
    assert not [seen for seen in giulia.messages() if "mai arrivato" in seen.text]
    giulia.send("/presente")
    await giulia.sees("Bentornato")
    await bench.card(giulia, "mai arrivato")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        pytest.param("/assente domani", "Non ho capito le date", id="no dates"),
        pytest.param("/assente 2096-12-24 2097-01-06 Nessuno", "nessun collega", id="unknown deputy"),
        pytest.param("/assente", "Per dire che sarai via", id="nothing said"),
        pytest.param("/presente", "Non risultavi assente", id="not away"),
    ],
)
async def test_what_makes_no_absence_is_explained(bench: BotBench, command: str, answer: str) -> None:
    giulia = await bench.hire("Giulia")
    giulia.send(command)
    await giulia.sees(answer)
    assert await deputies(bench) == []


async def test_an_admin_reads_a_notice_in_their_language(bench: BotBench) -> None:
    ada = await bench.hire("Ada", Role.ADMIN, language="en")
    notice = Notice(
        kind=NoticeKind.NOBODY_MAY_APPROVE,
        since=utcnow(),
        details={"number": "103", "count": "2", "role": "supervisor"},
    )
    async with bench.database.writing() as session:
        policy = await bench.road.policies.current(session)
        await tell_admins(
            session,
            notice,
            lambda agent: bench.bot.chat_key(agent.telegram_id or 0),
            policy.hours,
            utcnow(),
        )
    await ada.sees("Case no. 103 waits for approval (supervisor)")
    assert bench.telegram.violations == []
