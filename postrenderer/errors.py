"""What ends a command with a message."""


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
