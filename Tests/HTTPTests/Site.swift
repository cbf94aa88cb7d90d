import FoundationEssentials
import Logging
import Synchronization
import Text

@testable import HTTP

/// An application with a guard whose every answer the test decides, and whose log lines it can read.
final class Site: Sendable {
    struct Vote: InputShape {
        @Input var clipID: UUID
        @Input(.text(1...20)) var note: String?
    }

    struct Unforeseen: Error {}
    struct Refused: Error {}

    private let entries = Mutex<[LogEntry]>([])
    private let made = Mutex<Application?>(nil)

    static let origin = "https://dailies.example"
    static let clip = "0a1b2c3d-0000-4000-8000-00000000abcd"

    static func member(
        isAdmin: Bool = false, isBanned: Bool = false, signedIn: Date = Date(timeIntervalSince1970: 1_000),
        isInUse: Bool = true, keyScopes: Set<KeyScope>? = nil
    ) -> Caller {
        .member(
            Member(
                id: UUID(), username: "ann", isAdmin: isAdmin, isBanned: isBanned, authenticatedAt: signedIn,
                sessionID: "s", isInUse: isInUse, keyScopes: keyScopes))
    }

    init(
        _ routes: [Route], origin: String = Site.origin, caller: Caller = .visitor, isTokenValid: Bool = true,
        limit: @escaping @Sendable (Route, Request, Caller) throws -> LimitDecision? = { _, _, _ in nil },
        flags: Set<String> = [], requireReady: @escaping @Sendable (Route) throws -> Void = { _ in },
        identify: (@Sendable (Request) throws -> Caller)? = nil, hasPages: Bool = false,
        crossOrigin: CrossOrigin = CrossOrigin()
    ) throws {
        let guards = Guard(
            siteOrigin: origin, identify: identify ?? { _ in caller }, verifyCSRF: { _, _ in isTokenValid },
            limit: limit, isEnabled: { flag, _ in flags.contains(flag) }, requireReady: requireReady,
            isScheduler: { $0.bearerToken == "cron" })
        let page: @Sendable (Request, Problem) -> Response = { .html("page \($1.status)", status: $1.status) }
        let form: @Sendable (Context, RefusedForm) throws -> Response = { _, refused in
            let faults = refused.problem.details.map(\.field).sorted().joined(separator: ", ")
            let fields = refused.fields.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            return .html(
                "form \(refused.page) \(refused.action) \(refused.problem.status) [\(faults)] \(fields)",
                status: refused.problem.status)
        }
        let application = try Application(
            routes: routes, guards: guards, crossOrigin: crossOrigin,
            errorMap: { error in
                switch error {
                case is Refused: .conflict("refused", "No.")
                case is CancellationError: .unavailable()
                default: nil
                }
            },
            clock: WallClock { Date(timeIntervalSince1970: 1_000) }, log: log, errorPage: hasPages ? page : nil,
            formPage: hasPages ? form : nil)
        made.withLock { $0 = application }
    }

    private var log: Log { Log { entry in self.entries.withLock { $0.append(entry) } } }

    /// All lines so far.
    var lines: [LogEntry] { entries.withLock(\.self) }

    /// The line of each request.
    var requestLines: [[String: LogValue]] { lines.filter { $0.message == "request" }.map(\.fields) }

    func respond(_ request: Request) -> Response {
        guard let application = made.withLock(\.self) else { return Response(status: 0) }
        return application.respond(to: request)
    }

    func get(_ target: String, _ headers: Headers = [:]) -> Response {
        respond(Request(.get, target, headers: headers))
    }

    /// A change as a page of ours would send it.
    func post(
        _ target: String, _ body: String, method: HTTP.Method = .post, headers: Headers = [:],
        type: String? = "application/json"
    ) -> Response {
        var all = headers
        if let type { all["Content-Type"] = type }
        if all["Origin"] == nil, all["Sec-Fetch-Site"] == nil { all["Origin"] = Self.origin }
        return respond(Request(method, target, headers: all, body: Array(body.utf8)))
    }
}

extension Response {
    var json: JSONValue? { bytes.flatMap { try? JSONParser.parse($0) } }
    var code: String? { json?["code"]?.text }
    var text: String { String(decoding: bytes ?? [], as: UTF8.self) }

    /// The fields that an answer complains about.
    var fields: [String] {
        guard case .array(let details)? = json?["details"] else { return [] }
        return details.compactMap { $0["field"]?.text }
    }
}
