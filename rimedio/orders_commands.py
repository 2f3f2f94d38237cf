"""The commands about the order book: import, list, links, key."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.terminal import SOME_ROWS, USAGE, fail, say, with_database

if TYPE_CHECKING:
    from models.database import Database
    from models.tables import Order
    from responses.orders.values import Reader
    from rimedio.order_file import Found, OrderFile
    from rimedio.settings import Settings

orders_app = typer.Typer(help="The book of orders, bookings or contracts.", no_args_is_help=True)

_AT_ONCE = 500
_SHOWN = 50


def register(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    app.add_typer(orders_app, name="orders")


@orders_app.command("import")
def import_orders(
    file: Annotated[Path, typer.Argument(help="A table with a header: CSV, XLSX, ODS or JSON lines.")],
    map_: Annotated[
        list[str] | None, typer.Option("--map", help='Which column is what: NAME="Column", again for each.')
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The spreadsheet's sheet; the first if none.")] = None,
    country: Annotated[
        str | None,
        typer.Option(help="Where telephone numbers without a country code are dialled, such as FR."),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Read everything and keep nothing.")] = False,
) -> None:
    """Put a file's orders into the book. Those that are there take what the file says of them.

    Nothing is removed: what has no column, or an empty or unreadable cell, stays as it was known.

    Exit status: 0 everything was read, 3 some rows or values were not (they are listed, the rest is kept).

    \b
    Examples:
        rimedio orders import ordini.csv
        rimedio orders import ordini.xlsx --sheet Novembre --map order_id="Numero ordine" --dry-run
    """

    async def work(database: "Database", settings: "Settings") -> None:
        from models.clock import utcnow
        from responses.orders.book import Kept, keep_orders

        orders = _open(file, sheet, map_ or [], _reader(settings, country))
        _say_columns(orders)
        kept, unread, now = Kept(), 0, utcnow()
        for found in _portions(_told(orders.rows())):
            unread += sum(bool(one.problems) for one in found)
            entries = [one.entry for one in found if one.entry is not None]
            if dry_run:
                kept += Kept(new=len(entries))
                continue
            # A portion is whole or not at all: whoever is interrupted repeats the import.
            async with database.writing() as session:
                kept += await keep_orders(session, entries, file.name, now)
        if dry_run:
            say(f"{kept.new} orders could be read; nothing was kept")
        else:
            say(f"{kept.new} new, {kept.changed} changed, {kept.same} as they were")
        if unread:
            say(f"{unread} rows were not read, or not wholly")
            raise typer.Exit(SOME_ROWS)

    with_database(work)


@orders_app.command("list")
def list_orders(
    number: Annotated[
        str | None, typer.Argument(help="Everything about this order; the newest if none.")
    ] = None,
) -> None:
    """Show an order with all that the book has of it, or the numbers of the newest ones.

    Example: rimedio orders list RS1234
    """

    async def work(database: "Database", settings: "Settings") -> None:
        from sqlalchemy import func, select

        from models.tables import Order
        from responses.orders.book import find_order

        async with database.reading() as session:
            if number is not None:
                order = await find_order(session, number)
                if order is None:
                    fail(f"the book has no order {number!r}")
                _show(order, settings)
                return
            count = (await session.scalars(select(func.count()).select_from(Order))).one()
            newest = select(Order).order_by(Order.imported_at.desc(), Order.number).limit(_SHOWN)
            for order in await session.scalars(newest):
                day = order.imported_at.astimezone(settings.zone)
                typer.echo(f"{order.number}\t{order.name or ''}\t{day:%Y-%m-%d}")
        say(f"{count} orders in the book" + (f"; the newest {_SHOWN} are shown" if count > _SHOWN else ""))

    with_database(work)


@orders_app.command("links")
def links(
    file: Annotated[str, typer.Argument(help="A table of orders, as for import; ALL for the whole book.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the links go: a .csv file.")],
    qr: Annotated[
        Path | None, typer.Option(help="A folder for QR pictures, an SVG and a PNG an order.")
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help='Which column is what: NAME="Column", again for each.')
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The spreadsheet's sheet; the first if none.")] = None,
) -> None:
    """Make a start link for each order: whoever opens it need not say which order it is, nor prove it.

    \b
    Examples:
        rimedio orders links ALL -o links.csv
        rimedio orders links ordini.csv -o links.csv --qr pictures
    """

    async def work(database: "Database", settings: "Settings") -> None:
        from sqlalchemy import select

        from models.tables import Order

        if file == "ALL":
            async with database.reading() as session:
                numbers: Sequence[str] = (
                    await session.scalars(select(Order.number).order_by(Order.number))
                ).all()
        else:
            rows = _told(_open(Path(file), sheet, map_ or [], _reader(settings, None)).rows())
            numbers = [one.entry.number for one in rows if one.entry is not None]
        bot = await _bot_name(settings)
        _write_links(list(dict.fromkeys(numbers)), output, qr, settings, bot)

    with_database(work)


@orders_app.command("key")
def key() -> None:
    """Print the key that signs start links, for a shop that makes them itself. Keep it secret.

    Example: rimedio orders key
    """
    from responses.orders.links import link_key
    from rimedio.terminal import settings_or_fail

    typer.echo(link_key(settings_or_fail().signing_secret).hex())


def _reader(settings: "Settings", country: str | None) -> "Reader":
    """Reads for the facts of every policy in the folder."""
    from responses.orders.values import reader_for
    from responses.policy import PolicyFileError
    from responses.policy.files import policies_in
    from responses.policy.load import load_policy
    from rimedio.errors import ProgramError
    from rimedio.heads_store import complaint_types_of
    from rimedio.installation import policy_folder

    if country is not None and (len(country) != 2 or not country.isalpha()):
        fail(f"--country {country!r}: expected two letters, such as FR", USAGE)
    try:
        folder = policy_folder(settings)
        paths = policies_in(folder)
        types = complaint_types_of(settings.heads_folder)
        policies = [load_policy(path, types) for path in paths]
    except (ProgramError, PolicyFileError) as error:
        fail(str(error))
    if not policies:
        fail(f"{folder}: no policy (*.yaml) there, which would say what is known of an order")
    return reader_for(policies, settings.language, country.upper() if country else None)


def _open(path: Path, sheet: str | None, said: Sequence[str], reader: "Reader") -> "OrderFile":
    from nlp.errors import NlpError
    from rimedio.errors import ProgramError
    from rimedio.order_file import open_orders

    try:
        return open_orders(path, sheet, said, reader)
    except (ProgramError, NlpError) as error:
        fail(str(error), USAGE)


def _say_columns(orders: "OrderFile") -> None:
    for name, column in orders.mapping.items():
        say(f"{name} ← {column!r}")
    if orders.unused:
        say(f"not used: {', '.join(repr(column) for column in orders.unused)}")


def _told(rows: "Iterator[Found]") -> "Iterator[Found]":
    for found in rows:
        for problem in found.problems:
            say(f"line {found.line}: {problem}" + ("" if found.entry is None else " (left out)"))
        for warning in found.warnings:
            say(f"line {found.line}: warning: {warning}")
        yield found


def _portions(rows: "Iterator[Found]") -> "Iterator[list[Found]]":
    while portion := list(islice(rows, _AT_ONCE)):
        yield portion


def _show(order: "Order", settings: "Settings") -> None:
    from responses.orders.book import facts_of

    values = {
        "number": order.number,
        "name": order.name,
        "email": order.email,
        "phone": order.phone,
        "postcode": order.postcode,
        "telegram_id": order.telegram_id,
        **{name: _plain(fact.value) for name, fact in facts_of(order).items()},
        "from": f"{order.source}, {order.imported_at.astimezone(settings.zone):%Y-%m-%d %H:%M}",
    }
    for name, value in values.items():
        if value is not None:
            typer.echo(f"{name}\t{value}")


def _plain(value: object) -> str:
    from models.money import Money

    if isinstance(value, Money):
        return f"{value.rounded().amount} {value.currency}"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


async def _bot_name(settings: "Settings") -> str | None:
    from rimedio.telegram_name import telegram_name

    if settings.telegram_token is None:
        return None
    name = await telegram_name(settings)
    if name is None:
        fail("Telegram does not say the bot's name now, and the links need it: try again later")
    return name


def _write_links(
    numbers: Sequence[str], output: Path, qr: Path | None, settings: "Settings", bot: str | None
) -> None:
    import csv

    from responses.errors import OrderValueError
    from responses.orders.keys import order_key
    from responses.orders.links import link_code, link_key
    from rimedio.qr_pictures import write_pictures

    key = link_key(settings.signing_secret)
    made = left_out = 0
    try:
        if qr is not None:
            qr.mkdir(parents=True, exist_ok=True)
        with output.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["number", "telegram", "chat", *(["qr", "qr_png"] if qr is not None else [])])
            for number in numbers:
                try:
                    code = link_code(key, number)
                except OrderValueError as error:
                    say(str(error))
                    left_out += 1
                    continue
                telegram = f"https://t.me/{bot}?start={code}" if bot is not None else ""
                chat = f"{settings.address}/chat?o={code}"
                row = [number, telegram, chat]
                if qr is not None:
                    row += map(str, write_pictures(qr, order_key(number), telegram or chat, number))
                lines.writerow(row)
                made += 1
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    say(f"{made} links written to {output}")
    if bot is None and settings.public_url is None:
        say(
            f"they lead to {settings.address}, which nobody outside reaches: before you send them, connect a "
            "Telegram bot, or set RIMEDIO_PUBLIC_URL to the desk's address from outside, and make them again"
        )
    if left_out:
        raise typer.Exit(SOME_ROWS)
