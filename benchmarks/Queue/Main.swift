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
        let samples = try pickUps(database, count: 1_000)
        let waits = samples.map(\.untilWork).sorted()
        let commits = samples.map(\.untilCommit).sorted()
        let rests = samples.map { max($0.untilWork - $0.untilCommit, 0) }.sorted()
        StandardStream.output(
            """
            {"drainJobsPerSecond": \(Int(rate)), "pickUpP50Ms": \(waits[waits.count / 2]), \
            "pickUpP99Ms": \(waits[waits.count * 99 / 100]), "pickUpMaxMs": \(waits[waits.count - 1]), \
            "commitP50Ms": \(commits[commits.count / 2]), "commitP99Ms": \(commits[commits.count * 99 / 100]), \
            "afterCommitP90Ms": \(rests[rests.count * 90 / 100]), "afterCommitP99Ms": \(rests[rests.count * 99 / 100])}

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

    /// Milliseconds from just before the enqueueing transaction.
    private struct Sample {
        /// Until the transaction has committed.
        let untilCommit: Double
        /// Until the work begins.
        let untilWork: Double

        init(_ start: ContinuousClock.Instant, commit: ContinuousClock.Instant, work: ContinuousClock.Instant) {
            untilCommit = start.duration(to: commit) / .milliseconds(1)
            untilWork = start.duration(to: work) / .milliseconds(1)
        }
    }

    nonisolated private static func pickUps(_ database: Database, count: Int) throws -> [Sample] {
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
        var samples: [Sample] = []
        for number in 0..<(count + 50) {
            // Lets the queue come to rest after the previous job.
            _ = Monitor(0).wait(until: .now + .milliseconds(5)) { _ in Int?.none }
            let start = ContinuousClock.now
            try database.withConnection { _ = try Queue.enqueue(Empty(number: number), on: $0) }
            let commit = ContinuousClock.now
            guard let work = begun.wait(until: start + .seconds(10), { $0[number] }) else { throw WrongAnswer() }
            // The first ones prepare statements and fill caches.
            if number >= 50 { samples.append(Sample(start, commit: commit, work: work)) }
        }
        return samples
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
