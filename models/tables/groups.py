"""The group in which agents work together, and its topics."""

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.states import TopicState
from models.tables.base import Base, Id, one_of, ref


class AgentsGroup(Base):
    """The agents' group of one bot (`source` is `telegram:<bot id>`): there is one at most."""

    __tablename__ = "agents_groups"

    source: Mapped[str] = mapped_column(primary_key=True)
    chat_key: Mapped[str] = mapped_column(unique=True)
    has_topics: Mapped[bool]
    set_by: Mapped[str] = mapped_column(ref("agents.id"))
    set_at: Mapped[datetime] = mapped_column(default=utcnow)


class Topic(Base):
    """A case's topic in a group. The row is there before Telegram is asked for the topic.

    `name` is what it was asked for with: by it a topic is recognised whose number we never got to know.
    """

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("case_id", "chat_key"), one_of("state", TopicState))

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"))
    chat_key: Mapped[str]
    name: Mapped[str]
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[TopicState] = mapped_column(String(16), default=TopicState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
