internal import Logging
public import Metrics
internal import Platform
internal import Synchronization

/// What this process has asked of Postgres since it started.
public final class StatementFigures: Sendable {
    /// A statement that takes longer is slow, in nanoseconds.
    static let slowAfter = 100_000_000

    /// The figures of this process, whatever pools it has.
    public static let shared = StatementFigures()

    /// How long statements took, with the way there and back.
    public let durations = Histogram()
    /// Statements that took more than 100 ms.
    public let slow = Counter()
    /// Statements that failed, as Postgres or the connection reported it.
    public let failed = Counter()
    /// Statements that were ended since they waited for a lock or took too long.
    public let timedOut = Counter()
    /// Statements and transactions that collided with others and were repeated.
    public let repeated = Counter()

    private let lastLogged = Atomic<Int>(0)

    /// Whether a slow statement is to be logged: one a second at most, so that a slow database does not fill the log.
    func mayLog(at now: Int) -> Bool {
        let last = lastLogged.load(ordering: .relaxed)
        guard now - last > 1_000_000_000 else { return false }
        return lastLogged.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    }
}

extension Connection {
    /// Runs `body`, which exchanges statements with the server, and notes how long that took.
    func measured<R>(_ statements: [SQL], _ body: () throws(StatementFault) -> R) throws(StatementFault) -> R {
        let figures = StatementFigures.shared
        let activity = CrashContext.current.activity
        let began = RequestActivity.now
        activity?.beginStatement(at: began)
        defer {
            let ended = RequestActivity.now
            let duration = ended - began
            activity?.endStatement(after: duration)
            figures.durations.note(nanoseconds: duration)
            if duration > StatementFigures.slowAfter {
                figures.slow.add()
                if figures.mayLog(at: ended) { logSlow(statements, duration) }
            }
        }
        do throws(StatementFault) {
            return try body()
        } catch {
            switch error.error {
            case .timeout: figures.timedOut.add()
            case _ where error.error.isTransient: figures.repeated.add()
            case .constraint: break
            default: figures.failed.add()
            }
            throw error
        }
    }

    /// Of a statement its text is logged and never its values.
    private func logSlow(_ statements: [SQL], _ duration: Int) {
        let text = statements.last?.text.split(whereSeparator: \.isWhitespace).joined(separator: " ") ?? ""
        options.log.notice(
            "slow statement",
            ["ms": .double(Double(duration / 1_000) / 1_000), "statement": .string(String(text.prefix(400)))])
    }
}
