"""Machines as network namespaces: a switch, which is a namespace too, and a cable from it to each. The network of the
machine that this runs on is not touched."""

from __future__ import annotations

import pathlib
import subprocess

SWITCH = "dailies-switch"
ADDRESSES = {
    "front1": "10.66.0.11", "front2": "10.66.0.12", "app1": "10.66.0.21", "app2": "10.66.0.22", "app3": "10.66.0.23",
    "db1": "10.66.0.31", "db2": "10.66.0.32", "db3": "10.66.0.33", "events": "10.66.0.41", "store": "10.66.0.51",
    "client": "10.66.0.100",
}  # fmt: skip


def ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, stdin=subprocess.DEVNULL, stderr=None if check else subprocess.DEVNULL)


def namespace(machine: str) -> str:
    return f"dailies-{machine}"


def build() -> None:
    remove()
    ip("netns", "add", SWITCH)
    ip("-n", SWITCH, "link", "add", "lan", "type", "bridge")
    ip("-n", SWITCH, "link", "set", "lan", "up")
    for machine, address in ADDRESSES.items():
        here = namespace(machine)
        ip("netns", "add", here)
        ip("-n", here, "link", "set", "lo", "up")
        ip("-n", SWITCH, "link", "add", machine, "type", "veth", "peer", "name", "eth0", "netns", here)
        ip("-n", SWITCH, "link", "set", machine, "master", "lan")
        ip("-n", SWITCH, "link", "set", machine, "up")
        ip("-n", here, "address", "add", f"{address}/24", "dev", "eth0")
        ip("-n", here, "link", "set", "eth0", "up")


def remove() -> None:
    present = {path.name for path in pathlib.Path("/run/netns").glob("dailies-*")}
    for name in sorted(present & {SWITCH, *map(namespace, ADDRESSES)}):
        ip("netns", "del", name, check=False)


def inside(machine: str) -> list[str]:
    """In front of a command that runs on that machine."""
    return ["ip", "netns", "exec", namespace(machine)]


RULES = """table inet cut {
    chain in { type filter hook input priority -300; iif != lo drop; }
    chain out { type filter hook output priority -300; oif != lo drop; }
}"""


def cut(machine: str) -> None:
    """Drops every packet of a machine without a word, as a broken switch does."""
    subprocess.run([*inside(machine), "nft", "-f", "-"], input=RULES.encode(), check=True)


def mend(machine: str) -> None:
    subprocess.run([*inside(machine), "nft", "delete", "table", "inet", "cut"], check=True)
