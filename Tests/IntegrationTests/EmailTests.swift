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

@Suite("Adding an address to one's sign-in methods over HTTP", .requiresPostgres)
struct EmailAdditionTests {
    private let mail = ["MAIL_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "film@example.org"]

    private func link(_ site: Site, of username: String) throws -> String {
        let web = site.database.database(as: .web)
        let member = try #require(try Members.find(username: username, in: web)?.id)
        let address = try #require(EmailAddress("ida@new.example"))
        return try site.database.database(as: .jobs).withConnection {
            try EmailIdentityLinks.create(for: address, of: member, goodFor: .seconds(900), on: $0)
        }.text
    }

    @Test("AUTH-05 a member requests a link, opens it, and removes the address again", arguments: Depth.allCases)
    func adds(depth: Depth) throws {
        try Site.run(depth, settings: mail) { site in
            let ida = try site.visitor().signIn("ida")
            let asked = try ida.send(.post, "/api/auth/email/link", ["email": "ida@new.example"])
            #expect(asked.status == 202 && asked.json["linkMinutes"] == 15)
            let jobs: [String] = try site.database.database(as: .superuser).query(
                "select payload ->> 'address' from jobs where kind = 'send_sign_in_link' and payload ? 'member'")
            #expect(jobs == ["ida@new.example"])

            let token: JSONValue = .string(try link(site, of: "ida"))
            #expect(try ida.send(.post, "/api/auth/email/confirm", ["token": token]).status == 204)
            #expect(try ida.send(.post, "/api/auth/email/confirm", ["token": token]).code == "link_used")
            let listed = try ida.get("/api/auth/identities").json["identities"]?[0]
            #expect(listed?["provider"] == "email" && listed?["email"] == "ida@new.example")
            #expect(
                try ida.send(.post, "/api/auth/email/link", ["email": "ida@new.example"]).code
                    == "email_already_added")
            let id = try #require(listed?["id"])
            #expect(try ida.send(.delete, "/api/auth/identities", ["id": id]).code == "last_way_in")
        }
    }

    @Test("AUTH-05 a link serves only the member who requested it, with a session and a form token")
    func refused() throws {
        try Site.run(.inProcess, settings: mail) { site in
            let (ida, eve) = (try site.visitor().signIn("ida"), try site.visitor().signIn("eve"))
            let token: JSONValue = .string(try link(site, of: "ida"))
            let confirm = "/api/auth/email/confirm"
            let other = try eve.send(.post, confirm, ["token": token])
            #expect(other.status == 403 && other.code == "link_other_member")
            #expect(try site.visitor().ready().send(.post, confirm, ["token": token]).status == 401)
            #expect(try ida.copy(token: false).send(.post, confirm, ["token": token]).code == "csrf_failed")
            let signIn = try site.visitor().ready().send(.post, "/api/auth/link", ["token": token])
            #expect(signIn.status == 404 && signIn.code == "link_unknown")
            #expect(try ida.send(.post, confirm, ["token": token]).status == 204)
            let late = try eve.send(.post, confirm, ["token": .string(try link(site, of: "eve"))])
            #expect(late.status == 409 && late.code == "identity_taken")
            #expect(try ida.send(.post, "/api/auth/email/link", ["email": "no address"]).status == 422)
        }
    }

    @Test("AUTH-05 a site without mail cannot add an address")
    func withoutMail() throws {
        try Site.run(.inProcess) { site in
            let answer = try site.visitor().signIn("ida").send(
                .post, "/api/auth/email/link", ["email": "ida@new.example"])
            #expect(answer.status == 503 && answer.code == "mail_unavailable")
        }
    }
}

@Suite("Earning a captcha pass", .requiresPostgres)
struct CaptchaTests {
    private func flag(_ site: Site, _ key: String, _ isOn: Bool) throws {
        try site.database.database(as: .superuser).execute(
            "update feature_flags set enabled = \(isOn) where key = \(key)")
    }

    @Test("VOTE-09 without settings no visitor can earn a pass; the state is still returned")
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

    @Test("VOTE-09 when hCaptcha cannot be reached no visitor passes")
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
