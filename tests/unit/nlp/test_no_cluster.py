"""A Ray cluster that is not there is one clear line, whatever Ray has to say of it."""

import re
import socket
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from nlp.batch.running import join_cluster
from nlp.errors import BatchError


def ray_with(init: Callable[..., None] | None, here: str = "127.0.0.1") -> SimpleNamespace:
    """What is used of Ray; `here` is what it calls this machine."""
    return SimpleNamespace(init=init, util=SimpleNamespace(get_node_ip_address=lambda: here))


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

    monkeypatch.setitem(sys.modules, "ray", ray_with(init))
    with pytest.raises(BatchError) as refused:
        join_cluster(address)
    assert str(refused.value) == said


@pytest.mark.parametrize("address", ["127.0.0.1:{}", "ray://127.0.0.1:{}", "localhost:{}", "[::1]:{}"])
def test_where_nobody_listens_ray_is_not_asked_for_minutes(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setitem(sys.modules, "ray", ray_with(None))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(BatchError, match=f"no Ray cluster answers at {re.escape(address.format(port))}: "):
        join_cluster(address.format(port))


def test_a_port_that_there_cannot_be_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", ray_with(None))
    with pytest.raises(BatchError, match=r"^no Ray cluster answers at 127\.0\.0\.1:637900: "):
        join_cluster("127.0.0.1:637900")


@pytest.mark.parametrize(
    ("host", "here", "listening"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.2", "127.0.0.2"),
        ("127.0.0.2", "127.0.0.1", "127.0.0.2"),
    ],
    ids=["itself", "itself, listening as others see it", "another"],
)
def test_where_somebody_listens_ray_is_asked(
    monkeypatch: pytest.MonkeyPatch, host: str, here: str, listening: str
) -> None:
    def init(**_options: object) -> None:
        raise RuntimeError("Version mismatch")

    monkeypatch.setitem(sys.modules, "ray", ray_with(init, here))
    with socket.create_server((listening, 0)) as there:
        address = f"{host}:{there.getsockname()[1]}"
        with pytest.raises(BatchError, match="Version mismatch"):
            join_cluster(address)
