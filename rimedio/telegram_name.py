"""Asking Telegram what our bot is called."""

import httpx

from rimedio.settings import Settings


async def telegram_name(settings: Settings) -> str | None:
    """The bot's user name; None while Telegram does not say it."""
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{settings.telegram_api}/bot{settings.telegram_token}/getMe")
            return str(answer.json()["result"]["username"])
    except (httpx.HTTPError, KeyError, TypeError, ValueError):
        return None
