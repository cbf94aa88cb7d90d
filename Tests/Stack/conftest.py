"""Starts one copy for the whole session; tests that break things for good start their own."""

import pathlib
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from providers import running
from shots import Shots
from stack import Stack


def running_copy():
    # Unix sockets have short paths, so not below pytest's long temporary directory.
    with tempfile.TemporaryDirectory(prefix="dailies-stack-") as directory:
        pathlib.Path(directory).chmod(0o755)
        copy = Stack(pathlib.Path(directory), "--no-demo", "--trust-proxy", "127.0.0.1")
        try:
            yield copy.start()
        finally:
            copy.stop()


@pytest.fixture(scope="session")
def stack():
    yield from running_copy()


@pytest.fixture(scope="module")
def fuzzed():
    """A copy to be left in any state: features are off, members banned, seasons archived."""
    yield from running_copy()


@pytest.fixture(scope="session")
def shots() -> Shots:
    return Shots()


@pytest.fixture(scope="session")
def signin():
    """A copy with sign-in providers, for all tests that sign in by them."""
    yield from running()
