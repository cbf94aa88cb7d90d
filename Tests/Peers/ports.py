"""Ports for servers of the tests."""

from __future__ import annotations

import pathlib
import random
import socket


def free_port() -> int:
    """A free port of loopback, to be listened on a while later. None of those that the kernel gives to clients: it would
    be used by then, or a client that tries it meanwhile would be connected to itself."""
    first, last = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    candidates = [*range(10_000, first), *range(last + 1, 65_536)]
    for port in random.sample(candidates, min(100, len(candidates))):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")


if __name__ == "__main__":
    print(free_port())
