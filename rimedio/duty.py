"""What a process is there for."""

from enum import StrEnum


class Duty(StrEnum):
    """`rimedio run` does everything; the others share it among processes on PostgreSQL."""

    RUN = "run"
    BOT = "bot"
    WEB = "web"
    WORKER = "worker"

    @property
    def serves(self) -> bool:
        """Whether it serves the desk and the web chat, and takes what is posted to a webhook."""
        return self in (Duty.RUN, Duty.WEB)

    @property
    def sends(self) -> bool:
        """Whether everything that goes to Telegram passes through it: one process at a time."""
        return self in (Duty.RUN, Duty.BOT)

    @property
    def works(self) -> bool:
        """Whether it reads messages, and so needs the model."""
        return self in (Duty.RUN, Duty.WORKER)
