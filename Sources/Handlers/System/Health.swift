internal import FoundationEssentials
internal import HTTP

/// One question about the state of the site.
public struct HealthCheck: Sendable {
    let name: String
    let ask: @Sendable () throws -> String

    /// A check: `ask` answers how things are in words, and throws `Unhealthy` or any other error when they are bad.
    public init(_ name: String, ask: @escaping @Sendable () throws -> String) {
        self.name = name
        self.ask = ask
    }

    func finding() -> Finding {
        do {
            return Finding(isGood: true, message: try ask())
        } catch let error as Unhealthy {
            return Finding(isGood: false, message: error.reason)
        } catch {
            // Descriptions contain only what is safe to show.
            return Finding(isGood: false, message: "\(error)")
        }
    }
}

/// What is wrong, in words that anybody may read.
public struct Unhealthy: Error {
    let reason: String

    /// A finding.
    public init(_ reason: String) {
        self.reason = reason
    }
}

struct Finding: Shaped {
    let isGood: Bool
    let message: String

    static let shape = Shape<Finding>("HealthFinding") {
        Field("status", { $0.isGood ? "ok" : "failed" }, .choice(["ok", "failed"]))
        Field("message", \.message, "How things are, in words.")
    }
}

struct Health: Shaped {
    let checks: [String: Finding]
    let askedAt: Date

    init(_ checks: [HealthCheck], at now: Date) {
        askedAt = now
        self.checks = Dictionary(checks.map { ($0.name, $0.finding()) }) { first, _ in first }
    }

    var isHealthy: Bool { checks.values.allSatisfy(\.isGood) }

    static let shape = Shape<Health>("Health") {
        Field("status", { $0.isHealthy ? "healthy" : "degraded" }, .choice(["healthy", "degraded"]))
        Field("timestamp", \.askedAt, "When the checks were made.")
        Field("checks", \.checks)
    }
}
