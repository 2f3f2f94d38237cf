"""Looking an order up outside: what travels between the book and whoever asks elsewhere for it."""

from collections.abc import Awaitable, Callable, Mapping

LookUp = Callable[[str], Awaitable[Mapping[str, object] | None]]
"""What the business's own system says of an order number, by the names of `responses.orders.values`; None
when there is no such order. Raises LookUpError; never called inside a transaction."""
