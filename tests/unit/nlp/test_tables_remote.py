"""Objects of the web and of a store are fetched whole or not at all."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from nlp.errors import BatchError
from nlp.tables import fetch, is_remote, matching

OBJECTS = {
    "/a.csv": b"text\nciao\n",
    "/some%20folder/b%20c.csv": b"text\nb\n",
    "/store/reviews/1.csv": b"text\nuno\n",
    "/store/reviews/2.csv": b"text\ndue\n",
    "/store/big.bin": bytes(range(256)) * 80_000,
    "/big.bin": bytes(range(256)) * 80_000,
}
LISTING = (
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>store</Name>'
    "<KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{}</ListBucketResult>"
)


class Store(BaseHTTPRequestHandler):
    """Answers as a web server does, and as much as reading takes as S3 does."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/moved":
            self._send(302, b"", location="/a.csv")
        elif path == "/short.csv":
            self._send(200, b"text\n", length=1000)
            self.close_connection = True
        elif "list-type" in query:
            keys = [key.removeprefix("/store/") for key in OBJECTS if key.startswith("/store/reviews/")]
            self._send(200, LISTING.format("".join(_listed(key) for key in keys)).encode())
        else:
            self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        status = re.fullmatch(r"/(?:store/)?status/(\d+)", path)
        if status is not None:
            self._send(int(status[1]), b"no")
        elif path not in OBJECTS:
            self._send(404, b"no")
        else:
            self._send_part(OBJECTS[path])

    def _send_part(self, content: bytes) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked is None:
            self._send(200, content)
            return
        part = content[int(asked[1]) : int(asked[2]) + 1]
        end = int(asked[1]) + len(part) - 1
        self._send(206, part, content_range=f"bytes {asked[1]}-{end}/{len(content)}")

    def _send(self, status: int, content: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(content)))
        self.send_header("Accept-Ranges", "bytes")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _listed(key: str) -> str:
    return f"<Contents><Key>{key}</Key><Size>9</Size><StorageClass>STANDARD</StorageClass></Contents>"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a store of S3 that is on this machine."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return "s3://store"


PLACES = {
    "s3://b/a.csv": True,
    "gs://b/a.csv": True,
    "az://c/a.csv": True,
    "hf://datasets/a/b/c.csv": True,
    "https://x.it/a.csv": True,
    "HTTP://x.it/a.csv": True,
    "a.csv": False,
    "/tmp/s3:/a.csv": False,
    "C:\\a.csv": False,
    "ftp://x.it/a.csv": False,
    "-": False,
}


@pytest.mark.parametrize(("place", "remote"), PLACES.items())
def test_addresses_are_told_from_files(place: str, remote: bool) -> None:
    assert is_remote(place) == remote


FETCHED = {
    "plain": ("/a.csv", "a.csv", "/a.csv"),
    "with_a_signature": ("/a.csv?signature=x/y", "a.csv", "/a.csv"),
    "with_blanks": ("/some%20folder/b%20c.csv", "b c.csv", "/some%20folder/b%20c.csv"),
    "moved": ("/moved", "moved", "/a.csv"),
    "in_pieces": ("/big.bin", "big.bin", "/big.bin"),
}


@pytest.mark.parametrize(("path", "name", "content"), FETCHED.values(), ids=FETCHED)
def test_a_file_of_the_web_is_fetched(
    server: str, tmp_path: Path, path: str, name: str, content: str
) -> None:
    fetched = fetch(f"{server}{path}", tmp_path)
    assert (fetched.name, fetched.read_bytes()) == (name, OBJECTS[content])
    assert tmp_path in fetched.parents


def test_two_objects_of_one_name_are_both_kept(server: str, tmp_path: Path) -> None:
    assert fetch(f"{server}/a.csv", tmp_path) != fetch(f"{server}/a.csv", tmp_path)


REFUSED = {
    "missing": ("/missing.csv", "not found"),
    "locked": ("/status/403", "may not be read without other credentials"),
    "ill": ("/status/500", "cannot be fetched (status 500)"),
    "broken_off": ("/short.csv", "cannot be fetched"),
    "up_and_away": ("/..%2f..%2fetc", "not found"),
}


@pytest.mark.parametrize(("path", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_fetched_is_said_in_one_line_and_leaves_nothing(
    server: str, tmp_path: Path, path: str, why: str
) -> None:
    with pytest.raises(BatchError) as refused:
        fetch(f"{server.replace('://', '://ada:password@')}{path}?token=secret", tmp_path)
    assert why in str(refused.value)
    assert not re.search("password|secret|\n", str(refused.value))
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="cannot be fetched"):
        fetch("http://127.0.0.1:9/a.csv", tmp_path)


def test_an_object_of_a_store_is_fetched(store: str, tmp_path: Path) -> None:
    assert fetch(f"{store}/big.bin", tmp_path).read_bytes() == OBJECTS["/store/big.bin"]


@pytest.mark.parametrize(("key", "why"), [("missing.csv", "not found"), ("status/403", "credentials")])
def test_an_object_that_a_store_refuses_is_said_in_one_line(
    store: str, tmp_path: Path, key: str, why: str
) -> None:
    with pytest.raises(BatchError) as refused:
        fetch(f"{store}/{key}", tmp_path)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_pattern_stands_for_the_objects_of_a_store(store: str) -> None:
    assert matching(f"{store}/reviews/*.csv") == [f"{store}/reviews/1.csv", f"{store}/reviews/2.csv"]


@pytest.mark.parametrize("place", ["s3://store/a.csv", "https://x.it/a?b=*"])
def test_an_address_without_a_pattern_is_itself(place: str) -> None:
    assert matching(place) == [place]


# A process of its own: Daft keeps what it found out about a store for as long as the process lives.
FETCHED = """
import logging, sys
from pathlib import Path
from nlp.errors import BatchError
from nlp.tables import fetch, matching
logging.basicConfig(format="log of %(name)s")
for name in ("a.csv", "*.csv"):
    try:
        [fetch(place, Path(sys.argv[1])) for place in matching(f"s3://nobodys/{name}")]
    except BatchError as error:
        print(str(error).replace(chr(10), "<break>"))
"""


def test_a_store_without_credentials_is_one_error_and_no_log(server: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # The machine's own credentials, which are asked for last.
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{server}/status/403",
    }
    done = subprocess.run(
        [sys.executable, "-c", FETCHED, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    told = done.stdout.splitlines()
    assert len(told) == 2
    assert all(re.search(r"cannot be fetched .*credentials", one) for one in told)
    assert "<break>" not in done.stdout
    assert [one for one in done.stderr.splitlines() if re.match(r"log of (aws_config|daft)", one)] == []
