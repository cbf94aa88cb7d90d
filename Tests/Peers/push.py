"""A double of a push service (RFC 8030), and browsers that decrypt what it is given by PyPI's http-ece and check the sender's
token by py-vapid."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import threading
from dataclasses import dataclass, field

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from limits import DEADLINE


class Browser:
    """A browser's keys."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.secret = os.urandom(16)

    def decrypt(self, body: bytes) -> dict:
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"))


@dataclass
class Pushed:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def claims(self) -> dict:
        """What the token says; the signature has been checked."""
        scheme, parameters = self.headers["authorization"].split(" ", 1)
        assert scheme == "vapid" and Vapid02.verify(self.headers["authorization"])
        token = dict(part.strip().split("=", 1) for part in parameters.split(","))["t"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))

    @property
    def key(self) -> str:
        return self.headers["authorization"].rsplit("k=", 1)[1]


@dataclass
class PushPeer:
    """The service. `answers` says what a path is answered, 201 unless it says something else, as a status and headers; each
    answer takes `delay` seconds. With `keeps` false only the number of messages for each path is kept."""

    delay: float = 0.0
    keeps: bool = True
    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    received: list[Pushed] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    connections: int = 0

    def __enter__(self) -> PushPeer:
        self.loop = asyncio.new_event_loop()
        started = threading.Event()

        async def serve() -> None:
            self.server = await self.loop.create_server(lambda: Connection(self), "127.0.0.1", 0, backlog=512)
            self.port = self.server.sockets[0].getsockname()[1]
            started.set()

        def run() -> None:
            asyncio.set_event_loop(self.loop)
            self.loop.run_until_complete(serve())
            self.loop.run_forever()
            self.loop.close()

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        assert started.wait(DEADLINE)
        return self

    def __exit__(self, *_) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(DEADLINE)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        self.counts[path] = self.counts.get(path, 0) + 1
        if self.keeps:
            self.received.append(Pushed(path, headers, body))
        status, more = self.answers.get(path, (201, {}))
        extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        return f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n{extra}\r\n".encode()


class Connection(asyncio.Protocol):
    """One connection, on which one request follows the other."""

    def __init__(self, peer: PushPeer) -> None:
        self.peer, self.buffer = peer, b""

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.peer.connections += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        if len(self.buffer) < end + 4 + length:
            return
        body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
        answer = self.peer.answer(lines[0].split(" ")[1], headers, body)
        if self.peer.delay:
            self.peer.loop.call_later(self.peer.delay, self.reply, answer)
        else:
            self.reply(answer)

    def reply(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
