"""Judges many releases, side by side where there are several, and gives back words alone."""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from typing import NamedTuple

from postrenderer import inputs, pipeline
from postrenderer.errors import BugError, PostRendererError, unforeseen
from postrenderer.findings import Judged, Verdict, is_allowed, printable, verdict
from postrenderer.inputs import Input
from postrenderer.options import Reading
from postrenderer.pardons import unused_allow
from postrenderer.release import Release
from postrenderer.settings import Settings


class Linted(NamedTuple):
    """An input, and what was found in it."""

    input: Input
    verdicts: tuple[Verdict, ...] = ()
    error: str = ""  # why it could not be judged
    hint: str = ""
    status: int = 0
    is_release: bool = True  # not the settings file, of which lint speaks as well

    @property
    def name(self) -> str:
        return printable(self.input.name)


def lint(
    given: list[Input], reading: Reading, settings: Settings, advance: Callable[[], None] = lambda: None
) -> list[Linted]:
    """Every input judged, in the order given; those that hold no Kubernetes object are left out."""
    done = {}
    for each in _judged_all(given, partial(_judged, reading=reading, settings=settings)):
        advance()
        if each is not None:
            done[each.input] = each
    return [done[each] for each in given if each in done]


def judge(release: Release, settings: Settings) -> tuple[Verdict, ...]:
    """What every rule finds, whether a render would settle it, and what is allowed in vain."""
    judged = pipeline.lint(release, settings)
    in_vain = unused_allow.find(release, judged, settings)
    more = (Judged(finding, False, is_allowed(finding, settings)) for finding in in_vain)
    return tuple(verdict(each) for each in (*judged, *more))


def _judged(of: Input, reading: Reading, settings: Settings) -> Linted | None:
    """Errors come back as words: an exception would lose its hint on the way from another process."""
    try:
        release = inputs.release(of, reading, settings)
        return Linted(of, judge(release, settings)) if release is not None else None
    except PostRendererError as error:
        return Linted(of, (), error.message, error.hint, error.status)
    except Exception as error:
        bug = unforeseen(error)
        return Linted(of, (), f"{of.name}: {bug.message}", "", BugError.status)


def _judged_all(given: list[Input], judged: Callable[[Input], Linted | None]) -> Iterator[Linted | None]:
    processes = 1 if any(each.path == "-" for each in given) else min(len(given), _processors())
    if processes < 2:
        yield from map(judged, given)
        return
    heaviest_first = sorted(given, key=_weight, reverse=True)
    with ProcessPoolExecutor(processes, _context(), _ignore_interrupts) as pool:
        try:
            yield from pool.map(judged, heaviest_first)
        except BrokenProcessPool:
            hint = "Lint fewer or smaller inputs at once; was there memory enough?"
            raise PostRendererError("a process that judged inputs was ended from outside", hint) from None


def _weight(of: Input) -> float:
    """A chart waits for Helm; a file takes time by its size."""
    if of.is_chart:
        return float("inf")
    return os.path.getsize(of.path) if os.path.exists(of.path) else 0


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _context() -> BaseContext:
    """A forked process has everything imported already; elsewhere than on Linux forking is not safe."""
    return get_context("fork" if sys.platform == "linux" else None)


def _ignore_interrupts() -> None:
    """The parent ends them."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
