internal import Composition
internal import FastCGI
internal import FoundationEssentials
internal import Glibc
internal import HTTP
internal import Logging
internal import Metrics
internal import Platform
internal import Status

/// What the status socket of a host answers.
struct ProcessStatus: Sendable {
    let application: Application
    let services: Services
    let server: FastCGIServer
    let groups: [String]
    let log: Log
    let cache: CacheFigures?
    let readLevels: @Sendable () -> Void
    private let started = Date()

    init(
        _ application: Application, _ services: Services, _ server: FastCGIServer, groups: [String], log: Log,
        cache: CacheFigures?, readLevels: @escaping @Sendable () -> Void
    ) {
        self.application = application
        self.services = services
        self.server = server
        self.groups = groups
        self.log = log
        self.cache = cache
        self.readLevels = readLevels
    }

    @Sendable func answer(_ question: StatusServer.Question) -> StatusServer.Answer {
        switch (question.method, question.path) {
        case ("GET", "/livez"), ("HEAD", "/livez"): return .init("alive\n")
        case ("GET", "/metrics"): return .init(type: "text/plain; version=0.0.4; charset=utf-8", figures.text)
        case ("GET", "/status"): return .init(type: "application/json", report.description + "\n")
        case ("POST", "/log-levels"):
            readLevels()
            return .init(type: "application/json", levels.description + "\n")
        case (_, "/livez"), (_, "/metrics"), (_, "/status"), (_, "/log-levels"):
            return .init(status: 405, "This address does not accept this method.\n")
        default: return .notFound
        }
    }

    private var figures: Exposition {
        var page = Exposition()
        page.add(
            "dailies_process_start_time_seconds", .gauge, "When the process started.", started.timeIntervalSince1970)
        let status = server.status
        page.add("dailies_requests_in_progress", .gauge, "Requests that were read and not answered.", status.inProgress)
        page.add("dailies_requests_limit", .gauge, "How many requests may be in progress.", status.limit)
        page.add(
            "dailies_requests_waiting_for_thread", .gauge, "Requests that wait for a thread that may block.",
            status.waitingForThread)
        page.add("dailies_threads", .gauge, "Threads that work on requests.", status.threads.count)
        page.add("dailies_threads_busy", .gauge, "Those that have work.", status.threads.count { $0.work != nil })
        application.writeFigures(to: &page)
        services.writeFigures(to: &page, serving: groups)
        cache?.write(to: &page)
        return page
    }

    private var report: JSONValue {
        let status = server.status
        let pools = services.pools.map { pool in
            JSONValue.object([
                "pool": .string(pool.name), "inUse": .integer(pool.inUse), "waiting": .integer(pool.waiting),
                "limit": .integer(pool.limit),
            ])
        }
        return .object([
            "process": .integer(Int(getpid())), "startedAt": started.json, "at": Date().json,
            "groups": .array(groups.map(JSONValue.string)), "served": .integer(status.served),
            "inProgress": .integer(status.inProgress), "limit": .integer(status.limit),
            "waitingForThread": .integer(status.waitingForThread), "pools": .array(pools),
            "threads": .array(
                status.threads.map { thread in
                    .object(["name": .string(thread.name), "work": thread.work.map(Self.json) ?? .null])
                }),
            "waiting": .array(status.waiting.map(Self.json)), "logLevels": levels,
        ])
    }

    private var levels: JSONValue {
        let own = log.levels.current.map { ($0.key.rawValue, JSONValue.string($0.value.name)) }
        let all = ("all", JSONValue.string(log.levels.all.level.name))
        return .object(Dictionary(own + [all]) { first, _ in first })
    }

    private static func json(_ work: RequestActivity.Report) -> JSONValue {
        .object([
            "request": .string(work.words.id), "method": .string(work.words.method), "route": .string(work.words.route),
            "count": .integer(work.words.count), "ageMs": .number(Double(work.age / 1_000) / 1_000),
            "sqlCount": .integer(work.statements), "sqlMs": .number(Double(work.statementTime / 1_000) / 1_000),
            "isInStatement": .bool(work.isInStatement),
        ])
    }
}
