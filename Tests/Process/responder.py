"""Replaces a host behind nginx: it answers every request with its own name and what nginx passed on."""

import contextlib
import json
import pathlib
import socket
import struct
import threading

from fastcgi import END, PARAMS, STDIN, STDOUT, record


class Responder:
    """Serves FastCGI on a unix socket; each answer may be cached, and has another number."""

    def __init__(self, name, path):
        self.name = name
        self.count = 0
        # Of how many requests to come the connection is closed in place of an answer, as when a host dies.
        self.dying = 0
        self.seen = []
        self.connections = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(512)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError, EOFError):
            stream = connection.makefile("rb")
            while True:
                parameters, body = b"", 0
                while True:
                    head = stream.read(8)
                    if len(head) < 8:
                        return
                    _, kind, _, length, padding = struct.unpack("!BBHHBx", head)
                    content = stream.read(length)
                    stream.read(padding)
                    if kind == PARAMS:
                        parameters += content
                    if kind == STDIN:
                        body += length
                        if length == 0:
                            break
                found = pairs(parameters)
                self.seen.append(found)
                if self.dying:
                    self.dying -= 1
                    return
                connection.sendall(self.answer(found, body))

    def answer(self, parameters, body):
        self.count += 1
        said = {"process": self.name, "number": self.count, "body": body, "parameters": parameters}
        content = json.dumps(said).encode()
        output = (
            b"Status: 200 OK\r\nContent-Type: application/json\r\nCache-Control: public, s-maxage=600\r\n"
            b"X-Media-Cache: public, max-age=31536000, immutable\r\n"
            b"Content-Length: %d\r\n\r\n" % len(content) + content
        )
        chunks = [output[start:start + 32768] for start in range(0, len(output), 32768)]
        return b"".join(record(STDOUT, chunk) for chunk in chunks) + record(STDOUT) + record(END, bytes(8))

    def close(self):
        self.listener.close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def pairs(content):
    """The parameters of a request; of two equal names the first counts, as for libfcgi."""
    found, place = {}, 0

    def size():
        nonlocal place
        count = content[place]
        if count < 128:
            place += 1
            return count
        count = struct.unpack_from("!I", content, place)[0] & 0x7FFFFFFF
        place += 4
        return count

    while place < len(content):
        name_size, value_size = size(), size()
        name = content[place:place + name_size].decode()
        value = content[place + name_size:place + name_size + value_size].decode(errors="replace")
        place += name_size + value_size
        found.setdefault(name, value)
    return found


def responders(directory, names):
    """One for each process, on the socket of its name."""
    return [Responder(name, pathlib.Path(directory) / f"{name}.sock") for name in names]
