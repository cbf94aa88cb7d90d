"""The worker: asks for a job, makes the video, sends it, asks again. One job at a time."""

import contextlib
import logging
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from .encode import encode
from .faults import Dropped, JobFault, OutOfMemory, SiteUnreachable, TokenRefused
from .maker import Frames, Maker
from .request import VideoRequest, read
from .site import Job, Site

log = logging.getLogger("dailies-worker")


def produce(maker: Maker, request: VideoRequest, on_step: Callable[[int, int], None]) -> Frames:
    """Makes the pictures; a card with too little memory gets a second attempt that needs less."""
    try:
        return maker.make(request, on_step)
    except OutOfMemory:
        log.warning("the card has too little memory; trying again with smaller tiles")
    try:
        return maker.make(request, on_step, frugal=True)
    except OutOfMemory:
        raise JobFault(
            "out_of_memory", "The worker's graphics card has too little memory for this. Choose a smaller or shorter video.",
            retryable=False) from None  # fmt: skip


class Heartbeat:
    """Keeps the lease of a job while the worker draws it, and learns when the job is cancelled."""

    def __init__(self, site: Site, job: Job) -> None:
        self.site, self.job = site, job
        self.dropped = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self.job.heartbeat):
            try:
                if not self.site.heartbeat(self.job):
                    self.dropped.set()
                    return
            except TokenRefused:
                self.dropped.set()
                return
            except SiteUnreachable as error:
                # The lease may outlast it; whether it did is said by the next answer.
                log.warning("no heartbeat: %s", error)


class Worker:
    """Serves a site until it is told to stop."""

    def __init__(self, maker: Maker, url: str, token: str, name: str, spool: Path, *, wait: float = 8) -> None:
        self.maker, self.name, self.spool, self.wait = maker, name, spool, wait
        self.site = Site(url, token)
        self.beating = Site(url, token)
        self.draining = threading.Event()

    def drain_on_signals(self) -> None:
        """SIGTERM and SIGINT: the current job is finished, and no further one is claimed."""

        def drain(number: int, _: FrameType | None) -> None:
            log.info("%s: finishing the current job", signal.Signals(number).name)
            self.draining.set()

        signal.signal(signal.SIGTERM, drain)
        signal.signal(signal.SIGINT, drain)

    def run(self) -> None:
        """Raises `TokenRefused` when the site no longer knows the token."""
        self.spool.mkdir(parents=True, exist_ok=True)
        absences = 0
        while not self.draining.is_set():
            try:
                job = self.site.claim(self.name, self.maker.models, self.maker.device, self.wait)
                absences = 0
            except SiteUnreachable as error:
                absences += 1
                log.warning("%s", error)
                self.draining.wait(min(2.0**absences, 30))
                continue
            except (Dropped, JobFault) as fault:
                log.error("the site refuses to give jobs out: %s", fault)
                self.draining.wait(10)
                continue
            if job is None:
                continue
            try:
                if self.draining.is_set():
                    self.site.release(job)
                    return
                self.serve(job)
            except SiteUnreachable as error:
                # Its lease runs out, and the job is given out again.
                log.error("job %s is given up: %s", job.id, error)

    def serve(self, job: Job) -> None:
        """Does one job, and tells the site how it ended."""
        log.info("job %s: begins, model %s", job.id, job.model)
        with Heartbeat(self.beating, job) as heartbeat:
            try:
                self._make(job, heartbeat)
                log.info("job %s: done", job.id)
            except Dropped:
                log.info("job %s: dropped, the site wants it no more", job.id)
            except JobFault as fault:
                log.warning("job %s: %s: %s", job.id, fault.code, fault.message)
                self._give_up(job, fault)
            except (SiteUnreachable, TokenRefused):
                raise
            except Exception as error:
                log.exception("job %s failed", job.id)
                # A member reads no trace.
                self._give_up(
                    job, JobFault("worker_failed", f"The worker failed ({type(error).__name__}).", retryable=True))  # fmt: skip

    def _give_up(self, job: Job, fault: JobFault) -> None:
        with contextlib.suppress(Dropped):
            self.site.fail(job, fault)

    def _make(self, job: Job, heartbeat: Heartbeat) -> None:
        request = read(job.model, job.input)
        begun = time.monotonic()

        def on_step(step: int, steps: int) -> None:
            if heartbeat.dropped.is_set():
                raise Dropped("cancelled")
            try:
                if not self.site.progress(job, step, steps):
                    raise Dropped("cancelled")
            except SiteUnreachable as error:
                log.warning("step %d is not reported: %s", step, error)

        frames = produce(self.maker, request, on_step)
        with tempfile.TemporaryDirectory(dir=self.spool) as directory:
            video = encode(frames, Path(directory) / "video.mp4")
            if heartbeat.dropped.is_set():
                raise Dropped("cancelled")
            self.site.send(job, video, round(time.monotonic() - begun, 3))
