"""A second front of the running stack, whose media come through a CDN: another nginx, on a port of its own."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from conftest import DEADLINE
from ports import free_port

ROOT = Path(__file__).resolve().parents[2]

# It passes what every CDN passes, keeps what may be kept, and knows no cookies.
CDN = """
{user}
error_log stderr warn;
pid {place}/cdn.pid;
events {{ worker_connections 256; }}
http {{
    access_log {place}/cdn.log;
    client_body_temp_path {place}/cdn-body;
    proxy_temp_path {place}/cdn-proxy;
    fastcgi_temp_path {place}/cdn-fastcgi;
    uwsgi_temp_path {place}/cdn-uwsgi;
    scgi_temp_path {place}/cdn-scgi;
    proxy_cache_path {place}/cdn-cache keys_zone=cdn:1m;
    server {{
        listen 127.0.0.1:{port};
        location /media/ {{
            proxy_pass {origin};
            proxy_http_version 1.1;
            proxy_set_header Cookie "";
            proxy_set_header Range $http_range;
            proxy_cache cdn;
            proxy_cache_key "$request_method $request_uri $http_range";
            add_header X-Cdn $upstream_cache_status always;
        }}
    }}
}}
"""


class Front:
    """Hosts with other settings on the database and files of a running stack, behind nginx of their own."""

    def __init__(self, run, place):
        self.directory, self.place = Path(run["directory"]), Path(place)
        self.run = self.place / "run"
        (self.run / "version").mkdir(parents=True)
        site, cdn = free_port(), free_port()
        self.url, self.cdn = f"http://127.0.0.1:{site}", f"http://127.0.0.1:{cdn}"
        self.database = run["databaseURL"]
        self.processes, self.listeners = [], []
        config = self.place / "dailies.conf"
        lines = (self.directory / "dailies.conf").read_text().splitlines()
        replaced = {
            "SITE_URL": self.url, "VERSION_DIR": self.run / "version", "MEDIA_BASE_URL": f"{self.cdn}/media",
            "PUBLISH_SOCKET": self.run / "publish/publish.sock",
        }  # fmt: skip
        kept = [line for line in lines if line.split("=")[0] not in replaced]
        config.write_text("\n".join(kept + [f"{name}={value}" for name, value in replaced.items()]) + "\n")
        self.config = config
        # The hosts that have no part in it are those of the stack.
        for name, path in run["sockets"].items():
            if name not in ("web", "voting", "publish", "postgres"):
                (self.run / f"{name}.sock").symlink_to(path)
        (self.place / "media").symlink_to(self.directory / "media")
        (self.place / "web").symlink_to(self.directory / "web")
        self.ports = site, cdn

    def start(self):
        site, cdn = self.ports
        groups = {
            name: listed.split()
            for name, listed in re.findall(
                r"^(\w+) +\d+ +\d+ +\w+ +(.+)$", (ROOT / "systemd/conf/processes.conf").read_text(), re.MULTILINE)
        }  # fmt: skip
        for name in ("web", "voting"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(self.run / f"{name}.sock"))
            listener.listen(512)
            self.listeners.append(listener)
            self.begin(
                [self.directory / "bin/dailies-host", "--config", self.config, *groups[name]], name, stdin=listener,
                DATABASE_URL=self.database.replace("user=postgres", "user=dailies_web"), HOST_THREADS="8")  # fmt: skip
        storage = self.place / "storage.conf"
        storage.write_text(
            subprocess.run(
                [self.directory / "bin/dailies", "storage", "nginx", "--config", self.config], check=True, text=True,
                env={**os.environ, "DATABASE_URL": self.database}, capture_output=True, timeout=DEADLINE).stdout)  # fmt: skip
        subprocess.run(
            [ROOT / "scripts/render-nginx", "--data", self.place, "--run", self.run, "--web", self.place / "web", "--listen",
             f"127.0.0.1:{site}", "--storage", storage, self.place / "nginx.d"],
            check=True, timeout=DEADLINE)  # fmt: skip
        user = "user root;" if os.geteuid() == 0 else ""
        (self.place / "cdn.conf").write_text(CDN.format(user=user, place=self.place, port=cdn, origin=self.url))
        for name, conf in (("nginx", "nginx.d/nginx.conf"), ("cdn", "cdn.conf")):
            self.begin(["nginx", "-e", "stderr", "-c", self.place / conf, "-g", "daemon off;"], name)
        for address in (f"{self.url}/livez", f"{self.cdn}/media/none"):
            self.answers(address)
        return self

    def begin(self, words, name, stdin=subprocess.DEVNULL, **environment):
        with open(self.place / f"{name}.out", "wb") as log:
            self.processes.append(
                subprocess.Popen(words, stdin=stdin, stdout=log, stderr=log, env={**os.environ, **environment}))  # fmt: skip

    def answers(self, address):
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                urllib.request.urlopen(address, timeout=DEADLINE)
                return
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    return
            except OSError:
                pass
            assert time.monotonic() < deadline, f"no answer from {address}; see {self.place}"
            ended = [process.args for process in self.processes if process.poll() is not None]
            assert ended == [], f"these have ended; see {self.place}"
            time.sleep(0.05)

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=DEADLINE)
        for listener in self.listeners:
            listener.close()
