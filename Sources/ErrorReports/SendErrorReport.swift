internal import FoundationEssentials
internal import HTTPClient
internal import Logging
public import Queue

/// Sends a report to the service that SENTRY_DSN names.
public struct SendErrorReport: JobPayload {
    /// The name in the queue.
    public static let kind = "send_error_report"
    /// The queue of jobs that may call out. A report that cannot be delivered within some minutes is of little use.
    public static let options = JobOptions(
        queue: "outward", priority: .low, maxAttempts: 4, timeout: .seconds(30),
        backOff: BackOff(first: .seconds(5), longest: .seconds(60)))

    let report: ErrorReport

    /// Lets a registry do this job; nil for a site that reports nowhere any more.
    package static func register(in registry: inout JobRegistry, to address: ReportAddress?) {
        let client = HTTPClient()
        registry.register(SendErrorReport.self) { job, _ in
            guard let address else { return .cancel(reason: "SENTRY_DSN is not set") }
            return try job.send(to: address, by: client)
        }
    }

    private func send(to address: ReportAddress, by client: HTTPClient) throws -> JobOutcome {
        let answer = try client.send(
            OutgoingRequest(
                method: "POST", url: address.url,
                headers: [
                    ("Content-Type", "application/x-sentry-envelope"),
                    ("X-Sentry-Auth", "Sentry sentry_version=7, sentry_client=dailies/1, sentry_key=\(address.key)"),
                ], body: try report.envelope(sentAt: Date()), responseLimit: 1 << 16))
        switch answer.status {
        case 200..<300: return .done()
        case 429:
            let seconds = answer.retryAfter() ?? 60
            return .retry(after: .seconds(min(max(seconds, 1), 3_600)), reason: "the service takes no more for now")
        case 400..<500: return .discard(reason: "the service refused the report with status \(answer.status)")
        default: throw ReportFailed(status: answer.status)
        }
    }
}

private struct ReportFailed: Error, CustomStringConvertible {
    let status: Int

    var description: String { "the service for error reports answered with status \(status)" }
}
