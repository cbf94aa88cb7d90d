"""A push service for the bench: it counts the messages to each address and answers 201 after five milliseconds. The first line
that it writes is its port; GET /counts says how many messages and addresses there were, and the most to one address."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

DELAY = 0.005
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"

counts: Counter[bytes] = Counter()
first = last = 0.0


class Connection(asyncio.Protocol):
    def connection_made(self, transport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        global first, last
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end]
        if head.startswith(b"GET"):
            body = json.dumps(
                {"messages": sum(counts.values()), "addresses": len(counts), "most": max(counts.values(), default=0),
                 "seconds": last - first}).encode()  # fmt: skip
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            self.buffer = b""
            return
        place = head.lower().find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0])
        if len(self.buffer) < end + 4 + length:
            return
        self.buffer = self.buffer[end + 4 + length :]
        counts[head.split(b" ", 2)[1]] += 1
        last = time.monotonic()
        first = first or last
        loop.call_later(DELAY, self.reply)

    def reply(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(ANSWER)


async def serve() -> None:
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(serve())
try:
    loop.run_forever()
except KeyboardInterrupt:
    sys.exit(0)
