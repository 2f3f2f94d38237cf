"""Files from the phone, words for voice notes, splitting and merging: what agents do on their cards."""

from sqlalchemy import select

from models.states import CaseState, Direction, OutboxState
from models.tables import Case, Draft, Message, OutboxEntry
from tests.bot_bench import BotBench

LATE = "Il pacco non è mai arrivato, che cosa faccio?"


async def parts_sent(bench: BotBench) -> list[tuple[OutboxState, str]]:
    async with bench.database.reading() as session:
        query = select(OutboxEntry).where(OutboxEntry.purpose == "answer").order_by(OutboxEntry.part)
        entries = (await session.scalars(query)).all()
        return [(OutboxState(one.state), one.content.get("file", {}).get("name", "")) for one in entries]


async def test_photos_and_documents_in_reply_to_edit_go_out_with_the_answer(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send(LATE)
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Modifica")
    prompt = await bench.prompt(giulia, card)
    giulia.send_photo(content=b"\xff\xd8\xff a photo", reply_to=prompt)
    await giulia.sees("Allegati: foto.jpg")
    giulia.send_document(b"%PDF a receipt", name="ricevuta.pdf", reply_to=prompt)
    head = await giulia.sees("Allegati: foto.jpg, ricevuta.pdf")
    giulia.press(await bench.card(giulia, "ricevuta.pdf"), "Approva e invia")
    document = await bench.telegram.wait_for(
        lambda: next((seen for seen in marta.messages() if seen.kind == "document"), None)
    )
    photo = next(seen for seen in marta.messages() if seen.kind == "photo")
    assert (marta.file(photo), marta.file(document)) == (b"\xff\xd8\xff a photo", b"%PDF a receipt")
    assert "mai arrivato" in head.text
    await bench.telegram.wait_for(lambda: giulia.find("Inviata") or True)
    assert [name for _, name in await parts_sent(bench)] == ["", "foto.jpg", "ricevuta.pdf"]


async def test_a_caption_is_the_text_of_the_answer(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send(LATE)
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Modifica")
    prompt = await bench.prompt(giulia, card)
    giulia.send_photo(caption="Ecco la bolla firmata.", content=b"\xff\xd8\xff x", reply_to=prompt)
    await giulia.sees("Allegati: foto.jpg")
    async with bench.database.reading() as session:
        newest = (await session.scalars(select(Draft).order_by(Draft.id.desc()))).first()
    assert newest is not None
    assert (newest.text, len(newest.files)) == ("Ecco la bolla firmata.", 1)


async def test_a_file_that_is_too_large_is_not_taken(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send(LATE)
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Modifica")
    prompt = await bench.prompt(giulia, card)
    giulia.send_document(b"film", size=25 * 2**20, reply_to=prompt)
    await giulia.sees("fino a 20 MB")
    async with bench.database.reading() as session:
        assert [draft.files for draft in await session.scalars(select(Draft))] == [[]]


async def test_the_reply_to_a_recording_is_what_it_says(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send_voice()
    card = await bench.card(giulia, "vocale")
    giulia.press(card, "Vedi foto e file (1)")
    recording = await bench.telegram.wait_for(
        lambda: next((seen for seen in giulia.messages() if seen.kind == "voice"), None)
    )
    giulia.send("Il pacco è arrivato rotto", reply_to=recording)
    await giulia.sees("Parole salvate")
    await bench.card(giulia, "Il pacco è arrivato rotto")
    async with bench.database.reading() as session:
        said = await session.scalars(select(Message).where(Message.direction == Direction.IN))
        assert [(one.text, one.sent_by) for one in said] == [
            ("", None),
            ("Il pacco è arrivato rotto", "Giulia"),
        ]


async def test_the_last_message_is_split_off_and_merged_back_with_one_press_each(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send(LATE)
    await bench.card(giulia, "mai arrivato")
    marta.send("E la fattura è sbagliata di 10 euro")
    both = await bench.card(giulia, "fattura")
    giulia.press(both, "caso a parte")
    await giulia.sees("adesso è la richiesta n. 102")
    own = await bench.card(giulia, "Richiesta n. 102")
    giulia.press(own, "Unisci alla n. 101")
    await giulia.sees("Continua nella richiesta n. 101")
    async with bench.database.reading() as session:
        cases = (await session.scalars(select(Case).order_by(Case.number))).all()
        said = (await session.scalars(select(Message.case_id).where(Message.direction == Direction.IN))).all()
    assert cases[1].state == CaseState.CLOSED
    assert said == [cases[0].id, cases[0].id]
