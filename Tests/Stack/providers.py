"""A copy whose sign-in providers are on loopback, and the providers themselves."""

from __future__ import annotations

import base64
import contextlib
import pathlib
import secrets
import sys
import tempfile
from collections.abc import Iterator
from types import SimpleNamespace

from stack import ROOT, Stack

sys.path.insert(0, str(ROOT / "Tests/Peers"))

import github
import oidc

WEBHOOK_KEY = secrets.token_bytes(32)
BOSS = "Boss@Example.org"


def running() -> Iterator[SimpleNamespace]:
    """`google` is discovered at an issuer with basic authentication, `own` (the generic provider) at one whose name ends
    with a slash and that wants the secret in the form, and `hub` is GitHub."""
    with contextlib.ExitStack() as cleanup:
        directory = pathlib.Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="dailies-signin-")))
        directory.chmod(0o755)
        stack = Stack(directory, "--no-demo", "--trust-proxy", "127.0.0.1")
        site = f"http://127.0.0.1:{stack.port}"
        google = oidc.Provider(f"{site}/api/auth/google/callback")
        own = oidc.Provider(f"{site}/api/auth/oidc/callback", methods=("client_secret_post",), slash=True)
        hub = github.GitHub(f"{site}/api/auth/github/callback")
        for provider in (google, own, hub):
            cleanup.callback(provider.stop)
        settings = {
            "GOOGLE_ISSUER": google.issuer, "GOOGLE_CLIENT_ID": oidc.CLIENT_ID,
            "GOOGLE_CLIENT_SECRET": oidc.CLIENT_SECRET, "OIDC_ISSUER": own.issuer, "OIDC_CLIENT_ID": oidc.CLIENT_ID,
            "OIDC_CLIENT_SECRET": oidc.CLIENT_SECRET, "OIDC_NAME": "Studio login", "GITHUB_ID": github.CLIENT_ID,
            "GITHUB_SECRET": github.CLIENT_SECRET, "GITHUB_BASE_URL": hub.origin, "GITHUB_API_URL": hub.origin,
            "ADMIN_EMAILS": f"someone@example.org, {BOSS}",
            "IDENTITY_WEBHOOK_SECRET": "whsec_" + base64.b64encode(WEBHOOK_KEY).decode(),
        }  # fmt: skip
        stack.options += tuple(word for pair in settings.items() for word in ("--set", "=".join(pair)))
        stack.start()
        cleanup.callback(stack.stop)
        yield SimpleNamespace(stack=stack, google=google, own=own, hub=hub, site=site)
