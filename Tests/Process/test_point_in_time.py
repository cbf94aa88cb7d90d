"""Point-in-time recovery as docs/operations.md describes it: the commands of the page, run on a cluster of its own."""

import os
import pathlib
import pwd
import re
import subprocess
import tempfile
import time

import psycopg
import pytest

from host import BINARIES, ROOT

PAGE = (ROOT / "docs/operations.md").read_text()
SECTION = PAGE.partition("### To a moment")[2].partition("\n### ")[0]


def blocks(language):
    """The page's own lines, as an operator copies them."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", SECTION, re.MULTILINE | re.DOTALL)


def as_postgres(*words, **options):
    """Postgres refuses to run as root."""
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return subprocess.run(words, check=True, capture_output=True, text=True, cwd="/", **options)


@pytest.fixture
def cluster():
    with tempfile.TemporaryDirectory(prefix="pitr-") as directory:
        os.chmod(directory, 0o755)
        root = pathlib.Path(directory)
        script = ROOT / "scripts/test-postgres"
        subprocess.run([script, "start", root / "cluster"], check=True)
        yield root
        subprocess.run([script, "stop", root / "cluster"], check=True)


def test_a_vote_is_there_and_the_next_is_not(cluster):
    """OPS-06: archive, destroy, recover to a moment between two votes."""
    server, data, archive, base = (cluster / name for name in ("cluster", "cluster/data", "archive", "base"))
    for made in (archive, base):
        made.mkdir()
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(made, account.pw_uid, account.pw_gid)
    binaries = subprocess.run([ROOT / "scripts/postgres-bin", data], check=True, capture_output=True, text=True).stdout.strip()
    configuration, recovery = blocks("ini")
    shell = blocks("sh")

    def placed(text):
        """The page's paths, where this cluster has them."""
        version = re.escape("/var/lib/postgresql/15/main")
        text = re.sub(version, str(data), text)
        return text.replace("/var/backups/postgresql/wal", str(archive)).replace("/var/backups/postgresql/base", str(base))

    def connect(name="postgres", user="postgres"):
        return psycopg.connect(host=str(server), user=user, dbname=name, autocommit=True)

    def control(action):
        as_postgres(f"{binaries}/pg_ctl", action, "-D", str(data), "-w", "-m", "fast", "-l", str(data / "server.log"))

    with connect() as connection:
        connection.execute("create role dailies_owner login createrole")
        connection.execute("create database dailies owner dailies_owner")
    with (data / "postgresql.conf").open("a") as file:
        file.write(placed(configuration))
    as_postgres(f"{binaries}/pg_ctl", "restart", "-D", str(data), "-w", "-l", str(data / "server.log"))
    environment = {
        "PATH": "/usr/bin:/bin", "SITE_URL": "http://127.0.0.1:1", "SECRET_KEY": "k" * 40,
        "MIGRATIONS_DIR": str(ROOT / "migrations"), "DATABASE_URL": f"host={server} dbname=dailies user=dailies_owner",
    }  # fmt: skip
    subprocess.run([BINARIES / "dailies", "migrate"], check=True, capture_output=True, env=environment)
    as_postgres(
        "sh", "-c", placed(shell[0]), env={"PATH": f"{binaries}:/usr/bin:/bin", "PGHOST": str(server), "PGUSER": "postgres"}
    )
    with connect("dailies") as connection:

        def vote(voter):
            connection.execute(
                """
                insert into votes (season_id, slot_position, clip_id, weight, voter_key, created_at, updated_at)
                values ('00000000-0000-0000-0000-000000000001', 1, gen_random_uuid(), 1, %s, now(), now())
                """,
                [voter],
            )

        connection.execute(
            "create table votes_of_the_test partition of votes for values in ('00000000-0000-0000-0000-000000000001')"
        )
        vote("first")
        time.sleep(1.1)
        moment = connection.execute("select to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS.US TZ')").fetchone()[0]
        time.sleep(1.1)
        vote("second")
        connection.execute("select pg_switch_wal()")
        deadline = time.monotonic() + 60
        while connection.execute("select last_archived_wal is null or failed_count > 0 from pg_stat_archiver").fetchone()[0]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        name = connection.execute("select last_archived_wal from pg_stat_archiver").fetchone()[0]
        assert (archive / name).exists()
    control("stop")
    as_postgres("sh", "-ec", placed(shell[1]), env={"PATH": f"{binaries}:/usr/bin:/bin"})
    with (data / "postgresql.auto.conf").open("a") as file:
        file.write(re.sub(r"recovery_target_time = '.*'", f"recovery_target_time = '{moment}'", placed(recovery)))
    control("start")
    with connect("dailies") as connection:
        deadline = time.monotonic() + 60
        while connection.execute("select pg_is_in_recovery()").fetchone()[0]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert connection.execute("select voter_key from votes").fetchall() == [("first",)]
