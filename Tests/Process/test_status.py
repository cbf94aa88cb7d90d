"""What a host tells on its status socket: while it works, while nothing works, and for Prometheus."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading

import psycopg
import pytest

import fastcgi
from host import BINARIES, ROOT
from limits import DEADLINE
from test_system import get, until

SHARE = ROOT / "share"


class Local(http.client.HTTPConnection):
    """A connection to a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=DEADLINE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Status:
    """A host's status socket."""

    def __init__(self, place):
        self.directory = place.directory / "status"
        self.directory.mkdir(exist_ok=True)
        self.path = self.directory / "web.sock"
        place.environment |= {"STATUS_SOCKET": str(self.path), "STATUS_DIR": str(self.directory)}

    def ask(self, path, method="GET"):
        connection = Local(self.path)
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def report(self):
        return json.loads(self.ask("/status")[1])

    def figures(self):
        """The figures by name and labels as Prometheus reads them."""
        lines = [line for line in self.ask("/metrics")[1].splitlines() if line and not line.startswith("#")]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


@pytest.fixture
def database(postgres, place, migrated):
    with migrated("status") as name:
        place.environment["DATABASE_URL"] = f"host={postgres} dbname={name} user=dailies_web"
        yield f"host={postgres} dbname={name} user=postgres"
        place.close()


@pytest.fixture
def status(place):
    return Status(place)


def dailies(place, *words, **settings):
    return subprocess.run(
        [BINARIES / "dailies", *words], env=place.environment | settings, capture_output=True, text=True, timeout=DEADLINE
    )


def test_it_answers_while_all_threads_are_busy_and_postgres_is_frozen(place, database, status):
    """OPS-10 OPS-04: the status names each thread's request and its statement."""
    place.environment |= {"HOST_THREADS": "4", "DATABASE_CONNECTIONS": "4", "STATEMENT_TIMEOUT_MS": "600000"}
    place.start("system")
    until(lambda: get(place, "/api/health").status == 200, "healthy")
    asked = [threading.Thread(target=get, args=(place, "/api/health")) for _ in range(8)]
    with psycopg.connect(database, autocommit=True) as own, psycopg.connect(database) as holder:
        holder.execute("lock table story_slots in access exclusive mode")
        for thread in asked:
            thread.start()

        def in_statements(report):
            works = [thread["work"] for thread in report["threads"] if thread["name"].startswith("serve-")]
            return len(works) == 4 and all(work and work["isInStatement"] for work in works)

        until(lambda: in_statements(status.report()), "four threads in statements")
        until(lambda: status.report()["waitingForThread"] == 4, "four requests without a thread")
        backends = [
            row[0]
            for row in own.execute(
                "select pid from pg_stat_activity where datname = current_database() and usename = 'dailies_web'"
            ).fetchall()
        ]
        assert len(backends) >= 4
        for pid in backends:
            os.kill(pid, signal.SIGSTOP)
        try:
            for path in ("/livez", "/status", "/metrics"):
                assert status.ask(path)[0] == 200
            # A peer that sends half a request holds up no other.
            half = socket.socket(socket.AF_UNIX)
            half.connect(str(status.path))
            half.sendall(b"GET /livez HT")
            assert status.ask("/livez") == (200, "alive\n")
            half.close()
            report = status.report()
            shown = dailies(place, "status")
        finally:
            for pid in backends:
                os.kill(pid, signal.SIGCONT)
            holder.rollback()
    assert report["inProgress"] == 8 and report["limit"] >= 8
    works = [thread["work"] for thread in report["threads"] if thread["work"]]
    assert {work["route"] for work in works} == {"/api/health"} and {work["method"] for work in works} == {"GET"}
    assert all(work["ageMs"] >= work["sqlMs"] > 0 and work["sqlCount"] >= 1 and work["request"] for work in works)
    assert len(report["waiting"]) == 4 and all(work["sqlCount"] == 0 for work in report["waiting"])
    pool = next(pool for pool in report["pools"] if pool["pool"] == "requests")
    assert (pool["inUse"], pool["limit"]) == (4, 4)
    assert shown.returncode == 0 and "GET /api/health" in shown.stdout and "in a statement" in shown.stdout
    assert "4 wait for a thread" in shown.stdout
    for thread in asked:
        thread.join(timeout=DEADLINE)
    until(lambda: status.report()["inProgress"] == 0, "all answered")
    assert all(thread["work"] is None for thread in status.report()["threads"])


def test_a_slow_request_is_logged_with_what_it_asked(place, database, status):
    """OPS-10: the route, how many statements and how long these took."""
    host = place.start("system", environment={"SLOW_REQUEST_MILLISECONDS": "1"})
    assert get(place, "/api/health").status in (200, 503)
    line = host.lines.wait(lambda line: line["message"] == "slow request" and line["route"] == "/api/health")
    assert line["level"] == "warning" and line["method"] == "GET" and line["subsystem"] == "http"
    assert line["sqlCount"] >= 3 and 0 < line["sqlMs"] <= line["ms"] and len(line["request"]) >= 8


def test_only_the_known_is_answered(place, status):
    """OPS-10: it needs no database, and tells nothing else."""
    place.start("system")
    assert status.ask("/livez") == (200, "alive\n") and status.ask("/livez", "HEAD")[0] == 200
    assert status.ask("/")[0] == 404 and status.ask("/metrics/x")[0] == 404
    assert status.ask("/metrics", "POST")[0] == 405 and status.ask("/livez?x=1")[0] == 200
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(DEADLINE)
    peer.connect(str(status.path))
    peer.sendall(b"nonsense\r\n\r\n")
    assert peer.recv(100).startswith(b"HTTP/1.1 400 ")
    peer.close()
    assert oct(status.path.stat().st_mode & 0o777) == "0o660"
    assert status.figures()["dailies_requests_limit"] >= 256
    assert fastcgi.once(place.path, "GET", "/metrics").status == 404, "not for visitors"


def names(page):
    return set(re.findall(r"^# TYPE (\S+)", page, re.MULTILINE))


def test_the_figures_are_what_prometheus_reads(place, database, status):
    """OPS-04: promtool accepts them; every figure that the dashboard and the alerts name is there; labels are bounded."""
    place.start()
    until(lambda: get(place, "/api/health").status == 200, "healthy")
    for number in range(30):
        get(place, f"/api/clip/{number:08d}-0000-7000-8000-000000000000")
        get(place, f"/no/such/path/{number}")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            """
            insert into site_figures (name, labels, value)
            values ('members_active', '{"period": "day"}', 12), ('members_active', '{"period": "month"}', 40),
                ('backup_timestamp_seconds', '{}', 1800000000)
            """
        )
        connection.execute("select enqueue_job('no_such_kind', job_queue => 'outward')")
    drained = subprocess.run(
        [BINARIES / "dailies-jobs", "maintain", "--now"], capture_output=True, text=True, timeout=DEADLINE,
        env=place.environment | {"DATABASE_URL": place.environment["DATABASE_URL"].replace("dailies_web", "dailies_jobs")},
    )  # fmt: skip
    assert drained.returncode == 0, drained.stderr
    nginx = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for word in ("HIT", "HIT", "MISS", "HIT", "unheard", "-"):
        nginx.sendto(f"<190>Nov 30 17:45:00 dailies: {word}".encode(), str(status.directory / "cache.sock"))
    hit = 'dailies_cache_requests_total{status="hit"}'
    until(lambda: status.figures()[hit] == 3, "three hits")
    until(lambda: 'dailies_queue_jobs{queue="outward",state="queued"}' in status.figures(), "figures of the queue")
    until(lambda: "dailies_uploads_day" in status.figures(), "figures that a job measured")
    page = status.ask("/metrics")[1]
    checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True, timeout=DEADLINE)
    assert checked.returncode == 0 and not checked.stdout and not checked.stderr, checked.stdout + checked.stderr
    figures = status.figures()
    assert figures['dailies_cache_requests_total{status="miss"}'] == 1
    assert figures['dailies_members_active{period="month"}'] == 0, "the job has measured it since"
    assert figures["dailies_backup_timestamp_seconds"] == 1800000000, "what other parts keep there is shown too"
    assert figures['dailies_figure_timestamp_seconds{figure="dailies_uploads_day"}'] > 1e9
    assert figures['dailies_queue_jobs{queue="outward",state="queued"}'] >= 1
    assert figures['dailies_http_requests_total{method="GET",route="/api/clip/[id]",status="4xx"}'] == 30
    assert figures['dailies_http_requests_total{method="any",route="none",status="4xx"}'] == 30
    assert "0000-7000" not in page and "such/path" not in page
    assert figures["dailies_sql_seconds_count"] > 5 and figures["dailies_sql_seconds_sum"] > 0
    assert figures['dailies_pool_connections_limit{pool="requests"}'] == 16
    # What is shipped for Prometheus and Grafana names only what is there.
    known = names(page) | {"dailies_visits_day", "dailies_visit_seconds"}
    for file in (SHARE / "prometheus/dailies.rules.yml", SHARE / "grafana/dailies.json"):
        for name in set(re.findall(r"\bdailies_[a-z0-9_]+", file.read_text())):
            assert re.sub(r"_(bucket|sum|count)$", "", name) in known, f"{file.name} names {name}"
    tool = shutil.which("promtool")
    checked = subprocess.run(
        [tool, "check", "rules", SHARE / "prometheus/dailies.rules.yml"], capture_output=True, text=True, timeout=DEADLINE
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_log_levels_change_while_a_program_runs(place, database, status):
    """OPS-04: of one subsystem at once; it outlives the program, and "default" takes it back."""
    host = place.start("system")

    def logs_requests(host):
        before = len(host.lines.objects())
        get(place, "/livez")
        get(place, "/api/features")
        # A later line of another level tells that the request's would have been there.
        host.signal(signal.SIGHUP)
        host.lines.wait(lambda line: line["message"] == "configuration read again", start=before)
        return any(line["message"] == "request" for line in host.lines.objects()[before:])

    assert logs_requests(host)
    changed = dailies(place, "log-level", "http=warning", "server=notice", "--json")
    assert changed.returncode == 0, changed.stderr
    levels = json.loads(changed.stdout)
    assert levels["web"]["http"] == "warning" and levels["web"]["votes"] == "info" and levels["jobs"]["http"] == "warning"
    assert not logs_requests(host)
    assert host.stop() == 0
    again = place.start("system")
    assert not logs_requests(again), "the change outlives the program"
    shown = dailies(place, "log-level")
    assert shown.returncode == 0 and "web: info, http=warning, server=notice" in shown.stdout
    assert dailies(place, "log-level", "http=default").returncode == 0
    assert logs_requests(again)
    assert dailies(place, "log-level", "all=error").returncode == 0
    assert status.report()["logLevels"] == dict.fromkeys(status.report()["logLevels"], "error")
    assert dailies(place, "log-level", "all=default").returncode == 0
    assert status.report()["logLevels"]["http"] == "info"
    wrong = dailies(place, "log-level", "nothing=debug")
    assert wrong.returncode == 64 and "must name all or one of server, http" in wrong.stderr
