"""Errors of a host and of jobs, as a Sentry-compatible service gets them."""

import json
import subprocess
import sys

import psycopg
import pytest

from host import BINARIES, ROOT
from limits import DEADLINE
from test_system import get, until

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from sentry import SentryPeer


@pytest.fixture
def database(postgres, place, migrated):
    with migrated("errors") as name:
        place.environment["DATABASE_URL"] = f"host={postgres} dbname={name} user=dailies_web"
        yield f"host={postgres} dbname={name} user=postgres"
        place.close()


def rows(database, sql):
    with psycopg.connect(database, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def drain(place, address):
    url = place.environment["DATABASE_URL"].replace("dailies_web", "dailies_jobs")
    return subprocess.run(
        [BINARIES / "dailies-jobs", "drain", "--queues", "outward", "--until-empty"], capture_output=True, text=True,
        timeout=DEADLINE, env=place.environment | {"DATABASE_URL": url, "SENTRY_DSN": address},
    )  # fmt: skip


REPORTS = "select state from jobs where kind = 'send_error_report'"


def test_an_error_is_reported_once_and_without_personal_data(place, database):
    """OPS-04: by the queue, from the process that may call out; with the route and the request's id, and never who asked."""
    with SentryPeer() as peer:
        host = place.start("system", environment={"SENTRY_DSN": peer.address})
        until(lambda: get(place, "/api/health").status == 200, "healthy")
        rows(database, "alter table feature_flags rename column enabled to film_at_example")
        answer = get(place, "/api/features?who=ida@example.org", headers={"Cookie": "session=secret-of-ida"})
        assert answer.status >= 500
        for _ in range(3):
            get(place, "/api/features")
        until(lambda: rows(database, REPORTS), "a report in the queue")
        assert peer.asked == 0, "a host calls no other server"
        line = host.lines.wait(lambda line: line["level"] == "error")
        assert host.stop() == 0
        assert drain(place, peer.address).returncode == 0
        (head, ((item, event),)), *others = peer.envelopes
    assert others == [] and rows(database, REPORTS) == [("completed",)], "the same error once"
    assert head["event_id"] == event["event_id"] and len(event["event_id"]) == 32 and head["sent_at"].endswith("Z")
    assert item["type"] == "event"
    assert event["level"] == "error" and event["logger"] == "dailies-host" and event["environment"] == "production"
    assert event["transaction"].strip().endswith("/api/features") and event["tags"]["program"] == "dailies-host"
    (error,) = event["exception"]["values"]
    assert error["type"] == line["message"] and "42703" in error["value"]
    assert event["extra"]["request"] == line["request"]
    whole = json.dumps(event)
    assert "ida" not in whole and "127.0.0.1" not in whole and "secret" not in whole and "10.0." not in whole


def test_a_report_that_cannot_be_sent_makes_no_further_report(place, database):
    """OPS-04: neither the service nor the database being away holds anything up or leads to more errors."""
    with SentryPeer(status=400) as peer:
        host = place.start("system", environment={"SENTRY_DSN": peer.address})
        until(lambda: get(place, "/api/health").status == 200, "healthy")
        rows(database, "alter table feature_flags rename to flags_of_features")
        assert get(place, "/api/features").status >= 500
        until(lambda: rows(database, REPORTS), "a report in the queue")
        assert drain(place, peer.address).returncode == 0
        assert peer.asked == 1 and rows(database, REPORTS) == [("failed",)], "refused for good, and not reported itself"
        assert host.stop() == 0
        rows(database, "update jobs set state = 'queued', run_at = now(), finished_at = null, attempt = 0")
        # Somebody has taken the address away meanwhile.
        assert drain(place, "").returncode == 0
        assert peer.asked == 1


def test_reports_wait_for_the_database(place, database):
    """OPS-04: an error while the database is away is reported when it is back; the request is not held up."""
    with SentryPeer() as peer:
        name = database.split("dbname=")[1].split()[0]
        place.start("system", environment={"SENTRY_DSN": peer.address})
        until(lambda: get(place, "/api/health").status == 200, "healthy")
        administrator = database.replace(f"dbname={name}", "dbname=postgres")
        rows(administrator, f"alter database {name} with allow_connections false")
        rows(administrator, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        assert until(lambda: get(place, "/api/features").status == 503, "unavailable")
        rows(administrator, f"alter database {name} with allow_connections true")
        until(lambda: rows(database, REPORTS), "a report in the queue")
