"""The jobs that send mail, against a real SMTP server and a program in the place of sendmail."""

import pathlib
import re
import subprocess
import sys
import tempfile

import psycopg
import pytest

from host import BINARIES, ROOT

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE
from mail import MailPeer, certificate
from ports import free_port

LINK = re.compile(r"http://127\.0\.0\.1:1/sign-in(\?next=[^#]*)?#token=[A-Za-z0-9_-]{43}$", re.MULTILINE)


class Post:
    """A migrated database, and `dailies-jobs` on it with some settings."""

    def __init__(self, postgres, name, directory):
        self.postgres, self.name, self.directory = postgres, name, directory
        self.environment = {
            "PATH": "/usr/bin:/bin", "SITE_URL": "http://127.0.0.1:1", "SECRET_KEY": "k" * 40,
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "SITE_NAME": "Dailies",
            "DATABASE_URL": f"host={postgres} dbname={name} user=dailies_jobs",
        }  # fmt: skip

    def rows(self, sql, *values, user="postgres"):
        with psycopg.connect(host=str(self.postgres), dbname=self.name, user=user, autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def ask(self, address="ida@example.org", onward=None):
        return self.rows("select request_sign_in_link(%s, %s)", address, onward, user="dailies_web")[0][0]

    def drain(self, *words, **settings):
        return subprocess.run(
            [BINARIES / "dailies-jobs", "drain", "--until-empty", *words], timeout=DEADLINE, capture_output=True, text=True,
            env=self.environment | {"MAIL_FROM": "film@example.org"} | settings)  # fmt: skip

    def send(self, url, **settings):
        return self.drain("--queues", "outward", MAIL_URL=url, **settings)

    @property
    def job(self):
        return self.rows(
            "select state, attempt, payload, errors::text from jobs where kind = 'send_sign_in_link' order by id desc"
        )[0]


@pytest.fixture
def post(postgres, migrated):
    with migrated("mail") as name, tempfile.TemporaryDirectory(prefix="mail-") as directory:
        yield Post(postgres, name, pathlib.Path(directory))


def test_a_link_is_mailed_and_nothing_secret_stays(post):
    """AUTH-01 the letter is well formed; only the letter holds the token, and the finished job no longer holds the address."""
    with MailPeer() as peer:
        assert post.ask("Ida@Example.org", "/upload?x=1&y=2")
        assert post.job[2] == {"address": "ida@example.org", "next": "/upload?x=1&y=2"}
        assert post.send(f"smtp://127.0.0.1:{peer.port}", SITE_NAME="Kino Größe, “Dailies”").returncode == 0
        (letter,) = peer.wait()
    assert (letter.sender, letter.recipients, letter.greeting) == ("film@example.org", ["ida@example.org"], "example.org")
    message = letter.message
    assert message.defects == [] and message["To"].addresses[0].addr_spec == "ida@example.org"
    assert message["From"].addresses[0].display_name == "Kino Größe, “Dailies”"
    assert message["Subject"] == "Your link to sign in to Kino Größe, “Dailies”"
    assert message["Date"].datetime and re.fullmatch(r"<[0-9a-f]{32}@example\.org>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert all(len(line) <= 998 for line in letter.raw.split(b"\r\n")) and b"\n" not in letter.raw.replace(b"\r\n", b"")
    found = LINK.search(letter.text)
    assert found and found[1] == "?next=%2Fupload%3Fx%3D1%26y%3D2" and "15 minutes" in letter.text
    assert found[0] in message.get_body(("html",)).get_content()
    state, attempt, payload, _ = post.job
    assert (state, attempt, payload) == ("completed", 1, {})
    assert post.rows("select address, user_id, used_at from sign_in_links") == [("ida@example.org", None, None)]
    assert post.rows("select count(*) from users") == [(0,)]


def test_a_link_that_adds_an_address(post):
    """AUTH-05 the mail to an address that a member adds says so, and its link signs no one in."""
    with MailPeer() as peer:
        ((member,),) = post.rows("insert into users default values returning id")
        post.rows("select request_email_identity(%s, 'Ida@Example.org')", member, user="dailies_web")
        assert post.job[2] == {"address": "ida@example.org", "member": str(member)}
        assert post.send(f"smtp://127.0.0.1:{peer.port}").returncode == 0
        (letter,) = peer.wait()
    assert letter.message["Subject"].startswith("Confirm your address for ")
    found = re.search(r"http\S+/settings/email#token=[\w-]{43}\b", letter.text)
    assert found and found[0] in letter.message.get_body(("html",)).get_content()
    assert post.job[2] == {}
    assert post.rows("select address, user_id, used_at from email_identity_links") == [("ida@example.org", member, None)]
    assert post.rows("select count(*) from sign_in_links") == [(0,)]


@pytest.mark.parametrize(
    ("kind", "hours"), [("send_sign_in_link", 2), ("add_address", 2), ("send_contact_message", 24)]
)
def test_a_mail_server_that_is_down_for_long(post, kind, hours):
    """JOB-01 OPS-08: the waits between the attempts of a mail add up to more than an outage, and the last one says why."""
    if kind == "send_contact_message":
        post.rows("insert into contact_messages (name, email, subject, message) values ('Ida', 'i@x.org', '', 'Hello')")
        source = (ROOT / "Sources/Contact/ContactMessages.swift").read_text()
        attempts = int(re.search(r"job_max_attempts => (\d+)", source)[1])
        post.rows(
            "select enqueue_job(%s, '{\"id\": 1}', 'outward', job_max_attempts => %s::int)", kind, attempts)  # fmt: skip
    elif kind == "add_address":
        ((member,),) = post.rows("insert into users default values returning id")
        post.rows("select request_email_identity(%s, 'ida@example.org')", member, user="dailies_web")
    else:
        post.ask()
    ((attempts,),) = post.rows("select max_attempts from jobs where queue = 'outward'")
    down = {"MAIL_URL": f"smtp://127.0.0.1:{free_port()}", "CONTACT_EMAIL": "crew@example.org"}

    def wait_after(attempt):
        post.rows("update jobs set attempt = %s, run_at = now() where queue = 'outward'", attempt - 1)
        assert post.drain("--queues", "outward", **down).returncode == 0
        ((state, wait, error),) = post.rows(
            """
            select state, extract(epoch from run_at - now())::float, errors::text from jobs where queue = 'outward'
            """
        )
        assert "127.0.0.1" in error or "refused" in error or "reach" in error
        return state, wait

    # The waits double up to the longest one. A little time has passed when they are read, so each counts a quarter less, which
    # is what the random part may add.
    waits, attempt = [], 1
    while len(waits) < 2 or waits[-1] > 1.5 * waits[-2]:
        state, wait = wait_after(attempt)
        assert state == "queued"
        waits.append(wait)
        attempt += 1
    total = sum(waits[:-1]) + waits[-1] * (attempts - attempt)
    assert total / 1.25 > hours * 3_600
    assert wait_after(attempts)[0] == "failed"


@pytest.mark.parametrize("login", [None, ("film", "pa:ss/w@rd ü")])
@pytest.mark.parametrize("way", ["plain", "starttls", "tls"])
def test_ways_to_a_server(post, way, login):
    """OPS-08 SMTP in the clear on this machine, with STARTTLS and with TLS, with a login and without."""
    own = certificate(post.directory)
    tls = {"starttls": own} if way == "starttls" else {"tls": own} if way == "tls" else {}
    user = "film:pa%3Ass%2Fw%40rd%20%C3%BC@" if login else ""
    scheme, option = ("smtps", "") if way == "tls" else ("smtp", "?starttls=yes" if way == "starttls" else "")
    with MailPeer(login=login, **tls) as peer:
        post.ask()
        ended = post.send(f"{scheme}://{user}127.0.0.1:{peer.port}{option}", MAIL_CA_FILE=str(own))
        assert ended.returncode == 0, ended.stderr
        (letter,) = peer.wait()
    assert letter.login == (login and login[0]) and letter.is_encrypted == (way != "plain")
    assert "w@rd" not in ended.stderr and "%40rd" not in ended.stderr


def test_no_message_without_the_tls_that_is_required(post):
    """OPS-08 a server without STARTTLS, or with an untrusted certificate, gets nothing; the job waits."""
    post.ask()
    with MailPeer() as peer:
        assert "untrusted" in post.send(f"smtp://127.0.0.1:{peer.port}?starttls=yes").stderr
        assert peer.attempts == 0
    stranger = certificate(post.directory, "DNS:elsewhere.example")
    for settings in ({}, {"MAIL_CA_FILE": str(stranger)}):
        post.rows("update jobs set run_at = now() where state = 'queued'")
        with MailPeer(starttls=stranger) as peer:
            ended = post.send(f"smtp://127.0.0.1:{peer.port}?starttls=yes", **settings)
            assert "untrusted" in ended.stderr and peer.letters == []
    assert post.job[0:2] == ("queued", 3)


def test_a_server_that_is_away_loses_nothing(post):
    """AUTH-01 JOB-01 mail waits while the server is down, busy, or turns the login down, and goes out afterwards."""
    post.ask()
    port = free_port()
    assert "unreachable" in post.send(f"smtp://127.0.0.1:{port}").stderr
    assert post.job[0:2] == ("queued", 1)
    waits = "run_at - (errors -> -1 ->> 'at')::timestamptz"
    assert post.rows(f"select {waits} > interval '3 seconds' from jobs where state = 'queued'") == [(True,)]
    with MailPeer(port=port) as peer:
        peer.data_reply = "451 not now"
        post.rows("update jobs set run_at = now() where state = 'queued'")
        post.send(f"smtp://127.0.0.1:{port}")
        assert post.job[0:2] == ("queued", 2)
    with MailPeer(port=port, login=("film", "right")) as peer:
        post.rows("update jobs set run_at = now() where state = 'queued'")
        assert "loginRefused" in post.send(f"smtp://film:wrong@127.0.0.1:{port}").stderr
        post.rows("update jobs set run_at = now() where state = 'queued'")
        ended = post.send(f"smtp://film:right@127.0.0.1:{port}")
        assert len(peer.letters) == 1 and "wrong" not in ended.stderr
    assert post.job[0:2] == ("completed", 4)


def test_a_message_that_the_server_refuses_is_not_sent_again(post):
    """AUTH-01 an address that the server will never take is not tried again; a day later it is forgotten."""
    post.ask("nobody@example.org")
    with MailPeer() as peer:
        peer.recipient_reply = "550 no such user"
        ended = post.send(f"smtp://127.0.0.1:{peer.port}")
    assert post.job[0:2] == ("failed", 1) and "a job failed for good" in ended.stderr and "550" in post.job[3]
    assert "nobody@" not in ended.stderr
    post.rows("update jobs set finished_at = now() - interval '25 hours'")
    post.rows("select sweep_sign_in_requests()", user="dailies_jobs")
    assert post.job[2] == {}


def test_sendmail(post):
    """OPS-08 mail by a local program: it gets the letter by its standard input and the sender as an argument."""
    program, kept = post.directory / "sendmail", post.directory / "kept"
    program.write_text(f'#!/bin/sh\necho "$@" > {kept}.words\ncat > {kept}\nexit $(cat {kept}.status)\n')
    program.chmod(0o755)
    status = pathlib.Path(f"{kept}.status")
    post.ask()
    status.write_text("75")
    assert post.send(f"sendmail://{program}").returncode == 0
    assert post.job[0:2] == ("queued", 1)
    status.write_text("0")
    post.rows("update jobs set run_at = now() where state = 'queued'")
    post.send(f"sendmail://{program}")
    assert post.job[0:2] == ("completed", 2)
    assert pathlib.Path(f"{kept}.words").read_text() == "-t -i -f film@example.org\n"
    letter = kept.read_bytes()
    assert b"\r" not in letter and b"To: <ida@example.org>\n" in letter and LINK.search(letter.decode())


def test_the_plain_drain_leaves_mail_to_the_outward_queue(post):
    """JOB-04 a drain without a network does not take what calls out; queues are named exactly."""
    post.ask()
    with MailPeer() as peer:
        assert post.drain(MAIL_URL=f"smtp://127.0.0.1:{peer.port}").returncode == 0
        assert post.job[0:2] == ("queued", 0) and peer.letters == []
    assert post.drain("--queues", "outwards").returncode == 64
    assert post.drain("--queues", ",").returncode == 64


def test_wrong_settings_end_it(post):
    """OPS-05 a fault of the mail settings is named at the start, without the password."""
    for settings, name in [
        ({"MAIL_URL": "smtp://film:secret-word@mail.example.org?starttls=no"}, "MAIL_URL"),
        ({"MAIL_URL": "http://film:secret-word@mail.example.org"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://mail.example.org", "MAIL_FROM": "Film <film@example.org>"}, "MAIL_FROM"),
        ({"MAIL_URL": "smtp://mail.example.org", "MAIL_FROM": ""}, "MAIL_FROM"),
    ]:
        ended = post.drain(**settings)
        assert ended.returncode == 78 and name in ended.stderr and "secret-word" not in ended.stderr


def test_decisions_and_answers_are_mailed_once(post):
    """SOC-03 ARENA-11 a statement of reasons, the answer to a report and what became of a suggestion; not within the minute
    in which a decision may be undone."""
    ((member,),) = post.rows("insert into users (username, email) values ('mira', 'mira@example.org') returning id")
    post.rows("insert into users (username) values ('silent')")
    post.rows(
        """
        insert into statements_of_reasons (user_id, clip_title, action, rule, reason, decided_at)
        select id, 'Loud', 'reject', 'spam', 'It advertises a shop.', now() - made.age
        from users, (values (interval '2 minutes'), (interval '1 second'), (interval '8 days')) made (age)
        """)
    post.rows(
        """
        insert into statements_of_reasons (user_id, comment_text, action, rule, reason, decided_at)
        values (%s, 'Buy now', 'reject', 'spam', 'It advertises.', now() - interval '3 minutes')
        """, member)  # fmt: skip
    post.rows("insert into moderation_cases (member_id, opened_at) select id, now() from users where username = 'silent'")
    post.rows(
        """
        insert into reports (case_id, reason, reporter_id, created_at, state, answered_at, answer)
        select id, 'spam', %s, now(), 'dismissed', now(), 'It is a parody.' from moderation_cases
        """, member)  # fmt: skip
    post.rows(
        """
        insert into suggestions (user_id, kind, prompt, status, answer, created_at, decided_at)
        select %s, 'text-to-video', prompt, status, answer, now(), case status when 'open' then null else now() end
        from (values ('Fog', 'declined', 'Compared in May.'), ('Rain', 'open', '')) made (prompt, status, answer)
        """, member)  # fmt: skip
    with MailPeer() as peer:
        for _ in range(2):
            post.rows("select enqueue_job('mail_notices', '{}', 'outward')")
            ended = post.send(f"smtp://127.0.0.1:{peer.port}")
            assert ended.returncode == 0, ended.stderr
        letters = peer.wait(4)
    assert [letter.recipients for letter in letters] == [["mira@example.org"]] * 4
    comment, statement, answer, suggestion = letters
    assert comment.message["Subject"] == "[Dailies] A comment of yours was removed"
    assert "You wrote: Buy now" in comment.text and "It advertises." in comment.text
    assert suggestion.message["Subject"] == "[Dailies] Your suggestion was declined"
    assert "“Fog”" in suggestion.text and "Reason: Compared in May." in suggestion.text
    assert statement.message["Subject"] == "[Dailies] Your take “Loud” was not accepted"
    for part in ("It advertises a shop.", "Do not use the site for spam.", "You can appeal once", "/profile/decisions"):
        assert part in statement.text
    assert "found nothing against the rules" in answer.text and "It is a parody." in answer.text
    assert post.rows("select count(*) from statements_of_reasons where mailed_at is not null") == [(2,)]


def test_digests_wait_for_the_server_and_end_by_one_click(post):
    """NOTE-03 a server that is away for an hour loses nothing and repeats nothing; each mail can be ended by its headers."""
    ((member,),) = post.rows("insert into users (username, email) values ('mira', 'mira@example.org') returning id")
    post.rows("insert into users (username, email) values ('quiet', 'quiet@example.org')")
    post.rows("select save_digest(id, 'daily', true, true) from users", user="dailies_jobs")
    post.rows("update digest_choices set covered_until = now() - interval '1 day', due_at = now() - interval '2 hours'")
    post.rows("insert into notification_choices (user_id, kind, email) values (%s, 'clip_won', true)", member)
    post.rows("delete from digest_choices where user_id <> %s", member)

    def publish(slug):
        post.rows(
            """
            insert into comparisons (
                slug, title, kind, prompt, duration_ms, quality, seed, words, is_public, published_at, created_at, updated_at
            )
            values (%s, %s, 'text-to-video', 'Fog', 1000, 'standard', 1, '', true, now() - interval '5 minutes', now(), now())
            """, slug, "Fog & <rain>" if slug == "fog" else slug)  # fmt: skip

    publish("fog")
    post.rows(
        "select notify_member(%s, 'clip_won', 'k', %s)", member, '{"title": "Ash", "slot": 3, "path": "/clip/1"}',
        user="dailies_jobs")  # fmt: skip
    post.rows("update notifications set created_at = now() - interval '5 minutes'")
    port = free_port()
    post.rows("select enqueue_job('mail_digests', '{}', 'outward')")
    for _ in range(3):
        assert "unreachable" in post.send(f"smtp://127.0.0.1:{port}").stderr
        post.rows("update jobs set run_at = now() where kind = 'mail_digests' and state = 'queued'")
    pending = post.rows("select pending_until from digest_choices")
    # What happens meanwhile waits for the next one.
    post.rows("update digest_choices set pending_until = pending_until - interval '1 minute'")
    pending = post.rows("select pending_until from digest_choices")
    publish("later")
    post.rows("update comparisons set published_at = now() where slug = 'later'")
    with MailPeer(port=port) as peer:
        for _ in range(2):
            assert post.send(f"smtp://127.0.0.1:{port}").returncode == 0
            post.rows("select enqueue_job('mail_digests', '{}', 'outward')")
        (letter,) = peer.wait()
        assert post.rows("select covered_until from digest_choices") == pending
        post.rows("update digest_choices set due_at = now(), covered_until = covered_until")
        post.rows("update comparisons set published_at = now() - interval '2 minutes' where slug = 'later'")
        post.rows("update digest_choices set covered_until = now() - interval '3 minutes'")
        assert post.send(f"smtp://127.0.0.1:{port}").returncode == 0
        _, second = peer.wait(2)
    message = letter.message
    assert message["Subject"] == "[Dailies] Your day in short: 1 notification, 1 comparison"
    assert "Your take “Ash” won slot 3" in letter.text and "http://127.0.0.1:1/comparisons/fog" in letter.text
    assert "Fog &amp; &lt;rain&gt;" in message.get_body(("html",)).get_content() and "later" not in letter.text
    assert "later" in second.text and "fog" not in second.text
    assert message["Message-ID"] != second.message["Message-ID"] and message["Message-ID"].startswith("<digest.")
    address = re.fullmatch(r"<http://127\.0\.0\.1:1/unsubscribe/([\w-]{43})>", message["List-Unsubscribe"])
    assert address and message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"/unsubscribe/{address[1]}" in letter.text
