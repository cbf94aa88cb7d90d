"""The jobs that push notifications, against a double of a push service; foreign code decrypts and checks what it gets."""

import datetime
import email.utils
import json
import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from host import BINARIES, ROOT

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE
from push import Browser, PushPeer


class Site:
    """A migrated database whose members have browsers, and `dailies-jobs` on it."""

    def __init__(self, postgres, name, peer):
        self.postgres, self.name, self.peer = postgres, name, peer
        self.environment = {
            "PATH": "/usr/bin:/bin", "SITE_URL": "http://127.0.0.1:1", "SECRET_KEY": "k" * 40,
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "PUSH_SERVICES": peer.origin, "LEGAL_EMAIL": "film@example.org",
            "DATABASE_URL": f"host={postgres} dbname={name} user=dailies_jobs",
        }  # fmt: skip

    def rows(self, sql, *values, user="postgres"):
        with psycopg.connect(host=str(self.postgres), dbname=self.name, user=user, autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def member(self, *kinds, browsers=1, origin=None):
        """A member who wants kinds pushed, with browsers."""
        ((member,),) = self.rows("insert into users (created_at) values (now() - interval '1 day') returning id")
        self.rows(
            "insert into sessions (token_hash, user_id, expires_at) values (sha256(%s), %s, now() + interval '1 day')",
            str(member).encode(), member)  # fmt: skip
        for kind in kinds:
            self.rows("insert into notification_choices (user_id, kind, push) values (%s, %s, true)", member, kind)
        made = []
        for number in range(browsers):
            browser = Browser()
            browser.path = f"/{member}/{number}"
            made.append(browser)
            self.rows(
                """
                insert into push_subscriptions (user_id, session_hash, endpoint, p256dh, auth_secret, created_at)
                values (%s, sha256(%s), %s, %s, %s, now())
                """,
                member, str(member).encode(), (origin or self.peer.origin) + browser.path, browser.point, browser.secret,
            )  # fmt: skip
        return member, made

    def notify(self, member, kind, key, **facts):
        self.rows("select notify_member(%s, %s, %s, %s)", member, kind, key, json.dumps(facts), user="dailies_jobs")

    def drain(self, **settings):
        ended = subprocess.run(
            [BINARIES / "dailies-jobs", "drain", "--until-empty", "--queues", "outward"], timeout=DEADLINE,
            capture_output=True, text=True, env=self.environment | settings)  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        return ended.stderr

    def now(self):
        """Makes what waits due."""
        self.rows("update push_retries set due_at = now() - interval '1 second'")
        self.rows("update jobs set run_at = now() where kind = 'push_notification' and state = 'queued'")

    @property
    def run(self):
        return self.rows(
            "select delivered, gone, refused, uncertain, finished_at is not null from push_runs order by 1 desc"
        )[0]


@pytest.fixture
def site(postgres, migrated):
    with migrated("push") as name, PushPeer() as peer:
        yield Site(postgres, name, peer)


def test_a_browser_reads_what_it_is_sent(site):
    """NOTE-02 each of a member's browsers gets a message that only it can read, from a sender that it can check."""
    member, browsers = site.member("comment", browsers=3)
    site.member("follower")
    site.notify(member, "comment", "c", title="Fog & ❄", text="Lovely", path="/clip/1")
    site.notify(member, "clip_won", "not pushed", title="Fog")
    site.drain()
    assert len(site.peer.received) == 3 and site.run == (3, 0, 0, 0, True)
    for browser in browsers:
        (pushed,) = [pushed for pushed in site.peer.received if pushed.path == browser.path]
        message = browser.decrypt(pushed.body)
        assert message["title"] == "Someone commented on “Fog & ❄”" and message["body"] == "Lovely"
        assert message["path"] == "/clip/1" and message["kind"] == "comment" and isinstance(message["id"], int)
        headers = pushed.headers
        assert headers["content-encoding"] == "aes128gcm" and headers["ttl"] == "86400" and headers["urgency"] == "normal"
        assert headers["topic"] == f"n{message['id']}" and "expect" not in headers
        claims = pushed.claims
        assert claims["aud"] == site.peer.origin and claims["sub"] == "mailto:film@example.org"
        assert time.time() < claims["exp"] <= time.time() + 24 * 3600
        for other in browsers:
            if other is not browser:
                with pytest.raises(Exception):  # noqa: B017 - the library raises several
                    other.decrypt(pushed.body)
    # The key stays the same, or browsers would have to be subscribed again; a setting replaces it.
    keys = {pushed.key for pushed in site.peer.received}
    site.notify(member, "comment", "d")
    site.drain(PUSH_PRIVATE_KEY="yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    assert len(keys) == 1 and site.peer.received[-1].key.startswith("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg")


def test_each_answer_has_its_consequence(site):
    """NOTE-02 404 and 410 end a subscription, 413 is logged, 429 waits as long as it says, 5xx is tried again."""
    member, browsers = site.member("comment", browsers=7)
    ok, missing, gone, large, failing, odd, limited = (browser.path for browser in browsers)
    site.peer.answers = {
        missing: (404, {}), gone: (410, {}), large: (413, {}), failing: (500, {}), odd: (302, {"Location": "/x"}),
        limited: (429, {"Retry-After": "120"}),
    }  # fmt: skip
    site.notify(member, "comment", "c")
    log = site.drain()
    assert site.run == (1, 2, 2, 0, False) and "413" in log
    left = {path.removeprefix(site.peer.origin) for (path,) in site.rows("select endpoint from push_subscriptions")}
    assert left == {ok, large, failing, odd, limited}
    waits = dict(
        site.rows(
            """
            select endpoint, extract(epoch from due_at - now())::int
            from push_retries join push_subscriptions on id = subscription_id
            """
        )
    )
    assert 15 < waits.pop(site.peer.origin + failing) <= 31 and 90 < waits.pop(site.peer.origin + limited) <= 121
    assert waits == {}
    site.drain()
    assert sum(site.peer.counts.values()) == 7, "nothing is due"
    site.peer.answers = {}
    site.now()
    site.drain()
    assert site.run == (3, 2, 2, 0, True)
    assert site.peer.counts[failing] == site.peer.counts[limited] == 2 and site.peer.counts[ok] == 1


def test_a_time_to_wait_until(site):
    """NOTE-02 a service may name the time from which on it may be asked again, in the place of seconds."""
    member, (browser,) = site.member("comment", browsers=1)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)
    site.peer.answers = {browser.path: (429, {"Retry-After": email.utils.format_datetime(later, usegmt=True)})}
    site.notify(member, "comment", "e")
    site.drain()
    ((due,),) = site.rows("select due_at from push_retries")
    assert abs((due - later).total_seconds()) < 5


def test_a_service_that_asks_to_wait_is_left_alone(site):
    """NOTE-02 after a 429 nothing further is sent to the service, and nothing that waits counts as an attempt."""
    site.peer.delay = 0.01
    members = [site.member("system", browsers=1)[1][0] for _ in range(250)]
    site.peer.answers = {members[0].path: (429, {"Retry-After": "3600"})}
    site.rows("select notify_everybody('system', 'a', '{}')", user="dailies_jobs")
    site.drain()
    sent = sum(site.peer.counts.values())
    assert 1 <= sent < 200
    assert site.rows("select count(*)::int, min(attempt), max(attempt) from push_retries") == [(251 - sent, 1, 2)]
    site.peer.answers = {}
    site.now()
    site.drain()
    assert site.run[0] == 250 and sum(site.peer.counts.values()) == 251


def test_private_addresses_are_not_called(site):
    """SEC-05 an address that is no push service's gets nothing, even when it is in the table."""
    member, _ = site.member("comment", origin="http://127.0.0.1:9")
    site.notify(member, "comment", "c")
    site.drain()
    assert site.run == (0, 0, 1, 0, True)
    # A name of a service that leads to this machine.
    site.rows("update push_subscriptions set endpoint = 'https://localhost/x'")
    site.notify(member, "comment", "d")
    site.drain(PUSH_SERVICES="localhost")
    assert site.rows("select count(*)::int from push_retries") != [(0,)] and site.peer.connections == 0


def test_a_killed_process_sends_nothing_twice(site):
    """NOTE-02 JOB-02 after kill -9 the next process takes up at most one claim later, and no browser is sent to twice."""
    site.peer.delay, site.peer.keeps = 0.02, False
    count = 2500
    browser = Browser()
    site.rows("insert into users (created_at) select now() - interval '1 day' from generate_series(1, %s)", count)
    site.rows(
        "insert into sessions (token_hash, user_id, expires_at)"
        " select sha256(id::text::bytea), id, now() + interval '1 day' from users"
    )
    site.rows("insert into notification_choices (user_id, kind, push) select id, 'system', true from users")
    site.rows(
        """
        insert into push_subscriptions (user_id, session_hash, endpoint, p256dh, auth_secret, created_at)
        select id, sha256(id::text::bytea), %s || id, %s, %s, now() from users
        """,
        site.peer.origin + "/", browser.point, browser.secret)  # fmt: skip
    site.rows("select notify_everybody('system', 'a', '{}')", user="dailies_jobs")

    def drain():
        words = [BINARIES / "dailies-jobs", "drain", "--queues", "outward"]
        return subprocess.Popen(words, env=site.environment, stderr=subprocess.DEVNULL)

    process = drain()
    end = time.monotonic() + DEADLINE
    while len(site.peer.counts) < 700 and time.monotonic() < end:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # Its lease would run out by itself.
    site.rows("update jobs set leased_until = now() - interval '1 second' where state = 'running'")
    process = drain()
    while not site.run[-1] and time.monotonic() < end:
        time.sleep(0.05)
    process.terminate()
    process.wait(DEADLINE)
    assert max(site.peer.counts.values()) == 1
    delivered, gone, refused, uncertain, _ = site.run
    assert (gone, refused) == (0, 0) and delivered + uncertain == count and uncertain <= 512
    assert len(site.peer.counts) >= count - 512
