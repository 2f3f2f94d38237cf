"""The policy files ever put in use, and which of them judges a case."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import PurePath

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.labels import ComplaintType
from models.once import insert_once
from models.tables import PolicyUse, PolicyVersion
from responses.errors import ResponsesError
from responses.events import record
from responses.policy import Policy, PolicyFileError, load_policy_text
from responses.policy.schema import Audience

log = logging.getLogger(__name__)

_VERSIONS = 10
"""So many versions of a policy are compared with each other; to read one takes a fraction of a second."""


class NoPolicyError(ResponsesError):
    """No policy for customers was ever put in use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What came of loading files: the names of those newly in force or waiting, and those refused."""

    new: tuple[str, ...]
    refused: tuple[PolicyFileError, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """A policy as it was put in use: from when, by whom (None: by the program at its first start)."""

    policy: Policy
    text: str
    effective: datetime
    used_by: str | None


def _versions(audience: str) -> Select[PolicyVersion]:
    """The version of each use for an audience."""
    return (
        select(PolicyVersion)
        .join(PolicyUse, PolicyUse.policy_id == PolicyVersion.id)
        .where(PolicyUse.audience == audience)
    )


class _AsAccepted(tuple[str, ...]):
    """The complaint types of a version in the database: whatever it names, the heads of its time told."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)


class PolicyBook:
    """Every version ever in use, whole, in the database.

    `complaint_types` are the types that a policy or an agent may name: those that the classifier tells.
    """

    def __init__(self, complaint_types: Collection[str] = tuple(ComplaintType)) -> None:
        self.complaint_types = complaint_types

    async def load(self, session: AsyncSession, files: Mapping[str, str]) -> Loaded:
        """Puts in use what is valid among `files` (name to text), each from its own date on.

        An invalid one leaves in force what is.
        """
        new, refused = [], []
        for name, text in files.items():
            try:
                policy = load_policy_text(text, name, self.complaint_types)
            except PolicyFileError as error:
                refused.append(error)
                continue
            if await self.use(session, policy, text, by=None) is not None:
                new.append(name)
        return Loaded(new=tuple(new), refused=tuple(refused))

    async def use(
        self,
        session: AsyncSession,
        policy: Policy,
        text: str,
        *,
        by: str | None,
        since: datetime | None = None,
    ) -> datetime | None:
        """Puts a policy in use from `since` on, by default from its own date; never from before now.

        Returns from when it judges, or None when the same text is what judges at that time anyway.
        """
        now = utcnow()
        effective = max(since or datetime.combine(policy.effective, time(), policy.timezone), now)
        before = await self._use_at(session, policy.audience, effective)
        if before is not None and before.sha256 == policy.sha256:
            return None
        own_date = datetime.combine(policy.effective, time(), policy.timezone)
        await insert_once(
            session,
            PolicyVersion,
            name=policy.name,
            audience=policy.audience,
            file=PurePath(policy.file).name,
            text=text,
            sha256=policy.sha256,
            effective=own_date,
            created_at=now,
        )
        stored = select(PolicyVersion).where(
            PolicyVersion.sha256 == policy.sha256, PolicyVersion.effective == own_date
        )
        version = (await session.scalars(stored)).one()
        use = PolicyUse(
            policy_id=version.id,
            audience=policy.audience,
            effective=effective,
            used_by=by,
            created_at=now,
        )
        session.add(use)
        await session.flush()
        record(session, "system", "policy.used", version=version.id, use=use.id)
        return effective

    async def in_force(self, session: AsyncSession, audience: str, at: datetime) -> Policy:
        """The policy that judges a matter first heard of at `at`.

        The one that was put in use last for that time; before any was, the first. Where colleagues have none
        of their own, the customers' lends its hours, deadlines and manners, and without rules all their
        matters are handed over.

        Raises:
            NoPolicyError: there is none for customers.
        """
        found = await self._use_at(session, audience, at)
        if found is None:
            first = _versions(audience).order_by(PolicyUse.effective, PolicyUse.id).limit(1)
            found = (await session.scalars(first)).one_or_none()
        if found is not None:
            return self._parse(found)
        if audience == Audience.CUSTOMER:
            raise NoPolicyError("no policy for customers was ever put in use")
        log.warning("policy.none", extra={"audience": audience})
        customers = await self.in_force(session, Audience.CUSTOMER, at)
        return replace(customers, audience=Audience(audience), owed=(), rules=(), presumptions=())

    async def current(self, session: AsyncSession, audience: str = Audience.CUSTOMER) -> Policy:
        """The version that judges what arrives now."""
        return await self.in_force(session, audience, utcnow())

    async def audiences(self, session: AsyncSession) -> Sequence[str]:
        """Those that have a policy of their own, customers first."""
        found = set(await session.scalars(select(PolicyUse.audience).distinct()))
        return [audience for audience in Audience if audience in found]

    async def used(self, session: AsyncSession, audience: str) -> list[Used]:
        """Every use for an audience, by the day it begins to hold, the earliest first."""
        query = (
            select(PolicyUse, PolicyVersion)
            .join(PolicyVersion, PolicyVersion.id == PolicyUse.policy_id)
            .where(PolicyUse.audience == audience)
            .order_by(PolicyUse.effective, PolicyUse.id)
        )
        return [
            Used(policy=self._parse(version), text=version.text, effective=use.effective, used_by=use.used_by)
            for use, version in await session.execute(query)
        ]

    async def versions_like(
        self, session: AsyncSession, sha256: str, but: Collection[str] = ()
    ) -> Sequence[Policy]:
        """The version with that digest and the newest with its name and audience, without `but`."""
        this = select(PolicyVersion.name, PolicyVersion.audience).where(PolicyVersion.sha256 == sha256)
        newest = (
            select(PolicyVersion.id)
            .where(tuple_(PolicyVersion.name, PolicyVersion.audience).in_(this))
            .order_by(PolicyVersion.id.desc())
            .limit(_VERSIONS)
        )
        query = select(PolicyVersion).where(
            or_(PolicyVersion.sha256 == sha256, PolicyVersion.id.in_(newest)),
            PolicyVersion.sha256.not_in(but),
        )
        versions = (await session.scalars(query)).all()
        return [await asyncio.to_thread(self._parse, version) for version in versions]

    async def _use_at(self, session: AsyncSession, audience: str, at: datetime) -> PolicyVersion | None:
        query = _versions(audience).where(PolicyUse.effective <= at)
        newest = query.order_by(PolicyUse.effective.desc(), PolicyUse.id.desc()).limit(1)
        return (await session.scalars(newest)).one_or_none()

    def _parse(self, version: PolicyVersion) -> Policy:
        return load_policy_text(version.text, version.file, _AsAccepted(self.complaint_types), accepted=True)


def holding(uses: Iterable[Used], at: datetime) -> tuple[Used | None, Used | None]:
    """Of uses in their order, the one that judges at `at`, and the next that will."""
    now, following = None, None
    for use in uses:
        if use.effective <= at:
            now = use
        elif following is None:
            following = use
    return now, following
