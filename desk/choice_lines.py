"""A choice as a case's page shows it."""

from dataclasses import dataclass
from datetime import datetime

from desk.context import Visit
from models.tables import Voucher
from responses.choices.choosing import Proposal
from responses.choices.offered import Shown, is_open
from responses.choices.replies import ReplyKind
from responses.views import CaseView


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceLine:
    """A choice as the page shows it, in the reader's language.

    `proposal` is what the customer's words seem to say of it, None where they say nothing; `meant` are the
    options that a press would confirm. `voucher` is the code of what was chosen.
    """

    shown: Shown
    labels: tuple[str, ...]
    chosen: int | None
    is_open: bool
    proposal: Proposal | None
    meant: tuple[int, ...]
    voucher: Voucher | None


def choice_lines(view: CaseView, visit: Visit, now: datetime) -> list[ChoiceLine]:
    """Every choice of the case, oldest first."""
    return [_line(shown, view, visit, now) for shown in view.choices]


def _line(shown: Shown, view: CaseView, visit: Visit, now: datetime) -> ChoiceLine:
    choice = shown.choice
    proposal = next((one for one in view.proposals if one.shown.choice.id == choice.id), None)
    return ChoiceLine(
        shown=shown,
        labels=shown.labels(visit.words.language),
        chosen=shown.chosen,
        is_open=is_open(choice, now),
        proposal=proposal,
        meant=_meant(proposal),
        voucher=next(
            (one for one in view.vouchers if one.offer_id == choice.chosen_offer_id and one.offer_id), None
        ),
    )


def _meant(proposal: Proposal | None) -> tuple[int, ...]:
    if proposal is None or proposal.reply.kind is ReplyKind.DECLINE:
        return ()
    if proposal.reply.option is not None:
        return (proposal.reply.option,)
    return tuple(range(len(proposal.shown.offers)))
