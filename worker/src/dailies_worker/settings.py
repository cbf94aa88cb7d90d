"""The worker's settings, from the environment and the command line."""

import argparse
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from .pipelines import WEIGHTS
from .request import SHAPES


class WrongSetting(Exception):
    """A setting is missing or wrong; the text says which, and what to do."""


@dataclass(frozen=True)
class Settings:
    """`weights` is `tiny`, or a directory or a name of Hugging Face for each model."""

    site: str
    token: str
    name: str
    models: list[str]
    weights: dict[str, str]
    is_tiny: bool
    download: bool
    spool: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options; each has a variable of the environment."""

    def option(name: str, variable: str, usual: str | None, text: str) -> None:
        parser.add_argument(name, default=os.environ.get(variable, usual), help=f"{text} ({variable})")

    option("--site", "DAILIES_SITE", None, "the address of the site, such as https://dailies.example")
    option("--token-file", "DAILIES_WORKER_TOKEN_FILE", None, "a file with the token; or DAILIES_WORKER_TOKEN is the token")
    option("--name", "DAILIES_WORKER_NAME", socket.gethostname(), "what the worker calls itself")
    option("--models", "DAILIES_WORKER_MODELS", "mochi", f"the models to run, of {', '.join(SHAPES)}, separated by commas")
    option("--weights", "DAILIES_WORKER_WEIGHTS", "", "where weights are, as mochi=DIR,ltx=DIR; or “tiny” for random tiny ones")
    option("--download", "DAILIES_WORKER_DOWNLOAD", "no", "yes: missing weights are downloaded from Hugging Face")
    option("--spool", "DAILIES_WORKER_SPOOL", "/var/lib/dailies-worker/spool", "where files are until they are sent")


def read(arguments: argparse.Namespace, *, needs_site: bool = True) -> Settings:
    """Raises `WrongSetting`."""
    models = [model.strip() for model in arguments.models.split(",") if model.strip()]
    unknown = [model for model in models if model not in SHAPES]
    if unknown or not models:
        raise WrongSetting(f"DAILIES_WORKER_MODELS: choose of {', '.join(SHAPES)}, not “{arguments.models}”")
    weights = dict(WEIGHTS)
    is_tiny = arguments.weights == "tiny"
    if not is_tiny:
        for pair in filter(None, arguments.weights.split(",")):
            model, _, place = pair.partition("=")
            if model not in SHAPES or not place:
                raise WrongSetting(f"DAILIES_WORKER_WEIGHTS: write mochi=DIR,ltx=DIR, not “{pair}”")
            weights[model] = place
    token = os.environ.get("DAILIES_WORKER_TOKEN", "").strip()
    if arguments.token_file:
        try:
            token = Path(arguments.token_file).read_text().strip()
        except OSError as error:
            raise WrongSetting(f"DAILIES_WORKER_TOKEN_FILE: {error}") from error
    site = (arguments.site or "").strip()
    if needs_site:
        if not site.startswith(("https://", "http://")):
            raise WrongSetting("DAILIES_SITE: write the address of the site, such as https://dailies.example")
        host = site.split("://", 1)[1].split("/", 1)[0].rsplit(":", 1)[0]
        if site.startswith("http://") and host not in ("127.0.0.1", "localhost", "[::1]"):
            raise WrongSetting("DAILIES_SITE: use https://; the token would travel in the open")
        if not token:
            raise WrongSetting("DAILIES_WORKER_TOKEN_FILE: name a file with the token that an admin made on /admin/providers")
    return Settings(
        site=site, token=token, name=arguments.name[:100], models=models, weights=weights, is_tiny=is_tiny,
        download=arguments.download == "yes", spool=Path(arguments.spool))  # fmt: skip
