import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing
import Text

@testable import Identity

extension TestDatabase {
    func makeMember(_ username: String? = nil, isAdmin: Bool = false) throws -> MemberRecord {
        try database(as: .owner).withConnection {
            try Members.create(
                username: username, email: "\(username ?? "someone")@Example.org", isAdmin: isAdmin, on: $0)
        }
    }

    func makeLink(for member: UUID, goodFor duration: Duration = .seconds(3_600)) throws -> OpaqueToken {
        try database(as: .owner).withConnection { try SignInLinks.create(for: member, goodFor: duration, on: $0) }
    }

    func signIn(_ link: String, replacing: OpaqueToken? = nil) throws(SignInLinkError) -> (
        session: OpaqueToken, member: UUID
    ) {
        try SignInLinks.signIn(
            link, replacing: replacing, deviceKey: "device_0", userAgent: "test", sessionDays: 30,
            in: database(as: .web))
    }

    /// Why a link signs no one in; nil when it does, or when something fails.
    func refusal(of link: String) -> SignInLinkRefusal? {
        do { _ = try signIn(link); return nil } catch { return error.refusal }
    }

    func makeSession(of member: UUID) throws -> OpaqueToken {
        try signIn(makeLink(for: member).text).session
    }

    func find(_ token: OpaqueToken) throws -> Session? {
        try Sessions.find([token.hash], sessionDays: 30, in: database(as: .web))[0]
            .map { Session(hash: token.hash, facts: $0) }
    }
}

@Suite("Signing in", .requiresPostgres)
struct SignInTests {
    @Test("AUTH-01 a link signs in its member, once")
    func once() throws {
        try TestDatabase.run { test in
            let member = try test.makeMember("mira")
            let link = try test.makeLink(for: member.id)
            #expect(try SignInLinks.state(link.text, in: test.database(as: .web)) == .good)
            let (token, id) = try test.signIn(link.text)
            #expect(id == member.id)
            let session = try #require(try test.find(token))
            #expect(session.userID == member.id && session.username == "mira" && !session.isAdmin && !session.isBanned)
            #expect(throws: SignInLinkError.refused(.used)) { try test.signIn(link.text) }
            #expect(try SignInLinks.state(link.text, in: test.database(as: .web)) == .used)
        }
    }

    @Test("AUTH-01 looking at a link does not use it up")
    func looking() throws {
        try TestDatabase.run { test in
            let link = try test.makeLink(for: test.makeMember().id)
            for _ in 1...3 { #expect(try SignInLinks.state(link.text, in: test.database(as: .web)) == .good) }
        }
    }

    @Test("AUTH-01 of many who use one link at the same time, one is signed in")
    func race() throws {
        try TestDatabase.run { test in
            let link = try test.makeLink(for: test.makeMember().id)
            let refusals = try inParallel(8) { _ in test.refusal(of: link.text) }
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(refusals.filter { $0 == .used }.count == 7)
        }
    }

    @Test("AUTH-01 a link that is too old, or was never made, signs no one in")
    func badLinks() throws {
        try TestDatabase.run { test in
            let member = try test.makeMember()
            let link = try test.makeLink(for: member.id, goodFor: .seconds(60))
            try test.setClock(offset: .seconds(61))
            #expect(throws: SignInLinkError.refused(.expired)) { try test.signIn(link.text) }
            #expect(try SignInLinks.state(link.text, in: test.database(as: .web)) == .expired)
            #expect(throws: SignInLinkError.refused(.unknown)) { try test.signIn(OpaqueToken.random().text) }
            for nonsense in ["", "'; drop table users; --", String(repeating: "x", count: 10_000)] {
                #expect(throws: SignInLinkError.refused(.unknown)) { try test.signIn(nonsense) }
                #expect(try SignInLinks.state(nonsense, in: test.database(as: .web)) == .unknown)
            }
            #expect(try test.database(as: .owner).one("select count(*) from sessions", as: Int.self) == 0)
        }
    }

    @Test("AUTH-02 neither a link's nor a session's token is stored in the database")
    func onlyHashes() throws {
        try TestDatabase.run { test in
            let member = try test.makeMember()
            let link = try test.makeLink(for: member.id)
            let token = try test.signIn(link.text).session
            for (table, secret) in [("sign_in_links", link), ("sessions", token)] {
                let rows: [String] = try test.database(as: .owner)
                    .query("select \(identifier: table)::text from \(identifier: table)")
                let raw = Text.hex(try #require(Text.bytes(base64url: secret.text)))
                #expect(rows.count == 1 && rows.allSatisfy { !$0.contains(raw) && !$0.contains(secret.text) })
            }
        }
    }

    @Test("AUTH-02 signing in ends the session that the browser had")
    func rotation() throws {
        try TestDatabase.run { test in
            let first = try test.makeSession(of: test.makeMember("first").id)
            let link = try test.makeLink(for: test.makeMember("second").id)
            let token = try test.signIn(link.text, replacing: first).session
            #expect(try test.find(first) == nil)
            #expect(try test.find(token)?.username == "second")
        }
    }

    @Test("AUTH-03 the first username is chosen once, and never twice over")
    func usernames() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (one, other) = (try test.makeMember(), try test.makeMember())
            #expect(try Members.fault(inUsername: "mira", in: web) == nil)
            func choose(_ name: String, _ member: UUID) throws(MemberError) {
                try Members.choose(username: name, ageConfirmed: true, for: member, in: web)
            }
            try choose("mira", one.id)
            #expect(try Members.fault(inUsername: "mira", in: web) == .taken)
            #expect(throws: MemberError.refused(.usernameTaken)) { try choose("mira", other.id) }
            #expect(throws: MemberError.refused(.alreadyNamed)) { try choose("mira2", one.id) }
            #expect(throws: MemberError.refused(.usernameReserved)) { try choose("root", other.id) }
            #expect(throws: MemberError.refused(.usernameMalformed)) { try choose("No", other.id) }
            #expect(try Members.find(username: "mira", in: web)?.id == one.id)
            #expect(try Members.find(other.id, in: web)?.username == nil)
        }
    }

    @Test("AUTH-03 of many who want one name at the same time, one gets it")
    func usernameRace() throws {
        try TestDatabase.run { test in
            let members = try (0..<6).map { _ in try test.makeMember().id }
            let refusals = try inParallel(6) { index -> MemberRefusal? in
                do throws(MemberError) {
                    try Members.choose(
                        username: "wanted", ageConfirmed: false, for: members[index], in: test.database(as: .web))
                    return nil
                } catch {
                    return error.refusal
                }
            }
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(refusals.filter { $0 == .usernameTaken }.count == 5)
        }
    }

    @Test("AUTH-01 accounts are found by address, regardless of case")
    func addresses() throws {
        try TestDatabase.run { test in
            let member = try test.makeMember("mira")
            try test.database(as: .owner).withConnection { connection in
                let found = try Members.find(email: "MIRA@example.ORG", on: connection)
                #expect(found?.id == member.id)
                let admin = try Members.firstAdmin(on: connection)
                #expect(admin == nil)
            }
            let admin = try test.makeMember("boss", isAdmin: true)
            try test.database(as: .owner).withConnection { connection in
                let first = try Members.firstAdmin(on: connection)
                #expect(first?.id == admin.id)
            }
        }
    }
}

@Suite("What the web role may do", .requiresPostgres)
struct WebRoleTests {
    @Test(
        "SEC-03 the web role has no rights on sessions, links, addresses and accounts",
        arguments: [
            "select * from sessions", "delete from sessions", "select * from sign_in_links",
            "insert into sign_in_links select sha256('x'), gen_random_uuid(), now(), now()",
            "select email from users", "select * from users", "update users set role = 'admin'",
            "insert into users default values", "select forget_session('x')", "select sweep_sessions(1)",
            "select ban_member(null, gen_random_uuid(), 'x')",
        ])
    func refused(statement: String) throws {
        try TestDatabase.run { test in
            _ = try test.makeMember("mira")
            let error = #expect(throws: DatabaseError.self) {
                try test.database(as: .web).withConnection { try $0.script(statement) }
            }
            #expect(error?.sqlstate == "42501")
        }
    }
}
