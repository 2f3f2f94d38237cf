"""The commands about the policy: check, test, explain."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rimedio.terminal import FAILURE, USAGE, fail, say, settings_or_fail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.assessment import Assessment
    from models.decision import Decision, FactValue, Matter
    from responses.policy import Policy, PolicyFileError
    from responses.policy.case_file import Past
    from responses.policy.schema import FactSpec
    from rimedio.settings import Settings

policy_app = typer.Typer(
    help="What the business does when it is wrong, decided beforehand.", no_args_is_help=True
)

_MARKS = {"matched": "✓", "not_matched": "✗", "open": "?"}


def register(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    app.add_typer(policy_app, name="policy")


@policy_app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The policy file (YAML), or a folder of them.")],
) -> None:
    """Look for mistakes in a policy file; each with its line and what is expected.

    Of a folder every policy is looked at, and whether two would judge the same matters.

    Exit status: 0 nothing wrong (there may be warnings), 1 errors.

    \b
    Examples:
        rimedio policy check policies/negozio.yaml
        rimedio policy check policies
    """
    from responses.policy import check as look
    from responses.policy import check_folder
    from responses.policy.files import policies_in

    files = policies_in(file) if file.is_dir() else [file]
    if not files:
        fail(f"{file}: no policy there: expected NAME.yaml")
    types = complaint_types_told()
    policies = [load_or_fail(path) for path in files]
    findings = [finding for policy in policies for finding in look(policy, complaint_types=types)]
    findings += check_folder(policies)
    for finding in findings:
        typer.echo(str(finding))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(FAILURE)
    for policy in policies:
        counted = f"{len(policy.rules)} rules, {len(policy.owed)} owed by law or contract"
        say(f"{policy.file}: {counted}; no errors")


def complaint_types_told() -> tuple[str, ...]:
    """Those that the classifier tells; reads no settings, which takes longer, unless heads are one's own."""
    import os

    from rimedio.heads_store import HeadsStore, complaint_types_of

    usual = HeadsStore(Path(os.environ.get("RIMEDIO_HOME") or "var")).in_use() is None
    if usual and not os.environ.get("RIMEDIO_HEADS") and not Path("rimedio.toml").exists():
        return complaint_types_of(None)
    return complaint_types_of(settings_or_fail().heads_folder)


@policy_app.command("test")
def try_cases(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Case files (NAME.cases.yaml beside NAME.yaml); all of the policy folder if none."
        ),
    ] = None,
) -> None:
    """Try the sentences of case files: what is known of a matter, and what the policy is to make of it.

    Exit status: 0 all as expected, 1 something is not.

    \b
    Examples:
        rimedio policy test
        rimedio policy test policies/negozio.cases.yaml
    """
    from responses.policy.case_file import SUFFIX, policy_beside
    from rimedio.errors import ProgramError

    settings = settings_or_fail()
    if not files:
        from rimedio.installation import policy_folder

        try:
            folder = policy_folder(settings)
        except ProgramError as error:
            fail(str(error))
        files = sorted(folder.glob(f"*{SUFFIX}"))
        if not files:
            fail(f"{folder}: no case file there: expected NAME{SUFFIX} beside NAME.yaml")
    wrong = 0
    for path in files:
        if not path.name.endswith(SUFFIX):
            fail(f"{path}: expected a case file: NAME{SUFFIX}, beside the policy NAME.yaml", USAGE)
        policy = load_or_fail(policy_beside(path))
        wrong += _try_all(path, policy, settings.language)
    if wrong:
        raise typer.Exit(FAILURE)


@policy_app.command("explain")
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
        typer.Option(help="What another case of the same customer was given; again for each."),
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
    case file (docs/policy.md). The same failure in another case, or after a promise that was broken, is the
    second time.

    \b
    Examples:
        rimedio policy explain "Di nuovo in ritardo" --types delivery_late \\
            --history "complaint: delivery_late, remedy: voucher, worth: 5 EUR, days_ago: 40, promise: kept"
        rimedio policy explain "E allora?" --types delivery_late \\
            --given "complaint: delivery_late, remedy: voucher, worth: 5 EUR, promise: broken"
        rimedio policy explain "Ancora io" --types delivery_late --signals "claims: [0, 6, 20]"
        rimedio policy explain "Il pacco non arriva" --facts order_id=RS1 --facts days_late=8
        rimedio policy explain "Arriva rotto" --types item_damaged
    """
    from nlp.errors import NlpError
    from rimedio.errors import ProgramError

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
    _tell(judging, matter, language or settings.language)


def _past(policy: "Policy", given: "Sequence[str]", history: "Sequence[str]", signals: str | None) -> "Past":
    """What was before; a mistake in it ends the command."""
    from models.clock import utcnow
    from responses.policy import PolicyFileError
    from responses.policy.case_file import read_past

    if signals is not None and not policy.signals:
        fail(f"--signals {signals!r}: the policy has no signals", USAGE)
    try:
        return read_past(
            policy,
            utcnow(),
            given=given,
            history=history,
            signals=signals,
            complaint_types=complaint_types_told(),
        )
    except PolicyFileError as error:
        fail("\n".join(str(problem) for problem in error.problems), USAGE)


def load_or_fail(path: Path) -> "Policy":
    """The policy of a file; what is wrong in it ends the command, each with its place."""
    from responses.policy import PolicyFileError, load_policy
    from rimedio.errors import ProgramError

    try:
        return load_policy(path, complaint_types_told())
    except ProgramError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    except PolicyFileError as error:
        _fail_with_problems(error)


def _fail_with_problems(error: "PolicyFileError") -> NoReturn:
    """Ends the command with everything that is wrong in a file, each with its place."""
    for problem in error.problems:
        typer.echo(str(problem))
    raise typer.Exit(FAILURE) from None


def _try_all(path: Path, policy: "Policy", language: str) -> int:
    """How many cases came out otherwise than expected; each is told with the rules that were tried."""
    from responses.policy import PolicyFileError
    from responses.policy.case_file import read_cases, try_case

    try:
        cases = read_cases(path, policy, complaint_types_told())
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    except PolicyFileError as error:
        _fail_with_problems(error)
    wrong = 0
    for case in cases:
        decision, mismatches = try_case(policy, case, language=language)
        if not mismatches:
            continue
        wrong += 1
        typer.echo(f"{path}:{case.place.line}: {case.name}")
        for mismatch in mismatches:
            typer.echo(f"    {mismatch}")
        for line in _steps(decision):
            typer.echo(f"    {line}")
    said = "all as expected" if not wrong else f"{wrong} not as expected"
    say(f"{path}: {len(cases)} cases, {said}")
    return wrong


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
            _fail_with_problems(read.refused[0])
        kind = f"policies for {audience}s"
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        fail(f"{folder} holds {len(found)} {kind} ({names}): say which with --policy FILE", USAGE)
    return found[0]


def known_or_fail(
    specs: "Mapping[str, FactSpec]", currency: str, facts: "Sequence[str]", option: str
) -> "dict[str, FactValue]":
    """What an option says of facts, as `NAME=VALUE`; a mistake in it ends the command."""
    import difflib

    from models.clock import utcnow
    from models.decision import FactValue
    from responses.errors import BlockedError
    from responses.policy.case_file import UNAVAILABLE
    from responses.typed_values import parse_fact

    known = {}
    today = utcnow().date()
    for one in facts:
        name, equals, value = (part.strip() for part in one.partition("="))
        if not equals or not value:
            fail(f"{option} {one!r}: expected NAME=VALUE, such as days_late=8", USAGE)
        if name not in specs:
            near = difflib.get_close_matches(name, specs, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; it asks about {', '.join(specs)}"
            fail(f"{option} {one!r}: the policy has no fact {name!r}{hint}", USAGE)
        if value == UNAVAILABLE:
            known[name] = FactValue(value=None, source="customer", unavailable=True)
            continue
        try:
            parsed = parse_fact(specs[name], value, currency, today)
        except BlockedError as error:
            expected = error.details.get("expected", "money")
            example = _EXAMPLES.get(expected, expected).format(currency=currency)
            fail(f"{option} {one!r}: expected {example}", USAGE)
        known[name] = FactValue(value=parsed, source="agent")
    return known


_EXAMPLES = {
    "money": "an amount such as 50 or 50 {currency}",
    "days": "a number of days such as 8",
    "number": "a number such as 8",
    "yes_no": "yes or no",
    "date": "a date such as 2026-11-03",
    "date_with_year": "a date with its year such as 2026-11-03",
}


def _read(text: str, known: "dict[str, FactValue]", settings: "Settings", policy: "Policy") -> "Matter":
    """The matter that the model makes of a message; without a book, as the desk would before any import."""
    from responses.facts import ORDER_FACT
    from responses.order_keys import shape_of
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
    from models.labels import Act, Tone, Urgency

    return Matter(
        act=found.act.label if found is not None else Act.COMPLAINT,
        complaint_types=types or tuple(one.label for one in (found.complaint_types if found else ())),
        tone=found.tone.label if found is not None else Tone.CALM,
        urgency=found.urgency.label if found is not None else Urgency.NORMAL,
        asks=tuple(one.label for one in found.asks) if found is not None else (),
        own_error=found is not None and found.own_error.label == "yes",
        language=found.language if found is not None else "it",
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


def _tell(policy: "Policy", matter: "Matter", language: str) -> None:
    from responses.drafts.lines import offer_line, rule_line
    from responses.policy import decide
    from responses.policy.words import fact_nouns, reasons

    decision = decide(policy, matter, language=language)
    for line in _steps(decision, reasons(policy, matter, decision, language)):
        typer.echo(line)
    typer.echo()
    typer.echo(f"→ {offer_line(decision, language)}")
    typer.echo(f"  {rule_line(decision, language)}")
    for note in (*decision.limits_cut, *decision.notes):
        typer.echo(f"  {note}")
    words = _WORDS[language]
    if decision.second_time:
        typer.echo(f"  {words['second_time']}")
    if decision.signals:
        typer.echo(f"  {words['signals']}: {', '.join(decision.signals)}")
    nouns = fact_nouns(policy, language)
    if decision.presumed:
        typer.echo(f"  {words['presumed']}: {', '.join(nouns[name] for name in decision.presumed)}")
    for fact in decision.missing:
        typer.echo(f"  {words['asked' if fact.ask is not None else 'missing']}: {nouns[fact.name]}")
    typer.echo(f"  {words['approves']}: {words[decision.tier]}")


_WORDS = {
    "it": {
        "second_time": "è la seconda volta",
        "signals": "segnali in vigore",
        "presumed": "presunto, perché nessuno lo sa",
        "asked": "da chiedere al cliente",
        "missing": "lo deve dire un operatore",
        "approves": "approva",
        "agent": "un operatore",
        "supervisor": "un responsabile",
        "admin": "un amministratore",
    },
    "en": {
        "second_time": "it is the second time",
        "signals": "signals in force",
        "presumed": "presumed, as nobody knows it",
        "asked": "to be asked of the customer",
        "missing": "an agent has to say",
        "approves": "approved by",
        "agent": "an agent",
        "supervisor": "a supervisor",
        "admin": "an administrator",
    },
}


def _steps(decision: "Decision", reasons: "Sequence[str] | None" = None) -> "Sequence[str]":
    """The rules that were tried, for each complaint type in order."""
    width = max((len(step.rule_id) for step in decision.steps), default=0)
    lines, before = [], object()
    for step, reason in zip(decision.steps, reasons or [one.reason for one in decision.steps], strict=True):
        if step.complaint_type != before:
            before = step.complaint_type
            lines.append(step.complaint_type or "–")
        lines.append(f"  {_MARKS[step.outcome]} {step.rule_id:<{width}}  {reason}")
    return lines


LANGUAGES = ("it", "en")
AUDIENCES = ("customer", "colleague")


def check_language(language: str | None) -> None:
    """Ends the command where the desk does not speak that language."""
    if language is not None and language not in LANGUAGES:
        fail(f"--language {language!r}: expected it or en", USAGE)
