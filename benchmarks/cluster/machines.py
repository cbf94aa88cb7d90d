"""The programs of each machine, with the files of cluster/ in which only paths and accounts are others."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import network

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "cluster"
SITE = "https://dailies.example"
SOURCES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
DATABASES, HOSTS, FRONTS = ("db1", "db2", "db3"), ("app1", "app2", "app3"), ("front1", "front2")


class Failed(Exception):
    """The cluster did not come up, or an answer was wrong."""


def say(text: str) -> None:
    print(f"cluster: {text}", file=sys.stderr, flush=True)


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 180) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
            found = condition()
            if found:
                return found
        if time.monotonic() > deadline:
            raise Failed(f"after {seconds:.0f} s still not: {what}")
        time.sleep(0.2)


@dataclass
class Program:
    """A program of a machine, started again only when it is asked for."""

    machine: str
    name: str
    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    directory: str = "/"
    process: subprocess.Popen | None = None

    def start(self, logs: pathlib.Path) -> None:
        with (logs / f"{self.machine}-{self.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                [*network.inside(self.machine), *self.words], env=os.environ | self.environment, cwd=self.directory,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Signals the program and all that it has started, such as the Postgres of Patroni, which goes its own way."""
        if self.process is None:
            return
        for pid in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if number == signal.SIGKILL:
            self.process.wait()

    def family(self) -> set[int]:
        """The processes of its machine that descend from it, or are in a group whose leader did."""
        words = ["ip", "netns", "pids", network.namespace(self.machine)]
        here = {int(pid) for pid in subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()}
        table = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
        parents = {int(pid): (int(parent), name) for pid, parent, name in (line.split(None, 2) for line in table.splitlines())}
        own = {self.process.pid} if self.runs else set()
        while more := {pid for pid in here - own if parents.get(pid, (0, ""))[0] in own}:
            own |= more
        if self.name == "patroni":
            own |= {pid for pid in here if parents.get(pid, (0, ""))[1].strip() == "postgres"}
        return own


class Cluster:
    """All machines. `hosts` are the application hosts that the front machines know."""

    def __init__(self, directory: pathlib.Path, programs: pathlib.Path, hosts: tuple[str, ...] = HOSTS) -> None:
        self.directory, self.built, self.hosts = directory, programs, hosts
        self.logs = directory / "log"
        self.programs: dict[tuple[str, str], Program] = {}
        self.passwords = {role: secrets.token_hex(12) for role in ("owner", "web", "jobs", "super", "replication", "rewind")}

    # -- Life

    def start(self) -> Cluster:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o755)
        self.logs.mkdir(exist_ok=True)
        (self.directory / "secret.key").write_text(secrets.token_hex(32))
        subprocess.run([ROOT / "scripts/build-web", "--plain", self.directory / "web"], check=True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7",
             "-subj", "/CN=dailies.example", "-keyout", self.directory / "key.pem", "-out", self.directory / "cert.pem"],
            check=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        say("making the network")
        network.build()
        self.start_databases()
        self.start_store()
        self.add("events", "redis", ["redis-server", str(self.shipped("events", "redis.conf")), "--dir", str(self.at("events"))])
        for machine in self.hosts:
            self.start_host(machine)
        for machine in FRONTS:
            self.start_front(machine)
        wait_until(lambda: self.ask("front1", "/readyz") == 200 and self.ask("front2", "/readyz") == 200, "the site answers")
        say("the site answers")
        return self

    def stop(self) -> None:
        for program in reversed(self.programs.values()):
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                program.kill(signal.SIGTERM)
        deadline = time.monotonic() + 10
        while any(program.runs for program in self.programs.values()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for program in self.programs.values():
            program.kill()
        network.remove()

    def add(self, machine: str, name: str, words: list[str], **more: Any) -> Program:
        program = self.programs[machine, name] = Program(machine, name, words, **more)
        program.start(self.logs)
        return program

    def of(self, machine: str) -> list[Program]:
        return [program for (where, _), program in self.programs.items() if where == machine]

    def at(self, machine: str, *parts: str) -> pathlib.Path:
        path = self.directory / machine
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
        return path.joinpath(*parts)

    def shipped(self, machine: str, name: str, *changes: tuple[str, str]) -> pathlib.Path:
        """Copies a file of cluster/ to a machine. Each change must find what it replaces."""
        text = (SHIPPED / name).read_text()
        for old, new in changes:
            text, found = re.subn(old, new, text, flags=re.M)
            if not found:
                raise Failed(f"cluster/{name} has no {old}")
        path = self.at(machine, pathlib.Path(name).name)
        path.write_text(text)
        path.chmod(0o644)
        return path

    # -- Machines

    def start_databases(self) -> None:
        say("starting etcd and Postgres under Patroni")
        for machine in DATABASES:
            own = network.ADDRESSES[machine]
            etcd = self.shipped(
                machine, "etcd.default", ("^ETCD_NAME=.*", f"ETCD_NAME={machine}"),
                (r"^(ETCD_(?:LISTEN|INITIAL_ADVERTISE|ADVERTISE)_\w+=http://)10\.66\.0\.31", rf"\g<1>{own}"),
                ("/var/lib/etcd/dailies", str(self.at(machine, "etcd"))),
            )  # fmt: skip
            lines = [line for line in etcd.read_text().splitlines() if line.startswith("ETCD_")]
            self.add(machine, "etcd", ["etcd"], environment=dict(line.split("=", 1) for line in lines))
        for machine in DATABASES:
            own = network.ADDRESSES[machine]
            data = self.at(machine, "postgres")
            for path in (data, self.at(machine, "run")):
                path.mkdir(exist_ok=True)
                shutil.chown(path, "postgres", "postgres")
            patroni = self.shipped(
                machine, "patroni.yml", ("^name: .*", f"name: {machine}"),
                (r"(listen|connect_address): 10\.66\.0\.31", rf"\1: {own}"),
                ("/var/lib/postgresql/dailies", str(data)), ("/usr/lib/postgresql/15/bin", str(SOURCES)),
                ("/var/run/postgresql", str(self.at(machine, "run"))), ("change-me-superuser", self.passwords["super"]),
                ("change-me-replication", self.passwords["replication"]), ("change-me-rewind", self.passwords["rewind"]),
            )  # fmt: skip
            self.add(machine, "patroni", [*AS_POSTGRES, "patroni", str(patroni)], directory=str(data))
            if machine == "db1":
                wait_until(lambda: self.primary() == "db1", "db1 is the primary")
        wait_until(self.synchronous, "a synchronous standby")
        self.sql("create role dailies_owner login createrole", database="postgres")
        self.sql("create database dailies owner dailies_owner", database="postgres")
        self.sql(f"alter role dailies_owner password '{self.passwords['owner']}'")

    def start_store(self) -> None:
        sys.path.insert(0, str(ROOT / "Tests/Peers"))
        from s3 import KEY, SECRET, S3Server

        self.store = S3Server(
            self.at("store", "s3"), "film-clips", address=network.ADDRESSES["store"], inside=network.inside("store")
        )
        program = Program("store", "s3", [])
        self.store.launch()
        program.process = self.store.process
        subprocess.run(
            [*network.inside("store"), sys.executable, ROOT / "Tests/Peers/s3.py", self.store.url, "film-clips"], check=True
        )
        self.programs["store", "s3"] = program
        self.storage = {
            "STORAGE_BACKEND": "s3", "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_S3_BUCKET": "film-clips",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:8333",
        }  # fmt: skip
        self.add_way_to_store("client")

    def add_way_to_store(self, machine: str) -> None:
        """A real storage has a certificate that everybody trusts; this one is reached as a loopback address instead."""
        path = self.at(machine, "store.cfg")
        path.write_text(
            "defaults\n    mode tcp\n    timeout connect 2s\n    timeout client 60s\n    timeout server 60s\n"
            f"listen store\n    bind 127.0.0.1:8333\n    server store {network.ADDRESSES['store']}:{self.store.port}\n"
        )
        self.add(machine, "way-to-store", ["haproxy", "-db", "-f", str(path)])

    def settings(self, machine: str) -> pathlib.Path:
        run, path = self.at(machine, "run"), self.at(machine, "dailies.conf")
        lines = self.storage | {
            "SITE_URL": SITE, "SECRET_KEY_FILE": self.directory / "secret.key", "PREPARED_STATEMENTS": "false",
            "MEDIA_DIR": self.at(machine, "media"), "WEB_DIR": self.directory / "web", "VERSION_DIR": run / "version",
            "PUBLISH_SOCKET": run / "publish/publish.sock", "MIGRATIONS_DIR": ROOT / "migrations",
            "RATE_LIMITS": ",".join(f"{name}=1000000" for name in ("read", "api", "auth", "upload")),
            "NETWORK_VOTE_WEIGHT": "1000000",
        }  # fmt: skip
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        return path

    def address(self, machine: str, role: str, pooled: bool) -> str:
        where = f"{self.at(machine, 'run')}/pgbouncer&port=6432" if pooled else f"{self.at(machine, 'run')}/haproxy/primary"
        return f"postgresql:///dailies?host={where}&user=dailies_{role}&password={self.passwords[role]}"

    def environment(self, machine: str, role: str) -> dict[str, str]:
        direct = self.address(machine, role, False)
        found = {"DATABASE_URL": self.address(machine, role, True), "LISTEN_DATABASE_URL": direct}
        if role == "web":
            found["REPLICA_DATABASE_URL"] = direct.replace("/haproxy/primary", "/haproxy/replica")
        return found

    def start_host(self, machine: str) -> None:
        say(f"starting {machine}")
        run, media = self.at(machine, "run"), self.at(machine, "media")
        for path in [
            run / "version", run / "publish", run / "pgbouncer", run / "haproxy/primary", run / "haproxy/replica",
            *(media / name for name in ("incoming", "tmp", "clips", "films", "videos", "sources")),
        ]:  # fmt: skip
            path.mkdir(parents=True, exist_ok=True)
        shutil.chown(run / "pgbouncer", "postgres", "postgres")
        haproxy = self.shipped(
            machine, "haproxy.cfg", ("/run/haproxy", str(run / "haproxy")), (" user dailies group dailies", "")
        )
        self.add(machine, "haproxy", ["haproxy", "-db", "-f", str(haproxy)])
        self.add_way_to_store(machine)
        users = self.shipped(
            machine, "userlist.txt", ("change-me-web", self.passwords["web"]), ("change-me-jobs", self.passwords["jobs"])
        )
        bouncer = self.shipped(
            machine, "pgbouncer.ini", ("/run/pgbouncer", str(run / "pgbouncer")), ("/etc/pgbouncer/userlist.txt", str(users)),
            ("^unix_socket_group.*", "unix_socket_group = postgres"),
        )  # fmt: skip
        config = self.settings(machine)
        if machine == self.hosts[0]:
            self.migrate(machine, config)
        self.add(machine, "pgbouncer", [*AS_POSTGRES, "pgbouncer", str(bouncer)])
        self.start_nginx(machine, config)
        for line in (ROOT / "systemd/conf/processes.conf").read_text().splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            name, threads, _, _, groups = line.split(maxsplit=4)
            self.add(
                machine, name,
                [str(self.built / "dailies-host"), "--config", str(config), "--socket", str(run / f"{name}.sock"),
                 *groups.split()],
                environment=self.environment(machine, "web") | {"HOST_THREADS": threads},
            )  # fmt: skip
        jobs = str(self.built / "dailies-jobs")
        for name, words in {
            "advance": ["advance"], "drain": ["drain", "--workers", "2"],
            "outward-drain": ["drain", "--workers", "2", "--queues", "outward"],
        }.items():  # fmt: skip
            # As the timers do it: the unit ends and is started again.
            loop = f'while true; do "{jobs}" {" ".join(words)} --config "{config}" --for 55s; sleep 1; done'
            self.add(machine, name, ["sh", "-c", loop], environment=self.environment(machine, "jobs"))

    def migrate(self, machine: str, config: pathlib.Path) -> None:
        url = self.address(machine, "owner", False)
        wait_until((self.at(machine, "run") / "haproxy/primary/.s.PGSQL.5432").exists, "HAProxy listens")
        # At its start HAProxy takes all servers for good until it has asked them.
        time.sleep(3)
        done = self.command(machine, config, "migrate", DATABASE_URL=url, MIGRATION_DATABASE_URL=url)
        if done.returncode:
            raise Failed(f"migrate: {done.stderr}")
        for role in ("web", "jobs"):
            self.sql(f"alter role dailies_{role} password '{self.passwords[role]}'")

    def command(self, machine: str, config: pathlib.Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*network.inside(machine), self.built / "dailies", *words, "--config", config],
            env=os.environ | self.environment(machine, "jobs") | environment, capture_output=True, text=True, check=False,
            timeout=300,
        )  # fmt: skip

    def start_nginx(self, machine: str, config: pathlib.Path) -> None:
        out, run = self.at(machine, "nginx.d"), self.at(machine, "run")
        storage = self.at(machine, "storage.conf")
        storage.write_text(self.command(machine, config, "storage", "nginx").stdout)
        subprocess.run(
            [ROOT / "scripts/render-nginx", "--data", self.at(machine), "--run", run, "--web", self.directory / "web",
             "--listen", "10.66.0.21:8080", "--storage", storage, out],
            check=True,
        )  # fmt: skip
        own = network.ADDRESSES[machine]
        shutil.copy(self.shipped(machine, "nginx/app-listen.conf", (r"10\.66\.0\.21", own)), out / "listen.conf")
        shutil.copy(self.shipped(machine, "nginx/app-proxies.conf"), out / "trusted-proxies.conf")
        shutil.copy(self.shipped(machine, "nginx/machines.conf"), out / "machines.conf")
        shutil.copy(self.shipped(machine, "nginx/events.conf"), out / "snippets")
        words = ["sh", "-c", f"rm -f {run}/publish/publish.sock; exec nginx -e stderr -c {out}/nginx.conf -g 'daemon off;'"]
        self.add(machine, "nginx", words)

    def start_front(self, machine: str) -> None:
        data = self.at(machine)
        (data / "listen.conf").write_text(
            f"listen {network.ADDRESSES[machine]}:443 ssl backlog=4096;\n"
            f"ssl_certificate {self.directory}/cert.pem;\nssl_certificate_key {self.directory}/key.pem;\n"
            "ssl_session_cache shared:dailies_tls:10m;\n"
        )
        (data / "hsts.conf").write_text("")
        # Voters of the test come from one machine and say where they are from.
        (data / "trusted-proxies.conf").write_text(
            f"set_real_ip_from {network.ADDRESSES['client']};\nreal_ip_header X-Forwarded-For;\n"
        )
        for name in ("proxy", "body", "fastcgi", "uwsgi", "scgi"):
            (data / "nginx" / name).mkdir(parents=True, exist_ok=True)
        others = [host for host in HOSTS if host not in self.hosts]
        conf = self.shipped(
            machine, "nginx/front.conf", ("/etc/dailies/nginx", str(data)), ("/var/lib/dailies/nginx", f"{data}/nginx"),
            ("^pid .*", f"pid {data}/nginx.pid;"), ("^user .*", "user root;"),
            *((rf"^ *server {re.escape(network.ADDRESSES[host])}.*\n", "") for host in others),
        )  # fmt: skip
        self.add(machine, "nginx", ["nginx", "-e", "stderr", "-c", str(conf), "-g", "daemon off;"])

    # -- What is known of it

    def patroni(self, machine: str) -> dict[str, Any]:
        done = subprocess.run(
            [*network.inside(machine), "curl", "-s", "--max-time", "2", f"http://{network.ADDRESSES[machine]}:8008/cluster"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return json.loads(done.stdout)

    def members(self) -> dict[str, str]:
        """The role of each member, as a database machine that can be reached says."""
        for machine in DATABASES:
            with contextlib.suppress(ValueError):
                return {member["name"]: member["role"] for member in self.patroni(machine)["members"]}
        return {}

    def primary(self) -> str | None:
        return next((name for name, role in self.members().items() if role == "leader"), None)

    def synchronous(self) -> bool:
        return "sync_standby" in self.members().values() and len(self.members()) == len(DATABASES)

    def sql(self, text: str, database: str = "dailies") -> str:
        machine = wait_until(self.primary, "a primary", 60)
        return subprocess.run(
            [*AS_POSTGRES, "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", str(self.at(machine, "run")),
             "-d", database, "-c", text],
            check=True, capture_output=True, text=True, cwd="/",
        ).stdout.strip()  # fmt: skip

    def ask(self, machine: str, path: str) -> int:
        done = subprocess.run(
            [*network.inside("client"), "curl", "-sk", "--max-time", "5", "-o", "/dev/null", "-w", "%{http_code}",
             f"https://{network.ADDRESSES[machine]}{path}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return int(done.stdout or 0)


