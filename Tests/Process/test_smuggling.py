"""A body that was not read must never become a request."""

import pytest

import fastcgi
from fastcgi import Closed, Connection

LIMIT = 65536
FORGED = "f0f0f0f0f0f0f0f0"
BLOCK = 256


def forged_block():
    """A whole request as FastCGI records, filled up to a power of two so that copies of it line up."""
    request = fastcgi.begin() + fastcgi.params(
        [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/livez"), ("REQUEST_ID", FORGED)]) + fastcgi.stdin(b"")
    # An unknown record is skipped by libfcgi, so it can be sent between two requests.
    filler = BLOCK - len(request) - 8
    return request + fastcgi.record(99, bytes(filler), request=0)


def body_at(offset, size):
    copies = forged_block() * (size // BLOCK + 2)
    return (b" " * offset + copies)[:size]


def forged_requests(host, place):
    """How many forged requests ran, once everything that was sent has been looked at."""
    last = "last0000last0000"
    assert fastcgi.once(place.path, "GET", "/livez", REQUEST_ID=last).status == 200
    host.lines.wait(lambda line: line.get("request") == last)
    return sum(line.get("request") == FORGED for line in host.lines.objects())


def read_what_comes(connection):
    """Reads until the host closes, or until it has answered and waits."""
    try:
        answer = connection.answer()
        connection.socket.settimeout(0.2)
        connection.is_closed()
        return answer
    except Closed:
        return None


@pytest.mark.parametrize("route, status", [
    ("/internal/echo", 413), ("/nothing/here", 404), ("/livez", 405),
])
def test_an_unread_body_on_a_kept_connection_runs_nothing(host, place, route, status):
    """OPS-05 OPS-04 Every alignment of forged requests inside a body that the host does not read: none runs.

    Seen red: with `slot.finish(closing: state.isStopping)` in Sources/FastCGI/Worker.swift, that is without closing
    after an unread body, each of the three cases ran 4 forged requests in 256 tries: libfcgi drops its buffer at the
    end of the first request and reads what is left of the body as the next ones.
    """
    for offset in range(BLOCK):
        with Connection(place.path) as connection:
            body = body_at(offset, LIMIT + 4096)
            values = fastcgi.environment("POST", route, body)
            connection.send(fastcgi.begin() + fastcgi.params(values) + fastcgi.stdin(body))
            assert read_what_comes(connection).status == status
    assert forged_requests(host, place) == 0


def test_a_body_longer_than_announced_runs_nothing(host, place):
    """A length that lies about the body: refused, and the rest is never parsed."""
    for offset in range(BLOCK):
        with Connection(place.path) as connection:
            body = body_at(offset, 32768)
            values = fastcgi.environment("POST", "/internal/echo", body, CONTENT_LENGTH="16")
            connection.send(fastcgi.begin() + fastcgi.params(values) + fastcgi.stdin(body))
            assert read_what_comes(connection).status == 400
    assert forged_requests(host, place) == 0


def test_a_read_body_leaves_the_connection_usable(host, place):
    """The counterpart: what is read to its end is the only thing that keeps a connection."""
    with Connection(place.path) as connection:
        for offset in range(0, 64, 8):
            body = body_at(offset, 40000)
            assert connection.request("POST", "/internal/echo", body).body == body
    assert forged_requests(host, place) == 0
