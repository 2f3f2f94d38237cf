"""What others do with the same encoder on the same rows; each is a callable from texts to labels.

The encoder is the bundled one with the adapters of the shipped heads, in float32 unless said otherwise. The
exported networks begin behind the word table, which is looked up in torch: expanded it would be 384 MB.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nlp.encoders.e5_modules import build_e5
from nlp.encoders.encoder import DEPTHS, Vectors
from nlp.encoders.padded import PaddedNetwork
from nlp.encoders.weights import locate_weights
from nlp.heads import FIELDS, Head, load_heads
from nlp.heads import TRAINED as HEADS

Labels = Callable[[Sequence[str]], Mapping[str, Any]]
Network = Callable[[Vectors, Vectors], Vectors]

LABELS_IN_WORDS = 10
"""Tokens that a hypothesis ("This message is about a late delivery.") adds to a text, for zero-shot."""


class Plain:
    """`SentenceTransformer.encode` as it comes, and a scikit-learn classifier a field on its embeddings."""

    def __init__(self) -> None:
        heads = load_heads(HEADS)
        self.model: Any = build_e5(locate_weights(), torch.float32).eval()
        self.dimension = self.model.get_embedding_dimension()
        for name in heads.adapters.up if heads.adapters is not None else ():
            self.model[0].model.get_submodule(name).weight += torch.from_numpy(heads.adapters.change(name))
        self.models = {field: as_scikit(heads.fields[field], self.dimension) for field in FIELDS}

    def __call__(self, texts: Sequence[str]) -> Mapping[str, Any]:
        return self.decided(self.model.encode(list(texts), prompt_name="query", show_progress_bar=False))

    def decided(self, vectors: Vectors) -> Mapping[str, Any]:
        return {field: [model.predict(vectors) for model in models] for field, models in self.models.items()}


class Exported:
    """Batches of 64 by length, tokenised by the same tokenizer, through a network that was exported."""

    def __init__(self, plain: Plain, network: Network) -> None:
        self._plain = plain
        self._network = network
        self._batches = PaddedNetwork(plain.model, plain.model.tokenizer, DEPTHS).batches

    def __call__(self, texts: Sequence[str]) -> Mapping[str, Any]:
        prompt, tokenizer = self._plain.model.prompts["query"], self._plain.model.tokenizer
        tokens = tokenizer([prompt + text for text in texts], truncation=True, max_length=512)["input_ids"]
        vectors = np.zeros((len(texts), self._plain.dimension), np.float32)
        for rows in self._batches(np.array([len(one) for one in tokens])):
            padded = tokenizer.pad({"input_ids": [tokens[row] for row in rows]}, return_tensors="pt")
            mask = padded["attention_mask"].float().numpy()
            words = self._words(padded["input_ids"])
            vectors[rows] = self._network(words, mask)
        return self._plain.decided(vectors)

    def _words(self, ids: torch.Tensor) -> Vectors:
        with torch.inference_mode():
            words: Vectors = self._plain.model[0].model.embeddings.word_embeddings(ids).numpy()
        return words


class _FromWords(torch.nn.Module):
    """The layers behind the word table, to be exported: averaged tokens, of length one."""

    def __init__(self, plain: Plain) -> None:
        super().__init__()
        self.bert = plain.model[0].model

    def forward(self, words: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        shade = (1 - mask)[:, None, None, :] * -1e4
        states = self.bert.embeddings(inputs_embeds=words)
        for layer in self.bert.encoder.layer:
            states = layer(states, shade)
        sums = (states * mask[..., None]).sum(dim=1)
        return torch.nn.functional.normalize(sums / mask.sum(dim=1, keepdim=True), dim=1)


def export(plain: Plain, folder: Path) -> Path:
    """The network as an ONNX file."""
    path = folder / "encoder.onnx"
    example = torch.randn(2, 8, plain.dimension), torch.ones(2, 8)
    plain.model[0].model.set_attn_implementation("eager")
    try:
        torch.onnx.export(
            _FromWords(plain),
            example,
            str(path),
            input_names=["words", "mask"],
            output_names=["vectors"],
            dynamic_axes={"words": {0: "texts", 1: "tokens"}, "mask": {0: "texts", 1: "tokens"}},
            dynamo=False,
        )
    finally:
        plain.model[0].model.set_attn_implementation("sdpa")
    return path


def onnxruntime_int8(exported: Path, threads: int) -> Network:
    import onnxruntime
    from onnxruntime.quantization import quantize_dynamic

    small = exported.with_name("encoder.int8.onnx")
    quantize_dynamic(exported, small)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(small), options, providers=["CPUExecutionProvider"])
    return lambda words, mask: session.run(None, {"words": words, "mask": mask})[0]


def openvino(exported: Path, threads: int) -> Network:
    """In the number format that OpenVINO chooses: bfloat16 where the processor has it."""
    import openvino as ov

    config = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
    compiled = ov.Core().compile_model(ov.convert_model(str(exported)), "CPU", config)
    return lambda words, mask: compiled([words, mask])[0]


def zero_shot_seconds(texts: Sequence[Sequence[int]], labels: int, clock: Callable[[], float]) -> float:
    """What one message would take an entailment model of BERT-base's size, asked for each label."""
    from transformers import BertConfig, BertModel

    model = BertModel(BertConfig(vocab_size=1000), add_pooling_layer=False).eval()
    length = round(np.mean([len(one) for one in texts])) + LABELS_IN_WORDS
    pairs = torch.ones(16, min(length, 512), dtype=torch.long)
    with torch.inference_mode():
        model(input_ids=pairs)
        start = clock()
        model(input_ids=pairs)
    return (clock() - start) / len(pairs) * labels


def as_scikit(head: Head, dimension: int) -> list[Any]:
    """Fitted logistic regressions with a head's weights for the embedding: one, or one a label."""
    weights, bias = head.meaning[-dimension:], head.bias
    parts = [slice(at, at + 1) for at in range(len(bias))] if head.several else [slice(None)]
    return [_fitted(weights[:, part], bias[part]) for part in parts]


def _fitted(weights: Vectors, bias: Vectors) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression()
    model.classes_ = np.arange(max(len(bias), 2))
    model.coef_, model.intercept_ = weights.T.astype(np.float64), bias.astype(np.float64)
    return model
