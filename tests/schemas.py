"""The formats' own schemas, read from Go modules that ship them: none is copied into this project."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
from pathlib import Path

import pytest

# SARIF's schema of OASIS, and the XSD of Jenkins for JUnit's XML.
SARIF = ("github.com/securego/gosec/v2@v2.30.0", "report/sarif/testdata/sarif-schema-2.1.0.json")
JUNIT = ("github.com/yannh/kubeconform@v0.8.0", "fixtures/junit.xsd")


@functools.cache
def path_of(module: str, file: str) -> Path:
    if shutil.which("go") is None:
        pytest.skip("no go on PATH to fetch the schema with")
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        pytest.skip(f"{module} cannot be fetched")
    return Path(json.loads(done.stdout)["Dir"]) / file
