"""Similar cases, behind a card's button: what each was about, what it got and when.

Written when it is sent: the outbox keeps no words of other customers, and what was erased is not shown.
"""

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession

from bot.posts import post
from bot.words import Words, words_for, words_in
from models.tables import Agent, Case
from responses.approving.rights import own_case
from responses.drafts.numbers import locale_of
from responses.errors import NotAllowedError
from responses.people.agents import working_agents
from responses.precedents import Precedent
from responses.road import Road
from responses.texts import shorten

_MAX_SAID = 120
_MAX_GOT = 200


async def tell_similar(
    session: AsyncSession, agent: Agent, reader: Agent | None, chat_key: str, case: Case, reply_to: int | None
) -> None:
    """Puts the similar cases into the outbox, for `reader` or (None) for the agents' group.

    Raises:
        NotAllowedError: `own_case`.
    """
    if await own_case(session, agent, case):
        raise NotAllowedError("own_case")
    await post(
        session,
        chat_key,
        "",
        case_id=case.id,
        reply_to=reply_to,
        similar=case.id,
        to=reader.id if reader is not None else None,
    )


async def similar_text(session: AsyncSession, road: Road, case_id: str, to: str | None) -> str:
    """What is to be said now. Nobody is told of a case in which they are the customer."""
    reader = await session.get_one(Agent, to) if to is not None else None
    words = words_for(reader) if reader is not None else words_in(road.config.language)
    readers = [reader] if reader is not None else await working_agents(session)
    case = await session.get_one(Case, case_id)
    found = await road.precedents.nearest(session, case, readers)
    if not found:
        return words("no_similar", number=case.number)
    lines = [_told(one, words, road) for one in found]
    return "\n\n".join([words("similar_to", number=case.number), *lines])


def _told(one: Precedent, words: Words, road: Road) -> str:
    at = one.at.astimezone(road.config.timezone)
    more = [words("similar_edited")] * one.edited + [words("similar_other_rule")] * (not one.same_rule)
    line = words(
        "similar_line",
        number=one.number,
        day=format_date(at, "d MMM y", locale=locale_of(words.language)),
        got=shorten(one.got(words.language), _MAX_GOT),
    )
    said = shorten(" ".join(one.words.split()), _MAX_SAID)
    return "\n".join([" · ".join([line, *more]), f"«{said}»"])
