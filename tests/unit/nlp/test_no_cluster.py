"""A Ray cluster that is not there is one clear line, whatever Ray has to say of it."""

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
        (
            "10.0.0.5:6379",
            ConnectionError("Could not find it."),
            "no Ray cluster answers at 10.0.0.5:6379: Could not find it.",
        ),
        ("10.0.0.5:6379", TimeoutError(), "no Ray cluster answers at 10.0.0.5:6379: TimeoutError"),
    ],
    ids=["a machine too slow", "an address where nothing is", "an error without words"],
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
