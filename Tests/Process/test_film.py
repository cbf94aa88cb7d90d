"""The job that assembles a film, killed at each of its steps."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
import pytest

from host import BINARIES, ROOT

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE

# Holds ffmpeg at its run of a step until the file `hold` is gone; the mark says that it is held.
HELD_FFMPEG = """#!/bin/sh
case "$*" in
    *"$(cat {directory}/hold 2>/dev/null || echo nothing-is-held)"*)
        touch {directory}/held
        while [ -e {directory}/hold ]; do sleep 0.05; done
        exit 1 ;;
esac
exec /usr/bin/ffmpeg "$@"
"""
CODING = (
    "-c:v libx264 -preset ultrafast -profile:v high -level:v 4.0 -pix_fmt yuv420p -g 60 -x264-params"
    " stitchable=1:bframes=2:b-pyramid=none:ref=1:cabac=1:8x8dct=1:weightp=1:weightb=1:interlaced=0"
    " -video_track_timescale 15360 -c:a aac -b:a 128k -ac 2 -fflags +bitexact -movflags +faststart"
)


class Cutting:
    """A database with a finished season of two clips, a media directory, and `dailies-jobs` with an ffmpeg that can be held."""

    def __init__(self, postgres, name, directory):
        self.postgres, self.name, self.directory = postgres, name, directory
        self.media = directory / "media"
        self.environment = {
            "PATH": "/usr/bin:/bin", "SITE_URL": "http://127.0.0.1:1", "SECRET_KEY": "k" * 40,
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "MEDIA_DIR": str(self.media), "LOG_LEVEL": "error",
            "DATABASE_URL": f"host={postgres} dbname={name} user=dailies_jobs",
        }  # fmt: skip
        stub = directory / "ffmpeg"
        stub.write_text(HELD_FFMPEG.format(directory=directory))
        stub.chmod(0o755)
        self.stub = stub
        self.connection = None

    def connect(self):
        return psycopg.connect(host=str(self.postgres), dbname=self.name, user="postgres", autocommit=True)

    def execute(self, sql, *values):
        # What waits asks again and again, and a connection costs more than the question.
        if self.connection is None or self.connection.closed:
            self.connection = self.connect()
        return self.connection.execute(sql, values)

    def stage(self):
        with self.connect() as connection:
            user = connection.execute("insert into users (username) values ('mira') returning id").fetchone()[0]
            season = connection.execute(
                "insert into seasons (label, total_slots, status, activated_at) values ('Undertow', 2, 'finished', now())"
                " returning id").fetchone()[0]
            for slot in (1, 2):
                clip = uuid.uuid4()
                path = self.media / "clips" / str(clip) / "video.mp4"
                path.parent.mkdir(parents=True)
                subprocess.run(
                    ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=180x320:r=30:d=1", "-f", "lavfi",
                     "-i", "sine=d=1:sample_rate=48000", *CODING.split(), path], check=True, timeout=DEADLINE)
                connection.execute("insert into story_slots (season_id, position) values (%s, %s)", (season, slot))
                connection.execute(
                    "insert into tournament_clips (id, season_id, slot_position, status, processing, rights_confirmed_at,"
                    " user_id, title, genre, video_key, poster_key, width, height, duration_ms)"
                    " values (%s, %s, %s, 'locked', 'ready', now(), %s, 'Take', 'Other', %s, 'clips/x/p.webp', 180, 320, 1000)",
                    (clip, season, slot, user, f"clips/{clip}/video.mp4"))
                connection.execute(
                    "update story_slots set status = 'locked', winner_clip_id = %s, locked_at = now()"
                    " where season_id = %s and position = %s", (clip, season, slot))
            self.season = str(season)

    def drain(self):
        return subprocess.Popen(
            [BINARIES / "dailies-jobs", "drain"], env=self.environment | {"FFMPEG": str(self.stub)}, start_new_session=True)

    def films(self):
        return self.execute("select version, video_key from films").fetchall()

    def job(self):
        return self.execute("select state, attempt from jobs where kind = 'assemble_film'").fetchall()

    def blocked(self):
        return self.execute(
            "select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'", self.name
        ).fetchone()[0]

    def files(self):
        return sorted(path.name for path in (self.media / "films" / self.season).glob("*"))

    def expire(self):
        """The lease of a dead worker ends at once."""
        self.execute("update jobs set leased_until = now() - interval '1 second' where state = 'running'")


@pytest.fixture
def cutting(postgres, migrated):
    with migrated("film") as name, tempfile.TemporaryDirectory(prefix="film-") as directory:
        made = Cutting(postgres, name, Path(directory))
        made.stage()
        yield made


def wait(condition, what):
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"never: {what}")


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_at_each_step_no_half_film_is_seen(cutting):
    """FILM-09 kill -9 while joining, drawing stills, making streams and publishing: no film then, one whole film at the end"""
    assert cutting.job() == [("queued", 0)]
    # The words of ffmpeg's run at each step.
    for attempt, step in enumerate(("chapters.txt", "poster.webp", "-hls_time"), 1):
        (cutting.directory / "held").unlink(missing_ok=True)
        (cutting.directory / "hold").write_text(step)
        worker = cutting.drain()
        wait((cutting.directory / "held").exists, f"held at {step}")
        assert cutting.job() == [("running", attempt)]
        kill(worker)
        (cutting.directory / "hold").unlink()
        assert cutting.films() == [] and cutting.files() == [], step
        cutting.expire()

    # All files are stored and the transaction that shows them has not committed.
    with cutting.connect() as other, other.transaction():
        other.execute("lock table film_segments in share row exclusive mode")
        worker = cutting.drain()
        wait(lambda: "storyboard.vtt" in " ".join(cutting.files()), "files are stored")
        wait(lambda: cutting.blocked(), "the publication waits")
        kill(worker)
    dead = cutting.files()
    assert cutting.films() == [] and dead
    cutting.expire()

    worker = cutting.drain()
    wait(lambda: cutting.job()[0][0] == "completed", "the film is assembled")
    worker.terminate()
    worker.wait()
    [(version, key)] = cutting.films()
    assert all(name.startswith(version) for name in cutting.files()) and not set(dead) & set(cutting.files())
    facts = json.loads(subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_chapters", cutting.media / key],
        capture_output=True, check=True, timeout=DEADLINE).stdout)
    assert abs(float(facts["format"]["duration"]) - 2) < 1 / 30
    assert [chapter["tags"]["title"] for chapter in facts["chapters"]] == ["1 · Take · mira", "2 · Take · mira"]
