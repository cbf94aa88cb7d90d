"""What must hold between hosts while nothing is broken, asked at each application host past the front machines."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable

from . import network
from .machines import Cluster, Failed, say, wait_until


def ask(host: str, method: str, path: str, headers: dict[str, str] | None = None, body: object = None) -> tuple[int, str, str]:
    """Status, head and body of one request to a host, as a browser of the site sends it."""
    given = {"Sec-Fetch-Site": "same-origin", "Host": "dailies.example", "Accept-Language": "en"} | (headers or {})
    words = [word for name, value in given.items() for word in ("-H", f"{name}: {value}")]
    if body is not None:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    done = subprocess.run(
        [*network.inside("client"), "curl", "-s", "-i", "--max-time", "10", "-X", method, *words,
         f"http://{network.ADDRESSES[host]}:8080{path}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    # Lines have lost their carriage returns on the way.
    head, _, content = done.stdout.partition("\n\n")
    return int(head.split()[1]), head, content


def cookies(head: str) -> str:
    lines = [line for line in head.splitlines() if line.lower().startswith("set-cookie:")]
    return "; ".join(line.split(":", 1)[1].strip().partition(";")[0] for line in lines)


def sessions(cluster: Cluster) -> None:
    """A session that one host makes is known to the others, and its end too."""
    first, *others = cluster.hosts
    config = cluster.at(first, "dailies.conf")
    link = cluster.command(first, config, "sign-in-link", "--user", "drill").stdout.strip().splitlines()[-1]
    status, head, body = ask(first, "GET", "/api/csrf")
    visitor, token = cookies(head), json.loads(body)["token"]
    status, head, body = ask(
        first, "POST", "/api/auth/link", {"Cookie": visitor, "X-CSRF-Token": token}, {"token": link.partition("token=")[2]}
    )
    if status != 200:
        raise Failed(f"signing in answered {status}: {body}")
    session = cookies(head)
    for host in others:
        if '"drill"' not in ask(host, "GET", "/api/auth/session", {"Cookie": session})[2]:
            raise Failed(f"{host} does not know the session that {first} made")
    token = json.loads(ask(first, "GET", "/api/csrf", {"Cookie": session})[2])["token"]
    status, _, body = ask(first, "POST", "/api/auth/signout", {"Cookie": session, "X-CSRF-Token": token}, {})
    if status >= 400:
        raise Failed(f"signing out answered {status}: {body}")
    for host in others:
        wait_until(
            lambda host=host: '"drill"' not in ask(host, "GET", "/api/auth/session", {"Cookie": session})[2],
            f"{host} forgets the session", 5,
        )  # fmt: skip


def pages(cluster: Cluster) -> None:
    """A change on one host ends what the nginx of every host keeps."""
    first = cluster.hosts[0]
    config = cluster.at(first, "dailies.conf")
    for word in ("off", "on"):
        before = {host: (cluster.at(host, "run", "version/current")).resolve().name for host in cluster.hosts}
        done = cluster.command(first, config, "flags", word, "comments_enabled")
        if done.returncode:
            raise Failed(done.stderr)
        for host in cluster.hosts:
            link = cluster.at(host, "run", "version/current")
            wait_until(lambda link=link, old=before[host]: link.resolve().name != old, f"the version of {host} moves", 5)


def doctor(cluster: Cluster) -> None:
    """Doctor is content on each host: notifications arrive past the pooler, and several machines share one storage."""
    for host in cluster.hosts:
        found = json.loads(cluster.command(host, cluster.at(host, "dailies.conf"), "doctor", "--json").stdout)
        good = {check["check"]: check["isGood"] for check in found}
        for name in ("database", "notifications", "publisher", *(["machines"] if len(cluster.hosts) > 1 else [])):
            if not good.get(name):
                raise Failed(f"{host}: doctor says of {name}: {[check for check in found if check['check'] == name]}")


def replicas(cluster: Cluster) -> None:
    """Hosts read from a standby."""

    def reads() -> bool:
        for host in cluster.hosts:
            ask(host, "GET", f"/api/tags?{time.monotonic()}")
        answer = []
        for machine in ("db1", "db2", "db3"):
            answer.append(
                subprocess.run(
                    ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", "psql", "-X", "-t", "-A", "-h",
                     str(cluster.at(machine, "run")), "-d", "dailies", "-c",
                     "select count(*) from pg_stat_activity where application_name like '%replica' and pg_is_in_recovery()"],
                    capture_output=True, text=True, check=False, cwd="/",
                ).stdout.strip()
            )  # fmt: skip
        return any(count not in ("", "0") for count in answer)

    wait_until(reads, "a host reads from a standby", 20)


CHECKS: list[Callable[[Cluster], None]] = [sessions, pages, doctor, replicas]


def run(cluster: Cluster) -> list[str]:
    """Names of the checks that failed."""
    failed = []
    for check in CHECKS:
        try:
            check(cluster)
            say(f"holds: {check.__doc__}")
        except (Failed, ValueError, LookupError, subprocess.SubprocessError) as error:
            say(f"does not hold: {check.__doc__}: {error!r}")
            failed.append(check.__name__)
    return failed
