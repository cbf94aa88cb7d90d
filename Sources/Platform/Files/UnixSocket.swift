internal import CLinux
internal import Glibc

/// Stream sockets in the file system.
public enum UnixSocket {
    /// Listens at `path` in place of a dead socket that may lie there; `mode` says who may connect. `patience` is how long it
    /// waits for a process that listens there to end.
    public static func listen(
        _ path: String, backlog: Int32 = 4096, mode: UInt32 = 0o660, patience: Duration = .zero
    ) throws(SystemError) -> Int32 {
        let socket = try open()
        do throws(SystemError) {
            try removeDeadSocket(path, patience: patience)
            var address = try address(path)
            try check("bind", path) { withAddress(&address) { bind(socket, $0, $1) } }
            // No client can connect between bind and listen, so the mode is set in time.
            try check("chmod", path) { chmod(path, mode) }
            try check("listen", path) { Glibc.listen(socket, backlog) }
            return socket
        } catch {
            close(socket)
            throw error
        }
    }

    /// Connects to the server that listens at `path`.
    public static func connect(_ path: String) throws(SystemError) -> Int32 {
        let socket = try open()
        do throws(SystemError) {
            var address = try address(path)
            try check("connect", path) { withAddress(&address) { Glibc.connect(socket, $0, $1) } }
            return socket
        } catch {
            close(socket)
            throw error
        }
    }

    /// Throws unless somebody listens at `path`.
    public static func probe(_ path: String) throws(SystemError) {
        close(try connect(path))
    }

    /// Whether a descriptor is a socket on which connections can be accepted.
    public static func isListening(_ descriptor: Int32) -> Bool {
        var answer: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &answer, &size) == 0 && answer != 0
    }

    /// Receives datagrams at `path` in place of an older socket; `mode` says from whom.
    public static func receiveDatagrams(at path: String, mode: UInt32 = 0o600) throws(SystemError) -> Int32 {
        let socket = try open(SOCK_DGRAM)
        do throws(SystemError) {
            unlink(path)
            var address = try address(path)
            try check("bind", path) { withAddress(&address) { bind(socket, $0, $1) } }
            try check("chmod", path) { chmod(path, mode) }
            return socket
        } catch {
            close(socket)
            throw error
        }
    }

    private static func open(_ type: __socket_type = SOCK_STREAM) throws(SystemError) -> Int32 {
        let socket = Glibc.socket(AF_UNIX, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SystemError("socket") }
        return socket
    }

    /// Removes the socket that a program left behind which was killed. Throws when a process still listens on it after
    /// `patience`: a second process must not replace a running one.
    public static func removeDeadSocket(_ path: String, patience: Duration = .zero) throws(SystemError) {
        let deadline = ContinuousClock.now + patience
        var status = stat()
        while lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK {
            guard let living = try? connect(path) else {
                unlink(path)
                return
            }
            close(living)
            guard ContinuousClock.now < deadline else { throw SystemError("bind", path, number: EADDRINUSE) }
            usleep(20_000)
        }
    }

    private static func address(_ path: String) throws(SystemError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard !bytes.isEmpty, bytes.count < room.count else { return false }
            room.copyBytes(from: bytes)
            return true
        }
        guard fits else { throw SystemError("bind", path, number: ENAMETOOLONG) }
        return address
    }

    private static func withAddress(
        _ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func check(_ call: String, _ path: String, _ body: () -> Int32) throws(SystemError) {
        guard body() == 0 else { throw SystemError(call, path) }
    }
}
