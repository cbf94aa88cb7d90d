"""The program `dailies-worker`."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence

from . import VERSION, check, settings
from .faults import TokenRefused
from .maker import Maker
from .settings import Settings, WrongSetting
from .work import Worker

# As sysexits.h: the unit does not start again what a person must mend.
WRONG_SETTING = 78
TOKEN_REFUSED = 77

MakeMaker = Callable[[Settings], Maker]


def diffusers_maker(chosen: Settings) -> Maker:
    """The pipelines of diffusers, with the weights of the settings."""
    from . import tiny
    from .pipelines import DiffusersMaker, pretrained

    load = tiny.load if chosen.is_tiny else pretrained(chosen.weights, download=chosen.download)
    return DiffusersMaker(chosen.models, load, device="cpu" if chosen.is_tiny else None)


def main(arguments: Sequence[str], make_maker: MakeMaker = diffusers_maker) -> int:
    """Runs a verb, and answers the exit status."""
    parser = argparse.ArgumentParser("dailies-worker", description=__doc__)
    parser.add_argument("--version", action="version", version=VERSION)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in (
        ("run", "take jobs from a site until SIGTERM"), ("check", "tell whether card, driver, weights and site fit"),
        ("runpod", "serve RunPod's handler protocol"),
    ):  # fmt: skip
        settings.add_arguments(verbs.add_parser(verb, help=text, description=text))
    # RunPod's SDK has options of its own, and reads them itself.
    chosen, rest = parser.parse_known_args(arguments)
    if rest and chosen.verb != "runpod":
        parser.error(f"unknown option {rest[0]}")
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO").upper(), format="%(levelname)s %(message)s")
    try:
        wanted = settings.read(chosen, needs_site=chosen.verb != "runpod")
    except WrongSetting as fault:
        print(f"dailies-worker: {fault}", file=sys.stderr)
        return WRONG_SETTING
    if chosen.verb == "check":
        return 0 if check.report(wanted) else 1
    if chosen.verb == "runpod":
        from . import runpod_handler

        runpod_handler.serve(make_maker(wanted), wanted.spool, [sys.argv[0], *rest])
        return 0
    worker = Worker(make_maker(wanted), wanted.site, wanted.token, wanted.name, wanted.spool)
    worker.drain_on_signals()
    try:
        worker.run()
    except TokenRefused as refused:
        print(f"dailies-worker: {wanted.site} refuses the token: {refused}", file=sys.stderr)
        return TOKEN_REFUSED
    return 0


def run() -> None:
    """The entry point."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
