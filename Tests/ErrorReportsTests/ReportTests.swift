import FoundationEssentials
import Logging
import Platform
import Testing

@testable import ErrorReports

@Suite("Reports of errors")
struct ReportTests {
    @Test(
        "OPS-04 SEC-07 what may say who somebody is does not leave the site",
        arguments: [
            (
                "duplicate key value violates unique constraint \"users_email_key\"\nKey (email)=(ida@example.org) already exists.",
                "duplicate key value violates unique constraint `users_email_key`\nKey (…)=(…) already exists."
            ),
            ("no mail to ida.b+film@mail.example.org today", "no mail to [address] today"),
            ("member 0198a000-0000-7000-8000-000000000001 is gone", "member [id] is gone"),
            ("refused 203.0.113.7 and 2001:db8:0:1:2:3:4:5", "refused [network] and [network]"),
            ("invalid input syntax for type integer: \"Ida Berg\"", "invalid input syntax for type integer: \"…\""),
            ("the file 'ida-on-holiday.mp4' cannot be read", "the file '…' cannot be read"),
            ("token Zm9vYmFyYmF6cXV4MTIzNDU2 has expired", "token [token] has expired"),
            ("a statement took too long (57014)", "a statement took too long (57014)"),
            (
                "the connection was lost while committing, the outcome is unknown",
                "the connection was lost while committing, the outcome is unknown"
            ),
        ])
    func redaction(_ text: String, _ clean: String) {
        #expect(Redaction.clean(text) == clean)
    }

    private func entry(_ fields: [String: LogValue]) -> LogEntry? {
        let entries = Monitor<[LogEntry]>([])
        Log { entry in entries.update { $0.append(entry) } }.error("request failed", fields)
        return entries.withLock(\.first)
    }

    @Test("OPS-04 of a line's fields only those are reported that say nothing of anybody")
    func fields() throws {
        let line = try #require(
            entry([
                "route": "/api/u/[name]", "status": 500, "request": "0123456789abcdef", "address": "ida@example.org",
                "member": "ida", "error": "column \"name\" of ida@example.org",
            ]))
        let report = ErrorReport(line, program: "dailies-host", environment: "test")
        #expect(report.tags == ["route": "/api/u/[name]", "status": "500"])
        let text = String(
            decoding: try report.envelope(sentAt: Date(timeIntervalSince1970: 1_800_000_000)), as: UTF8.self)
        #expect(!text.contains("ida") && text.contains("column `name` of [address]"))
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].contains("\"sent_at\":\"2027-01-15T08:00:00"))
        #expect(lines[1].contains("\"length\":\(lines[2].utf8.count)"))
    }

    @Test(
        "OPS-04 an address names key, server and project",
        arguments: [
            ("https://key@sentry.example.org/42", "https://sentry.example.org/api/42/envelope/"),
            ("http://key@127.0.0.1:9000/sub/7", "http://127.0.0.1:9000/sub/api/7/envelope/"),
        ])
    func address(_ text: String, _ url: String) {
        #expect(ReportAddress(text)?.url == url && ReportAddress(text)?.key == "key")
    }

    @Test(
        "OPS-04 what is no such address is refused",
        arguments: ["https://sentry.example.org/42", "key@host/1", "https://k@h/x"])
    func noAddress(_ text: String) {
        #expect(ReportAddress(text) == nil)
    }
}
