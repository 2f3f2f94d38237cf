"""The queue: one line a case, the earliest deadline first."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.context import Reader, Visit, until_tonight
from desk.promise_lines import line_of
from models.clock import utcnow
from models.states import CaseState
from models.tables import Case, Customer
from responses.cases import WORKED_ON, waits_for_us
from responses.drafts.lines import offer_line
from responses.intake.samples import has_samples
from responses.people.agents import working_agents
from responses.promises.told import pressing_pledges
from responses.texts import shorten
from responses.views import QueueLine
from responses.views import queue as queue_lines

router = APIRouter()

LISTS: dict[str, tuple[CaseState, ...]] = {
    "waiting": (),
    "answered": (CaseState.ANSWERED, CaseState.WAITING_CUSTOMER),
    "promised": (CaseState.PROMISED,),
    "closed": (CaseState.CLOSED,),
    "spam": (CaseState.SPAM,),
    "all": tuple(CaseState),
}
"""The lists of cases by name; `waiting` is what waits for us, as `responses.views.queue` has it."""
_FOUND = 100
_MOST_PROMISES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What of the queue is to be seen; empty strings choose everything."""

    state: str = "waiting"
    q: str = ""
    type: str = ""
    tone: str = ""
    language: str = ""
    mine: bool = False

    @property
    def filtered(self) -> bool:
        """Whether anything but the list itself was chosen."""
        return bool(self.q or self.type or self.tone or self.language or self.mine)


def chosen(request: Request) -> Choice:
    """The choice in a request's address; what is unknown chooses nothing."""
    values = request.query_params
    state = values.get("state", "waiting")
    return Choice(
        state=state if state in LISTS else "waiting",
        q=values.get("q", "").strip()[:100],
        type=values.get("type", ""),
        tone=values.get("tone", ""),
        language=values.get("language", ""),
        mine=values.get("mine", "") == "1",
    )


Chosen = Annotated[Choice, Depends(chosen)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line as the page shows it."""

    line: QueueLine
    offer: str
    words: str
    types: tuple[str, ...]
    late: bool


@router.get("/queue")
async def page(visit: Reader, choice: Chosen) -> Response:
    """The whole page; a case's number typed into the search leads straight to the case."""
    number = choice.q.removeprefix("#")
    async with visit.desk.road.database.reading() as session:
        if number.isdecimal() and len(number) < 10:
            case = (
                await session.scalars(select(Case.number).where(Case.number == int(number)))
            ).one_or_none()
            if case is not None:
                return RedirectResponse(f"/cases/{case}", 303)
        values = await _values(session, visit, choice)
        hints = await _hints(session, visit)
    return visit.page("queue.html", **values, hints=hints)


@router.get("/queue/lines")
async def lines(visit: Reader, choice: Chosen) -> JSONResponse:
    """What of the page changes: the lines, the counts, and what is promised for today or late."""
    async with visit.desk.road.database.reading() as session:
        values = await _values(session, visit, choice)
    return JSONResponse(
        {
            "lines": visit.fragment("queue_lines.html", **values),
            "tabs": visit.fragment("queue_tabs.html", **values),
            "promises": visit.fragment("queue_promises.html", **values),
            "pressing": visit.pressing,
            "waiting": values["counts"]["waiting"],
            "said": f"{visit.words('lists.waiting')}: {values['counts']['waiting']}",
            "ready": visit.desk.model_ready(),
        }
    )


async def _values(session: AsyncSession, visit: Visit, choice: Choice) -> dict[str, Any]:
    everything = await found(session, choice)
    rows = [row_of(line, visit) for line in everything if fits(line, choice, visit)]
    types = sorted({name for line in everything for name in _types(line)})
    now, midnight = until_tonight(visit.desk)
    promised = await pressing_pledges(session, visit.agent, now, midnight)
    return {
        "promised": [line_of(pledge, visit, now) for pledge in promised[:_MOST_PROMISES]],
        "promises": len(promised),
        "rows": rows,
        "choice": choice,
        "counts": await counts(session),
        "types": types,
        "tones": sorted({line.assessment.tone.label for line in everything if line.assessment}),
        "languages": sorted({line.case.language for line in everything if line.case.language}),
        "lists": tuple(LISTS),
        "samples": await has_samples(session),
    }


async def found(session: AsyncSession, choice: Choice) -> list[QueueLine]:
    """The lines of the list; of a search, those whose customer's name has the words, in any state."""
    if not choice.q:
        return await queue_lines(session, LISTS[choice.state])
    pattern = f"%{choice.q.replace('%', '').replace('_', '')}%"
    query = (
        select(Case, Customer)
        .join(Customer, Customer.id == Case.customer_id)
        .where(Customer.name.ilike(pattern))
        .order_by(Case.id.desc())
        .limit(_FOUND)
    )
    known = {line.case.id: line for line in await queue_lines(session, tuple(CaseState))}
    pairs = (await session.execute(query)).all()
    return [known[case.id] if case.id in known else _bare(case, customer) for case, customer in pairs]


def _bare(case: Case, customer: Customer) -> QueueLine:
    return QueueLine(
        case=case,
        customer=customer,
        words="",
        last_at=case.created_at,
        assessment=None,
        decision=None,
        draft=None,
        holder=None,
        unconfirmed=case.flag == "unconfirmed",
        answer_owed=False,
    )


def fits(line: QueueLine, choice: Choice, visit: Visit) -> bool:
    """Whether the line passes the filters."""
    if choice.mine and visit.agent.id not in (line.case.claimed_by, line.case.passed_to):
        return False
    if choice.type and choice.type not in _types(line):
        return False
    if choice.tone and (line.assessment is None or line.assessment.tone.label != choice.tone):
        return False
    return not choice.language or line.case.language == choice.language


def row_of(line: QueueLine, visit: Visit) -> Row:
    """The line with its words for this reader."""
    due = line.case.due_at
    waits = line.case.state in WORKED_ON or line.answer_owed
    return Row(
        line=line,
        offer=offer_line(line.decision, visit.words.language) if line.decision is not None else "",
        words=shorten(" ".join(line.words.split()), 160),
        types=_types(line),
        late=waits and due is not None and due < utcnow(),
    )


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many cases each list has."""
    by_state = {
        CaseState(state): number
        for state, number in await session.execute(select(Case.state, func.count()).group_by(Case.state))
    }
    waiting = (await session.scalars(select(func.count()).select_from(Case).where(waits_for_us()))).one()
    numbers = {name: sum(by_state.get(state, 0) for state in states) for name, states in LISTS.items()}
    return numbers | {"waiting": waiting}


async def neighbours(session: AsyncSession, case: Case) -> tuple[int | None, int | None]:
    """The numbers of the cases before and after this one in the queue; from outside it, the first is next."""
    query = select(Case.number).where(waits_for_us()).order_by(Case.due_at.is_(None), Case.due_at, Case.id)
    numbers = list((await session.scalars(query)).all())
    if case.number not in numbers:
        return None, next(iter(numbers), None)
    place = numbers.index(case.number)
    before = numbers[place - 1] if place > 0 else None
    return before, numbers[place + 1] if place + 1 < len(numbers) else None


def _types(line: QueueLine) -> tuple[str, ...]:
    if line.decision is not None and line.decision.complaint_types:
        return tuple(line.decision.complaint_types)
    return tuple(label.label for label in line.assessment.complaint_types) if line.assessment else ()


async def _hints(session: AsyncSession, visit: Visit) -> list[tuple[str, str]]:
    """What is still to be done on a new desk: names of hints, and where they lead."""
    if visit.agent.role != "admin":
        return []
    hints = []
    if visit.desk.telegram() is None:
        hints.append(("telegram", "/colleagues"))
    if len(await working_agents(session)) == 1:
        hints.append(("colleagues", "/colleagues"))
    if visit.agent.password_hash is None:
        hints.append(("password", "/password"))
    if hints:
        hints.append(("rules", "/rules"))
    return hints
