"""The command `presync`: a render reads its few options without typer, which all other commands are made with."""

import gc
import os
import sys
from collections.abc import Callable

from postrenderer import channels
from postrenderer.errors import BugError, PostRendererError, unforeseen
from postrenderer.options import Options, completed, render_options


def main() -> None:
    """Entry point. Exit status: 0 done, 1 refused, 2 bad usage or input, 3 a bug of presync's own."""
    gc.disable()  # a render makes no cycles worth collecting, and ends soon
    arguments = sys.argv[1:]
    options = render_options(arguments)
    if options is None or (not arguments and sys.stdin is not None and sys.stdin.isatty()):
        from postrenderer.commandline import app

        sys.exit(guarded(lambda: app(args=arguments or ["--help"], prog_name="presync")))
    os._exit(guarded(lambda: _render(options), options))  # all is written; taking modules apart costs a tenth more


def guarded(work: Callable[[], int | None], options: Options | None = None) -> int:
    """Runs a command; every failure becomes one message and an exit status, never a traceback or a piece of input."""
    from postrenderer.report.text import failed

    log = completed(options).log_file if options else ""
    try:
        return work() or 0
    except PostRendererError as error:
        channels.tell(failed(error), log)
        return error.status
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        channels.tell(failed(PostRendererError(f"stdout could not be written: {error.strerror}")), log)
        return PostRendererError.status
    except Exception as error:
        channels.tell(failed(unforeseen(error)), log)
        return BugError.status


def _render(options: Options) -> int:
    from postrenderer.commands import render

    return render.run(options)
