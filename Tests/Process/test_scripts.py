"""The scripts that ./run and ./test begin with, on machines that lack something."""

import os
import pathlib
import subprocess

import pytest

from host import ROOT
from limits import DEADLINE

SCRIPTS = ROOT / "scripts"


def call(*words, **environment):
    return subprocess.run(
        [str(word) for word in words], env=os.environ | environment, capture_output=True, text=True, timeout=DEADLINE
    )


def program(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)


def test_temporary_files_can_be_started(tmp_path):
    """OPS-01: a temporary directory in which nothing can be started is not used; with none left, it is said. The build's
    locks of another account lead to a directory of one's own."""
    script, fallback, checkout = SCRIPTS / "temporary-directory", tmp_path / "fallback", "/srv/a checkout"

    def usual(directory):
        return call(script, checkout, fallback, TMPDIR=str(directory)).stdout.strip()

    assert usual(tmp_path) == str(tmp_path)
    lock = tmp_path / "_srv_a checkout_.build.lock"
    lock.touch()
    assert usual(tmp_path) == str(tmp_path)
    if os.getuid() != 0:
        pytest.skip("locks of others and mounts need root")
    os.chown(lock, 65534, 65534)
    assert usual(tmp_path) == f"{tmp_path}/dailies-0"
    noexec = tmp_path / "noexec"
    noexec.mkdir()
    mounted = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o noexec none "$0" && exec "$@"', noexec, script, checkout]
    assert call(*mounted, fallback, TMPDIR=str(noexec)).stdout.strip() == f"{fallback}/dailies-0"
    none = call(*mounted, noexec, TMPDIR=str(noexec))
    assert none.returncode == 1 and "noexec" in none.stderr and "TMPDIR" in none.stderr


def test_a_toolchain_that_does_not_start(tmp_path):
    """OPS-01: a Swift that lacks a library, or is too old, is named before anything is built."""
    path = f"{tmp_path}:{os.environ['PATH']}"
    program(tmp_path / "swift", "echo 'libncurses.so.6: cannot open shared object file' >&2; exit 127\n")
    broken = call(SCRIPTS / "check-toolchain", ROOT, PATH=path)
    assert broken.returncode == 1 and "does not start" in broken.stderr and "libncurses.so.6" in broken.stderr
    program(tmp_path / "swift", "echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'\n")
    old = call(SCRIPTS / "check-toolchain", ROOT, PATH=path)
    assert old.returncode == 1 and "6.2 or newer" in old.stderr and "5.10" in old.stderr
    program(tmp_path / "swift", "echo 'Swift version 6.10.1 (swift-6.10.1-RELEASE)'\n")
    assert call(SCRIPTS / "check-toolchain", ROOT, PATH=path).returncode == 0


def test_the_newest_postgres_or_the_one_of_the_data(tmp_path):
    """OPS-01: data of a Postgres that is not installed are named, and not handed to another version."""
    newest = call(SCRIPTS / "postgres-bin")
    assert (pathlib.Path(newest.stdout.strip()) / "initdb").exists()
    (tmp_path / "PG_VERSION").write_text("9\n")
    gone = call(SCRIPTS / "postgres-bin", tmp_path)
    assert gone.returncode == 1 and "postgresql-9" in gone.stderr


def test_nothing_is_installed_when_nothing_is_missing(tmp_path):
    """OPS-01: a machine that has everything is not touched, and nothing is said."""
    for name in ("apt-get", "sudo"):
        program(tmp_path / name, f"echo {name} is not wanted >&2; exit 1\n")
    done = call(SCRIPTS / "install-packages", "runtime", "build", "test", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
