"""A Ray cluster that is not there is one clear line, whatever Ray has to say of it."""

import re
import socket
import sys
from types import SimpleNamespace

import pytest

from nlp.batch.running import join_cluster
from nlp.errors import BatchError


@pytest.mark.parametrize(
    ("address", "error", "said"),
    [
        (
            None,
            Exception("The current node timed out.\nIts log is in /tmp."),
            "no Ray cluster can be begun on this machine: The current node timed out.",
        ),
        ("auto", ConnectionError("Could not find it."), "no Ray cluster answers at auto: Could not find it."),
        ("auto", TimeoutError(), "no Ray cluster answers at auto: TimeoutError"),
    ],
    ids=["a machine too slow", "no cluster to be found", "an error without words"],
)
def test_a_cluster_that_does_not_come_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, address: str | None, error: Exception, said: str
) -> None:
    def init(**_options: object) -> None:
        raise error

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=init))
    with pytest.raises(BatchError) as refused:
        join_cluster(address)
    assert str(refused.value) == said


@pytest.mark.parametrize("address", ["127.0.0.1:{}", "ray://127.0.0.1:{}", "localhost:{}", "[::1]:{}"])
def test_where_nobody_listens_ray_is_not_asked_for_minutes(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace())
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(BatchError, match=f"no Ray cluster answers at {re.escape(address.format(port))}: "):
        join_cluster(address.format(port))


def test_a_port_that_there_cannot_be_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace())
    with pytest.raises(BatchError, match=r"^no Ray cluster answers at 127\.0\.0\.1:637900: "):
        join_cluster("127.0.0.1:637900")


def test_where_somebody_listens_ray_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def init(**_options: object) -> None:
        raise RuntimeError("Version mismatch")

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=init))
    with socket.create_server(("127.0.0.1", 0)) as there:
        address = f"127.0.0.1:{there.getsockname()[1]}"
        with pytest.raises(BatchError, match="Version mismatch"):
            join_cluster(address)
