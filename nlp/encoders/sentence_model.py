"""Any sentence-transformers model as what an encoder rests on: for those who name one of their own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import numpy.typing as npt
import torch
from huggingface_hub import model_info
from huggingface_hub.errors import OfflineModeIsEnabled, RepositoryNotFoundError
from sentence_transformers.sentence_transformer.model import SentenceTransformer
from sentence_transformers.util import ORIGINAL_TRANSFORMER_MODELS
from transformers import PreTrainedTokenizerBase

from nlp.encoders.adapters import Adapters
from nlp.encoders.encoder import DEPTHS, Cut, Network, Vectors
from nlp.encoders.padded import PaddedNetwork
from nlp.errors import EncoderError

DEFAULT_LIMIT = 512
"""Tokens in one sequence, for a model that names no limit of its own."""

ANSWERS_WITHIN = 10.0
"""Seconds that the hub is waited for."""


class SentenceModel:
    """A loaded `SentenceTransformer` that begins with a transformers network."""

    def __init__(self, name: str, dtype: torch.dtype) -> None:
        """Load a folder or a name on the Hugging Face hub.

        Raises:
            EncoderError: There is none, or it is of a kind that cannot be used; says what to do.
        """
        model = _loaded(name, dtype)
        tokenizer, dimension = model.tokenizer, model.get_embedding_dimension()
        if not isinstance(tokenizer, PreTrainedTokenizerBase) or dimension is None:
            raise EncoderError(
                f"encoder {name!r} has a tokenizer of type {type(tokenizer).__name__}; "
                "expected a sentence-transformers model that begins with a transformers network"
            )
        self._name = name
        self.dimension = dimension
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._limit = min(model.max_seq_length or DEFAULT_LIMIT, tokenizer.model_max_length)
        self._prompt = model.prompts.get(model.default_prompt_name or "query") or ""
        if model.transformers_model is not None:
            model.transformers_model.config.output_hidden_states = True

    def tokens(self, texts: Sequence[str]) -> Cut:
        """Token sequences, several for a text over the limit, and the text that each belongs to."""
        encoded = self._tokenizer(
            [self._prompt + text for text in texts],
            truncation=True,
            max_length=self._limit,
            return_overflowing_tokens=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        return encoded["input_ids"], np.asarray(encoded["overflow_to_sample_mapping"])

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of the pieces of each text, all of them, without the marks at its ends."""
        tokenizer: Any = self._tokenizer  # the base class does not know of the fast one's engine
        engine = tokenizer.backend_tokenizer
        # What was read before may have left a limit behind.
        engine.no_truncation()
        engine.no_padding()
        return [one.ids for one in engine.encode_batch_fast(list(texts), add_special_tokens=False)]

    def piece_vectors(self, pieces: npt.NDArray[np.int64]) -> Vectors:
        """What the network knows of pieces before it has read their neighbours; shape (pieces, hidden)."""
        network: Any = self._model.transformers_model or getattr(self._model[0], "model", None)
        with torch.inference_mode():
            vectors: Vectors = network.get_input_embeddings()(torch.from_numpy(pieces)).float().numpy()
        return vectors

    def network(self, adapters: Adapters | None) -> Network:
        """The model itself.

        Raises:
            EncoderError: There are adapters, which only the bundled encoder can have.
        """
        if adapters is not None:
            raise EncoderError(
                f"encoder {self._name!r}: the heads bring adapters, which are of the bundled encoder; train "
                "again with `rimedio train`, or unset RIMEDIO_ENCODER"
            )
        return PaddedNetwork(self._model, self._tokenizer, DEPTHS)


def _loaded(name: str, dtype: torch.dtype) -> SentenceTransformer:
    try:
        kept = not Path(name).exists() and not _hub_answers(name)
        return SentenceTransformer(name, device="cpu", model_kwargs={"dtype": dtype}, local_files_only=kept)
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"encoder {name!r} could not be loaded ({error}); check the folder or the name on the Hugging "
            "Face hub, or unset RIMEDIO_ENCODER for the bundled encoder"
        ) from error


def _hub_answers(name: str) -> bool:
    """Whether a model can be fetched. Asked once: the library would ask for minutes, file by file.

    Raises:
        OSError: The hub has no such model.
        ValueError: No model can have this name.
    """
    known = "/" in name or name.lower() in ORIGINAL_TRANSFORMER_MODELS
    try:
        model_info(name if known else f"sentence-transformers/{name}", timeout=ANSWERS_WITHIN)
    except RepositoryNotFoundError:
        raise
    except (httpx2.HTTPError, OfflineModeIsEnabled):
        return False
    return True
