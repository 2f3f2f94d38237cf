"""Speech: the words of a voice or video note, by whatever transformers speech model a setting names."""

from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.errors import SpeechError

_CHUNK_SECONDS = 30


class Transcriber:
    """Hears recordings. One thread at a time may use it."""

    def __init__(self, model: str) -> None:
        """Loads the model; takes seconds, or minutes where a hub has to be asked first.

        Args:
            model: a folder or a hub's name of a speech recognition model, such as `openai/whisper-small`.

        Raises:
            SpeechError: there is no such model, or it is not one for speech.
        """
        # Torch and transformers take seconds to import: only where somebody asked for speech.
        from transformers import pipeline
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            loaded: Any = pipeline("automatic-speech-recognition", model=model, device="cpu")
        except (OSError, ValueError, KeyError) as error:
            raise SpeechError(f"RIMEDIO_SPEECH = {model!r}: not a speech model that can be loaded") from error
        self._pipeline = loaded
        self._rate = int(loaded.feature_extractor.sampling_rate)

    def hear(self, recording: bytes) -> str:
        """The words of a recording, in the language that was spoken; empty when there are none.

        Raises:
            SpeechError: there is no sound in it that can be decoded.
        """
        sound = decode(recording, self._rate)
        if not sound.size:
            return ""
        heard = self._pipeline({"raw": sound, "sampling_rate": self._rate}, chunk_length_s=_CHUNK_SECONDS)
        return " ".join(str(heard["text"]).split())


def decode(recording: bytes, rate: int) -> npt.NDArray[np.float32]:
    """The sound of an OGG, MP4, MP3, WAV or WebM file.

    Args:
        recording: the file's content.
        rate: samples a second that are wanted.

    Returns:
        One channel of float32 samples between -1 and 1, of shape (seconds x rate,).

    Raises:
        SpeechError: it cannot be decoded, or the package for it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise SpeechError("transcription needs the package av: pip install 'rimedio[speech]'") from error
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    samples = [np.zeros(0, np.float32)]
    try:
        with av.open(BytesIO(recording), "r") as container:
            for frame in container.decode(audio=0):
                samples += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        samples += [part.to_ndarray()[0] for part in resampler.resample(None)]
    except (av.FFmpegError, IndexError) as error:
        raise SpeechError("the recording has no sound that can be decoded") from error
    return np.concatenate(samples)
