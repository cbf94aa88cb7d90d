"""A double of Cloudinary: uploads with signed forms, its Admin API, and delivery by signed addresses.

Its vendor's own client is run against it in Process/test_storage.py.
"""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import json
import re
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLOUD, KEY, SECRET = "dailies-test", "123456789012345", "the-secret-of-the-tests"


class Refusal(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def signature(fields: dict[str, str]) -> list[str]:
    """Both algorithms that an account accepts, version 2."""
    text = "&".join(sorted(f"{k}={v}".replace("&", "%26") for k, v in fields.items() if v))
    return [getattr(hashlib, name)((text + SECRET).encode()).hexdigest() for name in ("sha1", "sha256")]


class Cloudinary:
    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.chunks: dict[str, bytes] = {}
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                url = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(url.query))
                try:
                    if self.command == "OPTIONS":
                        status, content, kind = 200, b"", "text/plain"
                    else:
                        status, content, kind = double.handle(self.command, url.path, query, self.headers, body)
                except Refusal as refusal:
                    status, kind = refusal.status, "application/json"
                    content = json.dumps({"error": {"message": str(refusal)}}).encode()
                asked = self.headers.get("Range", "")
                more = []
                if status == 200 and asked.startswith("bytes="):
                    first, _, last = asked.removeprefix("bytes=").partition("-")
                    start, end = int(first), min(int(last or len(content)), len(content) - 1)
                    more = [("Content-Range", f"bytes {start}-{end}/{len(content)}")]
                    status, content = 206, content[start : end + 1]
                self.send_response_only(status)
                self.send_header("Content-Type", kind)
                for name, value in more:
                    self.send_header(name, value)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = do_OPTIONS = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def settings(self) -> dict[str, str]:
        return {
            "CLOUDINARY_CLOUD_NAME": CLOUD, "CLOUDINARY_API_KEY": KEY, "CLOUDINARY_API_SECRET": SECRET,
            "CLOUDINARY_API_URL": self.url, "CLOUDINARY_DELIVERY_URL": self.url + "/delivery",
        }  # fmt: skip

    def handle(self, method: str, path: str, query: dict, headers, body: bytes) -> tuple[int, bytes, str]:
        if path.startswith("/delivery/"):
            return self.deliver(path.removeprefix("/delivery"))
        base = f"/v1_1/{CLOUD}"
        if not path.startswith(base + "/"):
            raise Refusal(401, "cloud_name mismatch")
        match method, path.removeprefix(base):
            case "POST", "/raw/upload":
                fields, file = self.form(headers, body)
                self.authorise(fields)
                return self.upload(fields, file, headers)
            case "POST", "/raw/destroy":
                kind = headers.get("Content-Type", "")
                fields = dict(urllib.parse.parse_qsl(body.decode())) if "urlencoded" in kind else self.form(headers, body)[0]
                self.authorise(fields)
                found = self.objects.get(fields["public_id"])
                if found and found[1] == fields.get("type", "upload"):
                    del self.objects[fields["public_id"]]
                    return self.json({"result": "ok"})
                return self.json({"result": "not found"})
            case "GET", "/raw/download":
                self.authorise(query)
                if int(query.get("expires_at", "9999999999")) <= time.time():
                    raise Refusal(401, "expired")
                found = self.objects.get(query["public_id"])
                if not found or found[1] != query.get("type", "upload"):
                    raise Refusal(404, "Resource not found - " + query["public_id"])
                return 200, found[0], "application/octet-stream"
            case "GET", listing if listing.startswith("/resources/raw"):
                wanted = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
                if headers.get("Authorization") != wanted:
                    raise Refusal(401, "Invalid credentials")
                return self.listing(listing.removeprefix("/resources/raw").strip("/"), query)
        raise Refusal(404, "unknown resource")

    def authorise(self, fields: dict[str, str]) -> None:
        if fields.get("api_key") != KEY:
            raise Refusal(401, "Unknown API key")
        signed = {k: v for k, v in fields.items() if k not in ("file", "cloud_name", "resource_type", "api_key", "signature")}
        if fields.get("signature") not in signature(signed):
            text = "&".join(sorted(f"{k}={v}" for k, v in signed.items()))
            raise Refusal(401, f"Invalid Signature {fields.get('signature')}. String to sign - '{text}'.")
        if abs(time.time() - int(fields["timestamp"])) > 3600:
            raise Refusal(400, "Stale request - reported time is more than 1 hour ago")

    @staticmethod
    def form(headers, body: bytes) -> tuple[dict[str, str], bytes]:
        head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        fields, file = {}, b""
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            if name == "file":
                file = part.get_payload(decode=True)
            else:
                fields[name] = part.get_payload(decode=True).decode()
        return fields, file

    def upload(self, fields: dict[str, str], file: bytes, headers) -> tuple[int, bytes, str]:
        public_id = fields["public_id"]
        ranged = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", headers.get("Content-Range", ""))
        if ranged:
            first, last, total = map(int, ranged.groups())
            known = self.chunks.setdefault(headers["X-Unique-Upload-Id"], b"")
            if first != len(known) or last - first + 1 != len(file):
                raise Refusal(400, "Invalid chunk")
            known += file
            self.chunks[headers["X-Unique-Upload-Id"]] = known
            if len(known) < total:
                return self.json({"done": False, "public_id": public_id})
            file = self.chunks.pop(headers["X-Unique-Upload-Id"])
        if public_id in self.objects and fields.get("overwrite") == "false":
            return self.json({"public_id": public_id, "existing": True})
        self.objects[public_id] = (file, fields.get("type", "upload"))
        return self.json(self.resource(public_id) | {"etag": hashlib.md5(file).hexdigest()})

    def resource(self, public_id: str) -> dict:
        body, kind = self.objects[public_id]
        return {
            "asset_id": hashlib.md5(public_id.encode()).hexdigest(), "public_id": public_id, "version": 1, "bytes": len(body),
            "type": kind, "resource_type": "raw", "created_at": "2026-01-01T00:00:00Z",
        }  # fmt: skip

    def listing(self, kind: str, query: dict) -> tuple[int, bytes, str]:
        names = sorted(n for n, (_, k) in list(self.objects.items()) if k == kind and n.startswith(query.get("prefix", "")))
        names = [name for name in names if name > query.get("next_cursor", "")]
        count = int(query.get("max_results", 10))
        answer = {"resources": [self.resource(name) for name in names[:count]]}
        if len(names) > count:
            answer["next_cursor"] = names[count - 1]
        return self.json(answer)

    def deliver(self, path: str) -> tuple[int, bytes, str]:
        found = re.fullmatch(rf"/{CLOUD}/raw/(\w+)/(?:s--([\w-]+)--/)?(?:v\d+/)?(.+)", path)
        if not found:
            raise Refusal(404, "not found")
        kind, given, public_id = found.groups()
        held = self.objects.get(urllib.parse.unquote(public_id))
        if not held or held[1] != kind:
            raise Refusal(404, "not found")
        if kind == "authenticated":
            digests = [getattr(hashlib, name)((public_id + SECRET).encode()).digest() for name in ("sha1", "sha256")]
            wanted = [base64.urlsafe_b64encode(digests[0])[:8].decode(), base64.urlsafe_b64encode(digests[1])[:32].decode()]
            if given not in wanted:
                raise Refusal(401, "not allowed")
        return 200, held[0], "application/octet-stream"

    @staticmethod
    def json(value: object) -> tuple[int, bytes, str]:
        return 200, json.dumps(value).encode(), "application/json"
