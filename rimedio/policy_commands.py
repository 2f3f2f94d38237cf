"""The commands about the policy: check and test, and what the others about it need."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rimedio.terminal import FAILURE, USAGE, fail, say, settings_or_fail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.decision import FactValue
    from responses.policy import Policy, PolicyFileError
    from responses.policy.schema import FactSpec

policy_app = typer.Typer(
    help="What the business does when it is wrong, decided beforehand.", no_args_is_help=True
)


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
        fail_with_problems(error)


def fail_with_problems(error: "PolicyFileError") -> NoReturn:
    """Ends the command with everything that is wrong in a file, each with its place."""
    for problem in error.problems:
        typer.echo(str(problem))
    raise typer.Exit(FAILURE) from None


def _try_all(path: Path, policy: "Policy", language: str) -> int:
    """How many cases came out otherwise than expected; each is told with the rules that were tried."""
    from responses.policy import PolicyFileError
    from responses.policy.case_file import read_cases, try_case
    from rimedio.policy_account import account

    try:
        cases = read_cases(path, policy, complaint_types_told())
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    except PolicyFileError as error:
        fail_with_problems(error)
    wrong = 0
    for case in cases:
        decision, mismatches = try_case(policy, case, language=language)
        if not mismatches:
            continue
        wrong += 1
        typer.echo(f"{path}:{case.place.line}: {case.name}")
        for mismatch in mismatches:
            typer.echo(f"    {mismatch}")
        for line in account(policy, case.matter, decision, language):
            typer.echo(f"    {line}".rstrip())
    said = "all as expected" if not wrong else f"{wrong} not as expected"
    say(f"{path}: {len(cases)} cases, {said}")
    return wrong


def known_or_fail(
    specs: "Mapping[str, FactSpec]", currency: str, facts: "Sequence[str]", option: str
) -> "dict[str, FactValue]":
    """What an option says of facts, as `NAME=VALUE`; a mistake in it ends the command."""
    import difflib

    from models.clock import utcnow
    from models.decision import FactValue
    from responses.asking.typed_values import parse_fact
    from responses.errors import BlockedError
    from responses.policy.case_file import UNAVAILABLE

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


LANGUAGES = ("it", "en")
AUDIENCES = ("customer", "colleague")


def check_language(language: str | None) -> None:
    """Ends the command where the desk does not speak that language."""
    if language is not None and language not in LANGUAGES:
        fail(f"--language {language!r}: expected it or en", USAGE)
