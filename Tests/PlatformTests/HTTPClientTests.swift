import CLinux
import Glibc
import HTTPClient
import Platform
import Synchronization
import Testing

/// A server that answers each connection's requests with the given bytes and keeps what it was sent.
private final class CannedServer: Sendable {
    let path = "/tmp/dailies-http-\(getpid())-\(UInt32.random(in: 0..<1_000_000)).sock"
    private let seen = Mutex<(requests: [String], connections: Int)>(([], 0))
    private let socket: Int32

    var requests: [String] { seen.withLock { $0.requests } }
    var connections: Int { seen.withLock { $0.connections } }

    init(_ answer: String) throws {
        socket = try UnixSocket.listen(path)
        let server = Unmanaged.passRetained(Box(server: self, answer: answer))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            }, server.toOpaque())
        pthread_detach(thread)
    }

    func stop() {
        shutdown(socket, Int32(SHUT_RDWR))
        unlink(path)
    }

    private final class Box {
        let server: CannedServer
        let answer: String
        init(server: CannedServer, answer: String) {
            self.server = server
            self.answer = answer
        }

        func serve() {
            while true {
                let connection = accept(server.socket, nil, nil)
                guard connection >= 0 else { break }
                server.seen.withLock { $0.connections += 1 }
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = read(connection, &buffer, buffer.count)
                    guard count > 0 else { break }
                    let text = String(decoding: buffer.prefix(count), as: UTF8.self)
                    server.seen.withLock { $0.requests.append(text) }
                    guard !answer.isEmpty else { continue }
                    let bytes = Array(answer.utf8)
                    _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                    if !answer.contains("ength:") { break }
                }
                close(connection)
            }
            close(server.socket)
        }
    }
}

@Suite("HTTP client")
struct HTTPClientTests {
    private func server(_ answer: String, _ body: (CannedServer) throws -> Void) throws {
        let server = try CannedServer(answer)
        defer { server.stop() }
        try body(server)
    }

    @Test("a request goes over a unix socket and the connection is kept")
    func overUnixSocket() throws {
        try server("HTTP/1.1 201 Created\r\nX-Seen:  yes \r\nContent-Length: 2\r\n\r\nok") { server in
            let client = HTTPClient()
            for number in 1...3 {
                let response = try client.send(
                    OutgoingRequest(
                        method: "POST", url: "http://localhost/publish/slot", headers: [("X-Number", "\(number)")],
                        body: Array("{}".utf8), unixSocket: server.path))
                #expect(response.status == 201 && response.isSuccess)
                #expect(response.body == Array("ok".utf8))
                #expect(response.header("x-seen") == "yes")
            }
            #expect(server.connections == 1)
            #expect(server.requests.count == 3)
            #expect(server.requests[2].hasPrefix("POST /publish/slot HTTP/1.1\r\n"))
            #expect(server.requests[2].contains("\r\nX-Number: 3\r\n"))
            #expect(server.requests[2].hasSuffix("\r\n\r\n{}"))
        }
    }

    @Test("a redirect is an answer, not an order")
    func redirects() throws {
        try server("HTTP/1.1 302 Found\r\nLocation: http://localhost/other\r\nContent-Length: 0\r\n\r\n") { server in
            let response = try HTTPClient().send(
                OutgoingRequest(url: "http://localhost/", unixSocket: server.path))
            #expect(response.status == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test("an answer that never comes ends at the timeout")
    func timeout() throws {
        try server("") { server in
            #expect(throws: HTTPClientError.timedOut) {
                try HTTPClient().send(
                    OutgoingRequest(url: "http://localhost/", unixSocket: server.path, timeout: .milliseconds(200)))
            }
        }
    }

    @Test("an answer larger than wanted is refused")
    func tooLarge() throws {
        let body = String(repeating: "x", count: 5_000)
        try server("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n\(body)") { server in
            let client = HTTPClient()
            #expect(throws: HTTPClientError.responseTooLarge) {
                try client.send(
                    OutgoingRequest(url: "http://localhost/", unixSocket: server.path, responseLimit: 4_999))
            }
            let whole = try client.send(
                OutgoingRequest(url: "http://localhost/", unixSocket: server.path, responseLimit: 5_000))
            #expect(whole.body.count == 5_000)
        }
    }

    @Test("an answer that breaks off is an error")
    func brokenAnswer() throws {
        try server("garbage") { server in
            let error = #expect(throws: HTTPClientError.self) {
                try HTTPClient().send(OutgoingRequest(url: "http://localhost/", unixSocket: server.path))
            }
            #expect(error != .timedOut)
        }
    }

    @Test("no server, a foreign protocol, a header with a line break")
    func refusals() {
        let client = HTTPClient()
        let gone = #expect(throws: HTTPClientError.self) {
            try client.send(OutgoingRequest(url: "http://localhost/", unixSocket: "/nonexistent.sock"))
        }
        if case .unreachable = gone {} else { Issue.record("\(String(describing: gone))") }
        #expect(throws: HTTPClientError.invalidRequest("url")) {
            try client.send(OutgoingRequest(url: "file:///etc/passwd"))
        }
        #expect(throws: HTTPClientError.invalidRequest("header X")) {
            try client.send(OutgoingRequest(url: "http://localhost/", headers: [("X", "a\r\nY: b")]))
        }
        #expect(throws: HTTPClientError.invalidRequest("method")) {
            try client.send(OutgoingRequest(method: "GET /\r\n", url: "http://localhost/"))
        }
    }
}
