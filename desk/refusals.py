"""Refusals as sentences for the agent, in their language."""

from datetime import date, datetime

from fastapi.responses import JSONResponse

from desk.context import Visit
from responses.approving.withholding import UnsaidError
from responses.checks.advising import advice_of_refusal
from responses.drafts.errors import PlaceholderLeftError, UnfilledSlotError, UnknownSlotError
from responses.errors import BlockedError, NotAllowedError, ResponsesError
from responses.policies import NoPolicyError
from responses.policy.words.phrases import phrases_in


def refused(visit: Visit, error: ResponsesError, **more: object) -> JSONResponse:
    """The action was not carried out, and why; an error without a sentence goes on as an error."""
    reason, sentence = explained(visit, error)
    status = 403 if isinstance(error, NotAllowedError) else 409
    return JSONResponse({"ok": False, "reason": reason, "sentence": sentence, **more}, status)


def explained(visit: Visit, error: ResponsesError) -> tuple[str, str]:
    """The stable name and the sentence of a refusal."""
    match error:
        case BlockedError():
            return error.reason, sentence_of(visit, error)
        case PlaceholderLeftError():
            return "placeholder", visit.words("blocked.placeholder", words="[…]")
        case UnknownSlotError() | UnfilledSlotError():
            return "slot", visit.words("blocked.slot")
        case NoPolicyError():
            return "no_policy", visit.words("blocked.no_policy")
        case _:
            raise error


def sentence_of(visit: Visit, error: BlockedError) -> str:
    """The sentence of a reason, with its details as the reader writes them."""
    if error.reason == "findings":
        return visit.words("blocked.findings", advice=advice_of_refusal(error, visit.words.language))
    details = dict(error.details)
    if isinstance(error, UnsaidError):
        details["what"] = error.told(visit.words.language)
    if details.get("until"):
        until = datetime.fromisoformat(details["until"])
        details["until"] = visit.desk.present(visit.words).clock(until)
    if "role" in details:
        details["role"] = visit.words(f"roles.{details['role']}")
    if error.reason == "exit_day":
        details["day"] = phrases_in(visit.words.language).on_day(date.fromisoformat(details["day"]))
    if error.reason == "fact_invalid":
        details["expected"] = visit.words.maybe(f"facts.expected.{details['expected']}", details["expected"])
    return visit.words(f"blocked.{error.reason}", **details)
