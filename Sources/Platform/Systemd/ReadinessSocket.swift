internal import Glibc

/// Where a program reports that it is ready: the part of systemd's protocol that a supervisor needs.
public final class ReadinessSocket: Sendable {
    /// The value of `NOTIFY_SOCKET` for the program.
    public let path: String
    private let descriptor: Int32

    /// Makes the socket at `path` in place of an older one, for this account alone.
    public init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try UnixSocket.receiveDatagrams(at: path)
    }

    /// Whether the program has reported that it is ready since the last call.
    public func hasReport() -> Bool {
        var isReady = false
        var text = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &text, text.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return isReady }
            let lines = text[..<count].split(separator: UInt8(ascii: "\n"))
            isReady = isReady || lines.contains { $0.elementsEqual("READY=1".utf8) }
        }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }
}
