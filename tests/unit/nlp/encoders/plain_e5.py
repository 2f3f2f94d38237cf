"""The network once more, written plainly in numpy and read from the file on its own, to compare with."""

import struct
from pathlib import Path

import numpy as np


class PlainE5:
    """Embeds token ids in float32, one text at a time."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self.hidden, self.layers, self.heads, *_ = struct.unpack_from("<7i", self._data, 8)
        (self._epsilon,) = struct.unpack_from("<f", self._data, 36)
        (pieces,) = struct.unpack_from("<i", self._data, 44)
        (text_bytes,) = struct.unpack_from("<Q", self._data, 64)
        at = 72 + 4 * (pieces + 1) + 4 * pieces + text_bytes
        _, table_bytes = struct.unpack_from("<iI", self._data, at)
        at += 8 + table_bytes
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 4
        self._tensors = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + length].decode()
            self._tensors[name] = struct.unpack_from("<BIQQ", self._data, at + 2 + length)
            at += 2 + length + 21

    def embed(self, ids: list[int]) -> np.ndarray:
        mean = self.states(ids).mean(axis=0)
        return mean / np.linalg.norm(mean)

    def states(self, ids: list[int]) -> np.ndarray:
        """The tokens of the last layer."""
        words = np.stack([self._weights("emb.word", row * self.hidden, self.hidden) for row in ids])
        positions = self._matrix("emb.pos", self.hidden)[: len(ids)]
        state = self._norm(words + positions + self._matrix("emb.type", self.hidden)[0], "emb.ln")
        for layer in range(self.layers):
            state = self._layer(state, f"l{layer}.")
        return state

    def _layer(self, state: np.ndarray, layer: str) -> np.ndarray:
        size = self.hidden // self.heads
        query, key, value = (
            self._linear(state, layer + part).reshape(-1, self.heads, size).swapaxes(0, 1) for part in "qkv"
        )
        scores = query @ key.swapaxes(1, 2) / np.sqrt(size)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (weights / weights.sum(axis=-1, keepdims=True)) @ value
        attended = self._linear(mixed.swapaxes(0, 1).reshape(len(state), -1), layer + "ao")
        state = self._norm(state + attended, layer + "aln")
        inner = self._linear(state, layer + "fi")
        inner = inner * 0.5 * (1 + _erf(inner / np.sqrt(2)))
        return self._norm(state + self._linear(inner, layer + "fo"), layer + "oln")

    def _linear(self, state: np.ndarray, name: str) -> np.ndarray:
        return state @ self._matrix(f"{name}.w", state.shape[1]).T + self._matrix(f"{name}.b", 1)[:, 0]

    def _norm(self, state: np.ndarray, name: str) -> np.ndarray:
        centred = state - state.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + self._epsilon)
        return scaled * self._matrix(f"{name}.w", 1)[:, 0] + self._matrix(f"{name}.b", 1)[:, 0]

    def _matrix(self, name: str, columns: int) -> np.ndarray:
        return self._weights(name, 0, self._tensors[name][1]).reshape(-1, columns)

    def _weights(self, name: str, first: int, count: int) -> np.ndarray:
        kind, _, offset, _ = self._tensors[name]
        if kind == 0:
            return np.frombuffer(self._data, "<f4", count, offset + 4 * first).astype(np.float64)
        blocks = np.frombuffer(
            self._data,
            np.dtype([("scale", "<f2"), ("packed", "u1", 16)]),
            count // 32,
            offset + first // 32 * 18,
        )
        values = np.zeros((len(blocks), 32))
        values[:, :16] = blocks["packed"] % 16
        values[:, 16:] = blocks["packed"] // 16
        return ((values - 8) * blocks["scale"].astype(np.float64)[:, None]).reshape(-1)


def _erf(values: np.ndarray) -> np.ndarray:
    from scipy.special import erf

    return erf(values)
