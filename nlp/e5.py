"""multilingual-e5-small as a `SentenceTransformer`, built straight from the bundled weights."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules.input_module import InputModule
from sentence_transformers.sentence_transformer.model import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertConfig, BertModel

from nlp.errors import EncoderError
from nlp.tokenizer import PiecesTokenizer
from nlp.weights import WeightFile

NAME = "intfloat/multilingual-e5-small in 4 bits"
PROMPT = "query: "

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class WordTable(torch.nn.Module):
    """The word embeddings in their 4-bit form (54 MB instead of 384 MB); looked-up rows are expanded."""

    blocks: torch.Tensor

    def __init__(self, blocks: torch.Tensor, dtype: torch.dtype) -> None:
        """`blocks` are bytes of shape (vocabulary, blocks a row, 18), see `nlp.weights`."""
        super().__init__()
        self.register_buffer("blocks", blocks, persistent=False)
        self.dtype = dtype

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Expand the rows named by `ids`, of shape (…), to shape (…, hidden)."""
        rows = self.blocks[ids]
        scales = rows[..., :2].contiguous().view(torch.float16).float()
        packed = rows[..., 2:]
        nibbles = torch.cat([packed & 0x0F, packed >> 4], dim=-1)
        return ((nibbles.float() - 8) * scales).flatten(-2).to(self.dtype)


class E5Transformer(InputModule):
    """The twelve layers with their tokenizer: texts to one vector a token."""

    def __init__(self, weights: WeightFile, dtype: torch.dtype) -> None:
        base: Any = super()  # untyped in the library
        base.__init__()
        self.model = _build_model(weights, dtype)
        self.max_seq_length = weights.geometry.positions
        self._pieces = PiecesTokenizer(weights.pieces(), self.max_seq_length)
        self.tokenizer = self._pieces

    def preprocess(
        self, inputs: Sequence[object], prompt: str | None = None, **kwargs: object
    ) -> dict[str, torch.Tensor]:
        """Turn texts into padded token ids; what is over the length limit is cut."""
        texts = [(prompt or "") + str(text) for text in inputs]
        return dict(
            self._pieces(
                texts, padding=True, truncation=True, max_length=self.max_seq_length, return_tensors="pt"
            )
        )

    def forward(self, features: dict[str, Any], **kwargs: object) -> dict[str, Any]:
        """Add `token_embeddings`, of shape (texts, tokens, hidden), and the same for every layer."""
        output = self.model(
            input_ids=features["input_ids"],
            attention_mask=features["attention_mask"],
            output_hidden_states=True,
        )
        return {
            **features,
            "token_embeddings": output.last_hidden_state,
            "all_layer_embeddings": output.hidden_states,
        }

    def save(self, output_path: str, *args: object, **kwargs: object) -> None:
        """Refuse: the weights stay in the package that they came in."""
        raise EncoderError(f"the bundled encoder cannot be saved to {output_path}: nothing in it was trained")


def build_e5(path: Path, dtype: torch.dtype) -> SentenceTransformer:
    """Build the bundled encoder without ever holding its word table expanded."""
    transformer = E5Transformer(WeightFile(path), dtype)
    hidden = transformer.model.config.hidden_size
    return SentenceTransformer(
        modules=[transformer, Pooling(hidden, "mean"), Normalize()],
        device="cpu",
        prompts={"query": PROMPT},
    )


def _build_model(weights: WeightFile, dtype: torch.dtype) -> BertModel:
    geometry = weights.geometry
    config = BertConfig(
        vocab_size=geometry.vocabulary,
        hidden_size=geometry.hidden,
        num_hidden_layers=geometry.layers,
        num_attention_heads=geometry.heads,
        intermediate_size=geometry.feed_forward,
        max_position_embeddings=geometry.positions,
        type_vocab_size=geometry.token_types,
        layer_norm_eps=geometry.epsilon,
    )
    with torch.device("meta"):
        model = BertModel(config, add_pooling_layer=False)
    embeddings: Any = model.embeddings
    table = torch.from_numpy(weights.blocks("emb.word", geometry.vocabulary))
    embeddings.word_embeddings = WordTable(table, dtype)
    model.load_state_dict(_state(weights, model, dtype), strict=True, assign=True)
    embeddings.position_ids = torch.arange(geometry.positions)[None]
    embeddings.token_type_ids = torch.zeros_like(embeddings.position_ids)
    torch.nn.Module.eval(model)
    model.requires_grad_(False)
    return model


def _state(weights: WeightFile, model: BertModel, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    sources = {
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    for layer in range(weights.geometry.layers):
        for short, long in _LAYER_PARTS.items():
            sources[f"encoder.layer.{layer}.{long}.weight"] = f"l{layer}.{short}.w"
            sources[f"encoder.layer.{layer}.{long}.bias"] = f"l{layer}.{short}.b"
    shapes = {name: parameter.shape for name, parameter in model.state_dict().items()}
    # A tensor is copied even as float32: torch must not share the read-only bytes it was expanded from.
    return {
        target: torch.tensor(weights.tensor(source)).to(dtype).reshape(shapes[target])
        for target, source in sources.items()
    }
