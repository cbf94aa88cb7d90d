"""The site's side of the pull protocol, as `docs/gpu-worker.md` describes it."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from . import VERSION
from .encode import VideoFile
from .faults import Dropped, JobFault, SiteUnreachable, TokenRefused
from .request import FPS


@dataclass(frozen=True)
class Job:
    """A job that the site has given to this worker, until the lease runs out."""

    id: str
    lease: str
    model: str
    input: dict[str, Any]
    heartbeat: float

    @property
    def name(self) -> dict[str, str]:
        return {"job": self.id, "lease": self.lease}


class Site:
    """Calls the site. Each thread needs one of its own."""

    def __init__(self, url: str, token: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.url = url.rstrip("/") + "/"
        self.pause = pause
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.session.headers["User-Agent"] = f"dailies-worker/{VERSION}"
        # Parts go to signed addresses, which may be another server's.
        self.files = requests.Session()
        self.files.headers["User-Agent"] = f"dailies-worker/{VERSION}"

    def claim(self, name: str, models: list[str], device: str, wait: float) -> Job | None:
        """The oldest job that this worker can do, or None after `wait` seconds without one."""
        body = {"worker": name, "models": models, "device": device, "version": VERSION, "wait": wait}
        found = self._post("claim", body, timeout=wait + 20)
        if found is None:
            return None
        job = found["job"]
        return Job(job["id"], job["lease"], job["model"], job["input"], float(job.get("heartbeatSeconds", 3)))

    def heartbeat(self, job: Job) -> bool:
        """Renews the lease; False when the job is to be dropped."""
        return bool((self._post("heartbeat", job.name) or {})["continue"])

    def progress(self, job: Job, step: int, steps: int) -> bool:
        """Reports a step; False when the job is to be dropped."""
        return bool((self._post("progress", job.name | {"step": step, "steps": steps}) or {})["continue"])

    def fail(self, job: Job, fault: JobFault) -> None:
        """Gives the job up, with the reason."""
        self._insist(
            "fail", job.name | {"code": fault.code, "message": fault.message or fault.code, "retryable": fault.retryable}
        )

    def release(self, job: Job) -> None:
        """Gives a job back that was not begun."""
        self._insist("fail", job.name | {"code": "released", "message": "The worker stops.", "retryable": True})

    def send(self, job: Job, video: VideoFile, seconds: float, *, tries: int = 8) -> None:
        """Sends the file and hands it in. A part that was lost is sent again; what has arrived is not."""
        size = video.path.stat().st_size
        checksum = hashlib.sha256(video.path.read_bytes()).hexdigest()
        file = {"size": size, "sha256": checksum}
        for attempt in range(tries):
            if attempt > 0:
                self.pause(min(2.0**attempt / 4, 15))
            try:
                self._send_parts(video.path, self._insist("upload", job.name | file) or {}, size)
            except (requests.RequestException, OSError):
                continue
            made = {"width": video.width, "height": video.height, "frames": video.frames, "fps": FPS, "seconds": seconds}
            try:
                self._insist("done", job.name | file | made)
                return
            except JobFault as fault:
                if fault.code not in ("upload_incomplete", "checksum_mismatch"):
                    raise
        raise JobFault("upload_lost", "The video could not be sent to the site.", retryable=True)

    def _send_parts(self, path: Path, upload: dict[str, Any], size: int) -> None:
        arrived = set(upload["arrived"])
        with path.open("rb") as file:
            for number, address in enumerate(upload["urls"], start=1):
                if number in arrived:
                    continue
                file.seek((number - 1) * upload["partSize"])
                part = file.read(upload["partSize"])
                url = urljoin(self.url, address)
                if upload["method"] == "PUT":
                    answer = self.files.put(url, data=part, headers=upload["headers"], timeout=120)
                else:
                    answer = self.files.post(
                        url, data=upload["fields"], files={"file": part}, headers=upload["headers"], timeout=120)  # fmt: skip
                answer.raise_for_status()

    def _insist(self, act: str, body: dict[str, Any], *, tries: int = 12) -> dict[str, Any] | None:
        """Asks again while the site is away: what was made is worth a few minutes."""
        for attempt in range(tries):
            try:
                return self._post(act, body)
            except SiteUnreachable:
                if attempt == tries - 1:
                    raise
                self.pause(min(2.0**attempt / 4, 15))
        return None

    def _post(self, act: str, body: dict[str, Any], timeout: float = 30) -> dict[str, Any] | None:
        try:
            answer = self.session.post(urljoin(self.url, f"api/worker/{act}"), json=body, timeout=(10, timeout))
        except requests.RequestException as error:
            raise SiteUnreachable(f"{self.url} does not answer: {error}") from error
        if answer.status_code == 204:
            return None
        try:
            told = answer.json()
        except ValueError:
            told = {}
        code = told.get("code") if isinstance(told, dict) else None
        if answer.ok and isinstance(told, dict):
            return told
        words = str(told.get("error", "")) if isinstance(told, dict) else ""
        if answer.status_code == 401:
            raise TokenRefused(words or "the token is not valid")
        if answer.status_code == 409:
            raise Dropped(words)
        if answer.status_code == 422:
            raise JobFault(str(code), f"The site refuses the report “{act}”: {words} {told.get('details', '')}", retryable=True)
        raise SiteUnreachable(f"{self.url} answers {answer.status_code} {code or ''} to {act}")
