"""Uploads with real files through nginx: the way in, and every way in which it is refused."""

from __future__ import annotations

import glob
import pathlib
import re
import subprocess

import pytest

from stack import Answer, Client, Stack, wait_until


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    """Files as people send them, good and bad, made by ffmpeg."""
    directory = tmp_path_factory.mktemp("videos")

    def make(name: str, *arguments: str) -> pathlib.Path:
        path = directory / name
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, path], check=True, stdin=subprocess.DEVNULL)
        return path

    source = ["-f", "lavfi", "-i", "testsrc2=size=360x640:rate=24"]
    good = make("good.mp4", *source, "-t", "3", "-pix_fmt", "yuv420p")
    truncated = directory / "truncated.mp4"
    truncated.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    image = make("image.png", *source, "-frames:v", "1")
    renamed = directory / "renamed.mp4"
    renamed.write_bytes(image.read_bytes())
    script = directory / "script.mp4"
    script.write_bytes(b"#!/bin/sh\nrm -rf /\n" * 40)
    return {
        "good": good,
        "large": make("large.mp4", *source, "-t", "6", "-pix_fmt", "yuv420p", "-b:v", "9M", "-minrate", "9M", "-bufsize",
                      "9M", "-x264-params", "nal-hrd=cbr"),
        "webm": make("good.webm", *source, "-t", "2", "-c:v", "libvpx", "-b:v", "300k"),
        "truncated": truncated,
        "renamed": renamed,
        "script": script,
        "long": make("long.mp4", *source, "-t", "12", "-pix_fmt", "yuv420p"),
        "audio": make("audio.mp4", "-f", "lavfi", "-i", "sine=frequency=440:duration=2"),
    }


def sender(stack: Stack) -> Client:
    """A member who has accepted the terms in force."""
    member = stack.member()
    terms = member.get("/api/terms/check").json()
    assert member.send("POST", "/api/terms/accept", {"version": terms["version"], "accepted": True}).status == 200
    return member


def begin(client: Client, path: pathlib.Path, content_type: str = "video/mp4", **more: str) -> dict:
    answer = client.send(
        "POST", "/api/upload/signed-url",
        {"fileName": path.name, "contentType": content_type, "size": path.stat().st_size} | more,
    )  # fmt: skip
    assert answer.status == 201, answer.body
    return answer.json()


def put(client: Client, url: str, data: bytes, content_type: str = "video/mp4", method: str = "PUT") -> Answer:
    return client.send(method, url, data, headers={"Content-Type": content_type})


def send(client: Client, path: pathlib.Path, content_type: str = "video/mp4") -> dict:
    upload = begin(client, path, content_type)
    data = path.read_bytes()
    size = upload["parts"]["size"]
    for number, url in enumerate(upload["parts"]["urls"]):
        answer = put(client, url, data[number * size : (number + 1) * size], content_type)
        assert answer.status in (201, 204), answer.body
    return upload


def register(client: Client, upload: dict, **more: object) -> Answer:
    return client.send(
        "POST", "/api/upload/register",
        {
            "uploadId": upload["uploadId"], "title": "A take", "genre": "Sci-Fi", "rightsConfirmed": True,
            "consentConfirmed": True, "licenceAccepted": True, "aiGenerated": True, **more,
        },
    )  # fmt: skip


def outcome(stack: Stack, clip: str) -> tuple[str, str | None]:
    return wait_until(
        lambda: next(
            iter(
                stack.rows(
                    "select processing, processing_error from tournament_clips where id = %s and "
                    "processing <> 'processing'",
                    clip,
                )
            ),
            None,
        ),
        "the clip is judged",
    )


def test_from_the_file_to_the_open_slot(stack: Stack, videos: dict[str, pathlib.Path]) -> None:
    """CLIP-01 CLIP-03 CLIP-04 CLIP-05: sent in parts, registered, processed, approved, played with ranges."""
    stack.season(1)
    member = sender(stack)
    upload = send(member, videos["large"])
    assert upload["parts"]["count"] >= 2, "this file needs several parts"
    answer = register(member, upload)
    assert answer.status == 201, answer.body
    clip = answer.json()["clipId"]
    assert register(member, upload).json()["clipId"] == clip, "registering again answers the same clip"
    assert outcome(stack, clip) == ("ready", None)
    assert stack.client().get(f"/api/clip/{clip}").status == 404, "visitors cannot see pending clips"

    admin = stack.admin()
    approved = admin.send("POST", "/api/admin/approve", {"clipId": clip})
    assert approved.status == 200, approved.body
    shown = stack.client().get(f"/api/clip/{clip}").json()
    shown = shown.get("clip", shown)
    assert (shown["width"], shown["height"]) == (1080, 1920)
    assert shown["blurhash"] and 5.5 < shown["durationSeconds"] < 6.5
    part = stack.client().get(shown["videoUrl"], headers={"Range": "bytes=0-99"})
    assert part.status == 206 and len(part.body) == 100 and part.body[4:8] == b"ftyp"
    assert stack.client().get(shown["posterUrl"]).headers["content-type"].startswith("image/")
    # The index comes before the pictures, so that playing starts with the first bytes.
    whole = stack.client().get(shown["videoUrl"]).body
    assert whole.index(b"moov") < whole.index(b"mdat")


def test_webm_is_accepted(stack: Stack, videos: dict[str, pathlib.Path]) -> None:
    """CLIP-02: WebM too becomes an MP4."""
    stack.season(1)
    member = sender(stack)
    clip = register(member, send(member, videos["webm"], "video/webm")).json()["clipId"]
    assert outcome(stack, clip) == ("ready", None)


@pytest.mark.parametrize("kind", ["truncated", "renamed", "script", "long", "audio"])
def test_what_ffprobe_refuses(stack: Stack, videos: dict[str, pathlib.Path], kind: str) -> None:
    """CLIP-02: the real bytes decide; the reason is clear and the file is gone."""
    stack.season(1)
    member = sender(stack)
    upload = send(member, videos[kind])
    clip = register(member, upload).json()["clipId"]
    state, reason = outcome(stack, clip)
    assert state == "failed"
    assert reason and len(reason) > 20 and "/" not in reason, "a sentence for people, without paths"
    # Unlike a Path's, this glob bears a directory that goes meanwhile.
    wait_until(lambda: not glob.glob(f"{stack.directory}/media/incoming/{upload['uploadId']}/*"), "the parts are gone")
    assert not (stack.directory / "media" / "clips" / clip).exists()


def test_a_signature_allows_one_file_only(stack: Stack, videos: dict[str, pathlib.Path]) -> None:
    """CLIP-03 SEC-05: another path, size, type, method, time or a changed signature is refused before the body."""
    stack.season(1)
    member = sender(stack)
    data = videos["good"].read_bytes()
    upload = begin(member, videos["good"])
    url = upload["parts"]["urls"][0]
    other = begin(member, videos["good"])["parts"]["urls"][0]
    path, _, query = url.partition("?")
    signature = re.search(r"signature=([^&]+)", query)[1]
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    expires = re.search(r"expires=(\d+)", query)[1]
    tampered = {
        "another part": re.sub(r"/1\?", "/2?", url),
        "another upload": other.partition("?")[0] + "?" + query,
        "a changed signature": url.replace(signature, flipped),
        "a later end": url.replace(f"expires={expires}", f"expires={int(expires) + 3600}"),
        "no signature": path,
        "a path upwards": path.replace("/media/upload/", "/media/upload/../clips/") + "?" + query,
    }
    for what, address in tampered.items():
        answer = put(member, address, data)
        assert answer.status in (400, 403, 404, 405, 413), f"{what}: {answer.status}"
    assert put(member, url, data + b"x").status == 403, "one byte more"
    assert put(member, url, data[:-1]).status == 403, "one byte less"
    assert put(member, url, data, "video/webm").status == 403, "another type"
    for method in ("GET", "POST", "DELETE"):
        assert put(member, url, data, method=method).status in (403, 405), method
    assert put(member, url, data).status in (201, 204), "the declared file itself"
    assert register(member, upload).status == 201
    assert put(member, url, data).status == 403, "a replay after registering"


def test_what_is_declared_wrongly(stack: Stack, videos: dict[str, pathlib.Path]) -> None:
    """CLIP-02 SEC-05: 422 that names the field; nothing is registered half."""
    stack.season(1)
    member = sender(stack)
    fields = {"fileName": "a.mp4", "contentType": "video/mp4", "size": 1000}
    for change, field in (
        ({"contentType": "image/png"}, "contentType"),
        ({"size": 52_428_801}, "size"),
        ({"size": 0}, "size"),
        ({"size": "big"}, "size"),
        ({"surprise": 1}, "surprise"),
    ):
        answer = member.send("POST", "/api/upload/signed-url", fields | change)
        assert answer.status == 422, answer.body
        assert field in str(answer.json()["details"]), answer.body
    upload = begin(member, videos["good"])
    early = register(member, upload)
    assert early.status == 422 and early.json()["missingParts"] == [1], "nothing has arrived yet"
    put(member, upload["parts"]["urls"][0], videos["good"].read_bytes())
    for change, field in (
        ({"title": ""}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"genre": "Western"}, "genre"),
        ({"rightsConfirmed": False}, "rightsConfirmed"),
        ({"consentConfirmed": False}, "consentConfirmed"),
        ({"licenceAccepted": False}, "licenceAccepted"),
        ({"description": "x" * 501}, "description"),
    ):
        answer = register(member, upload, **change)
        assert answer.status == 422, (change, answer.body)
        assert field in str(answer.json()["details"]), answer.body
    stranger = sender(stack)
    assert register(stranger, upload).status in (403, 404), "somebody else's upload"
    assert stack.client().ready().send("POST", "/api/upload/signed-url", fields).status == 401
    text = register(member, upload, title="'; drop table votes; -- <script>alert(1)</script>")
    assert text.status == 201
    assert stack.value("select count(*) >= 0 from votes")
    kept = stack.value("select title from tournament_clips where id = %s", text.json()["clipId"])
    assert "drop table votes" in kept, "text is text"
