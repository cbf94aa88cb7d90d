"""`dailies tally` as an operator and as a stranger use it, on rounds of a whole copy."""

from __future__ import annotations

import hashlib
import json
import re

from stack import Stack
from test_operator import dailies


def test_a_season_is_counted_again(stack: Stack, tmp_path) -> None:
    """FILM-13: from the database, from files and from outside; a changed file is named with its slot."""
    clips = stack.season(3)
    voter = stack.client().ready()
    assert voter.send("POST", "/api/vote", {"clipId": clips[1]}).status == 200
    # The vote came without a feed, so it is flagged and would put the round under review.
    stack.rows("update seasons set review_flagged = false where status = 'active'")
    stack.rows("select from advance_now(null)")
    number = str(stack.rows("select number from seasons where status = 'active'")[0][0])

    written = dailies(stack, "tally", "export", "--season", number, "--to", str(tmp_path), "--json")
    assert written.returncode == 0, written.stderr
    [export] = json.loads(written.stdout)
    found = dailies(stack, "tally", "verify", "--season", number)
    assert found.returncode == 0 and clips[1] in found.stdout and "adds up" in found.stdout
    outside = dailies(stack, "tally", "verify", "--season", number, "--url", stack.facts["url"], "--json")
    report = json.loads(outside.stdout)
    assert outside.returncode == 0 and report["isSound"] and report["rounds"][0]["winner"] == clips[1]

    # A stranger with another language's library finds the same hash, in a file that was formatted anew.
    data = json.loads((tmp_path / f"season-{number}-slot-1.json").read_text())
    [item] = data["documents"]
    canonical = json.dumps(item["document"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == item["hash"] == export["hash"]
    nice = tmp_path / "nice.json"
    nice.write_text(json.dumps(data, indent=4))
    assert dailies(stack, "tally", "verify", str(nice)).returncode == 0

    item["document"]["results"][0]["votes"] += 1
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(data))
    refused = dailies(stack, "tally", "verify", str(forged), "--json")
    assert refused.returncode == 1
    faults = {(fault["slot"], fault["code"]) for fault in json.loads(refused.stdout)["faults"]}
    assert faults == {(1, "hash"), (1, "count")}
    forged.write_text("{}")
    broken = dailies(stack, "tally", "verify", str(forged))
    assert broken.returncode == 1 and re.search(r"forged\.json is not an export", broken.stderr)
    assert dailies(stack, "tally", "verify").returncode == 64
    assert dailies(stack, "tally", "verify", "--season", "9999").returncode == 1
