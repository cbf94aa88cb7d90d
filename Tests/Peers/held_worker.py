"""The worker's own program with a maker that draws without torch. What holds or ends it at a stage is in the environment:

HOLD_AT=STAGE     stops (SIGSTOP) at the stage, so that a test can kill it there
STEP_SECONDS=S    how long a step takes

The stages: claimed, step, before_upload, mid_upload, before_done, after_done."""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "worker/src"))

from dailies_worker import main, site, work
from dailies_worker.faults import JobFault, OutOfMemory
from dailies_worker.maker import Frames, OnStep
from dailies_worker.request import VideoRequest

HELD = os.environ.get("HOLD_AT", "")
has_held = False


def hold(stage: str) -> None:
    global has_held
    if stage == HELD and not has_held:
        has_held = True
        os.kill(os.getpid(), signal.SIGSTOP)


class Drawing:
    """Frames that depend on the seed alone. The prompt can ask for a fault."""

    def __init__(self, models: list[str]) -> None:
        self.models, self.device, self.has_memory = models, "drawing", True

    def make(self, request: VideoRequest, on_step: OnStep, *, frugal: bool = False) -> Frames:
        hold("claimed")
        if "too large" in request.prompt and not (frugal and "once" in request.prompt):
            raise OutOfMemory("drawing")
        if "broken" in request.prompt:
            raise JobFault("broken", "It broke.", retryable="again" in request.prompt)
        for step in range(1, request.steps + 1):
            time.sleep(float(os.environ.get("STEP_SECONDS", "0")))
            on_step(step, request.steps)
            if step == request.steps // 2:
                hold("step")
        return Frames(request.width, request.height, self._pictures(request))

    def _pictures(self, request: VideoRequest) -> Iterator[bytes]:
        noise = random.Random(request.seed)
        size = request.width * request.height * 3
        # The prompt asks for a file of several parts.
        still = None if "noise" in request.prompt else noise.randbytes(3)
        for _ in range(request.frames):
            yield noise.randbytes(size) if still is None else still * (size // 3)
        hold("before_upload")


class HeldSite(site.Site):
    """Stops in the middle of sending, and around the last report."""

    def _insist(self, act: str, body: dict, **more: int) -> dict | None:
        if act == "done":
            hold("before_done")
        answer = super()._insist(act, body, **more)
        if act == "done":
            hold("after_done")
        return answer

    def _send_parts(self, path: Path, upload: dict, size: int) -> None:
        if HELD != "mid_upload" or has_held:
            return super()._send_parts(path, upload, size)
        assert len(upload["urls"]) >= 2, "this file needs several parts"
        half = len(upload["urls"]) // 2
        super()._send_parts(path, upload | {"urls": upload["urls"][:half]}, size)
        hold("mid_upload")
        return super()._send_parts(path, upload | {"arrived": list(range(1, half + 1))}, size)


if __name__ == "__main__":
    work.Site = HeldSite
    sys.exit(main.main(sys.argv[1:], lambda chosen: Drawing(chosen.models)))
