"""`./bench cluster`: starts the machines, takes each component away in turn, and prints what voters noticed."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid

from . import checks, faults, network
from .machines import HOSTS, ROOT, Cluster, Failed, say


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./bench cluster", description=__doc__)
    parser.add_argument("--only", metavar="WORDS", nargs="+", default=[], help="only faults whose name has one of these words")
    parser.add_argument("--rate", type=float, default=200, help="votes a second (default 200)")
    parser.add_argument("--voters", type=int, default=2_000, help="how many visitors vote (default 2000)")
    parser.add_argument("--programs", type=pathlib.Path, metavar="DIR", help="use the programs there instead of building them")
    parser.add_argument("--hosts", type=int, choices=[1, 2, 3], default=3, help="how many application hosts")
    parser.add_argument("--flood", type=int, metavar="SECONDS", help="no fault: as many votes as go, and what each cost")
    parser.add_argument("--hold", action="store_true", help="no fault: keep the cluster until Ctrl-C")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="write the rows there as well")
    parser.add_argument("--keep", metavar="DIR", type=pathlib.Path, help="use this directory and keep its logs")
    return parser.parse_args(words)


def build() -> pathlib.Path:
    options = ["-c", "release", "--static-swift-stdlib", "-Xswiftc", "-cross-module-optimization", "--package-path", str(ROOT)]
    for program in ("dailies", "dailies-host", "dailies-jobs"):
        say(f"building {program} (release)")
        subprocess.run(["swift", "build", *options, "--product", program], check=True, stdout=subprocess.DEVNULL)
    shown = subprocess.run(["swift", "build", *options, "--show-bin-path"], check=True, capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip())


def season(cluster: Cluster, clips: int) -> list[str]:
    """An active season with that many clips in its open slot. Returns the clips' ids."""
    config = cluster.at(cluster.hosts[0], "dailies.conf")

    def command(*words: str) -> str:
        done = cluster.command(cluster.hosts[0], config, *words)
        if done.returncode:
            raise Failed(f"dailies {' '.join(words)}: {done.stderr}")
        return done.stdout

    made = json.loads(command("season", "create", "--label", "Cluster", "--slots", "75", "--round", "86400", "--json"))["id"]
    owner = cluster.sql(f"insert into users (username) values ('u_{uuid.uuid4().hex[:12]}') returning id")
    ids = cluster.sql(
        "insert into tournament_clips (season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, "
        "video_key, poster_key, width, height, duration_ms, activated_at) "
        f"select '{made}', 1, '{owner}', 'Take ' || number, 'Sci-Fi', now(), 'active', 'ready', 'clips/' || number || '/v.mp4', "
        f"'clips/' || number || '/p.jpg', 1080, 1920, 8000, now() from generate_series(1, {clips}) number returning id"
    )
    command("season", "activate", made)
    return ids.split()


def main(words: list[str]) -> int:
    chosen = arguments(words)
    if os.geteuid() != 0:
        sys.exit("./bench cluster makes network namespaces: run it as root")
    subprocess.run([ROOT / "scripts/install-packages", "runtime", "test", "cluster"], check=True)
    programs = chosen.programs.absolute() if chosen.programs else build()
    directory = (chosen.keep or pathlib.Path(tempfile.mkdtemp(prefix="dailies-cluster."))).absolute()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cluster = Cluster(directory, programs, HOSTS[: chosen.hosts])
    load = None
    try:
        cluster.start()
        clips = season(cluster, 200)
        failed = [] if chosen.hold or chosen.flood else checks.run(cluster)
        load = faults.Load(cluster, clips, 1e6 if chosen.flood else chosen.rate, chosen.voters)
        if chosen.hold:
            say(f"holding; {network.inside('client')}")
            signal.pause()
        load.await_votes(100)
        if chosen.flood:
            print(faults.flood(cluster, load, chosen.flood))
            return 0
        rows = faults.run(cluster, load, chosen.only)
    except Failed as failure:
        say(f"{failure}; the logs are in {cluster.logs}")
        chosen.keep = chosen.keep or directory
        return 1
    finally:
        if load:
            load.stop()
        cluster.stop()
        if not chosen.keep:
            shutil.rmtree(directory, ignore_errors=True)
    print(faults.text(rows))
    if chosen.json:
        chosen.json.write_text(json.dumps([vars(row) for row in rows], indent=2) + "\n")
    return 0 if rows and not failed and all(row.is_met for row in rows) else 2
