"""Servers that take what Argo CD's notifications controller sends: by mail, and by HTTP to chats and a webhook."""

from __future__ import annotations

import email
import json
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

import pytest

from .kubernetes import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator


class Message(NamedTuple):
    service: str
    text: str


class Inbox:
    """What arrived, in order."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._changed = threading.Condition()

    def put(self, service: str, text: str) -> None:
        with self._changed:
            self.messages.append(Message(service, text))
            self._changed.notify_all()

    def about(self, name: str, service: str = "") -> list[str]:
        return [m.text for m in self.messages if name in m.text and service in ("", m.service)]

    def until(self, name: str, service: str, number: int = 1) -> list[str]:
        """So many messages of this service that hold the name."""
        limit = time.monotonic() + PATIENCE
        with self._changed:
            while len(found := self.about(name, service)) < number:
                if not self._changed.wait(limit - time.monotonic()):
                    came = [f"{m.service}: {m.text}" for m in self.messages]
                    pytest.fail(f"{len(found)} messages about {name} by {service}; came:\n" + "\n".join(came))
            return found


class Receivers(NamedTuple):
    inbox: Inbox
    http: str
    https: str
    smtp_port: int


class Web(BaseHTTPRequestHandler):
    """Each service has a path of its own, named as it is."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        service = self.path.split("/")[1]
        inbox_of(self).put(service, str(parse_qs(body)) if service == "slack" else body)
        content = json.dumps({"ok": True, "channel": "C1", "ts": "1.0"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class Mail(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 test")
        for line in self.rfile:
            command = line.strip().upper()
            if command == b"DATA":
                self._say("354 go on")
                inbox_of(self).put("email", self._text())
            if command == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _text(self) -> str:
        lines = iter(lambda: self.rfile.readline().rstrip(b"\r\n"), b".")
        message = email.message_from_bytes(b"\n".join(lines))
        parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
        return "\n".join([str(message["Subject"]), *(part.decode() for part in parts if isinstance(part, bytes))])

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def inbox_of(handler: socketserver.BaseRequestHandler) -> Inbox:
    inbox = getattr(handler.server, "inbox", None)
    assert isinstance(inbox, Inbox)
    return inbox


@contextmanager
def receivers(address: str) -> Iterator[Receivers]:
    inbox = Inbox()
    with ExitStack() as running:

        def started(server: socketserver.BaseServer) -> int:
            server.inbox = inbox  # type: ignore[attr-defined]
            running.enter_context(server)
            running.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            return int(server.server_address[1])  # type: ignore[index]

        secure = ThreadingHTTPServer((address, 0), Web)
        secure.socket = certified(address).wrap_socket(secure.socket, server_side=True)
        ports = [started(ThreadingHTTPServer((address, 0), Web)), started(secure)]
        mail = started(socketserver.ThreadingTCPServer((address, 0), Mail))
        yield Receivers(inbox, f"http://{address}:{ports[0]}", f"https://{address}:{ports[1]}", mail)


def certified(address: str) -> ssl.SSLContext:
    """Nobody else trusts this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={address}"]
        subprocess.run([*command, "-keyout", key, "-out", f"{key}.crt"], capture_output=True, check=True)
        context.load_cert_chain(f"{key}.crt", key)
    return context
