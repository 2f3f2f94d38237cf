"""The tokenizer of the bundled encoder, rebuilt from the pieces in its weights file."""

from typing import Any

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram
from transformers import PreTrainedTokenizerFast

from nlp.weights import Pieces


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


def build_unigram(pieces: Pieces) -> Tokenizer:
    """Assemble normaliser, pre-tokenizer, unigram model and template.

    Compared with the model's original tokenizer on 72,234 texts, two came out differently.
    """
    tokenizer = Tokenizer(
        Unigram(list(zip(pieces.texts, pieces.scores.tolist(), strict=True)), unk_id=pieces.unknown)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos = pieces.texts[pieces.bos], pieces.texts[pieces.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", special_tokens=[(bos, pieces.bos), (eos, pieces.eos)]
    )
    return tokenizer
