"""Where a job belongs: what goes to Telegram to the process that holds the bot, the rest to any worker."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from models.alarm import Alarm, Job
from models.database import Database
from models.tables import OutboxEntry, Update
from rimedio.duty import Duty

_BOTS_PREFIX = "telegram:"


class Place(StrEnum):
    """The queues in which alarms wait for a process that may work on them."""

    BOT = "bot"
    WORKER = "worker"


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Sorts alarms; `mine` are those that this process takes."""

    database: Database
    mine: frozenset[Place]

    async def of(self, alarm: Alarm) -> Place:
        """Where `alarm` must ring."""
        match alarm.job:
            case Job.PROCESS:
                query = select(Update.source).where(Update.id == alarm.row_id)
            case Job.DELIVER:
                query = select(OutboxEntry.chat_key).where(OutboxEntry.id == alarm.row_id)
            case _:
                return Place.WORKER
        async with self.database.reading() as session:
            key = (await session.scalars(query)).one_or_none() or ""
        return Place.BOT if key.startswith(_BOTS_PREFIX) else Place.WORKER


def places_for(duty: Duty, database: Database) -> Places | None:
    """The places of a process; None on SQLite, where one process has them all."""
    if database.is_sqlite:
        return None
    mine = {place for place, takes in ((Place.BOT, duty.sends), (Place.WORKER, duty.works)) if takes}
    return Places(database=database, mine=frozenset(mine))
