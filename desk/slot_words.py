"""What the slots of a draft would say if it were approved now."""

from desk.context import Visit
from models.clock import utcnow
from models.decision import Decision
from models.tables import Draft
from responses.approving.bookkeeping import voucher_amounts
from responses.choices.deadline import choose_by
from responses.drafts.dates import format_due, needs_time
from responses.drafts.draft import formality_of
from responses.drafts.errors import UnknownSlotError
from responses.drafts.slots import CHOOSE_BY, greeting_for, slots_in
from responses.policy import Policy


def slot_words(
    draft: Draft, decision: Decision | None, policy: Policy | None, visit: Visit, language: str
) -> dict[str, str]:
    """Slot, as it stands in the text, to what it becomes; a voucher's code is only described.

    `language` is the draft's, or the reader's for its twin.
    """
    try:
        slots = slots_in(draft.text)
    except UnknownSlotError:
        return {}
    present = visit.desk.present(visit.words)
    now, zone = utcnow(), visit.desk.road.config.timezone
    vouchers = voucher_amounts(decision)
    commitments = decision.commitments if decision is not None else ()
    words: dict[str, str] = {}
    for slot in slots:
        name, _, number = slot.partition(":")
        if name == "agent":
            words[f"{{{slot}}}"] = visit.agent.name
        elif name == "greeting":
            words[f"{{{slot}}}"] = greeting_for(language, formality_of(draft.variant), now.astimezone(zone))
        elif name == "voucher" and number in vouchers:
            words[f"{{{slot}}}"] = visit.words("slots.voucher", amount=present.money(vouchers[number]))
        elif name == CHOOSE_BY and policy is not None:
            words[f"{{{slot}}}"] = choose_by(decision, language, policy.hours, now) or f"{{{slot}}}"
        elif name == "due" and policy is not None and 0 < int(number) <= len(commitments):
            commitment = commitments[int(number) - 1]
            due = policy.hours.add(commitment.within, now)
            words[f"{{{slot}}}"] = format_due(
                due,
                language,
                zone,
                with_time=needs_time(commitment),
                today=now.astimezone(zone).date(),
            )
    return words


def with_slots(text: str, words: dict[str, str]) -> str:
    """The text as it would read, for who only reads it."""
    for slot, value in words.items():
        text = text.replace(slot, value)
    return text
