"""A service for error reports that takes Sentry's envelopes, and reads them as its documentation describes them."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "0123456789abcdef0123456789abcdef"
PROJECT = "7"


class Malformed(Exception):
    """An envelope that the protocol does not allow."""


def read_envelope(body: bytes) -> tuple[dict, list[tuple[dict, dict]]]:
    """The head and the items. Each head is a line; an item with a length has exactly so many bytes after its head."""
    line, _, rest = body.partition(b"\n")
    head = json.loads(line)
    items = []
    while rest.strip():
        line, _, rest = rest.partition(b"\n")
        item = json.loads(line)
        length = item["length"]
        payload, rest = rest[:length], rest[length:]
        if len(payload) != length or (rest and not rest.startswith(b"\n")):
            raise Malformed(f"an item of {length} bytes does not end there")
        rest = rest[1:]
        items.append((item, json.loads(payload)))
    return head, items


class SentryPeer:
    """The server. `status` is what it answers."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked = 0
        self.envelopes: list[tuple[dict, list[tuple[dict, dict]]]] = []
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                peer.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                given = dict(
                    part.strip().split("=", 1) for part in self.headers["X-Sentry-Auth"].removeprefix("Sentry").split(",")
                )
                status = peer.status
                if self.path != f"/api/{PROJECT}/envelope/":
                    status = 404
                elif given.get("sentry_key") != KEY or given.get("sentry_version") != "7":
                    status = 403
                elif self.headers["Content-Type"] != "application/x-sentry-envelope":
                    status = 415
                elif status == 200:
                    peer.envelopes.append(read_envelope(body))
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://{KEY}@127.0.0.1:{self.server.server_port}/{PROJECT}"

    def __enter__(self) -> SentryPeer:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
