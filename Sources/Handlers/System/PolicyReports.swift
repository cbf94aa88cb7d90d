internal import HTTP
internal import Logging
internal import Text

extension SystemRoutes {
    /// Browsers tell here what the Content-Security-Policy kept them from: a fault of a page of ours, or an attack.
    static let policyReports = Route(
        .post, "/api/reports/csp", access: .any, limit: .api, needsCSRF: false, refusesBanned: false,
        bodyLimit: 32_768, body: .raw(["application/csp-report", "application/reports+json"]), answers: [204: nil],
        features: ["SEC-04"], summary: "Takes a browser's reports on the Content-Security-Policy."
    ) { context, _ in
        let report = try JSONValue(parsing: context.request.body)
        for violation in PolicyViolation.all(in: report).prefix(PolicyViolation.limit) {
            context.log.notice("a browser refused what a page asked for", violation.fields)
        }
        return .noContent
    }
}

/// What a browser was kept from. Of addresses only the parts are kept that name no person: no query, no fragment.
private struct PolicyViolation {
    /// The most of one message that are written down.
    static let limit = 10

    let directive, blocked, page, source: String

    /// Reads the old form, one object under `csp-report`, and the new one, a list of typed reports.
    static func all(in report: JSONValue) -> [PolicyViolation] {
        if let old = report["csp-report"] {
            return [
                PolicyViolation(
                    directive: old["effective-directive"] ?? old["violated-directive"], blocked: old["blocked-uri"],
                    page: old["document-uri"], source: old["source-file"])
            ]
        }
        guard case .array(let reports) = report else { return [] }
        return reports.filter { $0["type"]?.text == "csp-violation" }.compactMap { $0["body"] }.map { body in
            PolicyViolation(
                directive: body["effectiveDirective"], blocked: body["blockedURL"], page: body["documentURL"],
                source: body["sourceFile"])
        }
    }

    private init(directive: JSONValue?, blocked: JSONValue?, page: JSONValue?, source: JSONValue?) {
        func plain(_ value: JSONValue?) -> String {
            String((value?.text ?? "").prefix { $0 != "?" && $0 != "#" }.prefix(300))
        }
        self.directive = plain(directive)
        self.blocked = plain(blocked)
        self.page = plain(page)
        self.source = plain(source)
    }

    var fields: [String: LogValue] {
        [
            "directive": .string(directive), "blocked": .string(blocked), "page": .string(page),
            "source": .string(source),
        ]
    }
}
