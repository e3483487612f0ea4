"""What comes in and what goes out: files, stdin, stdout whole or not at all, findings on stderr and in a log."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress

from postrenderer.errors import BadInputError, PostRendererError
from postrenderer.settings import Limits
from postrenderer.stream import Document, decode, split


def read(files: Iterable[str], limits: Limits) -> list[Document]:
    """The documents of files, or of stdin where there are none (`-` is stdin too)."""
    documents: list[Document] = []
    for file in files or ("-",):
        name = "stdin" if file == "-" else file
        documents += _separated(documents, split(decode(_bytes(file, limits.bytes), name), name))
    return within(documents, limits)


def within(documents: list[Document], limits: Limits) -> list[Document]:
    if len(documents) > limits.documents:
        hint = "Raise `limits.documents` in the settings if this is meant."
        raise BadInputError(f"the stream holds more than {limits.documents} documents", hint)
    return documents


def write(text: str) -> None:
    """All of the text on stdout. Raises PostRendererError where it cannot be written whole."""
    waiting = memoryview(text.encode())
    try:
        while waiting:
            waiting = waiting[os.write(1, waiting) :]
        os.close(1)  # some file systems tell only now that the disk is full
    except OSError as error:
        raise PostRendererError(f"stdout could not be written: {error.strerror}") from None


def write_file(file: str, text: str) -> None:
    """A file that holds all of the text, or is as it was; a device or a pipe is written to, never replaced."""
    try:
        if os.path.exists(file) and not os.path.isfile(file):
            with open(file, "w", encoding="utf-8", newline="") as device:
                device.write(text)
        else:
            _replace(os.path.realpath(file), text)
    except OSError as error:
        raise PostRendererError(f"cannot write {file}: {error.strerror}") from None


def _replace(file: str, text: str) -> None:
    import tempfile  # its import costs a render 10 ms

    descriptor, beside = tempfile.mkstemp(dir=os.path.dirname(file), prefix=".presync-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as new:
            new.write(text)
        os.chmod(beside, _mode(file))
        os.replace(beside, file)
    except BaseException:
        os.unlink(beside)
        raise


def write_new(file: str, text: str) -> None:
    """A file that was not there."""
    if os.path.lexists(file):
        raise PostRendererError(f"cannot write {file}: it is there already", "Name another file, and merge by hand.")
    write_file(file, text)


def colourful() -> bool:
    """Whether stdout shows colours (no-color.org): on a terminal, unless NO_COLOR says no or FORCE_COLOR yes."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or os.isatty(1)


def _mode(file: str) -> int:
    """Of a file that is there; else what the shell's redirection would give."""
    if os.path.exists(file):
        return os.stat(file).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def tell(text: str, log_file: str = "") -> None:
    """Findings on stderr, in the log file, and on the stderr of a Helm that would hide ours."""
    if not text:
        return
    _say(text)
    log(text, log_file)
    if _helm_hides_stderr():
        try:
            _append(f"/proc/{os.getppid()}/fd/2", text)
        except OSError:
            return


def log(text: str, file: str) -> None:
    """Appends to the log file, if there is one; that it cannot be written is a warning."""
    if file:
        try:
            _append(file, text)
        except OSError as error:
            _say(f"warning: the log {file} could not be written: {error.strerror}\n")


def parent_helm() -> list[str]:
    """The command line of the Helm that started this process; nothing where another did or the system does not tell."""
    try:
        with open(f"/proc/{os.getppid()}/cmdline", "rb") as cmdline:
            command = cmdline.read().decode(errors="replace").split("\0")
    except OSError:
        return []
    return command if os.path.basename(command[0]).startswith("helm") else []


def _helm_hides_stderr() -> bool:
    """Helm 4 keeps what a plugin writes to stderr to itself (helm issue 31843)."""
    return "HELM_PLUGIN_NAME" in os.environ and bool(parent_helm())


def _say(text: str) -> None:
    with suppress(OSError, AttributeError):  # nobody listens: stderr is closed
        sys.stderr.write(text)
        sys.stderr.flush()


def _append(file: str, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o600)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _bytes(file: str, limit: int) -> bytes:
    try:
        if file == "-" and sys.stdin is None:
            raise BadInputError("nothing came in: stdin is closed")
        if file == "-":
            raw = sys.stdin.buffer.read(limit + 1)
        else:
            with open(file, "rb") as stream:
                raw = stream.read(limit + 1)
    except OSError as error:
        raise PostRendererError(f"cannot read {file}: {error.strerror}") from None
    if len(raw) > limit:
        hint = "Raise `limits.bytes` in the settings if this is meant."
        raise BadInputError(f"{file if file != '-' else 'stdin'}: the stream is larger than {limit} bytes", hint)
    return raw


def _separated(before: list[Document], documents: list[Document]) -> list[Document]:
    """The documents of a further file, behind a separator where it brings none."""
    if before and documents:
        first = documents[0]
        lead = "" if before[-1].text.endswith("\n") else "\n"
        separator = "" if first.text.startswith("---") else "---\n"
        written = first._replace(text=lead + separator + first.text, line=first.line - bool(lead) - bool(separator))
        return [written, *documents[1:]]
    return documents
