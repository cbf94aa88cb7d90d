"""Media in remote storages: a real S3 server, and doubles of the others, behind a whole copy of the site."""

from __future__ import annotations

import glob
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect, sync_playwright

from cloudinary_api import Cloudinary
from faulty import Faulty
from s3 import KEY, SECRET, S3Server
from shots import Shots
from stack import DEADLINE, Client, Stack, wait_until
from supabase_storage import SupabaseStorage
from test_uploads import begin, outcome, register, sender

BUCKET, OTHER = "film-clips", "other"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory):
    server = S3Server(tmp_path_factory.mktemp("s3"), BUCKET, OTHER)
    try:
        yield server.launch()
    finally:
        server.stop()


def settings(s3: S3Server, url: str | None = None, bucket: str = BUCKET) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1", "AWS_S3_BUCKET": bucket,
        "AWS_ENDPOINT_URL": url or s3.url, "STORAGE_TIMEOUT": "10",
    }  # fmt: skip


@pytest.fixture(scope="module")
def site(s3: S3Server):
    """A copy whose media are in S3, and which also looks on its own disk."""
    given = settings(s3) | {"STORAGE_BACKEND": "s3", "STORAGE_PREVIOUS": "local"}
    words = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
    with tempfile.TemporaryDirectory(prefix="dailies-s3-") as directory:
        pathlib.Path(directory).chmod(0o755)
        copy = Stack(pathlib.Path(directory), "--no-demo", "--trust-proxy", "127.0.0.1", *words)
        try:
            copy.start()
            s3.await_ready()
            copy.season(1)
            yield copy
        finally:
            copy.stop()


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Two parts."""
    path = tmp_path_factory.mktemp("video") / "phone.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=180x320:rate=24", "-t", "1", "-pix_fmt", "yuv420p", "-b:v",
         "38M", "-minrate", "38M", "-bufsize", "38M", "-preset", "ultrafast", "-x264-params", "nal-hrd=cbr", path],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert path.stat().st_size > 4 << 20
    return path


def put(url: str, data: bytes, headers: dict[str, str], method: str = "PUT") -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=DEADLINE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def send(upload: dict, path: pathlib.Path) -> None:
    """As the page sends it: parts by PUT, or a form."""
    data, size = path.read_bytes(), upload["parts"]["size"]
    for number, url in enumerate(upload["parts"]["urls"]):
        part = data[number * size : (number + 1) * size]
        if upload["method"] == "PUT":
            assert put(url, part, upload["headers"]) == 200
            continue
        edge = "edge0000"
        form = "".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in upload["fields"].items()
        )
        form += f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="clip"\r\nContent-Type: video/mp4\r\n\r\n'
        whole = form.encode() + part + f"\r\n--{edge}--\r\n".encode()
        assert put(url, whole, {"Content-Type": f"multipart/form-data; boundary={edge}"}, "POST") == 200


def ready_clip(site: Stack, member: Client, video: pathlib.Path) -> str:
    upload = begin(member, video)
    send(upload, video)
    clip = register(member, upload).json()["clipId"]
    assert outcome(site, clip) == ("ready", None)
    return clip


def ready_picture(member: Client, path: pathlib.Path) -> str:
    """A picture that videos start from, sent as a clip is."""
    upload = begin(member, path, "image/png", purpose="picture")
    early = member.send("POST", "/api/upload/image", {"imageId": upload["uploadId"]})
    assert early.status == 422 and early.json()["code"] == "upload_incomplete"
    send(upload, path)
    for _ in range(2):
        assert member.send("POST", "/api/upload/image", {"imageId": upload["uploadId"]}).status == 202
    asked = f"/api/upload/image?imageId={upload['uploadId']}"
    wait_until(lambda: member.get(asked).json()["state"] == "ready", "the picture is re-encoded")
    assert member.get(asked).json()["width"] == 64
    return upload["uploadId"]


def paths(site: Stack, clip: str) -> list[str]:
    video, poster = site.rows("select video_key, poster_key from tournament_clips where id = %s", clip)[0]
    return [f"/media/{video}", f"/media/{poster}", "/media/" + re.sub(r"\..*", "-96.webp", poster)]


def storage_move(
    site: Stack, source: str, target: str, *words: str, check: bool = True, **more: str
) -> subprocess.CompletedProcess:
    given = {"STORAGE_BACKEND": target, "STORAGE_PREVIOUS": source} | more
    return subprocess.run(
        [site.directory / "bin/dailies", "storage", "move", "--from", source, "--to", target, "--config",
         site.directory / "dailies.conf", *words],
        env=os.environ | {"DATABASE_URL": "postgresql:///none"} | given,
        check=check, capture_output=True, text=True, timeout=DEADLINE * 2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("picture") / "start.png"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", "1", path], check=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def sent(site: Stack, s3: S3Server, video: pathlib.Path, shots: Shots) -> tuple[str, Client]:
    """A clip that a phone's browser sent, and its sender."""
    link = site.command("sign-in-link", "--user", "m_phone").stdout.strip().splitlines()[-1]
    requests, complaints = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"])
        context = browser.new_context(base_url=f"http://127.0.0.1:{site.port}", viewport={"width": 390, "height": 844})
        context.set_default_timeout(DEADLINE * 1000)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: requests.append((request.method, request.url)))
        page.goto(link)
        page.get_by_role("button", name="Sign in on this device").click()
        page.wait_for_url(re.compile(r"/(dashboard|onboarding)"))
        page.goto("/terms/accept?next=/upload")
        page.get_by_label("I have read the terms").check()
        page.get_by_role("button", name="Accept the terms").click()
        page.wait_for_url("**/upload")
        page.locator("#file").set_input_files(video)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Title", exact=True).fill("From a phone")
        for label in ("I own the rights", "Everyone in it has agreed", "I accept the licence"):
            page.get_by_label(label).check()
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("Sent.", exact=True)).to_be_visible(timeout=DEADLINE * 1000)
        shots.of(page, "storage-sent.png")
        browser.close()
    # The clip that opens the round has no files.
    assert [text for text in complaints if "404" not in text] == [], "the page may send to the storage"
    parts = [url for method, url in requests if method == "PUT"]
    assert len(parts) == 2 and all(url.startswith(f"{s3.url}/{BUCKET}/incoming/") for url in parts), parts
    clip = str(site.value("select id from tournament_clips where title = 'From a phone'"))
    assert outcome(site, clip) == ("ready", None)
    return clip, site.client().sign_in(site.command("sign-in-link", "--user", "m_phone").stdout.strip().splitlines()[-1])


def test_from_a_browser_to_s3_and_back_to_a_player(site: Stack, s3: S3Server, sent: tuple[str, Client]) -> None:
    """CLIP-08 CLIP-01 SEC-06: sent to S3 by the browser, checked by the job, private until approved, then anyone's."""
    clip, creator = sent
    # Both go when the clip is ready already; other jobs work on the disk for a moment.
    wait_until(lambda: not s3.objects(BUCKET, "incoming/"), "the parts are gone")
    wait_until(lambda: not glob.glob(f"{site.directory}/media/*/*/*", include_hidden=True), "nothing is on the disk")
    stored = s3.objects(BUCKET)
    files = paths(site, clip)
    visitor = site.client()
    for path in files:
        assert visitor.get(path).status == 404
        own = creator.get(path)
        assert own.status == 200 and own.body == stored[path.removeprefix("/media/")]
        assert own.headers["cache-control"] == "private, no-store"
    assert visitor.get("/media/originals/" + clip + "/x.mp4").status == 404

    assert site.admin().send("POST", "/api/admin/approve", {"clipId": clip}).status == 200
    wait_until(lambda: visitor.get(files[0]).status == 200, "everyone may load it")
    shown = visitor.get(f"/api/clip/{clip}").json()
    shown = shown.get("clip", shown)
    part = visitor.get(shown["videoUrl"], headers={"Range": "bytes=4-99"})
    assert part.status == 206 and part.body == stored[files[0].removeprefix("/media/")][4:100]
    assert part.headers["content-type"] == "video/mp4" and part.headers["content-range"].startswith("bytes 4-99/")
    assert visitor.get(files[0]).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert not [name for name in part.headers if name.startswith("x-amz") or name in ("set-cookie", "server-side")]
    again = visitor.get(files[0], headers={"If-None-Match": visitor.get(files[0]).headers["etag"]})
    assert again.status == 304
    assert visitor.get(files[0], headers={"Range": "bytes=99999999-"}).status == 416
    head = visitor.send("HEAD", files[0])
    assert head.status == 200 and int(head.headers["content-length"]) == len(stored[files[0].removeprefix("/media/")])
    assert visitor.get(files[0].replace(".mp4", "0.mp4")).status == 404
    for name in ("Cookie", "Authorization"):
        assert visitor.get(files[0], headers={name: "session=secret"}).status in (200, 401), "not passed on"


def test_an_address_takes_one_file(site: Stack, s3: S3Server, video: pathlib.Path) -> None:
    """CLIP-03 CLIP-08: S3 refuses another size, type, part or method; and an incomplete upload is not registered."""
    member = sender(site)
    upload = begin(member, video)
    data, size = video.read_bytes(), upload["parts"]["size"]
    first, second = upload["parts"]["urls"]
    part = data[:size]
    assert put(first, part + b"x", upload["headers"]) == 403
    assert put(first, part[:-1], upload["headers"]) == 403
    assert put(first, part, {"Content-Type": "video/webm"}) == 403
    assert put(second, part, upload["headers"]) == 403
    assert put(first.replace("incoming", "clips"), part, upload["headers"]) == 403
    assert put(first, None, {}, "GET") == 403
    assert put(first, part, upload["headers"]) == 200
    early = register(member, upload)
    assert early.status == 422 and early.json()["missingParts"] == [2]
    # After a lost connection the page asks what has arrived.
    resumed = member.get(f"/api/upload/signed-url?uploadId={upload['uploadId']}").json()
    assert resumed["parts"]["arrived"] == [1]
    assert put(resumed["parts"]["urls"][1], data[size:], resumed["headers"]) == 200
    assert register(member, upload).status == 201


def test_a_picture_for_the_studio_is_sent_as_a_clip_is(site: Stack, s3: S3Server, picture: pathlib.Path) -> None:
    """GEN-11 CLIP-08: to S3 by its signed addresses, re-encoded there, private, and no clip."""
    member = sender(site)
    image = ready_picture(member, picture)
    (stored,) = s3.objects(BUCKET, f"sources/{image}/")
    assert s3.objects(BUCKET)[stored][:3] == b"\xff\xd8\xff"
    wait_until(lambda: not s3.objects(BUCKET, f"incoming/{image}/"), "the parts are gone")
    assert member.get("/media/" + stored).status == 404
    assert register(member, {"uploadId": image}).status == 404
    made = member.send("POST", "/api/jobs", {"model": "local", "prompt": "zoom in", "duration": 2, "imageId": image})
    assert made.status == 202, made.body
    job = made.json()["jobId"]
    wait_until(lambda: member.get(f"/api/jobs/{job}").json()["status"] == "completed", "a video starts from it")
    assert member.send("DELETE", "/api/videos", {"jobIds": [job]}).json()["deleted"] == 1
    wait_until(lambda: not s3.objects(BUCKET, f"videos/{job}/"), "its files are gone")


def test_moved_to_the_disk_and_back(site: Stack, s3: S3Server, sent: tuple[str, Client]) -> None:
    """CLIP-08: killed at several points in both directions, the same bytes arrive, and the site plays them all the time."""
    clip, _ = sent
    wait_until(lambda: not s3.objects(BUCKET, "incoming/"), "other clips are processed")
    before = s3.objects(BUCKET)
    files = paths(site, clip)
    assert len(before) >= 6
    front = Faulty(s3.url)
    media = site.directory / "media"

    def local() -> dict[str, bytes]:
        found = [path for family in ("clips", "originals", "films", "sources", "videos") for path in (media / family).glob("*/*")]
        return {str(path.relative_to(media)): path.read_bytes() for path in found}

    def plays() -> None:
        for path in files:
            answer = site.client().get(path)
            assert answer.status == 200 and answer.body == before[path.removeprefix("/media/")], path
        assert before == s3.objects(BUCKET) | local(), "every object is whole in one of the two"

    def killed(source: str, target: str, method: str, part: str) -> None:
        """Killed while a request of this kind waits for its answer."""
        front.seen.clear()
        front.fail("slow", method, part)
        process = subprocess.Popen(
            [site.directory / "bin/dailies", "storage", "move", "--from", source, "--to", target, "--workers", "2", "--config",
             site.directory / "dailies.conf"],
            env=os.environ | {"DATABASE_URL": "postgresql:///none", "STORAGE_BACKEND": target, "STORAGE_PREVIOUS": source,
                              "AWS_ENDPOINT_URL": front.url, "STORAGE_TIMEOUT": "60"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            front.until(lambda seen: any(m == method and part in p for m, p in seen), DEADLINE)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
            front.heal()
        plays()

    try:
        refused = storage_move(site, "s3", "local", check=False, STORAGE_BACKEND="s3", STORAGE_PREVIOUS="local")
        assert refused.returncode == 1 and "STORAGE_BACKEND=local" in refused.stderr
        counted = json.loads(storage_move(site, "s3", "local", "--dry-run", "--json").stdout)
        assert counted["found"] == len(before) and counted["foundBytes"] == sum(map(len, before.values()))

        killed("s3", "local", "GET", "/clips/")
        killed("s3", "local", "DELETE", "/clips/")
        done = json.loads(storage_move(site, "s3", "local", "--json", AWS_ENDPOINT_URL=front.url).stdout)
        assert done["faults"] == [] and done["stopped"] is None
        assert local() == before and s3.objects(BUCKET) == {}
        plays()

        killed("local", "s3", "PUT", "/clips/")
        killed("local", "s3", "GET", "/clips/")
        back = storage_move(site, "local", "s3", AWS_ENDPOINT_URL=front.url)
        assert "Nothing is left" in back.stdout, back.stdout
        assert s3.objects(BUCKET) == before and local() == {}
        plays()
    finally:
        front.stop()




@pytest.fixture
def remote(request: pytest.FixtureRequest, s3: S3Server):
    """A back end by its name: its settings, and what it holds."""
    kind = request.param
    if kind in ("s3", "r2"):
        front = Faulty(s3.url)
        names = settings(s3, front.url, OTHER) | {"STORAGE_TIMEOUT": "2"}
        if kind == "r2":
            names = {
                "R2_ACCOUNT_ID": "unused", "R2_ACCESS_KEY_ID": KEY, "R2_SECRET_ACCESS_KEY": SECRET, "R2_BUCKET_NAME": OTHER,
                "R2_ENDPOINT": front.url, "STORAGE_TIMEOUT": "2",
            }  # fmt: skip
        yield kind, names, front, lambda: s3.objects(OTHER)
        s3.clear(OTHER)
    else:
        double = SupabaseStorage() if kind == "supabase" else Cloudinary()
        front = Faulty(double.url)
        names = {name: value.replace(double.url, front.url) for name, value in double.settings.items()} | {"STORAGE_TIMEOUT": "2"}
        yield kind, names, front, lambda: {name: held[0] for name, held in list(double.objects.items())}
        double.stop()
    front.stop()


# R2 is S3 under other settings, which the doctor's test reads.
@pytest.mark.parametrize("remote", ["s3", "supabase", "cloudinary"], indirect=True)
def test_a_move_through_every_fault(site: Stack, remote, tmp_path: pathlib.Path) -> None:
    """CLIP-08: 403, 404, 500, slow and broken answers are named, nothing is lost, and the next move completes it."""
    kind, names, front, held = remote
    objects = {}
    for number in range(6):
        name = f"films/00000000-0000-4000-8000-00000000000{number}/abc-file{number}.mp4"
        objects[name] = os.urandom(1_000 + 70_000 * number)
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(objects[name])

    def local() -> dict[str, bytes]:
        return {str(path.relative_to(tmp_path)): path.read_bytes() for path in (tmp_path / "films").glob("*/*")}

    def move(source: str, target: str) -> dict:
        ended = storage_move(site, source, target, "--json", check=False, MEDIA_DIR=str(tmp_path), **names)
        assert ended.stdout, ended.stderr
        report = json.loads(ended.stdout)
        assert ended.returncode == (1 if report["faults"] or report["stopped"] else 0)
        assert local() | held() == objects, "nothing is lost"
        return report

    writes = "PUT" if kind == "s3" else "POST"
    stored = {"s3": "file", "supabase": "file", "cloudinary": "/raw/upload"}[kind]
    # Credentials that are refused end it at once; nothing was tried with the others.
    front.fail(403, writes, stored, body=b'{"statusCode":"403","code":"AccessDenied"}')
    denied = move("local", kind)
    assert denied["stopped"] and "403" in denied["stopped"] and denied["copied"] == 0, denied
    front.heal()
    # Answers that pass are waited for: each kind of fault twice.
    for fault in (500, 503, "reset", "slow"):
        front.fail(fault, writes, stored, times=1)
    report = move("local", kind)
    assert report["faults"] == [] and report["stopped"] is None, report
    assert held() == objects and local() == {}

    # Back: half an answer, a list that breaks, an object that is gone.
    front.fail("half", "GET", "file1", times=1)
    front.fail(500, "GET", "file2", times=1)
    front.fail("reset", "GET", "file3", times=1)
    assert move(kind, "local")["faults"] == []
    assert local() == objects and held() == {}
    # A server that stays broken: five objects, then the end.
    front.fail(500, writes, stored)
    broken = move("local", kind)
    assert "500" in broken["stopped"] and len(broken["faults"]) >= 5
    front.heal()
    front.fail(404, writes, stored, times=1, body=b'{"statusCode":"404","code":"NoSuchKey"}')
    partly = move("local", kind)
    assert len(partly["faults"]) == 1 and "404" in partly["faults"][0]["reason"]
    front.heal()
    assert move("local", kind)["copied"] == 1 and held() == objects


@pytest.mark.parametrize("remote", ["s3", "r2", "supabase", "cloudinary"], indirect=True)
def test_the_doctor_tries_the_storage(site: Stack, remote, tmp_path: pathlib.Path) -> None:
    """CLIP-08 OPS-03: it writes, lists, reads and deletes, and says what is wrong and how to fix it."""
    kind, names, front, held = remote

    def findings(**more: str) -> dict[str, dict]:
        ended = subprocess.run(
            [site.directory / "bin/dailies", "doctor", "--json", "--config", site.directory / "dailies.conf"],
            env=os.environ | {"DATABASE_URL": "postgresql:///none?host=/nowhere", "STORAGE_BACKEND": kind} | names
            | {"STORAGE_PREVIOUS": "local", "MEDIA_DIR": str(tmp_path)} | more,
            capture_output=True, text=True, timeout=DEADLINE,
        )  # fmt: skip
        # Of both storages; the remote one comes first.
        return {
            finding["check"]: finding for finding in reversed(json.loads(ended.stdout)) if finding["check"].startswith("storage")
        }

    good = findings()
    assert all(finding["isGood"] for finding in good.values()) and "storage privacy" in good, good
    assert held() == {}, "the object of the check is gone"
    secret = {
        "s3": "AWS_SECRET_ACCESS_KEY",
        "r2": "R2_SECRET_ACCESS_KEY",
        "supabase": "SUPABASE_SERVICE_ROLE",
        "cloudinary": "CLOUDINARY_API_SECRET",
    }
    wrong = findings(**{secret[kind]: "wrong"})["storage"]
    assert not wrong["isGood"] and "cannot write" in wrong["detail"] and "credentials" in wrong["remedy"], wrong
    front.fail(500)
    away = findings()["storage"]
    assert not away["isGood"] and "500" in away["detail"] and "address" in away["remedy"], away
    front.heal()
    if kind in ("s3", "r2"):
        front.fail(403, "OPTIONS")
        closed = findings()["storage uploads"]
        assert not closed["isGood"] and "CORS" in closed["remedy"], closed


@pytest.mark.parametrize("remote", ["supabase", "cloudinary"], indirect=True)
def test_a_clip_in_every_storage(site: Stack, remote, video: pathlib.Path, picture: pathlib.Path) -> None:
    """CLIP-08 SEC-06: uploaded by the addresses that the site gives, checked, private, played, and gone with its member."""
    kind, names, front, held = remote
    config = site.directory / "dailies.conf"
    original = config.read_text()
    kept = [line for line in original.splitlines() if not line.startswith("STORAGE_")]
    changed = names | {"STORAGE_BACKEND": kind, "STORAGE_PREVIOUS": "s3", "STORAGE_TIMEOUT": "10"}

    def restart() -> None:
        with ThreadPoolExecutor() as pool:
            old = {name: site.kill(name, signal.SIGTERM) for name in ("outward", "web", "drain")}
            list(pool.map(lambda pair: site.await_replacement(*pair), old.items()))

    try:
        config.write_text("\n".join(kept + [f"{name}={value}" for name, value in changed.items()]) + "\n")
        restart()
        member = sender(site)
        clip = ready_clip(site, member, video)
        image = ready_picture(member, picture)
        assert [name for name in held() if name.startswith(f"sources/{image}/")]
        wait_until(lambda: not [name for name in held() if name.startswith("incoming/")], "the parts are gone")
        files = paths(site, clip)
        visitor = site.client()
        for path in files:
            own = member.get(path)
            assert own.status == 200 and own.body == held()[path.removeprefix("/media/")]
            assert visitor.get(path).status == 404
        assert site.admin().send("POST", "/api/admin/approve", {"clipId": clip}).status == 200
        wait_until(lambda: visitor.get(files[0]).status == 200, "everyone may load it")
        part = visitor.get(files[0], headers={"Range": "bytes=4-9"})
        assert part.status == 206 and part.body == held()[files[0].removeprefix("/media/")][4:10]
        assert part.headers["content-type"] == "video/mp4" and "set-cookie" not in part.headers
        assert visitor.get(files[0]).headers["cache-control"] == "public, max-age=31536000, immutable"
        older = site.value("select video_key from tournament_clips where title = 'From a phone'")
        assert visitor.get(f"/media/{older}").status == 200, "what is still in the storage before is found there"
        # A storage that is away is no fault of the file.
        front.fail(500)
        answer = member.send("POST", "/api/upload/signed-url", {"fileName": "a.mp4", "contentType": "video/mp4", "size": 9})
        if kind == "supabase":
            assert answer.status == 503 and answer.json()["code"] == "storage_unavailable"
        front.heal()
        # What leaves with a member leaves the storage.
        left = member.send("DELETE", "/api/account/delete", {"confirmation": "DELETE MY ACCOUNT"})
        assert left.status == 200, left.body
        wait_until(lambda: not [name for name in held() if clip in name or image in name], "its files are gone")
    finally:
        config.write_text(original)
        restart()
