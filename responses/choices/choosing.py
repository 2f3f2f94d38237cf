"""Choosing: by a button, by an agent's press, or by nobody in time; recorded once, and it opens only that.

Everything that follows is in the transaction that records it: the promise, the ledger's entry, the code, the
case's state and the word to the customer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.once import insert_once
from models.states import CaseState, ChoiceHow, Direction, OfferState, OutboxState, VoucherState
from models.tables import (
    Agent,
    Case,
    Choice,
    Customer,
    Identity,
    Message,
    OfferRow,
    OutboxEntry,
    Voucher,
)
from responses.approving.bookkeeping import book, promise_remedy
from responses.approving.rights import check_free
from responses.cases import has_open_promise, move, open_messages, raise_revision, release
from responses.choices.offered import Shown, is_open, open_choices, shown_of
from responses.choices.replies import Reply, ReplyKind, read_reply
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import due_now
from responses.intake.inbox import has_unprocessed
from responses.policies import PolicyBook
from responses.sending.outbox import cancel_cards
from responses.sending.standing_texts import StandingTexts
from responses.vouchers.codes import release as release_codes
from responses.vouchers.codes import told

FLAG = "choice_late"
KIND = "choice"
"""What a press on a button that no longer chooses is filed as."""
_DONE = (CaseState.ANSWERED, CaseState.PROMISED, CaseState.WAITING_CUSTOMER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What the customer's words seem to choose, for an agent to confirm."""

    shown: Shown
    reply: Reply


async def proposals(session: AsyncSession, case: Case, now: datetime) -> list[Proposal]:
    """What the words that nobody has answered say to the choices that are open; the newest word counts."""
    shown = await open_choices(session, case, now)
    if not shown:
        return []
    unread = await open_messages(session, case.id)
    found = []
    for one in shown:
        reply = _read(one, unread, by_number=len(shown) == 1 and one.is_whole)
        if reply is not None:
            found.append(Proposal(shown=one, reply=reply))
    return found


def _read(shown: Shown, unread: Sequence[Message], *, by_number: bool) -> Reply | None:
    since = shown.choice.overruled_at
    words = [message for message in unread if since is None or message.created_at > since]
    replies = [
        read_reply(message.text, shown.offer.options, shown.language, by_number=by_number)
        for message in words
    ]
    clear = [reply for reply in replies if reply.kind is not ReplyKind.OTHER]
    if not clear:
        return None
    files = any(message.kind != "text" for message in words)
    more = files or len(clear) < len(replies) or any(reply.more for reply in clear)
    return Reply(kind=clear[-1].kind, option=clear[-1].option, more=more)


async def choose_for(
    session: AsyncSession,
    texts: StandingTexts,
    agent: Agent,
    case: Case,
    key: str,
    option: int | None,
    *,
    policies: PolicyBook,
    now: datetime,
) -> None:
    """An agent confirms what the customer wrote, or records what they said elsewhere; None: none of them.

    Raises:
        BlockedError: `gone` (no such choice or option), `choice_over`, `not_sent`, `new_message`, `claimed`.
        NotAllowedError: `own_case`.
    """
    await check_free(session, agent, case)
    if await has_unprocessed(session, case.chat_key) or case.triage_due_at is not None:
        raise BlockedError("new_message")
    query = select(Choice).where(Choice.key == key, Choice.case_id == case.id)
    choice = (await session.scalars(query)).one_or_none()
    if choice is None:
        raise BlockedError("gone")
    shown = await shown_of(session, choice)
    if option is not None and not 0 <= option < len(shown.offers):
        raise BlockedError("gone")
    if not await _has_left(session, choice):
        raise BlockedError("not_sent")
    said = [one.reply for one in await proposals(session, case, now) if one.shown.choice.id == choice.id]
    how = ChoiceHow.WORDS if any(_means(reply, option) for reply in said) else ChoiceHow.AGENT
    if not await _settle(session, texts, case, shown, option, how, agent=agent, policies=policies, now=now):
        raise BlockedError("choice_over")


def _means(reply: Reply, option: int | None) -> bool:
    """Whether the customer's words may have meant that; None: none of the options."""
    if reply.kind is ReplyKind.CHOOSE:
        return reply.option == option
    return (reply.kind is ReplyKind.DECLINE) == (option is None)


async def overrule(session: AsyncSession, agent: Agent, case: Case, now: datetime) -> None:
    """An agent says that the words so far choose nothing: they are decided upon like any others.

    Raises:
        BlockedError: `gone` (there is no proposal), `claimed`.
        NotAllowedError: `own_case`.
    """
    await check_free(session, agent, case)
    found = await proposals(session, case, now)
    if not found:
        raise BlockedError("gone")
    for proposal in found:
        proposal.shown.choice.overruled_at = now
    await session.flush()
    await raise_revision(session, case)
    if case.state != CaseState.TAKEN_OVER:
        await due_now(session, case)
    record(session, agent.id, "choice.overruled", case.id)


async def press(
    session: AsyncSession,
    texts: StandingTexts,
    choice: Choice,
    option: int,
    *,
    policies: PolicyBook,
    now: datetime,
) -> bool:
    """The customer's own press on a button; the first one counts. False when there is no such option.

    Whoever presses again is told what was chosen. Whose press comes too late is told so, and the press is put
    before an agent.
    """
    if not 0 <= option < len(choice.options):
        return False
    case = await session.get_one(Case, choice.case_id, with_for_update=True, populate_existing=True)
    await session.refresh(choice)
    shown = await shown_of(session, choice)
    if is_open(choice, now):
        chosen = await _settle(
            session, texts, case, shown, option, ChoiceHow.BUTTON, agent=None, policies=policies, now=now
        )
        if chosen:
            return True
    elif choice.chosen_at is None:
        # Its time is over, and the clock has not come by yet.
        await _settle(
            session,
            texts,
            case,
            shown,
            shown.offer.default,
            ChoiceHow.DEFAULT,
            agent=None,
            policies=policies,
            now=now,
        )
    await session.refresh(choice)
    if choice.chosen_how == ChoiceHow.WITHDRAWN:
        return True
    if shown.chosen is None or (shown.chosen != option and choice.chosen_how != ChoiceHow.BUTTON):
        # They want something else than what others have recorded for them.
        await _put_before_agents(session, texts, case, shown, option, now)
        return True
    await _say(
        session,
        texts,
        case,
        "choice_again",
        shown,
        dedupe_key=f"chosen_again:{choice.id}:{now:%Y%m%d%H}",
        option=shown.labels()[shown.chosen],
    )
    return True


async def take_defaults(
    session: AsyncSession, texts: StandingTexts, policies: PolicyBook, now: datetime
) -> None:
    """What nobody has chosen in time is the policy's first option, wherever it stood in the text.

    Only where the text has arrived: what nobody has seen is not decided for them.
    """
    undelivered = exists().where(
        OutboxEntry.approval_id == Choice.approval_id, OutboxEntry.state != OutboxState.SENT
    )
    query = select(Choice).where(Choice.chosen_at.is_(None), Choice.expires_at <= now, ~undelivered)
    for choice in (await session.scalars(query.order_by(Choice.id))).all():
        case = await session.get_one(Case, choice.case_id, with_for_update=True, populate_existing=True)
        shown = await shown_of(session, choice)
        await _settle(
            session,
            texts,
            case,
            shown,
            shown.offer.default,
            ChoiceHow.DEFAULT,
            agent=None,
            policies=policies,
            now=now,
        )


async def _settle(
    session: AsyncSession,
    texts: StandingTexts,
    case: Case,
    shown: Shown,
    option: int | None,
    how: ChoiceHow,
    *,
    agent: Agent | None,
    policies: PolicyBook,
    now: datetime,
) -> bool:
    """Records the choice if it is still open, and opens what was chosen; False when it is no longer open."""
    choice = shown.choice
    pure = option is not None and _says_only(await proposals(session, case, now), choice, option)
    chosen = shown.offers[option] if option is not None else None
    in_time = or_(Choice.expires_at.is_(None), Choice.expires_at > now)
    recorded = await session.execute(
        update(Choice)
        .where(
            Choice.id == choice.id,
            Choice.chosen_at.is_(None),
            in_time if how != ChoiceHow.DEFAULT else Choice.expires_at <= now,
        )
        .values(
            chosen_offer_id=chosen.id if chosen is not None else None,
            chosen_how=how,
            chosen_by=agent.id if agent is not None else None,
            chosen_at=now,
            settles=pure,
        )
        .returning(Choice.id)
        .execution_options(synchronize_session=False)
    )
    if recorded.scalar_one_or_none() is None:
        return False
    await session.refresh(choice)
    actor = agent.id if agent is not None else ("system" if how == ChoiceHow.DEFAULT else "customer")
    record(session, actor, f"choice.{how if chosen is not None else 'declined'}", case.id, choice=choice.id)
    voucher = await _open(session, case, shown, chosen, how, policies, now)
    await _move(session, case, pure=pure, now=now)
    if chosen is not None:
        await _confirm(session, texts, case, shown, how, voucher)
    return True


def _says_only(found: Sequence[Proposal], choice: Choice, option: int) -> bool:
    """Whether the words that nobody has answered say just that: with the choice they are answered."""
    if len(found) != 1 or found[0].shown.choice.id != choice.id or found[0].reply.more:
        return False
    reply = found[0].reply
    return reply.kind is ReplyKind.ACCEPT or reply.option == option


async def _open(
    session: AsyncSession,
    case: Case,
    shown: Shown,
    chosen: OfferRow | None,
    how: ChoiceHow,
    policies: PolicyBook,
    now: datetime,
) -> Voucher | None:
    """Opens what was chosen and nothing else; the code, where it is a voucher."""
    left = OfferState.EXPIRED if how == ChoiceHow.DEFAULT else OfferState.DECLINED
    for offer in shown.offers:
        offer.state = OfferState.CHOSEN if offer is chosen else left
    others = [offer.id for offer in shown.offers if offer is not chosen]
    await release_codes(session, Voucher.offer_id.in_(others))
    if chosen is None:
        return None
    book(session, case, shown.approval, chosen)
    policy = await policies.in_force(session, case.audience, case.incident_at)
    promise_remedy(session, shown.approval, chosen, policy.hours, now, formal=shown.formal)
    told_now = await session.execute(
        update(Voucher)
        .where(Voucher.offer_id == chosen.id, Voucher.state == VoucherState.RESERVED)
        .values(state=VoucherState.ACTIVE)
        .returning(Voucher.id)
        .execution_options(synchronize_session=False)
    )
    voucher_id = told_now.scalar_one_or_none()
    await session.flush()
    return await session.get(Voucher, voucher_id, populate_existing=True) if voucher_id is not None else None


async def _move(session: AsyncSession, case: Case, *, pure: bool, now: datetime) -> None:
    """Where the case stands with the choice made."""
    await raise_revision(session, case)
    if case.state in (CaseState.TAKEN_OVER, CaseState.SPAM, CaseState.CLOSED):
        return
    promised = await has_open_promise(session, case)
    if case.state in _DONE:
        if case.state == CaseState.ANSWERED and promised:
            move(case, CaseState.PROMISED)
        return
    if not pure:
        # The draft on the table does not know of it, and there may be more to answer.
        await due_now(session, case)
        return
    await cancel_cards(session, case)
    move(case, CaseState.PROMISED if promised else CaseState.ANSWERED)
    case.triage_due_at = case.first_unread_at = case.reopened_from = None
    case.passed_to = case.passed_to_role = None
    case.answered_at = now
    release(case)


async def _confirm(
    session: AsyncSession,
    texts: StandingTexts,
    case: Case,
    shown: Shown,
    how: ChoiceHow,
    voucher: Voucher | None,
) -> None:
    """Tells the customer, in words approved beforehand, what holds now, and the code where there is one."""
    name = "choice_default" if how == ChoiceHow.DEFAULT else "choice_kept"
    fields = {"option": shown.labels()[shown.chosen or 0]}
    if voucher is not None:
        name = "choice_default_voucher" if how == ChoiceHow.DEFAULT else "choice_voucher"
        fields["code"] = told(voucher, shown.language)
    await _say(session, texts, case, name, shown, dedupe_key=f"chosen:{shown.choice.id}", **fields)


async def _put_before_agents(
    session: AsyncSession, texts: StandingTexts, case: Case, shown: Shown, option: int, now: datetime
) -> None:
    """A press that chooses nothing any more is something the customer has said: somebody answers it."""
    filed = await insert_once(
        session,
        Message,
        case_id=case.id,
        identity_id=case.identity_id,
        external_id=f"{KIND}:{shown.choice.id}",
        edit=0,
        direction=Direction.IN,
        kind=KIND,
        text=shown.labels()[option],
        sent_at=now,
        created_at=now,
    )
    if filed is None:
        return
    case.flag = case.flag or FLAG
    await raise_revision(session, case)
    if case.state != CaseState.TAKEN_OVER:
        move(case, CaseState.DRAFTING)
    await due_now(session, case)
    record(session, "customer", "choice.late", case.id, choice=shown.choice.id)
    await _say(session, texts, case, "choice_late", shown, dedupe_key=f"choice_late:{shown.choice.id}")


async def _say(
    session: AsyncSession,
    texts: StandingTexts,
    case: Case,
    name: str,
    shown: Shown,
    *,
    dedupe_key: str,
    **fields: str,
) -> None:
    identity = await session.get_one(Identity, case.identity_id)
    customer = await session.get_one(Customer, case.customer_id)
    nobody = case.is_sample or case.answered_by_hand or identity.blocked_since is not None
    if nobody or customer.erased_at is not None:
        return
    await texts.enqueue(
        session,
        name,
        chat_key=case.chat_key,
        language=shown.language,
        dedupe_key=dedupe_key,
        case_id=case.id,
        number=str(case.number),
        **fields,
    )


async def _has_left(session: AsyncSession, choice: Choice) -> bool:
    """Whether any part of the text that put the choice has left: from then on it cannot be taken back."""
    left = select(OutboxEntry.id).where(
        OutboxEntry.approval_id == choice.approval_id, OutboxEntry.state != OutboxState.PENDING
    )
    return (await session.execute(left.limit(1))).first() is not None
