internal import Catalog
public import FoundationEssentials
public import Money
public import Postgres

/// How the providers are, and what they are allowed.
public struct ProviderHealth: Sendable {
    private let database: Database
    private let pace: GenerationPace

    /// The providers of a database; `pace` has what counts where an admin has said nothing.
    public init(database: Database, pace: GenerationPace) {
        self.database = database
        self.pace = pace
    }

    /// Every provider, by name.
    public func all() throws(DatabaseError) -> [String: ProviderFigures] {
        let rows: [Row] = try database.query("select * from provider_health()")
        var figures: [String: ProviderFigures] = [:]
        for row in rows {
            let name: String = try row.value("provider")
            figures[name] = try ProviderFigures(row: row, places: pace.places(at: name))
        }
        return figures
    }

    /// What a provider may cost and be sent. `limits` has the columns of `provider_limits` that change.
    public func setLimits(of provider: String, to limits: JSONText, by actor: UUID) throws {
        let outcome: String = try database.acting(for: actor).one(
            "select set_provider_limits(\(actor), \(provider), \(limits))")
        guard outcome == "done" else { throw GenerationRefusal.providerNotFound }
    }

    /// Closes the breaker of a provider by hand, and starts what waits.
    public func close(_ provider: String, by actor: UUID) throws {
        let outcome: String = try database.acting(for: actor).one("select close_breaker(\(actor), \(provider))")
        guard outcome == "done" else { throw GenerationRefusal.providerNotFound }
    }
}

/// The state of a provider's breaker.
public enum BreakerState: String, Sendable, CaseIterable, SQLValue, RowDecodable {
    /// Requests are sent.
    case closed
    /// None is sent for a while.
    case open
    /// One is sent to see whether the provider works again.
    case halfOpen = "half_open"
}

/// A provider's state and its figures of the last five minutes.
public struct ProviderFigures: Sendable {
    /// Whether requests are sent.
    public let breaker: BreakerState
    /// Why not: `faults` or `slow`.
    public let reason: String?
    /// When that changed.
    public let changedAt: Date?
    /// When the next request is sent to an open one.
    public let retryAt: Date?
    /// Until when the provider asked to wait.
    public let restingUntil: Date?
    /// Calls, those that failed and those that were slow.
    public let calls: Int
    /// See `calls`.
    public let faults: Int
    /// See `calls`.
    public let slow: Int
    /// How long a call took.
    public let meanMs: Int?
    /// The longest call.
    public let longestMs: Int?
    /// Requests that hold a place.
    public let underWay: Int
    /// Requests that wait.
    public let waiting: Int
    /// Requests whose answer is missing.
    public let uncertain: Int
    /// Submissions of the last minute.
    public let submittedLastMinute: Int
    /// What this month has cost, or will at most.
    public let spent: Money
    /// What a month may cost; nil for no cap.
    public let monthlyCap: Money?
    /// The requests that it works on at once, as an admin has said; nil for the setting's number.
    public let concurrency: Int?
    /// The same as it counts.
    public let places: Int
    /// The submissions that it gets in a minute at most; nil for no limit.
    public let submissionsPerMinute: Int?
    /// Since when an admin has it paused; nil while it is not.
    public let pausedAt: Date?
    /// The admin who paused it; nil for the operator.
    public let pausedBy: String?
    /// Why it was paused.
    public let pauseReason: String?

    init(row: Row, places standard: Int) throws(DatabaseError) {
        breaker = try row.value("breaker")
        reason = try row.value("reason")
        changedAt = try row.value("changed_at")
        retryAt = try row.value("retry_at")
        restingUntil = try row.value("resting_until")
        calls = try row.value("calls")
        faults = try row.value("faults")
        slow = try row.value("slow")
        meanMs = try row.value("mean_ms")
        longestMs = try row.value("longest_ms")
        underWay = try row.value("under_way")
        waiting = try row.value("waiting")
        uncertain = try row.value("uncertain")
        submittedLastMinute = try row.value("submitted_last_minute")
        spent = try row.money("spent_usd") ?? .zero
        monthlyCap = try row.money("monthly_cap_usd")
        concurrency = try row.value("concurrency")
        places = concurrency ?? standard
        submissionsPerMinute = try row.value("submissions_per_minute")
        pausedAt = try row.value("paused_at")
        pausedBy = try row.value("paused_by")
        pauseReason = try row.value("pause_reason")
    }
}
