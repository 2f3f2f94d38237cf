"""What can go wrong before and around the running program."""


class ProgramError(Exception):
    """Base class; the message is shown to the user as it is, without a traceback."""


class SettingError(ProgramError):
    """A setting has a value that cannot be used."""


class PresumedDeadError(ProgramError):
    """The other processes have taken this one for dead: it has to stop, and may be started again."""


class ArchiveError(ProgramError):
    """A backup cannot be made, read, or put back."""
