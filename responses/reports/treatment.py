"""What each answer gave, to whom and by whom: the rows that fairness is worked out from."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Decision, DecisionKind, FactValue
from models.money import Money
from models.serial import from_json
from models.states import Direction, OfferState, Verdict
from models.tables import (
    Agent,
    Approval,
    Case,
    Choice,
    DecisionRow,
    Draft,
    Fact,
    LedgerEntry,
    Message,
    OfferRow,
)
from responses.approving.rights import gives_goodwill
from responses.checks import Beyond
from responses.corrections import understood
from responses.facts import facts_in
from responses.policies import PolicyBook, holding
from responses.policy import Policy
from responses.policy.conditions import Subject, single_tests
from responses.policy.schema import Audience
from responses.policy.situation import PRICE
from responses.reports.fairness import Answer, Dimension

_AT_ONCE = 200  # approvals whose rows are in memory together


@dataclass(frozen=True, kw_only=True, slots=True)
class Treated:
    """What was given since a day, in one currency; `unknown` are answers that nobody can put a worth to."""

    answers: tuple[Answer, ...]
    unknown: int
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    approval: Approval
    case: Case
    draft: Draft
    decision: Decision | None
    agent: str


async def treated(session: AsyncSession, policies: PolicyBook, since: datetime) -> Treated:
    """Every answer to customers that was no question; samples, tests and what was taken back are left out.

    Raises:
        NoPolicyError: no policy was ever put in use.
    """
    currency = (await policies.current(session)).currency
    uses = await policies.used(session, Audience.CUSTOMER)
    answers: list[Answer] = []
    unknown = 0
    after = ""
    while True:
        sent = await _sent(session, since, after)
        if not sent:
            return Treated(answers=tuple(answers), unknown=unknown, currency=currency)
        after = sent[-1].approval.id
        worths = await _worths(session, sent, currency)
        tones = await _tones(session, sent)
        facts = await _facts(session, sent)
        for one in sent:
            worth = worths[one.approval.id]
            if worth is None:
                unknown += 1
                continue
            use = holding(uses, one.case.incident_at)[0] or uses[0]
            answers.append(
                Answer(
                    worth=float(worth),
                    alike=_alike(one, use.policy, facts[one.approval.id]),
                    groups={
                        Dimension.TONE: tones.get(one.approval.id, ""),
                        Dimension.LANGUAGE: one.draft.language,
                        Dimension.AGENT: one.agent,
                    },
                )
            )
        session.expunge_all()


async def _sent(session: AsyncSession, since: datetime, after: str) -> list[_Sent]:
    query = (
        select(Approval, Case, Draft, Agent.name)
        .join(Case, Case.id == Approval.case_id)
        .join(Draft, Draft.id == Approval.draft_id)
        .join(Agent, Agent.id == Approval.agent_id)
        .where(
            Approval.id > after,
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            Approval.created_at >= since,
            # A question gives nothing, unless somebody has put a gift into it.
            or_(Draft.kind != DecisionKind.ASK, Approval.off_policy.is_not(None)),
            Case.audience == Audience.CUSTOMER,
            Case.is_sample.is_(False),
            Case.is_test.is_(False),
        )
        .order_by(Approval.id)
        .limit(_AT_ONCE)
    )
    rows = (await session.execute(query)).all()
    decisions = await _decisions(session, {approval.case_id for approval, _, _, _ in rows})
    return [
        _Sent(
            approval=approval,
            case=case,
            draft=draft,
            decision=_on_the_table(decisions[case.id], approval, draft),
            agent=name,
        )
        for approval, case, draft, name in rows
    ]


async def _decisions(session: AsyncSession, cases: Collection[str]) -> Mapping[str, list[DecisionRow]]:
    found: dict[str, list[DecisionRow]] = defaultdict(list)
    query = select(DecisionRow).where(DecisionRow.case_id.in_(cases)).order_by(DecisionRow.id)
    for row in await session.scalars(query):
        found[row.case_id].append(row)
    return found


def _on_the_table(rows: Sequence[DecisionRow], approval: Approval, draft: Draft) -> Decision | None:
    """What the text was composed from; of one written by hand, what was decided last before it."""
    before = [row for row in rows if row.created_at <= approval.created_at]
    row = next((row for row in rows if row.id == draft.decision_id), before[-1] if before else None)
    return from_json(Decision, row.content) if row is not None else None


async def _worths(
    session: AsyncSession, sent: Sequence[_Sent], currency: str
) -> Mapping[str, Decimal | None]:
    """The goodwill of each answer; of a choice the dearest option, whatever the customer takes."""
    ids = [one.approval.id for one in sent]
    options = await session.execute(
        select(OfferRow, Choice.id)
        .join(
            Choice,
            (Choice.approval_id == OfferRow.approval_id) & (Choice.choice_group == OfferRow.choice_group),
        )
        .where(
            OfferRow.approval_id.in_(ids),
            OfferRow.basis == Basis.GOODWILL,
            OfferRow.state != OfferState.WITHDRAWN,
        )
    )
    minor: dict[str, int] = defaultdict(int)
    dearest: dict[tuple[str, str], int] = {}
    in_choices = set()
    for offer, choice in options:
        in_choices.add(offer.id)
        if offer.currency == currency and offer.worth_minor is not None:
            key = (str(offer.approval_id), choice)
            dearest[key] = max(dearest.get(key, 0), offer.worth_minor)
    for (approval, _), worth in dearest.items():
        minor[approval] += worth
    entries = select(LedgerEntry).where(
        LedgerEntry.approval_id.in_(ids),
        LedgerEntry.basis == Basis.GOODWILL,
        LedgerEntry.currency == currency,
    )
    for entry in await session.scalars(entries):
        if entry.offer_id not in in_choices:
            minor[entry.approval_id] += entry.amount_minor
    return {
        one.approval.id: Money.from_minor(minor[one.approval.id], currency).amount if _is_known(one) else None
        for one in sent
    }


def _is_known(sent: _Sent) -> bool:
    if sent.approval.off_policy is not None and from_json(Beyond, sent.approval.off_policy).extra is None:
        return False
    decision = sent.decision
    if decision is None or sent.draft.decision_id is None or sent.draft.kind != decision.kind:
        return True
    gives = decision.kind is DecisionKind.OFFER and gives_goodwill(decision)
    return decision.worth is not None or not gives


async def _tones(session: AsyncSession, sent: Sequence[_Sent]) -> Mapping[str, str]:
    """The tone of the last words that each answer followed."""
    cases = {one.case.id for one in sent}
    query = (
        select(Message.id, Message.case_id, Message.created_at)
        .where(Message.case_id.in_(cases), Message.direction == Direction.IN)
        .order_by(Message.id)
    )
    messages = (await session.execute(query)).all()
    known = await understood(session, [message.id for message in messages])
    found = {}
    for one in sent:
        read = [
            message
            for message in messages
            if message.case_id == one.case.id
            and message.created_at <= one.approval.created_at
            and message.id in known
        ]
        if read:
            found[one.approval.id] = str(known[read[-1].id].assessment.tone.label)
    return found


async def _facts(session: AsyncSession, sent: Sequence[_Sent]) -> Mapping[str, dict[str, FactValue]]:
    """What was known when each answer was approved."""
    rows: dict[str, list[Fact]] = defaultdict(list)
    cases = {one.case.id for one in sent}
    for row in await session.scalars(select(Fact).where(Fact.case_id.in_(cases)).order_by(Fact.id)):
        rows[row.case_id].append(row)
    return {
        one.approval.id: facts_in(
            [row for row in rows[one.case.id] if row.created_at <= one.approval.created_at]
        )
        for one in sent
    }


def _alike(sent: _Sent, policy: Policy, known: Mapping[str, FactValue]) -> tuple[str, ...]:
    """With which others the answer is compared: by rules, complaint types and facts, finely and coarsely."""
    decision = sent.decision
    if decision is None:
        return ("undecided",)
    read = facts_read(policy, decision.rule_ids)
    head = "|".join(
        (
            decision.policy_sha256[:12],
            decision.kind,
            ",".join(sorted(decision.rule_ids)),
            ",".join(sorted(decision.complaint_types)),
            "again" if decision.second_time else "",
            "cut" if decision.limits_cut else "",
        )
    )
    return tuple(f"{head}|{_known(read, known, steps)}" for steps in (_FINE, _COARSE))


def facts_read(policy: Policy, rules: Collection[str]) -> tuple[str, ...]:
    """The facts that these rules look at: in their conditions, and for what they give."""
    return tuple(dict.fromkeys(_read(policy, frozenset(rules))))


def _read(policy: Policy, rules: frozenset[str]) -> Iterator[str]:
    for entry in policy.entries:
        if entry.id not in rules:
            continue
        yield from (test.name for test in single_tests(entry.when) if test.subject is not Subject.MESSAGE)
        for spec in (spec for choice in entry.give for spec in choice):
            for amount in (spec.amount, spec.worth or policy.worth.get(spec.kind)):
                yield from amount.facts if amount is not None else ()
            if PRICE in policy.facts and (spec.full or spec.of == "order" or policy.limits.share_of_price):
                yield PRICE


_FINE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_COARSE = (10, 100, 1000)


def _known(names: Iterable[str], known: Mapping[str, FactValue], steps: Sequence[int]) -> str:
    return ",".join(f"{name}={_bucket(known.get(name), steps)}" for name in sorted(names))


def _bucket(fact: FactValue | None, steps: Sequence[int]) -> str:
    """A number by the step that it reaches, a choice as it is; of dates and texts, that they are known."""
    if fact is None or fact.unavailable:
        return "?"
    match fact.value:
        case bool():
            return "yes" if fact.value else "no"
        case Money():
            return _band(fact.value.amount, steps)
        case Decimal():
            return _band(fact.value, steps)
        case str() if len(fact.value) <= 40 and fact.value.isidentifier():
            return fact.value
        case _:
            return "known"


def _band(number: Decimal, steps: Sequence[int]) -> str:
    return str(sum(step <= number for step in steps))
