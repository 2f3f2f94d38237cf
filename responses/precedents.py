"""Precedents: what the cases nearest to this one got under the same rules.

A policy is the same while its name and audience are, and a case decided under another version of it counts if
the rules that decided it still give the same: a comment or another rule's change takes no precedent away.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
from sqlalchemy import JSON, null, or_, select, type_coerce
from sqlalchemy import case as either
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Decision, DecisionKind
from models.embedding import Vectors
from models.serial import from_json
from models.states import Direction, Verdict
from models.tables import Agent, Approval, Case, Customer, DecisionRow, Draft, EmbeddingRow, Message
from responses.approving.rights import own_case
from responses.checks import Beyond
from responses.customers.dealings import not_given_by
from responses.drafts.lines import offer_line, sent_line
from responses.policies import PolicyBook
from responses.policy.offering import Offering, offering_of, unchanged
from responses.policy.withheld import Place, without

SHOWN = 5
MOST = 20_000
"""Messages that are compared with, the newest; 384 float32 each make 31 MB."""
_POLICIES = 2
"""Sets that are kept in memory: of the policy in force, and of the one before while its cases last."""
_ASKED_WITH = 5
_LOOKED_AT = 60
_LOOK_BACK = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Precedent:
    """An answered case near to another.

    `words` are the customer's, `similarity` is a cosine, at most 1. `decision` is what was decided as far as
    they got it: of a choice what they took, and all of it while they have not. `same_rule`: the same rules
    made its decision. `edited`: an agent changed the text that had been composed. `beyond` is what that
    text gave that was not decided.
    """

    case_id: str
    number: int
    words: str
    at: datetime
    similarity: float
    decision: Decision
    same_rule: bool
    edited: bool
    beyond: Beyond | None = None

    def got(self, language: str) -> str:
        """What the case got, in a few words of that language."""
        line = offer_line(self.decision, language)
        if self.beyond is None:
            return line
        return sent_line(line, self.beyond.words, self.beyond.extra, language)


class _Known:
    """The vectors of answered messages under one policy, by one encoder.

    `still` names by version of the policy the rules that give the same as in the one that judges now.
    """

    def __init__(self, policy_sha256: str) -> None:
        self.policy_sha256 = policy_sha256
        self.still: dict[str, frozenset[str]] = {}
        self._offering: Offering = {}
        self.ids: list[str] = []
        self.rows: Vectors | None = None
        self.until: datetime | None = None

    def add(self, found: list[tuple[str, Vectors]]) -> None:
        known = set(self.ids)
        new = [(message_id, vector) for message_id, vector in found if message_id not in known]
        if not new:
            return
        rows = np.stack([vector for _, vector in new])
        self.ids = [*self.ids, *(message_id for message_id, _ in new)][-MOST:]
        self.rows = (rows if self.rows is None else np.concatenate([self.rows, rows]))[-MOST:]

    @property
    def versions(self) -> tuple[str, ...]:
        """The digests of all versions of the policy, this one first."""
        return (self.policy_sha256, *self.still)

    def holds(self, policy_sha256: str, rule_ids: Collection[str]) -> bool:
        """Whether these rules of that version give the same in the one that judges now."""
        return policy_sha256 == self.policy_sha256 or self.still.get(policy_sha256, frozenset()).issuperset(
            rule_ids
        )

    async def learn_versions(self, session: AsyncSession, policies: PolicyBook) -> None:
        """Looks whether there are versions that were not there before."""
        but = self.versions if self._offering else tuple(self.still)
        others = {
            policy.sha256: offering_of(policy)
            for policy in await policies.versions_like(session, self.policy_sha256, but)
        }
        self._offering = others.pop(self.policy_sha256, self._offering)
        self.still |= {sha256: unchanged(self._offering, one) for sha256, one in others.items()}


class Precedents:
    """Finds precedents. Vectors stay in memory once read; what is shown is looked up each time.

    So whatever was erased or taken back meanwhile is not shown any more.

    `floors` says by the encoder's name from which cosine on messages are about the same; what lies farther
    is none. Of an encoder that is not in it nobody knows, and the nearest are shown however far they are.
    """

    def __init__(self, policies: PolicyBook, floors: Mapping[str, float] = MappingProxyType({})) -> None:
        self._policies = policies
        self._floors = floors
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()

    async def nearest(
        self, session: AsyncSession, case: Case, readers: Sequence[Agent] = ()
    ) -> tuple[Precedent, ...]:
        """The five cases nearest to this one that were answered as the policy that judges it would have them.

        Fewer where no others are near enough.

        Of these those are left out in which one of the `readers` is the customer.

        None where the case has no decision, or its messages have no place yet (samples and tests have none).
        """
        newest = (
            select(DecisionRow).where(DecisionRow.case_id == case.id).order_by(DecisionRow.id.desc()).limit(1)
        )
        decided = (await session.scalars(newest)).one_or_none()
        if decided is None:
            return ()
        said = await session.execute(
            select(EmbeddingRow.vector, EmbeddingRow.encoder)
            .join(Message, Message.id == EmbeddingRow.message_id)
            .where(Message.case_id == case.id, EmbeddingRow.vector != b"")
            .order_by(Message.id.desc())
            .limit(_ASKED_WITH)
        )
        own = said.all()
        if not own:
            return ()
        encoder = own[0].encoder
        known = await self._brought_up_to_date(session, decided.policy_sha256, encoder)
        if known.rows is None:
            return ()
        asked = np.stack([_vector(row.vector) for row in own if row.encoder == encoder])
        similarities = (known.rows @ asked.T).max(axis=1)
        best = np.argsort(-similarities, kind="stable")[:_LOOKED_AT]
        floor = self._floors.get(encoder, -1.0)
        near = {
            known.ids[int(place)]: float(similarities[place])
            for place in best
            if similarities[place] >= floor
        }
        found = await _shown(session, case, from_json(Decision, decided.content), near, known)
        return tuple([one for one in found if not await _is_of(session, one.case_id, readers)])

    async def _brought_up_to_date(self, session: AsyncSession, policy_sha256: str, encoder: str) -> _Known:
        key = (policy_sha256, encoder)
        known = self._known.setdefault(key, _Known(policy_sha256))
        self._known.move_to_end(key)
        while len(self._known) > _POLICIES:
            self._known.popitem(last=False)
        until = utcnow()
        await known.learn_versions(session, self._policies)
        # A decision is long, and of this very version nothing has to be read in it.
        rules = either(
            (DecisionRow.policy_sha256 == policy_sha256, null()), else_=DecisionRow.content["rule_ids"]
        )
        query = (
            select(
                Message.id,
                EmbeddingRow.vector,
                DecisionRow.policy_sha256,
                type_coerce(rules, JSON).label("rule_ids"),
            )
            .join(EmbeddingRow, EmbeddingRow.message_id == Message.id)
            .join(Approval, Approval.case_id == Message.case_id)
            .join(Draft, Draft.id == Approval.draft_id)
            .join(DecisionRow, DecisionRow.id == Draft.decision_id)
            .where(
                *_ANSWERED,
                DecisionRow.policy_sha256.in_(known.versions),
                EmbeddingRow.encoder == encoder,
                EmbeddingRow.vector != b"",
            )
            .order_by(Approval.id.desc())
            .limit(MOST)
        )
        if known.until is not None:
            # A little twice: a transaction may be seen after one that began later.
            query = query.where(Approval.created_at > known.until - _LOOK_BACK)
        rows = await session.execute(query)
        known.add(
            [
                (row.id, _vector(row.vector))
                for row in reversed(rows.all())
                if known.holds(row.policy_sha256, row.rule_ids or ())
            ]
        )
        known.until = until
        return known


async def _is_of(session: AsyncSession, case_id: str, readers: Sequence[Agent]) -> bool:
    case = await session.get_one(Case, case_id)
    return any([await own_case(session, one, case) for one in readers])


_ANSWERED = (
    Approval.verdict == Verdict.SEND,
    Approval.undone_at.is_(None),
    Approval.created_at >= Message.created_at,
    Message.direction == Direction.IN,
    # Who was asked something has got nothing yet, nor who was told that an answer follows.
    Draft.kind != DecisionKind.ASK,
    Draft.answer_by.is_(None),
    or_(Draft.kind != DecisionKind.HAND_OVER, Draft.edited_by.is_not(None)),
)


async def _shown(
    session: AsyncSession, case: Case, decision: Decision, near: dict[str, float], known: _Known
) -> tuple[Precedent, ...]:
    rows = await session.execute(
        select(Message, Case.number, Approval, Draft.kind, DecisionRow.content)
        .join(Case, Case.id == Message.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .join(Approval, Approval.case_id == Message.case_id)
        .join(Draft, Draft.id == Approval.draft_id)
        .join(DecisionRow, DecisionRow.id == Draft.decision_id)
        .where(
            Message.id.in_(near),
            Message.text != "",
            Message.case_id != case.id,
            Customer.erased_at.is_(None),
            *_ANSWERED,
            DecisionRow.policy_sha256.in_(known.versions),
        )
        .order_by(Approval.id)
    )
    found: dict[int, Precedent] = {}
    seen: set[str] = set()
    answers = rows.all()
    not_given = await not_given_by(session, {approval.id for _, _, approval, _, _ in answers})
    for message, number, approval, kind, content in answers:
        was = from_json(Decision, content)
        if message.id in seen or not known.holds(was.policy_sha256, was.rule_ids):
            continue  # its answer is the first that was approved after it
        seen.add(message.id)
        if number in found and found[number].similarity >= near[message.id]:
            continue
        found[number] = Precedent(
            case_id=message.case_id or "",
            number=number,
            words=message.text,
            at=approval.created_at,
            similarity=near[message.id],
            decision=_as_given(was, DecisionKind(kind), not_given.get(approval.id, frozenset())),
            same_rule=set(was.rule_ids) == set(decision.rule_ids),
            edited=bool(approval.difference),
            beyond=from_json(Beyond, approval.off_policy) if approval.off_policy is not None else None,
        )
    return tuple(sorted(found.values(), key=lambda one: -one.similarity)[:SHOWN])


def _as_given(decision: Decision, kind: DecisionKind, not_given: Collection[Place]) -> Decision:
    """The decision as its answer carried it out: a text of another kind gives nothing of an offer."""
    if kind is not DecisionKind.OFFER or decision.kind is not DecisionKind.OFFER:
        return replace(decision, kind=kind, offers=(), commitments=())
    return without(decision, not_given)


def _vector(stored: bytes) -> Vectors:
    return np.frombuffer(stored, np.float16).astype(np.float32)
