"""A Bot API server of one's own, started with --local, names files by their place on its disk."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.tables import Attachment
from tests.bot_bench import BotBench
from tests.telegram import files


async def test_a_file_named_by_its_place_on_the_disk_is_read_there(
    bench: BotBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "file_0.pdf").write_bytes(b"on the server's disk")
    monkeypatch.setitem(files.FOLDERS, "document", str(folder))
    marta = bench.telegram.user("Marta")
    marta.send_document(b"over the network", name="ricevuta.pdf")

    async def kept() -> bytes | None:
        async with bench.database.reading() as session:
            file = (await session.scalars(select(Attachment))).one_or_none()
        if file is None or file.stored_as is None:
            return None
        return bench.road.files.path(file.stored_as).read_bytes()

    await bench.telegram.wait_for(lambda: bench.telegram.requests("getFile"), what="the file is asked for")
    await bench.bot.fetch_missing()
    assert await kept() == b"on the server's disk"
