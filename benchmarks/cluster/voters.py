"""Runs on the machine `client`: visitors vote at a steady rate, one asks for the feed, and some listen for events.

Prints one line of JSON for everything that happens: {"at": seconds, "what": "vote", "ok": true, "voter": 7, "clip": "…"}.
Usage: voters.py CLIPS RATE VOTERS FRONT... (addresses). Ends at SIGTERM.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
import ssl
import sys
import time

AGENT = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Dailies-Bench\r\nAccept-Language: en\r\nAccept-Encoding: identity\r\n"
TLS = ssl.create_default_context()
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE
# A person waits about so long before trying again.
PATIENCE = 10


def tell(what: str, **more: object) -> None:
    print(json.dumps({"at": round(time.monotonic(), 3), "what": what, **more}), flush=True)


class Line:
    """A browser's connection to one front machine after another: to the next one when this one fails."""

    def __init__(self, addresses: list[str], number: int) -> None:
        self.addresses = itertools.cycle(addresses[number % len(addresses):] + addresses[: number % len(addresses)])
        self.front = next(self.addresses)
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def send(self, method: str, path: str, headers: str, body: str = "") -> tuple[int, dict[str, list[str]], bytes]:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._send(method, path, headers, body)
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            self.drop()
            self.front = next(self.addresses)
            raise OSError("no answer") from None

    def drop(self) -> None:
        if self.writer:
            self.writer.transport.abort()
        self.reader = self.writer = None

    async def open(self) -> None:
        async with asyncio.timeout(2):
            self.reader, self.writer = await asyncio.open_connection(self.front, 443, ssl=TLS)

    async def _send(self, method: str, path: str, headers: str, body: str) -> tuple[int, dict[str, list[str]], bytes]:
        if not self.writer:
            await self.open()
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: dailies.example\r\nSec-Fetch-Site: same-origin\r\n"
        self.writer.write(f"{head}{AGENT}{headers}{length}\r\n{body}".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found: dict[str, list[str]] = {}
        for line in head[1:]:
            name, _, value = line.partition(": ")
            found.setdefault(name.lower(), []).append(value)
        content = b""
        if "content-length" in found:
            content = await self.reader.readexactly(int(found["content-length"][0]))
        elif found.get("transfer-encoding") == ["chunked"]:
            while size := int(await self.reader.readline(), 16):
                content += await self.reader.readexactly(size)
                await self.reader.readline()
            await self.reader.readline()
        if found.get("connection") == ["close"]:
            self.drop()
        return int(head[0].split()[1]), found, content


def network_of(number: int) -> str:
    return f"X-Forwarded-For: 10.{100 + number // 65536}.{number // 256 % 256}.{number % 256}\r\n"


class Visitor:
    def __init__(self, number: int) -> None:
        self.number = number
        self.headers = network_of(number)

    async def begin(self, line: Line) -> None:
        status, headers, body = await line.send("GET", "/api/csrf", self.headers)
        if status != 200:
            raise OSError(f"csrf answered {status}")
        cookies = "; ".join(cookie.partition(";")[0] for cookie in headers.get("set-cookie", []))
        self.headers += f"Cookie: {cookies}\r\nX-CSRF-Token: {json.loads(body)['token']}\r\n"


async def vote(addresses: list[str], clips: list[str], visitors: list[Visitor], rate: float) -> None:
    """Each vote is a pair of a visitor and a clip that comes once; as many are under way as the rate needs."""
    pairs = ((visitor, clips[(visitor.number + turn) % len(clips)]) for turn in range(len(clips)) for visitor in visitors)
    begun = time.monotonic()
    lines: list[Line] = [Line(addresses, number) for number in range(64)]
    idle = asyncio.Queue()
    for line in lines:
        idle.put_nowait(line)

    async def one(line: Line, visitor: Visitor, clip: str) -> None:
        started = time.monotonic()
        status = 0
        try:
            status, _, body = await line.send("POST", "/api/vote", visitor.headers, f'{{"clipId":"{clip}"}}')
            ok = status == 200 and json.loads(body)["clipId"] == clip
            code = "" if ok else json.loads(body).get("code", "")
        except (OSError, ValueError) as error:
            ok, code = False, str(error)[:40]
        tell("vote", ok=ok, status=status, code=code, voter=visitor.number, clip=clip, took=round(time.monotonic() - started, 3))
        idle.put_nowait(line)

    under_way: set[asyncio.Task] = set()
    due = begun
    for visitor, clip in pairs:
        due = max(due + 1 / rate, time.monotonic() - 0.1)
        await asyncio.sleep(max(0, due - time.monotonic()))
        line = await idle.get()
        task = asyncio.create_task(one(line, visitor, clip))
        under_way.add(task)
        task.add_done_callback(under_way.discard)


async def watch_feed(addresses: list[str], number: int) -> None:
    line = Line(addresses, number)
    while True:
        started = time.monotonic()
        try:
            status, headers, body = await line.send("GET", "/api/vote?limit=4", network_of(900_000 + number))
            clips = len(json.loads(body)["clips"]) if status == 200 else 0
            took = round(time.monotonic() - started, 3)
            tell("feed", ok=clips > 0, status=status, known="x-standing" not in headers, took=took)
        except (OSError, ValueError) as error:
            tell("feed", ok=False, status=0, code=str(error)[:40], took=round(time.monotonic() - started, 3))
        await asyncio.sleep(0.2)


async def listen(addresses: list[str], number: int) -> None:
    """An event stream as a browser has it, opened again a second after it ended."""
    line = Line(addresses, number)
    while True:
        try:
            await line.open()
            line.writer.write(
                f"GET /api/events/round HTTP/1.1\r\nHost: dailies.example\r\nAccept: text/event-stream\r\n{AGENT}\r\n".encode()
            )
            async with asyncio.timeout(5):
                await line.reader.readuntil(b"\r\n\r\n")
            tell("stream", number=number)
            while True:
                async with asyncio.timeout(30):
                    text = await line.reader.readline()
                if not text:
                    break
                if text.startswith(b"event:"):
                    tell("event", number=number, name=text[6:].strip().decode())
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        line.drop()
        line.front = next(line.addresses)
        await asyncio.sleep(1)


async def main() -> None:
    clips = open(sys.argv[1]).read().split()  # noqa: SIM115
    rate, count, addresses = float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    visitors = [Visitor(number) for number in range(count)]

    async def begin(number: int) -> None:
        line = Line(addresses, number)
        for visitor in visitors[number::16]:
            while True:
                try:
                    await visitor.begin(line)
                    break
                except OSError:
                    await asyncio.sleep(0.2)
        line.drop()

    await asyncio.gather(*(begin(number) for number in range(16)))
    tell("ready", voters=count)
    tasks = [asyncio.create_task(listen(addresses, number)) for number in range(4)]
    tasks += [asyncio.create_task(watch_feed(addresses, number)) for number in range(2)]
    tasks.append(asyncio.create_task(vote(addresses, clips, visitors, rate)))
    await stop.wait()
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
