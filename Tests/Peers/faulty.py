"""A server in front of another that fails as servers fail."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from limits import DEADLINE


@dataclass
class Fault:
    """What happens to the next `times` requests that `matches` says yes to: a status, "reset", "slow" or "half"."""

    kind: int | str
    matches: Callable[[str, str], bool]
    times: int = 1_000_000
    body: bytes = b"<html>broken</html>"


class Faulty:
    def __init__(self, target: str) -> None:
        self.target = target.removeprefix("http://")
        self.faults: list[Fault] = []
        self.seen: list[tuple[str, str]] = []
        lock = threading.Lock()
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                with lock:
                    front.seen.append((self.command, self.path))
                    fault = next((f for f in front.faults if f.times > 0 and f.matches(self.command, self.path)), None)
                    if fault:
                        fault.times -= 1
                kind = fault.kind if fault else None
                if kind == "reset":
                    self.rfile.read(min(length, 1000))
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                body = self.rfile.read(length)
                if kind == "slow":
                    # Until the client has had enough.
                    self.connection.settimeout(0.1)
                    while True:
                        try:
                            if not self.connection.recv(1):
                                break
                        except TimeoutError:
                            continue
                        except OSError:
                            break
                    self.close_connection = True
                    return
                if isinstance(kind, int):
                    self.reply(kind, [("Content-Type", "text/html")], fault.body)
                    return
                connection = http.client.HTTPConnection(front.target, timeout=DEADLINE)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    connection.putheader(name, value)
                connection.endheaders(body or None)
                response = connection.getresponse()
                content = response.read()
                connection.close()
                headers = [
                    (n, v)
                    for n, v in response.getheaders()
                    if n.lower() not in ("content-length", "transfer-encoding", "connection")
                ]
                self.reply(response.status, headers, content, is_half=kind == "half")

            def reply(self, status: int, headers: list[tuple[str, str]], body: bytes, is_half: bool = False) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body[: len(body) // 2] if is_half else body)
                if is_half:
                    self.close_connection = True

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_OPTIONS = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def fail(
        self,
        kind: int | str,
        method: str | None = None,
        part: str = "",
        times: int = 1_000_000,
        body: bytes = b"<html>broken</html>",
    ) -> None:
        self.faults.append(Fault(kind, lambda m, p: (method is None or m == method) and part in p, times, body))

    def heal(self) -> None:
        self.faults.clear()

    def until(self, condition: Callable[[list[tuple[str, str]]], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition(self.seen):
            assert time.monotonic() < deadline, "the requests did not come"
            time.sleep(0.005)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
