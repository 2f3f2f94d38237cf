"""Any sentence-transformers model's layers, with the padded batches that it is made for."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from nlp.encoders.encoder import Means

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_ROWS = 64
"""Token sequences that go through the network together, at most."""

BATCH_TOKENS = 4096
"""Tokens of such a batch, padding included, at most; keeps memory flat for long texts."""


class PaddedNetwork:
    """A `SentenceTransformer`, asked for its layers beside its embeddings."""

    def __init__(self, model: "SentenceTransformer", tokenizer: Any, depths: Sequence[float]) -> None:
        """`depths` are the layers whose averaged tokens are told, as parts of the network's depth."""
        self._model = model
        self._tokenizer = tokenizer
        self._depths = depths

    def batches(self, lengths: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
        """Which sequences go through together: by rising length, up to `BATCH_ROWS` and `BATCH_TOKENS`."""
        order = np.argsort(lengths, kind="stable")
        start = 0
        for end in range(1, len(order) + 1):
            full = end - start == BATCH_ROWS
            # Rows come in rising length: the next one sets the width of a batch that it joins.
            if end == len(order) or full or (end - start + 1) * lengths[order[end]] > BATCH_TOKENS:
                yield order[start:end]
                start = end

    def means(self, sequences: Sequence[Sequence[int]]) -> Means:
        """Send sequences through the layers; no label looks for itself here."""
        features = dict(self._tokenizer.pad({"input_ids": sequences}, return_tensors="pt"))
        mask = features["attention_mask"]
        with torch.inference_mode():
            output = self._model(features)
            layers = output.get("all_layer_embeddings", ())
            chosen = [layers[round(depth * (len(layers) - 1))] for depth in self._depths] if layers else []
            weights = (mask / mask.sum(dim=1, keepdim=True)).unsqueeze(-1)
            vectors = [(layer.float() * weights).sum(dim=1) for layer in chosen]
            vectors.append(output["sentence_embedding"].float())
        return Means(
            layers=[vector.numpy() for vector in vectors], labels=np.zeros((len(sequences), 0), np.float32)
        )
