"""Frames become an MP4 file: H.264, 24 pictures a second, with its index in front."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .faults import JobFault
from .maker import Frames
from .request import FPS


@dataclass(frozen=True)
class VideoFile:
    """A finished file and its facts."""

    path: Path
    width: int
    height: int
    frames: int


def encode(frames: Frames, path: Path) -> VideoFile:
    """Writes the file. The encoder runs in one thread, so that equal frames make equal files."""
    process = subprocess.Popen(
        ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
         f"{frames.width}x{frames.height}", "-r", str(FPS), "-i", "-", "-an", "-c:v", "libx264", "-threads", "1", "-preset",
         "medium", "-crf", "17", "-pix_fmt", "yuv420p", "-r", str(FPS), "-movflags", "+faststart", "-f", "mp4", str(path)],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    assert process.stdin is not None and process.stderr is not None
    count = 0
    try:
        for picture in frames.pictures:
            process.stdin.write(picture)
            count += 1
        process.stdin.close()
    except BrokenPipeError:
        # What ffmpeg says is worth more.
        pass
    said = process.stderr.read().decode(errors="replace").strip()
    if process.wait() != 0 or count == 0:
        raise JobFault("encoder_failed", f"ffmpeg could not write the video. {said[-300:]}", retryable=True)
    return VideoFile(path, frames.width, frames.height, count)
