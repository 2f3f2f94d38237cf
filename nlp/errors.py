"""What can go wrong between a text and its assessment."""

from pathlib import Path


class NlpError(Exception):
    """Base class of every error raised here."""


class EncoderError(NlpError):
    """The sentence-embedding model is missing, unreadable or of an unsupported kind."""


class HeadsError(NlpError):
    """The folder of trained heads is missing, damaged or of another version."""


class FingerprintError(HeadsError):
    """The heads were trained on another encoder than the one that is loaded."""


class CorpusError(NlpError):
    """A corpus or gold file has a row that cannot be used."""

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        where = str(path) if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {problem}")


class LabelsError(NlpError):
    """A business's own labels cannot be trained on; says where and what is wrong, a line each."""


class TrainingError(NlpError):
    """The corpus as a whole cannot be trained on."""


class BatchError(NlpError):
    """An input file cannot be classified as a whole, or its output cannot be written."""


class WrongUsageError(BatchError):
    """What was asked for cannot be, whatever the files hold: a column, a charset or a name for the output."""


class SpeechError(NlpError):
    """A speech model cannot be loaded, or a recording not be decoded."""
