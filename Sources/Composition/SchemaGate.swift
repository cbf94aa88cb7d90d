internal import HTTP
internal import Logging
internal import Platform
internal import Postgres

/// Keeps requests away while the schema is older than this program, or while its version is unknown.
public final class SchemaGate: Sendable {
    /// The schema is older than this program at its start.
    public struct Outdated: Error, CustomStringConvertible {
        /// The fault with its remedy.
        public var description: String { "the database's schema is older than this program; run: dailies migrate" }
    }

    private enum State {
        case unknown
        case outdated
        case current
        case ended
    }

    private static let pause = Duration.milliseconds(500)

    private let migrator: Migrator
    private let log: Log
    private let state = Monitor(State.unknown)

    init(database: Database, directory: String, log: Log) {
        migrator = Migrator(database: database, directory: directory)
        self.log = log
    }

    /// Whether requests may pass.
    var isOpen: Bool { state.withLock { $0 == .current } }

    /// Refuses to start on an older schema. A database that is away is waited for: requests are answered with 503
    /// until it is there.
    public func checkAtStart() throws {
        do {
            guard try migrator.isCurrent() else { throw Outdated() }
            state.update { $0 = .current }
        } catch let error as DatabaseError {
            log.warning("the database is not there yet", ["error": .string(error.debugDescription)])
        }
    }

    /// Goes on asking until the schema is known to be good.
    func start() {
        guard !isOpen else { return }
        do {
            _ = try BackgroundThread(named: "schema") { self.run() }
        } catch {
            log.error("the schema cannot be watched", ["error": .string("\(error)")])
        }
    }

    func stop() {
        state.update { $0 = .ended }
    }

    /// Throws while requests may not pass.
    func check() throws(Problem) {
        switch state.withLock(\.self) {
        case .current: return
        case .unknown, .ended: throw .unavailable("database_unavailable", "The site is starting. Try again soon.")
        case .outdated: throw .unavailable("schema_outdated", "The site is being updated. Try again soon.")
        }
    }

    private func run() {
        while state.wait(until: .now + Self.pause, { $0 == .current || $0 == .ended ? true : nil }) == nil {
            guard let isCurrent = try? migrator.isCurrent() else { continue }
            let changed = state.update { state in
                guard state != .ended else { return false }
                let next = isCurrent ? State.current : State.outdated
                defer { state = next }
                return state != next
            }
            if changed, isCurrent { log.notice("the database is there") }
            if changed, !isCurrent { log.error("the schema is outdated", ["remedy": "dailies migrate"]) }
        }
    }
}
