"""What a message means, said by the agent who has read it."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.acting import acting_on, done
from desk.context import Actor
from desk.refusals import refused
from models.labels import Act, Ask, Tone, Urgency
from responses.corrections import Labels, correct
from responses.errors import ResponsesError

router = APIRouter(prefix="/cases/{number:int}")


class Corrected(BaseModel):
    """A message, and all that is said of it."""

    message: str = Field(max_length=36, pattern=r"^[\w-]+$")
    act: Act
    complaint_types: list[Annotated[str, Field(max_length=200)]] = Field(max_length=200)
    tone: Tone
    urgency: Urgency
    asks: list[Ask] = Field(max_length=len(Ask))
    own_error: bool
    threat: bool | None = None

    @property
    def labels(self) -> Labels:
        """What is said, each label once."""
        return Labels(
            act=self.act,
            complaint_types=tuple(dict.fromkeys(self.complaint_types)),
            tone=self.tone,
            urgency=self.urgency,
            asks=tuple(dict.fromkeys(self.asks)),
            own_error=self.own_error,
            threat=self.threat,
        )


@router.post("/correct")
async def correct_message(visit: Actor, number: int, body: Corrected) -> JSONResponse:
    """Notes what the message means; where it waits for an answer, the case is decided anew."""
    types = visit.desk.road.policies.complaint_types
    try:
        async with acting_on(visit, number) as acting:
            anew = await correct(acting.session, acting.agent, acting.case, body.message, body.labels, types)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.corrected_anew" if anew else "done.corrected"))
