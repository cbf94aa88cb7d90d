"""What the site asks of others, against real peers: mail that carries sign-in links, and the captcha."""

from __future__ import annotations

import pathlib
import re
import sys
import tempfile
import time

import pytest
from playwright.sync_api import expect, sync_playwright

from stack import DEADLINE, ROOT, Client, Stack, free_port, wait_until

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from accessibility import violations
from hcaptcha import HCaptchaPeer
from mail import MailPeer
from shots import Shots

LINK = re.compile(r"http://127\.0\.0\.1:\d+/sign-in\S*#token=[A-Za-z0-9_-]{43}")
expect.set_options(timeout=DEADLINE * 1000)


@pytest.fixture(scope="module")
def captcha():
    with HCaptchaPeer() as peer:
        yield peer


@pytest.fixture(scope="module")
def mail_port() -> int:
    return free_port()


@pytest.fixture
def mail(mail_port: int):
    with MailPeer(port=mail_port) as peer:
        yield peer


@pytest.fixture(scope="module")
def copy(captcha: HCaptchaPeer, mail_port: int):
    with tempfile.TemporaryDirectory(prefix="dailies-stack-") as directory:
        pathlib.Path(directory).chmod(0o755)
        settings = captcha.settings | {
            "MAIL_URL": f"smtp://127.0.0.1:{mail_port}", "MAIL_FROM": "film@example.org",
            "CONTACT_EMAIL": "crew@example.org",
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        made = Stack(pathlib.Path(directory), "--no-demo", "--trust-proxy", "127.0.0.1", *options)
        try:
            yield made.start()
        finally:
            made.stop()


@pytest.fixture
def chromium(copy: Stack):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox", "--accept-lang=en-US,en"]
        )
        context = browser.new_context(base_url=copy.facts["url"], viewport={"width": 1440, "height": 900})
        context.add_init_script("try { localStorage.setItem('intro', '1') } catch {}")
        context.set_default_timeout(DEADLINE * 1000)
        yield context
        browser.close()


def flag(copy: Stack, key: str, is_on: bool) -> None:
    """Changes a flag like an admin. Votes read the flag itself; on return the captcha's route knows the change."""
    copy.rows("update feature_flags set enabled = %s where key = %s", is_on, key)
    copy.rows("select announce_change('flags', %s)", key)
    if key == "require_captcha_voting":
        visitor = copy.client("203.0.113.250").ready()
        state = lambda: visitor.send("POST", "/api/captcha/status", {}).json()  # noqa: E731
        wait_until(lambda: state()["required"] is is_on, f"{key} is {is_on}")


def ask(copy: Stack, address: str, **more: str):
    return copy.client("203.0.113.5").ready().send("POST", "/api/auth/email", {"email": address, **more})


def test_a_link_by_mail_signs_in_once(copy: Stack, mail: MailPeer) -> None:
    """AUTH-01: from the request to the session; scanners that open the link, and replays, get nowhere."""
    assert ask(copy, "ida@example.org").status == 202
    link = LINK.search(mail.wait()[0].text)[0]
    token = link.partition("#token=")[2]
    scanner = copy.client("203.0.113.9")
    for method in ("GET", "HEAD", "GET"):
        assert scanner.send(method, link.replace(copy.facts["url"], "").partition("#")[0]).status == 200
        assert scanner.send("GET", f"/api/auth/link?token={token}").json() == {"state": "good"}
    ida = copy.client().sign_in(link)
    user = ida.get("/api/auth/session").json()["user"]
    assert user["username"] is None and user["isAdmin"] is False
    replay = copy.client().ready().send("POST", "/api/auth/link", {"token": token})
    assert (replay.status, replay.json()["code"]) == (409, "link_used")

    assert ask(copy, "IDA@example.org").status == 202
    again = copy.client().sign_in(LINK.search(mail.wait(2)[1].text)[0])
    assert again.get("/api/auth/session").json()["user"]["id"] == user["id"]


def ask_often(copy: Stack, turn: int) -> list[float]:
    """Asks five times for links to four known and four unknown addresses. Every answer must be the same. Returns how many
    seconds the fastest answers took: with a letter to a known and to an unknown address, and without one."""
    members = [f"known{number}.{turn}@example.org" for number in range(4)]
    others = [f"unknown{number}.{turn}@example.org" for number in range(4)]
    for address in members:
        copy.rows("insert into users (email) values (%s)", address)
    answers, times = [], {address: [] for pair in zip(members, others, strict=True) for address in pair}
    for _ in range(5):
        for address, seconds in times.items():
            client = copy.client("203.0.113.77").ready()
            start = time.perf_counter()
            answers.append(client.send("POST", "/api/auth/email", {"email": address}))
            seconds.append(time.perf_counter() - start)
    assert {answer.status for answer in answers} == {202} and len({answer.body for answer in answers}) == 1

    def fastest(addresses: list[str], turns: slice) -> float:
        return min(seconds for address in addresses for seconds in times[address][turns])

    return [fastest(addresses, turns) for turns in (slice(3), slice(3, 5)) for addresses in (members, others)]


def test_the_answer_reveals_no_account(copy: Stack, mail: MailPeer) -> None:
    """AUTH-01: known, unknown and too often asked addresses: the same words, and the mail stops after three."""
    turn, fastest = 1, ask_often(copy, 0)

    def difference() -> float:
        known, unknown, silent_known, silent_unknown = fastest
        return max(abs(known - unknown), abs(silent_known - silent_unknown))

    # A busy machine delays some answers, but in the long run not the fastest ones of one kind.
    while turn < 20 and difference() >= 0.05:
        fastest = [min(pair) for pair in zip(fastest, ask_often(copy, turn), strict=True)]
        turn += 1
    letters = 24 * turn
    wait_until(lambda: len(mail.letters) == letters, "three letters to each")
    wait_until(
        lambda: not copy.rows("select 1 from jobs where state in ('queued', 'running') and queue = 'outward'"), "done"
    )
    assert len(mail.letters) == letters
    assert copy.rows("select payload from jobs where kind = 'send_sign_in_link' and payload <> '{}'") == []
    assert difference() < 0.05


def test_mail_that_waits_for_its_server(copy: Stack, mail_port: int) -> None:
    """AUTH-01 JOB-01: nothing is lost while the mail server is away."""
    assert ask(copy, "late@example.org").status == 202
    wait_until(
        lambda: copy.rows("select 1 from jobs where kind = 'send_sign_in_link' and state = 'queued' and attempt > 0"),
        "the first attempt failed",
    )
    with MailPeer(port=mail_port) as peer:
        assert LINK.search(peer.wait()[0].text)


def test_signing_in_by_mail_in_a_browser(copy: Stack, mail: MailPeer, chromium, shots: Shots) -> None:
    """AUTH-01: the page asks, says where to look, and the link's button signs in and goes on."""
    page = chromium.new_page()
    page.goto("/sign-in?next=/story")
    field = page.get_by_label("E-mail address")
    field.fill("ida")
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_text("Enter an e-mail address")).to_be_visible()
    expect(field).to_be_focused()
    field.fill("walker@example.org")
    shots.of(page, "sign-in-email.png")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_focused()
    expect(page.get_by_role("button", name=re.compile("Send again in"))).to_be_disabled()
    shots.of(page, "sign-in-email-sent.png")
    assert violations(page) == []
    link = LINK.search(mail.wait()[0].text)[0]
    page.goto(link)
    page.get_by_role("button", name="Sign in on this device").click()
    page.wait_for_url(re.compile("/onboarding"))
    assert "next=%2Fstory" in page.url


def test_asking_for_a_link_without_javascript(copy: Stack, mail: MailPeer, chromium, shots: Shots) -> None:
    """AUTH-01 WEB-01: the form is posted by the browser itself, and the link leads to where one wanted to go."""
    page = chromium.browser.new_context(base_url=copy.facts["url"], java_script_enabled=False).new_page()
    page.goto("/sign-in?next=/story")
    page.get_by_label("E-mail address").fill("plain@example.org")
    page.get_by_role("button", name="Send link").click()
    page.wait_for_url(re.compile("done=link-requested"))
    expect(page.get_by_role("status").first).to_contain_text("Check your inbox.")
    shots.of(page, "sign-in-email-plain.png")
    assert "next=%2Fstory" in LINK.search(mail.wait()[0].text)[0] or "next=/story" in LINK.search(mail.wait()[0].text)[0]
    page.context.close()


ADDITION = re.compile(r"http://127\.0\.0\.1:\d+/settings/email#token=[A-Za-z0-9_-]{43}")


def enter(copy: Stack, context, name: str):
    """A page of a member who has just signed in."""
    page = context.new_page()
    page.goto(copy.command("sign-in-link", "--user", name).stdout.strip().splitlines()[-1])
    page.get_by_role("button", name="Sign in on this device").click()
    page.wait_for_url(re.compile("/dashboard"))
    return page


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [390, 1440])
def test_adding_an_address_in_a_browser(
    copy: Stack, mail: MailPeer, chromium, shots: Shots, width: int, theme: str
) -> None:
    """AUTH-05: requested in the settings, confirmed by the mail's link, listed, removed; by keyboard."""
    chromium.add_init_script(f"try {{ localStorage.setItem('theme', '{theme}') }} catch {{}}")
    address = f"ida.{width}.{theme}@example.org"
    page = enter(copy, chromium, f"ida_{width}_{theme}")
    page.set_viewport_size({"width": width, "height": 900})

    def judge(name: str) -> None:
        page.evaluate("document.fonts.ready")
        shots.of(page, f"address-{name}-{width}-{theme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
        found = violations(page)
        assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []

    page.goto("/settings")
    expect(page.get_by_text("You have no sign-in methods yet.")).to_be_visible()
    field = page.get_by_label("Add an e-mail address")
    field.fill("ida")
    field.press("Enter")
    expect(page.get_by_text("Enter an e-mail address, such as")).to_be_visible()
    field.fill(address)
    judge("form")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_focused()
    expect(page.get_by_role("button", name=re.compile("Send again in"))).to_be_disabled()
    judge("sent")
    link = ADDITION.search(mail.wait()[0].text)[0]
    page.goto(link)
    expect(page.get_by_text(f"You are signed in as ida_{width}_{theme}.")).to_be_visible()
    button = page.get_by_role("button", name="Add this address")
    expect(button).to_be_focused()
    judge("confirm")
    button.press("Enter")
    page.wait_for_url(re.compile("/settings"))
    expect(page.get_by_text("Your e-mail address is added.")).to_be_visible()
    methods = page.get_by_role("region", name="Ways to sign in")
    expect(methods.get_by_text(address, exact=True)).to_be_visible()
    judge("added")
    field.fill(address)
    field.press("Enter")
    expect(page.get_by_text("You can already sign in with this address.")).to_be_visible()

    page.goto(link)
    button.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This link has already been used.")
    expect(page.get_by_role("link", name="Back to settings")).to_be_focused()
    judge("used")
    page.goto("/settings")
    remove = methods.get_by_role("button", name=f"Remove E-mail, {address}")
    remove.press("Enter")
    # The only way in stays; a second one makes room for it to go.
    expect(page.locator("[data-toasts]")).to_contain_text("only")
    copy.rows(
        "insert into identities (user_id, provider, subject, email_verified, created_at) "
        "select id, 'email', %s, true, now() from users where username = %s",
        f"other.{address}", f"ida_{width}_{theme}",
    )  # fmt: skip
    page.reload()
    remove.press("Enter")
    expect(methods.get_by_text(address, exact=True)).to_have_count(0)


def test_a_link_for_another_member_and_for_visitors(copy: Stack, mail: MailPeer, chromium, shots: Shots) -> None:
    """AUTH-05: the page says who may use the link, and the link stays good for that member."""
    asker = copy.member()
    assert asker.send("POST", "/api/auth/email/link", {"email": "asker@example.org"}).status == 202
    link = ADDITION.search(mail.wait()[0].text)[0]
    page = chromium.new_page()
    page.goto(link)
    expect(page.get_by_text("Sign in to the account that requested this link.")).to_be_visible()
    shots.of(page, "address-visitor.png")
    page.goto("/settings/email")
    expect(page.get_by_text("This link is incomplete.")).to_be_visible()
    page = enter(copy, chromium, "somebody_else")
    page.goto(link)
    page.get_by_role("button", name="Add this address").click()
    expect(page.get_by_role("alert")).to_contain_text("This link was requested from another account.")
    assert asker.send("POST", "/api/auth/email/confirm", {"token": link.partition("#token=")[2]}).status == 204


def test_an_old_sign_in_is_renewed_first(copy: Stack, mail: MailPeer, chromium) -> None:
    """AUTH-05: adding an address needs a recent sign-in; with JavaScript and without, the page leads there and back."""
    page = enter(copy, chromium, "old_hand")
    copy.rows(
        "update sessions set authenticated_at = authenticated_at - interval '2 hours' "
        "where user_id = (select id from users where username = 'old_hand')"
    )
    copy.rows("select announce_change('sessions', 'all')")
    probe = """async () => {
        const { token } = await (await fetch("/api/csrf")).json();
        const headers = { "Content-Type": "application/json", "X-CSRF-Token": token };
        return (await fetch("/api/auth/email/link", { method: "POST", headers, body: "{}" })).status;
    }"""
    wait_until(lambda: page.evaluate(probe) == 403, "the process knows that the sign-in is old")
    page.goto("/settings")
    field = page.get_by_label("Add an e-mail address")
    field.fill("old@example.org")
    field.press("Enter")
    page.get_by_role("button", name="Sign in again").click()
    page.wait_for_url(re.compile(r"/sign-in\?next=%2Fsettings&again=1"))
    plain = chromium.browser.new_context(
        base_url=copy.facts["url"], storage_state=chromium.storage_state(), java_script_enabled=False)
    page = plain.new_page()
    page.goto("/settings")
    field = page.get_by_label("Add an e-mail address")
    field.fill("old@example.org")
    field.press("Enter")
    expect(page.get_by_role("alert").get_by_role("link", name="Sign in again")).to_be_visible()
    expect(field).to_have_value("old@example.org")
    plain.close()
    assert mail.letters == []


def vote(client: Client, clip: str):
    return client.send("POST", "/api/vote", {"clipId": clip})


def test_the_captcha_is_required_at_once_and_a_pass_serves_one_voter(copy: Stack, captcha: HCaptchaPeer) -> None:
    """VOTE-09: the flag works without a restart; a pass is one voter's, and ends after 30 minutes."""
    clips = copy.season(4)
    first, second = (copy.client(f"203.0.113.{n}").ready() for n in (21, 22))
    assert vote(first, clips[0]).status == 200
    flag(copy, "require_captcha_voting", True)
    try:
        assert vote(first, clips[1]).json()["code"] == "captcha_required"
        state = first.send("POST", "/api/captcha/status", {}).json()
        assert state["required"] and not state["passed"] and state["siteKey"] == captcha.settings["HCAPTCHA_SITE_KEY"]
        token = captcha.answer()
        earned = first.send("POST", "/api/captcha/status", {"captchaToken": token})
        assert earned.status == 200 and earned.json()["passed"] is True
        assert set(captcha.verified[-1]) == {"secret", "response", "sitekey"}
        calls = len(captcha.verified)
        assert vote(first, clips[1]).status == 200
        assert vote(second, clips[1]).json()["code"] == "captcha_required"
        assert len(captcha.verified) == calls
        used = second.send("POST", "/api/captcha/status", {"captchaToken": token})
        assert (used.status, used.json()["code"]) == (422, "captcha_used")
        seconds = copy.value("select extract(epoch from expires_at - now())::int from captcha_passes")
        assert 1700 < seconds <= 1800
        copy.rows("update captcha_passes set expires_at = now() - interval '1 second'")
        assert vote(first, clips[2]).json()["code"] == "captcha_required"
    finally:
        flag(copy, "require_captcha_voting", False)
    assert vote(second, clips[1]).status == 200

    flag(copy, "require_auth_voting", True)
    try:
        assert vote(second, clips[2]).json()["code"] == "auth_required"
        assert vote(copy.member(), clips[2]).status == 200
    finally:
        flag(copy, "require_auth_voting", False)
    assert vote(second, clips[2]).status == 200


def test_responses_that_hcaptcha_rejects(copy: Stack, captcha: HCaptchaPeer) -> None:
    """VOTE-09: each refusal has a code of its own, and any failure of hCaptcha lets no visitor pass."""
    client = copy.client("203.0.113.31").ready()

    def status(token: str) -> tuple[int, str]:
        answer = client.send("POST", "/api/captcha/status", {"captchaToken": token})
        return answer.status, answer.json().get("code", "")

    assert status("made up") == (422, "captcha_invalid")
    assert status(captcha.answer(age=121)) == (422, "captcha_expired")
    assert status(captcha.answer(hostname="evil.example")) == (422, "captcha_other_site")
    try:
        for behaviour in ("down", "html", "garbage", "slow"):
            captcha.behaviour = behaviour
            # A slow hCaptcha does not answer before the test's own deadline, so this answer comes from the host's limit.
            assert status(captcha.answer()) == (503, "captcha_unavailable"), behaviour
    finally:
        captcha.behaviour = "good"
    assert client.send("POST", "/api/captcha/status", {}).json()["passed"] is False
    assert status(captcha.answer()) == (200, "")


def test_solving_the_captcha_in_a_browser(copy: Stack, captcha: HCaptchaPeer, chromium, shots: Shots) -> None:
    """VOTE-09: the widget is loaded only when it is needed; Esc puts it away, solving it sends the vote."""
    copy.fed(copy.season(2))
    votes = "select count(*) from votes where season_id = (select id from seasons where status = 'active')"
    asked, complaints = [], []
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url) if request.url.startswith(captcha.url) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.goto("/dashboard")
    button = page.locator("[data-vote]")
    expect(button).to_be_visible()
    # A key that is pressed before the clips are there votes for none.
    expect(page.locator("[data-stage]")).not_to_have_attribute("aria-busy", "true")
    flag(copy, "require_captcha_voting", True)
    try:
        assert asked == []
        page.keyboard.press("v")
        dialog = page.get_by_role("dialog", name="Complete the captcha")
        expect(dialog.get_by_role("button", name="I am human")).to_be_visible()
        shots.of(page, "captcha.png")
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(button).to_be_focused()
        expect(page.get_by_text("Complete the captcha to vote.")).to_be_visible()
        assert copy.value(votes) == 0

        page.keyboard.press("v")
        captcha.behaviour = "down"
        dialog.get_by_role("button", name="I am human").click()
        expect(dialog.get_by_text("cannot be checked")).to_be_visible()
        captcha.behaviour = "good"
        human = dialog.get_by_role("button", name="I am human")
        human.focus()
        page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)
        expect(button).to_have_attribute("aria-pressed", "true")
        wait_until(lambda: copy.value(votes) == 1, "the vote is counted")
    finally:
        captcha.behaviour = "good"
        flag(copy, "require_captcha_voting", False)
    assert complaints == []


def test_writing_to_the_crew_in_a_browser(copy: Stack, mail: MailPeer, chromium, shots: Shots) -> None:
    """OPS-08: the contact page says what is missing, keeps the message and mails it so that it can be answered."""
    page = chromium.new_page()
    page.goto("/contact")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    expect(page.get_by_text("Write at least 10 characters.")).to_be_visible()
    page.get_by_label("Your name").fill("Bo")
    page.get_by_label("E-mail address").fill("bo@example.org")
    page.get_by_label("Subject").fill("Größe?")
    page.get_by_label("Message", exact=True).fill("How tall may a take be?\n.\nBye")
    shots.of(page, "contact.png")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("heading", name="Message sent")).to_be_focused()
    shots.of(page, "contact-sent.png")
    assert violations(page) == []
    letter = mail.wait()[0]
    assert letter.recipients == ["crew@example.org"] and letter.message["Subject"] == "[Dailies] Größe?"
    assert letter.message["Reply-To"].addresses[0].addr_spec == "bo@example.org"
    assert "How tall may a take be?\n.\nBye" in letter.text
