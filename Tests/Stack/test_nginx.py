"""What nginx does by itself: static files, caches, headers, errors, events."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import signal
import socket
import threading
import time

from stack import DEADLINE, Stack, wait_until


def test_static_files_are_immutable_and_compressed(stack: Stack) -> None:
    """WEB-01: the pages' files carry a hash, a year of cache and a ready-made gzip."""
    page = stack.client().get("/").body.decode()
    sheet = re.search(r'href="(/assets/[0-9a-f]+/[^"]+\.css)"', page)
    assert sheet, "the page names its style sheet"
    plain = stack.client().get(sheet[1])
    assert plain.status == 200
    assert "immutable" in plain.headers["cache-control"] and "max-age=31536000" in plain.headers["cache-control"]
    packed = stack.client().get(sheet[1], headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and "content-length" in packed.headers
    assert gzip.decompress(packed.body) == plain.body


def test_a_page_has_one_script_and_its_source_map(stack: Stack) -> None:
    """WEB-01: modules are bundled; developers see the lines of the checkout, wherever it was."""
    client = stack.client()
    page = client.get("/dashboard").body.decode()
    [script] = re.findall(r'<script type="module" src="(/assets/[0-9a-f]+/[^"]+)"', page)
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    assert len(sheets) == 2 and "modulepreload" not in page
    for path in (script, *sheets):
        text = client.get(path).body.decode()
        assert not re.search(r'(?:from|import)\s*"\.|@import', text), path
        found = re.search(r"sourceMappingURL=(\S+\.map)", text)
        assert found, path
        sources = client.get(f"{path.rsplit('/', 1)[0]}/{found[1]}").json()["sources"]
        assert all(re.fullmatch(r"\.\./sources/(js|css)/[\w/-]+\.(js|css)", source) for source in sources), sources
    assert client.get(script.replace("js/dashboard.js", "js/core/dom.js")).status == 404


def test_security_headers_are_on_every_kind_of_answer(stack: Stack) -> None:
    """SEC-04 SEC-05 WEB-05: pages, API and errors carry the same headers, once each; files carry what files need."""
    client = stack.client()
    page = client.get("/").body.decode()
    asset = re.search(r'(/assets/[0-9a-f]+/[^"]+\.js)', page)[1]
    paths = "/ /story /api/story /api/vote /offline /offline-worker.js /nothing-here /api/nothing-here"
    for path in paths.split():
        answer = client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff", path
        # Data run nothing.
        policy = "default-src 'none'; frame-ancestors 'none'" if path.startswith("/api/") else "script-src 'self'"
        assert policy in answer.headers["content-security-policy"], path
        assert "unsafe" not in answer.headers["content-security-policy"], path
        assert re.fullmatch(r"[A-Za-z0-9_-]{8,64}", answer.headers["x-request-id"]), path
        assert "nginx/" not in answer.headers.get("server", ""), path
    file = client.get(asset)
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "script-src" not in file.headers["content-security-policy"]
    assert sum(len(name) + len(value) + 4 for name, value in file.headers.items()) < 700


def test_page_for_no_connection_is_asked_for_anew(stack: Stack) -> None:
    """WEB-05: what browsers keep of it is checked at every release; both files have their kind."""
    for path, kind in (("/offline", "text/html"), ("/offline-worker.js", "text/javascript")):
        answer = stack.client().get(path)
        assert answer.status == 200 and answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "no-cache"
    page = stack.client().get("/offline").body.decode()
    worker = stack.client().get("/offline-worker.js").body.decode()
    style = re.search(r'href="(/assets/0/[^"]+\.css)"', page)
    assert style and f'"{style[1]}"' in worker, "the worker keeps the style that the page has"
    assert stack.client().get(style[1]).status == 200



def test_the_request_id_goes_through(stack: Stack) -> None:
    """OPS-05: a well-formed id of the client is kept, any other is replaced; problems carry it too."""
    given = stack.client().get("/api/nothing-here", headers={"X-Request-Id": "trace-12345678"})
    assert given.headers["x-request-id"] == "trace-12345678"
    assert given.json()["requestId"] == "trace-12345678"
    replaced = stack.client().get("/api/nothing-here", headers={"X-Request-Id": "no spaces, please"})
    assert replaced.headers["x-request-id"] != "no spaces, please"


def test_public_reads_are_cached_and_new_after_a_change(stack: Stack) -> None:
    """FILM-11 RT-01: /api/story comes from nginx's cache, and it is new after a round's close, long before it expires."""
    stack.season(6)
    client = stack.client()

    def story() -> dict:
        return client.get("/api/story").json()

    wait_until(lambda: any(season["status"] == "active" for season in story()["seasons"]), "the season is on the page")

    def unchanged() -> str | None:
        tag = client.get("/api/story").headers["etag"]
        return tag if client.get("/api/story", headers={"If-None-Match": tag}).status == 304 else None

    # The news of the season's opening may still be on its way, and makes another version.
    tag = wait_until(unchanged, "the same story is not sent again")

    def winners() -> int:
        seasons = [season for season in story()["seasons"] if season["status"] == "active"]
        return sum(slot["winner"] is not None for season in seasons for slot in season["slots"])

    def locked() -> int:
        return stack.value(
            """
            select count(*)
            from story_slots
            join seasons on seasons.id = season_id
            where seasons.status = 'active' and story_slots.status = 'locked'
            """
        )

    def stale_after_a_close() -> float:
        """Closes the round. For how many seconds was the story still the old one?"""
        before = locked()
        stack.rows(
            """
            update story_slots
            set voting_started_at = now() - interval '1 day', voting_ends_at = now() - interval '1 second'
            where status = 'voting'
            """
        )
        wait_until(lambda: locked() > before, "the round closes")
        closed = time.monotonic()
        wait_until(lambda: winners() > before, "the story shows the winner")
        return time.monotonic() - closed

    # By itself the cache would keep it for thirty seconds. Measured again if need be, should the machine be too slow.
    assert any(stale_after_a_close() < 15 for _ in range(4))
    assert client.get("/api/story").headers["etag"] != tag


def test_a_clip_is_kept_for_visitors_only(stack: Stack) -> None:
    """CLIP-06: a visitor gets the copy that nginx keeps of a clip, somebody who is signed in never does."""
    [clip] = stack.season(1)
    visitor, member = stack.client(), stack.member()
    for path in (f"/clip/{clip}", f"/api/clip/{clip}"):
        wait_until(lambda path=path: visitor.get(path).status == 200, "the clip is there")

        def is_kept(path: str = path) -> bool:
            # The news of the season's opening may still be on its way, and makes another version: then once more.
            stack.rows("update tournament_clips set title = 'Told' where id = %s", clip)
            visitor.get(path)
            stack.rows("update tournament_clips set title = 'Retold' where id = %s", clip)
            own = member.get(path)
            assert b"Retold" in own.body and own.headers["cache-control"] == "private, no-store"
            answer = visitor.get(path)
            assert answer.headers["cache-control"].startswith("public")
            return b"Retold" not in answer.body

        wait_until(is_kept, "nginx keeps the visitor's copy")


def test_a_head_does_not_poison_the_cache(stack: Stack) -> None:
    """FILM-11: a HEAD first, then a GET with its whole body."""
    client = stack.client()
    path = "/api/story?limit=1"
    client.send("HEAD", path)
    assert len(client.get(path).body) > 2


def test_bodies_over_64_kib_are_refused(stack: Stack) -> None:
    """SEC-05: 413 as problem+json, before any host sees the body."""
    answer = stack.client().ready().send("POST", "/api/vote", {"clipId": "x" * 70_000})
    assert answer.status == 413
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == "body_too_large"


def test_what_is_for_nginx_alone_is_hidden(stack: Stack) -> None:
    """SEC-05: the internal routes answer 404 to everybody else."""
    for path in ("/internal/upload", "/internal/media", "/media/incoming/x", "/media/tmp/x", "/media/../secret.key"):
        assert stack.client().get(path).status in (400, 404), path


def test_events_reach_the_page(stack: Stack) -> None:
    """RT-01: a subscriber of channel slot is told that a round opened."""
    stack.season(3)
    events: list[bytes] = []
    opened = threading.Event()

    def listen() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=DEADLINE)
        connection.request("GET", "/api/events/slot", headers={"Accept": "text/event-stream"})
        response = connection.getresponse()
        assert response.status == 200
        opened.set()
        # The opening of the season itself may still be on its way, so one round_opened alone ends nothing.
        while not all(any(name in line for line in events) for name in (b"winner_selected", b"round_opened")):
            line = response.readline()
            if not line:
                break
            events.append(line)
        connection.close()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert opened.wait(DEADLINE)
    stack.rows(
        """
        update story_slots
        set voting_started_at = now() - interval '1 day', voting_ends_at = now() - interval '1 second'
        where status = 'voting'
        """
    )
    listener.join(DEADLINE)
    assert any(b"event: winner_selected" in line for line in events), events
    assert any(b"event: round_opened" in line for line in events), events
    data = [line for line in events if line.startswith(b"data: ")]
    assert all(json.loads(line[6:]) for line in data)


def test_postgres_away_answers_503_and_comes_back(stack: Stack) -> None:
    """OPS-05 WEB-05: 503 with Retry-After while it is away, but for the feed, which comes from memory; no restart is needed
    afterwards."""
    client = stack.client().ready()
    clip = stack.fed(stack.season(2))
    supervisor, postgres = stack.pid("supervisor"), stack.pid("postgres")
    # The supervisor is held still, so that nothing starts Postgres before the answers are in.
    os.kill(supervisor, signal.SIGSTOP)
    try:
        stack.kill("postgres", signal.SIGQUIT)
        wait_until(lambda: client.get("/readyz").status == 503, "the site says that it is away")
        feed = client.get("/api/vote")
        assert feed.status == 200 and clip in {each["id"] for each in feed.json()["clips"]}
        for answer in (
            client.get("/api/leaderboard/live?limit=7"),
            client.send("POST", "/api/vote", {"clipId": clip}),
            client.get("/api/story?limit=7"),
            client.get("/readyz"),
        ):
            assert answer.status == 503, answer.body
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["content-type"].startswith("application/problem+json")
        assert client.get("/livez").status == 200, "the process itself is well"
    finally:
        os.kill(supervisor, signal.SIGCONT)
    stack.await_replacement("postgres", postgres)
    wait_until(lambda: client.send("POST", "/api/vote", {"clipId": clip}).status == 200, "votes count again")


def test_a_slow_client_holds_no_thread(stack: Stack) -> None:
    """SEC-05: two hundred clients that never finish their body do not keep others waiting."""
    slow = []
    for _ in range(200):
        client = socket.create_connection(("127.0.0.1", stack.port))
        client.sendall(b"POST /api/vote HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: application/json\r\n\r\n{")
        slow.append(client)
    try:
        assert stack.client().get("/api/vote").status == 200
    finally:
        for client in slow:
            client.close()


def test_errors_of_nginx_have_the_form_of_the_hosts(stack: Stack) -> None:
    """WEB-05 SEC-05: no bare page of the server's own for any request."""
    client = stack.client()
    asset = re.search(r"/assets/[0-9a-f]+/", client.get("/").body.decode())[0]
    for method, path, status in (
        ("GET", "/api/clip/%00", 400),
        ("GET", "/media/originals/x", 404),
        ("GET", "/media/clips/nothing.mp4", 404),
        ("TRACE", "/api/story", 405),
    ):
        answer = client.send(method, path)
        assert answer.status == status, (path, answer.status)
        assert answer.headers["content-type"].startswith("application/problem+json"), path
        problem = answer.json()
        assert problem["status"] == status and problem["code"] and problem["error"] and problem["title"], path
        assert problem["requestId"] == answer.headers["x-request-id"], path
        assert "no-store" in answer.headers["cache-control"], path
        assert status != 405 or answer.headers["allow"], path
    for method, path, status in (
        ("GET", "/%00", 400),
        ("GET", "/../x", 400),
        ("GET", asset + "nothing.js", 404),
        ("POST", asset + "css/site.css", 405),
    ):
        answer = client.send(method, path)
        assert answer.status == status, (path, answer.status)
        assert answer.headers["content-type"].startswith("text/html"), path
        assert b"Go to the home page" in answer.body and b"<center>" not in answer.body, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
    assert b"<center>" not in client.get("/internal/upload").body
    icon = client.get("/favicon.ico")
    assert icon.status == 200 and icon.headers["content-type"].startswith("image/svg+xml")


class Inside(http.client.HTTPConnection):
    """A connection to nginx's own server for figures, which is no port here."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=DEADLINE)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(self.path)


def test_figures_are_for_this_machine_alone(stack: Stack) -> None:
    """OPS-04 OPS-10: each process behind a server of its own, never at the site's address; hits of the cache are counted."""
    directory = stack.facts["sockets"]["status"]

    def once(path: str, method: str) -> tuple[int, str] | None:
        connection = Inside(f"{directory}/nginx.sock")
        connection.request(method, path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return None if answer.status == 504 else (answer.status, text)

    def ask(path: str, method: str = "GET") -> tuple[int, str]:
        # nginx gives a process two seconds, and a busy machine may give it none of them.
        return wait_until(lambda: once(path, method), f"{path} is answered in time")

    def hits() -> float:
        found = re.search(r'^dailies_cache_requests_total\{status="hit"\} (\d+)$', ask("/web/metrics")[1], re.MULTILINE)
        return float(found[1]) if found else 0

    for process in ("web", "voting", "outward"):
        assert ask(f"/{process}/livez") == (200, "alive\n")
        assert ask(f"/{process}/metrics")[1].startswith("# HELP dailies_process_start_time_seconds")
        assert json.loads(ask(f"/{process}/status")[1])["process"] > 0
    assert "dailies_votes_total" in ask("/voting/metrics")[1]
    for path in ("/", "/metrics", "/web", "/web/log-levels", "/nothing/metrics", "/../web/metrics/x", "/cache/status"):
        assert ask(path)[0] in (403, 404, 502, 400), path
    assert ask("/web/metrics", "POST")[0] == 403
    client = stack.client()
    for path in ("/metrics", "/status", "/web/metrics", "/web/status"):
        answer = client.get(path)
        assert answer.status == 404 and b"dailies_http" not in answer.body, path
    before = hits()

    def counted() -> bool:
        # The line that finds the socket of an earlier process gone is lost; then nginx connects anew.
        assert client.get("/api/story").status == 200
        return hits() >= before + 4

    wait_until(counted, "the hits are counted")
