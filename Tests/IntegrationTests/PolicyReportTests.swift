internal import HTTP
internal import TestSupport
internal import Testing

@Suite("Reports of browsers", .requiresPostgres)
struct PolicyReportTests {
    @Test("SEC-04 both forms of a report are taken, without a form token; what is no report is refused")
    func reports() throws {
        try Site.run(.inProcess) { site in
            let browser = try site.visitor().ready()
            func report(_ body: String, _ type: String) throws -> Answer {
                try browser.sendBytes(.post, "/api/reports/csp", Array(body.utf8), type: type)
            }
            let old = #"{"csp-report":{"document-uri":"https://d.example/?token=x","effective-directive":"img-src"}}"#
            let new =
                #"[{"type":"csp-violation","body":{"documentURL":"https://d.example/","effectiveDirective":"x"}}]"#
            #expect(try report(old, "application/csp-report").status == 204)
            #expect(try report(new, "application/reports+json").status == 204)
            #expect(try report("[]", "application/reports+json").status == 204)
            #expect(try report("nonsense", "application/csp-report").code == "malformed_json")
            #expect(try report(old, "text/plain").status == 415)
            let long = String(repeating: "x", count: 40_000)
            #expect(try report(#"{"csp-report":{"blocked-uri":"\#(long)"}}"#, "application/csp-report").status == 413)
        }
    }

    @Test("SEC-04 one address cannot fill the log with reports, with any user agents; others still report")
    func flood() throws {
        try Site.run(.throughNginx) { site in
            let flooder = site.visitor(address: "198.51.100.66")
            func report(_ who: Visitor) throws -> Int {
                try who.sendBytes(.post, "/api/reports/csp", Array("[]".utf8), type: "application/reports+json").status
            }
            var statuses: [Int] = []
            for number in 0..<200 where !statuses.contains(429) {
                flooder.agent = "browser \(number)"
                statuses.append(try report(flooder))
            }
            #expect(statuses.first == 204 && statuses.contains(429) && statuses.filter { $0 == 204 }.count >= 20)
            #expect(try report(site.visitor(address: "198.51.100.67")) == 204)
        }
    }

    @Test(
        "SEC-04 every document names the policy, with nothing inline, and where to report to",
        arguments: ["/", "/nowhere", "/sign-in"])
    func policy(_ path: String) throws {
        try Site.run(.throughNginx) { site in
            let answer = try site.visitor().get(path)
            let policy = try #require(answer.headers["Content-Security-Policy"])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            #expect(policy.contains("report-uri /api/reports/csp") && policy.contains("report-to csp"))
            #expect(answer.headers["Reporting-Endpoints"] == "csp=\"/api/reports/csp\"")
        }
    }

    @Test(
        "SEC-04 an answer in JSON may do nothing as a document, and brings no more heads than it needs",
        arguments: ["/api/csrf", "/api/story", "/api/nowhere"])
    func dataPolicy(_ path: String) throws {
        try Site.run(.throughNginx) { site in
            let answer = try site.visitor().get(path)
            #expect(answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'")
            #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
            for name in ["Permissions-Policy", "Reporting-Endpoints", "Cross-Origin-Opener-Policy"] {
                #expect(answer.headers[name] == nil, "\(name)")
            }
        }
    }
}
