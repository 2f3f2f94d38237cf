"""Adaptations that are already made: a training of an hour that was stopped goes on behind them."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from nlp.encoders.adapters import Adapters, load_adapters
from nlp.encoders.encoder import Encoder, native_dtype
from nlp.errors import HeadsError
from nlp.heads import FIELDS
from nlp.training import adapting, taught
from nlp.training.corpus import Example


def kept_or_made(
    folder: Path | None,
    examples: Sequence[Example],
    encoder: Encoder,
    seed: int,
    make: Callable[[], Adapters],
    order: int = 0,
) -> Adapters:
    """The adapters for just these messages in this order, read from `folder` or made and kept there.

    Whatever they depend on is in the file's name: texts and labels, the encoder, the seed and the order of
    training, the number format and the code that trains. A damaged file is made anew. Without a folder
    nothing is kept.

    Raises:
        OSError: The folder cannot be written to.
    """
    if folder is None:
        return make()
    path = folder / f"{_key(examples, encoder, seed, order)}.safetensors"
    try:
        return load_adapters(path)
    except HeadsError:
        adapters = make()
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_bytes(adapters.to_bytes())
    temporary.replace(path)
    return adapters


def _key(examples: Sequence[Example], encoder: Encoder, seed: int, order: int) -> str:
    digest = hashlib.sha256()
    for code in (adapting, taught):
        digest.update(Path(str(code.__file__)).read_bytes())
    digest.update(f"{encoder.name} {seed} {order} {native_dtype()} {torch.__version__}".encode())
    for one in examples:
        row = [one.text, *(getattr(one, field) for field in FIELDS)]
        digest.update(json.dumps(row).encode() + b"\n")
    return digest.hexdigest()[:24]
