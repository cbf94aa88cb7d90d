"""Whether card, driver, weights and site fit. Each line of the report says how to mend what does not."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from .faults import Dropped, JobFault, SiteUnreachable, TokenRefused
from .memory import GIB, plan
from .settings import Settings
from .site import Site

Finding = tuple[bool, str, str]
"""Whether it fits, what was looked at, and what was found."""


def report(settings: Settings) -> bool:
    """Prints the findings; True when everything fits."""
    good = True
    for fits, subject, words in findings(settings):
        print(f"{'ok  ' if fits else 'BAD '} {subject}: {words}")
        good = good and fits
    return good


def findings(settings: Settings) -> Iterator[Finding]:
    """Looks at one thing after the other."""
    yield _ffmpeg()
    yield _libraries()
    if not settings.is_tiny:
        yield _driver()
        yield from _card(settings)
        yield from _weights(settings)
    yield _spool(settings.spool)
    yield _site(settings)


def _ffmpeg() -> Finding:
    if shutil.which("ffmpeg") is None:
        return False, "ffmpeg", "not found; install it: apt install ffmpeg"
    encoders = subprocess.run(["ffmpeg", "-hide_banner", "-encoders"], capture_output=True, text=True, check=False).stdout
    if "libx264" not in encoders:
        return False, "ffmpeg", "it has no libx264; install Debian's ffmpeg"
    return True, "ffmpeg", "with libx264"


def _libraries() -> Finding:
    try:
        import diffusers
        import torch
        import transformers
    except ImportError as error:
        return False, "libraries", f"{error.name} is missing; install them: pip install 'dailies-worker[gpu]'"
    found = f"torch {torch.__version__}, diffusers {diffusers.__version__}, transformers {transformers.__version__}"
    return True, "libraries", found


def _driver() -> Finding:
    if shutil.which("nvidia-smi") is None:
        return False, "driver", "nvidia-smi is not found; install the NVIDIA driver: apt install nvidia-driver"
    asked = subprocess.run(
        ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"], capture_output=True,
        text=True, check=False)  # fmt: skip
    if asked.returncode != 0:
        return False, "driver", f"it does not answer: {(asked.stdout + asked.stderr).strip()[:200]}"
    return True, "driver", asked.stdout.strip().splitlines()[0]


def _card(settings: Settings) -> Iterator[Finding]:
    try:
        import torch
    except ImportError:
        return
    if not torch.cuda.is_available():
        yield False, "card", f"torch {torch.__version__} sees none; its CUDA must not be newer than the driver's"
        return
    properties = torch.cuda.get_device_properties(0)
    size = properties.total_memory
    for model in settings.models:
        way = plan(size, model)
        words = {"none": "all on the card", "model": "parts on the card in turn", "sequential": "layers in turn, slow"}
        fits = size >= 8 * GIB
        tiles = f", tiles of {way.tile}" if way.tile else ""
        yield fits, f"card for {model}", f"{properties.name}, {size / GIB:.0f} GiB: {words[way.offload]}{tiles}"


def _weights(settings: Settings) -> Iterator[Finding]:
    for model in settings.models:
        place = settings.weights[model]
        subject = f"weights of {model}"
        if Path(place).is_dir():
            has_index = (Path(place) / "model_index.json").is_file()
            yield has_index, subject, place if has_index else f"{place} has no model_index.json: it is no diffusers directory"
            continue
        try:
            from huggingface_hub import try_to_load_from_cache

            is_cached = isinstance(try_to_load_from_cache(place, "model_index.json"), str)
        except ImportError:
            continue
        if is_cached:
            yield True, subject, f"{place}, from the cache"
        elif settings.download:
            yield True, subject, f"{place} is downloaded with the first job"
        else:
            yield False, subject, f"{place} is not in the cache; run: hf download {place}; or set DAILIES_WORKER_DOWNLOAD=yes"


def _spool(spool: Path) -> Finding:
    try:
        spool.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(spool).free
        (spool / ".check").write_bytes(b"")
        (spool / ".check").unlink()
    except OSError as error:
        return False, "spool", f"{spool} cannot be written: {error.strerror}"
    return free >= GIB, "spool", f"{spool}, {free / GIB:.1f} GiB free{'' if free >= GIB else '; make room for 1 GiB'}"


def _site(settings: Settings, make: Callable[[str, str], Site] = Site) -> Finding:
    try:
        # A model that no catalog has: the token is tried, and no job is taken.
        make(settings.site, settings.token).claim(settings.name, ["check"], "check", 0)
    except TokenRefused as error:
        return False, "site", f"{settings.site} refuses the token: {error}"
    except (SiteUnreachable, JobFault, Dropped) as error:
        return False, "site", str(error)
    return True, "site", f"{settings.site} knows the token"
