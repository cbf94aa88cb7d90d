"""Webhooks as the real program sends them, to a receiver that fails in every way, verified by the specification's own library."""

import base64
import contextlib
import hmac
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import uuid

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from host import BINARIES, ROOT

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE
from webhook_receiver import WebhookReceiver

EVENTS = ["clip.approved", "slot.won", "season.finished", "video.done"]


def new_secret():
    return "whsec_" + base64.b64encode(os.urandom(24)).decode()


def local_name():
    """A name that leads to an address of this machine or of its network, and does not look like it."""
    for name in (socket.gethostname(), "ip6-localhost", "ip6-loopback"):
        with contextlib.suppress(OSError):
            found = {ipaddress.ip_address(place[4][0]) for place in socket.getaddrinfo(name, 443)}
            if not any(address.is_global for address in found) and name != "localhost":
                return name
    pytest.fail("this machine has no name but localhost")


class Sender:
    """A database with an admin and webhooks, and `dailies-jobs` that sends to them."""

    def __init__(self, postgres, name):
        self.environment = {
            "PATH": "/usr/bin:/bin", "SITE_URL": "http://127.0.0.1:1", "SECRET_KEY": "k" * 40,
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "WEBHOOK_TIMEOUT_MS": "30000",
            "DATABASE_URL": f"host={postgres} dbname={name} user=dailies_jobs",
        }  # fmt: skip
        self.connection = psycopg.connect(host=str(postgres), dbname=name, user="postgres", autocommit=True)
        self.secrets = {}
        ((self.admin,),) = self.rows("insert into users (username, role) values ('boss', 'admin') returning id")

    def rows(self, sql, *values):
        cursor = self.connection.execute(sql, values)
        return cursor.fetchall() if cursor.description else []

    def one(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def sealed(self, hook, secret):
        """A secret as the site stores it: AES-256-GCM by a key that is derived from the site's, bound to the webhook."""
        key = hmac.digest(self.environment["SECRET_KEY"].encode(), b"dailies/sealing/webhooks", "sha256")
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, base64.b64decode(secret.removeprefix("whsec_")), hook.encode())

    def hook(self, url, name="hook", events=EVENTS):
        hook, secret = str(uuid.uuid4()), new_secret()
        self.secrets[hook] = secret
        assert self.one(
            "select create_webhook(%s, %s, %s, %s, %s, true, %s)", self.admin, hook, name, url, events, self.sealed(hook, secret)
        ) == "created"  # fmt: skip
        return hook

    def happen(self, type="slot.won", data=None):
        self.rows("select emit_webhook_event(%s, %s)", type, json.dumps(data or {"slot": 1}))

    @contextlib.contextmanager
    def draining(self, **settings):
        """A drain that runs until the end of the `with`, and is killed then."""
        process = subprocess.Popen(
            [BINARIES / "dailies-jobs", "drain", "--queues", "outward"], env=self.environment | settings,
            stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def drain(self, **settings):
        """Until nothing is due. One that looks for jobs with limits while another looks finds none, and so may end early."""
        while True:
            ended = subprocess.run(
                [BINARIES / "dailies-jobs", "drain", "--queues", "outward", "--until-empty"], env=self.environment | settings,
                capture_output=True, text=True, timeout=DEADLINE)  # fmt: skip
            assert ended.returncode == 0, ended.stderr
            due = "select count(*) from jobs where kind = 'deliver_webhook' and state = 'queued' and run_at <= now()"
            if self.one(due) == 0:
                return

    def again(self):
        """Makes the next attempt due now, as if its wait were over."""
        self.rows("update webhooks set held_until = null")
        self.rows("update webhook_deliveries set next_attempt_at = now() where state = 'waiting'")
        self.rows("update jobs set run_at = now() where kind = 'deliver_webhook' and state = 'queued'")
        self.drain()

    def deliveries(self):
        return self.rows("select state, attempts from webhook_deliveries order by created_at, id")

    def attempts(self):
        return self.rows("select status, fault, answer from webhook_attempts order by started_at, number")


@pytest.fixture
def sender(postgres, migrated):
    with migrated("webhooks") as name:
        sender = Sender(postgres, name)
        yield sender
        sender.connection.close()


def test_messages_are_verified_and_sent_once(sender):
    """RT-02 standardwebhooks verifies the messages of two webhooks, each signed with its own secret; after a rotation both
    secrets verify for a day; a receiver that changes a byte notices."""
    with WebhookReceiver() as receiver:
        first = sender.hook(receiver.url + "/one", "one")
        second = sender.hook(receiver.url + "/two", "two", ["season.finished"])
        sender.happen("slot.won", {"title": "Größe “7”", "slot": 3})
        sender.happen("season.finished", {"label": "Undertow"})
        sender.drain()
        sender.drain()
        assert len(receiver.to("/one")) == 2 and len(receiver.to("/two")) == 1
        by_type = {}
        for message in receiver.messages:
            secret = sender.secrets[first if message.path == "/one" else second]
            body = Webhook(secret).verify(message.body, message.headers)
            assert set(body) == {"type", "timestamp", "data"} and body["timestamp"].endswith("Z")
            assert message.headers["content-type"] == "application/json"
            by_type[message.path, body["type"]] = body["data"]
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(message.body.replace(b'"type"', b'"tYpe"'), message.headers)
        assert by_type["/one", "slot.won"] == {"title": "Größe “7”", "slot": 3}
        assert len({message.id for message in receiver.messages}) == 3
        assert sender.deliveries() == [("delivered", 1)] * 3
        assert sender.attempts() == [(200, None, "thank you")] * 3

        # Both secrets sign for a day, and then the new one alone.
        old = sender.secrets[second]
        new = new_secret()
        assert sender.one("select rotate_webhook_secret(%s, %s, %s)", sender.admin, second, sender.sealed(second, new))
        for moves, valid in [("0 hours", [old, new]), ("25 hours", [new])]:
            sender.rows("update webhooks set former_secret_until = former_secret_until - %s::interval", moves)
            sender.happen("season.finished")
            sender.drain()
            message = receiver.to("/two")[-1]
            assert len(message.headers["webhook-signature"].split()) == len(valid)
            for secret in valid:
                Webhook(secret).verify(message.body, message.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(old).verify(message.body, message.headers)


def test_a_target_that_fails_for_a_day_and_more(sender):
    """RT-02 an answer of 500 is tried eight times over a day and a half with the same id; three days of failures switch the
    webhook off and tell admins; sent again by hand, the event keeps its id."""
    with WebhookReceiver() as receiver:
        hook = sender.hook(receiver.url + "/hook")
        receiver.answers["/hook"] = 500
        sender.happen()
        sender.drain()
        waits = [sender.one("select extract(epoch from next_attempt_at - now())::float from webhook_deliveries")]
        while sender.deliveries()[0][0] == "waiting":
            sender.again()
            waits += [seconds for (seconds,) in sender.rows(
                "select extract(epoch from next_attempt_at - now())::float from webhook_deliveries where state = 'waiting'")]
        expected = [5, 300, 1800, 7200, 18000, 36000, 50400]
        assert len(waits) == len(expected), waits
        for found, wanted in zip(waits, expected, strict=True):
            assert wanted * 0.9 - 60 <= found <= wanted * 1.1 + 1, (found, wanted)
        assert sender.deliveries() == [("failed", 8)]
        assert len(receiver.messages) == 8 and len({message.id for message in receiver.messages}) == 1
        assert sender.rows("select enabled, failures from webhooks") == [(True, 8)]

        # The receiver came back too late: an admin sends the event again.
        receiver.answers.clear()
        outcome = sender.rows("select * from redeliver_webhooks(%s, null, %s, now() - interval '1 day')", sender.admin, hook)
        assert outcome == [("done", 1)]
        sender.rows("update webhooks set held_until = null")
        sender.drain()
        assert sender.deliveries() == [("delivered", 9)] and len({message.id for message in receiver.messages}) == 1
        assert sender.rows("select failures, failing_since from webhooks") == [(0, None)]

        receiver.answers["/hook"] = 500
        sender.happen()
        sender.drain()
        sender.happen()
        sender.rows("update webhooks set failing_since = failing_since - interval '3 days 1 minute'")
        sender.again()
        assert sender.rows("select enabled, disabled_reason from webhooks") == [(False, "failing")]
        assert {state for state, _ in sender.deliveries()} == {"delivered", "failed"}
        assert sender.one("select count(*) from audit_log where action = 'webhook.disable' and actor_id is null") == 1
        count = len(receiver.messages)
        sender.happen()
        sender.again()
        assert len(receiver.messages) == count
        assert sender.rows(
            "select outcome from redeliver_webhooks(%s, null, %s, now() - interval '1 day')", sender.admin, hook
        ) == [("webhook_disabled",)]


def answers(sender):
    """By the name of the webhook: the state of its delivery, whether it is enabled, and the status, fault and answer."""
    return {
        name: (state, enabled, status, fault, answer)
        for name, state, enabled, status, fault, answer in sender.rows(
            "select name, state, enabled, status, fault, answer from webhooks"
            " join webhook_deliveries on webhook_id = webhooks.id"
            " join webhook_attempts on delivery_id = webhook_deliveries.id")
    }  # fmt: skip


def test_every_bad_answer(sender):
    """RT-02 SEC-05 redirects are not followed, a huge answer is cut, 410 switches the webhook off, and what
    a target asks by Retry-After is respected."""
    with WebhookReceiver() as receiver:
        receiver.answers = {
            "/moved": 302, "/close": "close", "/huge": "huge", "/endless": "endless", "/gone": 410, "/busy": 503,
            "/cut": 400,
        }  # fmt: skip
        receiver.headers = {"/moved": [("Location", receiver.url + "/elsewhere")], "/busy": [("Retry-After", "7200")]}
        receiver.body = b"no\x00 \xff" + b"y" * 20_000
        hooks = {path: sender.hook(receiver.url + path, path) for path in receiver.answers}
        sender.happen()
        sender.drain()
        found = answers(sender)
        assert found.keys() == hooks.keys()
        assert found["/moved"][:4] == ("waiting", True, 302, None) and receiver.to("/elsewhere") == []
        assert found["/close"][2] is None and "broke" in found["/close"][3]
        for path in ("/huge", "/endless"):
            assert found[path] == ("delivered", True, 200, None, "x" * 4096)
        assert found["/gone"][:3] == ("failed", False, 410)
        assert found["/cut"][2] == 400 and found["/cut"][4].startswith("no") and len(found["/cut"][4]) <= 4096
        assert "\0" not in found["/cut"][4]
        wait = sender.one(
            "select extract(epoch from next_attempt_at - now())::float from webhook_deliveries where webhook_id = %s",
            hooks["/busy"])  # fmt: skip
        assert 7000 < wait <= 7200
        assert sender.one("select disabled_reason from webhooks where id = %s", hooks["/gone"]) == "gone"


def test_a_receiver_that_hangs(sender):
    """RT-02 SEC-05 an answer that does not come in time is a failed attempt. Alone, since others need not answer so soon."""
    with WebhookReceiver() as receiver:
        receiver.answers = {"/hang": "hang"}
        sender.hook(receiver.url + "/hang", "/hang")
        sender.happen()
        sender.drain(WEBHOOK_TIMEOUT_MS="400")
        assert answers(sender)["/hang"][:4] == ("waiting", True, None, "no answer in time")


def test_addresses_of_this_machine_and_of_private_networks(sender):
    """RT-02 SEC-05 a public site sends neither by http nor to an address that is not public, whatever the name says."""
    with WebhookReceiver() as receiver:
        hooks = [sender.hook(receiver.url + "/a")]
        hooks.append(sender.hook(receiver.url + "/b"))
        secure = receiver.url.replace("http:", "https:")
        # A name leads here only when it is looked up: this one is checked then.
        sender.rows("update webhooks set url = %s where id = %s", secure.replace("127.0.0.1", local_name()) + "/b", hooks[1])
        sender.happen()
        sender.drain(SITE_URL="https://films.example")
        faults = {fault for (_, fault, _) in sender.attempts()}
        assert receiver.messages == [] and len(sender.attempts()) == 2
        assert "The address must begin with https://." in faults
        assert any("not a public one" in fault for fault in faults), faults
        # A row in which an address is, however it came there, is not tried at all.
        for address in ["https://127.0.0.1/x", "https://10.0.0.7/x", "https://[::1]/x", "https://169.254.169.254/latest"]:
            sender.rows("delete from webhook_events")
            sender.rows("update webhooks set url = %s, held_until = null", address)
            sender.happen()
            sender.drain(SITE_URL="https://films.example")
            assert {fault for (_, fault, _) in sender.attempts()} == {"The address must be on the public internet."}


def test_killed_in_the_middle_of_a_delivery(sender):
    """RT-02 JOB-02 a program that is killed while the target answers sends the event again, under the same id."""
    with WebhookReceiver() as receiver:
        sender.hook(receiver.url + "/hook")
        receiver.answers["/hook"] = "hang"
        sender.happen()
        with sender.draining():
            receiver.until(lambda: receiver.hanging == 1)
        assert sender.deliveries() == [("waiting", 0)]
        receiver.answers.clear()
        # The lease of the dead worker is over at once, so that the test need not wait for it.
        sender.rows("update jobs set leased_until = now() - interval '1 second' where state = 'running'")
        with sender.draining():
            receiver.until(lambda: sender.deliveries() == [("delivered", 1)])
        assert len(receiver.messages) == 2 and len({message.id for message in receiver.messages}) == 1


def test_a_slow_target_does_not_hold_up_the_others(sender):
    """RT-02 JOB-04 while one target hangs on every event, another gets all of its events; the one that hangs holds one worker."""
    with WebhookReceiver() as receiver:
        sender.hook(receiver.url + "/slow", "slow")
        sender.hook(receiver.url + "/fast", "fast")
        receiver.answers["/slow"] = "hang"
        for slot in range(12):
            sender.happen(data={"slot": slot})
        with sender.draining():
            receiver.until(lambda: len(receiver.to("/fast")) == 12)
            assert receiver.hanging == 1
        assert {json.loads(message.body)["data"]["slot"] for message in receiver.to("/fast")} == set(range(12))


def test_a_secret_of_another_key(sender):
    """RT-02 under another SECRET_KEY nothing is signed with a wrong secret: the attempt fails and says what to do."""
    with WebhookReceiver() as receiver:
        sender.hook(receiver.url + "/hook")
        sender.happen()
        sender.drain(SECRET_KEY="o" * 40)
        assert receiver.messages == []
        assert "cannot be decrypted" in sender.attempts()[0][1]
        assert uuid.UUID(str(sender.one("select id from webhook_deliveries where state = 'waiting'")))
