"""Ready answers: picked for a draft, saved from a case, accepted by an admin."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk.acting import Shown, acting_on, done
from desk.case_pages import case_by_number
from desk.context import Actor, Reader, Visit, admins_only
from desk.refusals import explained, refused
from models.clock import utcnow
from models.labels import Act
from models.states import Direction
from models.tables import Case, Draft
from responses.drafts.phrases import LANGUAGES
from responses.errors import BlockedError, ResponsesError
from responses.intake.filing import clean
from responses.knowledge.answering import use_answer
from responses.knowledge.file import HOUSE, MAX_ANSWER, MAX_QUESTION, Entry
from responses.knowledge.saved import (
    Passage,
    accept_entry,
    body_of,
    end_entry,
    passages,
    private_words,
    propose_entry,
    standing,
)
from responses.policy import PolicyFileError
from responses.proposed import composed_draft
from responses.views import view_case

router = APIRouter()
_DONE = ("saved", "accepted", "ended")


class Picked(Shown):
    """Which of the answers near the question."""

    answer: str


@router.post("/cases/{number:int}/answer")
async def pick(visit: Actor, number: int, picked: Picked) -> JSONResponse:
    """Puts another answer into the draft."""
    config = visit.desk.road.config
    try:
        async with acting_on(visit, number) as acting:
            if picked.bound is None:
                raise BlockedError("gone")
            await use_answer(acting.session, acting.agent, picked.bound, picked.answer, config.timezone)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.answer_picked"))


@router.get("/answers")
async def page(visit: Reader, done: str = "") -> HTMLResponse:
    """What waits for an admin, what was saved, and what stands in the file."""
    return await _list(visit, said=visit.words(f"answers.done.{done}") if done in _DONE else None)


@router.post("/answers/{entry_id}/accept")
async def accept(visit: Actor, entry_id: str) -> Response:
    """From now on drafts answer with it."""
    admins_only(visit)
    try:
        async with visit.desk.road.database.writing() as session:
            await accept_entry(session, visit.agent, clean(entry_id), utcnow())
    except BlockedError as error:
        return await _list(visit, problem=explained(visit, error)[1], status=409)
    return RedirectResponse("/answers?done=accepted", 303)


@router.post("/answers/{entry_id}/end")
async def end(visit: Actor, entry_id: str) -> Response:
    """It is given up, or never used."""
    admins_only(visit)
    try:
        async with visit.desk.road.database.writing() as session:
            await end_entry(session, visit.agent, clean(entry_id), utcnow())
    except BlockedError as error:
        return await _list(visit, problem=explained(visit, error)[1], status=409)
    return RedirectResponse("/answers?done=ended", 303)


@router.get("/cases/{number:int}/save-answer")
async def form(visit: Reader, number: int) -> HTMLResponse:
    """The form in which an answer of this case is made one for everybody."""
    async with visit.desk.road.database.reading() as session:
        case = await case_by_number(session, number)
        return await _form(
            session, visit, case, await _written(session, case, visit.desk.road.config.timezone)
        )


@router.post("/cases/{number:int}/save-answer")
async def save(request: Request, visit: Actor, number: int) -> Response:
    """Keeps it until an admin has looked at it; a mistake keeps what was typed."""
    sent = await request.form()
    asked = str(sent.get("language", HOUSE))
    language = asked if asked in LANGUAGES else HOUSE
    written = _Written(
        question=str(sent.get("question", "")),
        language=language,
        answer={name: str(sent.get(f"answer_{name}", "")) for name in (HOUSE, language)},
    )
    road = visit.desk.road
    try:
        async with acting_on(visit, number) as acting:
            await propose_entry(
                acting.session,
                acting.agent,
                acting.case,
                written.question,
                written.answer,
                road.filing.orders_in,
            )
    except BlockedError as error:
        async with road.database.reading() as session:
            case = await case_by_number(session, number)
            return await _form(session, visit, case, written, explained(visit, error)[1])
    return RedirectResponse("/answers?done=saved", 303)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Written:
    """What stands in the form; `language` is that of the case, beside the house's."""

    question: str
    language: str
    answer: dict[str, str]


async def _written(session: AsyncSession, case: Case, zone: ZoneInfo) -> _Written:
    """The customer's question and what we answered, as a beginning."""
    view = await view_case(session, case, zone)
    asked = [
        seen.message.text
        for seen in view.messages
        if seen.message.direction == Direction.IN
        and seen.assessment is not None
        and seen.assessment.act.label in (Act.QUESTION, Act.REQUEST)
    ]
    language, body = HOUSE, ""
    draft = view.draft
    if view.approval is not None:
        draft = await session.get_one(Draft, view.approval.draft_id)
    if draft is not None:
        composed = await composed_draft(session, draft)
        language, body = draft.language, body_of(draft.text, composed.parts if composed is not None else ())
    question = " ".join(asked[-1].split())[:MAX_QUESTION] if asked else ""
    return _Written(question=question, language=language, answer={HOUSE: "", language: body})


async def _form(
    session: AsyncSession, visit: Visit, case: Case, written: _Written, problem: str | None = None
) -> HTMLResponse:
    private = await private_words(session, case)
    marked: dict[str, list[Passage]] = {}
    for name, text in {"question": written.question, **written.answer}.items():
        cut = passages(text, private, visit.desk.road.filing.orders_in)
        if any(one.is_private for one in cut):
            marked[name] = cut
    return visit.page(
        "answer_form.html",
        status=200 if problem is None else 400,
        case=case,
        written=written,
        marked=marked,
        longest=MAX_ANSWER,
        longest_question=MAX_QUESTION,
        problem=problem,
    )


async def _list(
    visit: Visit, *, said: str | None = None, problem: str | None = None, status: int = 200
) -> HTMLResponse:
    async with visit.desk.road.database.reading() as session:
        saved = await standing(session)
    in_file: tuple[Entry, ...] = ()
    mistakes: list[str] = []
    if visit.desk.road.knowledge is not None:
        try:
            in_file = await visit.desk.road.knowledge.entries()
        except PolicyFileError as error:
            mistakes = [str(one) for one in error.problems]
    return visit.page(
        "answers.html",
        status=status,
        saved=saved,
        in_file=in_file,
        mistakes=mistakes,
        said=said,
        problem=problem,
    )
