"""A text with a voucher that an agent puts into it."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import DecisionKind
from models.tables import Case, Draft, Voucher
from responses.checks.context import context_of
from responses.config import RoadConfig
from responses.policy import Policy
from responses.proposed import composed_draft
from responses.vouchers.by_hand import take_by_hand, with_voucher


async def text_with_voucher(
    session: AsyncSession,
    case: Case,
    draft: Draft | None,
    amount_minor: int,
    *,
    config: RoadConfig,
    policy: Policy,
    language: str,
) -> tuple[str, Voucher]:
    """The draft's text, or a new one in `language`, with a voucher of that value.

    Its code is kept for the case from now on.

    Raises:
        BlockedError: as `take_by_hand`.
    """
    today = utcnow().astimezone(config.timezone).date()
    voucher = await take_by_hand(session, case, amount_minor, policy, today)
    language = draft.language if draft is not None else language
    kind = draft.kind if draft is not None else DecisionKind.HAND_OVER
    about = await context_of(session, case, draft, config=config, policy=policy, kind=kind, language=language)
    text = with_voucher(
        draft.text if draft is not None else "",
        voucher,
        language,
        formal=about.formality == "formal",
        signature=await _signature_of(session, draft),
    )
    return text, voucher


async def _signature_of(session: AsyncSession, draft: Draft | None) -> str:
    composed = await composed_draft(session, draft) if draft is not None else None
    parts = composed.parts if composed is not None else []
    return next((words for name, words in parts if name == "signature"), "")
