internal import FoundationEssentials
internal import Platform
internal import Postgres
internal import Queue

/// Measures the queue on an empty migrated database: how fast empty jobs are drained, and how soon a single one is
/// picked up by a drain that has nothing else to do. Prints one line of JSON.
@main
enum Main {
    static func main() throws {
        try run()
    }

    nonisolated private static func run() throws {
        let connection = ProcessInfo.processInfo.environment["DATABASE_URL"] ?? ""
        var options = DatabaseOptions(connectionString: connection, applicationName: "bench-queue")
        options.maximumConnections = 24
        options.statementTimeout = .seconds(60)
        let database = Database(options)
        let rate = try drainRate(database, jobs: 20_000, workers: 16)
        let waits = try pickUps(database, count: 1_000).sorted()
        StandardStream.output(
            """
            {"drainJobsPerSecond": \(Int(rate)), "pickUpP50Ms": \(waits[waits.count / 2]), \
            "pickUpP99Ms": \(waits[waits.count * 99 / 100]), "pickUpMaxMs": \(waits[waits.count - 1])}

            """)
    }

    nonisolated private static func drainRate(_ database: Database, jobs: Int, workers: Int) throws -> Double {
        _ = try database.withConnection { connection in
            try Queue.enqueue((0..<jobs).map { NewJob(Empty(number: $0)) }, on: connection)
        }
        var options = DrainOptions()
        options.workers = workers
        let drainer = Drainer(database: database, registry: registry { _ in }, options: options)
        let start = ContinuousClock.now
        let summary = try drainer.run(until: .empty)
        let (seconds, attoseconds) = start.duration(to: .now).components
        guard summary.completed == jobs else { throw WrongAnswer() }
        return Double(jobs) / (Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// From just before the enqueueing transaction until the work begins, in milliseconds.
    nonisolated private static func pickUps(_ database: Database, count: Int) throws -> [Double] {
        let begun = Monitor<[Int: ContinuousClock.Instant]>([:])
        let drainer = Drainer(
            database: database,
            registry: registry { number in
                let now = ContinuousClock.now
                begun.update { $0[number] = now }
            })
        let thread = try BackgroundThread(named: "drain") { _ = try? drainer.run(until: .stopped) }
        defer {
            drainer.stop()
            thread.join()
        }
        var waits: [Double] = []
        for number in 0..<(count + 50) {
            // The queue is idle again, and nothing of the last round is left in motion.
            _ = Monitor(0).wait(until: .now + .milliseconds(5)) { _ in Int?.none }
            let start = ContinuousClock.now
            try database.withConnection { _ = try Queue.enqueue(Empty(number: number), on: $0) }
            guard let time = begun.wait(until: start + .seconds(10), { $0[number] }) else { throw WrongAnswer() }
            let (seconds, attoseconds) = start.duration(to: time).components
            // The first ones prepare statements and warm up what is kept.
            if number >= 50 { waits.append(Double(seconds) * 1e3 + Double(attoseconds / 1_000_000_000_000) / 1e3) }
        }
        return waits
    }

    nonisolated private static func registry(_ work: @escaping @Sendable (Int) -> Void) -> JobRegistry {
        var registry = JobRegistry()
        registry.register(Empty.self) { job, _ in
            work(job.number)
            return .done()
        }
        return registry
    }
}

struct Empty: JobPayload {
    static let kind = "empty"

    let number: Int
}

/// A figure is worth nothing when the work behind it was wrong.
struct WrongAnswer: Error {}
