"""What ends a command with a message."""

import os


class PostRendererError(Exception):
    """A message (what is wrong and where) and a hint (what to do); `status` is the command's exit status."""

    status = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInputError(PostRendererError):
    """The stream is not Kubernetes YAML, or there is none."""


class SettingsError(PostRendererError):
    """An option or the settings file cannot be used."""


class BugError(PostRendererError):
    """One of presync's own checks failed: nothing was written, and that is presync's fault."""

    status = 3


def unforeseen(error: Exception) -> BugError:
    """Any other error as a bug, told by its type and the last place of our own: its text could quote the input."""
    place, trace = "presync", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(os.path.dirname(__file__) + os.sep):
            place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return BugError(f"{type(error).__name__} in {place}")
