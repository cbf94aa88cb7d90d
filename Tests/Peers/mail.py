"""A real SMTP server that keeps what it is given: with STARTTLS, with TLS from the start, with a login, or with faults."""

from __future__ import annotations

import email
import email.policy
import pathlib
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from limits import DEADLINE
from ports import free_port


def certificate(directory: pathlib.Path, name: str = "IP:127.0.0.1") -> pathlib.Path:
    """A certificate that vouches for itself, with its key beside it in the same file."""
    path = directory / f"{name.replace(':', '-')}.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=peer",
            "-addext", f"subjectAltName={name}", "-keyout", path.with_suffix(".key"), "-out", path,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return path


@dataclass
class Letter:
    sender: str
    recipients: list[str]
    raw: bytes
    login: str | None
    is_encrypted: bool
    greeting: str

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return part.get_content().replace("\r\n", "\n") if part else ""


class MailPeer:
    """The server and its letters. `recipient_reply` and `data_reply` are what it says instead of taking a letter."""

    def __init__(
        self, *, tls: pathlib.Path | None = None, starttls: pathlib.Path | None = None,
        login: tuple[str, str] | None = None, port: int | None = None,
    ) -> None:  # fmt: skip
        self.port = port or free_port()
        self.letters: list[Letter] = []
        self.attempts = 0
        self.recipient_reply: str | None = None
        self.data_reply: str | None = None
        self.arrived = threading.Condition()
        options: dict = {}
        if login:
            options |= {
                "authenticator": lambda server, session, envelope, mechanism, data: self.judge(login, data),
                "auth_required": True, "auth_require_tls": starttls is not None,
            }  # fmt: skip
        if starttls:
            options |= {"tls_context": self.context(starttls), "require_starttls": True}
        if tls:
            options["ssl_context"] = self.context(tls)
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=DEADLINE, **options)

    @staticmethod
    def context(path: pathlib.Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, path.with_suffix(".key"))
        return context

    @staticmethod
    def judge(login: tuple[str, str], data: object) -> AuthResult:
        is_good = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=is_good, handled=is_good, auth_data=data)

    def __enter__(self) -> MailPeer:
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.attempts += 1
        if self.recipient_reply:
            return self.recipient_reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.data_reply:
            return self.data_reply
        login = session.auth_data.login.decode() if session.auth_data else None
        letter = Letter(
            envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content, login,
            server.transport.get_extra_info("ssl_object") is not None, session.host_name,
        )  # fmt: skip
        with self.arrived:
            self.letters.append(letter)
            self.arrived.notify_all()
        return "250 taken"

    def wait(self, count: int = 1, seconds: float = DEADLINE) -> list[Letter]:
        """The letters, once there are that many."""
        deadline = time.monotonic() + seconds
        with self.arrived:
            while len(self.letters) < count:
                if not self.arrived.wait(max(0, deadline - time.monotonic())):
                    raise AssertionError(f"{len(self.letters)} letters came, not {count}")
            return list(self.letters)
