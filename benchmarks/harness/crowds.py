"""Rows of crowds: ten thousand voters at once, and five thousand who listen."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import time

from .calibration import Calibration
from .meter import Meter, family_memory
from .result import Result
from .stack import Stack, UnixConnection, Wrong

SHARES = 1.0  # The exponent of the power law by which attention falls off.


def requests(stack: Stack) -> tuple[str, dict[str, int]]:
    """The votes of the crowd as crowd.c reads them, and how many there are for each clip."""
    clips = stack.file("fifty-clips").read_text().split()
    weights = [1 / (rank + 1) ** SHARES for rank in range(len(clips))]
    chance = random.Random(1)
    lines, wanted = [], dict.fromkeys(clips, 0)
    half = stack.scale.crowd // 2
    for name in ("member-voters.tsv", "visitor-voters.tsv"):
        with stack.file(name).open() as file:
            for line in itertools.islice(file, half):
                cookie, form, feed, address = line.rstrip("\n").split("\t")
                clip = chance.choices(clips, weights)[0]
                wanted[clip] += 1
                head = [
                    "POST /api/vote HTTP/1.1", "Host: bench", "Content-Type: application/json", "Content-Length: 49",
                    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Dailies-Bench", "Accept-Language: en",
                    "Accept-Encoding: identity", "Sec-Fetch-Site: same-origin", f"Cookie: {cookie}",
                    f"X-CSRF-Token: {form}", f"X-Feed-Token: {feed}", f"X-Forwarded-For: {address}", "", "",
                ]  # fmt: skip
                lines.append(f'"clipId":"{clip}"\t' + "\x01".join(head) + f'{{"clipId":"{clip}"}}\n')
    chance.shuffle(lines)
    return "".join(lines), wanted


def burst(stack: Stack) -> list[Result]:
    """Every answer is matched with its own vote, and every counter with the votes that were sent. The calibration is measured
    just before each burst, since machines get faster and slower within minutes."""
    results = []
    for _ in range(stack.scale.turns):
        stack.reset()
        text, wanted = requests(stack)
        file = stack.file("burst")
        file.write_text(text)
        calibration = Calibration.measure(stack)
        meter = Meter(stack.pids, "voting")
        done = subprocess.run(
            [stack.program("crowd"), "burst", "127.0.0.1", str(stack.port), str(file)], capture_output=True, text=True
        )
        usage = meter.read()
        if not done.stdout:
            raise Wrong(f"crowd: {done.stderr}")
        report = json.loads(done.stdout)
        tallies = stack.tallies()
        counted = {clip: tallies["byClip"].get(clip, 0) for clip in wanted}
        if report["wrong"] or tallies["drift"] or counted != wanted or tallies["stored"] != report["clients"]:
            raise Wrong(
                f"{report['wrong']} of {report['clients']} answers were wrong, {tallies['stored']} votes stored, drift "
                f"{tallies['drift']}; the first wrong answer: {report['sample']}"
            )
        results.append(
            Result(
                "burst", f"{report['clients']:,} voters at once over {len(wanted)} clips, p99", report["p99"], " ms",
                p50=report["p50"], p99=report["p99"], errors=report["wrong"], usage=usage, at_most=1_500,
                more={"maxMs": report["max"], "calibration": calibration.as_json()},
                note=f"burst: p99 {report['p99']:,.0f} ms, just after a calibration of {calibration}",
            )
        )  # fmt: skip
    return [min(results, key=lambda result: result.value)]


def listeners(stack: Stack) -> list[Result]:
    """One event to everybody who listens, published as the jobs publish."""
    count = stack.scale.listeners
    meter = Meter(stack.pids, "voting")
    crowd = subprocess.Popen(
        [stack.program("crowd"), "listen", "127.0.0.1", str(stack.port), "/api/events/slot", str(count)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        ready = crowd.stdout.readline().split()
        if ready[:1] != ["ready"]:
            raise Wrong(f"not all of {count} subscribers were taken: {ready}")
        memory = family_memory(stack.pids["nginx"])
        connection = UnixConnection(stack.facts["sockets"]["publish"])
        body = json.dumps({"name": "winner_selected", "version": 1, "note": "x" * 220})
        published = time.monotonic()
        connection.request("POST", "/publish/slot", body)
        status = connection.getresponse().status
        if status not in (201, 202):
            raise Wrong(f"publishing was answered with {status}")
        line = crowd.stdout.readline()
    finally:
        crowd.kill()
        crowd.wait()
    report = json.loads(line)
    if report["wrong"] or report["right"] != count:
        raise Wrong(f"{report['right']} of {count} subscribers have the event; {report['sample']}")
    usage = meter.read()
    first = published * 1000
    what = f"{count:,} subscribers, one event"
    return [
        Result(
            "listeners", f"{what}: until all have it", report["max"] - first, " ms", p50=report["p50"] - first,
            p99=report["p99"] - first, errors=0, usage=usage, at_most=1_000, more={"subscribedMs": float(ready[1])},
        ),
        Result("listeners-memory", f"{what}: nginx's memory", memory, " MB", at_most=150),
        Result("listeners-host", f"{what}: CPU of the host", usage.host, " s", at_most=0.1),
    ]  # fmt: skip
