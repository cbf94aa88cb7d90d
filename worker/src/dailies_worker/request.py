"""What a video is to be, read from a job's input and checked before the pipeline runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .faults import BadInput


@dataclass(frozen=True)
class Shape:
    """What a model can make: frames are `frame_step` times a number and one more, sides are multiples of `side_step`."""

    frame_step: int
    side_step: int
    width: int
    height: int
    frames: int
    steps: int
    cfg: float
    takes_image: bool


SHAPES = {
    # The defaults of the public Mochi worker.
    "mochi": Shape(frame_step=6, side_step=16, width=848, height=480, frames=31, steps=40, cfg=6.0, takes_image=False),
    "ltx": Shape(frame_step=8, side_step=32, width=480, height=832, frames=97, steps=30, cfg=3.0, takes_image=True),
}
FPS = 24
DEFAULT_SEED = 1337


@dataclass(frozen=True)
class VideoRequest:
    """A checked request. `image` is the bytes of a picture."""

    model: str
    prompt: str
    negative_prompt: str
    width: int
    height: int
    frames: int
    steps: int
    cfg: float
    seed: int
    image: bytes | None = None


def nearest(number: int, step: int, offset: int) -> int:
    """The nearest number that is `offset` above a multiple of `step`, and at least one step above nothing."""
    return max(1, round((number - offset) / step)) * step + offset


def read(model: str, given: Mapping[str, Any]) -> VideoRequest:
    """Raises `BadInput` with the field, and with the nearest value that would do."""
    shape = SHAPES.get(model)
    if shape is None:
        raise BadInput("model", f"this worker knows no model {model!r}; it knows {', '.join(sorted(SHAPES))}")
    prompt = _text(given, "positive_prompt", 4_000)
    if not prompt.strip():
        raise BadInput("positive_prompt", "write what the video shows")
    frames = _whole(given, "num_frames", shape.frames, 1, 1_000)
    if frames % shape.frame_step != 1:
        near = nearest(frames, shape.frame_step, 1)
        raise BadInput("num_frames", f"must be a multiple of {shape.frame_step} and 1 more, such as {near}, not {frames}")
    sides = {}
    for name, usual in (("width", shape.width), ("height", shape.height)):
        side = _whole(given, name, usual, 1, 4_096)
        if side % shape.side_step != 0:
            near = nearest(side, shape.side_step, 0)
            raise BadInput(name, f"must be a multiple of {shape.side_step}, such as {near}, not {side}")
        sides[name] = side
    image = _image(given)
    if shape.takes_image and image is None:
        raise BadInput("image", "this model starts from a picture")
    if image is not None and not shape.takes_image:
        raise BadInput("image", "this model starts from words alone")
    return VideoRequest(
        model=model, prompt=prompt, negative_prompt=_text(given, "negative_prompt", 4_000), frames=frames,
        steps=_whole(given, "steps", shape.steps, 1, 1_000), cfg=_number(given, "cfg", shape.cfg, 0, 100),
        seed=_whole(given, "seed", DEFAULT_SEED, 0, 2**63 - 1), image=image, **sides)  # fmt: skip


def _text(given: Mapping[str, Any], name: str, longest: int) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise BadInput(name, f"must be text of at most {longest} characters")
    return value


def _number(given: Mapping[str, Any], name: str, usual: float, least: float, most: float) -> float:
    value = given.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadInput(name, f"must be a number from {least} to {most}, not {value!r}")
    return float(value)


def _whole(given: Mapping[str, Any], name: str, usual: int, least: int, most: int) -> int:
    value = given.get(name)
    if value is None:
        return usual
    # JSON has one kind of number: 31.0 is 31.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadInput(name, f"must be a whole number from {least} to {most}, not {value!r}")
    return value


def _image(given: Mapping[str, Any]) -> bytes | None:
    value = given.get("image")
    if value is None:
        return None
    import base64
    import binascii

    if not isinstance(value, str) or not value.startswith("data:image/") or ";base64," not in value:
        raise BadInput("image", "must be a data: URI of a picture, in base64")
    try:
        return base64.b64decode(value.split(";base64,", 1)[1], validate=True)
    except binascii.Error:
        raise BadInput("image", "its base64 cannot be read") from None
