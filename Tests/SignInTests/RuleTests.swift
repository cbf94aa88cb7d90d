import Configuration
import Crypto
import FoundationEssentials
import Identity
import Postgres
import Refusals
import TestSupport
import Testing
import Text

@testable import SignIn

@Suite("Rules of signing in by providers")
struct SignInRuleTests {
    @Test("AUTH-01 the proof key is that of RFC 7636, appendix B")
    func proofKey() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        #expect(ProofKey.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(ProofKey.verifier().utf8.count == 43 && ProofKey.verifier() != ProofKey.verifier())
    }

    @Test("AUTH-01 a sign-in never leads to another site")
    func returnPaths() {
        for good in ["/", "/story", "/story?season=1#x", "/u/a_b", "/apis"] {
            #expect(ReturnPath.checked(good) == good)
        }
        let bad = [
            "", "story", "//evil.example", "/..//evil.example", "/.//evil.example", "/a/..//evil.example",
            "/%2e%2e//evil.example",
            "/\\evil.example", "https://evil.example", "/a b", "/a\u{0}", "/a\nb", "/ä",
            "/api/auth/signout", "/api", "/sign-in", "/sign-in?next=/sign-in", "/" + String(repeating: "x", count: 512),
        ]
        for wish in bad { #expect(ReturnPath.checked(wish) == "/dashboard", "\(wish)") }
        #expect(ReturnPath.checked(nil) == "/dashboard")
    }

    @Test("AUTH-05 the key of Google does not depend on a name, and that of another server is its address")
    func keys() {
        func key(_ kind: SignInProvider.Kind) -> String {
            SignInProvider(name: "x", label: "X", kind: kind, clientID: "a", clientSecret: "b").key
        }
        #expect(key(.openID(issuer: "https://accounts.google.com", scopes: "openid")) == "google")
        #expect(key(.openID(issuer: "https://id.example/a/", scopes: "openid")) == "https://id.example/a/")
        #expect(key(.gitHub(baseURL: "https://github.com", apiURL: "https://api.github.com")) == "github")
        #expect(
            key(.gitHub(baseURL: "https://git.example", apiURL: "https://git.example/api/v3")) == "https://git.example")
    }

    @Test("AUTH-05 the signature is that of the Standard Webhooks specification")
    func standardWebhooks() throws {
        // The vector of the specification's own reference libraries.
        let key = try #require(Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let database = Database(DatabaseOptions(connectionString: "host=/nonexistent"))
        let webhook = IdentityWebhook(key: Array(key), provider: "x", database: database)
        let body = Array(#"{"test": 2432232314}"#.utf8)
        let headers = [
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ]
        let then = Date(timeIntervalSince1970: 1_614_265_330)
        func isAuthentic(_ changes: [String: String], _ body: [UInt8] = body, at now: Date = then) throws -> Bool {
            let all = headers.merging(changes) { $1 }
            return webhook.isAuthentic(body, try #require(IdentityWebhook.Headers { all[$0] }), now: now)
        }
        #expect(try isAuthentic([:]))
        #expect(try isAuthentic([:], at: then + 300) && isAuthentic([:], at: then - 300))
        #expect(try !isAuthentic([:], at: then + 301) && !isAuthentic([:], at: then - 301))
        #expect(try !isAuthentic([:], body + [0x20]))
        #expect(try !isAuthentic(["webhook-id": "msg_other"]))
        for stamp in ["1614265331", "", "x", "-1", "9223372036854775807", "-9223372036854775808"] {
            #expect(try !isAuthentic(["webhook-timestamp": stamp]), "\(stamp)")
        }
        for signature in ["", "v1,", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,AAAA", "v1,!"] {
            #expect(try !isAuthentic(["webhook-signature": signature]), "\(signature)")
        }
        #expect(IdentityWebhook.Headers { $0 == "webhook-id" ? "x" : nil } == nil)
        #expect(!IdentityWebhook(key: nil, provider: "x", database: database).isConfigured)
    }

    @Test("AUTH-01 of a document that is kept the old one serves while the provider is away, but not for ever anew")
    func keptDocuments() throws {
        let calls = Counter()
        let kept = CachedDocument<Int>(pause: .seconds(3_600)) { () throws(ProviderFault) in
            let number = calls.next()
            if number > 2 { throw .unavailable("away") }
            return (number, life: .zero)
        }
        #expect(try kept.value() == 1)
        #expect(try kept.renewed() == 2)
        #expect(try kept.renewed() == nil)
        #expect(try kept.value() == 2, "the old one, since the third fetch fails")
        let liar = CachedDocument<Int>(pause: .zero) { () throws(ProviderFault) in
            guard calls.next() == 4 else { throw .untrusted("a lie") }
            return (7, life: .zero)
        }
        #expect(try liar.value() == 7)
        #expect(throws: ProviderFault.self) { try liar.value() }
    }
}

@Suite("Identities in the database", .requiresPostgres)
struct IdentityTests {
    private let ann = ProviderAccount(subject: "42", email: "ann@example.org", emailIsVerified: true)

    private func visit() -> SignInVisit {
        SignInVisit(session: nil, member: nil, deviceKey: "device_0", userAgent: "test", now: Date())
    }

    private func signIn(_ account: ProviderAccount, isAdmin: Bool = false, in test: TestDatabase) throws -> Bool {
        try Identities.signIn(
            account, provider: "google", isAdminAddress: isAdmin, visit: visit(), sessionDays: 30,
            in: test.database(as: .web)) != nil
    }

    @Test("AUTH-05 of many first sign-ins at the same time, one makes the member")
    func race() throws {
        try TestDatabase.run { test in
            let outcomes = try gathered(8) { _ in try signIn(ann, in: test) }
            #expect(outcomes.allSatisfy { $0 })
            let count: Int = try test.database(as: .superuser).one("select count(*) from users")
            #expect(count == 1)
        }
    }

    @Test("AUTH-01 of many who return with one state, one signs in")
    func flows() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (state, browser) = (OpaqueToken.random(), OpaqueToken.random())
            let flow = SignInFlow(verifier: "v", nonce: "n", returnPath: "/story", linkedMember: nil)
            try flow.begin(state: state, browser: browser, provider: "google", in: web)
            #expect(try SignInFlow.take(state: state, browser: .random(), provider: "google", in: web) == nil)
            #expect(try SignInFlow.take(state: state, browser: browser, provider: "github", in: web) == nil)
            let taken = try gathered(8) { _ in
                try SignInFlow.take(state: state, browser: browser, provider: "google", in: web) != nil
            }
            #expect(taken.filter(\.self).count == 1)
            try flow.begin(state: state, browser: browser, provider: "google", in: web)
            try test.setClock(offset: .seconds(601))
            #expect(try SignInFlow.take(state: state, browser: browser, provider: "google", in: web) == nil)
        }
    }

    @Test("AUTH-05 of two removals at the same time, one is refused and a sign-in method remains")
    func removals() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            for _ in 1...5 {
                let subject = OpaqueToken.random().text
                #expect(try signIn(ProviderAccount(subject: subject, email: nil, emailIsVerified: false), in: test))
                let member: UUID = try test.database(as: .superuser).one(
                    "select user_id from identities where subject = \(subject)")
                let second = ProviderAccount(subject: subject, email: nil, emailIsVerified: false)
                #expect(try Identities.link(second, provider: "github", to: member, in: web) == .linked)
                let ids = try Identities.list(of: member, in: web).map(\.id)
                let refusals = try gathered(2) { number in
                    try refusal {
                        try Identities.remove(
                            ids[number], of: member, usable: ["google", "github"], sendsMail: false, in: web)
                    }
                }
                #expect(Set(refusals) == [nil, .last])
            }
        }
    }

    @Test("AUTH-05 what cannot be used does not count as a sign-in method, and links by mail do when mail is sent")
    func ways() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            #expect(try signIn(ann, in: test))
            let member: UUID = try test.database(as: .superuser).one("select user_id from identities")
            #expect(try Identities.link(ann, provider: "gone", to: member, in: web) == .linked)
            let google = try #require(Identities.list(of: member, in: web).first { $0.providerKey == "google" }?.id)
            func remove(_ identity: UUID, _ member: UUID, sendsMail: Bool = false) throws -> IdentityRefusal? {
                try refusal {
                    try Identities.remove(
                        identity, of: member, usable: ["google"], sendsMail: sendsMail, in: web)
                }
            }
            #expect(try remove(google, member) == .last)
            #expect(try remove(google, UUID(), sendsMail: true) == .notFound)
            // An address of an account is not a sign-in method by itself.
            #expect(try remove(google, member, sendsMail: true) == .last)
            let mail = ProviderAccount(subject: "ann@example.org", email: "ann@example.org", emailIsVerified: true)
            #expect(try Identities.link(mail, provider: "email", to: member, in: web) == .linked)
            #expect(try remove(google, member) == .last)
            #expect(try remove(google, member, sendsMail: true) == nil)
        }
    }

    @Test("AUTH-05 ADM-04 adding and removing a sign-in method leaves an entry of its member, without the address")
    func recorded() throws {
        try TestDatabase.run { test in
            let (web, superuser) = (test.database(as: .web), test.database(as: .superuser))
            #expect(try signIn(ann, in: test))
            let member: UUID = try superuser.one("select user_id from identities")
            #expect(try Identities.link(ann, provider: "github", to: member, in: web) == .linked)
            #expect(try Identities.link(ann, provider: "github", to: member, in: web) == .already)
            let token = OpaqueToken.random()
            try superuser.execute(
                """
                insert into email_identity_links (token_hash, user_id, address, created_at, expires_at)
                values (\(token.hash), \(member), 'ann@work.example', dailies_now(), dailies_now() + interval '1 hour')
                """)
            try EmailIdentityLinks.use(token.text, by: member, in: web)
            for identity in try Identities.list(of: member, in: web) where identity.providerKey != "google" {
                try Identities.remove(identity.id, of: member, usable: ["google"], sendsMail: true, in: web)
            }
            let google = try #require(Identities.list(of: member, in: web).first?.id)
            let refused = try refusal {
                try Identities.remove(google, of: member, usable: ["google"], sendsMail: true, in: web)
            }
            #expect(refused == .last)
            let entries: [String] = try superuser.query(
                """
                select concat_ws(' ', action, before ->> 'provider', after ->> 'provider')
                from audit_log
                where actor_id = \(member) and subject_kind = 'member' and subject_id = \(member)::text and reason is null
                order by id
                """)
            #expect(
                Set(entries) == [
                    "member.link_sign_in github", "member.link_sign_in email", "member.unlink_sign_in github",
                    "member.unlink_sign_in email",
                ] && entries.count == 4)
            let leaks: Int = try superuser.one(
                "select count(*)::int from audit_log entry where entry::text like '%example%'")
            #expect(leaks == 0)
        }
    }

    @Test("AUTH-02 even a caller that has compared wrongly makes no admin by an unverified address")
    func admins() throws {
        try TestDatabase.run { test in
            let unverified = ProviderAccount(subject: "7", email: "boss@example.org", emailIsVerified: false)
            #expect(try signIn(unverified, isAdmin: true, in: test))
            #expect(try signIn(ann, isAdmin: true, in: test))
            let admins: [String] = try test.database(as: .superuser).query(
                "select email from users where role = 'admin'")
            #expect(admins == ["ann@example.org"])
        }
    }
}

/// Why a change of sign-in methods is refused; nil when it is done.
private func refusal(of change: () throws -> Void) throws -> IdentityRefusal? {
    do {
        try change()
        return nil
    } catch IdentityError.refused(let refusal) {
        return refusal
    }
}
