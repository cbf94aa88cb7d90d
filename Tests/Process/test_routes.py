"""nginx, as shipped, against the declarations of the routes: which process is asked, what is cached, how large bodies are.

Stubs that answer with their own names replace the hosts. What is right comes from `dailies routes`, so from the router
and the declarations in Swift.
"""

import contextlib
import http.client
import json
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

import pytest

from host import BINARIES, DEADLINE, ROOT
from responder import responders

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from ports import free_port

TABLE = ROOT / "systemd/conf/processes.conf"
PROCESSES = [line.split()[0] for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]


def dailies(*words):
    command = [BINARIES / "dailies", "routes", "--processes", TABLE, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=DEADLINE).stdout


def declared():
    return [route for route in json.loads(dailies("--json")) if route["access"] != "internal"]


def matched(paths):
    """The process and the route of each path, by Swift's router."""
    return {found["path"]: found for found in json.loads(dailies("--json", "--match", *paths))}


def sample(pattern, value="7"):
    return re.sub(r"\[[^]]+\]", value, pattern)


class Site:
    """nginx in a directory of its own, and a stub for each process."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.port = free_port()
        for name in ("version/current", "media/incoming", "media/tmp", "media/clips"):
            (self.directory / name).mkdir(parents=True)
        subprocess.run(
            [ROOT / "scripts/render-nginx", "--data", directory, "--run", directory, "--web", ROOT / "web", "--listen",
             f"127.0.0.1:{self.port}", self.directory / "nginx.d"], check=True,
        )
        self.stubs, self.count = [], 0
        self.log = (self.directory / "log/nginx.log").open("w")
        self.nginx = None
        self.restart()

    def restart(self, **options):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait(timeout=DEADLINE)
        self.nginx = subprocess.Popen(
            ["/usr/sbin/nginx", "-e", "stderr", "-c", self.directory / "nginx.d/nginx.conf", "-g", "daemon off;"],
            stdout=self.log, stderr=self.log, **options,
        )
        deadline = time.monotonic() + DEADLINE
        while True:
            with contextlib.suppress(OSError):
                self.ask("GET", "/favicon.ico")
                return
            assert self.nginx.poll() is None, (self.directory / "log/nginx.log").read_text()
            assert time.monotonic() < deadline, "nginx does not answer"
            time.sleep(0.02)

    def start_stubs(self):
        self.stubs = responders(self.directory, PROCESSES)
        return self

    def ask(self, method, path, body=None, headers=None):
        # One address may not ask as often as all of a test.
        self.count += 1
        source = (f"127.0.0.{2 + self.count // 1000}", 0)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE, source_address=source)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def send(self, text):
        """Sends bytes as they are; the status, the headers and the body of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), DEADLINE) as client:
            client.sendall(text)
            answer = http.client.HTTPResponse(client, method=text.split()[0].decode())
            answer.begin()
            return answer.status, answer.headers, answer.read()

    def stub(self, name):
        return self.stubs[PROCESSES.index(name)]

    def reached(self, method, path, body=None):
        """What the stub that was asked saw."""
        status, _, content = self.ask(method, path, body)
        assert status == 200, (method, path, status, content[:200])
        return json.loads(content)

    def close(self):
        self.nginx.terminate()
        self.nginx.wait(timeout=DEADLINE)
        self.log.close()
        for stub in self.stubs:
            stub.close()


@pytest.fixture
def site():
    with tempfile.TemporaryDirectory(prefix="routes-") as directory:
        made = Site(directory)
        try:
            yield made
        finally:
            made.close()


def near_misses(path):
    """Paths that are almost this one, and some that are this one in other words."""
    parts = path.split("/")
    last = parts[-1] or "x"
    yield from (path + "x", path + "/x", path + "/x/y", path + "//", "/" + path, "/x" + path, path[:-1] or "/x")
    yield from (path.upper(), path.replace("/", "//"), path + ".json", path + ";x", path + "%20", path + "%0A", path + "%3Fx")
    yield "/".join([*parts[:-1], f"%{ord(last[0]):02x}" + last[1:]])
    yield "/".join([*parts[:-1], last[:1].swapcase() + last[1:]])
    for index in range(1, len(parts)):
        yield "/".join([*parts[:index], *parts[index + 1:]]) or "/"
        yield "/".join([*parts[:index], "other", *parts[index + 1:]])


def test_every_path_reaches_the_process_that_declares_it(site):
    """OPS-05: declared paths with all kinds of parameters, and near misses: nginx decides as the router in Swift does."""
    site.start_stubs()
    patterns = sorted({route["path"] for route in declared()})
    expected = {route["path"]: route["process"] for route in declared()}
    assert len(set(expected.values())) == len(PROCESSES), "each process is reached"
    paths = set()
    for pattern in patterns:
        for value in ("7", str(uuid.uuid4()), "a%20b", "a%2Fb", "%2e%2e", "caf%C3%A9", "a%3Fb", "x" * 300, "bulk", "export"):
            path = sample(pattern, value)
            paths.update((path, path + "/" if path != "/" else path))
        paths.update(near_misses(sample(pattern)))
    found = matched(sorted(paths))
    reached_route = 0
    wrong = []
    for path in sorted(paths):
        said = found[path]
        if said["route"]:
            reached_route += 1
            assert said["process"] == expected[said["route"]]
        elif path.startswith("/internal/"):
            continue
        for query in ("", "?next=/api/vote&x=%2F"):
            status, _, content = site.ask("GET", path + query)
            # nginx would resolve these, and a host would not.
            if "/%2e%2e" in path:
                assert status == 400, path
                continue
            process = json.loads(content)["process"] if status == 200 else status
            if process != said["process"]:
                wrong.append((path, process, said))
    assert not wrong
    assert reached_route > len(patterns) * 2 and len(paths) - reached_route > 300


def test_methods_do_not_change_the_process(site):
    """OPS-05: a path has one process for all methods."""
    site.start_stubs()
    for route in declared():
        path = sample(route["path"])
        for method in {route["method"], "POST", "DELETE", "OPTIONS"}:
            answer = site.reached(method, path)
            assert answer["process"] == route["process"], (method, path)
            assert answer["parameters"]["REQUEST_URI"] == path
            assert answer["parameters"]["REQUEST_METHOD"] == method
            assert "INTERNAL_REQUEST" not in answer["parameters"]


def test_internal_routes_are_closed(site):
    """SEC-05: no request of a client reaches an internal route as nginx's own."""
    site.start_stubs()
    internal = [route for route in json.loads(dailies("--json")) if route["access"] == "internal"]
    assert {"/internal/upload", "/internal/media"} <= {route["path"] for route in internal}
    for route in internal:
        for path in (route["path"], route["path"] + "/", "/" + route["path"], route["path"].replace("int", "%69nt")):
            status, _, content = site.ask("GET", path, headers={"Internal-Request": "1"})
            assert status == 404 or "INTERNAL_REQUEST" not in json.loads(content)["parameters"], path


def test_only_public_answers_are_cached(site):
    """FILM-11 SEC-05: nginx keeps the answers of routes that are the same for everybody, and of no other."""
    site.start_stubs()
    public = 0
    for route in declared():
        if route["method"] != "GET":
            continue
        path = sample(route["path"])
        first, second = site.reached("GET", path), site.reached("GET", path)
        # This one has no session, so it is a visitor.
        assert (first["number"] == second["number"]) == (route["cache"] in ("public", "visitors")), path
        public += route["cache"] == "public"
    assert public > 5
    # One path in two ways of writing, which the hosts answer differently.
    assert site.reached("GET", "/api/avatar/a%3Fb")["parameters"]["REQUEST_URI"] == "/api/avatar/a%3Fb"
    assert site.reached("GET", "/api/avatar/a?b")["parameters"]["REQUEST_URI"] == "/api/avatar/a?b"


def test_bodies_have_the_size_that_routes_declare(site):
    """SEC-05: the largest declared body passes, one byte more is refused before a host sees it."""
    site.start_stubs()
    largest = {}
    for route in declared():
        if route["method"] != "GET":
            largest[route["path"]] = max(largest.get(route["path"], 0), route["bodyLimit"])
    assert {65_536, 1 << 20, 8 << 20} <= set(largest.values())
    for pattern, limit in largest.items():
        assert site.reached("POST", sample(pattern), bytes(limit))["body"] == limit
        status, headers, _ = site.ask("POST", sample(pattern), None, {"Content-Length": str(limit + 1)})
        assert status == 413, pattern
        assert headers["Content-Type"].startswith("application/problem+json") or not pattern.startswith("/api/")


def test_errors_have_the_form_of_their_path(site):
    """WEB-05: with no host there, programs get a problem and people get a page."""
    for route in declared():
        status, headers, _ = site.ask("GET", sample(route["path"]))
        for_programs = route["path"].startswith("/api/") or route["path"] in ("/livez", "/readyz")
        assert status == 503, route["path"]
        expected = "application/problem+json" if for_programs else "text/html"
        assert headers["Content-Type"].startswith(expected), route["path"]
    for path, expected in (("/api/nothing", "application/problem+json"), ("/nothing", "text/html")):
        status, headers, _ = site.ask("GET", path)
        assert status == 503 and headers["Content-Type"].startswith(expected), path


CLIP = "/media/clips/a/v.mp4"
ASSET = "/assets/0/errors/slate-3.css"


def test_what_nginx_refuses_has_the_form_of_its_address(site):
    """WEB-05 SEC-05: a problem below /api and /media, else a page of the site, and no cache ever keeps it."""
    site.start_stubs()
    clip = site.directory / CLIP[1:]
    clip.parent.mkdir()
    clip.write_bytes(bytes(1000))

    def line(method, path, *headers, version="1.1"):
        return f"{method} {path} HTTP/{version}\r\n".encode() + b"".join(
            header.encode() + b"\r\n" for header in ("Host: 127.0.0.1", "Connection: close", *headers)) + b"\r\n"

    cookie = "Cookie: a=" + "x" * 40_000
    checked = 0
    for status, code, requests in (
        (431, "headers_too_large", [line("GET", path, cookie) for path in ("/", "/api/story", CLIP, ASSET)]),
        (413, "body_too_large", [
            line("POST", path, "Content-Length: 70000") for path in ("/", "/story", "/api/story", "/readyz")]),
        (416, "range_not_satisfiable", [line("GET", path, "Range: bytes=9999999-") for path in (CLIP, ASSET)]),
        (412, "precondition_failed", [line("GET", path, 'If-Match: "x"') for path in (CLIP, ASSET)]),
        (405, "method_not_allowed", [
            line("POST", ASSET), line("TRACE", "/"), line("TRACE", "/api/story"), line("GET", "/media/upload/x"),
            *(line(method, "/api/events/slot") for method in ("POST", "PUT", "DELETE", "PATCH", "HEAD", "ODD"))]),
        (501, "not_implemented", [line("POST", path, "Transfer-Encoding: gzip") for path in ("/", "/api/vote")]),
        (505, "http_version", [line("GET", path, version="3.0") for path in ("/", "/api/vote")]),
        (414, "address_too_long", [line("GET", path + "x" * 20_000) for path in ("/", "/api/")]),
        (400, "malformed_request", [line("GET", path) for path in ("/%00", "/api/%00", "/media/../..")]),
        (404, "not_found", [line("GET", "/media/originals/x"), line("GET", "/media/clips/none.mp4")]),
    ):
        for text in requests:
            answered, headers, content = site.send(text)
            first = text[:60]
            assert answered == status, (first, answered, content)
            # A range outside of a file is found only after the file's own header was written, which no shared cache may keep.
            kept = "private, max-age=31536000, immutable" if status == 416 else "no-store"
            assert headers.get_all("Cache-Control") == [kept], (first, headers)
            assert len(headers.keys()) == len({name.lower() for name in headers}), (first, headers)
            assert headers.get("X-Request-Id") and headers.get("X-Content-Type-Options") == "nosniff", first
            path = text.split()[1]
            if not re.match(rb"/(api|media)/|/readyz$", path):
                assert headers["Content-Type"].startswith("text/html"), first
                assert b"</main>" in content and b"<center>" not in content and b"<!--#" not in content, (first, content)
                assert str(status).encode() in content, first
            else:
                assert headers["Content-Type"].startswith("application/problem+json"), (first, headers)
                problem = json.loads(content) if not text.startswith(b"HEAD") else {"status": status, "code": code}
                assert problem["status"] == status and problem["code"] == code, (first, problem)
                assert text.startswith(b"HEAD") or problem["requestId"] == headers["X-Request-Id"], first
            if status == 405:
                events, upload = path.startswith(b"/api/events/"), path.startswith(b"/media/upload/")
                assert headers["Allow"] == ("GET" if events else "PUT" if upload else "GET, HEAD"), first
            checked += 1
    assert checked > 30


def test_browsers_get_a_page_where_they_show_the_answer(site):
    """WEB-05 SEC-05: a form that is too large, or meets no host, is answered with a page; a script is with a problem."""
    page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    clip = site.directory / CLIP[1:]
    clip.parent.mkdir()
    clip.write_bytes(bytes(1000))

    def answers(expected, method, path, headers):
        for accept, kind in ((page, "text/html"), ("*/*", "application/problem+json"), (None, "application/problem+json"),
                             ("application/json", "application/problem+json"), ("text/htmlx", "application/problem+json")):
            given = {**headers, **({"Accept": accept} if accept else {})}
            status, found, content = site.ask(method, path, None, given)
            assert (status, found["Content-Type"].split(";")[0]) == (expected, kind), (path, accept, content[:200])
            if kind == "text/html":
                assert b"</main>" in content and str(expected).encode() in content and b"<!--#" not in content, path

    for path in ("/api/contact", "/api/admin/reject"):
        answers(503, "POST", path, {"Content-Length": "0"})
    site.start_stubs()
    for path in ("/api/contact", "/api/user/settings", "/api/admin/reject"):
        answers(413, "POST", path, {"Content-Length": str(2 << 20)})
    answers(405, "POST", "/api/events/slot", {"Content-Length": "0"})
    answers(416, "GET", CLIP, {"Range": "bytes=5000-"})
    answers(412, "GET", CLIP, {"If-Match": '"x"'})


def test_shared_caches_keep_only_ranges_that_every_file_has(site):
    """CLIP-08 SEC-05: what may be an error with the file's headers is for the one who asked."""
    site.start_stubs()
    clip = site.directory / CLIP[1:]
    clip.parent.mkdir()
    clip.write_bytes(bytes(1000))
    for given, status, keeper in (
        (None, 200, "public"), ("bytes=0-", 206, "public"), ("bytes=0-1", 206, "public"), ("bytes=-1", 206, "public"),
        ("bytes=1-", 206, "private"), ("bytes=-0", 416, "private"), ("bytes=9999999-", 416, "private"),
        ("bytes=0-0,9999999-", 206, "private"), ("bytes=x", 416, "private"),
    ):
        for path in (CLIP, ASSET):
            answered, headers, _ = site.ask("GET", path, None, {"Range": given} if given else {})
            assert answered == status, (given, path)
            assert headers.get_all("Cache-Control") == [keeper + ", max-age=31536000, immutable"], (given, path)
            assert status != 206 or "," in given or headers["Content-Range"].startswith("bytes "), (given, path)


def test_every_status_line_has_a_reason(site):
    """RFC 9112: the blank behind the status is there even when no words follow; some clients cannot read it otherwise."""
    site.start_stubs()
    for path in ("/", "/api/story", "/api/vote", "/media/none", ASSET):
        with socket.create_connection(("127.0.0.1", site.port), DEADLINE) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            first = client.makefile("rb").readline()
        assert re.fullmatch(rb"HTTP/1\.1 [1-5]\d\d [ -~]+\r\n", first), first


def test_only_votes_are_sent_again_and_carry_their_id(site):
    """VOTE-06 OPS-05: when a host dies in the middle, nginx repeats reads and votes, with the same EXCHANGE_ID, and no other
    change with any method."""
    site.start_stubs()
    # Each worker keeps its own connections.
    configuration = site.directory / "nginx.d/nginx.conf"
    configuration.write_text(configuration.read_text().replace("worker_processes 2;", "worker_processes 1;"))
    site.restart()
    changes = {(route["method"], route["path"]) for route in declared() if route["method"] not in ("GET", "HEAD")}
    assert len(changes) > 30
    for method, pattern in sorted(changes | {("GET", "/api/vote"), ("GET", "/api/clip/[id]")}):
        path = sample(pattern)
        process = site.reached("GET", path + "?kept")["process"]
        stub = site.stub(process)
        stub.seen.clear()
        stub.dying = 1
        status, _, _ = site.ask(method, path + "?once", b"{}" if method != "GET" else None)
        stub.dying = 0
        repeats = pattern == "/api/vote" or method == "GET"
        assert (status, len(stub.seen)) == ((200, 2) if repeats else (503, 1)), (method, path)
        ids = {seen.get("EXCHANGE_ID") for seen in stub.seen}
        if pattern == "/api/vote":
            assert len(ids) == 1 and re.fullmatch("[0-9a-f]{32}", ids.pop())
        else:
            assert ids == {None}, "an id is only for handlers that look at it"


def test_a_clients_own_request_id_is_no_exchange_id(site):
    """VOTE-06: two votes of a client that names both alike are two votes."""
    site.start_stubs()
    ids = []
    for _ in range(2):
        headers = {"X-Request-Id": "the-same-for-both", "Exchange-Id": "0" * 32}
        _, _, content = site.ask("POST", "/api/vote", b"{}", headers)
        parameters = json.loads(content)["parameters"]
        assert parameters["REQUEST_ID"] == "the-same-for-both"
        ids.append(parameters["EXCHANGE_ID"])
    assert len(set(ids)) == 2


def test_a_full_disk_is_said_truly(site):
    """CLIP-01: 507 when a part cannot be stored, 503 when no host allows it."""
    status, _, content = site.ask("PUT", "/media/upload/x/1", bytes(2 << 20))
    assert status == 503 and json.loads(content)["code"] == "unavailable"
    site.start_stubs()
    site.restart(preexec_fn=small_files)
    status, headers, content = site.ask("PUT", "/media/upload/x/1", bytes(2 << 20))
    problem = json.loads(content)
    assert status == 507 and problem["code"] == "storage_full" and "not stored" in problem["error"], problem
    assert int(headers["Retry-After"]) > 60 and "restarting" not in problem["error"]
    assert site.ask("PUT", "/media/upload/x/1", bytes(1000))[0] == 201


def small_files():
    """No file may grow beyond a mebibyte, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


FRONT = """
daemon off;
worker_processes 1;
pid {directory}/front.pid;
error_log {directory}/front.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {directory}/front-body;
    proxy_temp_path {directory}/front-proxy;
    fastcgi_temp_path {directory}/front-fastcgi;
    uwsgi_temp_path {directory}/front-uwsgi;
    scgi_temp_path {directory}/front-scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{site}; }}
    }}
}}
"""


def test_event_streams_open_behind_a_proxy_that_collects_answers(site):
    """RT-01: a second nginx with proxy_pass alone passes on the head, and each event, at once."""
    port = free_port()
    (site.directory / "front.conf").write_text(FRONT.format(directory=site.directory, port=port, site=site.port))
    front = subprocess.Popen(["/usr/sbin/nginx", "-e", "stderr", "-c", site.directory / "front.conf"])
    try:
        deadline = time.monotonic() + DEADLINE
        while True:
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
                connection.request("GET", "/api/events/slot", headers={"Accept": "text/event-stream"})
                break
            assert time.monotonic() < deadline
            time.sleep(0.02)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream")
        assert "no-cache" in answer.headers["Cache-Control"]
        direct = http.client.HTTPConnection("127.0.0.1", site.port, timeout=DEADLINE)
        direct.request("GET", "/api/events/slot", headers={"Accept": "text/event-stream"})
        assert direct.getresponse().headers["X-Accel-Buffering"] == "no"
        with socket.socket(socket.AF_UNIX) as publisher:
            publisher.connect(str(site.directory / "publish/publish.sock"))
            publisher.sendall(b"POST /publish/slot HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
            while True:
                line = answer.readline()
                assert line, "the stream ended"
                if b"hello" in line:
                    break
        connection.close()
        direct.close()
    finally:
        front.terminate()
        front.wait(timeout=DEADLINE)


def publish(site, channel, name, message):
    with socket.socket(socket.AF_UNIX) as publisher:
        publisher.settimeout(DEADLINE)
        publisher.connect(str(site.directory / "publish/publish.sock"))
        head = f"POST /publish/{channel} HTTP/1.1\r\nHost: x\r\nX-EventSource-Event: {name}\r\n"
        publisher.sendall(f"{head}Content-Length: {len(message)}\r\n\r\n".encode() + message)
        assert b" 201 " in publisher.makefile("rb").readline(), "somebody listens"


def wait_for_listeners(site, channel, count):
    deadline = time.monotonic() + DEADLINE
    while True:
        with socket.socket(socket.AF_UNIX) as publisher:
            publisher.settimeout(DEADLINE)
            publisher.connect(str(site.directory / "publish/publish.sock"))
            publisher.sendall(f"GET /publish/{channel} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            found = re.search(rb"active subscribers: (\d+)", publisher.makefile("rb").read())
        if found and int(found[1]) >= count:
            return
        assert time.monotonic() < deadline, "nobody listens"
        time.sleep(0.02)


def test_the_arena_has_both_channels_in_one_stream(site):
    """RT-01: the slot's events and the counts come through one connection, each with its name; other channels do not."""
    site.start_stubs()
    streams = {}
    for name in ("round", "slot", "clip"):
        streams[name] = http.client.HTTPConnection("127.0.0.1", site.port, timeout=DEADLINE)
        streams[name].request("GET", f"/api/events/{name}", headers={"Accept": "text/event-stream"})
    answers = {name: stream.getresponse() for name, stream in streams.items()}
    assert all(answer.status == 200 and answer.headers["X-Accel-Buffering"] == "no" for answer in answers.values())
    # The head of a stream comes before it is a listener.
    for channel in ("slot", "clip"):
        wait_for_listeners(site, channel, 2)

    def lines(name, messages):
        found = []
        while sum(line.startswith(b"data:") for line in found) < messages:
            line = answers[name].readline()
            assert line, f"the stream {name} ended"
            found.append(line.strip())
        return [line for line in found if line.startswith((b"event:", b"data:"))]

    publish(site, "slot", "round_opened", b"one")
    publish(site, "clip", "counts", b"two")
    publish(site, "slot", "winner_selected", b"three")
    publish(site, "clip", "counts", b"four")
    both = [b"event: round_opened", b"data: one", b"event: counts", b"data: two", b"event: winner_selected", b"data: three",
            b"event: counts", b"data: four"]  # fmt: skip
    assert sorted(lines("round", 4)) == sorted(both)
    assert lines("slot", 2) == both[0:2] + both[4:6]
    assert lines("clip", 2) == both[2:4] + both[6:8]
    for stream in streams.values():
        stream.close()


def test_secrets_in_queries_stay_out_of_the_log(site):
    """SEC-05: nginx writes no line about a failed request whose query holds a secret."""
    for path in ("/api/auth/link?token=very-secret", "/api/auth/google/callback?code=very-secret&state=x"):
        assert site.ask("GET", path)[0] == 503
    assert site.ask("GET", "/api/auth/session?shown=yes")[0] == 503
    lines = (site.directory / "log/nginx.log").read_text()
    assert "shown=yes" in lines and "very-secret" not in lines


def test_browsers_reports_are_paced(site):
    """SEC-04: one address sends a burst of reports and no more."""
    site.start_stubs()
    statuses = [site.ask("POST", "/api/reports/csp", b"{}")[0] for _ in range(40)]
    assert statuses[:20] == [200] * 20 and 429 in statuses


def test_the_table_moves_a_group_to_another_process(tmp_path):
    """OPS-03 OPS-05: the files for nginx and systemd follow from the table, and a faulty table is refused."""
    table = tmp_path / "processes.conf"
    rest = "story clips comparisons battles uploads admin models system pages"
    table.write_text(f"votes 8 2 none voting\nrest 16 4 none {rest}\nout 4 1 outgoing auth studio\n")
    (tmp_path / "nginx").mkdir()
    command = [BINARIES / "dailies", "routes", "--processes", table, "--nginx", tmp_path / "nginx", "--systemd", tmp_path]
    subprocess.run(command, check=True, timeout=DEADLINE)
    assert (tmp_path / "host-rest.conf").read_text() == f"GROUPS={rest}\nHOST_THREADS=16\n"
    assert "unix:/run/dailies/votes.sock" in (tmp_path / "nginx/upstreams.conf").read_text()
    routes = (tmp_path / "nginx/routes.conf").read_text()
    assert "fastcgi_pass dailies_votes_kept;" in routes and "voting" not in routes
    table.write_text("votes 8 2 none voting\n")
    refused = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
    assert refused.returncode == 1 and "No process serves the handler group story" in refused.stderr
    refused = subprocess.run([*command[:3], tmp_path / "none"], capture_output=True, text=True, timeout=DEADLINE)
    assert refused.returncode == 1 and "--processes" in refused.stderr
