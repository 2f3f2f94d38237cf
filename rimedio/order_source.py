"""The business's own system, asked for one order over HTTP."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

import httpx

from models.errors import LookUpError

TIMEOUT = 3.0
"""In seconds: a draft waits for it."""
_MOST_BYTES = 1_000_000


class OrderSource:
    """Asks at `url`, in which `{order}` stands for the number; `token` goes along as a bearer's."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        self._headers = {"Accept": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    async def __call__(self, number: str) -> Mapping[str, object] | None:
        """What the system says of the order; None when it answers 404.

        Raises:
            LookUpError: no answer in time, another status, or no JSON object.
        """
        address = self._url.replace("{order}", quote(number, safe=""))
        try:
            # The client's own limit is for each read: who answers a byte at a time would never meet it.
            async with asyncio.timeout(TIMEOUT), httpx.AsyncClient(headers=self._headers) as client:
                answer = await client.get(address)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise LookUpError(f"the order book does not answer: {type(error).__name__}") from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK or len(answer.content) > _MOST_BYTES:
            raise LookUpError(f"the order book answers {answer.status_code}, expected 200 or 404")
        try:
            said = answer.json()
        except (ValueError, RecursionError):
            raise LookUpError("the order book's answer is no JSON") from None
        if not isinstance(said, dict):
            raise LookUpError("the order book's answer is no JSON object")
        return said
