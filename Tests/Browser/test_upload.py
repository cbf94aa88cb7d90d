"""What the wizard says before a byte is sent, and how it goes on after a lost connection."""

import re
import secrets
import struct
import subprocess

import pytest
from playwright.sync_api import expect

from conftest import PHONE, accept_terms, comes_true, ready, sign_in_link, until, use_link


@pytest.fixture
def wizard(site, run):
    """The page of a new member, since each may have few clips in a season."""
    page = site.context().new_page()
    use_link(page, sign_in_link(run, "--user", f"sender_{secrets.token_hex(4)}"))
    accept_terms(page)
    page.goto("/upload")
    ready(page)
    return page


@pytest.mark.parametrize(
    "name, options, refusal",
    [
        ("long.mp4", {"seconds": 10}, "the limit is 8.5 s"),
        ("sound.mp4", {"extra": ["-vn"]}, "has no video track"),
    ],
)
def test_refuses_before_sending(wizard, make_video, axe, name, options, refusal):
    """CLIP-02"""
    wizard.locator("#file").set_input_files(make_video(name, **options))
    expect(wizard.locator("[data-refusal]")).to_contain_text(refusal)
    expect(wizard.get_by_role("button", name="Continue")).to_be_disabled()
    axe(wizard)


def test_refuses_other_files(wizard, tmp_path):
    """CLIP-02"""
    for name, size, refusal in [("notes.txt", 10, "not an MP4"), ("empty.mp4", 0, "empty"), ("big.mp4", 53_000_000, "50 MB")]:
        path = tmp_path / name
        with path.open("wb") as file:
            file.truncate(size)
        wizard.locator("#file").set_input_files(path)
        expect(wizard.locator("[data-refusal]")).to_contain_text(refusal)


def test_the_file_chosen_last_is_sent(wizard, make_video, site):
    """CLIP-02 a file whose check takes longer does not take the place of one that was chosen after it"""
    site.allow("Failed to load resource")
    wizard.evaluate("""() => {
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (file) => (file.name === "slow.mp4" ? "/held.mp4" : createObjectURL(file));
        URL.revokeObjectURL = (url) => {
            window.given = url;
            revokeObjectURL(url);
        };
    }""")
    held = []
    wizard.route("**/held.mp4", lambda route: held.append(route))
    wizard.locator("#file").set_input_files(make_video("slow.mp4"))
    comes_true(wizard, lambda: held, "its check has begun")
    wizard.locator("#file").set_input_files(make_video("quick.mp4"))
    checks = wizard.locator("[data-checks]")
    expect(checks).to_contain_text("quick.mp4")
    held[0].abort()
    until(wizard, "() => window.given === '/held.mp4'")
    expect(checks).to_contain_text("quick.mp4")
    expect(wizard.locator("[data-drop-title]")).to_contain_text("another video")
    wizard.get_by_role("button", name="Continue").click()
    wizard.get_by_label("Title").fill("The quick one")


def test_counts_and_measures_as_the_server_does(wizard, make_video, tmp_path):
    """CLIP-02 one tolerance, only what is used counts, lengths in code points"""
    # Small pictures: this encoder takes a second of the processor for each second of a large one.
    vp8 = {"size": "180x320", "extra": ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"]}
    limit = make_video("limit.webm", seconds=8.5, **vp8)
    # The container's length is a little longer than the limit, as encoders leave it.
    data = bytearray(limit.read_bytes())
    place = data.index(b"\x44\x89\x88") + 3
    data[place : place + 8] = struct.pack(">d", 8_560.0)
    limit.write_bytes(data)
    wizard.locator("#file").set_input_files(limit)
    expect(wizard.locator("[data-checks]")).to_contain_text("8.5 seconds")

    # A head that lies: the blocks say how long it is, also without any length and when the file was never finished.
    for name, pattern in (("lies.webm", struct.pack(">d", 30_000.0)), ("short.webm", struct.pack(">d", 1_000.0))):
        data[place : place + 8] = pattern
        (tmp_path / name).write_bytes(data)
        wizard.locator("#file").set_input_files(tmp_path / name)
        expect(wizard.locator("[data-checks]")).to_contain_text("8.5 seconds" if name == "lies.webm" else "1.0 seconds")
        expect(wizard.get_by_role("button", name="Continue")).to_be_enabled()
    # A second sound that no player uses is long; one that is too long in truth is still refused.
    unused = tmp_path / "unused.webm"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", limit, "-f", "lavfi", "-i", "sine=d=1", "-f", "lavfi", "-i", "sine=d=20",
         "-map", "0:v", "-map", "1", "-map", "2", "-c:v", "copy", "-c:a", "libopus", unused],
        check=True,
    )  # fmt: skip
    wizard.locator("#file").set_input_files(unused)
    expect(wizard.locator("[data-checks]")).to_contain_text("8.5 seconds")
    wizard.locator("#file").set_input_files(make_video("long.webm", seconds=10, **vp8))
    expect(wizard.locator("[data-refusal]")).to_contain_text("This video is 10.0 s long")

    texts = tmp_path / "texts.srt"
    texts.write_text("1\n00:00:00,000 --> 00:00:20,000\nHello\n")
    tracks = tmp_path / "tracks.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", make_video("plain.mp4"), "-i", texts, "-c", "copy", "-c:s", "mov_text", tracks],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    wizard.locator("#file").set_input_files(tracks)
    expect(wizard.locator("[data-checks]")).to_contain_text("tracks.mp4")
    expect(wizard.locator("[data-checks]")).to_contain_text("3.0 seconds")

    wizard.get_by_role("button", name="Continue").click()
    title = wizard.get_by_label("Title", exact=True)
    title.fill("🎬" * 81)
    expect(wizard.locator("[data-title-count]")).to_have_text("80 / 80")
    assert title.input_value() == "🎬" * 80


def describe(page, title):
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("I own the rights").check()
    page.get_by_label("Everyone in it has agreed").check()
    page.get_by_label("Some or all of it was made with AI").check()


def test_names_what_is_missing(wizard, make_video, axe, shots):
    """CLIP-09 SEC-05"""
    wizard.locator("#file").set_input_files(make_video("good.mp4"))
    expect(wizard.locator("[data-checks]")).to_contain_text("3.0 seconds")
    shots.of(wizard, "upload-chosen.png")
    wizard.get_by_role("button", name="Continue").click()
    wizard.get_by_role("button", name="Submit").click()
    expect(wizard.get_by_text("Enter a title")).to_be_visible()
    agreed = "Confirm that everyone in it has agreed."
    for missing in ("Confirm that you own the rights.", agreed, "Accept the licence to continue."):
        expect(wizard.get_by_text(missing)).to_be_visible()
    expect(wizard.get_by_label("Title", exact=True)).to_be_focused()
    shots.of(wizard, "upload-faults.png")
    axe(wizard)


def test_resumes_after_a_lost_connection(wizard, make_video, site, shots):
    """CLIP-01 a line that is cut is noticed at once, though the request hangs; what was sent is not sent again"""
    site.allow("Failed to load resource")
    # Noise does not compress: the file has more than one part.
    path = make_video("parts.mp4", seconds=6, extra=["-vf", "noise=alls=60:allf=t", "-b:v", "9M"])
    assert path.stat().st_size > 4 * 1024 * 1024
    parts = []

    def second_hangs(route):
        parts.append(route.request.url.split("?")[0])
        if len(parts) != 2:
            route.continue_()

    wizard.route("**/media/upload/**", second_hangs)
    wizard.locator("#file").set_input_files(path)
    describe(wizard, "Lost and found")
    # FILM-09: what is wrong with the captions does not hold up the take.
    wizard.get_by_label("Captions").set_input_files({"name": "a.vtt", "mimeType": "text/vtt", "buffer": b"Hello"})
    wizard.get_by_label("I accept the licence").check()
    wizard.get_by_role("button", name="Submit").click()
    comes_true(wizard, lambda: len(parts) == 2, "the second part is on its way")
    wizard.context.set_offline(True)
    expect(wizard.locator("[data-sent-note]")).to_have_text("You are offline. The upload resumes when you are back online.")
    wizard.context.set_offline(False)
    # How long it takes depends on the machine, so the page shows that it goes on.
    expect(wizard.locator("[data-sent-note]")).to_contain_text(re.compile(r"Checking the file… (\d+ %, )?\d+ second"))
    expect(wizard.get_by_text("Sent.", exact=True)).to_be_visible()
    expect(wizard.locator("[data-outcome-text]")).to_contain_text(
        "The captions were not saved. Line 1: A WebVTT file begins with WEBVTT. Add them under My takes.")
    shots.of(wizard, "upload-sent.png")
    # The part that was lost went again, no other did.
    assert parts.count(parts[1]) > 1 and all(parts.count(part) == 1 for part in parts if part != parts[1]), parts
    wizard.set_viewport_size(PHONE)
    for way in wizard.locator("[data-after] > :visible").all():
        box = way.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, "all of it is on a phone's screen"
        assert way.evaluate("(way) => way.scrollWidth <= way.clientWidth + 1"), way.text_content()


@pytest.mark.parametrize("status", [401, 404])
def test_the_check_outlives_a_lost_connection_but_not_the_session(wizard, make_video, site, axe, shots, status):
    """CLIP-01 CLIP-04"""
    site.allow("Failed to load resource")
    # Without a session, a take that is being checked does not exist.
    refusal = {"status": status, "content_type": "application/problem+json",
               "json": {"status": status, "code": "unknown", "error": "No."}}
    asked = []

    def answer(route):
        asked.append(route)
        if len(asked) == 1:
            route.abort()

    wizard.route(re.compile(r"/api/clip/[0-9a-f-]+$"), answer)
    wizard.locator("#file").set_input_files(make_video("seen.mp4", seconds=2))
    describe(wizard, "Out of session")
    wizard.get_by_label("I accept the licence").check()
    wizard.get_by_role("button", name="Submit").click()
    expect(wizard.locator("[data-sent-note]")).to_contain_text("The site does not answer. Your file has arrived")
    comes_true(wizard, lambda: len(asked) == 2, "it is asked about again")
    wizard.route("**/api/auth/session", lambda account: account.fulfill(json={"user": None, "expiresAt": None}))
    asked[1].fulfill(**refusal)
    told = wizard.locator("[data-outcome-text]")
    expect(told).to_contain_text("Your session has ended. Your file is kept and is being checked.")
    expect(told.get_by_role("link", name="Sign in")).to_have_attribute("href", "/sign-in?next=%2Fprofile%2Fclips")
    expect(wizard.locator("[data-after]")).to_be_visible()
    assert len(asked) == 2
    shots.of(wizard, f"upload-session-{status}.png")
    axe(wizard)


def test_says_what_the_server_finds(wizard, make_video, tmp_path, shots):
    """CLIP-02 the server looks at the real bytes"""
    whole = make_video("whole.mp4", seconds=4, extra=["-movflags", "+faststart"]).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 3])
    wizard.locator("#file").set_input_files(path)
    expect(wizard.get_by_role("button", name="Continue")).to_be_enabled()
    describe(wizard, "Cut off")
    wizard.get_by_label("I accept the licence").check()
    wizard.get_by_role("button", name="Submit").click()
    expect(wizard.get_by_text("There is a problem with the file.")).to_be_visible()
    shots.of(wizard, "upload-refused.png")
