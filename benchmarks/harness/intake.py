"""The rows of uploads: from the last byte of a clip to something that plays, and to a rendition and a poster."""

from __future__ import annotations

import http.client
import json
import pathlib
import subprocess
import time

from .result import Result
from .stack import Stack, Wrong

# What a telephone records, with noise, so that decoding and encoding have something to do.
SOURCE = [
    "-f", "lavfi", "-i", "testsrc2=s=1080x1920:r=30:d=8,noise=alls=12:allf=t", "-f", "lavfi", "-i", "sine=d=8",
    "-c:v", "libx264", "-preset", "veryfast", "-b:v", "12M", "-pix_fmt", "yuv420p", "-c:a", "aac",
]  # fmt: skip

# The same output by one command that knows what it will find.
REFERENCE = [
    "-vf", "scale=1080:1920,fps=30", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-pix_fmt", "yuv420p",
    "-crf", "21", "-maxrate", "3800k", "-bufsize", "3800k", "-g", "60", "-c:a", "aac", "-b:a", "128k", "-ar", "48000",
    "-ac", "2", "-movflags", "+faststart",
]  # fmt: skip


def ffmpeg(*words: str | pathlib.Path) -> float:
    begin = time.monotonic()
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *words], check=True)
    return time.monotonic() - begin


class Member:
    """One of the members that were filled in, with its cookie, form token and address."""

    def __init__(self, stack: Stack, number: int) -> None:
        self.stack = stack
        line = stack.file("member-voters.tsv").read_text().splitlines()[number]
        cookie, form, _, address = line.split("\t")
        self.headers = {
            "Host": "bench", "Cookie": cookie, "X-CSRF-Token": form, "X-Forwarded-For": address,
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Dailies-Bench", "Accept-Language": "en",
            "Accept-Encoding": "identity", "Sec-Fetch-Site": "same-origin",
        }  # fmt: skip

    def send(self, method: str, path: str, body: bytes | dict | None = None, kind: str = "application/json") -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=60)
        try:
            data = json.dumps(body).encode() if isinstance(body, dict) else body
            connection.request(method, path, data, self.headers | ({"Content-Type": kind} if data else {}))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status not in (200, 201, 204):
                raise Wrong(f"{method} {path}: {answer.status} {text[:200]!r}")
            return json.loads(text) if text else {}
        finally:
            connection.close()


    def played(self, address: str) -> float:
        """Loads the beginning of a file, as a player does. Returns the time at which it has come."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=60)
        try:
            connection.request("GET", address, None, self.headers | {"Range": "bytes=0-"})
            answer = connection.getresponse()
            if answer.status != 206 or len(answer.read()) < 100_000:
                raise Wrong(f"{address}: {answer.status}")
            return time.monotonic()
        finally:
            connection.close()


def upload(stack: Stack, number: int, path: pathlib.Path) -> tuple[float, float]:
    """Sends a file and registers it. Returns the seconds until the creator can play it and until it is ready for review."""
    member = Member(stack, number)
    data = path.read_bytes()
    terms = member.send("GET", "/api/terms/check")
    if not terms["accepted"]:
        member.send("POST", "/api/terms/accept", {"version": terms["version"], "accepted": True})
    begun = member.send(
        "POST", "/api/upload/signed-url", {"fileName": path.name, "contentType": "video/mp4", "size": len(data)}
    )
    size = begun["parts"]["size"]
    for part, url in enumerate(begun["parts"]["urls"]):
        member.send("PUT", url, data[part * size : (part + 1) * size], "video/mp4")
    begin = time.monotonic()
    clip = member.send(
        "POST", "/api/upload/register",
        {
            "uploadId": begun["uploadId"], "title": "A clip", "genre": "Other", "rightsConfirmed": True,
            "consentConfirmed": True, "licenceAccepted": True, "aiGenerated": False,
        },
    )["clipId"]  # fmt: skip
    playable = None
    while True:
        found = member.send("GET", f"/api/clip/{clip}")
        if playable is None and (address := found["previewUrl"] or found["videoUrl"]):
            playable = member.played(address) - begin
        if found["processing"] != "processing":
            break
        if time.monotonic() - begin > 300:
            raise Wrong("the clip is not finished after 300 s")
        # On a busy machine this takes minutes, and a member may ask only so often.
        time.sleep(0.05 if time.monotonic() - begin < 8 else 0.5)
    if found["processing"] != "ready" or found["status"] != "pending":
        raise Wrong(f"the clip is {found['processing']}: {found['processingError']}")
    return playable, time.monotonic() - begin


def intake(stack: Stack) -> list[Result]:
    """In turns, so that both meet the same machine; of each the best."""
    source, target = stack.file("phone.mp4"), stack.file("reference.mp4")
    ffmpeg(*SOURCE, source)
    previews, times, references = [], [], []
    for turn in range(stack.scale.turns + 1):
        references.append(ffmpeg("-i", source, *REFERENCE, target))
        playable, finished = upload(stack, turn, source)
        previews.append(playable)
        times.append(finished)
    return [
        Result(
            "intake", "upload of 8 s 1080 × 1920 H.264: last byte → pending", min(times), " s", reference=min(references),
            reference_name="one ffmpeg command, same output", at_most=1.5,
        ),
        Result(
            "intake", "the same: last byte → plays for its creator", min(previews), " s", reference=min(references),
            reference_name="one ffmpeg command, same output", at_most=0.5,
        ),
    ]  # fmt: skip
