"""What people at the desk do in a scenario, each deed through the function that the desk calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import DecisionKind
from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from models.states import Direction, PromiseKind, PromiseState, Verdict
from models.tables import Agent, Approval, Case, Choice, Message, Promise, SignalRow
from responses.approving.approval import Approvals
from responses.approving.withholding import Meant
from responses.choices.choosing import choose_for, overrule
from responses.config import RoadConfig
from responses.corrections import Labels, correct, understood
from responses.customers.leaving import propose_exit
from responses.customers.preferences import Preference, set_preference
from responses.customers.signalling import dismiss
from responses.facts import give_fact
from responses.orders.proof import vouch
from responses.people.holding import give_back, pass_on, take_over
from responses.policies import PolicyBook
from responses.promises.keeping import break_, keep
from responses.proposed import proposed_draft
from responses.sending.rating import close_and_ask
from responses.sending.standing_texts import StandingTexts
from tests.seed import bound

_EXIT_IN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class At:
    """A deed under way: its transaction, who does it, and in which case."""

    session: AsyncSession
    agent: Agent
    case: Case
    config: RoadConfig
    policies: PolicyBook
    approvals: Approvals
    texts: StandingTexts


async def do(at: At, deed: str, words: object) -> None:
    """Does it.

    Raises:
        BlockedError: it cannot be done, or not by them.
    """
    session, agent, case = at.session, at.agent, at.case
    text = str(words or "")
    match deed:
        case "approve":
            policy = await at.policies.in_force(session, case.audience, case.incident_at)
            draft = await proposed_draft(session, case)
            assert draft is not None, "there is no draft to approve"
            said = cast("Mapping[str, Any]", words or {})
            await at.approvals.approve(
                session,
                agent,
                bound(draft),
                policy.hours,
                reason=said.get("why"),
                edit_reason=said.get("was"),
                meant=dict.fromkeys(said.get("without", ()), Meant.WITHHELD),
            )
        case "undo":
            await at.approvals.undo(session, agent, await _last_approval(at))
        case "fact":
            policy = await at.policies.in_force(session, case.audience, case.incident_at)
            for name, value in cast("Mapping[str, str]", words).items():
                await give_fact(session, agent, case, name, _fact(value), policy)
        case "correct":
            await _correct(at, cast("Mapping[str, object]", words))
        case "edit":
            await _put(at, text, None)
        case "ask":
            await _put(at, text, DecisionKind.ASK)
        case "decline":
            await _put(at, text, DecisionKind.DECLINE)
        case "write":
            await at.approvals.write(
                session, agent, case, text, kind=DecisionKind.HAND_OVER, language=case.language or "it"
            )
        case "keep":
            await keep(session, at.texts, agent, (await _next_promise(at)).id, text)
        case "break":
            await break_(session, agent, (await _next_promise(at)).id, text)
        case "choose":
            key = (await session.scalars(select(Choice.key).where(Choice.case_id == case.id))).one()
            option = int(text or 0) - 1 if int(text or 0) else None
            await choose_for(session, at.texts, agent, case, key, option, policies=at.policies, now=utcnow())
        case "overrule":
            await overrule(session, agent, case, utcnow())
        case "dismiss":
            await dismiss(session, agent, case, await _newest_signal(at), text)
        case "vouch":
            await vouch(session, agent, case)
        case "exit":
            await _end_relation(at, text)
        case "pass_on":
            passing = cast("Mapping[str, str]", words)
            to = await session.scalars(select(Agent).where(Agent.name == passing["to"]))
            await pass_on(session, agent, case, to=to.one(), reason=passing["why"])
        case "prefer":
            for which, wish in cast("Mapping[str, str]", words).items():
                await set_preference(session, agent, case, Preference(which), wish)
        case "take_over":
            await take_over(session, agent, case)
        case "give_back":
            await give_back(session, agent, case)
        case "close":
            await close_and_ask(session, at.texts, case, agent.id)
        case _:
            raise AssertionError(f"nobody knows how to {deed}")


def _fact(value: str) -> str | None:
    """As an agent types it; `20 days ago` is a day of the calendar, and `unavailable` what nobody can say."""
    if value == "unavailable":
        return None
    number, _, rest = value.partition(" ")
    if rest == "days ago":
        return (utcnow() - timedelta(days=int(number))).date().isoformat()
    return value


async def _put(at: At, text: str, kind: DecisionKind | None) -> None:
    """The agent's own text in place of the draft, or where there is none."""
    draft = await proposed_draft(at.session, at.case)
    if draft is None:
        await at.approvals.write(
            at.session,
            at.agent,
            at.case,
            text,
            kind=kind or DecisionKind.HAND_OVER,
            language=at.case.language or "it",
        )
        return
    await at.approvals.edit(at.session, at.agent, bound(draft), text, kind)


async def _correct(at: At, said: Mapping[str, object]) -> None:
    """The agent says of the newest message what is otherwise than it was understood."""
    newest = (
        select(Message.id)
        .where(Message.case_id == at.case.id, Message.direction == Direction.IN, Message.text != "")
        .order_by(Message.id.desc())
        .limit(1)
    )
    message_id = (await at.session.scalars(newest)).one()
    known = (await understood(at.session, [message_id]))[message_id].assessment
    labels = Labels(
        act=Act(known.act.label),
        complaint_types=tuple(one.label for one in known.complaint_types),
        tone=Tone(known.tone.label),
        urgency=Urgency(known.urgency.label),
        asks=tuple(Ask(one.label) for one in known.asks),
        own_error=known.own_error.label == "yes",
    )
    names = {"complaint": "complaint_types", "ask": "asks"}
    changes = {names.get(field, field): value for field, value in said.items()}
    await correct(
        at.session,
        at.agent,
        at.case,
        message_id,
        replace(labels, **changes),  # type: ignore[arg-type]
        tuple(ComplaintType),
    )


async def _next_promise(at: At) -> Promise:
    """The oldest that is open, announced answers aside."""
    query = (
        select(Promise)
        .where(
            Promise.case_id == at.case.id,
            Promise.state == PromiseState.OPEN,
            Promise.kind != PromiseKind.ANSWER,
        )
        .order_by(Promise.id)
    )
    found: Sequence[Promise] = (await at.session.scalars(query)).all()
    assert found, "no promise is open"
    return found[0]


async def _newest_signal(at: At) -> int:
    query = select(SignalRow.id).where(
        SignalRow.customer_id == at.case.customer_id, SignalRow.dismissed_at.is_(None)
    )
    return (await at.session.scalars(query.order_by(SignalRow.id.desc()).limit(1))).one()


async def _last_approval(at: At) -> str:
    query = select(Approval.id).where(Approval.case_id == at.case.id, Approval.verdict == Verdict.SEND)
    return (await at.session.scalars(query.order_by(Approval.id.desc()).limit(1))).one()


async def _end_relation(at: At, instead: str) -> None:
    policy = await at.policies.in_force(at.session, at.case.audience, at.case.incident_at)
    now = utcnow()
    await propose_exit(
        at.session,
        at.agent,
        at.case,
        policy=policy,
        config=at.config,
        from_day=now.astimezone(at.config.timezone).date() + _EXIT_IN,
        instead=instead,
        now=now,
    )
