import FoundationEssentials
import Identity
import Platform
import Postgres
import Refusals
import TestSupport
import Testing
import Text

@Suite("Signing in by a link that came by mail", .requiresPostgres)
struct EmailLinkTests {
    private let ida = EmailAddress("ida@example.org")

    private func link(_ test: TestDatabase, for address: EmailAddress, goodFor: Duration = .seconds(900)) throws
        -> OpaqueToken
    {
        try test.database(as: .jobs).withConnection {
            try SignInLinks.create(for: address, goodFor: goodFor, on: $0)
        }
    }

    private func signedIn(_ test: TestDatabase, by link: OpaqueToken) throws -> UUID {
        try test.signIn(link.text).member
    }

    @Test("AUTH-01 the account is made when the link is used, once for an address, and never as an admin")
    func found() throws {
        try TestDatabase.run { test in
            let ida = try #require(ida)
            let links = try (0..<3).map { _ in try link(test, for: ida) }
            #expect(try test.database(as: .superuser).one("select count(*) from users", as: Int.self) == 0)
            let members = try links.map { try signedIn(test, by: $0) }
            #expect(Set(members).count == 1)
            let member = try #require(try Members.find(members[0], in: test.database(as: .web)))
            #expect(!member.isAdmin && member.username == nil)
            #expect(throws: SignInLinkError.refused(.used)) { try test.signIn(links[0].text) }
        }
    }

    @Test("AUTH-01 AUTH-05 an account that merely holds the address is another one, an admin's least of all")
    func holder() throws {
        try TestDatabase.run { test in
            let holders = [try test.makeMember("ida", isAdmin: true), try test.makeMember("ida2")]
            try test.database(as: .superuser).execute("update users set email = 'ida@example.org'")
            let member = try signedIn(test, by: try link(test, for: try #require(ida)))
            #expect(!holders.map(\.id).contains(member))
            let identity: String = try test.database(as: .superuser).one(
                "select concat_ws(' ', provider, subject, email, email_verified, user_id) from identities")
            #expect(identity == "email ida@example.org ida@example.org t \(member.uuidString.lowercased())")
        }
    }

    @Test("AUTH-01 two links to a new address used at the same time make one account")
    func race() throws {
        try TestDatabase.run { test in
            let ida = try #require(ida)
            let links = try (0..<6).map { _ in try link(test, for: ida) }
            let members = Monitor<Set<UUID>>([])
            try concurrently(links.count) { index in
                let member = try signedIn(test, by: links[index])
                members.update { _ = $0.insert(member) }
            }
            #expect(members.withLock(\.count) == 1)
        }
    }

    @Test("AUTH-01 a link by mail ends after its minutes, and looking does not use it up")
    func time() throws {
        try TestDatabase.run { test in
            let ida = try #require(ida)
            let link = try link(test, for: ida)
            for _ in 0..<3 { #expect(try SignInLinks.state(link.text, in: test.database(as: .web)) == .good) }
            try test.advanceClock(by: .seconds(901))
            #expect(throws: SignInLinkError.refused(.expired)) { try test.signIn(link.text) }
        }
    }

    @Test("AUTH-01 an address gets at most three mails an hour, from any number of requests")
    func share() throws {
        try TestDatabase.run { test in
            let ida = try #require(ida)
            let web = test.database(as: .web)
            let queued = Monitor(0)
            try concurrently(8) { _ in
                let isQueued = try SignInLinks.request(for: ida, next: nil, in: web)
                queued.update { $0 += isQueued ? 1 : 0 }
            }
            #expect(queued.withLock { $0 } == 3)
            #expect(try SignInLinks.request(for: try #require(EmailAddress("bo@example.org")), next: nil, in: web))
            let superuser = test.database(as: .superuser)
            let jobs: Int = try superuser.one("select count(*) from jobs where kind = 'send_sign_in_link'")
            #expect(jobs == 4)
            #expect(try superuser.one("select count(*) from sign_in_links", as: Int.self) == 0)
            try test.advanceClock(by: .seconds(3_601))
            #expect(try SignInLinks.request(for: ida, next: nil, in: web))
            #expect(try SignInLinks.sweepRequests(in: test.database(as: .jobs)) == 4)
        }
    }
}
