"""GPU-01 GPU-02: diffusers' own pipeline classes with tiny random weights, by the code that runs on a card."""

import hashlib
import json
import subprocess

import pytest
from dailies_worker.encode import encode
from dailies_worker.faults import Dropped, JobFault, OutOfMemory
from dailies_worker.memory import GIB, MemoryPlan, plan
from dailies_worker.pipelines import DiffusersMaker, pretrained
from dailies_worker.request import read
from dailies_worker.work import produce

SMALL = {"positive_prompt": "fog over the tracks", "width": 32, "height": 32, "num_frames": 7, "steps": 3}


def facts(path):
    asked = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,width,height,r_frame_rate,nb_read_frames",
         "-of", "json", path], check=True, capture_output=True)  # fmt: skip
    return json.loads(asked.stdout)["streams"]


def test_mochi_makes_the_same_frames_twice(maker, tmp_path):
    """GPU-01 GPU-02: 40 steps are 40 rising reports; one seed is one file; H.264, 24 a second, index in front."""
    steps = []
    produce(maker, read("mochi", SMALL | {"steps": 40}), lambda step, of: steps.append((step, of)))
    assert steps == [(step, 40) for step in range(1, 41)]
    sums = []
    for seed in (1337, 1337, 7):
        video = encode(produce(maker, read("mochi", SMALL | {"seed": seed}), lambda step, of: None), tmp_path / "video.mp4")
        assert (video.frames, video.width, video.height) == (7, 32, 32)
        sums.append(hashlib.sha256(video.path.read_bytes()).hexdigest())
    assert sums[0] == sums[1] != sums[2]
    assert facts(video.path) == [{"codec_name": "h264", "width": 32, "height": 32, "r_frame_rate": "24/1", "nb_read_frames": "7"}]
    data = video.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_prompts_and_strength_count(maker):
    """GPU-01 GPU-02: prompt, negative prompt and cfg reach the pipeline."""

    def first(**more):
        return next(maker.make(read("mochi", SMALL | more), lambda step, of: None).pictures)

    usual = first()
    assert usual == first()
    assert len({usual, first(positive_prompt="rain"), first(negative_prompt="people"), first(cfg=2)}) == 4


def test_ltx_starts_from_the_picture(maker, picture, tmp_path):
    """GPU-01 GPU-02: the image-to-video pipeline; the picture matters."""
    wanted = {"positive_prompt": "fog", "width": 64, "height": 96, "num_frames": 9, "steps": 2, "image": picture}
    steps = []
    video = encode(produce(maker, read("ltx", wanted), lambda step, of: steps.append(step)), tmp_path / "video.mp4")
    assert steps == [1, 2] and (video.frames, video.width, video.height) == (9, 64, 96)
    with pytest.raises(JobFault, match="cannot be read"):
        maker.make(read("ltx", wanted | {"image": "data:image/png;base64,AAAA"}), lambda step, of: None)


def test_a_dropped_job_ends_at_its_step(maker):
    """GPU-01 JOB-03: what a step raises ends the pipeline, and the next job runs."""
    seen = []

    def drop(step, of):
        seen.append(step)
        if step == 2:
            raise Dropped("cancelled")

    with pytest.raises(Dropped):
        maker.make(read("mochi", SMALL | {"steps": 9}), drop)
    assert seen == [1, 2]
    assert next(maker.make(read("mochi", SMALL), lambda step, of: None).pictures)


def test_too_little_memory_is_tried_once_with_tiles(maker, monkeypatch):
    """GPU-01: torch's own out of memory: once more with tiles of the VAE, then it is said."""
    import torch

    class Short(DiffusersMaker):
        enough = 1
        tilings: list[bool]

        def _run(self, pipeline, request, on_step):
            self.tilings.append(pipeline.vae.use_tiling)
            if len(self.tilings) <= self.enough:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super()._run(pipeline, request, on_step)

    short = Short(["mochi"], maker._load, device="cpu")
    short.tilings = []
    assert len(list(produce(short, read("mochi", SMALL), lambda step, of: None).pictures)) == 7
    assert short.tilings == [False, True]
    short.tilings, short.enough = [], 2
    with pytest.raises(JobFault) as fault:
        produce(short, read("mochi", SMALL), lambda step, of: None)
    assert (fault.value.code, fault.value.retryable) == ("out_of_memory", False)
    with pytest.raises(OutOfMemory):
        short.tilings = []
        short.make(read("mochi", SMALL), lambda step, of: None)


def test_memory_plans():
    """GPU-01: what is kept on the card follows from its memory."""
    assert [plan(size * GIB, "mochi") for size in (80, 24, 12)] == [
        MemoryPlan("none", None), MemoryPlan("model", 512), MemoryPlan("sequential", 256)]  # fmt: skip
    assert plan(24 * GIB, "ltx") == MemoryPlan("none", None)
    assert MemoryPlan("none", None).frugal() == MemoryPlan("model", 256)
    assert MemoryPlan("model", 512).frugal() == MemoryPlan("sequential", 256)
    assert MemoryPlan("sequential", 128).frugal() == MemoryPlan("sequential", 128)


def test_weights_are_saved_and_loaded(maker, tmp_path):
    """GPU-01 GPU-02: `from_pretrained` of a directory, and what is said when there is none."""
    with pytest.raises(JobFault) as fault:
        pretrained({"mochi": str(tmp_path / "none")}, download=False)("mochi")
    assert (fault.value.code, fault.value.retryable) == ("weights_missing", True)
    maker._load("ltx").save_pretrained(tmp_path / "ltx")
    loaded = pretrained({"ltx": str(tmp_path / "ltx")}, download=False)("ltx")
    assert type(loaded).__name__ == "LTXImageToVideoPipeline"
