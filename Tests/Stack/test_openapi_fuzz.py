"""Every route of the API, asked with good and bad input that is made from its own description."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from stack import DEADLINE, wait_until

HERE = Path(__file__).parent
# They end the session that asks, or what it is about, or lead a browser away; nginx lets few reports through; and the two
# at the end tell with 503, as they should, that this copy has no mail and no captcha (test_mail_and_captcha has both).
LEFT_OUT = (
    "^/api/(auth/signout|auth/[^/]+/(start|callback)|auth/sessions|account/delete|keys|reports/csp"
    "|auth/email|captcha/status)|^/(?!api/)"
)


# Each route is asked by those whose input it reads; it refuses the others before.
ROUTES = {
    "visitor": ["--include-by", "/x-access == any"],
    "member": ["--exclude-by", "/x-access == admin"],
    "admin": ["--include-by", "/x-access == admin"],
}


def caller(stack, role):
    client = stack.client(f"198.51.100.{['visitor', 'member', 'admin'].index(role) + 200}")
    if role == "visitor":
        return client.ready()
    options = ["--admin"] if role == "admin" else ["--user", "fuzzed_member"]
    return client.sign_in(stack.command("sign-in-link", *options).stdout.strip())


@pytest.mark.parametrize("role", ROUTES)
def test_every_answer_is_as_the_document_says(fuzzed, role, tmp_path):
    """SEC-05 no 5xx, and every answer has a status, a type and a shape that the document gives it."""
    client = caller(fuzzed, role)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    command = [
        Path(sys.executable).with_name("schemathesis"), "--config-file", HERE / "schemathesis.toml", "run",
        f"http://127.0.0.1:{fuzzed.port}/api/openapi.json", "--phases", "examples,coverage,fuzzing",
        "--max-examples", "10", "--seed", "1", "--workers", "1",
        "--exclude-path-regex", LEFT_OUT, *ROUTES[role],
        "-H", f"Cookie: {cookies}", "-H", f"X-CSRF-Token: {client.token}", "-H", "Sec-Fetch-Site: same-origin",
        "-H", f"X-Forwarded-For: {client.address}",
        # That is a complaint about this machine, not about the site.
        "--suppress-health-check", "too_slow", "--request-timeout", str(DEADLINE),
        # nginx lets 200 a second through, which a fast machine exceeds.
        "--rate-limit", "150/s",
    ]  # fmt: skip
    # Thousands of requests one after another: beside other tests that takes twenty minutes.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=12 * DEADLINE, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    generated = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert generated and int(generated[1]) > 500, done.stdout[-2_000:]
    # Jobs that all these requests have made may still wait.
    wait_until(lambda: fuzzed.client().get("/api/health").status == 200, "the site is well")


@pytest.mark.parametrize("role", ["visitor", "member"])
def test_routes_refuse_those_they_are_not_for(fuzzed, role):
    """SEC-05 a route of members is closed to visitors and one of admins to both, whatever the input is."""
    client = caller(fuzzed, role)
    closed = {"visitor": {"member", "admin"}, "member": {"admin"}}[role]
    asked = 0
    for path, operations in client.get("/api/openapi.json").json()["paths"].items():
        address = re.sub(r"\{[^}]+\}", "00000000-0000-4000-8000-000000000000", path)
        for method, operation in operations.items():
            if operation["x-access"] not in closed:
                continue
            answer = client.send(method.upper(), address, None if method == "get" else {})
            assert answer.status == (401 if role == "visitor" else 403), (method, path, answer.body)
            asked += 1
    assert asked > 50
