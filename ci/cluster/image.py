"""An image without a registry: programs of this machine's Debian packages, and what they need, as an OCI archive."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from processes import ClusterError

NAME = "presync.test/tools:1"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
APPLETS = [
    "sh",
    "cat",
    "date",
    "echo",
    "env",
    "false",
    "httpd",
    "ls",
    "mkdir",
    "nc",
    "seq",
    "sleep",
    "test",
    "touch",
    "true",
    "wget",
]


def program(name: str, *others: str, package: str) -> Path:
    for candidate in (name, *others):
        if found := shutil.which(candidate):
            return Path(found).resolve()
    raise ClusterError(f"the image for the tests' pods needs {name}, and there is none", f"apt-get install {package}")


def psql() -> Path:
    """Debian's `psql` on PATH is a script that looks for the real one."""
    real = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))
    return real[-1] if real else program("psql", package="postgresql")


def libraries(binary: Path) -> list[Path]:
    done = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False)  # fails for a static program
    return [Path(found) for found in re.findall(r"(/\S+) \(0x", done.stdout)]


def files(kubectl: Path) -> dict[str, Path]:
    """Where each is in the image, and where it is here."""
    programs = {
        "bin/busybox": program("/bin/busybox", package="busybox-static"),
        "bin/psql": psql(),
        "bin/kubectl": kubectl,
    }
    needed = [library for binary in programs.values() for library in libraries(binary)]
    return programs | {str(library).lstrip("/"): library.resolve() for library in needed}


def layer(kubectl: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, source in sorted(files(kubectl).items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = source.stat().st_size, 0o755
            with source.open("rb") as content:
                tar.addfile(entry, content)
        for applet in APPLETS:
            entry = tarfile.TarInfo(f"bin/{applet}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(entry)
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(folder)
    return out.getvalue()


def write(archive: Path, kubectl: Path) -> None:
    content = layer(kubectl)
    architecture = ARCHITECTURES[platform.machine()]
    blobs: dict[str, bytes] = {}

    def blob(kind: str, data: bytes) -> dict[str, object]:
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    top = blob("layer.v1.tar", content)
    config = {
        "architecture": architecture,
        "os": "linux",
        # The same image serves as the pause container of every pod.
        "config": {"Cmd": ["/bin/sleep", "2147483647"], "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [top["digest"]]},
    }
    settings = blob("config.v1+json", json.dumps(config).encode())
    manifest = blob("manifest.v1+json", json.dumps({"schemaVersion": 2, "config": settings, "layers": [top]}).encode())
    tag = NAME.rpartition(":")[2]
    manifest["annotations"] = {"io.containerd.image.name": NAME, "org.opencontainers.image.ref.name": tag}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [manifest]}
    blobs |= {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": json.dumps(index).encode()}
    with tarfile.open(archive, "w") as tar:
        for name, data in blobs.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
