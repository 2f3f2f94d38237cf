"""The commands about voucher codes: import, list, used."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.terminal import SOME_ROWS, USAGE, fail, say, settings_or_fail, with_database

if TYPE_CHECKING:
    from datetime import date

    from models.database import Database
    from models.money import Money
    from rimedio.settings import Settings

vouchers_app = typer.Typer(help="The codes of vouchers: yours, or made by Rimedio.", no_args_is_help=True)

_STATES = "free, reserved, active, used, void or expired"


def register(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    app.add_typer(vouchers_app, name="vouchers")


@vouchers_app.command("import")
def import_codes(
    file: Annotated[Path, typer.Argument(help="One code a line, or CSV with a column of codes.")],
    amount: Annotated[str, typer.Option(help="What each code is worth: 10 or 12.50.")],
    currency: Annotated[str, typer.Option(help="Three letters: EUR.")],
    expires: Annotated[
        str | None, typer.Option(help="The last day on which the codes can be used: 2026-12-31.")
    ] = None,
    column: Annotated[str | None, typer.Option(help="The heading of the column with the codes.")] = None,
) -> None:
    """Load codes that your shop accepts; policies with `codes: loaded` give them out, each once.

    Lines that are blank, or hold a code that is there already, are left out and named.

    Exit status: 0 all loaded, 1 nothing could be read, 3 some lines were left out.

    \b
    Examples:
        rimedio vouchers import codes.txt --amount 10 --currency EUR
        rimedio vouchers import codes.csv --column code --amount 10 --currency EUR --expires 2026-12-31
    """
    from responses.vouchers.codes import known_codes, load_codes
    from responses.vouchers.file import CodesFileError, read_codes

    worth, last_day = _money(amount, currency), _day(expires)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{file}: not UTF-8 text: save it as 'CSV UTF-8' or plain text")

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.writing() as session:
            try:
                read = read_codes(text, await known_codes(session), column)
            except CodesFileError as error:
                fail(f"{file}: {error}")
            if not read.codes and not read.left_out:
                fail(f"{file}: no code in it")
            await load_codes(session, read.codes, worth, last_day)
        for line, reason in read.left_out:
            say(f"{file}:{line}: left out: {reason}")
        until = f", good until {last_day.isoformat()}" if last_day is not None else ""
        say(f"{len(read.codes)} codes for {amount} {worth.currency} loaded{until}")
        if read.left_out:
            raise typer.Exit(SOME_ROWS)

    with_database(work)


@vouchers_app.command("list")
def list_codes(
    state: Annotated[str | None, typer.Option(help=f"List the codes that are {_STATES}.")] = None,
) -> None:
    """Count the codes by value and state; with --state list each of them with its case.

    \b
    Examples:
        rimedio vouchers list
        rimedio vouchers list --state active
    """
    from models.money import Money
    from models.states import VoucherState
    from responses.vouchers.codes import codes_in, pools

    if state is not None and state not in set(VoucherState):
        fail(f"--state {state!r}: expected {_STATES}", USAGE)

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.reading() as session:
            if state is None:
                for pool in await pools(session):
                    typer.echo(f"{_written(pool.amount)}\t{pool.state}\t{pool.count}")
                return
            for voucher, number in await codes_in(session, VoucherState(state)):
                money = Money.from_minor(voucher.amount_minor, voucher.currency)
                until = voucher.expires_on.isoformat() if voucher.expires_on is not None else ""
                typer.echo(f"{voucher.code}\t{_written(money)}\t{until}\t{f'#{number}' if number else ''}")

    with_database(work)


@vouchers_app.command("used")
def used(code: Annotated[str, typer.Argument(help="As the customer shows it.")]) -> None:
    """Mark a code as used. Only an active one can be, and only once.

    Example: rimedio vouchers used 1F0C-77A2-9B3D-E461
    """
    from models.clock import utcnow
    from models.money import Money
    from responses.vouchers.codes import expire_codes, use_code

    async def work(database: "Database", settings: "Settings") -> None:
        now = utcnow()
        async with database.writing() as session:
            # The program's own rounds may not have come by since midnight.
            await expire_codes(session, now.astimezone(settings.zone).date())
        async with database.writing() as session:
            voucher = await use_code(session, code, now)
        say(f"{voucher.code}: {_written(Money.from_minor(voucher.amount_minor, voucher.currency))}, used")

    with_database(work)


def _money(amount: str, currency: str) -> "Money":
    from babel.numbers import is_currency

    from models.money import Money

    code = currency.strip().upper()
    if not is_currency(code):
        fail(f"--currency {currency!r}: expected three letters such as EUR", USAGE)
    try:
        number = Decimal(amount.strip().replace(",", "."))
    except InvalidOperation:
        number = Decimal(0)
    money = Money(amount=number, currency=code) if number.is_finite() else None
    if money is None or number <= 0 or money.rounded().amount != number:
        fail(f"--amount {amount!r}: expected a sum such as 10 or 12.50", USAGE)
    return money


def _day(text: str | None) -> "date | None":
    from datetime import date

    from models.clock import utcnow

    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        fail(f"--expires {text!r}: expected a day such as 2026-12-31", USAGE)
    if day <= utcnow().astimezone(settings_or_fail().zone).date():
        fail(f"--expires {text}: expected a day to come", USAGE)
    return day


def _written(money: "Money") -> str:
    return f"{money.amount.normalize():f} {money.currency}"
