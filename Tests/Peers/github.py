"""A double of GitHub's OAuth and API, after its documentation: errors of the token endpoint come with status 200, the
scope is separated by commas, PKCE takes S256 only, and the API wants a User-Agent."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CLIENT_ID = "Iv1.testsoftests"
CLIENT_SECRET = "github-secret-of-the-tests"


class GitHub:
    """`user` and `emails` are what the API says; `fault` is one of the states that tests need."""

    def __init__(self, redirect_uri: str):
        self.redirect_uri = redirect_uri
        self.user: dict[str, Any] = {"id": 583_231, "login": "octo", "name": None, "email": None}
        self.emails: list[dict[str, Any]] = []
        self.fault = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def code_for(self, authorization_url: str) -> str:
        """What the browser of a person who agrees is sent back to."""
        parts = urllib.parse.urlsplit(authorization_url)
        query = dict(urllib.parse.parse_qsl(parts.query))
        assert parts.path == "/login/oauth/authorize" and query["client_id"] == CLIENT_ID
        assert query["redirect_uri"] == self.redirect_uri and query["code_challenge_method"] == "S256"
        assert set(query["scope"].split()) == {"read:user", "user:email"}
        code = secrets.token_hex(10)
        self.codes[code] = query
        return f"{self.redirect_uri}?code={code}&state={query['state']}"

    def exchange(self, form: dict[str, str]) -> dict[str, str]:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return error("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or self.fault == "code":
            return error("bad_verification_code", "The code passed is incorrect or expired.")
        if form.get("redirect_uri") != self.redirect_uri:
            return error("redirect_uri_mismatch", "The redirect_uri must match the registered callback URL.")
        token = f"gho_{secrets.token_hex(18)}"
        self.tokens.add(token)
        return {"access_token": token, "scope": "read:user,user:email", "token_type": "bearer"}

    def api(self, path: str, headers: Any) -> tuple[int, Any]:
        if not headers.get("User-Agent"):
            return 403, {"message": "Request forbidden by administrative rules."}
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}
        if self.fault == "api":
            return 502, None
        if path == "/user":
            return 200, self.user
        if path == "/user/emails":
            return (404, {"message": "Not Found"}) if self.fault == "no-emails" else (200, self.emails)
        return 404, {"message": "Not Found"}

    def handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                if self.path != "/login/oauth/access_token":
                    return self.answer(404, None)
                answer = double.exchange(form)
                if "application/json" in self.headers.get("Accept", ""):
                    return self.answer(200, answer)
                return self.answer(200, urllib.parse.urlencode(answer), "application/x-www-form-urlencoded")

            def do_GET(self) -> None:
                self.answer(*double.api(self.path, self.headers))

            def answer(self, status: int, value: Any, kind: str = "application/json; charset=utf-8") -> None:
                text = value if isinstance(value, str) else json.dumps(value)
                body = b"<html>Unicorn!</html>" if value is None else text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if value is None else kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def error(code: str, text: str) -> dict[str, str]:
    return {"error": code, "error_description": text, "error_uri": "https://docs.github.com/apps"}
