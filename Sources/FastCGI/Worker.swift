internal import Glibc
internal import HTTP
internal import Platform
internal import Synchronization

/// The work of an I/O thread: read a request, answer it or hand it to a blocking thread, and read the next.
struct Worker: Sendable {
    let state: ServerState
    let application: ServedApplication

    func run() {
        CrashReport.prepareThread()
        state.eventLoop.enter()
        while let work = state.eventLoop.next() {
            switch work {
            case .step(let step): step()
            case .connection(let connection): take(connection)
            }
        }
    }

    private func take(_ connection: Int32) {
        let slot = state.takeSlot()
        slot.take(connection)
        // nginx sends a request as a whole. Any other peer must not block an I/O thread.
        switch slot.arrival {
        case .whole:
            state.eventLoop.beginRequest()
            read(slot, isPart: false)
        case .part:
            // It counts as a request in progress only once it has arrived, or unfinished ones would use up the limit.
            state.eventLoop.beginPart()
            state.putBack(slot)
            if !state.parts.add(connection) {
                close(connection)
                state.eventLoop.endPart()
            }
        case .readable:
            state.eventLoop.beginPart()
            state.parts.addReadable(connection) {
                read(slot, isPart: true)
                state.eventLoop.endPart()
            }
        case .hungUp:
            // An idle connection that nginx has closed is not a request and does not count against the limit.
            slot.drop()
            state.putBack(slot)
        }
    }

    private func read(_ slot: RequestSlot, isPart: Bool) {
        guard slot.begin() else {
            state.putBack(slot)
            if !isPart { state.eventLoop.endRequest() }
            return
        }
        let reader = RequestReader(slot)
        var request = reader.head
        let facts = application.facts(request)
        slot.activity.begin(id: request.id, method: request.method.description, route: facts.route)
        let isBodyDrained = reader.readBody(into: &request, limit: facts.bodyLimit)
        if isPart { state.eventLoop.beginRequest() }
        if facts.mayBlock || isPart {
            state.eventLoop.blocking.perform { [request] in serve(request, facts.route, slot, isBodyDrained) }
        } else {
            serve(request, facts.route, slot, isBodyDrained)
        }
    }

    private func serve(_ request: Request, _ route: String, _ slot: RequestSlot, _ isBodyDrained: Bool) {
        CrashReport.enter(
            request: request.id, method: request.method.description, route: route, in: slot.words, slot.activity)
        application.respond(request) { response in
            finish(slot, with: response, isBodyDrained)
        }
        CrashReport.leave()
    }

    private func finish(_ slot: RequestSlot, with response: Response, _ isBodyDrained: Bool) {
        if ResponseWriter(slot).write(response) {
            // An unread rest of a body would be parsed as the next request: a forged one, in the name of any user.
            slot.finish(closing: !isBodyDrained || state.isStopping)
        } else {
            slot.abort()
        }
        // Still connected unless it was closed with the response.
        if slot.isConnected, !state.eventLoop.putBack(slot.connection) { slot.drop() }
        // Another request may use the slot from now on.
        CrashContext.current = .empty
        slot.activity.end()
        state.putBack(slot)
        state.served.wrappingAdd(1, ordering: .relaxed)
        state.eventLoop.endRequest()
    }
}

/// The two functions of an application that a server calls.
struct ServedApplication: Sendable {
    let facts: @Sendable (Request) -> Application.Facts
    let respond: @Sendable (Request, @escaping @Sendable (Response) -> Void) -> Void
}
