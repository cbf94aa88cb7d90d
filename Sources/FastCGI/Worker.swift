internal import CLinux
internal import Glibc
internal import HTTP
internal import Platform
internal import Synchronization

/// What one thread does: take a connection, answer its requests, take the next.
struct Worker: Sendable {
    /// A new connection always carries a request; one that does not is not nginx's.
    static let firstBytesMilliseconds: Int32 = 2_000
    /// How long an idle connection holds its thread while others wait for one.
    static let valveMilliseconds: Int32 = 100
    /// nginx has the whole body before it connects, so it never pauses this long.
    static let readSeconds = 20

    let state: ServerState
    let application: ServedApplication
    let log: Log

    func run() {
        CrashReport.prepareThread()
        let slot = RequestSlot()
        while connect(slot) {
            guard slot.begin() else { continue }
            serve(slot)
        }
        slot.drop()
    }

    /// Waits until a request can be read; false when the server stops.
    private func connect(_ slot: borrowing RequestSlot) -> Bool {
        while true {
            if slot.isConnected {
                if waitOnKept(slot) { return true }
                slot.drop()
            }
            guard let connection = state.nextConnection() else { return false }
            slot.take(connection)
            // Even while stopping: what is in the queue was promised an answer.
            if isReadable(connection, Self.firstBytesMilliseconds) {
                limitReads(connection)
                return true
            }
            slot.drop()
        }
    }

    /// Waits for the next request of an idle connection; false when the connection should be closed.
    private func waitOnKept(_ slot: borrowing RequestSlot) -> Bool {
        state.idle.wrappingAdd(1, ordering: .relaxed)
        defer { state.idle.wrappingSubtract(1, ordering: .relaxed) }
        while true {
            var wanted = [
                pollfd(fd: slot.connection, events: Int16(POLLIN), revents: 0),
                pollfd(fd: state.stopPipe.readingEnd, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&wanted, 2, Self.valveMilliseconds)
            // What was written before the stop is answered before it.
            if wanted[0].revents != 0 { return true }
            if wanted[1].revents != 0 || (ready < 0 && errno != EINTR) { return false }
            // nginx asks again on another connection, so nothing is lost by closing an idle one.
            if ready == 0, state.isCrowded { return false }
        }
    }

    private func isReadable(_ connection: Int32, _ milliseconds: Int32) -> Bool {
        var wanted = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, milliseconds) > 0
    }

    private func limitReads(_ connection: Int32) {
        var time = timeval(tv_sec: Self.readSeconds, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    private func serve(_ slot: borrowing RequestSlot) {
        let reader = RequestReader(slot)
        var request = reader.head
        let facts = application.facts(request.method, request.path)
        CrashReport.enter(request: request.id, method: request.method.description, route: facts.route)
        let isBodyDrained = reader.readBody(into: &request, limit: facts.bodyLimit)
        let response = application.respond(request)
        let isWhole = ResponseWriter(slot).write(response)
        if isWhole {
            // An unread rest of a body would be parsed as the next request: anybody's request in anybody's name.
            // A connection that is kept keeps its thread, and in a crowd others have waited longer for one.
            slot.finish(closing: !isBodyDrained || state.isStopping || state.isCrowded)
        } else {
            slot.abort()
        }
        CrashReport.leave()
        state.served.wrappingAdd(1, ordering: .relaxed)
    }
}

/// The two questions that a server asks an application.
struct ServedApplication: Sendable {
    let facts: @Sendable (Method, String) -> Application.Facts
    let respond: @Sendable (Request) -> Response
}
