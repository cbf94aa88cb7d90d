"""Faults of an installation that are made on purpose: `dailies doctor` finds each and says how to mend it."""

import contextlib
import email.utils
import http.server
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import uuid

import psycopg
import pytest

from host import BINARIES, ROOT
from limits import DEADLINE


class Site:
    """An installation without faults: a migrated database, directories, nginx's files, and sockets on which somebody listens."""

    def __init__(self, postgres, name, directory, server):
        self.postgres, self.name, self.directory = postgres, name, directory
        self.run, self.media, self.nginx = directory / "run", directory / "media", directory / "nginx"
        for made in ("run/status", "run/version", "run/publish", "media/incoming", "media/clips", "web"):
            (directory / made).mkdir(parents=True)
        shutil.copytree(ROOT / "nginx", self.nginx)
        for file in self.nginx.rglob("*.conf"):
            file.write_text(
                file.read_text().replace("/run/dailies", str(self.run)).replace("/etc/dailies/nginx", str(self.nginx))
            )
        modules = directory / "modules-enabled"
        modules.mkdir()
        (modules / "50-mod-nchan.conf").write_text("load_module modules/ngx_nchan_module.so;\n")
        main = self.nginx / "nginx.conf"
        main.write_text(main.read_text().replace("/etc/nginx/modules-enabled", str(modules)).replace("www-data", "root"))
        self.listeners = []
        for socket_name in ("voting", "web", "outward", "publish/publish"):
            self.listen(self.run / f"{socket_name}.sock")
        self.config = directory / "dailies.conf"
        (directory / "secret.key").write_text("0123456789abcdef" * 4)
        os.chmod(directory / "secret.key", 0o600)
        self.settings = {
            "SITE_URL": f"http://127.0.0.1:{server.server_port}", "SECRET_KEY_FILE": str(directory / "secret.key"),
            "DATABASE_URL": f"host={postgres} dbname={name} user=dailies_owner", "MEDIA_DIR": str(self.media),
            "VERSION_DIR": str(self.run / "version"), "WEB_DIR": str(directory / "web"),
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "STATUS_DIR": str(self.run / "status"), "NGINX_DIR": str(self.nginx),
            "PUBLISH_SOCKET": str(self.run / "publish/publish.sock"),
            "FFMPEG": shutil.which("ffmpeg"), "FFPROBE": shutil.which("ffprobe"),
        }  # fmt: skip

    def listen(self, path):
        listener = socket.socket(socket.AF_UNIX)
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        os.chmod(path, 0o660)
        listener.listen(64)
        self.listeners.append(listener)

    def examine(self, *words, prefix=(), **settings):
        self.config.write_text("".join(f"{name}={value}\n" for name, value in (self.settings | settings).items()))
        os.chmod(self.config, self.config_mode)
        ended = subprocess.run(
            [*prefix, BINARIES / "dailies", "doctor", "--json", "--config", self.config, *words], capture_output=True, text=True,
            timeout=DEADLINE, env={"PATH": "/usr/bin:/bin:/usr/sbin", "HOME": "/nowhere"},
        )  # fmt: skip
        assert ended.returncode in (0, 1), ended.stderr
        findings = json.loads(ended.stdout)
        assert ended.returncode == (1 if any(finding["weight"] == "bad" for finding in findings) else 0)
        return findings

    config_mode = 0o640

    def sql(self, text, user="postgres"):
        with psycopg.connect(host=str(self.postgres), dbname=self.name, user=user, autocommit=True) as connection:
            connection.execute(text)

    def close(self):
        for listener in self.listeners:
            listener.close()


class Answering(http.server.BaseHTTPRequestHandler):
    """The site's address as nginx answers it, or not quite."""

    ahead = 0
    body = b"alive\n"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(time.time() + self.ahead, usegmt=True)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def answering(certificate=None, **facts):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Answering,), facts))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def database(postgres, migrated):
    """One database for all faults; each takes back what it has changed."""
    with migrated("doctor") as name:
        with psycopg.connect(host=str(postgres), dbname=name, user="postgres", autocommit=True) as connection:
            # The owner of the schema looks at everything here, as an administrator would.
            connection.execute("insert into advance_runs (machine, host_name, program) values ('one', 'first', 'test')")
        yield name


@pytest.fixture
def site(postgres, database):
    with tempfile.TemporaryDirectory(prefix="doctor-") as directory, answering() as server:
        made = Site(postgres, database, pathlib.Path(directory), server)
        yield made
        made.close()


def script(path, text):
    path.write_text("#!/bin/sh\n" + text)
    os.chmod(path, 0o755)
    return str(path)


def certificate(directory, days):
    """A certificate that ends in so many days; openssl makes none that has ended, so that one begins and ends in the past."""
    pem = directory / "certificate.pem"
    key = directory / "key.pem"
    when = ["-days", str(days)] if days > 0 else ["-not_before", "20200101000000Z", "-not_after", "20200201000000Z"]
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
         "/CN=localhost", "-keyout", key, "-out", pem, *when], capture_output=True, text=True)  # fmt: skip
    if made.returncode:
        # Before OpenSSL 3.4: `x509` signs with any dates only by way of a small authority.
        subprocess.run(
            ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
             "-keyout", key, "-out", directory / "request.pem"], check=True, capture_output=True)  # fmt: skip
        (directory / "index.txt").touch()
        (directory / "serial").write_text("01\n")
        (directory / "ca.conf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={directory}/index.txt\nserial={directory}/serial\nnew_certs_dir={directory}\n"
            "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")  # fmt: skip
        subprocess.run(
            ["openssl", "ca", "-batch", "-config", directory / "ca.conf", "-selfsign", "-keyfile", key, "-in",
             directory / "request.pem", "-out", pem, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z"],
            check=True, capture_output=True)  # fmt: skip
    pem.write_text(pem.read_text() + key.read_text())
    return pem


# -- The faults: each is a function that makes one and gives the settings that belong to it, beside what the doctor must say.


def socket_for_all(site):
    os.chmod(site.run / "web.sock", 0o666)


def socket_of_another(site):
    os.chown(site.run / "web.sock", 5, -1)


def socket_that_nginx_cannot_reach(site):
    main = site.nginx / "nginx.conf"
    main.write_text(main.read_text().replace("user root;", "user games;"))
    os.chown(site.run / "web.sock", -1, 4)


def socket_without_a_host(site):
    site.listeners[1].close()


def no_socket(site):
    (site.run / "voting.sock").unlink()


def no_nchan(site):
    (site.directory / "modules-enabled/50-mod-nchan.conf").unlink()


def no_publisher(site):
    site.listeners[3].close()


def role_that_is_missing(site):
    return {"DATABASE_URL": f"host={site.postgres} dbname={site.name} user=dailies_{uuid.uuid4().hex[:8]}"}


def right_that_is_missing(site):
    site.sql("revoke select on seasons from dailies_web")


def database_clock(site):
    site.sql(
        """
        create schema if not exists fake;
        create or replace function fake.clock_timestamp() returns timestamptz language sql
        as $$ select pg_catalog.clock_timestamp() + interval '5 minutes' $$;
        grant usage on schema fake to public
        """
    )
    return {"DATABASE_URL": f"host={site.postgres} dbname={site.name} user=dailies_owner"
            " options='-csearch_path=fake,pg_catalog,public'"}  # fmt: skip


def readable_secret(site):
    os.chmod(site.directory / "secret.key", 0o644)


def readable_settings(site):
    site.config_mode = 0o644


def newer_schema(site):
    site.sql("insert into schema_migrations (name, checksum, duration) values ('9999_newer.sql', 'x', '1 s')")


def older_schema(site):
    newer = site.directory / "migrations"
    shutil.copytree(ROOT / "migrations", newer)
    (newer / "9999_newer.sql").write_text("create table newer (id int);\n")
    return {"MIGRATIONS_DIR": str(newer)}


def two_that_advance(site):
    site.sql("insert into advance_runs (machine, host_name, program) values ('two', 'second', 'test')")


def queue_that_is_not_drained(site):
    site.sql("select enqueue_job('no_such_kind', job_queue => 'outward', job_run_at => now() - interval '10 minutes')")


def provider_without_address(_):
    return {"FAL_KEY": "key", "FAL_BASE_URL": "https://queue.nowhere.invalid"}


def mail_host_without_address(_):
    return {"MAIL_URL": "smtp://mail.nowhere.invalid:587", "MAIL_FROM": "film@example.org"}


def mail_server_away(_):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return {"MAIL_URL": f"smtp://127.0.0.1:{taken.getsockname()[1]}", "MAIL_FROM": "film@example.org"}


def no_ffmpeg(site):
    return {"FFMPEG": str(site.directory / "ffmpeg")}


def ffmpeg_without_libx264(site):
    real = shutil.which("ffmpeg")
    return {"FFMPEG": script(site.directory / "ffmpeg", f'"{real}" "$@" | grep -v libx264\n')}


def routes_of_another_version(site):
    routes = site.nginx / "routes.conf"
    routes.write_text(routes.read_text().replace("location = /about {", "location = /about-us {"))


def media_without_room_to_write(site):
    shutil.rmtree(site.media / "incoming")
    (site.media / "incoming").symlink_to("/proc/self")


def no_media(site):
    shutil.rmtree(site.media / "clips")


def wrong_address(site):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return {"SITE_URL": f"http://127.0.0.1:{taken.getsockname()[1]}"}


def proxy_without_trust(site):
    (site.nginx / "listen.conf").write_text("listen 127.0.0.1:8080;\n")
    return {"SITE_URL": "https://localhost:1"}


def fault_in_the_file(site):
    return {"DAILY_VOTES": "many", "NO_SUCH": "1"}


FAULTS = [
    # fault, the check that finds it, words of its detail, words of its remedy, the file that it names, the line
    (socket_for_all, "sockets", "forge", "SocketMode=0660", "web.sock", None),
    (socket_of_another, "sockets", "belongs to games", "SocketUser=", "web.sock", None),
    (socket_that_nginx_cannot_reach, "sockets", "nginx runs as games and cannot reach", "SocketGroup=games", ".sock", None),
    (socket_without_a_host, "sockets", "no program listens", "systemctl restart dailies-host@web.socket", "upstreams.conf", int),
    (no_socket, "sockets", "there is no socket", "systemctl enable --now dailies-host@voting.socket", "upstreams.conf", int),
    (no_nchan, "nchan", "does not load the module nchan", "libnginx-mod-nchan", "nginx.conf", None),
    (no_publisher, "publisher", "no program listens", "Start nginx", "publish.sock", None),
    (role_that_is_missing, "database", "does not exist", "createuser dailies_owner", None, None),
    (right_that_is_missing, "rights", "dailies_web may not read seasons", "Grant it again", None, None),
    (database_clock, "clock", "ahead of this machine's", "set-ntp true", None, None),
    (readable_secret, "secrets", "every account of this machine can use", "chmod o=", "dailies.conf", 2),
    (readable_settings, "secrets", "dailies.conf, whose mode is 0644", "chmod o=", "dailies.conf", None),
    (newer_schema, "schema", "newer than this program", "Run the version that migrated", "migrations", None),
    (older_schema, "schema", "9999_newer.sql", "Run dailies migrate", None, None),
    (two_that_advance, "advance", "2 machines advance the rounds", "disable --now dailies-jobs@advance.timer", None, None),
    (queue_that_is_not_drained, "queue", "no program runs them", "enable --now dailies-jobs@outward.timer", None, None),
    (provider_without_address, "FAL_BASE_URL", "queue.nowhere.invalid has no address", "getent hosts", None, None),
    (mail_host_without_address, "MAIL_URL", "mail.nowhere.invalid has no address", "getent hosts", None, None),
    (mail_server_away, "MAIL_URL", "does not answer on port", "call out on that port", None, None),
    (no_ffmpeg, "ffmpeg", "does not run", "apt install ffmpeg", "ffmpeg", None),
    (ffmpeg_without_libx264, "encoders", "without libx264", "Debian's ffmpeg", "ffmpeg", None),
    (routes_of_another_version, "routes", "/about", "dailies routes", "routes.conf", int),
    (media_without_room_to_write, "media/incoming", "cannot be written", "read-only", "incoming", None),
    (no_media, "media/clips", "does not exist", "systemd-tmpfiles --create", "clips", None),
    (wrong_address, "SITE_URL", "does not answer", "where visitors find the site", None, None),
    (proxy_without_trust, "proxy", "no proxy is trusted", "set_real_ip_from", "trusted-proxies.conf", int),
    (fault_in_the_file, "settings", "there is no setting NO_SUCH", "Correct it", "dailies.conf", 14),
]  # fmt: skip
UNDONE = {
    right_that_is_missing: "grant select on seasons to dailies_web",
    newer_schema: "delete from schema_migrations where name = '9999_newer.sql'",
    two_that_advance: "delete from advance_runs where machine = 'two'",
    queue_that_is_not_drained: "delete from jobs where kind = 'no_such_kind'",
}


def test_nothing_is_wrong_with_a_good_installation(site):
    """OPS-03: no fault and no note, and every kind of check was made."""
    findings = site.examine()
    assert [finding for finding in findings if finding["weight"] != "good"] == []
    made = {finding["check"] for finding in findings}
    assert made >= {
        "settings", "secrets", "database", "clock", "roles", "rights", "schema", "queue", "advance", "disk", "storage", "ffmpeg",
        "encoders", "nchan", "routes", "sockets", "publisher", "SITE_URL",
    }  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[0].__name__)
def test_a_fault_is_found_and_explained(site, fault):
    """OPS-03: by the check that concerns it, with what to do, and with file and line where it has them."""
    make, check, detail, remedy, file, line = fault
    try:
        findings = site.examine(**(make(site) or {}))
    finally:
        if make in UNDONE:
            site.sql(UNDONE[make])
    found = [finding for finding in findings if finding["check"] == check and detail in finding["detail"]]
    assert found, [finding for finding in findings if finding["weight"] != "good"]
    assert found[0]["weight"] == ("warning" if make is two_that_advance else "bad")
    assert remedy in found[0]["remedy"], found[0]
    if file:
        assert found[0]["file"].endswith(file), found[0]
    if line is int:
        assert found[0]["line"] >= 1
    elif line is not None:
        assert found[0]["line"] == line, found[0]


def test_the_clock_of_the_site(site):
    """OPS-03: a site whose clock is five minutes off."""
    with answering(ahead=300) as server:
        findings = site.examine(SITE_URL=f"http://127.0.0.1:{server.server_port}")
    (found,) = [finding for finding in findings if finding["check"] == "clock" and finding["weight"] == "bad"]
    assert "ahead of" in found["detail"] and 240 < int("".join(filter(str.isdigit, found["detail"].split(" s ")[0]))) < 400


def test_an_address_that_leads_elsewhere(site):
    """OPS-03: something answers at SITE_URL, and it is not this site."""
    with answering(body=b"<h1>It works!</h1>") as server:
        findings = site.examine(SITE_URL=f"http://127.0.0.1:{server.server_port}")
    (found,) = [finding for finding in findings if finding["check"] == "SITE_URL"]
    assert found["weight"] == "bad" and "not as this site does" in found["detail"]
    assert all(finding["check"] != "SITE_URL" for finding in site.examine("--offline"))


@pytest.mark.parametrize(("days", "words"), [(-1, "has expired"), (5, "ends soon")])
def test_a_certificate_that_ends(site, days, words):
    """OPS-03: it has ended, or will within two weeks."""
    with answering(certificate(site.directory, days)) as server:
        findings = site.examine(SITE_URL=f"https://localhost:{server.server_port}")
    (found,) = [finding for finding in findings if finding["check"] == "certificate"]
    assert found["weight"] == "bad" and words in found["detail"] and "certbot renew" in found["remedy"]


def test_a_disk_that_is_nearly_full(site):
    """OPS-03: 95 % of the disk of the media."""
    fill = (
        f"mount -t tmpfs -o size=10m none {site.media} && mkdir {site.media}/incoming {site.media}/clips && "
        f'head -c 10200000 /dev/zero > {site.media}/full && exec "$@"'
    )
    prefix = ["unshare", "--mount", "--map-root-user", "sh", "-c", fill, "sh"]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        prefix = ["unshare", "--mount", "sh", "-c", fill, "sh"]
        if subprocess.run([*prefix, "true"], capture_output=True).returncode:
            pytest.skip("no file system can be mounted here")
    findings = site.examine(prefix=prefix)
    (found,) = [finding for finding in findings if finding["check"] == "disk"]
    assert found["weight"] == "bad" and "9" in found["detail"] and "Make room" in found["remedy"]


@pytest.mark.skipif(not shutil.which("pgbouncer", path="/usr/sbin"), reason="needs pgbouncer")
@pytest.mark.parametrize(("mode", "weight"), [("transaction", "bad"), ("session", "good")])
def test_a_pooler_that_loses_sessions(site, mode, weight):
    """OPS-03: PgBouncer in transaction mode, with statements that are prepared once per connection."""
    directory = site.directory / "pooler"
    directory.mkdir()
    os.chmod(site.directory, 0o755)
    (directory / "users").write_text('"dailies_owner" ""\n')
    (directory / "pgbouncer.ini").write_text(
        f"[databases]\n{site.name} = host={site.postgres}\n[pgbouncer]\nunix_socket_dir = {directory}\nlisten_port = 6432\n"
        f"auth_type = trust\nauth_file = {directory}/users\npool_mode = {mode}\nlogfile =\npidfile =\n"
        "ignore_startup_parameters = extra_float_digits,options\n")  # fmt: skip
    os.chmod(directory, 0o777)
    command = ["/usr/sbin/pgbouncer", str(directory / "pgbouncer.ini")]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    pooler = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + DEADLINE
        while not (directory / ".s.PGSQL.6432").exists():
            assert pooler.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        pooled = {"DATABASE_URL": f"host={directory} port=6432 dbname={site.name} user=dailies_owner"}
        findings = site.examine(**pooled)
        prepared = site.examine(**pooled, PREPARED_STATEMENTS="false")
    finally:
        pooler.terminate()
        pooler.wait(timeout=DEADLINE)
    (found,) = [finding for finding in findings if finding["check"] == "pooler"]
    assert found["weight"] == weight, findings
    if weight == "bad":
        assert "PREPARED_STATEMENTS=false" in found["remedy"]
        assert all(finding["check"] != "pooler" for finding in prepared)


def test_the_advance_notes_its_machine(site):
    """OPS-03: by which the doctor knows how many machines advance the rounds; a second run adds none."""
    for _ in range(2):
        ended = subprocess.run(
            [BINARIES / "dailies-jobs", "advance"], capture_output=True, text=True, timeout=DEADLINE,
            env={"PATH": "/usr/bin:/bin"} | site.settings
            | {"DATABASE_URL": site.settings["DATABASE_URL"].replace("dailies_owner", "dailies_jobs")})  # fmt: skip
        assert ended.returncode == 0, ended.stderr
    with psycopg.connect(host=str(site.postgres), dbname=site.name, user="postgres", autocommit=True) as connection:
        rows = connection.execute("delete from advance_runs where machine <> 'one' returning machine, host_name").fetchall()
    ((machine, name),) = rows
    assert len(machine) == 16 and name == socket.gethostname()
