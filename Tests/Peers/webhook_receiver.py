"""A receiver of webhooks that answers as receivers do: well, late, never, wrongly."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from limits import DEADLINE


@dataclass
class Message:
    """What came: the time, the path, the headers and the exact body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class WebhookReceiver:
    """`answers` maps a path to a status, "hang", "close", "huge" or "endless"; other paths answer 200."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answers: dict[str, int | str] = {}
        self.headers: dict[str, list[tuple[str, str]]] = {}
        self.body = b"thank you"
        self.release = threading.Event()
        self.hanging = 0
        self.changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with receiver.changed:
                    receiver.messages.append(Message(self.path, headers, body))
                    answer = receiver.answers.get(self.path, 200)
                    receiver.changed.notify_all()
                if answer == "hang":
                    self.hang()
                elif answer == "close":
                    self.close_connection = True
                    self.connection.close()
                elif answer in ("huge", "endless"):
                    self.pour(endless=answer == "endless")
                else:
                    assert isinstance(answer, int)
                    self.send_response(answer)
                    for name, value in receiver.headers.get(self.path, []):
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(receiver.body)))
                    self.end_headers()
                    self.wfile.write(receiver.body)

            do_GET = do_POST

            def hang(self) -> None:
                with receiver.changed:
                    receiver.hanging += 1
                    receiver.changed.notify_all()
                receiver.release.wait(DEADLINE)
                self.close_connection = True

            def pour(self, endless: bool) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(1 << 40 if endless else 8 << 20))
                self.end_headers()
                self.close_connection = True
                try:
                    for _ in range(1 << 20 if endless else 8):
                        self.wfile.write(b"x" * (1 << 20))
                except OSError:
                    pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def to(self, path: str) -> list[Message]:
        return [message for message in list(self.messages) if message.path == path]

    def until(self, condition) -> None:
        """Waits for what comes."""
        end = time.monotonic() + DEADLINE
        with self.changed:
            while not condition():
                assert time.monotonic() < end, "the messages did not come"
                self.changed.wait(0.05)

    def __enter__(self) -> WebhookReceiver:
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
