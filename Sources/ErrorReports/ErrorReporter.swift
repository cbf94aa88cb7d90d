internal import FoundationEssentials
public import Logging
public import Platform
public import Postgres
internal import Queue

/// Turns errors in the log into reports, and puts these into the queue, from which a process with a network sends them.
///
/// It never makes the thread wait that logs: an error is put into a list in memory, which a thread of its own empties.
/// Nor does it report its own troubles: its database logs nothing, and errors of the job that sends reports are left out.
public final class ErrorReporter: Sendable {
    /// The most reports that wait in memory while the database is away.
    private static let capacity = 100
    /// The same error is reported once in this time, in seconds, with how often it came.
    private static let interval = 60.0

    private struct State {
        var waiting: [ErrorReport] = []
        var lastReported: [String: (at: Double, missed: Int)] = [:]
        var isStopping = false
    }

    private let program: String
    private let environment: String
    private let queue: Queue
    private let database: Database
    private let state = Monitor(State())
    private let ended = Monitor(false)

    /// A reporter for a program; nothing is sent before `start`. `options` says how the database is reached.
    public init(program: String, environment: String, _ options: DatabaseOptions) {
        var options = options
        options.maximumConnections = 1
        options.applicationName = "\(program)-errors"
        options.log = .silent
        database = Database(options)
        queue = Queue(database)
        self.program = program
        self.environment = environment
    }

    /// Begins to put reports into the queue.
    public func start() throws(SystemError) {
        _ = try BackgroundThread(named: "errors") { [self] in
            while let next = next() {
                do {
                    try queue.enqueue(SendErrorReport(report: next))
                    state.withLock { _ = $0.waiting.removeFirst() }
                } catch {
                    // The database is away: the reports wait for it, unless the process ends.
                    if state.wait(until: .now + .seconds(5), { $0.isStopping ? true : nil }) != nil { break }
                }
            }
            database.close()
            ended.update { $0 = true }
        }
    }

    /// Waits for a report; nil when there will be none any more.
    private func next() -> ErrorReport? {
        state.wait { state -> Next? in
            if let first = state.waiting.first { return .report(first) }
            return state.isStopping ? .end : nil
        }?.report
    }

    private enum Next {
        case report(ErrorReport)
        case end

        var report: ErrorReport? { if case .report(let report) = self { report } else { nil } }
    }

    /// Puts what is left into the queue, for two seconds at most.
    public func stop() {
        state.update { $0.isStopping = true }
        _ = ended.wait(until: .now + .seconds(2)) { $0 ? true : nil }
    }

    /// Gets the entries of a log.
    @Sendable public func take(_ entry: LogEntry) {
        guard entry.level >= .error else { return }
        let fields = entry.fields
        guard fields["kind"] != .string(SendErrorReport.kind) else { return }
        let report = ErrorReport(entry, program: program, environment: environment)
        let now = entry.time.timeIntervalSince1970
        state.update(waking: 1) { state in
            if let last = state.lastReported[report.key], now - last.at < Self.interval {
                state.lastReported[report.key]?.missed += 1
                return
            }
            guard state.waiting.count < Self.capacity else { return }
            var report = report
            report.missed = state.lastReported[report.key]?.missed ?? 0
            if state.lastReported.count >= 1_000 { state.lastReported = [:] }
            state.lastReported[report.key] = (now, 0)
            state.waiting.append(report)
        }
    }
}
