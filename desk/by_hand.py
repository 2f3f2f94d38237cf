"""Vouchers by hand: one that an agent puts into the answer, with its code."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from desk.acting import Shown, acting_on, done, text_as_draft
from desk.context import Actor
from desk.open_edits import forget_edit
from desk.refusals import refused
from responses.errors import BlockedError, ResponsesError
from responses.vouchers.by_hand import check_waits

router = APIRouter(prefix="/cases/{number:int}")


class OfVoucher(Shown):
    """What the voucher is worth, in minor units of the policy's currency."""

    amount: int


@router.post("/voucher")
async def put_voucher(visit: Actor, number: int, shown: OfVoucher) -> JSONResponse:
    """Puts a voucher into what stands in the box; its code is kept for it from now on."""
    try:
        async with acting_on(visit, number) as acting:
            if shown.bound is None:
                # With an empty box nothing else says which case the page showed.
                if acting.case.revision != shown.revision:
                    raise BlockedError("stale")
                check_waits(acting.case)
            await visit.desk.road.approvals.put_voucher(
                acting.session,
                acting.agent,
                acting.case,
                await text_as_draft(visit, acting, shown),
                shown.amount,
                language=acting.case.language or visit.desk.language,
            )
            await forget_edit(acting)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.voucher_put"))
