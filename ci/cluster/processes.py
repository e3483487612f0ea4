"""Starts processes that outlive this one, finds them again by id, and ends those and no others."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


FOLDER = Path("/var/lib/presync-cluster")


class ClusterError(Exception):
    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(*command: str | Path, stdin: str | None = None) -> str:
    done = subprocess.run([*map(str, command)], input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ClusterError(f"{' '.join(map(str, command))}: {done.stderr.strip()}", "See above what it says.")
    return done.stdout


def wait_until(condition: Callable[[], bool], what: str, seconds: int = 120) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise ClusterError(f"waited {seconds} s for {what}", f"The logs in {FOLDER}/logs say why.")
        time.sleep(0.1)


class Processes:
    """Those whose ids, with the times they started, are kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self.ids = folder / "processes"
        self.logs = folder / "logs"

    def start(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        if self.runs(name):
            return
        self.ids.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / name).open("ab") as log:
            process = subprocess.Popen(
                [*map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                cwd="/",
            )
        (self.ids / name).write_text(f"{process.pid} {started(process.pid)}")

    def runs(self, name: str) -> bool:
        return self.id_of(name) is not None

    def id_of(self, name: str) -> int | None:
        """None where it ended, also where its id is another process's by now."""
        try:
            pid, start = (self.ids / name).read_text().split()
        except FileNotFoundError:
            return None
        return int(pid) if started(int(pid)) == start else None

    def stop(self, name: str) -> None:
        pid = self.id_of(name)
        if pid is not None:
            end(pid)
        (self.ids / name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        return sorted(entry.name for entry in self.ids.glob("*"))

    def must_run(self, name: str) -> None:
        if not self.runs(name):
            last = (self.logs / name).read_text(errors="replace").splitlines()[-15:]
            raise ClusterError("\n".join([f"{name} ended:", *last]), f"Its whole log: {self.logs / name}")


def started(pid: int) -> str | None:
    """In ticks since the machine did; None for a process that is gone or ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = text.rpartition(")")[2].split()
    return None if state == "Z" else fields[18]


def end(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        # Argo CD's plugin server never ends at SIGTERM (its cmpserver/server.go); nothing here has to be kept.
        for kind, seconds in ((signal.SIGTERM, 3), (signal.SIGKILL, 10)):
            signal.pidfd_send_signal(handle, kind)
            if select.select([handle], [], [], seconds)[0]:
                return
    except ProcessLookupError:
        return
    finally:
        os.close(handle)
