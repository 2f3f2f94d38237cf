"""multilingual-e5-small as a `SentenceTransformer`, straight from the bundled weights, to be trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules.input_module import InputModule
from sentence_transformers.sentence_transformer.model import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from nlp.encoders.e5 import LAYER_PARTS, PROMPT, WordTable
from nlp.encoders.tokenizer import build_unigram
from nlp.encoders.weights import Pieces, WeightFile
from nlp.errors import EncoderError


class PiecesTokenizer(PreTrainedTokenizerFast):
    """XLM-R's tokenizer as a transformers one: `<s> text </s>`, at most `model_max_length` tokens."""

    def __init__(self, pieces: Pieces, model_max_length: int) -> None:
        # Set before the base class runs: what is passed as `tokenizer_object` would be copied, and the
        # 250,000 pieces take more memory than the whole network.
        self._tokenizer = build_unigram(pieces)
        base: Any = super()  # untyped in the library
        base.__init__(
            model_max_length=model_max_length,
            bos_token=pieces.texts[pieces.bos],
            eos_token=pieces.texts[pieces.eos],
            cls_token=pieces.texts[pieces.bos],
            sep_token=pieces.texts[pieces.eos],
            pad_token=pieces.texts[pieces.pad],
            unk_token=pieces.texts[pieces.unknown],
        )


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
        for long, short in LAYER_PARTS.items():
            sources[f"encoder.layer.{layer}.{long}.weight"] = f"l{layer}.{short}.w"
            sources[f"encoder.layer.{layer}.{long}.bias"] = f"l{layer}.{short}.b"
    shapes = {name: parameter.shape for name, parameter in model.state_dict().items()}
    # A tensor is copied even as float32: torch must not share the read-only bytes it was expanded from.
    return {
        target: torch.tensor(weights.tensor(source)).to(dtype).reshape(shapes[target])
        for target, source in sources.items()
    }
