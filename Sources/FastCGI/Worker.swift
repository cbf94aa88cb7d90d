internal import HTTP
internal import Platform
internal import Synchronization

/// What a front thread does: take a request from whoever speaks, see it through or hand it on, take the next.
struct Worker: Sendable {
    let state: ServerState
    let application: ServedApplication

    func run() {
        CrashReport.prepareThread()
        state.board.enter()
        while let work = state.board.next() {
            switch work {
            case .step(let step): step()
            case .connection(let connection): take(connection)
            }
        }
    }

    private func take(_ connection: Int32) {
        let slot = state.takeSlot()
        slot.take(connection)
        // nginx sends a request as a whole; whoever does not must not make everybody wait.
        switch slot.arrival {
        case .whole:
            state.board.begin()
            read(slot, mayBlock: false)
        case .part:
            state.board.begin()
            state.board.blocking.perform { read(slot, mayBlock: true) }
        case .hungUp:
            // An idle connection that nginx has closed is no request, and must not wait in line with them.
            slot.drop()
            state.putBack(slot)
        }
    }

    private func read(_ slot: RequestSlot, mayBlock: Bool) {
        guard slot.begin() else {
            state.putBack(slot)
            state.board.end()
            return
        }
        let reader = RequestReader(slot)
        var request = reader.head
        let facts = application.facts(request)
        let isBodyDrained = reader.readBody(into: &request, limit: facts.bodyLimit)
        if facts.mayBlock, !mayBlock {
            state.board.blocking.perform { [request] in serve(request, facts.route, slot, isBodyDrained) }
        } else {
            serve(request, facts.route, slot, isBodyDrained)
        }
    }

    private func serve(_ request: Request, _ route: String, _ slot: RequestSlot, _ isBodyDrained: Bool) {
        CrashReport.enter(request: request.id, method: request.method.description, route: route, in: slot.words)
        application.respond(request) { response in
            finish(slot, with: response, isBodyDrained)
        }
        CrashReport.leave()
    }

    private func finish(_ slot: RequestSlot, with response: Response, _ isBodyDrained: Bool) {
        if ResponseWriter(slot).write(response) {
            // An unread rest of a body would be parsed as the next request: anybody's request in anybody's name.
            slot.finish(closing: !isBodyDrained || state.isStopping)
        } else {
            slot.abort()
        }
        // Kept unless it was closed with the answer.
        if slot.isConnected, !state.board.putBack(slot.connection) { slot.drop() }
        // The place is somebody else's from now on.
        WorkAtHand.current = .nothing
        state.putBack(slot)
        state.served.wrappingAdd(1, ordering: .relaxed)
        state.board.end()
    }
}

/// The two questions that a server asks an application.
struct ServedApplication: Sendable {
    let facts: @Sendable (Request) -> Application.Facts
    let respond: @Sendable (Request, @escaping @Sendable (Response) -> Void) -> Void
}
