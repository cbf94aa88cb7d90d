import Configuration
import FoundationEssentials
import Identity
import Postgres
import TestSupport
import Testing

@Suite("Cached credentials are forgotten", .requiresPostgres)
struct ForgettingTests {
    @Test("AUTH-02 AUTH-04 a forgotten session or member is read again, without a notification")
    func forget() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let settings = try Settings.load(
                [SiteSettings.self, IdentitySettings.self],
                from: ["SITE_URL": "http://127.0.0.1:8080", "SECRET_KEY": "0123456789abcdef0123456789abcdef"])
            let identity = IdentityService(settings: settings, database: web)
            let member = try test.makeMember("mira").id
            let (one, other) = (try signIn(test, member), try signIn(test, member))
            let (key, keyID) = try APIKeys.create(
                for: member, name: "my script", scopes: ["read"], days: nil, in: web)
            let id = try #require(try identity.sessions.find(one, at: Date())?.id)
            #expect(try identity.sessions.find(other, at: Date()) != nil)
            #expect(try identity.keys.find(key, at: Date()) != nil)

            try Sessions.end(id, of: member, in: web)
            #expect(try identity.sessions.find(one, at: Date()) != nil)
            identity.forget(.session(id))
            #expect(try identity.sessions.find(one, at: Date()) == nil)

            try Sessions.endAll(of: member, except: nil, in: web)
            try APIKeys.revoke(keyID, of: member, in: web)
            #expect(try identity.sessions.find(other, at: Date()) != nil)
            #expect(try identity.keys.find(key, at: Date()) != nil)
            identity.forget(.member(member))
            #expect(try identity.sessions.find(other, at: Date()) == nil)
            #expect(try identity.keys.find(key, at: Date()) == nil)
        }
    }

    private func signIn(_ test: TestDatabase, _ member: UUID) throws -> OpaqueToken {
        let link = try test.database(as: .owner).withConnection { try SignInLinks.create(for: member, on: $0) }
        return try SignInLinks.signIn(
            link.text, replacing: nil, deviceKey: "device_" + String(repeating: "0", count: 32), userAgent: "test",
            sessionDays: 30, in: test.database(as: .web)
        ).session
    }
}
