"""Places to run hosts in, and a Postgres for those that need one."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import uuid

import psycopg
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from host import BINARIES, ROOT, Place


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


@pytest.fixture(scope="session")
def migrated(postgres):
    """Makes migrated databases, each dropped at the end of its `with`. The migrations run once; the others are copies."""

    def administrator():
        return psycopg.connect(host=str(postgres), user="postgres", dbname="postgres", autocommit=True)

    template = "template_" + uuid.uuid4().hex[:12]
    with administrator() as connection:
        with contextlib.suppress(psycopg.errors.DuplicateObject):
            connection.execute("create role dailies_owner login createrole")
        connection.execute(f"create database {template} owner dailies_owner")
    subprocess.run(
        [BINARIES / "dailies", "migrate"], check=True, capture_output=True,
        env={
            "PATH": "/usr/bin:/bin", "SITE_URL": "http://127.0.0.1:1", "SECRET_KEY": "k" * 40,
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "DATABASE_URL": f"host={postgres} dbname={template} user=dailies_owner",
        })  # fmt: skip

    @contextlib.contextmanager
    def make(prefix):
        name = f"{prefix}_{uuid.uuid4().hex[:12]}"
        with administrator() as connection:
            connection.execute(f"create database {name} template {template} owner dailies_owner")
        yield name
        with administrator() as connection:
            connection.execute(f"drop database {name} with (force)")

    yield make
    with administrator() as connection:
        connection.execute(f"drop database {template} with (force)")
