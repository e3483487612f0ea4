"""`presync helm-plugin-dir`."""

from pathlib import Path
from typing import NamedTuple

import postrenderer
from postrenderer import channels


class Options(NamedTuple):
    """The command has none."""


def run(options: Options) -> int:  # noqa: ARG001
    """Print the folder of the Helm 4 plugin, for `HELM_PLUGINS=$(presync helm-plugin-dir):$(helm env HELM_PLUGINS)`."""
    channels.write(f"{Path(postrenderer.__file__).parent / 'helm_plugin'}\n")
    return 0
