"""The boundary between the worker and what makes videos."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from .request import VideoRequest

OnStep = Callable[[int, int], None]
"""Called after each step with its number, from 1, and the number of all. What it raises ends the pipeline."""


@dataclass
class Frames:
    """The pictures of a video, each as `width * height` pixels of red, green and blue."""

    width: int
    height: int
    pictures: Iterator[bytes]


class Maker(Protocol):
    """Makes videos with some models."""

    @property
    def models(self) -> list[str]:
        """The models, by the endpoints of the site's catalog."""

    @property
    def device(self) -> str:
        """What it runs on, for people."""

    def make(self, request: VideoRequest, on_step: OnStep, *, frugal: bool = False) -> Frames:
        """Makes a video; `frugal` spends time to need less memory. Raises `OutOfMemory`, `JobFault`, or what `on_step`
        raises."""
