internal import Arguments
internal import Configuration
internal import ErrorReports
internal import FoundationEssentials
internal import Glibc
internal import Installation
internal import Logging
internal import Platform
internal import Postgres

/// The resources of a run, and the request to end it.
final class JobsProcess: Sendable {
    let settings: Settings
    let log: Log
    let database: Database
    private let reporter: ErrorReporter?
    private let end = Monitor(End())

    private struct End: Sendable {
        var isStopped = false
        var handlers: [@Sendable () -> Void] = []
        /// Rises with each wake-up, so that one that comes while no thread waits is not lost.
        var wakes = 0
        var seen = 0
    }

    private static let signals = [SIGTERM, SIGINT]

    /// Runs a command of this program in a process with the settings; a fault of the command is logged.
    static func run(
        _ command: String, config: String?, workers: Int = 1, _ body: (JobsProcess) throws -> Int32
    ) throws -> Int32 {
        let process = try JobsProcess(config: config, workers: workers)
        defer { process.reporter?.stop() }
        do {
            return try body(process)
        } catch let fault as UsageFault {
            throw fault
        } catch {
            process.log.error("failed", ["command": .string(command), "error": .string(String(reflecting: error))])
            return ExitCode.failure
        }
    }

    private init(config: String?, workers: Int) throws {
        settings = try Settings.load(ProcessInfo.processInfo.environment, file: config)
        var log = Log.standard(level: settings.site.logLevel(of: .jobs))
        log.levels.follow(settings, of: .jobs)
        reporter = settings.errorReporter(of: "dailies-jobs")
        if let reporter { log = log.also(reporter.take) }
        self.log = log
        var database = DatabaseOptions(
            connectionString: settings.database.connectionURL, applicationName: "dailies-jobs")
        // Each worker may hold one, and so may the two threads beside them in either lane.
        database.maximumConnections = max(settings.database.connections, workers * 2 + 6)
        database.preparedStatements = settings.database.preparesStatements
        database.directConnectionString = settings.database.listeningURL
        database.statementTimeout = .seconds(30)
        database.log = log.of(.database)
        self.database = Database(database)
        Signals.ignorePipe()
        Signals.block(Self.signals)
        try reporter?.start()
        _ = try BackgroundThread(named: "signals") { self.awaitSignal() }
    }

    var isStopped: Bool { end.withLock { $0.isStopped } }

    /// Calls `handler` when the process is told to end; at once if it has been already.
    func onStop(_ handler: @escaping @Sendable () -> Void) {
        let isStopped = end.update { end in
            end.handlers.append(handler)
            return end.isStopped
        }
        if isStopped { handler() }
    }

    /// Ends the current wait early.
    func wake() {
        end.update { $0.wakes += 1 }
    }

    /// Waits until a time, a wake-up or the end of the process.
    func wait(until time: ContinuousClock.Instant) {
        _ = end.wait(until: time) { end in
            guard end.isStopped || end.wakes != end.seen else { return nil as Bool? }
            end.seen = end.wakes
            return true
        }
    }

    /// Waits until a time or the end of the process; wake-ups are for others.
    func rest(until time: ContinuousClock.Instant) {
        _ = end.wait(until: time) { $0.isStopped ? true : nil }
    }

    private func awaitSignal() {
        while Signals.wait(for: Self.signals, timeout: .seconds(3_600)) == nil {}
        ServiceManager.stopping()
        let handlers = end.update { end in
            end.isStopped = true
            return end.handlers
        }
        for handler in handlers { handler() }
    }
}
