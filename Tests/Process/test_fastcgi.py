"""What a host makes of requests that are odd, broken, many, or cut off."""

import concurrent.futures
import contextlib
import struct

import pytest

import fastcgi
from fastcgi import Closed, Connection, begin, environment, params, record, stdin


def serves(place):
    assert fastcgi.once(place.path, "GET", "/livez").status == 200


MALFORMED = {
    "garbage": b"GET / HTTP/1.1\r\nHost: dailies\r\n\r\n" * 4,
    "wrong version": record(fastcgi.BEGIN, struct.pack("!HB5x", 1, 1), version=9) + bytes(64),
    "short begin": record(fastcgi.BEGIN, b"\0\1"),
    "unknown role": begin(role=77) + params(environment("GET", "/livez")) + stdin(b""),
    "parameters without a beginning": params(environment("GET", "/livez")),
    "truncated parameters": begin() + record(fastcgi.PARAMS, fastcgi.pair(b"REQUEST_URI", b"/livez")[:-3])
    + record(fastcgi.PARAMS),
    "a name longer than its record": begin() + record(fastcgi.PARAMS, b"\x7f\x01abc") + record(fastcgi.PARAMS),
    "a name of two gigabytes": begin() + record(fastcgi.PARAMS, struct.pack("!II", 0xFFFFFFFF, 0xFFFFFFFF) + b"a")
    + record(fastcgi.PARAMS),
    "record header cut off": begin() + b"\x01\x04\x00",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_records_close_the_connection_and_nothing_else(host, place, data):
    with Connection(place.path) as connection:
        connection.send(data)
        connection.socket.shutdown(1)
        assert connection.is_closed()
    serves(place)
    assert host.process.poll() is None


def test_silence_holds_no_thread(host, place):
    """More silent connections than threads: others are served, and so are these once they send something."""
    silent = [Connection(place.path) for _ in range(60)]
    try:
        serves(place)
        for connection in silent:
            assert connection.request("GET", "/livez").status == 200
    finally:
        for connection in silent:
            connection.close()


def test_unfinished_requests_neither_stop_a_host_nor_last(host, place):
    """SEC-05 Four hundred halves: others are answered meanwhile, large bodies too, and the halves end by themselves."""
    values = params(environment("POST", "/internal/echo", bytes(50_000)))
    halves = [Connection(place.path) for _ in range(400)]
    try:
        for number, connection in enumerate(halves):
            connection.send(begin() + (values[:20] if number % 2 else values + stdin(bytes(20_000), ended=False)))
        for _ in range(50):
            serves(place)
        assert fastcgi.once(place.path, "POST", "/internal/echo", bytes(50_000)).status == 200
        assert all(connection.is_closed() for connection in halves)
        serves(place)
        assert host.process.poll() is None
    finally:
        for connection in halves:
            connection.close()


def test_half_a_request_delays_no_other(host, place):
    """More requests that were begun and not ended than there are threads for what does not block."""
    values = environment("GET", "/livez")
    halves = [Connection(place.path) for _ in range(12)]
    try:
        for connection in halves:
            connection.send(begin() + params(values)[:20])
        for _ in range(5):
            serves(place)
        for connection in halves:
            connection.send(params(values)[20:] + stdin(b""))
            assert connection.answer().status == 200
    finally:
        for connection in halves:
            connection.close()


def test_idle_kept_connections_hold_no_thread(host, place):
    """More idle connections than threads: a new one is served at once, and each of them still is."""
    kept = [Connection(place.path) for _ in range(60)]
    try:
        for _ in range(2):
            for connection in kept:
                assert connection.request("GET", "/livez").status == 200
            serves(place)
    finally:
        for connection in kept:
            connection.close()


@pytest.mark.parametrize("length, sent, status, code", [
    ("100", b"x" * 10, 400, "short_body"), ("-1", b"x", 400, "malformed_length"), ("abc", b"x", 400, "malformed_length"),
    ("+5", b"xxxxx", 400, "malformed_length"), ("99999999999999999999", b"x", 400, "malformed_length"),
    ("65537", b"x" * 65537, 413, "too_large"), ("2147483648", b"x", 413, "too_large"),
])
def test_bodies_that_are_not_what_was_announced(host, place, length, sent, status, code):
    with Connection(place.path) as connection:
        values = environment("POST", "/internal/echo", sent, CONTENT_LENGTH=length)
        connection.send(begin() + params(values) + stdin(sent))
        answer = connection.answer()
        assert answer.status == status and code.encode() in answer.body
        assert connection.is_closed()


def test_the_largest_body_passes(host, place):
    body = bytes(range(256)) * 256
    assert fastcgi.once(place.path, "POST", "/internal/echo", body).body == body


def test_an_aborted_request_reaches_no_handler(host, place):
    """FCGI_ABORT_REQUEST in the middle of a body, as when a client goes away: answered or dropped, never handled."""
    with Connection(place.path) as connection:
        values = environment("POST", "/internal/echo", b"x" * 1000, REQUEST_ID="aborted000000000")
        connection.send(begin() + params(values) + stdin(b"x" * 10, ended=False) + record(fastcgi.ABORT))
        with contextlib.suppress(Closed):
            assert connection.answer().status == 400
    assert host.lines.wait(lambda line: line.get("request") == "aborted000000000")["status"] == 400
    serves(place)


def test_a_client_that_goes_away_in_the_middle_of_a_body(host, place):
    with Connection(place.path) as connection:
        values = environment("POST", "/internal/echo", b"x" * 1000, REQUEST_ID="vanished00000000")
        connection.send(begin() + params(values) + stdin(b"x" * 10, ended=False))
    assert host.lines.wait(lambda line: line.get("request") == "vanished00000000")["status"] == 400
    serves(place)


def test_huge_and_many_parameters(host, place):
    answer = fastcgi.once(place.path, "GET", "/livez", headers={"X-Large": "x" * 1_000_000})
    assert answer.status == 200
    many = environment("GET", "/livez") + [(f"HTTP_X_{number}", "1") for number in range(20_000)]
    with Connection(place.path) as connection:
        connection.send(begin() + params(many) + stdin(b""))
        assert connection.answer().status == 200


@pytest.mark.parametrize("target", [b"/livez\xff", b"/%ff", b"/%00", b"/a/../livez", b"/./livez", b"/livez?a=%ff",
                                    b"/livez?a=%00", b"/%zz", b"livez", b""])
def test_addresses_that_are_not_text(host, place, target):
    values = [(name, value) for name, value in environment("GET", "/") if name != "REQUEST_URI"]
    with Connection(place.path) as connection:
        connection.send(begin() + params([*values, ("REQUEST_URI", target)]) + stdin(b""))
        answer = connection.answer()
        assert answer.status == 400
        assert connection.request("GET", "/livez").status == 200


def test_only_the_first_of_equal_parameters_counts(host, place):
    """What nginx's own configuration sets comes first; a client cannot add to it."""
    values = [("INTERNAL_REQUEST", "0"), *environment("GET", "/internal/fail")]
    with Connection(place.path) as connection:
        connection.send(begin() + params(values) + stdin(b""))
        assert connection.answer().status == 404


def test_clients_cannot_reach_internal_routes(host, place):
    answer = fastcgi.once(place.path, "GET", "/internal/fail", INTERNAL_REQUEST="", headers={"Internal-Request": "1"})
    assert answer.status == 404


def test_request_ids_in_and_out(host, place):
    """OPS-04 nginx's id is kept and comes back; a client's own header, or an ill-formed id, is not believed."""
    answer = fastcgi.once(place.path, "GET", "/livez", REQUEST_ID="0123456789abcdef")
    assert answer.headers["x-request-id"] == "0123456789abcdef"
    line = host.lines.wait(lambda line: line.get("request") == "0123456789abcdef")
    assert line["route"] == "/livez" and line["status"] == 200 and line["method"] == "GET"
    assert line["caller"] == "visitor" and line["bytes"] == 6 and line["ms"] >= 0
    for values in ({"headers": {"X-Request-Id": "chosen-by-client"}}, {"REQUEST_ID": 'x"\r\nSet-Cookie: a=b'},
                   {"REQUEST_ID": "short"}):
        found = fastcgi.once(place.path, "GET", "/livez", **values).headers
        assert len(found["x-request-id"]) == 32 and "set-cookie" not in found


def test_an_error_of_a_handler_is_500_with_the_id_and_no_detail(host, place):
    answer = fastcgi.once(place.path, "GET", "/internal/fail", REQUEST_ID="failing000000000")
    assert answer.status == 500 and b"on purpose" not in answer.body and b"failing000000000" in answer.body
    line = host.lines.wait(lambda line: line.get("level") == "error" and line.get("request") == "failing000000000")
    assert "on purpose" in line["error"] and line["route"] == "/internal/fail"


def test_streams_arrive_whole_or_not_at_all(host, place):
    """A stream that breaks off ends the connection without the record that would call it complete."""
    whole = fastcgi.once(place.path, "GET", "/internal/stream").body
    assert whole.count(b"\n") == 10_000
    with pytest.raises(Closed) as broken:
        fastcgi.once(place.path, "GET", "/internal/stream?broken=1", REQUEST_ID="broken0000000000")
    assert len(broken.value.output) > 0
    assert host.lines.wait(lambda line: line.get("message") == "stream ended early")["request"] == "broken0000000000"
    serves(place)


def test_a_reader_that_leaves_a_stream(host, place):
    for _ in range(30):
        with Connection(place.path) as connection:
            connection.send(begin() + params(environment("GET", "/internal/stream")) + stdin(b""))
            connection.exactly(100)
    serves(place)


def ask_over_kept(path, bodies):
    """Asks one after another over a connection that is kept. In a crowd the host closes it after an answer, and like
    nginx this asks again over another."""
    connection = Connection(path)
    try:
        for body in bodies:
            try:
                answer = connection.request("POST", "/internal/echo", body)
            except (fastcgi.Closed, BrokenPipeError, ConnectionResetError):
                connection.close()
                connection = Connection(path)
                answer = connection.request("POST", "/internal/echo", body)
            if answer.body != body:
                return False
        return True
    finally:
        connection.close()


def test_two_hundred_at_once_each_get_their_own_answer(host, place):
    def ask(number):
        body = f"{number} ".encode() * 2_000
        if number % 2:
            return fastcgi.once(place.path, "POST", "/internal/echo", body).body == body
        return ask_over_kept(place.path, [body + bytes([turn]) for turn in range(5)])

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        assert all(pool.map(ask, range(400)))
    assert host.process.poll() is None
