"""Contents that nobody names: the program ended, or a person was erased, between keeping and writing down.

A store belongs to one database. So that a program which was started with a new one does not take all for
strays, the first day only notes that it was looked.
"""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.tables import Attachment, Setting, Update
from responses.intake.files import FileStore
from responses.privacy.erasure import is_used, keep_new_files_out

_DONE = "strays_done"
_AGE = timedelta(days=1)


async def remove_strays(database: Database, files: FileStore) -> int:
    """Once a day removes what has lain in the store for a day without a row that names it; how many."""
    today = utcnow().date().isoformat()
    async with database.reading() as session:
        done = await session.get(Setting, _DONE)
        if done is not None and done.value == today:
            return 0
        is_first = done is None
        named = set(await session.scalars(select(Attachment.stored_as).distinct()))
    old = [] if is_first else await asyncio.to_thread(files.older_than, utcnow() - _AGE)
    removed = 0
    async with database.writing() as session:
        await keep_new_files_out(session)
        for stored_as in old:
            if stored_as in named or await is_used(session, stored_as):
                continue
            waits = select(Update.id).where(
                Update.processed_at.is_(None), Update.raw.contains(stored_as, autoescape=True)
            )
            if (await session.execute(waits.limit(1))).first() is None:
                files.remove(stored_as)
                removed += 1
        await session.merge(Setting(name=_DONE, value=today))
    return removed
