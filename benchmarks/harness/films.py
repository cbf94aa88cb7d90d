"""The rows of the film: a rendition, 75 of them joined into one file, one clip after another in the player, and its pages."""

from __future__ import annotations

import os
import pathlib
import subprocess

from . import visits
from .intake import REFERENCE, SOURCE, ffmpeg
from .result import Result
from .stack import Stack, Wrong

CLIPS = 75
# In the form of renditions, with the bytes of a typical one.
RENDITION = [
    "-f", "lavfi", "-i", "testsrc2=s=1080x1920:r=30:d=8", "-f", "lavfi", "-i", "sine=d=8:sample_rate=48000",
    "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "high", "-level:v", "4.0", "-pix_fmt", "yuv420p", "-b:v", "2800k",
    "-g", "60", "-x264-params",
    "stitchable=1:bframes=2:b-pyramid=none:ref=1:cabac=1:8x8dct=1:weightp=1:weightb=1:interlaced=0",
    "-video_track_timescale", "15360", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-fflags", "+bitexact",
    "-movflags", "+faststart",
]  # fmt: skip


def reference(directory: pathlib.Path) -> float:
    """The same files by one command, with the index at the same place."""
    names = "".join(f"file '{directory / f'clip-{number}.mp4'}'\n" for number in range(CLIPS))
    (directory / "list.txt").write_text(names)
    return ffmpeg(
        "-f", "concat", "-safe", "0", "-i", directory / "list.txt", "-c", "copy", "-movflags", "+faststart",
        directory / "reference.mp4",
    )  # fmt: skip


def own(stack: Stack, directory: pathlib.Path) -> float:
    done = subprocess.run(
        [stack.program("bench-film"), directory, str(CLIPS)], check=True, capture_output=True, text=True)
    seconds, length = done.stdout.split()
    if int(length) != CLIPS * 8_000:
        raise Wrong(f"the film lasts {length} ms")
    return float(seconds)


def rendition(stack: Stack) -> list[Result]:
    """In turns, so that both meet the same machine; of each the best."""
    source, target = stack.file("rendition-source.mp4"), stack.file("rendition.mp4")
    ffmpeg(*SOURCE, source)
    times, references, memory = [], [], 0
    for _ in range(stack.scale.turns + 1):
        references.append(ffmpeg("-i", source, *REFERENCE, target))
        run = subprocess.Popen(
            [stack.program("bench-film"), "rendition", source, target], stdout=subprocess.PIPE, text=True)
        printed = run.stdout.read()
        # Of the program and of all that it has waited for, the most of any.
        _, status, usage = os.wait4(run.pid, 0)
        if status:
            raise Wrong("no rendition was made")
        times.append(float(printed))
        memory = max(memory, usage.ru_maxrss)
    source.unlink()
    return [
        Result(
            "rendition", "8 s 1080 × 1920 → rendition", min(times), " s", reference=min(references),
            reference_name="one ffmpeg command, same output", at_most=1.1,
        ),
        Result("rendition-memory", "the same: most memory of a tool", memory / 1000, " MB", at_most=600),
    ]  # fmt: skip


def assemble(stack: Stack) -> list[Result]:
    """In turns, so that both meet the same machine; of each the best."""
    directory = stack.file("film")
    directory.mkdir(exist_ok=True)
    ffmpeg(*RENDITION, directory / "clip-0.mp4")
    for number in range(1, CLIPS):
        (directory / f"clip-{number}.mp4").write_bytes((directory / "clip-0.mp4").read_bytes())
    times, references = [], []
    for _ in range(stack.scale.turns + 1):
        references.append(reference(directory))
        times.append(own(stack, directory))
    return [
        Result(
            "film", f"{CLIPS} renditions → one MP4 with chapters", min(times), " s", reference=min(references),
            reference_name="ffmpeg -c copy, concat", at_most=1.2,
        )
    ]  # fmt: skip


# A finished season without a film, of clips that show elsewhere.
ADD_SEASON = """
    with season as (
        insert into seasons (label, total_slots, status, activated_at, finished_at)
        values ('A finished season', 12, 'archived', now(), now())
        returning id, number
    ), takes as (
        select gen_random_uuid() as id, (row_number() over (order by id))::int as slot, user_id, video_key, poster_key
        from tournament_clips
        where status = 'active' and has_thumbnail
        limit 12
    ), slots as (
        insert into story_slots (season_id, position, status, winner_clip_id, locked_at)
        select season.id, takes.slot, 'locked', takes.id, now()
        from season, takes
    ), clips as (
        insert into tournament_clips (
            id, season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key,
            poster_key, has_thumbnail, width, height, duration_ms
        )
        select takes.id, season.id, takes.slot, takes.user_id, 'A clip of the film', 'Sci-Fi', now(), 'locked', 'ready',
            takes.video_key, takes.poster_key, true, 1080, 1920, 8000
        from season, takes
    )
    select number
    from season
"""
REMOVE_SEASON = "delete from seasons where label = 'A finished season'"


def pages(stack: Stack) -> list[Result]:
    """The film's pages on a slow phone, with a finished season beside the running one."""
    with visits.film(stack):
        number = int(stack.value(ADD_SEASON))
        stack.reset()
        try:
            found = visits.look(stack, "paints", number)
        finally:
            stack.psql("-c", REMOVE_SEASON)
    what = "slow phone, largest paint of"
    return [
        Result(f"page-paint {path}", f"{what} {path}", one["paint"] / 1000, " s", at_most=1.5, more={"of": one["of"]})
        for path, one in found.items()
    ] + [
        Result("page-shift", "the same pages: most layout shift", max(one["shift"] for one in found.values()), "", at_most=0.02)
    ]  # fmt: skip


def next_clip(stack: Stack) -> list[Result]:
    """From the end of a clip to the first picture of the next one, in a film that is not one file yet."""
    with visits.film(stack):
        number = int(stack.value(ADD_SEASON))
        stack.reset()
        try:
            found = visits.look(stack, "segments", number)
        finally:
            stack.psql("-c", REMOVE_SEASON)
    if found["black"]:
        raise Wrong(f"{found['black']} frames were black")
    return [
        Result(
            "next-clip", "end of a clip → first picture of the next one, median", found["median"], " ms", at_most=42,
            more={"all": found["all"], "moving": found["moving"]},
        )
    ]  # fmt: skip
