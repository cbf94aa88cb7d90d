internal import Crypto
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

@Suite("Asking for a sign-in link by mail", .requiresPostgres)
struct EmailTests {
    private let mail = ["MAIL_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "film@example.org"]

    @Test("AUTH-01 known, unknown and too eager addresses get the same answer", arguments: Depth.allCases)
    func same(depth: Depth) throws {
        try Site.run(depth, settings: mail) { site in
            try site.database.database(as: .owner).withConnection {
                _ = try Members.create(username: "ida", email: "ida@example.org", on: $0)
            }
            let visitor = try site.visitor().ready()
            let answers = try ["ida@example.org", "nobody@example.org"].flatMap { address in
                try (0..<5).map { _ in try visitor.send(.post, "/api/auth/email", ["email": .string(address)]) }
            }
            #expect(answers.allSatisfy { $0.status == 202 })
            #expect(Set(answers.map { String(decoding: $0.body, as: UTF8.self) }).count == 1)
            #expect(answers.first?.json["linkMinutes"] == 15)
            let superuser = site.database.database(as: .superuser)
            let jobs: [String] = try superuser.query(
                "select payload::text from jobs where kind = 'send_sign_in_link' order by id")
            #expect(
                jobs == (0..<3).map { _ in #"{"address": "ida@example.org"}"# }
                    + (0..<3).map { _ in #"{"address": "nobody@example.org"}"# })
            #expect(try superuser.one("select count(*) from sign_in_links", as: Int.self) == 0)
        }
    }

    @Test("AUTH-01 what is no address, and a way on to another site, is refused")
    func refused() throws {
        try Site.run(.inProcess, settings: mail) { site in
            let visitor = try site.visitor().ready()
            for address in ["ida", "ida@example.org\r\nBcc: eve@example.org", "<ida@example.org>", "a b@example.org"] {
                let answer = try visitor.send(.post, "/api/auth/email", ["email": .string(address)])
                #expect(answer.status == 422, "\(address)")
            }
            for next in ["//evil.example", "https://evil.example", "/\\evil.example", "/a b", "upload"] {
                let answer = try visitor.send(
                    .post, "/api/auth/email", ["email": "ida@example.org", "next": .string(next)])
                #expect(answer.status == 422, "\(next)")
            }
            #expect(try visitor.copy(token: false).send(.post, "/api/auth/email", ["email": "i@x.org"]).status == 403)
        }
    }

    @Test("AUTH-01 a site without mail says so, and shows no form")
    func withoutMail() throws {
        try Site.run(.inProcess) { site in
            let visitor = try site.visitor().ready()
            #expect(
                try visitor.send(.post, "/api/auth/email", ["email": "ida@example.org"]).code == "mail_unavailable")
            #expect(!String(decoding: try visitor.get("/sign-in").body, as: UTF8.self).contains("data-email-form"))
        }
        try Site.run(.inProcess, settings: mail) { site in
            let page = String(decoding: try site.visitor().get("/sign-in").body, as: UTF8.self)
            #expect(page.contains("data-email-form"))
        }
    }
}

@Suite("Earning a captcha pass", .requiresPostgres)
struct CaptchaTests {
    private func flag(_ site: Site, _ key: String, _ isOn: Bool) throws {
        try site.database.database(as: .superuser).execute(
            "update feature_flags set enabled = \(isOn) where key = \(key)")
    }

    @Test("VOTE-09 without settings nobody can earn a pass; the state is told all the same")
    func unset() throws {
        try Site.run(.inProcess) { site in
            let visitor = try site.visitor().ready()
            let state = try visitor.send(.post, "/api/captcha/status", [:])
            #expect(state.status == 200)
            #expect(state.json["passed"] == false && state.json["siteKey"] == .null && state.json["expiresAt"] == .null)
            let answer = try visitor.send(.post, "/api/captcha/status", ["captchaToken": "x"])
            #expect(answer.status == 503 && answer.code == "captcha_unavailable")
        }
    }

    @Test("VOTE-09 when hCaptcha cannot be reached nobody passes")
    func unreachable() throws {
        let settings = [
            "HCAPTCHA_SITE_KEY": "k", "HCAPTCHA_SECRET": "s",
            "HCAPTCHA_VERIFY_URL": "http://127.0.0.1:\(try FreePort.find())/siteverify",
        ]
        try Site.run(.inProcess, settings: settings) { site in
            try flag(site, "require_captcha_voting", true)
            let visitor = try site.visitor().ready()
            let answer = try visitor.send(.post, "/api/captcha/status", ["captchaToken": "x"])
            #expect(answer.status == 503 && answer.code == "captcha_unavailable")
            #expect(answer.headers["Retry-After"] != nil)
            let state = try visitor.send(.post, "/api/captcha/status", [:]).json
            #expect(state["passed"] == false && state["required"] == true && state["siteKey"]?.text == "k")
        }
    }
}
