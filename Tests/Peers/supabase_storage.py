"""A double of Supabase Storage: its routes, its tokens, and its habit of answering 400 to nearly everything.

The routes and errors are those of supabase/storage; the vendor's own client is run against it in Process/test_storage.py.
"""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
import json
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SERVICE_KEY = "service-role-key-of-the-tests"
JWT_SECRET = b"the secret of the tokens"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(claims: dict) -> str:
    head = _b64(b'{"alg":"HS256","typ":"JWT"}') + "." + _b64(json.dumps(claims).encode())
    return head + "." + _b64(hmac.new(JWT_SECRET, head.encode(), hashlib.sha256).digest())


class Refusal(Exception):
    def __init__(self, status: int, code: str, error: str, message: str, real: int | None = None) -> None:
        self.body = {"statusCode": str(status), "code": code, "error": error, "message": message}
        # The default handler answers 400 for every status; only 500s and overload keep theirs.
        self.status = real or (500 if status >= 500 else 400)


class SupabaseStorage:
    def __init__(self, bucket: str = "media", file_size_limit: int = 60_000_000, upload_lifetime: int = 60) -> None:
        self.bucket = bucket
        self.objects: dict[str, tuple[bytes, str, str]] = {}
        self.file_size_limit = file_size_limit
        self.upload_lifetime = upload_lifetime
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                url = urllib.parse.urlsplit(self.path)
                try:
                    if self.command == "OPTIONS":
                        self.reply(200, b"", [])
                        return
                    assert url.path.startswith("/storage/v1/"), url.path
                    words = [urllib.parse.unquote(word) for word in url.path.removeprefix("/storage/v1/").split("/")]
                    query = dict(urllib.parse.parse_qsl(url.query))
                    status, content, headers = double.handle(self.command, words, query, self.headers, body)
                    self.reply(status, content, headers)
                except Refusal as refusal:
                    self.reply(refusal.status, json.dumps(refusal.body).encode(), [("Content-Type", "application/json")])

            def reply(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Access-Control-Allow-Methods", "GET,PUT,PATCH,POST,DELETE,OPTIONS")
                self.send_header("Access-Control-Allow-Headers", "authorization,apikey,content-type,cache-control,x-upsert")
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_DELETE = do_OPTIONS = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def settings(self) -> dict[str, str]:
        return {"NEXT_PUBLIC_SUPABASE_URL": self.url, "SUPABASE_SERVICE_ROLE": SERVICE_KEY, "SUPABASE_BUCKET": self.bucket}

    def handle(
        self, method: str, words: list[str], query: dict, headers, body: bytes
    ) -> tuple[int, bytes, list[tuple[str, str]]]:
        match method, words:
            case "POST", ["object", "upload", "sign", bucket, *path]:
                self.authorise(headers)
                name = self.name(bucket, path)
                claims = {
                    "url": f"{bucket}/{name}", "upsert": headers.get("x-upsert") == "true", "scope": "upload",
                    "iat": int(time.time()), "exp": int(time.time()) + self.upload_lifetime,
                }  # fmt: skip
                token = sign(claims)
                return self.json(
                    {"url": f"/object/upload/sign/{bucket}/{urllib.parse.quote(name)}?token={token}", "token": token}
                )
            case "PUT", ["object", "upload", "sign", bucket, *path]:
                name = self.name(bucket, path)
                claims = self.verify(query.get("token", ""), f"{bucket}/{name}", "upload")
                self.store(name, body, headers, claims["upsert"])
                return self.json({"Key": f"{bucket}/{name}"})
            case "POST", ["object", "sign", bucket, *path]:
                self.authorise(headers)
                name = self.name(bucket, path)
                self.find(name)
                seconds = int(json.loads(body)["expiresIn"])
                token = sign(
                    {"url": f"{bucket}/{name}", "scope": "download", "iat": int(time.time()), "exp": int(time.time()) + seconds}
                )
                return self.json({"signedURL": f"/object/sign/{bucket}/{urllib.parse.quote(name)}?token={token}"})
            case "GET", ["object", "sign", bucket, *path]:
                name = self.name(bucket, path)
                self.verify(query.get("token", ""), f"{bucket}/{name}", "download")
                return self.serve(name, headers)
            case "GET", ["object", "public", _, *_]:
                raise Refusal(404, "NoSuchBucket", "Bucket not found", "Bucket not found")
            case "POST", ["object", "list", bucket]:
                self.authorise(headers)
                self.name(bucket, ["x"])
                return self.json(self.listing(json.loads(body)))
            case "GET", ["object", "authenticated", bucket, *path]:
                self.authorise(headers)
                return self.serve(self.name(bucket, path), headers)
            case "GET", ["object", bucket, *path]:
                self.authorise(headers)
                return self.serve(self.name(bucket, path), headers)
            case "POST", ["object", bucket, *path]:
                self.authorise(headers)
                name = self.name(bucket, path)
                self.store(name, body, headers, headers.get("x-upsert") == "true")
                return self.json({"Key": f"{bucket}/{name}", "Id": "00000000-0000-0000-0000-000000000000"})
            case "DELETE", ["object", bucket, *path] if path:
                self.authorise(headers)
                name = self.name(bucket, path)
                self.find(name)
                del self.objects[name]
                return self.json({"message": "Successfully deleted"})
        raise Refusal(404, "NotFound", "Not Found", f"Route {method} not found", real=404)

    def authorise(self, headers) -> None:
        given = headers.get("Authorization", "")
        if not given:
            raise Refusal(400, "InvalidRequest", "Error", "headers must have required property 'authorization'")
        if given != "Bearer " + SERVICE_KEY:
            raise Refusal(403, "AccessDenied", "Unauthorized", "Invalid Compact JWS")

    def name(self, bucket: str, path: list[str]) -> str:
        if bucket != self.bucket:
            raise Refusal(404, "NoSuchBucket", "Bucket not found", "Bucket not found")
        if not path or "" in path:
            raise Refusal(400, "InvalidKey", "InvalidKey", "Invalid key")
        return "/".join(path)

    def verify(self, token: str, url: str, scope: str) -> dict:
        head, _, signature = token.rpartition(".")
        wanted = _b64(hmac.new(JWT_SECRET, head.encode(), hashlib.sha256).digest())
        if not head or not hmac.compare_digest(signature, wanted):
            raise Refusal(400, "InvalidJWT", "InvalidJWT", "signature verification failed")
        payload = head.partition(".")[2]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if claims["exp"] <= time.time():
            raise Refusal(400, "ExpiredToken", "ExpiredToken", '"exp" claim timestamp check failed')
        if claims["url"] != url or claims["scope"] != scope:
            raise Refusal(400, "InvalidSignature", "InvalidSignature", "The url do not match the signature")
        return claims

    @staticmethod
    def content(headers, body: bytes) -> tuple[bytes, str]:
        """The raw body, or the file of a form, which its own clients send."""
        kind = headers.get("Content-Type", "application/octet-stream")
        if not kind.startswith("multipart/form-data"):
            return body, kind
        message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.HTTP)
        files = [part for part in message.iter_parts() if part.get_filename()]
        return files[0].get_payload(decode=True), files[0].get_content_type()

    def store(self, name: str, body: bytes, headers, upsert: bool) -> None:
        body, kind = self.content(headers, body)
        if len(body) > self.file_size_limit:
            raise Refusal(413, "EntityTooLarge", "Payload too large", "The object exceeded the maximum allowed size")
        if name in self.objects and not upsert:
            raise Refusal(409, "KeyAlreadyExists", "Duplicate", "The resource already exists")
        self.objects[name] = (
            body,
            kind,
            time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        )

    def find(self, name: str) -> tuple[bytes, str, str]:
        if name not in self.objects:
            raise Refusal(404, "NoSuchKey", "not_found", "Object not found")
        return self.objects[name]

    def serve(self, name: str, headers) -> tuple[int, bytes, list[tuple[str, str]]]:
        body, kind, _ = self.find(name)
        asked = headers.get("Range", "")
        if asked.startswith("bytes="):
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or len(body)), len(body) - 1)
            piece = body[start : end + 1]
            return 206, piece, [("Content-Type", kind), ("Content-Range", f"bytes {start}-{end}/{len(body)}")]
        return 200, body, [("Content-Type", kind), ("Set-Cookie", "__cf_bm=x"), ("Cache-Control", "no-cache")]

    def listing(self, asked: dict) -> list[dict]:
        """One folder: files with an id, and folders without."""
        prefix = asked["prefix"].strip("/")
        prefix = prefix + "/" if prefix else ""
        entries: dict[str, dict] = {}
        for name, (body, kind, moment) in list(self.objects.items()):
            if not name.startswith(prefix):
                continue
            first, slash, _ = name.removeprefix(prefix).partition("/")
            if slash:
                entries.setdefault(first, {"name": first, "id": None, "updated_at": None, "created_at": None, "metadata": None})
            else:
                metadata = {"size": len(body), "mimetype": kind, "eTag": hashlib.md5(body).hexdigest()}
                entries[first] = {
                    "name": first,
                    "id": str(len(name)),
                    "updated_at": moment,
                    "created_at": moment,
                    "metadata": metadata,
                }
        ordered = [entries[name] for name in sorted(entries)]
        return ordered[asked.get("offset", 0) :][: asked.get("limit", 100)]

    @staticmethod
    def json(value: object) -> tuple[int, bytes, list[tuple[str, str]]]:
        return 200, json.dumps(value).encode(), [("Content-Type", "application/json; charset=utf-8")]
