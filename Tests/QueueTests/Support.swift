import FoundationEssentials
import Platform
import Postgres
import Queue
import TestSupport
import Testing
import Text

/// The job of these tests: its text says what it should do.
struct Errand: JobPayload {
    static let kind = "errand"
    static let options = JobOptions(maxAttempts: 3)

    var text: String

    init(_ text: String) {
        self.text = text
    }
}

extension TestDatabase {
    /// A pool of its own, as another process would have.
    func newPool(connections: Int = 8) -> Database {
        var options = options(as: .jobs)
        options.maximumConnections = connections
        return Database(options)
    }

    /// The queue as the background role sees it.
    var queue: Queue { Queue(database(as: .jobs)) }

    /// A table that effects are written to.
    func makeEffects() throws {
        try database(as: .owner).withConnection { connection in
            try connection.script(
                """
                create table effects (job_id bigint not null);
                grant select, insert on effects to dailies_jobs;
                """)
        }
    }

    func drainer(
        workers: Int = 4, _ change: (inout DrainOptions) -> Void = { _ in },
        work: @escaping @Sendable (Errand, JobContext) throws -> JobOutcome
    ) -> Drainer {
        var registry = JobRegistry()
        registry.register(Errand.self, work)
        var options = DrainOptions()
        options.workers = workers
        change(&options)
        return Drainer(database: newPool(connections: workers + 4), registry: registry, options: options)
    }
}

/// Runs drains on threads of their own until the body returns; then stops them and waits for their end.
func draining(_ drainers: Drainer..., while body: () throws -> Void) throws {
    let threads = try drainers.map { drainer in
        try BackgroundThread(named: "drain") { _ = try? drainer.run(until: .stopped) }
    }
    defer {
        for drainer in drainers { drainer.stop() }
        for thread in threads where !thread.join(until: .now + safetyLimit) { Issue.record("a drain did not end") }
    }
    try body()
}

/// Lets another thread have the processor for a moment.
func rest() {
    _ = Monitor(0).wait(until: .now + .milliseconds(2)) { _ in Int?.none }
}

/// A gate at which threads wait until a test opens it.
final class Gate: Sendable {
    private let isOpen = Monitor(false)

    func open() {
        isOpen.update { $0 = true }
    }

    /// Waits until the gate is open.
    func pass() {
        _ = isOpen.wait(until: .now + safetyLimit) { $0 ? true : nil }
    }
}

extension Monitor<Int> {
    /// Waits until the count is reached; false when it was not in time.
    func reaches(_ count: Int, within limit: Duration = safetyLimit) -> Bool {
        wait(until: .now + limit) { $0 >= count ? true : nil } ?? false
    }
}
