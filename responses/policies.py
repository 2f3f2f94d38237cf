"""The policy files ever in force, and which of them judges a case."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.labels import ComplaintType
from models.once import insert_once
from models.tables import PolicyVersion
from responses.errors import ResponsesError
from responses.events import record
from responses.policy import Policy, PolicyFileError, load_policy_text


class NoPolicyError(ResponsesError):
    """No policy for this audience was ever loaded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What came of loading files: the names of those newly in force or waiting, and those refused."""

    new: tuple[str, ...]
    refused: tuple[PolicyFileError, ...]


class _AsAccepted(tuple[str, ...]):
    """The complaint types of a version in the database: whatever it names, the heads of its time told."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)


class PolicyBook:
    """Every version ever loaded, whole, in the database; parsed once each.

    `complaint_types` are the types that a policy or an agent may name: those that the classifier tells.
    """

    def __init__(self, complaint_types: Collection[str] = tuple(ComplaintType)) -> None:
        self.complaint_types = complaint_types
        self._parsed: dict[str, Policy] = {}

    async def load(self, session: AsyncSession, files: Mapping[str, str]) -> Loaded:
        """Stores what is new among `files` (name to text). An invalid one leaves the old version in force."""
        new, refused = [], []
        for name, text in files.items():
            try:
                policy = load_policy_text(text, name, self.complaint_types)
            except PolicyFileError as error:
                refused.append(error)
                continue
            stored = await insert_once(
                session,
                PolicyVersion,
                name=policy.name,
                audience=policy.audience,
                file=name,
                text=text,
                sha256=policy.sha256,
                effective=datetime.combine(policy.effective, time(), policy.timezone),
            )
            if stored is not None:
                new.append(name)
                record(session, "system", "policy.loaded", version=stored)
        return Loaded(new=tuple(new), refused=tuple(refused))

    async def in_force(self, session: AsyncSession, audience: str, at: datetime) -> Policy:
        """The version that judges a matter first heard of at `at`.

        Of the versions known and effective by then the newest; before there was any, the oldest.

        Raises:
            NoPolicyError: none was ever loaded for this audience.
        """
        known = (
            await session.scalars(
                select(PolicyVersion)
                .where(PolicyVersion.audience == audience)
                .order_by(PolicyVersion.effective, PolicyVersion.id)
            )
        ).all()
        if not known:
            raise NoPolicyError(f"no policy for {audience!r} was ever loaded")
        by_then = [version for version in known if version.effective <= at and version.created_at <= at]
        return self._parse(by_then[-1] if by_then else known[0])

    async def current(self, session: AsyncSession, audience: str = "customer") -> Policy:
        """The version that judges what arrives now."""
        return await self.in_force(session, audience, utcnow())

    def _parse(self, version: PolicyVersion) -> Policy:
        if version.sha256 not in self._parsed:
            self._parsed[version.sha256] = load_policy_text(
                version.text, version.file, _AsAccepted(self.complaint_types), accepted=True
            )
        return self._parsed[version.sha256]
