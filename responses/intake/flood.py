"""Floods: somebody who writes without end is heard, but does not keep everybody else waiting.

Everything is stored. Beyond the limit the model and the agents see the words together after a pause,
instead of a new draft for each of them.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import Direction
from models.tables import Identity, Message

# A person who tells a long story in short lines stays well below; nobody types as fast for ten minutes.
MOST = 40
WITHIN = timedelta(minutes=10)


async def is_flooding(session: AsyncSession, identity: Identity, now: datetime) -> bool:
    """Whether this person has sent more than forty messages within ten minutes, the newest included."""
    recent = select(func.count()).where(
        Message.identity_id == identity.id,
        Message.direction == Direction.IN,
        Message.created_at > now - WITHIN,
    )
    return (await session.scalars(recent)).one() > MOST
