"""Doubles of four services that make videos, quick enough for a thousand calls a second. Each call is answered after a delay.
`/control` changes what follows, and says what has happened. Prints its port."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import Counter
from urllib.parse import parse_qs, urlsplit

FILE = b"\0" * 1024


class Doubles:
    """The services. A request is open from its arrival until a poll says that it is done."""

    def __init__(self) -> None:
        self.delay, self.is_ending = 0.05, True
        self.url = ""
        self.forget()

    def forget(self) -> None:
        self.requests: dict[str, dict] = {}
        self.open: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.files = 0
        self.last_file = 0.0

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, object]:
        parts = urlsplit(target)
        path, query = parts.path, parse_qs(parts.query)
        service, _, rest = path.lstrip("/").partition("/")
        if service == "files":
            self.files, self.last_file = self.files + 1, time.monotonic()
            return 200, FILE
        if method == "POST":
            return self.submit(service, rest, query, json.loads(body))
        return self.poll(service, rest)

    def submit(self, service: str, rest: str, query: dict, body: dict) -> tuple[int, object]:
        made = str(uuid.uuid4())
        webhook = query.get("fal_webhook", [None])[0] or body.get("webhook")
        self.requests[made] = {"service": service, "webhook": webhook, "at": time.monotonic(), "prompt": json.dumps(body)}
        self.open[service] += 1
        self.most[service] = max(self.most[service], self.open[service])
        if service == "fal":
            base = f"{self.url}/fal/{'/'.join(rest.split('/')[:2])}/requests/{made}"
            links = {"response_url": base, "status_url": base + "/status", "cancel_url": base + "/cancel"}
            return 200, {"request_id": made, "status": "IN_QUEUE", "queue_position": 0} | links
        if service == "replicate":
            return 201, {"id": made, "status": "starting", "urls": {"get": f"{self.url}/replicate/predictions/{made}"}}
        return 200, {"id": made, "status": "IN_QUEUE"}

    def poll(self, service: str, rest: str) -> tuple[int, object]:
        words = rest.split("/")
        made = words[3] if service == "fal" else words[-1]
        request = self.requests[made]
        video = f"{self.url}/files/{made}.mp4"
        # fal.ai says in one answer that it is done, and in another with what.
        is_last = service != "fal" or words[-1] != "status"
        if self.is_ending and is_last and not request.get("done"):
            request["done"] = True
            self.open[service] -= 1
        if service == "fal":
            if not is_last:
                return 200, {"status": "COMPLETED" if self.is_ending else "IN_PROGRESS", "request_id": made}
            return 200, {"video": {"url": video, "content_type": "video/mp4"}}
        if service == "runway":
            return 200, {"id": made} | ({"status": "SUCCEEDED", "output": [video]} if self.is_ending else {"status": "RUNNING"})
        if service == "runpod":
            done = {"status": "COMPLETED", "executionTime": 50, "output": {"result": video, "status": "DONE"}}
            return 200, {"id": made} | (done if self.is_ending else {"status": "IN_PROGRESS"})
        done = {"status": "succeeded", "output": video}
        return 200, {"id": made, "error": None} | (done if self.is_ending else {"status": "processing", "output": None})

    def control(self, query: dict) -> object:
        if "forget" in query:
            self.forget()
        if "ending" in query:
            self.is_ending = query["ending"] == ["yes"]
        if "delay" in query:
            self.delay = float(query["delay"][0])
        return {"requests": self.requests, "most": self.most, "files": self.files, "lastFile": self.last_file}


async def serve(doubles: Doubles, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")
            method, target, _ = lines[0].split(" ")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            if target.startswith("/control"):
                status, answer = 200, doubles.control(parse_qs(urlsplit(target).query))
            else:
                status, answer = doubles.answer(method, target, body)
                await asyncio.sleep(doubles.delay)
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            kind = "video/mp4" if isinstance(answer, bytes) else "application/json"
            writer.write(f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    doubles = Doubles()
    server = await asyncio.start_server(lambda *streams: serve(doubles, *streams), "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    doubles.url = f"http://127.0.0.1:{port}"
    print(port, flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
