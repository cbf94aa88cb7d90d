"""`dailies backup` and `dailies restore` with a real Postgres: what comes back, and what is refused without changing anything."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

import psycopg
import pytest

from host import BINARIES, ROOT

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE
from s3 import KEY, SECRET, S3Server


class Site:
    """A migrated database, a directory of media and one for backups."""

    def __init__(self, postgres, name, directory):
        self.postgres, self.name, self.directory = postgres, name, directory
        self.media, self.target = directory / "media", directory / "backups"
        for made in (self.media, self.target):
            made.mkdir()
        self.environment = {
            "PATH": "/usr/bin:/bin", "SITE_URL": "http://127.0.0.1:1", "SECRET_KEY": "k" * 40,
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "MEDIA_DIR": str(self.media),
            "DATABASE_URL": f"host={postgres} dbname={name} user=dailies_owner",
            "BACKUP_TARGET": str(self.target), "BACKUP_WORK_DIR": str(directory / "work"),
        }  # fmt: skip

    def run(self, *words, **settings):
        return subprocess.run(
            [BINARIES / "dailies", *words], timeout=DEADLINE, capture_output=True, input=settings.pop("input", None),
            env=self.environment | settings)  # fmt: skip

    def done(self, *words, **settings):
        ended = self.run(*words, **settings)
        assert ended.returncode == 0, ended.stderr.decode()
        return ended.stdout

    def answer(self, *words, **settings):
        return json.loads(self.done(*words, "--json", **settings))

    def refused(self, *words, **settings):
        """The one line of a refusal, which has left everything as it was."""
        before = self.state()
        ended = self.run(*words, **settings)
        assert ended.returncode == 1, ended.stdout
        assert self.state() == before
        lines = [line for line in ended.stderr.decode().splitlines() if line.startswith("dailies: ")]
        assert len(lines) == 1, ended.stderr.decode()
        return lines[0]

    def connect(self):
        return psycopg.connect(host=str(self.postgres), dbname=self.name, user="postgres", autocommit=True)

    def rows(self, sql, *values):
        with self.connect() as connection:
            cursor = connection.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def tables(self):
        """Every row of every table but the record of backups."""
        with self.connect() as connection:
            names = connection.execute(
                """
                select relname
                from pg_class
                where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'backup_runs'
                """
            ).fetchall()
            return {
                name: sorted(row[0] for row in connection.execute(f'select t::text from public."{name}" t'))
                for (name,) in names
            }

    def files(self):
        return {
            str(path.relative_to(self.media)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.media.rglob("*") if path.is_file()
        }  # fmt: skip

    def state(self):
        return self.tables(), self.files()

    def store(self, family="originals", content=None, ending="mp4"):
        """Puts a file where the site would."""
        content = os.urandom(70_000) if content is None else content
        name = f"{family}/{uuid.uuid4()}/{hashlib.sha256(content).hexdigest()[:32]}.{ending}"
        (self.media / name).parent.mkdir(parents=True)
        (self.media / name).write_bytes(content)
        return name

    def fill(self):
        """A member with a picture that a row names, an upload whose parts have arrived, and other files."""
        self.store("clips"), self.store("originals", os.urandom(700_000)), self.store("videos", b"")
        (member,) = self.rows("insert into users (username) values ('mira_okafor') returning id")[0]
        key = self.store("sources", ending="jpg")
        self.rows(
            """
            insert into source_images (
                user_id, file_name, content_type, size_bytes, state, storage_key, width, height, created_at
            )
            values (%s, 'a.jpg', 'image/jpeg', 70000, 'ready', %s, 10, 10, now())
            """,
            member, key,
        )  # fmt: skip
        part = self.media / "incoming" / str(uuid.uuid4()) / "1"
        part.parent.mkdir(parents=True)
        part.write_bytes(os.urandom(1000))
        return key

    def wipe(self):
        """A machine on which nothing is left."""
        self.rows("drop schema public cascade")
        self.rows("create schema public authorization pg_database_owner")
        self.rows("grant usage on schema public to public")
        shutil.rmtree(self.media)
        self.media.mkdir()

    def backups(self):
        return [path.parent.name for path in self.target.glob("backups/*/manifest.json")]


@pytest.fixture
def site(postgres, migrated):
    with migrated("backup") as name, tempfile.TemporaryDirectory(prefix="backup-") as directory:
        made = Site(postgres, name, pathlib.Path(directory))
        # As docs/operations.md has a superuser do, for trials.
        made.rows("alter role dailies_owner createdb")
        made.fill()
        yield made


@pytest.mark.parametrize("passphrase", [None, "four words of a song"])
def test_all_rows_and_files_come_back(site, passphrase):
    """OPS-06: rows one by one and files byte by byte, in the clear and encrypted, twice in a row."""
    secret = {"BACKUP_PASSPHRASE": passphrase} if passphrase else {}
    before = site.state()
    made = site.answer("backup", "--row-digests", **secret)
    assert made["copiedFiles"] == 4 and made["backup"]["missingFiles"] == [], made
    for path in site.target.rglob("*"):
        if path.is_file() and passphrase:
            assert b"mira_okafor" not in path.read_bytes() and b"ftyp" not in path.read_bytes()
    assert site.answer("restore", "--trial", **secret)["files"] == 4
    for _ in range(2):
        site.wipe()
        restored = site.answer("restore", **secret)
        assert restored["copiedFiles"] == 5, "the part of an upload too"
        assert site.state() == before
        assert site.rows("select has_table_privilege('dailies_web', 'tournament_clips', 'select')") == [(True,)]
        assert site.done("migrate") == b"Nothing to do.\n"
        # What was restored can be backed up like the first.
        site.answer("backup", **secret)


def test_the_second_backup_copies_what_is_new(site):
    """OPS-06: names of files never get other bytes, so none is copied twice; old backups go with the files of theirs alone."""
    first = site.answer("backup")
    gone = next(path for path in site.media.rglob("clips/*/*.mp4"))
    gone.unlink()
    new = site.store("films")
    second = site.answer("backup")
    assert (first["copiedFiles"], second["copiedFiles"], second["backup"]["files"]) == (4, 1, 4)
    assert (site.target / "media" / new).read_bytes() == (site.media / new).read_bytes()
    assert len(site.answer("backup", "--list")) == 2
    kept = site.target / "media" / gone.relative_to(site.media)
    assert kept.exists()
    third = site.answer("backup", "--keep", "1")
    assert len(third["removedBackups"]) == 2 and not kept.exists()
    assert site.answer("restore", "--trial")["files"] == 4


def test_a_stream_is_a_whole_backup(site):
    """OPS-06: standard output is a tar of what a directory would hold, and restore reads it."""
    before = site.state()
    stream = site.done("backup", "--to", "-", BACKUP_PASSPHRASE="four words")
    listed = subprocess.run(["tar", "--list", "--file=-"], input=stream, capture_output=True, check=True).stdout.decode()
    assert listed.splitlines()[0] == "key.json" and listed.splitlines()[-1].endswith("manifest.json")
    site.wipe()
    line = site.refused("restore", "--from", "-", input=stream[: len(stream) // 2], BACKUP_PASSPHRASE="four words")
    assert "no whole tar archive" in line
    site.done("restore", "--from", "-", input=stream, BACKUP_PASSPHRASE="four words")
    assert site.state() == before


def test_what_is_refused_changes_nothing(site):
    """OPS-06: a wrong passphrase, a lacking or changed part, a full database, another schema; each in one line."""
    secret = {"BACKUP_PASSPHRASE": "four words"}
    site.answer("backup", **secret)
    assert "is not that of the backups" in site.refused("restore", "--replace", BACKUP_PASSPHRASE="five words")
    assert "set BACKUP_PASSPHRASE" in site.refused("restore", "--replace")
    assert "set BACKUP_PASSPHRASE" in site.refused("backup")
    assert "--replace deletes" in site.refused("restore", **secret)
    clear = {"BACKUP_TARGET": str(site.directory / "clear")}
    site.answer("backup", **clear)
    assert "without encryption" in site.refused("backup", **clear, **secret)
    (backup,) = (site.directory / "clear/backups").iterdir()
    whole = json.loads((backup / "manifest.json").read_text())

    def against(path, change, is_tried=True):
        content = path.read_bytes()
        change(path)
        try:
            if is_tried:
                assert site.refused("restore", "--trial", **clear)
            return site.refused("restore", "--replace", **clear)
        finally:
            path.write_bytes(content)

    largest = max((backup / "database").glob("*.gz"), key=lambda path: path.stat().st_size)
    film = max((site.directory / "clear/media").rglob("*.mp4"), key=lambda path: path.stat().st_size)
    assert "is missing" in against(backup / "database/toc.dat", pathlib.Path.unlink)
    assert "in place of" in against(largest, lambda path: path.write_bytes(path.read_bytes()[:-1]))
    assert "checksum" in against(film, lambda path: path.write_bytes(bytes(path.stat().st_size)))
    assert "is missing" in against(film, pathlib.Path.unlink)
    assert "no complete backup" in against(backup / "manifest.json", pathlib.Path.unlink)

    def edited(**values):
        return lambda path: path.write_text(json.dumps(whole | values))

    newer = whole["migrations"] | {"9999_later.sql": "0"}
    manifest = backup / "manifest.json"
    assert "9999_later.sql is unknown here" in against(manifest, edited(migrations=newer, schema="9999_later.sql"), False)
    assert "differs" in against(manifest, edited(migrations=whole["migrations"] | {whole["schema"]: "0"}), False)
    older = {name: sum_ for name, sum_ in whole["migrations"].items() if name != whole["schema"]}
    assert "or add --migrate" in against(manifest, edited(migrations=older), False)
    assert "format 2" in against(manifest, edited(format=2))
    assert "Postgres 99" in against(manifest, edited(postgres="99.1"), False)
    assert "not enough room" in against(manifest, edited(databaseBytes=1 << 60), False)
    with psycopg.connect(host=str(site.postgres), dbname=site.name, user="dailies_web", application_name="dailies-host"):
        assert "in use by dailies-host" in site.refused("restore", "--replace", **clear)
    site.answer("restore", "--replace", **clear)


def test_a_killed_backup_is_none(site):
    """OPS-06: kill -9 in the middle leaves nothing that looks whole; the next backup removes it."""
    site.answer("backup")
    for _ in range(40):
        site.store("clips", os.urandom(3_000_000))
    process = subprocess.Popen([BINARIES / "dailies", "backup"], env=site.environment, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + DEADLINE
    while len(list(site.target.glob("media/clips/*/*"))) < 5:
        assert process.poll() is None and time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(site.backups()) == 1 and len(site.answer("backup", "--list")) == 1
    assert site.answer("restore", "--trial")["files"] == 4
    assert site.answer("backup")["backup"]["files"] == 44
    assert len(list((site.target / "backups").iterdir())) == 2
    assert site.answer("restore", "--trial")["files"] == 44
    assert not list(site.target.rglob("*.unfinished"))


def test_a_full_target_is_said(site):
    """OPS-06: a backup on a disk that is full fails in words and leaves nothing that looks whole."""
    site.store("clips", os.urandom(9_000_000))
    mounted = 'mount -t tmpfs -o size=6m none $0 && "$@"; status=$?; find $0 -name manifest.json; exit $status'
    ended = subprocess.run(
        ["unshare", "-m", "sh", "-c", mounted, site.target, BINARIES / "dailies", "backup"], capture_output=True,
        env=site.environment, timeout=DEADLINE)  # fmt: skip
    if b"unshare" in ended.stderr:
        pytest.skip("no mounts here")
    assert ended.returncode == 1 and ended.stdout == b"", ended.stderr
    assert b"No space left" in ended.stderr
    assert site.rows("select fault from backup_runs")[0][0].startswith("write")


def test_a_trial_finds_what_checksums_do_not(site):
    """OPS-06: rows that differ from those that were dumped, and files that rows name, fail the trial."""
    site.answer("backup", "--row-digests")
    assert site.rows("select action, fault from backup_runs order by id") == [("backup", None)]
    (manifest,) = site.target.glob("backups/*/manifest.json")
    whole = json.loads(manifest.read_text())
    for table in whole["tables"]:
        if table["name"] == "users":
            table["digest"] = "1"
    manifest.write_text(json.dumps(whole))
    assert "users has other rows" in site.refused("restore", "--trial")
    for table in whole["tables"]:
        if table["name"] == "users":
            table["digest"], table["rows"] = None, 99
    manifest.write_text(json.dumps(whole))
    assert "users has 1 rows in place of 99" in site.refused("restore", "--trial")
    assert site.rows("select datname from pg_database where datname like 'dailies_trial_%'") == []
    assert [fault is None for _, fault in site.rows("select action, fault from backup_runs order by id")] == [True, False, False]


def test_an_older_schema_is_migrated_on_demand(site):
    """OPS-06"""
    (last,) = site.rows("select max(name) from schema_migrations where name not like 'functions/%'")[0]
    before = site.tables()
    with tempfile.TemporaryDirectory() as directory:
        newer = pathlib.Path(directory) / "migrations"
        shutil.copytree(ROOT / "migrations", newer)
        (newer / "9000_later.sql").write_text("create table later (id int);")
        site.answer("backup")
        settings = {"MIGRATIONS_DIR": str(newer)}
        assert "or add --migrate" in site.refused("restore", "--replace", **settings)
        assert "9000_later.sql" in site.answer("restore", "--replace", "--migrate", **settings)["migrated"]
    after = site.tables()
    assert after.pop("later") == [] and last in str(after["schema_migrations"])
    assert {name: rows for name, rows in after.items() if name != "schema_migrations"} == {
        name: rows for name, rows in before.items() if name != "schema_migrations"
    }


def test_only_one_backup_runs(site):
    """OPS-06"""
    with psycopg.connect(host=str(site.postgres), dbname=site.name, user="dailies_owner") as connection:
        connection.execute("select pg_advisory_xact_lock(4711202640)")
        assert "Another backup is running" in site.refused("backup")


def test_s3_holds_a_backup(site):
    """OPS-06: into a bucket whose server checks each signature, and back."""
    s3 = S3Server(site.directory / "s3", "backups").launch()
    try:
        s3.await_ready()
        settings = {
            "BACKUP_TARGET": "s3://backups/nightly", "BACKUP_S3_ENDPOINT": s3.url, "BACKUP_S3_ACCESS_KEY_ID": KEY,
            "BACKUP_S3_SECRET_ACCESS_KEY": SECRET, "BACKUP_PASSPHRASE": "four words",
        }  # fmt: skip
        before = site.state()
        assert site.answer("backup", **settings)["copiedFiles"] == 4
        assert site.answer("backup", **settings)["copiedFiles"] == 0
        assert site.answer("restore", "--trial", **settings)["files"] == 4
        site.wipe()
        site.done("restore", **settings)
        assert site.state() == before
    finally:
        s3.stop()
