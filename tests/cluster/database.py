"""A real PostgreSQL server, with a database for each scenario."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


class Database(NamedTuple):
    url: str

    def query(self, statement: str) -> str:
        """What psql prints, without headings."""
        command = ["psql", self.url, "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        done = subprocess.run([*command, "-c", statement], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


class Server(NamedTuple):
    address: str
    port: int
    password: str

    def url(self, database: str) -> str:
        return f"postgres://postgres:{self.password}@{self.address}:{self.port}/{database}"

    def database(self, name: str) -> Database:
        Database(self.url("postgres")).query(f'CREATE DATABASE "{name}"')
        return Database(self.url(name))


def programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.fail("these tests need a PostgreSQL server: apt-get install postgresql")
    return found[-1]


@contextmanager
def server(address: str) -> Iterator[Server]:
    password = secrets.token_hex(8)
    folder = Path(tempfile.mkdtemp(prefix="presync-postgres-"))
    (folder / "password").write_text(password)
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if user:
        _give(folder, user)
    bin_folder, data = programs(), folder / "data"
    quick = ["--no-sync", "--encoding=UTF8", "--locale=C", "--username=postgres"]
    login = ["--auth-host=scram-sha-256", f"--pwfile={folder}/password"]
    assert _runs(user, bin_folder / "initdb", *quick, *login, "--pgdata", data)
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write("host all all all scram-sha-256\n")
    settings = f"-c listen_addresses={address} -c unix_socket_directories={folder} -c fsync=off"
    control = bin_folder / "pg_ctl"

    def starts(port: int) -> bool:
        start = ("start", "--wait", "--log", folder / "log", "--options", f"{settings} -p {port}")
        return _runs(user, control, *start, "--pgdata", data)

    # Between asking for a free port and using it another process may take it.
    port = next((port for port in _free_ports(address, 5) if starts(port)), None)
    assert port, (folder / "log").read_text()
    try:
        yield Server(address, port, password)
    finally:
        assert _runs(user, control, "stop", "--pgdata", data, "--mode", "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports(address: str, number: int) -> Iterator[int]:
    for _ in range(number):
        with socket.create_server((address, 0)) as free:
            port = free.getsockname()[1]
        yield port


def _give(folder: Path, user: str) -> None:
    entry = pwd.getpwnam(user)
    for path in (folder, folder / "password"):
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _runs(user: str | None, *command: str | Path) -> bool:
    done = subprocess.run([*map(str, command)], user=user, cwd="/", stdout=subprocess.DEVNULL, check=False)
    return done.returncode == 0
