"""What an agent does with a case. Each answer says in a sentence what happened, or why it could not."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.acting import Acting, Shown, acting_on, done, text_as_draft
from desk.context import Actor
from desk.open_edits import forget_edit
from desk.refusals import refused
from desk.unsaid import asked_of, given_of
from models.clock import utcnow
from models.ids import new_id
from models.states import Direction
from models.tables import Agent, Message
from responses.approving.off_policy import MAX_REASON
from responses.approving.spending import ABOVE_BUDGET, decide_anew
from responses.approving.withholding import Meant, UnsaidError
from responses.cases import claim
from responses.checks.advising import may_overrule
from responses.errors import BlockedError, ResponsesError
from responses.events import record
from responses.intake.filing import clean
from responses.intake.transcripts import transcribe
from responses.people import holding
from responses.promises.word_given import Terms, WordGivenError
from responses.proposed import MAX_TEXT, proposed_draft
from responses.sending.rating import close_and_ask
from responses.sending.settling import settle as settle_doubt

router = APIRouter(prefix="/cases/{number:int}")


class Agreed(BaseModel):
    """By which day a promise without one is kept, and by whom; as proposed where nothing is said."""

    day: date | None = None
    owner: str | None = None


class Approved(Shown):
    """Why it goes out although it was not decided, what is meant by what it leaves out or promises, if asked.

    `terms` are of promises without a day, by key.
    """

    why: str | None = Field(default=None, max_length=4 * MAX_REASON)
    meant: dict[str, Meant] = Field(default_factory=dict, max_length=100)
    terms: dict[str, Agreed] = Field(default_factory=dict, max_length=100)


class OfWord(Shown):
    """The promise that is taken out of the text, by its key."""

    key: str


class PassedOn(Shown):
    """To whom; None for a supervisor."""

    to: str | None = None
    reason: str | None = Field(default=None, max_length=2000)


class Discarded(Shown):
    """Why."""

    reason: str | None = Field(default=None, max_length=2000)


class Forced(BaseModel):
    """Whether to take the case from who holds it."""

    force: bool = False


class Note(BaseModel):
    """Words among us."""

    text: str = Field(max_length=MAX_TEXT)


class Heard(BaseModel):
    """The words of a voice note."""

    message: str
    text: str = Field(max_length=4 * MAX_TEXT)


class Undone(BaseModel):
    """The approval to take back."""

    approval: str


class Settled(BaseModel):
    """What a person says of a sending that nobody could confirm."""

    outbox: str
    arrived: bool


@router.post("/approve")
async def approve(visit: Actor, number: int, shown: Approved) -> JSONResponse:
    """Sends exactly what stands in the box; a changed text becomes a draft first, in the same transaction."""
    road = visit.desk.road
    try:
        async with acting_on(visit, number) as acting:
            if not shown.text.strip():
                raise BlockedError("text_empty")
            bound = await text_as_draft(visit, acting, shown)
            if bound is None:
                raise BlockedError("text_empty")
            policy = await road.policies.in_force(
                acting.session, acting.case.audience, acting.case.incident_at
            )
            approval = await road.approvals.approve(
                acting.session,
                acting.agent,
                bound,
                policy.hours,
                shown.edit_reason,
                shown.why,
                shown.meant,
                {key: Terms(day=one.day, owner_id=one.owner) for key, one in shown.terms.items()},
            )
            by_hand = acting.case.answered_by_hand
    except ResponsesError as error:
        if isinstance(error, BlockedError) and error.reason == ABOVE_BUDGET:
            async with acting_on(visit, number) as acting:
                await decide_anew(acting.session, acting.case)
        if isinstance(error, BlockedError) and may_overrule(error):
            return refused(visit, error, overrule=True)
        if isinstance(error, UnsaidError):
            return refused(visit, error, unsaid=asked_of(visit, error))
        if isinstance(error, WordGivenError):
            return refused(visit, error, given=given_of(visit, error))
        return refused(visit, error)
    seconds = int(road.config.undo.total_seconds())
    return done(
        approval=approval.id,
        undo=seconds,
        filled=approval.filled_text,
        by_hand=by_hand,
        sentence=visit.words("done.recorded" if by_hand else "done.sending"),
    )


@router.post("/take-out")
async def take_out(visit: Actor, number: int, shown: OfWord) -> JSONResponse:
    """Takes a promise that the text makes by itself out of it; what is left stands in the box."""
    road = visit.desk.road
    try:
        async with acting_on(visit, number) as acting:
            bound = await text_as_draft(visit, acting, shown)
            if bound is None:
                raise BlockedError("text_empty")
            policy = await road.policies.in_force(
                acting.session, acting.case.audience, acting.case.incident_at
            )
            await road.approvals.take_out(acting.session, acting.agent, bound, shown.key, policy.hours)
            await forget_edit(acting)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("word_given.taken_out"))


@router.post("/undo")
async def undo(visit: Actor, number: int, body: Undone) -> JSONResponse:
    """Takes an approval back while nothing has left."""
    road = visit.desk.road
    try:
        async with acting_on(visit, number) as acting:
            draft = await road.approvals.undo(acting.session, acting.agent, body.approval)
            if draft is not None:
                await road.triage.show(acting.session, acting.case, draft)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.undone"))


@router.post("/discard")
async def discard(visit: Actor, number: int, shown: Discarded) -> JSONResponse:
    """Throws the draft away; the case waits for somebody to write."""
    try:
        async with acting_on(visit, number) as acting:
            if shown.bound is None:
                raise BlockedError("gone")
            await visit.desk.road.approvals.discard(
                acting.session, acting.agent, shown.bound, shown.reason, shown.edit_reason
            )
            await forget_edit(acting)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.discarded"))


@router.post("/pass-on")
async def pass_on(visit: Actor, number: int, shown: PassedOn) -> JSONResponse:
    """Hands the case on, with the text as it stands in the box."""
    road = visit.desk.road
    try:
        async with acting_on(visit, number) as acting:
            to = await acting.session.get(Agent, shown.to) if shown.to else None
            if shown.to and (to is None or to.removed_at is not None):
                raise BlockedError("gone")
            bound = shown.bound
            if shown.text.strip():
                bound = await text_as_draft(visit, acting, shown)
            await holding.pass_on(
                acting.session, acting.agent, acting.case, to=to, reason=shown.reason or None
            )
            if shown.reason and shown.reason.strip():
                _note(acting, shown.reason)
            await forget_edit(acting)
            await road.triage.show(
                acting.session,
                acting.case,
                await proposed_draft(acting.session, acting.case) if bound else None,
            )
    except ResponsesError as error:
        return refused(visit, error)
    whom = to.name if to is not None else visit.words("case.a_supervisor")
    return done(visit.words("done.passed_on", to=whom))


@router.post("/take-over")
async def take_over(visit: Actor, number: int, body: Forced) -> JSONResponse:
    """The agent goes on in person; no drafts until the case is given back."""
    try:
        async with acting_on(visit, number) as acting:
            taken_from = await holding.take_over(acting.session, acting.agent, acting.case, force=body.force)
    except ResponsesError as error:
        return refused(visit, error)
    if taken_from is not None:
        return done(visit.words("done.taken_from", name=taken_from.name))
    return done(visit.words("done.taken_over"))


@router.post("/give-back")
async def give_back(visit: Actor, number: int) -> JSONResponse:
    """Ends a take-over."""
    try:
        async with acting_on(visit, number) as acting:
            await holding.give_back(acting.session, acting.agent, acting.case)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.given_back"))


@router.post("/claim")
async def claim_case(visit: Actor, number: int, body: Forced) -> JSONResponse:
    """Holds the case for a quarter of an hour while a text is edited."""
    try:
        async with acting_on(visit, number) as acting:
            taken_from = await claim(acting.session, acting.case, acting.agent, force=body.force)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.taken_from", name=taken_from.name) if taken_from is not None else "")


@router.post("/note")
async def note(visit: Actor, number: int, body: Note) -> JSONResponse:
    """A note among us; the customer never sees it."""
    try:
        async with acting_on(visit, number) as acting:
            if not body.text.strip():
                raise BlockedError("text_empty")
            _note(acting, body.text)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.noted"))


@router.post("/transcribe")
async def transcribe_voice(visit: Actor, number: int, body: Heard) -> JSONResponse:
    """The words of a voice note, typed by who has listened to it."""
    try:
        async with acting_on(visit, number) as acting:
            case = await transcribe(acting.session, acting.agent, body.message, body.text)
            if case.id != acting.case.id:
                raise BlockedError("gone")
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.transcribed"))


@router.post("/close")
async def close_case(visit: Actor, number: int) -> JSONResponse:
    """Closes the case, unless a promise is open or a message is on its way."""
    try:
        async with acting_on(visit, number, erased_too=True) as acting:
            texts = visit.desk.road.texts
            await close_and_ask(acting.session, texts, acting.case, acting.agent.id)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.closed"))


@router.post("/settle")
async def settle(visit: Actor, number: int, body: Settled) -> JSONResponse:
    """A person says of an unconfirmed or failed sending that it arrived, or that it be sent again."""
    try:
        async with acting_on(visit, number) as acting:
            case = await settle_doubt(acting.session, acting.agent, body.outbox, arrived=body.arrived)
            if case.id != acting.case.id:
                raise BlockedError("gone")
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.arrived" if body.arrived else "done.again"))


def _note(acting: Acting, text: str) -> None:
    acting.session.add(
        Message(
            case_id=acting.case.id,
            identity_id=None,
            external_id=f"note:{new_id()}",
            direction=Direction.NOTE,
            text=clean(text).strip(),
            sent_at=utcnow(),
            sent_by=acting.agent.name,
        )
    )
    record(acting.session, acting.agent.id, "note.written", acting.case.id)
