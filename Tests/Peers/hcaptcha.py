"""A double of hCaptcha, after its documentation: siteverify takes a form, answers 200 either way, and takes each answer
once; the script offers `hcaptcha.render`, `reset` and `remove` and calls back with an answer."""

from __future__ import annotations

import json
import secrets
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from limits import DEADLINE

SITE_KEY = "site-key-of-the-tests"
SECRET = "0xsecret-of-the-tests"
TEST_SITE_KEY = "10000000-ffff-ffff-ffff-000000000001"
TEST_SECRET = "0x0000000000000000000000000000000000000000"
TEST_TOKEN = "10000000-aaaa-bbbb-cccc-000000000001"
LIFE = 120

SCRIPT = """
(() => {
  const widgets = [];
  const hcaptcha = {
    render(element, options) {
      const id = widgets.length;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "I am human";
      button.addEventListener("click", async () => {
        const answer = await fetch("ORIGIN/answer?sitekey=" + encodeURIComponent(options.sitekey), { method: "POST" });
        options.callback((await answer.json()).token);
      });
      element.append(button);
      widgets.push({ element, button });
      return String(id);
    },
    reset(id) { widgets[id].button.disabled = false; },
    remove(id) { widgets[id].element.replaceChildren(); },
  };
  window.hcaptcha = hcaptcha;
  const onload = new URL(document.currentScript.src).searchParams.get("onload");
  if (onload) window[onload]();
})();
"""


class HCaptchaPeer:
    """The server. `behaviour` is what happens at siteverify: good, down (500), slow, garbage or html."""

    def __init__(self, hostname: str = "127.0.0.1") -> None:
        self.hostname = hostname
        self.behaviour = "good"
        self.verified: list[dict[str, str]] = []
        self.answers: dict[str, float] = {}
        self.used: set[str] = set()
        self.hostnames: dict[str, str] = {}
        self.stopped = threading.Event()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def reply(self, body: bytes, kind: str = "application/json", status: int = 200) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                if urllib.parse.urlsplit(self.path).path != "/1/api.js":
                    return self.reply(b"{}", status=404)
                return self.reply(SCRIPT.replace("ORIGIN", peer.url).encode(), "text/javascript")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                if urllib.parse.urlsplit(self.path).path == "/answer":
                    return self.reply(json.dumps({"token": peer.answer()}).encode())
                return peer.siteverify(self, body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "HCAPTCHA_SITE_KEY": SITE_KEY, "HCAPTCHA_SECRET": SECRET, "HCAPTCHA_VERIFY_URL": self.url + "/siteverify",
            "HCAPTCHA_SCRIPT_URL": self.url + "/1/api.js",
        }  # fmt: skip

    def __enter__(self) -> HCaptchaPeer:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, age: float = 0, hostname: str | None = None) -> str:
        """What the widget gives to somebody who has solved it, `age` seconds ago."""
        token = "P1_" + secrets.token_urlsafe(48)
        self.answers[token] = time.monotonic() - age
        self.hostnames[token] = hostname or self.hostname
        return token

    def siteverify(self, handler: BaseHTTPRequestHandler, body: str) -> None:
        if self.behaviour == "down":
            return handler.reply(b"<h1>500</h1>", "text/html", 500)
        if self.behaviour == "html":
            return handler.reply(b"<!doctype html><h1>Maintenance</h1>", "text/html")
        if self.behaviour == "garbage":
            return handler.reply(b'{"success": "perhaps"}')
        if self.behaviour == "slow":
            # Longer than the test waits for an answer.
            self.stopped.wait(DEADLINE)
            return None
        if handler.headers.get("Content-Type", "").split(";")[0] != "application/x-www-form-urlencoded":
            return handler.reply(json.dumps({"success": False, "error-codes": ["bad-request"]}).encode())
        form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        self.verified.append(form)
        return handler.reply(json.dumps(self.judge(form)).encode())

    def judge(self, form: dict[str, str]) -> dict:
        def refused(code: str) -> dict:
            return {"success": False, "error-codes": [code]}

        token = form.get("response", "")
        if not form.get("secret"):
            return refused("missing-input-secret")
        if not token:
            return refused("missing-input-response")
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
        if form["secret"] == TEST_SECRET:
            if token != TEST_TOKEN:
                return refused("not-using-dummy-passcode")
            return {"success": True, "challenge_ts": stamp, "hostname": "dummy-key-pass", "credit": False}
        if form["secret"] != SECRET:
            return refused("invalid-input-secret")
        if form.get("sitekey", SITE_KEY) != SITE_KEY:
            return refused("sitekey-secret-mismatch")
        if token not in self.answers:
            return refused("invalid-input-response")
        if token in self.used:
            return refused("already-seen-response")
        if time.monotonic() - self.answers[token] > LIFE:
            return refused("expired-input-response")
        self.used.add(token)
        return {"success": True, "challenge_ts": stamp, "hostname": self.hostnames[token], "credit": False}
