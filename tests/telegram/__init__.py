"""Telegram for tests: people, a bot's API over real HTTP, and a proxy that lets requests go wrong.

A test moves people and looks at their screens; the bot under test is a program that is given the address.

    from tests.telegram import Double, FaultProxy

    async def test_an_approved_text_reaches_the_customer() -> None:
        with Double() as telegram:                       # 127.0.0.1, a port that the system chose
            program = start_rimedio(RIMEDIO_TELEGRAM_TOKEN=telegram.token, RIMEDIO_TELEGRAM_API=telegram.url)
            marta, agent = telegram.user("Marta", language="it"), telegram.user("Gianni")

            agent.start(code)                            # opens t.me/<bot>?start=<code>
            marta.send("Il pacco non è mai arrivato")
            card = await agent.sees("pacco")             # waits for the bot's message, at most 10 s
            press = agent.press(card, "Approva")         # by label, data, or part of the label
            await telegram.wait_for(lambda: press.answered)
            answer = await marta.sees("rimborso", after=…)
            assert telegram.violations == []             # aiogram's models agree with every request

Acting: ``start(code)``, ``send``, ``send_photo``, ``send_album``, ``send_document(size=21 * 2**20)``,
``send_voice``, ``send_sticker``, ``send_location``, ``send_contact``, ``send_poll``, ``forward``, ``edit``,
``delete``, ``react``, ``press(…, age=200)`` (too old to be answered), ``press_data`` (forged), ``block``,
``unblock``, ``add_bot``; ``reply_to=message`` and ``to=group`` where they make sense. A late part of an album
is ``send_photo(album=first.album)``. Odd updates: ``telegram.push_update(dict)``, ``push_unparsable()``,
``push_again(update)`` (same ``update_id``), ``updates.restart_numbering(1)``.

Looking, at a user's private chat or at a room: ``messages()``, ``last()``, ``find(text)``, ``sees(text)``,
``now(message)``, ``conversation()``, and ``user.file(message)``. A `Seen` has ``text``, ``entities``,
``marked("bold")``, ``labels``, ``button(…)``, ``reply_to``, ``asks_reply``, ``edited``. It shows the moment
of looking: ask for `now` after an edit.

Checking: ``telegram.requests("sendMessage", chat=marta)`` gives `Call` with ``params``, ``at`` (monotonic
seconds, comparable between processes), ``ok``, ``result``; ``telegram.transcript`` has long polls too;
``telegram.all_acknowledged``. ``telegram.wait_for(condition)`` is for async tests, ``telegram.wait`` for
others.

Time: ``telegram.clock.advance(49 * 3600)`` (deletion after 48 h), ``telegram.rates.on = True`` (429).

Webhook: the program calls ``setWebhook``; ``telegram.deliverer.first_delay = 0.05`` for quick retries,
``telegram.deliverer.attempts`` for what was tried.

Faults: start the program with ``proxy.url`` instead.

    with Double() as telegram, FaultProxy(telegram) as proxy:
        rule = proxy.fail(method="sendMessage", chat=marta, kind="reset_after", times=1)
        …
        assert rule.hits == 1 and len(telegram.requests("sendMessage", chat=marta)) == 1

Kinds are in `Fault`: statuses ("429" with ``seconds=2`` as ``retry_after``, "429_without_retry_after", "500",
"502", "403", "401", "409", "400"; with ``accepted=True`` the double carries the request out first),
``reset_before``, ``reset_after``, ``hang_before``, ``hang_after``, ``truncated``, ``cut``, ``garbage``,
``delay``; and ``proxy.refuse_connections()`` / ``accept_connections()``.
"""

from tests.telegram.double import TOKEN, Double
from tests.telegram.driver import User
from tests.telegram.editing import Press
from tests.telegram.errors import NoSuchButtonError, NotPossibleError, NotReachedError
from tests.telegram.faults import Fault, FaultProxy, Rule
from tests.telegram.rooms import Room
from tests.telegram.transcript import Call
from tests.telegram.view import Button, Seen

__all__ = [
    "TOKEN",
    "Button",
    "Call",
    "Double",
    "Fault",
    "FaultProxy",
    "NoSuchButtonError",
    "NotPossibleError",
    "NotReachedError",
    "Press",
    "Room",
    "Rule",
    "Seen",
    "User",
]
