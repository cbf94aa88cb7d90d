import FoundationEssentials
import Glibc
import Platform
import TestSupport

/// Replaces nchan's publisher: listens on a unix socket, keeps what it receives and answers as configured.
final class PublisherStub: Sendable {
    struct Message: Sendable {
        let path: String
        let headers: String
        let body: String
    }

    let path: String
    private let socket: Int32
    private let messages = Monitor<[Message]>([])
    private let status = Monitor<Int?>(201)

    init() throws {
        path = "/tmp/dailies-publish-\(UUID().uuidString.prefix(8)).sock"
        let socket = try UnixSocket.listen(path)
        self.socket = socket
        _ = try BackgroundThread(named: "publisher") { [messages, status] in
            while true {
                let client = accept(socket, nil, nil)
                guard client >= 0 else { return }
                guard let message = Self.read(client) else {
                    close(client)
                    continue
                }
                // Without a status there is no answer, and the connection stays open.
                guard let answer = status.withLock({ $0 }) else {
                    messages.update { $0.append(message) }
                    continue
                }
                let text = "HTTP/1.1 \(answer) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                _ = Glibc.write(client, text, text.utf8.count)
                messages.update { $0.append(message) }
                close(client)
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
        unlink(path)
    }

    /// What it answers from now on; nil for never.
    func answer(_ code: Int?) {
        status.update { $0 = code }
    }

    /// Waits until this many messages have come.
    func received(_ count: Int, within limit: Duration = safetyLimit) -> [Message] {
        messages.wait(until: .now + limit) { $0.count >= count ? $0 : nil } ?? messages.withLock { $0 }
    }

    private static func read(_ client: Int32) -> Message? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(client, &chunk, chunk.count)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { continue }
            let head = text[..<end.lowerBound]
            let length =
                head.split(separator: "\r\n").lazy.compactMap { line -> Int? in
                    line.lowercased().hasPrefix("content-length:") ? Int(line.dropFirst(15).trimmingPrefix(" ")) : nil
                }.first ?? 0
            let body = text[end.upperBound...]
            guard body.utf8.count >= length else { continue }
            let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            return Message(path: path, headers: String(head), body: String(body))
        }
    }
}
