"""The rows of visits: what a first visit loads, when a phone shows the first clip, and how soon a swipe shows the next."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

from .intake import Member, ffmpeg, upload
from .result import Result
from .stack import PARTS, ROOT, Stack, Wrong

# Pictures as different as members' are, with noise, at the size and rate of a phone.
SOURCES = ("mandelbrot=s=1080x1920:r=30", "testsrc2=s=1080x1920:r=30", "gradients=s=1080x1920:r=30:n=6:speed=.05",
           "cellauto=s=1080x1920:r=30:rule=110")  # fmt: skip

ENCODER = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "12M", "-pix_fmt", "yuv420p", "-c:a", "aac")

# So many slots of the running season are cut beside those of the fill, so that pages weigh what they do in mid-season.
WINNERS = 27

# What is stored beside a poster.
COPIES = ("-96.webp", "-240.webp", "-share.jpg")

# Of every clip that shows: its id, and its season and slot.
SHOWN = "select id from tournament_clips where status in ('active', 'locked') order by id"

ADD_WINNERS = f"""
    with slots as (
        select season_id, position, gen_random_uuid() as clip
        from story_slots
        join seasons on seasons.id = season_id and seasons.status = 'active'
        where position > 4 and position <= 4 + {WINNERS}
    ), made as (
        insert into tournament_clips (
            id, season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key,
            poster_key, blurhash, width, height, duration_ms
        )
        select slots.clip, slots.season_id, slots.position, makers.id, 'A clip that won slot ' || slots.position, 'Sci-Fi',
            now(), 'locked', 'ready', 'v', 'p', 'LEHV6nWB2yk8pyo0adR*.7kCMdnj', 1080, 1920, 8000
        from slots
        join (select id, row_number() over (order by id) as number from users limit {WINNERS + 4}) makers
            on makers.number = slots.position
    )
    update story_slots
    set status = 'locked', winner_clip_id = slots.clip, locked_at = now()
    from slots
    where slots.season_id = story_slots.season_id and slots.position = story_slots.position
"""

REMOVE_WINNERS = """
    create temporary table winners as
    select winner_clip_id as id
    from story_slots
    join seasons on seasons.id = season_id and seasons.status = 'active'
    where position > 4 and winner_clip_id is not null;
    update story_slots set status = 'upcoming', winner_clip_id = null, locked_at = null
    where winner_clip_id in (select id from winners);
    delete from tournament_clips where id in (select id from winners);
"""


def made(stack: Stack) -> list[dict[str, str]]:
    """The files of some clips that have gone the way of every upload; made once for a directory."""
    marker = stack.file("visits.json")
    if not marker.exists():
        for number, source in enumerate(SOURCES):
            path = stack.file(f"visit-{number}.mp4")
            ffmpeg(
                "-f", "lavfi", "-i", f"{source},noise=alls=6:allf=t", "-f", "lavfi", "-i", "sine", "-t", "8", *ENCODER, path
            )
            # Other members than those of the row of uploads.
            upload(stack, 20 + number, path)
            path.unlink()
        rows = stack.value(
            "select json_agg(json_build_object('video', video_key, 'poster', poster_key)) from tournament_clips"
            " where title = 'A clip' and has_cards"
        )
        clips = json.loads(rows or "[]")
        if len(clips) < len(SOURCES):
            raise Wrong(f"{len(clips)} clips have copies of their posters")
        marker.write_text(json.dumps(clips))
    return json.loads(marker.read_text())


@contextlib.contextmanager
def film(stack: Stack) -> Iterator[None]:
    """Every clip that shows has files of its own, as many as there are clips, and the season has more winners."""
    files, media = made(stack), stack.directory / "media"
    pattern = (media / files[0]["video"]).parent.stat()
    stack.psql("-c", ADD_WINNERS)
    try:
        for number, clip in enumerate(stack.value(SHOWN).splitlines()):
            folder = media / "clips" / clip
            folder.mkdir(exist_ok=True)
            for key in files[number % len(files)].values():
                copies = [key.removesuffix(".webp") + ending for ending in COPIES] if key.endswith(".webp") else []
                for name in [key, *copies]:
                    target = folder / name.rsplit("/", 1)[1]
                    if not target.exists():
                        os.link(media / name, target)
            os.chown(folder, pattern.st_uid, pattern.st_gid)
            folder.chmod(pattern.st_mode & 0o777)
        stack.psql("-c", f"""
            with files as (
                select number, value ->> 'video' as video, value ->> 'poster' as poster
                from json_array_elements('{json.dumps(files)}') with ordinality files (value, number)
            ), shown as (
                select id, (row_number() over (order by id) - 1) % {len(files)} + 1 as number
                from tournament_clips
                where status in ('active', 'locked')
            )
            update tournament_clips
            set video_key = 'clips/' || tournament_clips.id || '/' || split_part(files.video, '/', 3),
                poster_key = 'clips/' || tournament_clips.id || '/' || split_part(files.poster, '/', 3),
                has_thumbnail = true, has_cards = true
            from shown
            join files using (number)
            where shown.id = tournament_clips.id
        """)
        stack.reset()
        yield
    finally:
        stack.psql("-c", REMOVE_WINNERS)
        stack.reset()


def look(stack: Stack, what: str, count: int = 1, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """What benchmarks/browser/visits.py finds."""
    subprocess.run([ROOT / "scripts" / "virtual-environment"], check=True)
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "python", PARTS / "browser" / "visits.py", stack.url, what, str(count)],
        input=json.dumps(given), capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Wrong(f"the visit failed: {done.stderr[-600:]}")
    return json.loads(done.stdout)


def weight(stack: Stack) -> list[Result]:
    """All that a first visit loads but video, heads included."""
    with film(stack):
        found = look(stack, "weights")
    # Of the two videos the one that is not watched yet is never read to its end.
    ahead = [
        Result(
            f"visit-ahead {name}", f"first visit of {name}: of the next video", min(found[name]["videos"].values()) / 1000,
            " kB", at_most=262,
        )
        for name in ("/dashboard phone", "/story phone") if len(found[name]["videos"]) > 1
    ]  # fmt: skip
    return ahead + [
        Result(
            f"visit-weight {name}", f"first visit of {name}, {one['requests']} requests, without video", one["bytes"] / 1000,
            " kB", at_most=120, more={"video": one["video"], "kinds": one["kinds"], "largest": one["largest"]},
        )
        for name, one in found.items()
    ]  # fmt: skip


def first(stack: Stack) -> list[Result]:
    """The arena on a slow phone: processor slowed four times, 1.6 Mbit/s, 150 ms."""
    with film(stack):
        found = look(stack, "first", stack.scale.turns * 2 + 1)
    what = "first visit of /dashboard, slow phone"
    return [
        Result(
            "first-picture", f"{what}: poster and vote button", found["poster"] / 1000, " s", at_most=1.5,
            more={"all": found["all"]},
        ),
        Result("first-video", f"{what}: first frame of the video", found["video"] / 1000, " s", at_most=3),
        Result("first-shift", f"{what}: layout shift", found["shift"], "", at_most=0.02),
    ]  # fmt: skip


def taps(stack: Stack) -> list[Result]:
    """The whole way of a visitor on a slow phone: landing page, arena, vote."""
    with film(stack):
        found = look(stack, "taps", stack.scale.turns * 2 + 1)
    return [
        Result(
            "two-taps", "landing page → a counted vote in two taps, slow phone", found["median"], " s", at_most=3,
            more={"all": found["all"]},
        )
    ]  # fmt: skip


def fate(stack: Stack) -> list[Result]:
    """From a moderator's decision to its words on the page that the creator has open."""
    made(stack)
    waiting = stack.value(
        "select users.username || ' ' || clips.id from tournament_clips clips join users on users.id = clips.user_id"
        " where clips.title = 'A clip' and clips.status = 'pending' and has_cards"
    )
    clips = dict(line.removeprefix("bench_").split() for line in waiting.splitlines())
    creators = [{"cookie": Member(stack, int(number)).headers["Cookie"], "clip": clip} for number, clip in clips.items()]
    link = subprocess.run(
        [stack.directory / "dailies", "sign-in-link", "--admin"], check=True, capture_output=True, text=True
    ).stdout.strip()
    found = look(stack, "fate", given={"link": link, "creators": creators})
    return [
        Result(
            "fate", "a decision on a clip → its creator's open page says so, the slowest", found["slowest"], " s",
            at_most=1, more={"all": found["all"]},
        )
    ]  # fmt: skip


def swipe(stack: Stack) -> list[Result]:
    """To the next clip, which is loaded ahead; the processor slowed four times."""
    with film(stack):
        found = look(stack, "swipes", 20)
    if found["black"]:
        raise Wrong(f"{found['black']} frames were black")
    return [
        Result(
            "swipe", "swipe to the next clip, slow processor: its first frame, p95 of 20", found["p95"], " ms",
            p50=found["p50"], at_most=100,
            more={"all": found["all"], "moving": found["moving"]},
        )
    ]  # fmt: skip
