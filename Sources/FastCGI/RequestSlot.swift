internal import CFastCGI
internal import CLinux
internal import Glibc
internal import Platform

/// One thread's place for a request. On the heap, since libfcgi's streams keep its address.
struct RequestSlot: ~Copyable {
    private let request: UnsafeMutablePointer<FCGX_Request>

    init() {
        request = .allocate(capacity: 1)
        request.initialize(to: FCGX_Request())
        // Without a listening socket libfcgi never accepts by itself: its retry fails with EBADF instead.
        FCGX_InitRequest(request, -1, 0)
    }

    deinit {
        drop()
        request.deinitialize(count: 1)
        request.deallocate()
    }

    var connection: Int32 { request.pointee.ipcFd }
    var isConnected: Bool { connection >= 0 }
    var isKept: Bool { request.pointee.keepConnection != 0 }
    var input: UnsafeMutablePointer<FCGX_Stream>? { request.pointee.in }
    var output: UnsafeMutablePointer<FCGX_Stream>? { request.pointee.out }
    var parameters: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? { request.pointee.envp }

    /// Takes over an accepted connection. Both fields, or the next call closes it first.
    func take(_ connection: Int32) {
        request.pointee.ipcFd = connection
        request.pointee.keepConnection = 1
    }

    /// Reads the head of the next request; false when the peer is gone or speaks nonsense, and the connection with it.
    func begin() -> Bool {
        if FCGX_Accept_r(request) == 0 { return true }
        request.pointee.ipcFd = -1
        return false
    }

    /// Ends the request well.
    func finish(closing: Bool) {
        if closing { request.pointee.keepConnection = 0 }
        FCGX_Finish_r(request)
    }

    /// Ends the request without saying that it ended, so that nginx does not take a part for the whole.
    func abort() {
        FCGX_Free(request, 1)
        request.pointee.ipcFd = -1
    }

    /// Closes an idle connection at once; libfcgi would read and throw away a request that was just written to it.
    func drop() {
        guard isConnected else { return }
        close(connection)
        request.pointee.ipcFd = -1
    }
}
