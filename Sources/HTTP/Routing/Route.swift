/// One route as data: everything that the guard, the validation, the caches and the document must know about it.
public final class Route: Sendable {
    /// What the body of a request must be.
    public enum BodyForm: Sendable {
        /// There is none; an empty object passes.
        case none
        /// JSON of a schema.
        case json(Schema)
        /// Bytes of one of these types, for the handler to read.
        case raw([String])
    }

    /// The method.
    public let method: Method
    /// The path: `/api/clip/[id]`; a last part `[...rest]` matches the rest of the path.
    public let pattern: String
    /// Who may call.
    public let access: Access
    /// The limit that calls count against; nil for none.
    public let limit: LimitClass?
    /// Whether the caller must prove that our own page sent the request.
    public let needsCSRF: Bool
    /// Whether banned members are turned away.
    public let refusesBanned: Bool
    /// What an API key must be allowed to call this; nil where no key may, with any scope.
    public var keyScope: KeyScope? { traits.keyScope }
    /// Whether only somebody who has signed in lately may call.
    public var needsRecentSignIn: Bool { traits.needsRecentSignIn }
    /// Whether only a member who has accepted the current terms may call.
    public var needsTerms: Bool { traits.needsTerms }
    /// Whether the limit is counted by the work of the route itself, as that of the vote is.
    public var countsItself: Bool { traits.countsItself }
    /// The feature flag that must be on.
    public let flag: String?
    /// Whether the route is served even while the process is not ready for others.
    public let isAlwaysServed: Bool
    /// The most bytes that a body may have.
    public let bodyLimit: Int
    /// What the body must be.
    public let body: BodyForm
    /// The parameters of the query.
    public let query: [QueryParameter]
    /// The answers by status; nil where there is no JSON.
    public let answers: [Int: Schema?]
    /// Who may keep the answer.
    public let cache: CachePolicy
    /// The features that this route serves.
    public let features: [String]
    /// How the web server passes requests on.
    public var forwarding: Forwarding { traits.forwarding }
    /// One sentence for the document.
    public let summary: String
    /// How plain forms are answered; nil where none are accepted.
    public var form: FormReturn? { traits.form }
    /// The type of a file that is the answer where the caller asks for it instead of JSON.
    public var otherType: String? { traits.otherType }
    /// Whether answering it may make its thread wait for something, as most handlers do for the database.
    public let mayBlock: Bool
    /// How often it was asked, and with what result.
    let figures = RouteFigures()
    /// Answers the request, or promises an answer.
    public let reply: @Sendable (Context, JSONValue) throws -> Reply

    /// The schema of a JSON body.
    public var input: Schema? {
        if case .json(let schema) = body { schema } else { nil }
    }

    /// A route in full. What most routes need is shorter: `get`, `post`, `put`, `patch`, `delete`.
    public convenience init(
        _ method: Method, _ pattern: String, access: Access, limit: LimitClass?, needsCSRF: Bool? = nil,
        refusesBanned: Bool? = nil, flag: String? = nil, bodyLimit: Int = 65_536, body: BodyForm = .none,
        query: [QueryParameter] = [], answers: [Int: Schema?] = [200: nil], cache: CachePolicy = .noStore,
        isAlwaysServed: Bool = false, features: [String] = [], summary: String,
        handle: @escaping @Sendable (Context, JSONValue) throws -> Response
    ) {
        self.init(
            method, pattern, access: access, limit: limit, needsCSRF: needsCSRF, refusesBanned: refusesBanned,
            flag: flag, bodyLimit: bodyLimit, body: body, query: query, answers: answers, cache: cache,
            isAlwaysServed: isAlwaysServed, features: features, summary: summary, mayBlock: true
        ) { context, value in .now(try handle(context, value)) }
    }

    /// A route whose answer may come later.
    init(
        _ method: Method, _ pattern: String, access: Access, limit: LimitClass?, needsCSRF: Bool? = nil,
        refusesBanned: Bool? = nil, flag: String? = nil, bodyLimit: Int = 65_536, body: BodyForm = .none,
        query: [QueryParameter] = [], answers: [Int: Schema?] = [200: nil], cache: CachePolicy = .noStore,
        isAlwaysServed: Bool = false, features: [String] = [], summary: String, mayBlock: Bool,
        reply: @escaping @Sendable (Context, JSONValue) throws -> Reply
    ) {
        self.method = method
        self.pattern = pattern
        self.access = access
        self.limit = limit
        self.needsCSRF = needsCSRF ?? (method.isMutation && access.isPersonal)
        self.refusesBanned = refusesBanned ?? (method.isMutation || access == .admin)
        traits = Traits(keyScope: access.keyScope(for: method), needsRecentSignIn: limit == .adminSensitive)
        self.flag = flag
        self.isAlwaysServed = isAlwaysServed
        self.bodyLimit = bodyLimit
        self.body = body
        self.query = query
        self.answers = answers
        self.cache = cache
        self.features = features
        self.summary = summary
        self.mayBlock = mayBlock
        self.reply = reply
    }

    /// What the modifiers of a route change.
    struct Traits: Sendable {
        var keyScope: KeyScope?
        var needsRecentSignIn: Bool
        var countsItself = false
        var needsTerms = false
        /// The limit of requests whose query has a parameter, and that parameter.
        var otherLimit: (parameter: String, limit: LimitClass)?
        var forwarding = Forwarding()
        var form: FormReturn?
        var otherType: String?
    }

    private let traits: Traits

    private init(
        _ other: Route, traits: Traits, reply: (@Sendable (Context, JSONValue) throws -> Reply)? = nil
    ) {
        method = other.method
        pattern = other.pattern
        access = other.access
        limit = other.limit
        needsCSRF = other.needsCSRF
        refusesBanned = other.refusesBanned
        flag = other.flag
        isAlwaysServed = other.isAlwaysServed
        bodyLimit = other.bodyLimit
        body = other.body
        query = other.query
        answers = other.answers
        cache = other.cache
        features = other.features
        summary = other.summary
        mayBlock = other.mayBlock
        self.reply = reply ?? other.reply
        self.traits = traits
    }

    /// The same route with some of its traits changed.
    func with(_ change: (inout Traits) -> Void) -> Route {
        var traits = traits
        change(&traits)
        return Route(self, traits: traits)
    }

    /// The same route, which first asks whether it can be served now; `check` throws the problem if not.
    public func checking(_ check: @escaping @Sendable (Context) throws -> Void) -> Route {
        let reply = reply
        return Route(self, traits: traits) { context, value in
            try check(context)
            return try reply(context, value)
        }
    }

    /// The same route, which no API key may call: what only a person may do, or what manages keys and sessions.
    public func forPeopleOnly() -> Route { with { $0.keyScope = nil } }

    /// The same route, which may be called only soon after signing in: what destroys.
    public func afterRecentSignIn() -> Route { with { $0.needsRecentSignIn = true } }

    /// The same route, which only members may call who have accepted the terms of use in force: what publishes.
    public func afterTerms() -> Route { with { $0.needsTerms = true } }

    /// The same route, which counts requests with a query parameter against another limit: what they do is another thing.
    public func counting(_ limit: LimitClass, with parameter: String) -> Route {
        with { $0.otherLimit = (parameter, limit) }
    }

    /// The limit that a request counts against; nil for none.
    public func limit(for request: Request) -> LimitClass? {
        guard let other = traits.otherLimit, request.query[other.parameter] != nil else { return limit }
        return other.limit
    }

    /// The same route, whose work counts the limit itself; the guard does not count it a second time.
    public func countingItself() -> Route { with { $0.countsItself = true } }

    /// The same route, which also answers with a file of this type; its query says when.
    public func answeringAlso(_ type: String) -> Route { with { $0.otherType = type } }

    /// The same route, which also accepts a plain form as its input. Forms can only be posted, so a posted form reaches
    /// a route of another method too.
    public func acceptingForms(_ form: FormReturn) -> Route { with { $0.form = form } }
}

extension Route {
    /// Whether answering this request may make its thread wait: whose API key it is may have to be looked up.
    func mayBlock(for request: Request) -> Bool { mayBlock || request.bearerToken != nil }

    /// Whether people look at this route, so that its errors are pages; else they are problems.
    public var answersWithPages: Bool { !isAlwaysServed && access != .internal_ && Self.isPage(pattern) }

    /// Whether people look at this path, as far as the path tells.
    static func isPage(_ path: String) -> Bool { path != "/api" && !path.hasPrefix("/api/") }
}

extension Route {
    /// A read.
    public static func get<Result: Answer>(
        _ pattern: String, access: Access, limit: LimitClass? = .read, flag: String? = nil,
        isAlwaysServed: Bool = false, query: [QueryParameter] = [], answers: [Int: Schema?]? = nil,
        cache: CachePolicy = .noStore, features: [String] = [], summary: String,
        handle: @escaping @Sendable (Context) throws -> Result
    ) -> Route {
        Route(
            .get, pattern, access: access, limit: limit, flag: flag, bodyLimit: 0, query: query,
            answers: answers ?? [200: Result.answerSchema],
            cache: cache, isAlwaysServed: isAlwaysServed, features: features, summary: summary
        ) { context, _ in try handle(context).response }
    }

    /// A change: `.post("/api/clips", access: .member, body: NewClip.self, summary: "…") { context, clip in … }`.
    public static let post = Mutation(.post)
    /// A replacement.
    public static let put = Mutation(.put)
    /// A change of parts.
    public static let patch = Mutation(.patch)
    /// A removal.
    public static let delete = Mutation(.delete)

    /// Makes the routes of a method that changes something. It is called like a function.
    public struct Mutation: Sendable {
        private let method: Method

        fileprivate init(_ method: Method) {
            self.method = method
        }

        /// A route that takes a typed body.
        public func callAsFunction<Input: InputShape, Result: Answer>(
            _ pattern: String, access: Access, limit: LimitClass? = .api, needsCSRF: Bool? = nil,
            refusesBanned: Bool? = nil, flag: String? = nil, bodyLimit: Int = 65_536, body: Input.Type,
            query: [QueryParameter] = [], answers: [Int: Schema?]? = nil, features: [String] = [], summary: String,
            handle: @escaping @Sendable (Context, Input) throws -> Result
        ) -> Route {
            Route(
                method, pattern, access: access, limit: limit, needsCSRF: needsCSRF, refusesBanned: refusesBanned,
                flag: flag, bodyLimit: bodyLimit, body: .json(Input.schema), query: query,
                answers: answers ?? [200: Result.answerSchema], features: features, summary: summary
            ) { context, value in try handle(context, try value.decode(Input.self)).response }
        }

        /// A route that needs no body.
        public func callAsFunction<Result: Answer>(
            _ pattern: String, access: Access, limit: LimitClass? = .api, needsCSRF: Bool? = nil,
            refusesBanned: Bool? = nil, flag: String? = nil, query: [QueryParameter] = [],
            answers: [Int: Schema?]? = nil, features: [String] = [], summary: String,
            handle: @escaping @Sendable (Context) throws -> Result
        ) -> Route {
            Route(
                method, pattern, access: access, limit: limit, needsCSRF: needsCSRF, refusesBanned: refusesBanned,
                flag: flag, query: query, answers: answers ?? [200: Result.answerSchema], features: features,
                summary: summary
            ) { context, _ in try handle(context).response }
        }
    }
}
