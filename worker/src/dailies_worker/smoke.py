"""Measures a card: seconds per step and peak memory with random weights of the full size. Nothing is downloaded, and what is
drawn is noise; the sizes of all layers, and so time and memory, are those of the real models.

    python -m dailies_worker.smoke --model mochi --steps 4
"""

import argparse
import io
import itertools
import json
import time
from typing import Any

from . import tiny
from .memory import GIB, plan
from .pipelines import DiffusersMaker
from .request import SHAPES, VideoRequest


def full(model: str) -> Any:
    """A pipeline of the full size with random weights. The text encoder keeps T5-XXL's width, with the tiny tokenizer."""
    import torch
    from diffusers import (
        AutoencoderKLLTXVideo,
        AutoencoderKLMochi,
        FlowMatchEulerDiscreteScheduler,
        LTXImageToVideoPipeline,
        LTXVideoTransformer3DModel,
        MochiPipeline,
        MochiTransformer3DModel,
    )
    from transformers import T5Config, T5EncoderModel

    kept = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        _, tokenizer = tiny._text(32)
        encoder = T5EncoderModel(
            T5Config(vocab_size=32_128, d_model=4_096, d_kv=64, d_ff=10_240, num_layers=24, num_heads=64,
                     feed_forward_proj="gated-gelu", pad_token_id=0))  # fmt: skip
        if model == "mochi":
            return MochiPipeline(
                scheduler=FlowMatchEulerDiscreteScheduler(invert_sigmas=True), vae=AutoencoderKLMochi(), text_encoder=encoder,
                tokenizer=tokenizer, transformer=MochiTransformer3DModel())  # fmt: skip
        return LTXImageToVideoPipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(), vae=AutoencoderKLLTXVideo(), text_encoder=encoder, tokenizer=tokenizer,
            transformer=LTXVideoTransformer3DModel())  # fmt: skip
    finally:
        torch.set_default_dtype(kept)


def measure(model: str, frames: int, width: int, height: int, steps: int) -> dict[str, Any]:
    """The figures of one video."""
    import torch
    from PIL import Image

    maker = DiffusersMaker([model], full)
    picture = io.BytesIO()
    Image.new("RGB", (width, height), (90, 60, 30)).save(picture, "PNG")
    request = VideoRequest(
        model=model, prompt="fog over the tracks", negative_prompt="", width=width, height=height, frames=frames, steps=steps,
        cfg=SHAPES[model].cfg, seed=1, image=picture.getvalue() if SHAPES[model].takes_image else None)  # fmt: skip
    moments = [time.monotonic()]
    torch.cuda.reset_peak_memory_stats()
    made = sum(1 for _ in maker.make(request, lambda step, of: moments.append(time.monotonic())).pictures)
    # The first step ends with loading and the text encoder in it.
    between = [later - earlier for earlier, later in itertools.pairwise(moments[1:])]
    return {
        "model": model, "card": maker.device, "card_gib": round(maker.memory() / GIB, 1),
        "plan": str(plan(maker.memory(), model)),
        "frames": made, "width": width, "height": height, "steps": steps,
        "seconds_per_step": round(sum(between) / len(between), 3) if between else None,
        "seconds": round(time.monotonic() - moments[0], 1),
        "peak_gib": round(torch.cuda.max_memory_allocated() / GIB, 2), "torch": torch.__version__,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=sorted(SHAPES), default="mochi")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int)
    chosen = parser.parse_args()
    import torch

    if not torch.cuda.is_available():
        raise SystemExit("smoke: torch sees no card here")
    shape = SHAPES[chosen.model]
    figures = measure(
        chosen.model, chosen.frames or shape.frames, chosen.width or shape.width, chosen.height or shape.height, chosen.steps
    )
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
