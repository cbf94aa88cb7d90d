"""How a pipeline is kept within the memory of its card."""

from dataclasses import dataclass

GIB = 1 << 30


@dataclass(frozen=True)
class MemoryPlan:
    """`offload` is none (all of the pipeline stays on the card), model (each part is there while it works) or sequential (each
    layer is). With `tile` the VAE decodes tiles of that many pixels a side instead of whole pictures."""

    offload: str
    tile: int | None

    def frugal(self) -> "MemoryPlan":
        """The plan for a second attempt: the next way to need less, and tiles half as large."""
        offload = {"none": "model", "model": "sequential", "sequential": "sequential"}[self.offload]
        return MemoryPlan(offload, max(128, self.tile // 2) if self.tile else 256)


def plan(card_bytes: int, model: str) -> MemoryPlan:
    """The plan for a card. In bfloat16 Mochi's transformer has 19 GiB and its text encoder 9, LTX's 4 and 9."""
    whole, parted = {"mochi": (60, 22), "ltx": (22, 12)}.get(model, (60, 22))
    if card_bytes >= whole * GIB:
        return MemoryPlan("none", None)
    if card_bytes >= parted * GIB:
        return MemoryPlan("model", 512)
    return MemoryPlan("sequential", 256)
