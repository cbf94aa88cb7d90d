"""The system group, with and without a database."""

import datetime
import itertools
import json
import shutil
import subprocess
import time

import psycopg
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import fastcgi
from host import ROOT
from limits import DEADLINE

NETWORKS = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in itertools.count(1))


def get(place, target, **values):
    """Each asks from a network of its own, as one that asks until something is so would be refused for asking often."""
    return fastcgi.once(place.path, "GET", target, REMOTE_ADDR=next(NETWORKS), **values)


def until(condition, what):
    """Asks again until it is so; a condition with a deadline, not a guess about time."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"never: {what}")


@pytest.fixture
def database(postgres, place, migrated):
    """A migrated database of its own; the place's hosts use it."""
    with migrated("host") as name:
        place.environment["DATABASE_URL"] = f"host={postgres} dbname={name} user=dailies_web"
        yield f"host={postgres} dbname={name} user=dailies_owner"
        place.close()


def test_alive_but_not_ready_without_a_database(host, place):
    """OPS-04 A process whose database is away runs, says so, and is not restarted for it."""
    assert get(place, "/livez").status == 200
    answer = get(place, "/readyz")
    assert answer.status == 503 and "retry-after" in answer.headers
    answer = get(place, "/api/features")
    assert answer.status == 503 and answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["code"] == "database_unavailable" and int(answer.headers["retry-after"]) > 0
    health = get(place, "/api/health")
    assert health.status == 503 and json.loads(health.body)["checks"]["database"]["status"] == "failed"


def test_ready_and_healthy_with_a_database(place, database):
    """OPS-04 FLAG-01"""
    place.start("system")
    assert get(place, "/readyz").status == 200
    health = until(lambda: (answer := get(place, "/api/health")).status == 200 and answer, "healthy")
    checks = json.loads(health.body)["checks"]
    moment = datetime.datetime.fromisoformat(json.loads(health.body)["timestamp"])
    assert abs(datetime.datetime.now(datetime.UTC) - moment) < datetime.timedelta(minutes=10)
    assert {"database", "queue", "storage", "rounds"} <= set(checks)
    assert all(check["status"] == "ok" for check in checks.values())
    flags = json.loads(get(place, "/api/features").body)["features"]
    assert flags["voting_enabled"] is True and flags["multi_vote_enabled"] is False


def test_waits_for_a_database_that_is_away_and_comes_back(place, database, postgres):
    """OPS-04 Postgres is down at the start and goes down again while serving: 503, and 200 by itself afterwards."""
    script = ROOT / "scripts/test-postgres"
    subprocess.run([script, "kill", postgres], check=True)
    try:
        place.start("system")
        assert get(place, "/api/features").status == 503
    finally:
        subprocess.run([script, "resume", postgres], check=True)
    until(lambda: get(place, "/api/features").status == 200, "features")
    subprocess.run([script, "kill", postgres], check=True)
    try:
        until(lambda: get(place, "/readyz").status == 503, "not ready")
        # The flags are kept for a second.
        until(lambda: get(place, "/api/features").status == 503, "unavailable")
    finally:
        subprocess.run([script, "resume", postgres], check=True)
    until(lambda: get(place, "/api/features").status == 200, "features again")
    until(lambda: get(place, "/api/health").status == 200, "healthy again")


def test_an_older_schema_is_refused(place, database):
    """OPS-05 A program that needs a newer schema does not start on an older one, and says what to do."""
    newer = place.directory / "migrations"
    shutil.copytree(ROOT / "migrations", newer)
    (newer / "9999_newer.sql").write_text("create table newer (id int);\n")
    host = place.launch("system", environment={"MIGRATIONS_DIR": str(newer)})
    assert host.wait() == 69
    host.lines.thread.join(timeout=DEADLINE)
    assert any("dailies migrate" in line for line in host.lines.lines)


def test_a_change_drops_what_is_kept_and_moves_the_version(place, database):
    """FLAG-01 A flag turned in the database holds in this process at once, and nginx's cache key changes with it."""
    host = place.start("system")
    until(lambda: get(place, "/api/health").status == 200, "healthy")
    current = place.version / "current"
    with psycopg.connect(database, autocommit=True) as connection:
        before = until(lambda: current.is_symlink() and current.resolve().name, "a first version")
        with connection.transaction():
            connection.execute("update feature_flags set enabled = true where key = 'multi_vote_enabled'")
            number = connection.execute("select announce_change('flags', 'multi_vote_enabled')").fetchone()[0]
        until(lambda: current.resolve().name == f"v{number}", "the version of the change")
        assert before != f"v{number}" and current.is_dir()
        assert json.loads(get(place, "/api/features").body)["features"]["multi_vote_enabled"] is True
        # What has nothing to do with pages leaves their copies alone.
        connection.execute("select announce_change('sessions', 'user:x')")
        later = connection.execute("select announce_change('film', 'season_created')").fetchone()[0]
        until(lambda: current.resolve().name == f"v{later}", "the version of the later change")
    assert host.stop() == 0


def test_the_document_is_openapi(place):
    """The document that is derived from the routes is one that other programs understand."""
    place.start()
    answer = get(place, "/api/openapi.json")
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    document = json.loads(answer.body)
    OpenAPIV31SpecValidator(document).validate()
    assert "/api/health" in document["paths"] and "/api/story" in document["paths"]
    assert not any(path.startswith("/internal") for path in document["paths"])
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    tag = answer.headers["etag"]
    unchanged = get(place, "/api/openapi.json", headers={"If-None-Match": f"W/{tag}"})
    assert unchanged.status == 304 and unchanged.body == b"" and unchanged.headers["etag"] == tag


def test_methods(host, place):
    """405 names what there is, HEAD has the header alone, OPTIONS opens nothing to other sites."""
    answer = fastcgi.once(place.path, "DELETE", "/livez")
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert fastcgi.once(place.path, "PROPFIND", "/livez").status == 405
    head = fastcgi.once(place.path, "HEAD", "/livez")
    assert head.status == 200 and head.body == b"" and head.headers["content-length"] == "6"
    options = fastcgi.once(place.path, "OPTIONS", "/livez", headers={"Origin": "https://elsewhere.example"})
    assert options.status == 204 and options.headers["allow"] == "GET, HEAD, OPTIONS"
    assert not any(name.startswith("access-control") for name in options.headers)
