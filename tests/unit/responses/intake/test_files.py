"""Files: the same content is kept once, on a disk or at any fsspec address."""

from pathlib import Path
from uuid import uuid4

import pytest

from responses.errors import FileStoreError
from responses.intake.files import FileStore


@pytest.fixture(params=["folder", "elsewhere"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "files") if request.param == "folder" else f"memory://{uuid4().hex}")


def test_what_is_put_in_can_be_read(store: FileStore) -> None:
    stored = store.put(b"una foto")
    assert store.read(stored.stored_as) == b"una foto"
    assert stored.stored_as.endswith(stored.sha256)


def test_the_same_content_is_kept_once(store: FileStore) -> None:
    assert store.put(b"una foto") == store.put(b"una foto")
    assert store.put(b"una foto") != store.put(b"un'altra")


def test_a_missing_file_is_missed(store: FileStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.read("ab/abcdef")
    assert store.path("ab/abcdef") is None


def test_a_folder_has_paths_and_nothing_half_written(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path))
    stored = store.put(b"una foto")
    path = store.path(stored.stored_as)
    assert path is not None
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


@pytest.mark.parametrize("address", ["nosuch://place", "s3://bucket/files"])
def test_an_address_that_cannot_be_used_is_named(address: str) -> None:
    with pytest.raises(FileStoreError, match=address):
        FileStore(address)
