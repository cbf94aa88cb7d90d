"""The operator's tool against a whole copy: what it finds, what it says, how it ends."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stack import DEADLINE, Stack, wait_until


def dailies(stack: Stack, *words: str, database: str = "dailies", role: str = "dailies_jobs", **settings: str):
    directory = stack.facts["sockets"]["postgres"]
    return subprocess.run(
        [stack.directory / "bin" / "dailies", *words, "--config", stack.directory / "dailies.conf"],
        env=os.environ | {"DATABASE_URL": f"postgresql:///{database}?host={directory}&user={role}"} | settings,
        check=False, capture_output=True, text=True, timeout=DEADLINE,
    )  # fmt: skip


@pytest.fixture
def empty_database(stack: Stack):
    name = f"empty_{uuid.uuid4().hex[:8]}"
    stack.rows(f"create database {name} owner dailies_owner")
    yield name
    stack.rows(f"drop database {name} with (force)")


def test_counters_are_verified_and_repaired(stack: Stack) -> None:
    """VOTE-05: drift is named with an exit status of its own, repaired, and gone."""
    clip = stack.season(2)[0]
    assert stack.client().ready().send("POST", "/api/vote", {"clipId": clip}).status == 200
    assert dailies(stack, "counters", "verify").returncode == 0
    stack.rows("update tournament_clips set vote_count = 7, weighted_score = 0, view_count = 3 where id = %s", clip)
    found = dailies(stack, "counters", "verify", "--json")
    assert found.returncode == 1
    drift = json.loads(found.stdout)
    assert [entry["clipId"] for entry in drift["clips"]] == [clip] and drift["boards"] == []
    assert drift["clips"][0] | {"voteCount": 7, "votesCast": 1, "weightedScore": 0, "weightCast": 1} == drift["clips"][0]
    repaired = dailies(stack, "counters", "repair", "--json")
    assert repaired.returncode == 0 and json.loads(repaired.stdout) == drift
    clean = dailies(stack, "counters", "verify")
    assert clean.returncode == 0 and "equals" in clean.stdout


def test_boards_are_verified_and_repaired(stack: Stack) -> None:
    """RANK-02: a wrong score is named, counted anew from the votes, and gone."""
    clip = stack.season(2)[0]
    assert stack.client().ready().send("POST", "/api/vote", {"clipId": clip}).status == 200
    assert dailies(stack, "counters", "verify").returncode == 0
    # While another process adds votes to the boards, the command leaves that to it.
    score = "update rank_scores set votes = 7 where board = 'clips' and span = 'all' and subject_id = %s returning votes"
    wait_until(lambda: stack.rows(score, clip), "the board has the vote")
    found = dailies(stack, "counters", "verify")
    assert found.returncode == 1 and f"clips of all time: {clip}: votes 7, expected 1" in found.stdout
    assert dailies(stack, "counters", "repair").returncode == 0
    assert dailies(stack, "counters", "verify").returncode == 0


def test_what_members_earned_is_verified_and_repaired(stack: Stack) -> None:
    """GAME-01 GAME-03: votes, XP and badges that no vote pays for are named, counted anew, and gone."""
    member = stack.value("insert into users (username) values ('mira_games') returning id")
    assert dailies(stack, "counters", "verify").returncode == 0
    stack.rows("insert into member_points values (%s, 150, 165, 0, null, 0)", member)
    found = dailies(stack, "counters", "verify")
    assert found.returncode == 1 and f"xp of {member}, in all: found 165, expected 0" in found.stdout
    assert f"badge of {member}, votes_100: found 0, expected 1" in found.stdout
    assert dailies(stack, "counters", "repair").returncode == 0
    assert dailies(stack, "counters", "verify").returncode == 0


def test_balances_are_verified_and_repaired(stack: Stack) -> None:
    """PRICE-03 PRICE-05: a balance that is not the sum of the ledger is named, corrected, and gone."""
    member = stack.value("insert into users (username) values ('mira_credits') returning id")
    stack.rows("select grant_allotment(%s, 100)", member)
    stack.rows("select * from reserve_credits(%s, 'a run', 30)", member)
    assert dailies(stack, "counters", "verify").returncode == 0
    stack.rows("update credit_balances set granted = 5 where user_id = %s", member)
    found = dailies(stack, "counters", "verify")
    assert found.returncode == 1 and f"credits of {member}: balance 75, expected 70" in found.stdout
    assert dailies(stack, "counters", "repair").returncode == 0
    assert dailies(stack, "counters", "verify").returncode == 0
    assert stack.value("select balance from credit_balances where user_id = %s", member) == 70


def test_videos_that_contradict_their_usage_are_named(stack: Stack) -> None:
    """GEN-09 OPS-03: a video whose usage or reservation is not what its state says is named, also as JSON; it is not repaired."""
    member = stack.value("insert into users (username) values ('mira_videos') returning id")
    video = stack.value(
        "select id from create_generation(%s, (select jsonb_build_object('model_id', id, 'prompt', 'fog', 'duration_ms', 2000,"
        " 'quality', 'standard', 'seed', 7, 'parameters', '{}'::jsonb, 'credits', 0) from models where slug = 'local'),"
        " (select updated_at from models where slug = 'local'), 600000, null, null, 100)", member)  # fmt: skip
    stack.rows("select cancel_generation(%s, %s)", member, video)
    clean = dailies(stack, "counters", "verify", "--json")
    assert clean.returncode == 0 and json.loads(clean.stdout)["generations"] == []
    stack.rows("update generation_usage set ended_at = null where generation_id = %s", video)
    found = dailies(stack, "counters", "verify", "--json")
    fault = {"generationId": str(video), "fault": "usage ended too early or too late"}
    assert found.returncode == 1 and json.loads(found.stdout)["generations"] == [fault]
    assert f"video {video}: usage ended too early or too late" in dailies(stack, "counters", "verify").stdout
    assert dailies(stack, "counters", "repair").returncode == 1
    stack.rows("update generation_usage set ended_at = now() where generation_id = %s", video)
    assert dailies(stack, "counters", "repair").returncode == 0


def test_analytics_are_verified_and_repaired(stack: Stack) -> None:
    """ANLY-02: a day of a model that is not what its runs say is named, counted anew, and gone."""
    stack.rows(
        "insert into generation_runs (generation_id, run, model_id, provider, duration_ms, quality, reserved_at, expected_usd,"
        " outcome, ended_at, cost_usd, video_ms) select gen_random_uuid(), 1, id, 'local', 5000, 'standard', now(), 0,"
        " 'completed', '2026-03-10T23:59:59Z', 0, 5000 from models where slug = 'local'"
    )
    assert dailies(stack, "counters", "verify").returncode == 0
    # While another process counts days, the command leaves that to it.
    completed = "select completed from model_days where day = '2026-03-10'"
    assert wait_until(lambda: stack.rows(completed), "the day is counted") == [(1,)]
    stack.rows("update model_days set completed = 7 where day = '2026-03-10'")
    found = dailies(stack, "counters", "verify")
    assert found.returncode == 1 and "on 2026-03-10: differs in completed 7 (expected 1)" in found.stdout
    assert dailies(stack, "counters", "repair").returncode == 0
    assert dailies(stack, "counters", "verify").returncode == 0


def test_models_travel_in_packs(stack: Stack, tmp_path) -> None:
    """CAT-10: a pack is compared before it is applied, pages show the change at once, and no model becomes active. One that no
    trusted key has signed needs consent; a foreign program signs and checks packs too."""
    exported = dailies(stack, "catalog", "export", "local", "veo-3")
    pack = json.loads(exported.stdout)
    assert [model["slug"] for model in pack["models"]] == ["local", "veo-3"]
    changed = json.loads(exported.stdout)
    changed["models"][0]["description"] = "Draws, elsewhere."
    changed["models"].append({"slug": "nova-1", "name": "Nova", "maker": "Acme", "provider": "local"})
    file = tmp_path / "pack.json"
    file.write_text(json.dumps(changed))
    compared = dailies(stack, "catalog", "import", str(file))
    assert compared.returncode == 0 and "nova-1: new, inactive" in compared.stdout
    assert "local: description" in compared.stdout and "Nothing was changed" in compared.stdout
    client = stack.client()
    assert "Draws, elsewhere." not in client.get("/models").body.decode()
    try:
        refused = dailies(stack, "catalog", "import", str(file), "--apply")
        assert refused.returncode == 1 and "not signed" in refused.stderr and "--untrusted" in refused.stderr
        assert stack.value("select count(*) from models where slug = 'nova-1'") == 0
        seed = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        key = base64.b64encode(seed.public_key().public_bytes_raw()).decode()
        text = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        value = base64.b64encode(seed.sign(text.encode())).decode()
        signed = changed | {"signature": {"algorithm": "ed25519", "key": key, "value": value}}
        file.write_text(json.dumps(signed))
        stranger = dailies(stack, "catalog", "import", str(file), "--apply")
        assert stranger.returncode == 1 and f"does not trust: {key}" in stranger.stderr
        file.write_text(json.dumps(signed | {"exportedAt": "2026-01-01T00:00:00.000Z"}))
        forged = dailies(stack, "catalog", "import", str(file), "--apply", CATALOG_TRUSTED_KEYS=f"acme={key}")
        assert forged.returncode == 1 and "The signature of this pack is wrong." in forged.stderr
        file.write_text(json.dumps(signed))
        applied = json.loads(
            dailies(stack, "catalog", "import", str(file), "--apply", "--json", CATALOG_TRUSTED_KEYS=f"acme={key}").stdout)
        assert applied["origin"] == "trusted"
        assert applied["applied"] and [model["change"] for model in applied["models"]] == ["changed", "same", "new"]
        wait_until(lambda: "Draws, elsewhere." in client.get("/models").body.decode(), "the cached page is new")
        assert stack.value("select is_active from models where slug = 'nova-1'") is False
        broken = tmp_path / "broken.json"
        for text, words in [("[]", "is not a catalog pack"), ("{", "is not JSON")]:
            broken.write_text(text)
            refused = dailies(stack, "catalog", "import", str(broken))
            assert refused.returncode == 1 and words in refused.stderr
        assert "over https only" in dailies(stack, "catalog", "import", "http://127.0.0.1/pack.json").stderr
        ours = {"CATALOG_SIGNING_KEY": base64.b64encode(bytes(range(32))).decode()}
        assert dailies(stack, "catalog", "key", **ours).stdout.strip() == key
        own = json.loads(dailies(stack, "catalog", "export", "local", **ours).stdout)
        value = base64.b64decode(own.pop("signature")["value"])
        text = json.dumps(own, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        seed.public_key().verify(value, text.encode())
    finally:
        file.write_text(json.dumps(pack))
        assert dailies(stack, "catalog", "import", str(file), "--apply", "--untrusted").returncode == 0
        stack.rows("delete from models where slug = 'nova-1'")


def test_four_migrations_at_once_apply_each_file_once(stack: Stack, empty_database: str) -> None:
    """OPS-05: the later ones wait and find nothing to do, and the first default is the one that an older system's file names."""

    def migrate(*words: str) -> subprocess.CompletedProcess:
        return dailies(stack, "migrate", *words, database=empty_database, role="dailies_owner", PROVIDER_NAME="lucy14b")

    assert migrate("--status").returncode == 1
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda _: migrate(), range(4)))
    assert [end.returncode for end in ends] == [0] * 4, [end.stderr for end in ends]
    assert sum("0001_" in end.stdout for end in ends) == 1
    assert sum("The default model is lucy14b." in end.stdout for end in ends) == 1
    assert migrate("--status").returncode == 0
    refused = dailies(stack, "migrate", database=empty_database, role="dailies_web")
    assert refused.returncode == 1 and "permission denied" in refused.stderr


def test_a_refusal_is_a_sentence_and_a_lost_database_has_a_reason(stack: Stack) -> None:
    """OPS-05: what goes wrong is said in words that lead somewhere."""
    unknown = dailies(stack, "season", "activate", str(uuid.uuid4()))
    assert unknown.returncode == 1 and "There is no such season." in unknown.stderr
    lost = dailies(stack, "season", "list", database="not_there")
    assert lost.returncode == 1 and 'database "not_there" does not exist' in lost.stderr
    examined = dailies(stack, "doctor", "--json", database="not_there")
    assert examined.returncode == 1
    findings = {entry["check"]: entry for entry in json.loads(examined.stdout)}
    assert 'database "not_there" does not exist' in findings["database"]["detail"]
    assert findings["database"]["remedy"]
    # It gives notifications and the site's answer some seconds, which a busy machine may not keep.
    wait_until(lambda: dailies(stack, "doctor").returncode == 0, "the doctor finds nothing wrong")


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"], ["counters"], ["counters", "nonsense"], ["season"], ["season", "activate"],
        ["season", "activate", "x"], ["season", "create"], ["season", "create", "--label"],
        ["season", "create", "--label", "A", "--slots", "501"], ["season", "list", "--nonsense"], ["sign-in-link"],
        ["admin"], ["admin", "grant"], ["user", "ban", "x"], ["flags", "on"], ["flags", "rollout", "x", "101"],
        ["sign-in-link", "--user", "Not A Name"], ["seed"], ["seed", "--demo", "--round", "soon"],
    ],
)  # fmt: skip
def test_wrong_words_end_with_64_and_the_usage(stack: Stack, words: list[str]) -> None:
    """OPS-05: scripts tell a typing error from a failure."""
    refused = dailies(stack, *words)
    assert refused.returncode == 64, refused.stderr
    assert "Usage: dailies" in refused.stderr and refused.stdout == ""
    helped = dailies(stack, words[0] if words != ["nonsense"] else "--help", "--help")
    assert helped.returncode == 0 and "Usage: dailies" in helped.stdout


def test_members_and_flags_from_the_command_line(stack: Stack) -> None:
    """OPS-03 ADM-02 FLAG-01: what admins do on their pages, the operator does without a browser."""
    for name in ("sole_admin", "helper_of_it"):
        dailies(stack, "sign-in-link", "--user", name)

    def answer(*words: str) -> dict:
        ended = dailies(stack, *words, "--json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def admins() -> list[str]:
        query = "select username from users where role = 'admin' order by 1"
        return [name for (name,) in stack.rows(query)]

    assert answer("admin", "grant", "sole_admin", "--reason", "runs it")["isAdmin"] is True
    others = [name for name in admins() if name != "sole_admin"]
    for name in others:
        assert answer("admin", "revoke", name)["isAdmin"] is False
    last = dailies(stack, "admin", "revoke", "sole_admin")
    assert last.returncode == 1 and "The site needs at least one admin." in last.stderr
    for name in others:
        answer("admin", "grant", name)

    assert answer("user", "ban", "helper_of_it", "--reason", "spam")["bannedAt"]
    again = dailies(stack, "user", "ban", "helper_of_it", "--reason", "spam")
    assert again.returncode == 1 and "This member is banned." in again.stderr
    assert answer("user", "unban", "helper_of_it")["bannedAt"] is None
    unknown = dailies(stack, "user", "ban", "nobody_at_all", "--reason", "spam")
    assert unknown.returncode == 1 and "there is no member nobody_at_all" in unknown.stderr

    assert answer("flags", "off", "comments_enabled")["enabled"] is False
    assert answer("flags", "rollout", "comments_enabled", "30")["rolloutPercent"] == 30
    assert answer("flags", "on", "comments_enabled")["enabled"] is True
    assert answer("flags", "rollout", "comments_enabled", "100")["rolloutPercent"] == 100
    assert {flag["key"] for flag in answer("flags", "list")} >= {"voting_enabled", "comments_enabled"}
    unknown = dailies(stack, "flags", "on", "teleport")
    assert unknown.returncode == 1 and "There is no such feature flag." in unknown.stderr
    written = stack.rows("select distinct action from audit_log where actor_id is null order by 1")
    assert {"flag.change", "member.ban", "member.lift_ban", "member.grant_admin"} <= {action for (action,) in written}


def test_the_film_is_changed_from_the_command_line(stack: Stack) -> None:
    """FILM-10 ADM-03 OPS-03: what admins do to slots and seasons, the operator does too, with the same refusals and log."""
    clips = stack.season(3, slots=3)
    [season] = [
        str(found) for (found,) in stack.rows("select season_id from tournament_clips where id = %s", clips[0])
    ]  # fmt: skip
    label = stack.value("select label from seasons where id = %s", season)
    why = ("--reason", "The jury was asked")

    def act(*words: str) -> dict:
        ended = dailies(stack, "season", *words, *why, "--json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def slots() -> list[dict]:
        return json.loads(dailies(stack, "season", "show", season, "--json").stdout)["slots"]

    def refused(*words: str) -> str:
        ended = dailies(stack, "season", *words, *why)
        assert ended.returncode == 1 and ended.stderr.strip() and "Traceback" not in ended.stderr, ended.stderr
        return ended.stderr

    tried = act("advance", "1", "--dry-run")
    assert tried["done"] is False and tried["summary"] and slots()[0]["status"] == "voting"
    assert "winner_selected" in act("advance", "1")["events"]
    won = slots()[0]["winnerId"]
    other = next(clip for clip in clips if clip != won)
    refused("assign", season, "1", other, "--replaces", other)
    assert slots()[0]["winnerId"] == won, "what is not so any more is left alone"
    act("assign", season, "1", other, "--replaces", won)
    assert slots()[0]["winnerId"] == other and slots()[1]["status"] == "voting"
    refused("end", season, "2", "2099-01-01T00:00:00Z")
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat(timespec="seconds").replace("+00:00", "Z")
    act("end", season, "2", later)
    assert slots()[1]["votingEndsAt"].startswith(later[:-1])
    left = str(stack.value("select id from tournament_clips where season_id = %s and slot_position = 2 limit 1", season))
    assert stack.client().ready().send("POST", "/api/vote", {"clipId": left}).status == 200
    assert slots()[1]["votes"] == 1
    act("reset-votes", season, "2")
    assert slots()[1]["votes"] == 0
    act("unlock", season, "1")
    assert [slot["status"] for slot in slots()] == ["voting", "upcoming", "upcoming"]
    act("advance", "1")
    taken = slots()[0]["winnerId"]
    act("take-down", taken)
    assert slots()[0]["winnerId"] not in (taken, None), "the next best takes its place"
    refused("reset", season, "--label", "Another name")
    act("reset", season, "--label", label)
    assert [slot["status"] for slot in slots()] == ["voting", "upcoming", "upcoming"]
    refused("delete", season, "--label", "Another name")
    act("delete", season, "--label", label)
    assert season not in dailies(stack, "season", "list").stdout
    written = stack.rows(
        "select distinct action from audit_log where actor_id is null and reason = %s order by 1", why[1])
    assert len(written) >= 8, written
