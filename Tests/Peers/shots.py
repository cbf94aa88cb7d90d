"""Pictures of pages for people to look at."""

import os
from pathlib import Path


class Shots:
    """Writes pictures into the directory that DAILIES_SHOTS names. Without it none are taken: no test looks at them, and they
    are a third of what a look at a page costs."""

    def __init__(self):
        self.directory = Path(os.environ["DAILIES_SHOTS"]) if os.environ.get("DAILIES_SHOTS") else None
        if self.directory:
            self.directory.mkdir(parents=True, exist_ok=True)

    def of(self, place, name, **options):
        """Of a page or of an element on it."""
        if self.directory:
            place.screenshot(path=self.directory / name, **options)
