"""The road as one value: what the bot and the desk are handed to do their part."""

from dataclasses import dataclass

from models.database import Database
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.intake.desk_cases import DeskCases
from responses.intake.files import FileStore
from responses.intake.filing import Filing
from responses.knowledge.entries import Knowledge
from responses.policies import PolicyBook
from responses.precedents import Precedents
from responses.sending.standing_texts import StandingTexts
from responses.triage import Triage


@dataclass(frozen=True, kw_only=True, slots=True)
class Road:
    """Everything between a stored message and a sent answer, wired once at the start.

    `knowledge` is what answers everyday questions, where there is such a thing.
    """

    database: Database
    config: RoadConfig
    filing: Filing
    triage: Triage
    approvals: Approvals
    policies: PolicyBook
    texts: StandingTexts
    files: FileStore
    desk_cases: DeskCases
    precedents: Precedents
    knowledge: Knowledge | None = None
