"""Makes videos with the pipelines of Hugging Face diffusers: Mochi from words, LTX-Video from a picture."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .faults import JobFault, OutOfMemory
from .maker import Frames, OnStep
from .memory import MemoryPlan, plan
from .request import FPS, VideoRequest

WEIGHTS = {"mochi": "genmo/mochi-1-preview", "ltx": "Lightricks/LTX-Video"}
"""Where the weights are unless the operator names a directory."""

Loader = Callable[[str], Any]


def pretrained(weights: Mapping[str, str], *, download: bool) -> Loader:
    """Loads pipelines from directories or from Hugging Face's cache; with `download` from the network too."""

    def load(model: str) -> Any:
        import torch
        from diffusers import LTXImageToVideoPipeline, MochiPipeline

        classes = {"mochi": MochiPipeline, "ltx": LTXImageToVideoPipeline}
        arguments: dict[str, Any] = {"torch_dtype": torch.bfloat16, "local_files_only": not download}
        if model == "mochi":
            arguments["variant"] = "bf16"
        try:
            return classes[model].from_pretrained(weights[model], **arguments)
        except (OSError, ValueError) as error:
            raise JobFault(
                "weights_missing", f"The worker cannot load the weights of {model} ({type(error).__name__}).",
                retryable=True) from error  # fmt: skip

    return load


class DiffusersMaker:
    """Keeps one pipeline loaded, the one that was used last."""

    def __init__(self, models: list[str], load: Loader, *, device: str | None = None) -> None:
        import torch

        self.models = models
        self._load = load
        self._kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self.device = torch.cuda.get_device_name() if self._kind == "cuda" else "CPU"
        self._pipeline: Any = None
        self._key: tuple[str, MemoryPlan] | None = None

    def memory(self) -> int:
        """Bytes of the card."""
        import torch

        return int(torch.cuda.get_device_properties(0).total_memory)

    def make(self, request: VideoRequest, on_step: OnStep, *, frugal: bool = False) -> Frames:
        import torch

        try:
            return self._run(self._prepared(request.model, frugal), request, on_step)
        except torch.OutOfMemoryError as error:
            # The traceback holds the tensors.
            raise OutOfMemory(str(error)[:200]) from None
        finally:
            if self._kind == "cuda":
                torch.cuda.empty_cache()

    def _prepared(self, model: str, frugal: bool) -> Any:
        memory = plan(self.memory(), model) if self._kind == "cuda" else MemoryPlan("none", None)
        if frugal:
            memory = memory.frugal()
        if self._key != (model, memory):
            # The old one goes before the new one comes.
            self._pipeline, self._key = None, None
            pipeline = self._load(model)
            pipeline.set_progress_bar_config(disable=True)
            self._arrange(pipeline, memory)
            self._pipeline, self._key = pipeline, (model, memory)
        return self._pipeline

    def _arrange(self, pipeline: Any, memory: MemoryPlan) -> None:
        if memory.tile is not None:
            pipeline.vae.enable_tiling(tile_sample_min_height=memory.tile, tile_sample_min_width=memory.tile)
        if self._kind != "cuda":
            return
        if memory.offload == "sequential":
            pipeline.enable_sequential_cpu_offload()
        elif memory.offload == "model":
            pipeline.enable_model_cpu_offload()
        else:
            pipeline.to("cuda")

    def _run(self, pipeline: Any, request: VideoRequest, on_step: OnStep) -> Frames:
        import torch

        def after_step(_: Any, index: int, __: Any, values: dict[str, Any]) -> dict[str, Any]:
            on_step(index + 1, request.steps)
            return values

        arguments: dict[str, Any] = {
            "prompt": request.prompt, "negative_prompt": request.negative_prompt, "width": request.width,
            "height": request.height, "num_frames": request.frames, "num_inference_steps": request.steps,
            "guidance_scale": request.cfg, "callback_on_step_end": after_step, "output_type": "np",
            # On the CPU, so that a seed means the same video on every card.
            "generator": torch.Generator("cpu").manual_seed(request.seed),
        }  # fmt: skip
        if request.image is not None:
            arguments["image"] = _picture(request.image)
            arguments["frame_rate"] = FPS
        with torch.inference_mode():
            pictures = pipeline(**arguments).frames[0]
        return Frames(request.width, request.height, _bytes(pictures))


def _picture(data: bytes) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(data)).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise JobFault("bad_input", "image: the picture cannot be read", retryable=False) from error


def _bytes(pictures: Any) -> Iterator[bytes]:
    for picture in pictures:
        yield (picture * 255).round().clip(0, 255).astype("uint8").tobytes()
