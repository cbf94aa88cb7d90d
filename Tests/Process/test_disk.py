"""`dailies storage usage` and `prune` on a real database and directory, and a host on a disk that fills."""

import json
import os
import subprocess
import time

import psycopg
import pytest

from host import BINARIES
from test_backup import Site, site  # noqa: F401  (a fixture)

DAY = 86_400


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_prune_removes_what_no_row_names(site: Site) -> None:  # noqa: F811
    """OPS-09: only objects that no row names and that are old; a dry run removes nothing."""
    (key,) = site.rows("select storage_key from source_images")[0]
    before = site.files()
    for path in site.media.rglob("*.*"):
        age(path, 10 * DAY)
    young = site.store("clips")
    dry = site.answer("storage", "prune", "--dry-run")
    assert (len(dry["found"]), dry["removed"], dry["young"]) == (3, 0, 1)
    assert key not in dry["found"] and set(before) <= set(site.files())
    words = site.done("storage", "prune", "--dry-run").decode()
    assert "3 of 5 objects would be removed" in words and all(name in words for name in dry["found"])
    assert site.answer("storage", "prune", "--grace", "1000")["removed"] == 0
    done = site.answer("storage", "prune")
    assert done["removed"] == 3 and done["bytes"] > 700_000
    left = set(site.files())
    assert left == {key, young} | {name for name in before if name.startswith("incoming/")}
    assert site.answer("storage", "prune")["found"] == []
    assert site.run("storage", "prune", "--grace", "1").returncode == 64


def test_usage_by_kind_and_member(site: Site) -> None:  # noqa: F811
    """OPS-09: each kind's bytes, the database, whose files they are, and the days that are left."""
    usage = site.answer("storage", "usage", "--measure")
    kinds = {kind["name"]: kind["bytes"] for kind in usage["kinds"]}
    assert (kinds["originals"], kinds["clips"], kinds["incoming"]) == (700_000, 70_000, 1_000)
    assert kinds["database"] > 1_000_000
    assert usage["daysLeft"] is None
    # A picture's directory is named by itself, not by its row here; the row's own id counts.
    (image,) = site.rows("select id from source_images")[0]
    content = os.urandom(5_000)
    (site.media / "sources" / str(image)).mkdir()
    (site.media / "sources" / str(image) / ("a" * 32 + ".jpg")).write_bytes(content)
    site.rows("update disk_days set day = day - 10, bytes = bytes / 2")
    usage = site.answer("storage", "usage", "--measure")
    assert usage["members"] == [{"username": "mira_okafor", "bytes": 5_000, "files": 1}]
    assert usage["daysLeft"] is None or usage["daysLeft"] > 0
    assert usage["freeBytes"] > 0 and usage["reserveBytes"] == 1_024 << 20
    jobs = site.environment["DATABASE_URL"].replace("dailies_owner", "dailies_jobs")
    ended = subprocess.run(
        [BINARIES / "dailies-jobs", "maintain", "--now"], capture_output=True, text=True,
        env=site.environment | {"DATABASE_URL": jobs})  # fmt: skip
    assert site.rows("select state from jobs where kind = 'measure_disk'") == [("completed",)], ended.stderr


def test_doctor_says_that_the_disk_is_short(site: Site) -> None:  # noqa: F811
    """OPS-09 OPS-06: a small file system is below the reserve; an old backup is named, a new one is not."""
    found = json.loads(site.run("doctor", "--json", DISK_RESERVE_MB="1000000").stdout)
    disk = next(finding for finding in found if finding["check"] == "reserve")
    if not disk["isGood"]:
        assert "uploads and videos are refused" in disk["detail"] and "prune" in disk["remedy"]
    else:
        pytest.skip("this machine has a terabyte to spare")
    backup = next(finding for finding in found if finding["check"] == "backup")
    assert not backup["isGood"] and "there is no good backup" in backup["detail"]
    site.answer("backup")
    site.answer("restore", "--trial")

    def backups():
        findings = json.loads(site.run("doctor", "--json").stdout)
        return next(finding for finding in findings if finding["check"] == "backup")

    assert backups()["isGood"]
    with psycopg.connect(host=str(site.postgres), dbname=site.name, user="postgres", autocommit=True) as connection:
        connection.execute("update backup_runs set finished_at = finished_at - interval '37 hours' where action = 'backup'")
    assert "37 hours old" in backups()["detail"]
