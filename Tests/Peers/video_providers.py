"""Doubles of the services that make videos, after their documentation: fal.ai's queue, Runway's tasks, RunPod's serverless
endpoints, Replicate's predictions, and a service that no program knows. One server speaks for all five.

`behaviour` is what happens next: `good`, or a fault. A fault of the submission counts down `faults` where it is a number, so
that the next attempt succeeds."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import threading
import time
import urllib.parse
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from limits import DEADLINE

FAL_KEY = "fal-key-id:fal-key-secret-of-the-tests"
RUNWAY_KEY = "key_" + "0a" * 64
RUNPOD_KEY = "rpa_key-of-the-tests"
RUNPOD_ENDPOINT = "endpoint1"
REPLICATE_TOKEN = "r8_token-of-the-tests"
REPLICATE_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_KEY = "other-key-of-the-tests"

# What is said of a provider without code of its own.
OTHER_MAPPING = {
    "headers": {"X-Api-Key": "{key}"},
    "submit": {
        "path": "/other/clips",
        "body": {"model": "{endpoint}", "text": "{prompt}", "length": "{seconds}", "image": "{image}", "callback": "{webhook}"},
    },
    "poll": {"path": "/other/clips/{id}"},
    "cancel": {"method": "DELETE", "path": "/other/clips/{id}"},
    "id": "clip.number", "status": "clip.phase", "result": "clip.files.0.href", "error": "clip.reason", "progress": "clip.share",
    "waiting": ["lined-up"], "done": ["ready"], "failed": ["broken"], "resultHosts": [], "pollMilliseconds": 100,
    "webhook": {"header": "X-Signature", "prefix": "sha256=", "id": "number"},
}  # fmt: skip


class Task:
    """A request that a service has accepted."""

    def __init__(self, service, body, webhook):
        self.service, self.body, self.webhook = service, body, webhook
        self.id = str(uuid.uuid4())
        self.polls = 0
        self.is_cancelled = False
        self.has_begun = False
        self.endpoint = ""
        self.made = datetime.datetime.now(datetime.UTC)


class VideoProviders:
    """The server. `video` are the bytes of every result; `polls` is how often a request is asked about before it is done."""

    def __init__(self, video: bytes, polls: int = 1) -> None:
        self.video, self.polls = video, polls
        self.behaviour = "good"
        self.result = "good"
        self.ending = "good"
        self.faults = 10**9
        # Whether every answer repeats the key of its request, plainly and with escapes.
        self.echoes = False
        # Whether fal.ai's answer to a cancellation waits for `released`.
        self.holds_cancel = False
        # How long a submission takes.
        self.delay = 0.0
        self.lists = 0
        self.tasks: dict[str, Task] = {}
        self.submissions: list[tuple[str, dict, dict]] = []
        self.cancelled: list[str] = []
        self.fetched: list[str] = []
        self.unauthorised = 0
        self.stopped = threading.Event()
        self.released = threading.Event()
        self.signing = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def reply(self, body: object, status: int = 200, kind: str = "application/json", **headers: str) -> None:
                data = body if isinstance(body, bytes) else json.dumps(peer.echoed(self, body)).encode()
                data = data.replace(b"ESCAPED", "".join(f"\\u{ord(letter):04x}" for letter in peer.key_of(self)).encode())
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(data)

            def handle_one(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                path, _, query = self.path.partition("?")
                try:
                    peer.answer(self, path, dict(urllib.parse.parse_qsl(query)), raw)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = handle_one

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "FAL_KEY": FAL_KEY, "FAL_BASE_URL": self.url + "/fal", "FAL_JWKS_URL": self.url + "/jwks.json",
            "RUNWAY_API_KEY": RUNWAY_KEY, "RUNWAY_BASE_URL": self.url + "/runway",
            "RUNPOD_API_KEY": RUNPOD_KEY, "RUNPOD_ENDPOINT_ID": RUNPOD_ENDPOINT, "RUNPOD_BASE_URL": self.url + "/runpod",
            "REPLICATE_API_TOKEN": REPLICATE_TOKEN, "REPLICATE_WEBHOOK_SECRET": REPLICATE_SECRET,
            "REPLICATE_BASE_URL": self.url + "/replicate", "HTTP_PROVIDER_KEYS": f"other={OTHER_KEY}",
        }  # fmt: skip

    @property
    def mapping(self) -> dict:
        return OTHER_MAPPING | {"baseUrl": self.url}

    def __enter__(self) -> VideoProviders:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    # -- Requests

    def answer(self, handler, path: str, query: dict, raw: bytes) -> None:
        if path == "/jwks.json":
            x = self.signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            key = base64.urlsafe_b64encode(x).rstrip(b"=").decode()
            return handler.reply({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": key}]})
        if path.startswith("/files/"):
            return self.file(handler, path)
        service, _, rest = path.lstrip("/").partition("/")
        if not self.is_authorised(service, handler):
            self.unauthorised += 1
            return handler.reply({"detail": "invalid key credentials", "error": "unauthorized"}, 401)
        return getattr(self, service)(handler, handler.command, rest, query, raw)

    def is_authorised(self, service: str, handler) -> bool:
        given = handler.headers.get("Authorization", "")
        return {
            "fal": given == "Key " + FAL_KEY,
            "runway": given == "Bearer " + RUNWAY_KEY and handler.headers.get("X-Runway-Version") == "2024-11-06",
            "runpod": given == "Bearer " + RUNPOD_KEY,
            "replicate": given == "Bearer " + REPLICATE_TOKEN,
            "other": handler.headers.get("X-Api-Key") == OTHER_KEY,
        }.get(service, False)

    def key_of(self, handler) -> str:
        given = handler.headers.get("Authorization") or handler.headers.get("X-Api-Key") or ""
        return given.rsplit(" ", 1)[-1]

    def echoed(self, handler, body: object) -> object:
        key = self.key_of(handler)
        if not self.echoes or not key or not isinstance(body, dict):
            return body
        text = json.dumps(body)
        for words in (
            "prompt too long", "content moderation", "bad frames", "no film in the camera", "flagged as sensitive", "unsafe",
        ):  # fmt: skip
            text = text.replace(words, f"{words} with {key} or ESCAPED")
        return json.loads(text) | {"echo": f"you sent {key}", "echo_escaped": "ESCAPED"}

    def accept(self, handler, service: str, raw: bytes, webhook: str | None) -> Task | None:
        """A submission: the task, or None when a fault has been answered."""
        body = json.loads(raw)
        self.submissions.append((service, body, dict(handler.headers)))
        if self.delay:
            self.stopped.wait(self.delay)
        fault = self.behaviour if self.faults > 0 else "good"
        if fault != "good":
            self.faults -= 1
        if fault in ("busy", "busy_later"):
            handler.reply({"detail": "busy", "retry_after": 1}, 429, **({"Retry_After": "1"} if fault == "busy_later" else {}))
            return None
        if fault == "down":
            handler.reply(b"<h1>502 Bad Gateway</h1>", 502, "text/html")
            return None
        if fault == "refuses":
            handler.reply(
                {"detail": [{"loc": ["body", "prompt"], "msg": "prompt too long", "type": "content_policy_violation"}],
                 "error": "prompt too long"}, 422)  # fmt: skip
            return None
        if fault == "error":
            handler.reply({"detail": "internal", "error": "internal"}, 500)
            return None
        task = Task(service, body, webhook)
        self.tasks[task.id] = task
        if fault == "answer_lost":
            handler.close_connection = True
            handler.connection.close()
            return None
        if fault == "held":
            # Accepted, and the answer comes when the test says so.
            self.released.wait(DEADLINE)
        if fault == "garbage":
            handler.reply(b'{"request_id": "abc', 200)
            return None
        if fault == "webhook_first":
            self.post_webhook(task)
        return task

    def state(self, task: Task) -> str:
        task.polls += 1
        if task.is_cancelled:
            return "cancelled"
        if self.ending == "queued":
            return "waiting"
        task.has_begun = self.ending == "never" or task.polls > 1 or self.polls == 0
        if self.ending == "never":
            return "running"
        if task.polls <= self.polls:
            return "running" if task.has_begun else "waiting"
        return "failed" if self.ending in ("fails", "fails_for_now") else "done"

    def file_url(self, task: Task) -> str:
        if self.result == "foreign":
            return "https://evil.example/v.mp4"
        return f"{self.url}/files/{task.id}/{self.result}.mp4"

    def file(self, handler, path: str) -> None:
        self.fetched.append(path)
        kind = path.rsplit("/", 1)[-1].removesuffix(".mp4")
        if kind == "gone":
            return handler.reply(b"", 404)
        if kind == "redirect":
            return handler.reply(b"", 302, Location="http://169.254.169.254/latest/meta-data")
        if kind == "html":
            return handler.reply(b"<!doctype html><h1>Sign in</h1>", 200, "text/html")
        if kind == "held":
            # A first part, and the rest when a test allows it: then the connection ends too early.
            handler.send_response(200)
            handler.send_header("Content-Type", "video/mp4")
            handler.send_header("Content-Length", str(len(self.video)))
            handler.end_headers()
            handler.wfile.write(self.video[: len(self.video) // 2])
            handler.wfile.flush()
            self.released.wait(DEADLINE)
            handler.close_connection = True
            return None
        if kind in ("huge", "endless"):
            handler.send_response(200)
            handler.send_header("Content-Type", "video/mp4")
            if kind == "huge":
                handler.send_header("Content-Length", str(3 << 30))
            handler.close_connection = True
            handler.end_headers()
            piece = b"\0" * (1 << 20)
            for _ in range(3 << 10):
                if self.stopped.is_set():
                    return None
                handler.wfile.write(piece)
            return None
        if kind == "cut":
            return handler.reply(self.video[: len(self.video) // 2], 200, "video/mp4")
        return handler.reply(self.video, 200, "video/mp4")

    # -- fal.ai

    def fal(self, handler, method: str, rest: str, query: dict, raw: bytes) -> None:
        parts = rest.split("/")
        if "requests" in parts:
            place = parts.index("requests")
            assert place == 2, "only owner/app leads to a request"
            task, after = self.tasks.get(parts[3]), parts[4:]
            if not task:
                return handler.reply({"status": "NOT_FOUND"}, 404)
            if after == ["cancel"] and method == "PUT":
                task.is_cancelled = True
                self.cancelled.append(task.id)
                if self.holds_cancel:
                    self.released.wait(DEADLINE)
                return handler.reply({"status": "CANCELLATION_REQUESTED"}, 202)
            if after == ["status"]:
                state = self.state(task)
                if state == "waiting":
                    return handler.reply({"status": "IN_QUEUE", "queue_position": 3}, 202)
                if state == "running":
                    return handler.reply({"status": "IN_PROGRESS", "logs": None}, 202)
                body = {"status": "COMPLETED", "request_id": task.id, "metrics": {"inference_time": 1.5}}
                if state == "cancelled":
                    body |= {"error": "cancelled", "error_type": "client_cancelled"}
                    if not task.has_begun:
                        del body["metrics"]
                if state == "failed" and self.ending == "fails_for_now":
                    body |= {"error": "runner died", "error_type": "runner_disconnected"}
                return handler.reply(body)
            if self.ending == "fails":
                return handler.reply(
                    {"detail": [{"loc": ["body", "image_url"], "msg": "unsafe", "type": "content_policy_violation"}]}, 422)
            return handler.reply({"video": {"url": self.file_url(task), "content_type": "video/mp4"}})
        task = self.accept(handler, "fal.ai", raw, query.get("fal_webhook"))
        if task:
            app = "/".join(parts[:2])
            base = f"{self.url}/fal/{app}/requests/{task.id}"
            handler.reply({
                "request_id": task.id, "status": "IN_QUEUE", "queue_position": 0, "response_url": base,
                "status_url": base + "/status", "cancel_url": base + "/cancel",
            })  # fmt: skip
        return None

    # -- Runway

    def runway(self, handler, method: str, rest: str, query: dict, raw: bytes) -> None:
        if rest.startswith("v1/tasks/"):
            task = self.tasks.get(rest.removeprefix("v1/tasks/"))
            if not task or task.is_cancelled:
                return handler.reply({"error": "Could not find Task"}, 404)
            if method == "DELETE":
                task.is_cancelled = True
                self.cancelled.append(task.id)
                return handler.reply(b"", 204)
            state = self.state(task)
            body = {"id": task.id, "createdAt": "2026-01-01T00:00:00Z"}
            if state == "waiting":
                return handler.reply(body | {"status": "THROTTLED"})
            if state == "running":
                return handler.reply(body | {"status": "RUNNING", "progress": 0.5})
            if state == "failed":
                code = "INTERNAL.BAD_OUTPUT.CODE01" if self.ending == "fails_for_now" else "SAFETY.INPUT.TEXT"
                return handler.reply(body | {"status": "FAILED", "failure": "content moderation", "failureCode": code})
            return handler.reply(body | {"status": "SUCCEEDED", "output": [self.file_url(task)]})
        assert rest in ("v1/image_to_video", "v1/text_to_video")
        task = self.accept(handler, "runway", raw, None)
        if task:
            handler.reply({"id": task.id})
        return None

    # -- RunPod

    def runpod(self, handler, method: str, rest: str, query: dict, raw: bytes) -> None:
        endpoint, _, call = rest.partition("/")
        if endpoint != RUNPOD_ENDPOINT:
            return handler.reply({"error": "no such endpoint"}, 404)
        if call == "run":
            task = self.accept(handler, "runpod", raw, json.loads(raw).get("webhook"))
            if task:
                handler.reply({"id": task.id, "status": "IN_QUEUE"})
            return None
        verb, _, wanted = call.partition("/")
        task = self.tasks.get(wanted)
        if not task:
            return handler.reply({"error": "job not found"}, 404)
        if verb == "cancel":
            task.is_cancelled = True
            self.cancelled.append(task.id)
            return handler.reply({"id": task.id, "status": "CANCELLED"})
        return handler.reply(self.runpod_job(task, self.state(task)))

    def runpod_job(self, task: Task, state: str) -> dict:
        body = {"id": task.id, "delayTime": 10} | ({"executionTime": 1500} if task.has_begun else {})
        if state in ("waiting", "running", "cancelled"):
            return body | {"status": {"waiting": "IN_QUEUE", "running": "IN_PROGRESS", "cancelled": "CANCELLED"}[state]}
        if state == "failed":
            if self.ending == "fails_for_now":
                # The public worker's exceptions come as results.
                return body | {"status": "COMPLETED", "output": {"result": "FAILED: out of memory"}}
            trace = {"error_type": "<class 'ValueError'>", "error_message": "bad frames", "error_traceback": "secret trace"}
            return body | {"status": "FAILED", "error": json.dumps(trace)}
        return body | {"status": "COMPLETED", "output": {"result": self.file_url(task), "status": "DONE"}}

    # -- Replicate

    def replicate(self, handler, method: str, rest: str, query: dict, raw: bytes) -> None:
        if rest.startswith("models/") and method == "POST":
            webhook = json.loads(raw).get("webhook")
            before = set(self.tasks)
            task = self.accept(handler, "replicate", raw, webhook)
            for made in set(self.tasks) - before:
                self.tasks[made].endpoint = rest.removeprefix("models/").removesuffix("/predictions")
            if task:
                handler.reply(self.prediction(task, "waiting"), 201)
            return None
        if rest == "predictions":
            # Two a page, the newest first.
            self.lists += 1
            tasks = sorted((task for task in self.tasks.values() if task.service == "replicate"), key=lambda task: task.made)
            start = int(query.get("cursor", "0"))
            found = [self.prediction(task, "waiting") for task in tasks[::-1]]
            more = f"{self.url}/replicate/predictions?cursor={start + 2}" if len(found) > start + 2 else None
            return handler.reply({"results": found[start : start + 2], "next": more, "previous": None})
        wanted = rest.split("/")[1]
        task = self.tasks.get(wanted)
        if not task:
            return handler.reply({"detail": "not found", "status": 404}, 404)
        if rest.endswith("/cancel"):
            task.is_cancelled = True
            self.cancelled.append(task.id)
            return handler.reply(self.prediction(task, "cancelled"))
        return handler.reply(self.prediction(task, self.state(task)))

    def prediction(self, task: Task, state: str) -> dict:
        status = {
            "waiting": "starting", "running": "processing", "done": "succeeded", "failed": "failed", "cancelled": "canceled",
        }[state]  # fmt: skip
        sensitive = "The input or output was flagged as sensitive. (E005)"
        error = {"fails": sensitive, "fails_for_now": "Prediction interrupted; please retry (code: PA)"}.get(self.ending)
        return {
            "id": task.id, "status": status, "model": task.endpoint, "created_at": task.made.isoformat().replace("+00:00", "Z"),
            "started_at": task.made.isoformat() if task.has_begun else None,
            "metrics": {"predict_time": 1.5} if task.has_begun and state == "cancelled" else {},
            "output": self.file_url(task) if state == "done" else None,
            "error": error if state == "failed" else None, "input": task.body["input"], "data_removed": False,
            "urls": {"get": f"{self.url}/replicate/predictions/{task.id}"},
        }  # fmt: skip

    # -- A service that no program knows

    def other(self, handler, method: str, rest: str, query: dict, raw: bytes) -> None:
        if rest == "clips" and method == "POST":
            task = self.accept(handler, "other", raw, json.loads(raw).get("callback"))
            if task:
                handler.reply({"clip": {"number": task.id}}, 202)
            return None
        task = self.tasks.get(rest.removeprefix("clips/"))
        if not task:
            return handler.reply({}, 404)
        if method == "DELETE":
            task.is_cancelled = True
            self.cancelled.append(task.id)
            return handler.reply(b"", 204)
        state = self.state(task)
        phase = {"waiting": "lined-up", "running": "drawing", "done": "ready"}.get(state, "broken")
        clip = {"number": task.id, "phase": phase, "share": 0.25, "reason": "no film in the camera"}
        if state == "done":
            clip["files"] = [{"href": self.file_url(task)}]
        return handler.reply({"clip": clip})

    # -- Webhooks

    def webhook_of(self, task: Task, at: int | None = None) -> tuple[bytes, dict[str, str]]:
        """The body and the headers that the service would send."""
        now = str(at or int(time.time()))
        if task.service == "fal.ai":
            body = json.dumps({
                "request_id": task.id, "gateway_request_id": task.id, "status": "OK",
                "payload": {"video": {"url": self.file_url(task)}},
            }).encode()  # fmt: skip
            message = "\n".join([task.id, "user-1", now, hashlib.sha256(body).hexdigest()])
            return body, {
                "X-Fal-Webhook-Request-Id": task.id, "X-Fal-Webhook-User-Id": "user-1", "X-Fal-Webhook-Timestamp": now,
                "X-Fal-Webhook-Signature": self.signing.sign(message.encode()).hex(),
            }  # fmt: skip
        if task.service == "replicate":
            body = json.dumps(self.prediction(task, "done")).encode()
            key = base64.b64decode(REPLICATE_SECRET.split("_")[1])
            signed = hmac.new(key, f"msg_{task.id}.{now}.".encode() + body, hashlib.sha256).digest()
            return body, {
                "webhook-id": f"msg_{task.id}", "webhook-timestamp": now,
                "webhook-signature": "v1,bm90LXRoaXMtb25l v1," + base64.b64encode(signed).decode(),
            }  # fmt: skip
        if task.service == "runpod":
            return json.dumps(self.runpod_job(task, "done")).encode(), {}
        body = json.dumps({"number": task.id}).encode()
        return body, {"X-Signature": "sha256=" + hmac.new(OTHER_KEY.encode(), body, hashlib.sha256).hexdigest()}

    def post_webhook(self, task: Task, **changes: object) -> int:
        """Sends the webhook; the status of the answer."""
        body, headers = self.webhook_of(task, changes.get("at"))
        body = changes.get("body", body)
        request = urllib.request.Request(
            changes.get("url", task.webhook), data=body, method="POST",
            headers={"Content-Type": "application/json"} | headers | changes.get("headers", {}))
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
