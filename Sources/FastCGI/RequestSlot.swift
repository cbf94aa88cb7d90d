internal import CFastCGI
internal import CLinux
internal import Glibc
internal import Platform

/// Memory for one request. On the heap, since libfcgi's streams keep its address.
///
/// Unchecked, since the compiler cannot see that one thread at a time uses a request: first the one that reads it, then
/// the one that answers it.
final class RequestSlot: @unchecked Sendable {
    private let request: UnsafeMutablePointer<FCGX_Request>
    /// The description of the request for the crash report. A server never frees its slots, so no context dangles.
    let words: UnsafeMutablePointer<dailies_crash_words>
    /// What the request does, for the status.
    let activity = RequestActivity()

    init() {
        words = .allocate(capacity: 1)
        words.initialize(to: dailies_crash_words())
        request = .allocate(capacity: 1)
        request.initialize(to: FCGX_Request())
        // Without a listening socket libfcgi never accepts by itself: its retry fails with EBADF instead.
        FCGX_InitRequest(request, -1, 0)
    }

    deinit {
        drop()
        request.deinitialize(count: 1)
        request.deallocate()
        words.deallocate()
    }

    var connection: Int32 { request.pointee.ipcFd }
    var isConnected: Bool { connection >= 0 }
    var isKept: Bool { request.pointee.keepConnection != 0 }
    var input: UnsafeMutablePointer<FCGX_Stream>? { request.pointee.in }
    var output: UnsafeMutablePointer<FCGX_Stream>? { request.pointee.out }
    var parameters: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? { request.pointee.envp }

    /// Takes over an accepted connection. Both fields must be set, or the next call closes it first.
    func take(_ connection: Int32) {
        request.pointee.ipcFd = connection
        request.pointee.keepConnection = 1
    }

    /// How much of the next request has arrived.
    enum Arrival {
        /// All of it, so that reading it does not block.
        case whole
        /// A part, and the socket's buffer has room for more.
        case part
        /// What has to be read now: a part of a request that may not fit into the socket's buffer or whose peer sends no
        /// more, or no request.
        case readable
        /// Nothing, and the peer has closed the connection.
        case hungUp
    }

    /// Looks at what has arrived without consuming it.
    var arrival: Arrival { Self.arrival(of: connection) }

    /// Looks at what has arrived on a connection without consuming it.
    static func arrival(of connection: Int32) -> Arrival {
        let first = arrival(of: connection, room: 16_384)
        let arrival = first == .readable ? arrival(of: connection, room: largeRequest) : first
        return arrival == .part && hasEnded(connection) ? .readable : arrival
    }

    /// Whether the peer sends no more.
    private static func hasEnded(_ connection: Int32) -> Bool {
        var wanted = pollfd(fd: connection, events: Int16(truncatingIfNeeded: EPOLLRDHUP.rawValue), revents: 0)
        return poll(&wanted, 1, 0) > 0
    }

    /// The socket's buffer holds several times as much, also as the kernel counts it.
    private static let largeRequest = 32_768

    private static func arrival(of connection: Int32, room: Int) -> Arrival {
        withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { buffer in
            let count = recv(connection, buffer.baseAddress, buffer.count, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            guard count != 0 else { return .hungUp }
            var place = 0
            // A record is its head of eight bytes, its content and its padding; an empty one ends the body.
            while place + 8 <= count {
                let length = Int(buffer[place + 4]) << 8 | Int(buffer[place + 5])
                switch buffer[place + 1] {
                case Self.beginRecord, Self.parametersRecord: break
                case Self.bodyRecord: if length == 0 { return .whole }
                // The end of a request, or one that libfcgi answers by itself or skips.
                default: return .readable
                }
                place += 8 + length + Int(buffer[place + 6])
            }
            return count == room ? .readable : .part
        }
    }

    private static let beginRecord: UInt8 = 1
    private static let parametersRecord: UInt8 = 4
    private static let bodyRecord: UInt8 = 5

    /// Reads the head of the next request; false when the peer is gone or violated the protocol. The connection is closed then.
    func begin() -> Bool {
        if FCGX_Accept_r(request) == 0 { return true }
        request.pointee.ipcFd = -1
        return false
    }

    /// Ends the request normally.
    func finish(closing: Bool) {
        if closing { request.pointee.keepConnection = 0 }
        FCGX_Finish_r(request)
    }

    /// Breaks the connection off without an end record, so that nginx does not take a part for the whole.
    func abort() {
        FCGX_Free(request, 1)
        request.pointee.ipcFd = -1
    }

    /// Forgets the connection without closing it: the event loop owns it now.
    func release() {
        request.pointee.ipcFd = -1
    }

    /// Closes an idle connection at once; libfcgi would first read and discard a request that was just sent.
    func drop() {
        guard isConnected else { return }
        close(connection)
        request.pointee.ipcFd = -1
    }
}
