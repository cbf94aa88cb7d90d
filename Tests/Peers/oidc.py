"""A real OpenID Connect server on loopback, made with Authlib: it checks the client's secret, the redirect URI and PKCE
(S256 only), gives each code once, and signs with RS256. Switches make it lie in one way at a time, for what must be
refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import logging
import os
import secrets
import threading
import time
import urllib.parse
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.jose import JsonWebKey, jwt
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc6749.errors import OAuth2Error
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, Response, jsonify, redirect, request
from werkzeug.serving import make_server

from limits import DEADLINE

# Authlib refuses http otherwise; this server is on loopback alone.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
logging.getLogger("werkzeug").setLevel(logging.ERROR)

CLIENT_ID = "dailies-tests"
CLIENT_SECRET = "a secret of/the:tests+"

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Accounts of the tests</title>
<link rel="icon" href="data:,"><h1>Who are you?</h1>
<form method="post"><label>Name <input name="subject" required></label> <label>E-mail <input name="email"></label>
<label><input type="checkbox" name="verified" value="yes" checked> Verified</label>
<button name="answer" value="yes">Go on</button> <button name="answer" value="no" formnovalidate>Stop</button>
</form></html>"""


class Client(ClientMixin):
    def __init__(self, redirect_uri: str, methods: list[str]):
        self.redirect_uri, self.methods = redirect_uri, methods

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(word for word in scope.split() if word in ("openid", "email", "profile"))

    def check_redirect_uri(self, uri: str) -> bool:
        return uri == self.redirect_uri

    def check_client_secret(self, secret: str) -> bool:
        return secrets.compare_digest(secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.methods

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code:
    def __init__(self, **fields: Any):
        self.__dict__.update(fields)
        self.auth_time = int(time.time())

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Provider:
    """Start it, sign people in, and switch `tamper` to one of the lies that `id_token` and the routes know."""

    def __init__(self, redirect_uri: str, methods: tuple[str, ...] = ("client_secret_basic",), slash: bool = False):
        self.methods = list(methods)
        self.client = Client(redirect_uri, self.methods)
        self.codes: dict[str, Code] = {}
        self.spent: list[str] = []
        self.counts: dict[str, int] = {}
        self.tamper = ""
        self.hanging = threading.Event()
        self.key = self.new_key()
        self.server = make_server("127.0.0.1", 0, self.app(), threaded=True)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.issuer = self.origin + ("/" if slash else "")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def new_key() -> Any:
        return JsonWebKey.generate_key("RSA", 2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"}, True)

    def rotate(self) -> None:
        self.key = self.new_key()

    def code_for(self, authorization_url: str, subject: str, email: str | None = None, verified: bool = True) -> str:
        """What the browser of a person does there; answers the address that it is sent back to."""
        parts = urllib.parse.urlsplit(authorization_url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=DEADLINE)
        form = {"subject": subject, "answer": "yes"} | ({"email": email} if email else {})
        form |= {"verified": "yes"} if verified else {}
        connection.request(
            "POST", f"{parts.path}?{parts.query}", urllib.parse.urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == 302, (answer.status, body)
        return answer.headers["Location"]

    # -- What a token says

    def claims(self, code: Code) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": code.user["subject"], "iat": now, "exp": now + 600,
            "nonce": code.nonce, "email_verified": code.user["verified"],
        }  # fmt: skip
        if code.user["email"]:
            claims["email"] = code.user["email"]
        lies = {
            "aud": {"aud": "somebody-else"}, "aud-list": {"aud": [CLIENT_ID, "somebody-else"]},
            "azp": {"azp": "somebody-else"}, "iss": {"iss": "http://127.0.0.1:1"}, "nonce": {"nonce": "another"},
            "expired": {"iat": now - 7_200, "exp": now - 3_600}, "future": {"iat": now + 3_600, "exp": now + 7_200},
            "at_hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "subject": {"sub": ""},
        }  # fmt: skip
        claims |= lies.get(self.tamper, {})
        if self.tamper == "no-nonce":
            del claims["nonce"]
        return claims

    def id_token(self, code: Code) -> str:
        claims, kid = self.claims(code), self.key.as_dict()["kid"]
        if self.tamper == "key":
            return jwt.encode({"alg": "RS256", "kid": kid}, claims, self.new_key()).decode()
        if self.tamper == "unknown-key":
            other = self.new_key()
            return jwt.encode({"alg": "RS256", "kid": other.as_dict()["kid"]}, claims, other).decode()
        if self.tamper == "none":
            return f"{part({'alg': 'none'})}.{part(claims)}."
        if self.tamper == "hs256":
            # The old trick: the public key, which everybody has, as the secret of a MAC.
            head = f"{part({'alg': 'HS256', 'kid': kid})}.{part(claims)}"
            mac = hmac.new(self.key.as_pem(is_private=False), head.encode(), hashlib.sha256).digest()
            return f"{head}.{encoded(mac)}"
        header = {"alg": "RS256"} | ({} if self.tamper == "no-kid" else {"kid": kid})
        token = jwt.encode(header, claims, self.key).decode()
        if self.tamper == "body":
            head, _, signature = token.split(".")
            return f"{head}.{part(claims | {'sub': 'admin'})}.{signature}"
        return token

    # -- The server

    def app(self) -> Flask:
        app = Flask(__name__)
        provider = self

        class CodeGrant(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = self.methods

            def save_authorization_code(self, code: str, asked: Any) -> None:
                data = asked.payload.data
                provider.codes[code] = Code(
                    code=code, redirect_uri=asked.payload.redirect_uri, scope=asked.payload.scope,
                    nonce=data.get("nonce"), user=asked.user, code_challenge=data.get("code_challenge"),
                    code_challenge_method=data.get("code_challenge_method"),
                )  # fmt: skip

            def query_authorization_code(self, code: str, client: Client) -> Code | None:
                return provider.codes.get(code)

            def delete_authorization_code(self, code: Code) -> None:
                provider.spent.append(code.code)
                del provider.codes[code.code]

            def authenticate_user(self, code: Code) -> dict[str, Any]:
                return code.user

        class Statement(OpenIDCode):
            def exists_nonce(self, nonce: str, asked: Any) -> bool:
                return False

            def get_jwt_config(self, grant: Any, client: Any = None) -> dict[str, Any]:
                return {"key": provider.key, "alg": "RS256", "iss": provider.issuer, "exp": 600}

            def generate_user_info(self, user: dict[str, Any], scope: str) -> UserInfo:
                return UserInfo(sub=user["subject"])

            def process_token(self, grant: Any, response: Any) -> dict[str, Any]:
                _, token, _ = response
                token["id_token"] = provider.id_token(grant.request.authorization_code)
                return token

        class Strict(CodeChallenge):
            SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

        server = AuthorizationServer(
            app, query_client=lambda name: self.client if name == CLIENT_ID else None,
            save_token=lambda token, asked: None,
        )  # fmt: skip
        server.register_grant(CodeGrant, [Statement(require_nonce=True), Strict(required=True)])

        @app.before_request
        def count() -> Response | None:
            self.counts[request.path] = self.counts.get(request.path, 0) + 1
            if self.tamper == "down":
                return Response("Bad Gateway", 502, content_type="text/html")
            if self.tamper == "token-down" and request.path == "/token":
                return Response("Bad Gateway", 502, content_type="text/html")
            if self.tamper == "hang":
                self.hanging.wait(DEADLINE)
            return None

        @app.get("/.well-known/openid-configuration")
        def configuration() -> Response:
            return jsonify(
                issuer="https://elsewhere.example" if self.tamper == "issuer" else self.issuer,
                authorization_endpoint=f"{self.origin}/authorize", token_endpoint=f"{self.origin}/token",
                jwks_uri=f"{self.origin}/keys", response_types_supported=["code"],
                token_endpoint_auth_methods_supported=self.methods, code_challenge_methods_supported=["S256"],
            )  # fmt: skip

        @app.get("/keys")
        def keys() -> Response:
            return jsonify(keys=[self.key.as_dict(is_private=False)])

        @app.route("/authorize", methods=["GET", "POST"])
        def authorize() -> Any:
            try:
                grant = server.get_consent_grant(end_user=None)
            except OAuth2Error as error:
                return Response(json.dumps(dict(error.get_body())), 400, content_type="application/json")
            if request.args.get("code_challenge_method") != "S256" or not request.args.get("nonce"):
                return Response("PKCE with S256 and a nonce are wanted", 400)
            if request.method == "GET":
                return PAGE
            if request.form.get("answer") != "yes":
                state = request.args.get("state", "")
                return redirect(f"{self.client.redirect_uri}?error=access_denied&state={state}")
            user = {
                "subject": request.form["subject"], "email": request.form.get("email"),
                "verified": request.form.get("verified") == "yes",
            }  # fmt: skip
            return server.create_authorization_response(grant_user=user, grant=grant)

        @app.post("/token")
        def token() -> Response:
            return server.create_token_response()

        return app


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: Any) -> str:
    return encoded(json.dumps(value).encode())
