"""A promise is withdrawn from a chat: the reason, whether the customer knows, and a second press."""

from models.decision import Role
from models.states import PromiseState
from tests.bot_bench import BotBench
from tests.telegram import Seen, User
from tests.unit.bot.test_bot_promises import listed, promised, the_promise


async def asked(bench: BotBench, giulia: User) -> Seen:
    giulia.press(await listed(giulia), "1 · Non serve più")
    return await giulia.sees("perché non si fa più?")


async def changed(bench: BotBench, user: User, seen: Seen, words: str) -> Seen:
    return await bench.telegram.wait_for(lambda: now if words in (now := user.now(seen)).text else None)


async def test_with_a_reason_of_the_list_the_customer_is_told(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    marta = await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    seen = await asked(bench, giulia)
    assert seen.labels == (
        "Il cliente non ne ha più bisogno",
        "Si è risolto in altro modo",
        "Concordato altro col cliente",
        "Altro: lo scrivo io",
    )
    giulia.press(seen, "Il cliente non ne ha più bisogno")
    seen = await changed(bench, giulia, seen, "Il cliente lo sa già?")
    assert (await the_promise(bench)).state == PromiseState.OPEN
    giulia.press(seen, "Avvisa il cliente")
    seen = await changed(bench, giulia, seen, "Ritirata: segnato nella richiesta n. 101.")
    assert seen.labels == ()
    await marta.sees("Richiesta n. 101: visto quanto ci siamo detti, qui ci fermiamo con «cerchiamo il pacco")
    assert (await the_promise(bench)).state == PromiseState.WITHDRAWN
    assert bench.telegram.violations == []


async def test_a_second_press_finds_it_settled(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    first, second = await asked(bench, giulia), await listed(giulia)
    giulia.press(first, "Concordato altro col cliente")
    giulia.press(await changed(bench, giulia, first, "lo sa già?"), "Lo sa già")
    await changed(bench, giulia, first, "Ritirata")
    giulia.press(second, "1 · Non serve più")
    await giulia.sees("Questa promessa è già a posto.")


async def test_a_reason_in_words_is_kept_and_the_customer_who_knows_hears_nothing(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    marta = await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    before = marta.last()
    seen = await asked(bench, giulia)
    giulia.press(seen, "Altro: lo scrivo io")
    seen = await changed(bench, giulia, seen, "lo sa già?")
    giulia.press(seen, "Lo sa già")
    giulia.send("ha cambiato casa", reply_to=await bench.prompt(giulia, seen))
    await giulia.sees("Ritirata: segnato nella richiesta n. 101.")
    await bench.settled()
    promise = await the_promise(bench)
    assert (promise.state, promise.broken_reason) == (PromiseState.WITHDRAWN, "ha cambiato casa")
    assert marta.last() == before
