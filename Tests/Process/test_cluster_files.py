"""OPS-07 OPS-12: the configuration for several machines is read without complaint by the programs that it is for."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE  # noqa: E402

SHIPPED = ROOT / "cluster"


def placed(directory: pathlib.Path, name: str, *changes: tuple[str, str]) -> pathlib.Path:
    """A shipped file whose paths lead into the directory; each change must find what it replaces."""
    text = (SHIPPED / name).read_text()
    for old, new in changes:
        text, found = re.subn(old, new, text, flags=re.M)
        assert found, f"cluster/{name} has no {old}"
    path = directory / pathlib.Path(name).name
    path.write_text(text)
    return path


def accepts(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=DEADLINE)
    assert done.returncode == 0, done.stdout + done.stderr


def refuses(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=DEADLINE)
    assert done.returncode != 0, "a fault was not noticed, so the check proves nothing"


def test_haproxy(tmp_path: pathlib.Path) -> None:
    """OPS-12: HAProxy knows every word of its file."""
    own = ("user dailies group dailies ", "")
    accepts("haproxy", "-c", "-f", placed(tmp_path, "haproxy.cfg", own))
    refuses("haproxy", "-c", "-f", placed(tmp_path, "haproxy.cfg", own, ("mode tcp", "mode tpc")))


def test_patroni(tmp_path: pathlib.Path) -> None:
    """OPS-12: Patroni's own validator finds nothing but that this is no database machine."""

    def complaints(*changes: tuple[str, str]) -> list[str]:
        bin_dir = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        path = placed(
            tmp_path, "patroni.yml", ("/usr/lib/postgresql/15/bin", str(bin_dir)),
            ("/var/lib/postgresql/dailies", str(tmp_path)), *changes,
        )  # fmt: skip
        command = ["patroni", "--validate-config", path]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE)
        lines = (done.stdout + done.stderr).splitlines()
        # It asks whether the addresses are this machine's and etcd answers there, and it overlooks that pg_hba stands elsewhere.
        known = r"10\.66\.0|is not reachable|didn't pass validation|bootstrap\.pg_hba +is not defined"
        return [line for line in lines if line.strip() and not re.search(known, line)]

    assert complaints() == []
    assert complaints((r"^scope: .*", "scope: 5")) != []


def test_pgbouncer() -> None:
    """OPS-07: PgBouncer reads its file and stops at nothing but the directory of its socket, which is not there."""
    # It refuses to run as root, and another account cannot look into pytest's directories.
    account = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"] if os.geteuid() == 0 else []

    def last(*changes: tuple[str, str]) -> str:
        with tempfile.TemporaryDirectory(prefix="dailies-") as name:
            directory = pathlib.Path(name)
            directory.chmod(0o755)
            users = placed(directory, "userlist.txt")
            path = placed(
                directory, "pgbouncer.ini", ("/etc/pgbouncer/userlist.txt", str(users)), ("/run/pgbouncer", f"{name}/none"),
                ("^unix_socket_group.*", ""), *changes,
            )  # fmt: skip
            done = subprocess.run([*account, "pgbouncer", path], capture_output=True, text=True, check=False, timeout=DEADLINE)
            return done.stdout + done.stderr

    text = last()
    assert "unknown parameter" not in text and "syntax error" not in text and "none" in text, text
    assert "unknown parameter" in last(("^pool_mode", "pool_modes"))


@pytest.mark.parametrize("machine", ["front", "app"])
def test_nginx(tmp_path: pathlib.Path, machine: str) -> None:
    """OPS-07: nginx accepts the file of a front machine, and the files of an application host beside the shipped site."""
    tmp_path.chmod(0o755)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"]
    accepts("openssl", "req", "-x509", *curve, "-nodes", "-subj", "/CN=x", *names)
    if machine == "front":
        for name in ("hsts.conf", "trusted-proxies.conf"):
            shutil.copy(ROOT / "nginx" / name, tmp_path)
        (tmp_path / "listen.conf").write_text(
            f"listen 127.0.0.1:8443 ssl;\nssl_certificate {tmp_path}/cert.pem;\nssl_certificate_key {tmp_path}/key.pem;\n"
        )
        changes = [("/etc/dailies/nginx", str(tmp_path)), ("/var/lib/dailies/nginx", str(tmp_path)), ("^(pid|user) .*", "")]
        conf = placed(tmp_path, "nginx/front.conf", *changes)
    else:
        (tmp_path / "media").mkdir()
        out = tmp_path / "nginx.d"
        accepts(
            ROOT / "scripts/render-nginx", "--data", tmp_path, "--run", tmp_path, "--web", ROOT / "web",
            "--listen", "127.0.0.1:8080", out,
        )  # fmt: skip
        shutil.copy(SHIPPED / "nginx/machines.conf", out)
        shutil.copy(SHIPPED / "nginx/events.conf", out / "snippets")
        shutil.copy(SHIPPED / "nginx/app-proxies.conf", out / "trusted-proxies.conf")
        conf = out / "nginx.conf"
    # Before it looks at the files of its own it would open the standard log, which only root may.
    accepts("nginx", "-t", "-q", "-e", "stderr", "-c", conf, "-g", f"pid {tmp_path}/test.pid;" if machine == "front" else "")


def test_every_machine_has_one_address() -> None:
    """OPS-07: the files agree on who is where, and every machine of the list is named by some file."""
    listed = dict(re.findall(r"^  (10\.66\.0\.\d+)(?:, [.\d, ]+)?\s+(\w+)", (SHIPPED / "README").read_text(), flags=re.M))
    assert set(listed) == {"10.66.0.11", "10.66.0.21", "10.66.0.31", "10.66.0.41"}
    used = {
        address for path in SHIPPED.rglob("*") if path.is_file() and path.name != "README"
        for address in re.findall(r"10\.66\.0\.\d+", path.read_text())
    }  # fmt: skip
    machines = {f"10.66.0.{number}" for number in (11, 12, 21, 22, 23, 31, 32, 33, 41)}
    assert used - {"10.66.0.0"} == machines
