"""Start links: opening one says which order it is about, and that whoever opens it has the shop's mail.

A link carries `o`, sixteen characters of signature, and the number, both in base64url without padding; at
most 64 characters, as Telegram wants it. docs/orders.md shows how a shop makes them itself.
"""

import base64
import binascii
import hashlib
import hmac

from sqlalchemy.ext.asyncio import AsyncSession

from models.states import ProofHow
from models.tables import Identity
from responses.cases import active_case, raise_revision
from responses.errors import OrderValueError
from responses.facts import known_facts
from responses.intake.filing import due_now
from responses.orders.book import find_order
from responses.orders.keys import order_key
from responses.orders.opened_links import linked_number, note_opened
from responses.orders.proof import prove

MAX_NUMBER_BYTES = 35
_MARK, _SIGNATURE = "o", 16


def link_key(secret: str) -> bytes:
    """The key that signs links: made from the installation's secret, and nothing else can be made from it."""
    return hmac.digest(secret.encode(), b"rimedio order links", "sha256")


def link_code(key: bytes, number: str) -> str:
    """What the link of this order carries.

    Raises:
        OrderValueError: the number is empty, or too long for a link.
    """
    written = number.encode()
    if not 0 < len(written) <= MAX_NUMBER_BYTES:
        raise OrderValueError(f"number {number!r}: expected 1 to {MAX_NUMBER_BYTES} bytes for a link")
    return f"{_MARK}{_signature(key, number)}{_plain(written)}"


def order_of_code(key: bytes, code: str) -> str | None:
    """The number that a link carries; None for anything that was not signed with this key."""
    signature, number = code[1 : 1 + _SIGNATURE], code[1 + _SIGNATURE :]
    if not key or not code.startswith(_MARK) or not number or not code.isascii():
        return None
    try:
        written = base64.b64decode(number + "=" * (-len(number) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return written if hmac.compare_digest(signature, _signature(key, written)) else None


async def open_link(session: AsyncSession, key: bytes, code: str, identity: Identity) -> None:
    """Notes that the link's order is theirs, and has the case they have with us decided anew where that
    says something new. A wrong link changes nothing.

    An order that the book does not have yet is theirs once an import or a look-up brings it.
    """
    number = order_of_code(key, code)
    if number is None or not order_key(number):
        return
    await note_opened(session, identity.customer_id, number)
    order = await find_order(session, number)
    proven = order is not None and await prove(session, identity.customer_id, order, ProofHow.LINK)
    case = await active_case(session, identity.chat_key)
    if case is None:
        return
    if proven or await linked_number(session, case, await known_facts(session, case.id)) is not None:
        await raise_revision(session, case)
        await due_now(session, case)


def _signature(key: bytes, number: str) -> str:
    signed = hmac.new(key, f"rimedio-order:{number}".encode(), hashlib.sha256).digest()
    return _plain(signed[:12])


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
