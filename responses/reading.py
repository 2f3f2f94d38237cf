"""Reading a case: its open messages, and what each means, to the classifier or to an agent who has spoken."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment, Classify
from models.clock import utcnow
from models.database import Database
from models.once import insert_once
from models.serial import to_json
from models.tables import AssessmentRow, Attachment, Case, Customer, Identity, Message
from responses.cases import matter_and_open
from responses.corrections import understood
from responses.intake.incoming import MessageKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A case as it was read at one revision.

    `messages` are those of the matter, since our last answer that settled it; `fresh` are those among them
    that nobody has answered in any way. `assessed` maps message ids; files alone have no entry. `pictured`
    are the ids of messages with a photo, a picture sent as a file, or a video; `by_an_agent` those of
    messages whose meaning an agent has said, `only_answers` those that only answer a question of ours.
    """

    case: Case
    revision: int
    customer: Customer
    identity: Identity
    messages: tuple[Message, ...]
    fresh: tuple[Message, ...]
    assessed: dict[str, Assessment]
    pictured: frozenset[str]
    by_an_agent: frozenset[str] = frozenset()
    only_answers: frozenset[str] = frozenset()

    @property
    def found(self) -> list[Assessment]:
        """The assessments in the order of their messages."""
        return self._read(self.messages)

    @property
    def found_fresh(self) -> list[Assessment]:
        """The same of the fresh ones."""
        return self._read(self.fresh)

    @property
    def read_fresh(self) -> list[tuple[str, Assessment]]:
        """The texts of the fresh messages that were read, each with its assessment."""
        return [(one.text, self.assessed[one.id]) for one in self.fresh if one.id in self.assessed]

    @property
    def counted(self) -> list[Assessment]:
        """The assessments that make the matter."""
        return counted(self.messages, self.assessed, self.only_answers)

    @property
    def counted_fresh(self) -> list[Assessment]:
        """Those of the fresh messages among them; none where these only answer."""
        return self._read([message for message in self.fresh if message.id not in self.only_answers])

    def _read(self, messages: Sequence[Message]) -> list[Assessment]:
        return [self.assessed[message.id] for message in messages if message.id in self.assessed]

    @property
    def has_files(self) -> bool:
        """Whether anything but words came: a photo, a voice note, something unreadable."""
        return any(message.kind != "text" for message in self.messages)

    @property
    def has_pictures(self) -> bool:
        """Whether anything came that shows what it is about; a sticker or a voice note does not."""
        return bool(self.pictured)


def counted(
    messages: Sequence[Message], read: Mapping[str, Assessment], only_answers: Collection[str]
) -> list[Assessment]:
    """What of a case's messages makes the matter: all but the answers, or all where nothing else is left."""
    known = [message.id for message in messages if message.id in read]
    return [read[one] for one in known if one not in only_answers] or [read[one] for one in known]


async def read_case(
    database: Database, classify: Classify, case_id: str, *, only_due: bool = False
) -> Reading | None:
    """Reads a case; messages not assessed yet are classified, outside any transaction, and stored.

    None where there is no such case or, with `only_due`, where it is not due to be decided.
    """
    async with database.reading() as session:
        case = await session.get(Case, case_id)
        if case is None:
            return None
        if only_due and (case.triage_due_at is None or case.triage_due_at > utcnow()):
            return None
        messages, unanswered = await matter_and_open(session, case_id)
        open_ids = {message.id for message in unanswered}
        known = await understood(session, [message.id for message in messages])
        pictured = await pictured_among(session, messages)
        customer = await session.get_one(Customer, case.customer_id)
        identity = await session.get_one(Identity, case.identity_id)
    assessed = {message_id: one.assessment for message_id, one in known.items()}
    unread = [message for message in messages if message.id not in assessed and message.text.strip()]
    if unread:
        found = await classify([message.text for message in unread], [message.sent_at for message in unread])
        fresh = {message.id: one for message, one in zip(unread, found, strict=True)}
        async with database.writing() as session:
            # What was erased while it was being read is not to come back as what was read out of it.
            said = select(Message.id).where(Message.id.in_(fresh), Message.text != "").with_for_update()
            for message_id in (await session.scalars(said)).all():
                assessment = fresh[message_id]
                await insert_once(
                    session,
                    AssessmentRow,
                    message_id=message_id,
                    fields=to_json(assessment),
                    needs_review=assessment.needs_review,
                    encoder=assessment.encoder,
                    heads=assessment.heads,
                )
        assessed |= fresh
    return Reading(
        case=case,
        revision=case.revision,
        customer=customer,
        identity=identity,
        messages=tuple(messages),
        fresh=tuple(message for message in messages if message.id in open_ids),
        assessed=assessed,
        pictured=pictured,
        by_an_agent=frozenset(one for one, said in known.items() if said.corrected_by is not None),
    )


async def pictured_among(session: AsyncSession, messages: Sequence[Message]) -> frozenset[str]:
    """The ids of the messages with a photo, a picture sent as a file, or a video."""
    query = select(Attachment.message_id).where(
        Attachment.message_id.in_([message.id for message in messages]),
        or_(
            Attachment.kind.in_(("photo", "video", "video_note")),
            (Attachment.kind == "document")
            & or_(
                Attachment.mime.startswith("image/"),
                Attachment.mime.startswith("video/"),
                # A bill or a receipt comes like this, and what is shown by a photo may be scanned.
                Attachment.mime == "application/pdf",
            ),
        ),
    )
    filed = set((await session.scalars(query)).all())
    return frozenset(filed | {message.id for message in messages if message.kind == MessageKind.PHOTO})
