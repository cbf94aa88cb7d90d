public import Platform

extension GroupQueue {
    /// Answers the items of a group by one statement: `call` returns an answer for each payload, in their order.
    ///
    /// Where a single item may have caused a failure, the halves are tried apart, so that its neighbours do not fail with it.
    /// Statements that collide with others are repeated by their connection. `failed` gets an error and how many it concerns.
    public static func answer<Payload>(
        _ items: [(ticket: Ticket, payload: Payload)], failed: (any Error, Int) -> Void = { _, _ in },
        by call: ([Payload]) throws -> [Answer]
    ) {
        guard !items.isEmpty else { return }
        do {
            let answers = try call(items.map(\.payload))
            guard answers.count == items.count else {
                throw DatabaseError.rowCount(expected: items.count, found: answers.count)
            }
            for (item, answer) in zip(items, answers) { item.ticket.answer(.success(answer)) }
        } catch let error as DatabaseError where error.mayBeOfOneItem && items.count > 1 {
            let middle = items.count / 2
            answer(Array(items[..<middle]), failed: failed, by: call)
            answer(Array(items[middle...]), failed: failed, by: call)
        } catch {
            failed(error, items.count)
            for item in items { item.ticket.answer(.failure(error)) }
        }
    }
}

extension DatabaseError {
    /// Whether a single item of many may have caused it, so that the others can be tried without it.
    fileprivate var mayBeOfOneItem: Bool {
        switch self {
        case .constraint, .encoding: true
        case .server(let sqlstate, _, _):
            // Data, integrity and raised exceptions; all else concerns the server or the function itself.
            sqlstate.hasPrefix("22") || sqlstate.hasPrefix("23") || sqlstate.hasPrefix("P0")
        // These two come after the statement: what it wrote would be written again.
        case .decoding, .rowCount: false
        case .unavailable, .poolExhausted, .serialization, .timeout: false
        }
    }
}
