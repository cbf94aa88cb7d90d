internal import FoundationEssentials
public import Logging
public import Metrics
internal import Platform
public import Text

/// From a request to its answer: the one place for each step, so that no handler can forget one.
public final class Application: Sendable {
    /// What the server must know about a request before it reads the body.
    public struct Facts: Sendable {
        /// The pattern of the route, for logs; the word `none` where there is no route.
        public let route: String
        /// The most bytes that the body may have.
        public let bodyLimit: Int
        /// Whether answering it may make its thread wait.
        public let mayBlock: Bool
    }

    /// Why routes cannot be served.
    public enum Fault: Error, Hashable, CustomStringConvertible {
        /// A route that never blocks has a limit that is counted in the database, so an I/O thread would wait for it.
        case blockingLimit(String, LimitClass)

        /// The fault as a sentence.
        public var description: String {
            switch self {
            case .blockingLimit(let route, let limit):
                "\(route) never blocks, but its limit “\(limit.rawValue)” is counted in the database. "
                    + "Let the route count itself, or let it block."
            }
        }
    }

    private let router: Router
    private let guards: Guard
    private let crossOrigin: CrossOrigin
    private let errorMap: @Sendable (any Error) -> Problem?
    private let clock: WallClock
    private let log: Log
    private let errorPage: (@Sendable (Request, Problem) -> Response)?
    private let formPage: (@Sendable (Context, RefusedForm) throws -> Response)?
    private let staleReads: StaleReading?
    /// A request that takes longer is logged as slow, in nanoseconds.
    private let slowAfter: Int
    /// What was asked of no route.
    private let astray = RouteFigures()

    /// Composes routes. `errorMap` turns errors of the domains into problems; what it does not know is answered
    /// with 500. `errorPage` renders problems for paths outside `/api`, and `formPage` shows the page
    /// of a plain form again that was refused. Requests that take longer than `slowAfter` milliseconds are logged as slow.
    /// With `staleReads` some handlers may read from a copy of the database.
    public init(
        routes: [Route], guards: Guard, crossOrigin: CrossOrigin = CrossOrigin(),
        errorMap: @escaping @Sendable (any Error) -> Problem? = { _ in nil },
        clock: WallClock = .system, log: Log,
        errorPage: (@Sendable (Request, Problem) -> Response)? = nil,
        formPage: (@Sendable (Context, RefusedForm) throws -> Response)? = nil, slowAfter: Int = 1_000,
        staleReads: StaleReading? = nil
    ) throws {
        router = try Router(routes: routes)
        for route in routes where !route.mayBlock && !route.countsItself {
            guard let limit = route.limit, !limit.isCountedInMemory else { continue }
            throw Fault.blockingLimit("\(route.method) \(route.pattern)", limit)
        }
        self.guards = guards
        self.crossOrigin = crossOrigin
        self.errorMap = errorMap
        self.clock = clock
        self.log = log
        self.errorPage = errorPage
        self.formPage = formPage
        self.staleReads = staleReads
        self.slowAfter = slowAfter * 1_000_000
    }

    /// Writes how often each route was asked, how it answered and how long that took.
    public func writeFigures(to page: inout Exposition) {
        RouteFigures.write(
            routes.map { ($0.method.description, $0.pattern, $0.figures) } + [("any", "none", astray)], to: &page)
    }

    /// All routes.
    public var routes: [Route] { router.routes }

    /// The facts about a request of which only the header is known.
    public func facts(about request: Request) -> Facts {
        guard case .route(let route, _) = router.lookup(request) else {
            return Facts(route: "none", bodyLimit: 0, mayBlock: false)
        }
        return Facts(route: route.pattern, bodyLimit: route.bodyLimit, mayBlock: route.mayBlock(for: request))
    }

    /// Answers a request, and waits until the answer is there.
    public func respond(to request: Request) -> Response {
        let answer = Monitor<Response?>(nil)
        respond(to: request) { response in answer.update { $0 = response } }
        return answer.wait { $0 } ?? Response(status: 500)
    }

    /// Answers a request. Calls `then` once with the answer, on the thread that makes it, possibly before this returns.
    /// Never fails, and never skips a step.
    public func respond(to request: Request, then: @escaping @Sendable (Response) -> Void) {
        let log = log.with(["request": .string(request.id)])
        var request = request
        let found = Result { try target(of: &request) }
        let route: Route? = if case .success(.route(let route)) = found { route } else { nil }
        let exchange = Exchange(request, route, log)
        do {
            switch try found.get() {
            case .answer(let response): then(conclude(.success(response), IdentifiedExchange(exchange)))
            case .route(let route):
                try checkBody(of: request, for: route)
                admit(to: route, exchange, then)
            }
        } catch {
            then(conclude(.failure(error), IdentifiedExchange(exchange)))
        }
    }

    private enum Target {
        case route(Route)
        case answer(Response)
    }

    private func target(of request: inout Request) throws -> Target {
        guard !request.query.isMalformed else {
            throw Problem.malformed("The query of this address is malformed.", code: "malformed_query")
        }
        switch router.lookup(request) {
        case .malformed:
            throw Problem.malformed("The path of this address is malformed.", code: "malformed_path")
        case .notFound:
            return .answer(try redirectToBarePath(request))
        case .methodNotAllowed(let methods):
            guard request.method == .options else { throw Problem.methodNotAllowed(methods) }
            if let answer = crossOrigin.preflight(request, methods: methods) { return .answer(answer) }
            // Without any Access-Control header: the site that asks may not call from a browser.
            let list = methods.map(\.description).joined(separator: ", ")
            return .answer(Response(status: 204, headers: ["Allow": list]))
        case .route(let route, let parameters):
            if let answer = try canonicalize(request, route, parameters) { return .answer(answer) }
            request.parameters = parameters
            return .route(route)
        }
    }

    /// Caches keep an answer under the path as they read it. So where answers are kept for all, each has one path: others
    /// lead there, and a part of a path that a cache could read as several parts has no answer. Nil when the path is good.
    private func canonicalize(_ request: Request, _ route: Route, _ parameters: [String: String]) throws -> Response? {
        guard route.cache != .noStore, !request.method.isMutation else { return nil }
        guard let path = route.path(parameters) else { throw Problem.notFound() }
        guard path != request.path else { return nil }
        return .redirect(to: path + (request.query.raw.isEmpty ? "" : "?" + request.query.raw), status: 308)
    }

    private func checkBody(of request: Request, for route: Route) throws {
        switch request.bodyFault {
        case .tooLarge(let limit): throw Problem.tooLarge(limit: limit)
        case .incomplete: throw Problem.malformed("The body ended before its announced length.", code: "short_body")
        case .malformedLength: throw Problem.malformed("The body's length is malformed.", code: "malformed_length")
        case nil: break
        }
        guard request.body.count <= route.bodyLimit else { throw Problem.tooLarge(limit: route.bodyLimit) }
    }

    private func admit(to route: Route, _ exchange: Exchange, _ then: @escaping @Sendable (Response) -> Void) {
        let now = clock.now()
        guards.admit(exchange.request, to: route, at: now) { [self] admission in
            let identified = IdentifiedExchange(exchange, admission.caller, admission.decision)
            serve(route, admission.refusal, at: now, identified, then)
        }
    }

    private func serve(
        _ route: Route, _ refusal: (any Error)?, at now: Date, _ identified: IdentifiedExchange,
        _ then: @escaping @Sendable (Response) -> Void
    ) {
        let reply: Reply
        do {
            if let refusal { throw refusal }
            let request = identified.exchange.request
            let values = try InputReader.query(of: request, for: route)
            let body = try InputReader.body(of: request, for: route)
            let context = Context(
                request: request, caller: identified.caller, now: now, log: identified.exchange.log, values: values)
            if let staleReads, staleReads.isAllowed(request, to: route) {
                reply = try staleReads.run { try route.reply(context, body) }
            } else {
                reply = try route.reply(context, body)
            }
        } catch {
            then(conclude(.failure(error), identified))
            return
        }
        switch reply {
        case .now(let response): then(conclude(.success(response), identified))
        case .later(let begin): begin { [self] outcome in then(conclude(outcome, identified)) }
        }
    }

    private func conclude(_ outcome: Reply.Outcome, _ identified: IdentifiedExchange) -> Response {
        var response: Response
        var failure: String?
        switch outcome {
        case .success(let answer):
            let form = identified.exchange.form
            response = form.map { answer.afterForm($0.answer, $0.fields) } ?? answer
        case .failure(let error):
            let problem = problem(for: error, identified.exchange)
            failure = problem.code
            response = render(problem, identified)
        }
        finish(&response, identified)
        return record(response, identified, failure)
    }

    /// `/story/` is `/story`, when there is one.
    private func redirectToBarePath(_ request: Request) throws -> Response {
        guard !request.method.isMutation, let path = Router.bare(request.path),
            case .route(let route, _) = router.lookup(request.method, path), route.access != .internal_
        else { throw Problem.notFound() }
        return .redirect(to: path + (request.query.raw.isEmpty ? "" : "?" + request.query.raw), status: 308)
    }
}

extension Application {
    private func problem(for error: any Error, _ exchange: Exchange) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as DecodingError: return InputReader.problem(for: error)
        case let error as LimiterFault:
            exchange.log.error("limiter failed", exchange.fields(of: error.cause))
            return .unavailable("limiter_unavailable")
        default: break
        }
        if let problem = errorMap(error) {
            if problem.status >= 500 { exchange.log.error("request failed", exchange.fields(of: error)) }
            return problem
        }
        exchange.log.error("request failed unexpectedly", exchange.fields(of: error))
        return .internalError
    }

    private func render(_ problem: Problem, _ identified: IdentifiedExchange) -> Response {
        let exchange = identified.exchange
        var response: Response
        if let page = formAgain(problem, identified) {
            response = page
        } else if let errorPage, isPage(exchange) {
            response = errorPage(exchange.request, problem)
        } else {
            response = .content(
                problem.json(requestID: exchange.request.id).bytes, type: "application/problem+json",
                status: problem.status)
        }
        for field in problem.headers.fields {
            response.headers[field.name] = field.value
        }
        response.cache = .noStore
        return response
    }

    /// The page of a plain form, with what is wrong with it.
    private func formAgain(_ problem: Problem, _ identified: IdentifiedExchange) -> Response? {
        let exchange = identified.exchange
        guard let formPage, let route = exchange.route, let form = exchange.form else { return nil }
        let context = Context(
            request: exchange.request, caller: identified.caller, now: clock.now(), log: exchange.log)
        do {
            return try formPage(
                context,
                RefusedForm(page: form.answer.page, action: route.pattern, fields: form.fields, problem: problem))
        } catch {
            exchange.log.error("the page of a form failed", exchange.fields(of: error))
            return nil
        }
    }

    /// Whether people look at this address, rather than programs.
    private func isPage(_ exchange: Exchange) -> Bool {
        if let route = exchange.route, !route.answersWithPages { return false }
        return Route.isPage(exchange.request.path)
    }

    private func finish(_ response: inout Response, _ identified: IdentifiedExchange) {
        let exchange = identified.exchange
        response.headers["X-Request-Id"] = exchange.request.id
        staleReads?.noteWrite(exchange.request, &response)
        crossOrigin.apply(exchange.request, &response)
        if response.headers["Cache-Control"] == nil {
            // What sets a cookie is for one person, even if its route allows caching.
            let isPersonal = response.headers["Set-Cookie"] != nil || response.status >= 400
            let policy = isPersonal ? .noStore : response.cache ?? exchange.route?.cache ?? .noStore
            response.headers["Cache-Control"] = policy.header(for: identified.caller)
        }
        // An answer that is kept for all must not show how much room the first who asked has left.
        if let decision = identified.decision, response.headers["Cache-Control"]?.hasPrefix("public") != true {
            decision.tell(in: &response.headers, at: clock.now())
        }
        Conditional.apply(exchange.request, &response)
        if exchange.request.method == .head || response.status == 304 || response.status == 204 {
            if let bytes = response.bytes, !bytes.isEmpty { response.headers["Content-Length"] = String(bytes.count) }
            if response.status != 200 { response.headers["Content-Length"] = nil }
            response.body = .bytes([])
        } else if let bytes = response.bytes {
            response.headers["Content-Length"] = String(bytes.count)
        }
    }

    private func record(_ response: Response, _ identified: IdentifiedExchange, _ failure: String?) -> Response {
        guard case .stream(let write) = response.body else {
            note(response.status, response.bytes?.count ?? 0, failure, identified)
            return response
        }
        var copy = response
        copy.body = .stream { [self] writer in
            let count = ByteCount()
            defer { note(response.status, count.bytes, failure, identified) }
            do {
                try write(
                    BodyWriter { bytes in
                        try writer.write(bytes)
                        count.bytes += bytes.count
                    })
            } catch {
                identified.exchange.log.warning("stream ended early", identified.exchange.fields(of: error))
                throw error
            }
        }
        return copy
    }
}

extension Application {
    /// Counts and logs an answer.
    private func note(_ status: Int, _ bytes: Int, _ failure: String?, _ identified: IdentifiedExchange) {
        let exchange = identified.exchange
        // With the time in which it waited for a thread, if it came from a server.
        let nanoseconds = exchange.activity?.age ?? exchange.nanoseconds
        (exchange.route?.figures ?? astray).note(status: status, nanoseconds: nanoseconds)
        identified.record(status, bytes, failure)
        if nanoseconds > slowAfter { exchange.logSlow(nanoseconds, status) }
    }
}

/// Counts inside one call of a stream's closure.
private final class ByteCount {
    var bytes = 0
}

/// One request on its way. It is handed from closure to closure, hence in one piece.
private final class Exchange: Sendable {
    let request: Request
    let route: Route?
    let log: Log
    let started = ContinuousClock.now
    /// What the server knows of the request.
    let activity = CrashContext.current.activity

    init(_ request: Request, _ route: Route?, _ log: Log) {
        self.request = request
        self.route = route
        self.log = log
    }

    /// The plain form that this is, with how it is answered.
    var form: (answer: FormReturn, fields: Query)? {
        guard let answer = route?.form, let fields = request.form else { return nil }
        return (answer, fields)
    }

    func fields(of error: any Error) -> [String: LogValue] {
        ["route": .string(route?.pattern ?? "none"), "error": .string(String(reflecting: error))]
    }

    /// How long it has lasted.
    var nanoseconds: Int {
        let (seconds, attoseconds) = (ContinuousClock.now - started).components
        return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    }

    func logSlow(_ nanoseconds: Int, _ status: Int) {
        let cost = activity?.cost ?? (statements: 0, nanoseconds: 0)
        log.warning(
            "slow request",
            [
                "method": .string(request.method.description), "route": .string(route?.pattern ?? "none"),
                "status": .int(status), "ms": .double(Double(nanoseconds / 1_000) / 1_000),
                "sqlCount": .int(cost.statements), "sqlMs": .double(Double(cost.nanoseconds / 1_000) / 1_000),
            ])
    }

}

/// A request whose caller has been identified, as far as its route needs it.
private struct IdentifiedExchange: Sendable {
    let exchange: Exchange
    let caller: Caller
    let decision: LimitDecision?

    init(_ exchange: Exchange, _ caller: Caller = .visitor, _ decision: LimitDecision? = nil) {
        self.exchange = exchange
        self.caller = caller
        self.decision = decision
    }

    func record(_ status: Int, _ bytes: Int, _ failure: String?) {
        let log = exchange.log
        let method = LogValue.string(exchange.request.method.description)
        let rounded = (Double(exchange.nanoseconds) / 1e3).rounded() / 1e3
        let route = exchange.route?.pattern ?? "none"
        if let failure {
            log.info(
                "request",
                inOrder: [
                    "method": method, "route": .string(route), "status": .int(status),
                    "code": .string(failure), "ms": .double(rounded), "bytes": .int(bytes),
                    "caller": .string(caller.kind),
                ])
        } else {
            log.info(
                "request",
                inOrder: [
                    "method": method, "route": .string(route), "status": .int(status),
                    "ms": .double(rounded), "bytes": .int(bytes), "caller": .string(caller.kind),
                ])
        }
    }
}
