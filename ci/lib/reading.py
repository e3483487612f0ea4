"""The least that a judge of releases must do: read the files, glance at each document, and have libyaml compose those that
a render reads.

`reading.py list FOLDER FILE` writes down which these are, by letting presync render each file; `reading.py read FILE` does the least.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from postrenderer import channels, compose, glance, manifest, pipeline
from postrenderer.settings import DEFAULTS
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
