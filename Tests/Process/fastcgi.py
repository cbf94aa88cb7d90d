"""A small FastCGI client: nginx's side of the conversation, and what nginx would never say."""

import dataclasses
import socket
import struct

from limits import DEADLINE

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7
GET_VALUES, UNKNOWN_TYPE = 9, 11
RESPONDER, KEEP = 1, 1


def record(kind, content=b"", request=1, version=1, padding=0, length=None):
    length = len(content) if length is None else length
    return struct.pack("!BBHHBx", version, kind, request, length, padding) + content + bytes(padding)


def begin(keep=True, role=RESPONDER, request=1):
    return record(BEGIN, struct.pack("!HB5x", role, KEEP if keep else 0), request)


def pair(name, value):
    def size(count):
        return struct.pack("!B", count) if count < 128 else struct.pack("!I", count | 0x80000000)

    return size(len(name)) + size(len(value)) + name + value


def params(values, request=1):
    """Values may repeat a name, so they are pairs; the stream is ended."""
    content = b"".join(pair(name.encode(), value if isinstance(value, bytes) else value.encode())
                       for name, value in values)
    chunks = [content[start:start + 65528] for start in range(0, len(content), 65528)]
    return b"".join(record(PARAMS, chunk, request) for chunk in chunks) + record(PARAMS, b"", request)


def stdin(body, request=1, ended=True):
    """As nginx sends a body: records of at most 32 KiB, and an empty one at the end."""
    chunks = [body[start:start + 32768] for start in range(0, len(body), 32768)]
    return b"".join(record(STDIN, chunk, request) for chunk in chunks) + (record(STDIN, b"", request) if ended else b"")


def environment(method, target, body=b"", headers=None, **extra):
    values = {
        "REQUEST_METHOD": method, "REQUEST_URI": target, "QUERY_STRING": target.partition("?")[2],
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body)) if body else "",
        "CONTENT_TYPE": "application/octet-stream" if body else "", "INTERNAL_REQUEST": "1",
    }
    values.update(extra)
    for name, value in (headers or {}).items():
        values["HTTP_" + name.upper().replace("-", "_")] = value
    return list(values.items())


class Closed(Exception):
    """The host closed the connection before the answer's end."""


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    ended: bool = True


class Connection:
    def __init__(self, path, timeout=DEADLINE):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, count):
        while len(self.buffer) < count:
            try:
                more = self.socket.recv(65536)
            except ConnectionError as error:
                raise Closed from error
            if not more:
                raise Closed
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def record(self):
        _, kind, request, length, padding = struct.unpack("!BBHHBx", self.exactly(8))
        content = self.exactly(length)
        self.exactly(padding)
        return kind, request, content

    def is_closed(self):
        """Waits for the host to close; anything else it may still say is read over."""
        try:
            while True:
                self.record()
        except Closed:
            return True
        except TimeoutError:
            return False

    def answer(self):
        """The next answer; `Closed` with what came so far when the host ends the connection early."""
        output = b""
        try:
            while True:
                kind, _, content = self.record()
                if kind == STDOUT:
                    output += content
                elif kind == END:
                    return parse(output)
        except Closed as closed:
            closed.output = output
            raise

    def request(self, method, target, body=b"", keep=True, headers=None, **extra):
        self.send(begin(keep) + params(environment(method, target, body, headers, **extra)) + stdin(body))
        return self.answer()


def parse(output):
    head, _, body = output.partition(b"\r\n\r\n")
    headers = {}
    for line in head.decode().split("\r\n"):
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    status, _, reason = headers.pop("status").partition(" ")
    # nginx passes it on. Without it the status line lacks its last blank, and some clients cannot read it.
    assert reason, head
    return Answer(int(status), headers, body)


def once(path, method, target, body=b"", headers=None, **extra):
    """One request on a connection of its own."""
    with Connection(path) as connection:
        return connection.request(method, target, body, keep=False, headers=headers, **extra)
