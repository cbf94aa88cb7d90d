internal import CLinux
internal import Glibc

/// Whether a server can be reached at all, for those who look for a fault.
public enum NetworkProbe {
    /// Why it cannot.
    public enum Fault: Error, Sendable, Equatable {
        /// The name has no address, with the resolver's words.
        case unknownName(String)
        /// No server answers there, with the system's words.
        case unreachable(String)
    }

    /// Connects to a server by TCP and hangs up. Each of its addresses may take `seconds`.
    public static func connect(host: String, port: Int, seconds: Int = 5) throws(Fault) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, "\(port)", &hints, &found)
        guard result == 0, let found else { throw .unknownName(String(cString: gai_strerror(result))) }
        defer { freeaddrinfo(found) }
        var words = "no address"
        var next: UnsafeMutablePointer<addrinfo>? = found
        while let one = next {
            next = one.pointee.ai_next
            let socket = Glibc.socket(one.pointee.ai_family, one.pointee.ai_socktype, 0)
            guard socket >= 0 else { continue }
            defer { close(socket) }
            // It limits how long connecting takes, too.
            var limit = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            if Glibc.connect(socket, one.pointee.ai_addr, one.pointee.ai_addrlen) == 0 { return }
            words = errno == EINPROGRESS ? "no answer within \(seconds) s" : String(cString: strerror(errno))
        }
        throw .unreachable(words)
    }
}
