/// What a handler gives back: an answer, or the promise of one.
public enum Reply: Sendable {
    /// What becomes of a promise.
    public typealias Outcome = Result<Response, any Error>

    /// The answer.
    case now(Response)
    /// The answer comes when an operation has ended: the closure starts it and passes the outcome to `then` once. No
    /// thread waits meanwhile.
    case later(@Sendable (_ then: @escaping @Sendable (Outcome) -> Void) -> Void)
}

extension Route {
    /// A read whose answer may come later, and whose handler never blocks.
    public static func get(
        _ pattern: String, access: Access, limit: LimitClass? = .read, isAlwaysServed: Bool = false,
        query: [QueryParameter] = [], answers: [Int: Schema?] = [200: nil], features: [String] = [], summary: String,
        later: @escaping @Sendable (Context) throws -> Reply
    ) -> Route {
        Route(
            .get, pattern, access: access, limit: limit, bodyLimit: 0, query: query, answers: answers,
            isAlwaysServed: isAlwaysServed, features: features, summary: summary, mayBlock: false
        ) { context, _ in try later(context) }
    }

    /// A change that takes a typed body, whose answer may come later, and whose handler never blocks. It counts a limit
    /// itself (`countingItself`), because the guard would wait for the database.
    public static func change<Input: InputShape>(
        _ method: Method, _ pattern: String, access: Access, limit: LimitClass?, refusesBanned: Bool? = nil,
        body: Input.Type, answers: [Int: Schema?] = [200: nil], features: [String] = [], summary: String,
        later: @escaping @Sendable (Context, Input) throws -> Reply
    ) -> Route {
        Route(
            method, pattern, access: access, limit: limit, refusesBanned: refusesBanned, body: .json(Input.schema),
            answers: answers, features: features, summary: summary, mayBlock: false
        ) { context, value in try later(context, try value.decode(Input.self)) }
    }
}
