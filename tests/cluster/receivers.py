"""Servers that take what Argo CD's notifications controller sends: mail, Slack's API, and a webhook."""

from __future__ import annotations

import email
import json
import socketserver
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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

    def until(self, name: str, service: str) -> str:
        """The first message of this service that holds the name."""
        limit = time.monotonic() + PATIENCE
        with self._changed:
            while not (found := self.about(name, service)):
                if not self._changed.wait(limit - time.monotonic()):
                    pytest.fail(f"no message about {name} by {service}; came: {self.messages}")
            return found[0]


class Receivers(NamedTuple):
    inbox: Inbox
    http_port: int
    smtp_port: int


class Web(BaseHTTPRequestHandler):
    """Slack's API below /slack/, else a webhook."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path.startswith("/slack/"):
            inbox_of(self).put("slack", str(parse_qs(body)))
        else:
            inbox_of(self).put("webhook", body)
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
    with ThreadingHTTPServer((address, 0), Web) as web, socketserver.ThreadingTCPServer((address, 0), Mail) as mail:
        for server in (web, mail):
            server.inbox = inbox  # type: ignore[attr-defined]
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Receivers(inbox, web.server_port, mail.server_address[1])
        for server in (web, mail):
            server.shutdown()
