"""Places to run hosts in, and a Postgres for those that need one."""

import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from host import ROOT, Place


@pytest.fixture
def place():
    """A place without a database. Unix sockets have short paths, so not below pytest's long temporary directory."""
    with tempfile.TemporaryDirectory(prefix="host-") as directory:
        made = Place(directory)
        yield made
        made.close()


@pytest.fixture
def host(place):
    return place.start("system")


@pytest.fixture(scope="session")
def postgres():
    """The directory of a cluster: the one of `./test`, else one of our own."""
    given = os.environ.get("DAILIES_TEST_POSTGRES")
    if given:
        yield pathlib.Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="postgres-") as directory:
        os.chmod(directory, 0o755)
        cluster = pathlib.Path(directory) / "cluster"
        script = ROOT / "scripts/test-postgres"
        subprocess.run([script, "start", cluster], check=True)
        yield cluster
        subprocess.run([script, "stop", cluster], check=True)
