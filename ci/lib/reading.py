"""The least that a judge of releases must do: read files, glance at documents, and have libyaml compose some of them.

`reading.py list FOLDER FILE` writes down which these are: those that a render composes as they came in.
`reading.py read FILE` then does the least.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from postrenderer import channels, compose, glance, manifest, pipeline
from postrenderer.settings import DEFAULTS

if TYPE_CHECKING:
    from postrenderer.stream import Document


def read_by_a_render(file: Path) -> list[int]:
    """Lines of the documents that a render composes, each as it came in, for its edits and for its findings."""
    lines = set()

    def told(document: Document) -> object:
        if document.before is None:
            lines.add(document.line)
        return compose.compose(document)

    manifest.compose = told
    pipeline.render(pipeline.read(channels.read((str(file),), DEFAULTS.limits), "argocd"))
    return sorted(lines)


def write_list(folder: Path, out: Path) -> None:
    files = sorted(folder.glob("*.yaml"))
    out.write_text(json.dumps({str(file): read_by_a_render(file) for file in files}))


def read(listed: Path) -> None:
    gc.disable()  # as presync does
    for file, lines in json.loads(listed.read_text()).items():
        wanted = frozenset(lines)
        for document in channels.read((file,), DEFAULTS.limits):
            glance.glance(document.text)
            if document.line in wanted:
                compose.compose(document)


if __name__ == "__main__":
    if sys.argv[1] == "list":
        write_list(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        read(Path(sys.argv[2]))
