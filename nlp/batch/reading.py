"""Reading the input ahead of the model, in a thread of its own."""

import threading
from collections.abc import Callable, Iterator

from nlp.batch.packing import Packer
from nlp.batch.workspace import Workspace

_LOOK_EVERY = 0.5  # seconds


class Reader:
    """Keeps the rows of an input as shards while others classify those that are there."""

    def __init__(
        self,
        packer: Packer,
        workspace: Workspace,
        limit: int | None,
        told: Callable[[int], None],
        stop: Callable[[], bool],
    ) -> None:
        """`told` hears how many rows are kept, in the thread that reads; `stop` says to wait no longer."""
        self._packer = packer
        self._workspace = workspace
        self._limit = limit
        self._told = told
        self._stop = stop
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, name="reader", daemon=True)
        self._stopped = False
        self._error: Exception | None = None
        self.rows = 0
        self.shards = 0
        self.is_finished = False

    def start(self) -> None:
        """Begin, or go on behind what is kept already."""
        total = self._workspace.row_count()
        while self._workspace.has_rows(self.shards) and (total is None or self.rows < total):
            self.rows += self._workspace.rows_in(self.shards)
            self.shards += 1
        if total is not None and total == self.rows:
            self.is_finished = True
            return
        self._thread.start()

    def stop(self) -> None:
        """End after the shard that is being read."""
        self._stopped = True
        if self._thread.ident is not None:
            self._thread.join()

    def indices(self) -> Iterator[int]:
        """The number of every shard, as soon as its rows are kept; no more once somebody wants to stop.

        Raises:
            BatchError: The input cannot be read on.
        """
        index = 0
        while True:
            with self._changed:
                while index >= self.shards and not self.is_finished and self._error is None:
                    if self._stop():
                        return
                    self._changed.wait(_LOOK_EVERY)
                if index >= self.shards and self._error is not None:
                    raise self._error
                if index >= self.shards:
                    return
            yield index
            index += 1

    def _read(self) -> None:
        try:
            for batch in self._packer.shards(skip=self.rows, limit=self._limit):
                if self._stopped:
                    return
                self._workspace.put_rows(self.shards, batch)
                with self._changed:
                    self.rows += batch.num_rows
                    self.shards += 1
                    self._changed.notify_all()
                self._told(self.rows)
            self._workspace.finish_reading(self.rows, self._packer.left_out)
            with self._changed:
                self.is_finished = True
                self._changed.notify_all()
        except Exception as error:  # noqa: BLE001 - whatever it is, who waits for the rows must hear of it
            with self._changed:
                self._error = error
                self._changed.notify_all()
