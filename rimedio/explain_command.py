"""`rimedio policy explain`: what the policy makes of a message, and why."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.policy_commands import (
    AUDIENCES,
    check_language,
    complaint_types_told,
    fail_with_problems,
    known_or_fail,
    load_or_fail,
    policy_app,
)
from rimedio.terminal import USAGE, fail, settings_or_fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.assessment import Assessment
    from models.decision import FactValue, Matter
    from responses.policy import Policy
    from responses.policy.case_file import Past
    from rimedio.settings import Settings


def register() -> None:
    """Adds the command to those about the policy."""
    policy_app.command("explain")(explain)


def explain(
    text: Annotated[str, typer.Argument(help="The customer's message, or - to read it from standard input.")],
    facts: Annotated[
        list[str] | None,
        typer.Option(help="What is known: NAME=VALUE, again for each; VALUE 'unavailable' if nobody can."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="The policy file; that of the policy folder if none.")
    ] = None,
    audience: Annotated[
        str, typer.Option(help="Whose policy, where the folder holds several: customer or colleague.")
    ] = "customer",
    types: Annotated[
        str | None,
        typer.Option(help="Take these complaint types, joined by commas, instead of asking the model."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(help="What this case was given before, as a case file writes it; again for each."),
    ] = None,
    history: Annotated[
        list[str] | None,
        typer.Option(
            help="What another case of the same customer was given; again for each. Or a FILE with the keys"
            " given, history and signals."
        ),
    ] = None,
    signals: Annotated[
        str | None,
        typer.Option(help="What signals count, by how many days ago each was; 0 is the case at hand."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Say it in it or en; RIMEDIO_LANGUAGE if not given.")
    ] = None,
) -> None:
    """Say what the policy makes of a message: which rules were tried, and why each did or did not hold.

    With --given, --history and --signals it is told what was before, as `given`, `history` and `signals` of a
    case file (docs/policy.md); with --history FILE all of it at once, from a file with these keys. The same
    failure in another case, or after a promise that was broken, is the second time.

    \b
    Examples:
        rimedio policy explain "Di nuovo in ritardo" --types delivery_late \\
            --history "complaint: delivery_late, remedy: voucher, worth: 5 EUR, days_ago: 40, promise: kept"
        rimedio policy explain "E allora?" --types delivery_late \\
            --given "complaint: delivery_late, remedy: voucher, worth: 5 EUR, promise: broken"
        rimedio policy explain "Ancora io" --types delivery_late --signals "claims: [0, 6, 20]"
        rimedio policy explain "Ancora io" --types delivery_late --history before.yaml
        rimedio policy explain "Il pacco non arriva" --facts order_id=RS1 --facts days_late=8
        rimedio policy explain "Arriva rotto" --types item_damaged
    """
    from nlp.errors import NlpError
    from responses.policy import decide
    from rimedio.errors import ProgramError
    from rimedio.policy_account import account

    check_language(language)
    if audience not in AUDIENCES:
        fail(f"--audience {audience!r}: expected customer or colleague", USAGE)
    settings = settings_or_fail()
    if text == "-":
        import sys

        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        judging = load_or_fail(policy or _policy_for(audience, settings))
        known = known_or_fail(judging.facts, judging.currency, facts or [], "--facts")
        named = tuple(name.strip() for name in types.split(",") if name.strip()) if types else None
        for name in named or ():
            if name not in complaint_types_told():
                fail(f"--types: {name!r} is no complaint type: {', '.join(complaint_types_told())}", USAGE)
        past = _past(judging, given or [], history or [], signals)
        matter = _matter(text, known, named) if named else _read(text, known, settings, judging)
    except (ProgramError, NlpError) as error:
        fail(str(error))
    matter = replace(matter, given_here=past.given_here, history=past.history, record=past.record)
    in_words = language or settings.language
    for line in account(judging, matter, decide(judging, matter, language=in_words), in_words):
        typer.echo(line)


def _past(policy: "Policy", given: "Sequence[str]", history: "Sequence[str]", signals: str | None) -> "Past":
    """What was before; a mistake in it ends the command."""
    from models.clock import utcnow
    from responses.policy import PolicyFileError
    from responses.policy.case_file import read_past, read_past_file

    if signals is not None and not policy.signals:
        fail(f"--signals {signals!r}: the policy has no signals", USAGE)
    files = [Path(one) for one in history if one.endswith((".yaml", ".yml")) or _is_file(one)]
    named, types, now = {str(path) for path in files}, complaint_types_told(), utcnow()
    entries = [one for one in history if str(Path(one)) not in named]
    try:
        told = read_past(policy, now, given=given, history=entries, signals=signals, complaint_types=types)
        for path in files:
            told = told.joined(read_past_file(policy, now, path, complaint_types=types))
    except OSError as error:
        fail(f"--history {error.filename}: {error.strerror}", USAGE)
    except PolicyFileError as error:
        fail("\n".join(str(problem) for problem in error.problems), USAGE)
    return told.counted()


def _answered_in(language: str) -> str:
    """What the desk takes for a message's language: drafts are not written in others."""
    from models.labels import Language

    return language if language in set(Language) else Language.ENGLISH


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except OSError:  # longer than any name
        return False


def _policy_for(audience: str, settings: "Settings") -> Path:
    """The only policy of the folder, or the only one for that audience."""
    from responses.policy.files import policies_in
    from responses.policy_files import read_folder
    from rimedio.installation import policy_folder

    folder = policy_folder(settings)
    found, kind = policies_in(folder), "policies"
    if len(found) > 1:
        read = read_folder(folder, complaint_types_told())
        found = [file.path for file in read.files if file.policy.audience == audience]
        if not found and read.refused:
            fail_with_problems(read.refused[0])
        kind = f"policies for {audience}s"
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        fail(f"{folder} holds {len(found)} {kind} ({names}): say which with --policy FILE", USAGE)
    return found[0]


def _read(text: str, known: "dict[str, FactValue]", settings: "Settings", policy: "Policy") -> "Matter":
    """The matter that the model makes of a message; without a book, as the desk would before any import."""
    from responses.facts import ORDER_FACT
    from responses.orders.keys import shape_of
    from rimedio.model import load_classifier

    (found,) = load_classifier(settings).classify([text.encode("utf-8", "replace").decode()])
    _say_understood(found)
    spec = policy.facts.get(ORDER_FACT)
    shapes = spec.shapes if spec is not None else frozenset()
    alike = [number for number in found.entities.other_numbers if shape_of(number) in shapes]
    orders = found.entities.order_ids or alike
    if orders and ORDER_FACT not in known:
        from models.decision import FactValue

        known = {**known, ORDER_FACT: FactValue(value=orders[-1], source="customer")}
    return _matter(text, known, None, found)


def _matter(
    text: str,
    known: "dict[str, FactValue]",
    types: "tuple[str, ...] | None",
    found: "Assessment | None" = None,
) -> "Matter":
    from models.clock import utcnow
    from models.decision import Matter
    from models.labels import Act, Language, Tone, Urgency

    return Matter(
        act=found.act.label if found is not None else Act.COMPLAINT,
        complaint_types=types or tuple(one.label for one in (found.complaint_types if found else ())),
        tone=found.tone.label if found is not None else Tone.CALM,
        urgency=found.urgency.label if found is not None else Urgency.NORMAL,
        asks=tuple(one.label for one in found.asks) if found is not None else (),
        own_error=found is not None and found.own_error.label == "yes",
        language=_answered_in(found.language) if found is not None else Language.ITALIAN,
        abstained=found.abstained if found is not None else frozenset(),
        facts=known,
        given_here=(),
        history=(),
        now=utcnow(),
    )


def _say_understood(found: "Assessment") -> None:
    parts = [found.act, *found.complaint_types, found.tone, found.urgency, *found.asks]
    typer.echo("  ".join(f"{one.label} {one.probability:.0%}" for one in parts))
    if found.abstained:
        typer.echo(f"not sure of: {', '.join(sorted(found.abstained))}")
    typer.echo()
