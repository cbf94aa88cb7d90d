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
            return Finding(status: "ok", message: try ask())
        } catch let error as Unhealthy {
            return Finding(status: "failed", message: error.reason)
        } catch {
            // Only what is safe to show stands in a description.
            return Finding(status: "failed", message: "\(error)")
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

struct Finding: Encodable {
    let status: String
    let message: String
}

struct Health: Encodable {
    let status: String
    let checks: [String: Finding]

    init(_ checks: [HealthCheck]) {
        let findings = checks.map { ($0.name, $0.finding()) }
        self.checks = Dictionary(findings) { first, _ in first }
        status = findings.allSatisfy { $0.1.status == "ok" } ? "healthy" : "degraded"
    }

    var isHealthy: Bool { status == "healthy" }
}
