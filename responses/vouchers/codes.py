"""Voucher codes: loaded by the business or made by us, reserved, told, used, and freed again."""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from babel.dates import format_date
from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision, DecisionKind, Duration, Remedy, RemedyKind
from models.ids import new_id
from models.money import Money
from models.serial import from_json
from models.states import VoucherState
from models.tables import Approval, Case, OfferRow, Voucher
from responses.drafts.numbers import locale_of
from responses.drafts.phrases import phrases
from responses.errors import BlockedError, ResponsesError
from responses.events import record
from responses.policy.given import later
from responses.policy.schema import Policy

_AROUND_CODES = re.compile(r"[\"'“”„«»‘’()\[\]<>,;:/|=?&…–—]+")
_FEWEST_FIGURES = 6

RUNNING_LOW = 5
"""With fewer free codes than this left of a value, the admins are told."""


class UnknownVoucherError(ResponsesError):
    """There is no such code, or it cannot be marked as used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """What is left of one value: how many free codes, and until when the next one can be used."""

    amount: Money
    free: int
    expires_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """The codes of one value in one state."""

    amount: Money
    state: VoucherState
    count: int


async def reserve(
    session: AsyncSession,
    offer: OfferRow,
    approval: Approval,
    *,
    loaded: bool,
    after: date,
    valid: Duration | None = None,
) -> Voucher:
    """A code for that voucher, reserved by this approval: one of the business's, or one of ours.

    A loaded one can be used on some day `after` that; one of ours for so long after it as `valid` says, None
    for ever.

    Raises:
        BlockedError: `no_codes`, when none of that value is left.
    """
    amount = from_json(Remedy, offer.content).amount
    if amount is None:
        raise BlockedError("gone")
    of_approval = {"case_id": approval.case_id, "approval_id": approval.id, "offer_id": offer.id}
    if not loaded:
        return await made(session, amount, after, valid, **of_approval)
    voucher = await taken(session, amount, after, **of_approval)
    if voucher is None:
        raise BlockedError("no_codes", amount=plain_money(amount))
    return voucher


async def made(
    session: AsyncSession, amount: Money, after: date, valid: Duration | None, **of: str
) -> Voucher:
    """A code of ours, reserved for what `of` names, which can be used for so long `after` that day."""
    ours = Voucher(
        code="-".join(secrets.token_hex(2).upper() for _ in range(4)),
        amount_minor=amount.minor,
        currency=amount.currency,
        expires_on=_last_day(after, valid),
        **of,
    )
    session.add(ours)
    await session.flush()
    return ours


async def taken(session: AsyncSession, amount: Money, after: date, **of: str) -> Voucher | None:
    """A code of the business's, reserved for what `of` names; None where none of that value is left."""
    # Those that expire first go first. Whoever asks at the same moment passes over a row that is being taken.
    first = (
        select(Voucher.id)
        .where(*_is_free(amount, after))
        .order_by(Voucher.expires_on.is_(None), Voucher.expires_on, Voucher.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    reserved = await session.execute(
        update(Voucher)
        .where(Voucher.id == first.scalar_subquery(), Voucher.state == VoucherState.FREE)
        .values(state=VoucherState.RESERVED, **of)
        .returning(Voucher.id)
        .execution_options(synchronize_session=False)
    )
    voucher_id = reserved.scalar_one_or_none()
    if voucher_id is None:
        return None
    return await session.get_one(Voucher, voucher_id, populate_existing=True)


def _last_day(after: date, valid: Duration | None) -> date | None:
    return later(datetime.combine(after, time()), valid).date() if valid is not None else None


async def release(session: AsyncSession, *which: ColumnElement[bool]) -> None:
    """Codes that nobody was told: the business's are free again, those of ours are void."""
    await session.execute(
        update(Voucher)
        .where(Voucher.state == VoucherState.RESERVED, *which)
        .values(
            state=case((Voucher.is_loaded, VoucherState.FREE.value), else_=VoucherState.VOID.value),
            case_id=case((Voucher.is_loaded, None), else_=Voucher.case_id),
            approval_id=case((Voucher.is_loaded, None), else_=Voucher.approval_id),
            offer_id=case((Voucher.is_loaded, None), else_=Voucher.offer_id),
        )
        .execution_options(synchronize_session=False)
    )


def told(voucher: Voucher, language: str) -> str:
    """The code as a text names it, with the last day on which it can be used: "AB-12, valido fino al …"."""
    if voucher.expires_on is None:
        return voucher.code
    day = format_date(voucher.expires_on, "long", locale=locale_of(language))
    return phrases(language).say("code_until", {"code": voucher.code, "day": day})


async def supplies(session: AsyncSession, decision: Decision | None, today: date) -> tuple[Supply, ...]:
    """Of every voucher that an offer holds, what is left of its value.

    Of codes of our own there is always one: those are told of that end and that the text will name.
    """
    if decision is None or decision.kind is not DecisionKind.OFFER:
        return ()
    ends = _last_day(today, decision.codes_valid)
    if not decision.loaded_codes and ends is None:
        return ()
    wanted: dict[tuple[int, str], Money] = {}
    for offer in decision.offers:
        if not decision.loaded_codes and len(offer.options) > 1:
            continue
        for option in offer.options:
            if option.kind is RemedyKind.VOUCHER and option.amount is not None:
                wanted[option.amount.minor, option.amount.currency] = option.amount
    if not decision.loaded_codes:
        return tuple(Supply(amount=amount, free=1, expires_on=ends) for amount in wanted.values())
    return tuple([await supply_of(session, amount, today) for amount in wanted.values()])


async def running_low(session: AsyncSession, policy: Policy, today: date) -> tuple[Supply, ...]:
    """The values that the policy gives codes of by their sum, and of which few or none are left."""
    left = [await supply_of(session, amount, today) for amount in named_values(policy)]
    return tuple(supply for supply in left if supply.free < RUNNING_LOW)


def named_values(policy: Policy) -> list[Money]:
    """What the vouchers are worth that the policy gives by their sum, the smallest first."""
    specs = [spec for entry in policy.entries for options in entry.give for spec in options]
    sums = {
        spec.amount.fixed.minor: spec.amount.fixed
        for spec in (*specs, *policy.ladder)
        if spec.kind is RemedyKind.VOUCHER
        and spec.amount is not None
        and spec.amount.fixed is not None
        and not spec.amount.counts
    }
    return [sums[minor] for minor in sorted(sums)]


async def free_values(session: AsyncSession, currency: str, today: date) -> list[Money]:
    """The values in that currency of which a code is loaded and free."""
    query = (
        select(Voucher.amount_minor)
        .where(
            Voucher.state == VoucherState.FREE,
            Voucher.currency == currency,
            or_(Voucher.expires_on.is_(None), Voucher.expires_on > today),
        )
        .distinct()
    )
    return [Money.from_minor(minor, currency) for minor in await session.scalars(query)]


async def expire_codes(session: AsyncSession, today: date) -> None:
    """What can no longer be used says so; a code that was promised and not told yet keeps its state."""
    await session.execute(
        update(Voucher)
        .where(
            Voucher.state.in_((VoucherState.FREE, VoucherState.ACTIVE)),
            Voucher.expires_on < today,
        )
        .values(state=VoucherState.EXPIRED)
        .execution_options(synchronize_session=False)
    )


async def use_code(session: AsyncSession, code: str, now: datetime) -> Voucher:
    """Marks a code as used, once.

    Raises:
        UnknownVoucherError: there is no such code, or it is not one that a customer can use.
    """
    wanted = code.strip()
    query = select(Voucher).where(func.lower(Voucher.code) == wanted.lower())
    voucher = (await session.scalars(query)).one_or_none()
    if voucher is None:
        raise UnknownVoucherError(
            f"{wanted!r} is no code of ours: see 'rimedio vouchers list --state active'"
        )
    used = await session.execute(
        update(Voucher)
        .where(Voucher.id == voucher.id, Voucher.state == VoucherState.ACTIVE)
        .values(state=VoucherState.USED, used_at=now)
        .returning(Voucher.id)
        .execution_options(synchronize_session=False)
    )
    if used.scalar_one_or_none() is None:
        raise UnknownVoucherError(f"{voucher.code} is {voucher.state}: expected an active code")
    await session.refresh(voucher)
    record(session, "system", "voucher.used", voucher.case_id, voucher=voucher.id)
    return voucher


async def load_codes(
    session: AsyncSession, codes: Sequence[str], amount: Money, expires_on: date | None
) -> None:
    """Puts codes into the pool of that value. None of them may be known yet (`known_codes`)."""
    for code in codes:
        session.add(
            Voucher(
                id=new_id(),
                code=code,
                amount_minor=amount.minor,
                currency=amount.currency,
                state=VoucherState.FREE,
                is_loaded=True,
                expires_on=expires_on,
            )
        )
    record(session, "system", "vouchers.loaded", count=len(codes))


async def known_codes(session: AsyncSession) -> Collection[str]:
    """Every code there is, casefolded: two that differ only in capitals are one to who types them."""
    return {code.casefold() for code in await session.scalars(select(Voucher.code))}


async def codes_by_hand(session: AsyncSession, text: str, case_id: str) -> Sequence[str]:
    """The codes that somebody has typed into a text and that are not this case's: free, or somebody else's.

    Capitals tell a code without figures from a word ("UNO" and "uno"); few figures are more often a number.
    """
    words = {
        bare
        for token in text.split()
        for word in (token, *_AROUND_CODES.split(token))
        for bare in (word, word.strip(".!?*_"))
    }
    typed = {word.lower() for word in words if any(sign.isdigit() for sign in word)}
    query = select(Voucher.code).where(
        or_(Voucher.code.in_(words), func.lower(Voucher.code).in_(typed)),
        # One of ours that was taken back is nobody's any more.
        or_(Voucher.case_id.is_(None), Voucher.case_id != case_id, Voucher.state == VoucherState.VOID),
    )
    found = await session.scalars(query.order_by(Voucher.code))
    return [code for code in found if not code.isdigit() or len(code) >= _FEWEST_FIGURES]


async def pools(session: AsyncSession) -> list[Pool]:
    """How many codes of each value are in each state."""
    query = (
        select(Voucher.currency, Voucher.amount_minor, Voucher.state, func.count())
        .group_by(Voucher.currency, Voucher.amount_minor, Voucher.state)
        .order_by(Voucher.currency, Voucher.amount_minor, Voucher.state)
    )
    return [
        Pool(amount=Money.from_minor(minor, currency), state=VoucherState(state), count=count)
        for currency, minor, state, count in (await session.execute(query)).all()
    ]


async def codes_in(session: AsyncSession, state: VoucherState) -> list[tuple[Voucher, int | None]]:
    """Every code in that state with the number of its case, where it has one."""
    query = (
        select(Voucher, Case.number)
        .outerjoin(Case, Case.id == Voucher.case_id)
        .where(Voucher.state == state)
        .order_by(Voucher.id)
    )
    return [(voucher, number) for voucher, number in (await session.execute(query)).all()]


def plain(supply: Supply) -> str:
    """One pool in a few words: "10 EUR: 2"."""
    return f"{plain_money(supply.amount)}: {supply.free}"


async def supply_of(session: AsyncSession, amount: Money, today: date) -> Supply:
    """What is left of that value."""
    # The free ones are those that the next approval may take.
    query = select(func.count(), func.min(Voucher.expires_on)).where(*_is_free(amount, today))
    free, expires_on = (await session.execute(query)).one()
    return Supply(amount=amount, free=free, expires_on=expires_on)


def _is_free(amount: Money, after: date) -> tuple[ColumnElement[bool], ...]:
    """A code that nobody has, and that can still be used on a day after that."""
    return (
        Voucher.state == VoucherState.FREE,
        Voucher.amount_minor == amount.minor,
        Voucher.currency == amount.currency,
        or_(Voucher.expires_on.is_(None), Voucher.expires_on > after),
    )


def plain_money(amount: Money) -> str:
    """A sum in the words of the command line: "10 EUR"."""
    return f"{amount.amount.normalize():f} {amount.currency}"
