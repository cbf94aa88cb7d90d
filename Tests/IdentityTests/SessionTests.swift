import FoundationEssentials
import Glibc
import Postgres
import Refusals
import TestSupport
import Testing

@testable import Identity

@Suite("Sessions", .requiresPostgres)
struct SessionTests {
    @Test("AUTH-02 a session lasts 30 days after its last use")
    func rolling() throws {
        try TestDatabase.run { test in
            let token = try test.makeSession(of: test.makeMember().id)
            try test.setClock(offset: .seconds(29 * 86_400))
            #expect(try test.find(token) != nil)
            try test.setClock(offset: .seconds(58 * 86_400))
            #expect(try test.find(token) != nil)
            try test.setClock(offset: .seconds(89 * 86_400))
            #expect(try test.find(token) == nil)
            #expect(try Sessions.sweep(in: test.database(as: .jobs)) == 2)
        }
    }

    @Test("AUTH-02 use is written down at most once an hour")
    func touches() throws {
        try TestDatabase.run { test in
            let token = try test.makeSession(of: test.makeMember().id)
            let end = try #require(try test.find(token)).expiresAt
            try test.setClock(offset: .seconds(1_800))
            #expect(try test.find(token)?.expiresAt == end)
            try test.setClock(offset: .seconds(3_700))
            #expect(try #require(try test.find(token)).expiresAt > end)
        }
    }

    @Test("AUTH-02 that a session is in use is written down every minute for admins, every five for others, no oftener")
    func marks() throws {
        try TestDatabase.run { test in
            for (isAdmin, seconds) in [(true, 60), (false, 300)] {
                let token = try test.makeSession(of: test.makeMember(isAdmin ? "boss" : nil, isAdmin: isAdmin).id)
                func isWritten(after seconds: Int) throws -> Bool {
                    let used: SQL = "select used_at from sessions where token_hash = \(token.hash)"
                    let superuser = test.database(as: .superuser)
                    let before: Date = try superuser.one(used)
                    try test.advanceClock(by: .seconds(seconds))
                    #expect(try test.find(token)?.isInUse == true)
                    return try superuser.one(used, as: Date.self) != before
                }
                // The clock keeps running.
                #expect(try !isWritten(after: seconds / 2))
                #expect(try isWritten(after: seconds / 2 + 1))
                #expect(try !isWritten(after: 0))
            }
        }
    }

    @Test("AUTH-02 each of several requests for a session that is extended gets its new end")
    func lateTogether() throws {
        try TestDatabase.run { test in
            let (mira, dana) = (try test.makeMember("mira"), try test.makeMember("dana"))
            let (late, fresh) = (try test.makeSession(of: mira.id), try test.makeSession(of: dana.id))
            try test.database(as: .superuser).execute(
                """
                update sessions
                set last_seen_at = last_seen_at - interval '2 hours', expires_at = expires_at - interval '2 hours'
                where token_hash = \(late.hash)
                """)
            let before = try #require(try test.find(fresh)).expiresAt
            let found = try Sessions.find(
                [late.hash, OpaqueToken.random().hash, fresh.hash, late.hash], sessionDays: 30,
                in: test.database(as: .web))
            let end: Date = try test.database(as: .superuser).one(
                "select expires_at from sessions where token_hash = \(late.hash)")
            #expect(found.map { $0?.userID } == [mira.id, nil, dana.id, mira.id])
            #expect(found.map { $0?.expiresAt } == [end, nil, before, end])
            #expect(end > before)
        }
    }

    @Test("AUTH-03 the avatar's seed comes back as it is, whether it is digits or not", arguments: ["mira", nil])
    func seed(_ other: String?) throws {
        try TestDatabase.run { test in
            let token = try test.makeSession(of: test.makeMember().id)
            let superuser = test.database(as: .superuser)
            if let other { try superuser.execute("update users set avatar_seed = \(other)") }
            let seed: String = try superuser.one("select avatar_seed from users")
            #expect(try test.find(token)?.avatarSeed == seed)
        }
    }

    @Test("AUTH-02 after half an hour without use a session is out of use until the next sign-in")
    func breaks() throws {
        try TestDatabase.run { test in
            let token = try test.makeSession(of: test.makeMember(isAdmin: true).id)
            for minutes in [20, 40, 60] {
                try test.setClock(offset: .seconds(minutes * 60))
                #expect(try test.find(token)?.isInUse == true, "each look is a use")
            }
            try test.setClock(offset: .seconds(91 * 60))
            #expect(try test.find(token)?.isInUse == false)
            try test.setClock(offset: .seconds(92 * 60))
            #expect(try test.find(token)?.isInUse == false, "coming back does not mend it")
        }
    }

    @Test("AUTH-02 a token that was never given out belongs to no session")
    func forged() throws {
        try TestDatabase.run { test in
            _ = try test.makeSession(of: test.makeMember().id)
            #expect(try test.find(OpaqueToken.random()) == nil)
        }
    }

    @Test("AUTH-02 members list and end their own sessions only")
    func listAndEnd() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (mira, dana) = (try test.makeMember("mira"), try test.makeMember("dana"))
            let tokens = try (0..<3).map { _ in try test.makeSession(of: mira.id) }
            let ids = try tokens.map { try #require(try test.find($0)).id }
            let foreign = try test.makeSession(of: dana.id)
            let foreignID = try #require(try test.find(foreign)).id
            let list = try Sessions.list(of: mira.id, in: web)
            #expect(Set(list.map(\.id)) == Set(ids) && list.allSatisfy { $0.userAgent == "test" })

            #expect(try !Sessions.end(foreignID, of: mira.id, in: web))
            #expect(try !Sessions.end("00", of: mira.id, in: web))
            #expect(try !Sessions.end("no hex", of: mira.id, in: web))
            #expect(try test.find(foreign) != nil)
            #expect(try Sessions.end(ids[0], of: mira.id, in: web))
            #expect(try !Sessions.end(ids[0], of: mira.id, in: web))
            #expect(try test.find(tokens[0]) == nil)
            #expect(try Sessions.endAll(of: mira.id, except: ids[1], in: web) == 1)
            #expect(try test.find(tokens[1]) != nil)
            #expect(try test.find(tokens[2]) == nil)
            #expect(try test.find(foreign) != nil)
        }
    }

    @Test("ADM-02 a ban ends every session at once, and only an admin's word bans")
    func ban() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (mira, boss) = (try test.makeMember("mira"), try test.makeMember("boss", isAdmin: true))
            let token = try test.makeSession(of: mira.id)
            let members = MemberAdministration(database: web) { _, _ in }
            #expect(throws: MemberError.refused(.ownAccount)) { try members.ban(boss.id, reason: "x", by: boss.id) }
            #expect(throws: MemberError.refused(.notAdmin)) { try members.ban(boss.id, reason: "x", by: mira.id) }
            #expect(throws: DatabaseError.self) {
                try unwrappingCause { try members.ban(mira.id, reason: "x", by: nil) }
            }
            try members.ban(mira.id, reason: "spam", by: boss.id)
            #expect(try test.find(token) == nil)
            let again = try #require(try test.find(try test.makeSession(of: mira.id)))
            #expect(again.isBanned && again.banReason == "spam")
            try members.liftBan(mira.id, reason: nil, by: boss.id)
            #expect(try Members.find(mira.id, in: web)?.bannedAt == nil)
            #expect(throws: MemberError.refused(.memberNotFound)) { try members.ban(UUID(), reason: "x", by: boss.id) }
        }
    }
}

@Suite("Cached sessions", .requiresPostgres)
struct SessionCacheTests {
    /// A process with a cache whose entries would live for ever, so that only announcements can end them.
    private final class Process {
        let cache: SessionCache
        let listener: Listener

        init(_ test: TestDatabase, capacity: Int = 1_000) throws {
            let cache = SessionCache(
                database: test.database(as: .web), sessionDays: 30, life: .seconds(86_400), capacity: capacity)
            self.cache = cache
            listener = Listener(
                test.options(as: .web), channels: ["dailies"], onNotification: { cache.forget(payload: $0.payload) },
                onLoss: { cache.forgetAll() })
            listener.start()
            #expect(eventually { listener.isListening })
        }

        deinit { listener.stop() }

        func find(_ token: OpaqueToken, at now: Date = Date()) throws -> Session? { try cache.find(token, at: now) }
    }

    @Test("AUTH-02 signing out in one process ends the session in another")
    func signOut() throws {
        try TestDatabase.run { test in
            let process = try Process(test)
            let mira = try test.makeMember("mira")
            let (kept, ended) = (try test.makeSession(of: mira.id), try test.makeSession(of: mira.id))
            let id = try #require(try process.find(ended)).id
            _ = try process.find(kept)
            try Sessions.end(id, of: mira.id, in: test.database(as: .web))
            #expect(try eventually { try process.find(ended) == nil })
            #expect(try process.find(kept) != nil)
        }
    }

    @Test(
        "OPS-07 AUTH-02 while no announcements arrive each session is read; what is kept counts only without a database"
    )
    func unheard() throws {
        try TestDatabase.run { test in
            let reception = Reception()
            let cache = SessionCache(
                database: test.database(as: .web), sessionDays: 30, life: .seconds(86_400), reception: reception)
            let mira = try test.makeMember("mira")
            let (token, stranger) = (try test.makeSession(of: mira.id), OpaqueToken.random())
            #expect(try cache.find(token, at: Date()) != nil)
            reception.set(false)
            let ask: @Sendable (OpaqueToken) throws -> Session? = { token in
                try awaited { then in cache.find(token, at: Date()) { then($0) } }
            }
            try test.duringOutage { () throws in
                #expect(try cache.find(token, at: Date())?.userID == mira.id)
                #expect(try ask(token)?.userID == mira.id)
                #expect(throws: DatabaseError.self) { try cache.find(stranger, at: Date()) }
                #expect(throws: DatabaseError.self) { try ask(stranger) }
            }
            try test.database(as: .owner).execute("delete from sessions where user_id = \(mira.id)")
            #expect(try cache.find(token, at: Date()) == nil)
            #expect(try ask(token) == nil)
            reception.set(true)
            cache.forgetAll()
            #expect(try cache.find(token, at: Date()) == nil)
        }
    }

    @Test("AUTH-02 many who come at once each get their own session, and strangers none")
    func crowd() throws {
        try TestDatabase.run { test in
            let cache = SessionCache(database: test.database(as: .web), sessionDays: 30)
            let members = try (0..<12).map { try test.makeMember("member_\($0)").id }
            let tokens = try members.map { try test.makeSession(of: $0) }
            try concurrently(48) { number in
                let found = try cache.find(number % 4 == 3 ? .random() : tokens[number % 12], at: Date())
                #expect(found?.userID == (number % 4 == 3 ? nil : members[number % 12]))
            }
        }
    }

    @Test("ADM-02 a ban takes effect in every process at once, even one made by hand in SQL")
    func ban() throws {
        try TestDatabase.run { test in
            let process = try Process(test)
            let mira = try test.makeMember("mira")
            let token = try test.makeSession(of: mira.id)
            #expect(try process.find(token) != nil)
            try test.database(as: .owner)
                .execute("update users set banned_at = now(), ban_reason = 'spam' where id = \(mira.id)")
            #expect(try eventually { try process.find(token) == nil })
        }
    }

    @Test("AUTH-02 a new name and new rights are seen at once")
    func changes() throws {
        try TestDatabase.run { test in
            let process = try Process(test)
            let member = try test.makeMember()
            let token = try test.makeSession(of: member.id)
            #expect(try process.find(token)?.username == nil)
            _ = try Members.choose(
                username: "mira", ageConfirmed: true, for: member.id, in: test.database(as: .web))
            #expect(try eventually { try process.find(token)?.username == "mira" })
            try test.database(as: .owner).execute("update users set role = 'admin' where id = \(member.id)")
            #expect(try eventually { try process.find(token)?.isAdmin == true })
        }
    }

    @Test("AUTH-02 a cached session ends at its end")
    func expiry() throws {
        try TestDatabase.run { test in
            let process = try Process(test)
            let token = try test.makeSession(of: test.makeMember().id)
            #expect(try process.find(token) != nil)
            #expect(try process.find(token, at: Date() + 31 * 86_400) == nil)
        }
    }

    @Test("AUTH-02 the database is asked once for many requests, and again after a loss of its announcements")
    func caching() throws {
        try TestDatabase.run { test in
            let process = try Process(test)
            let mira = try test.makeMember("mira")
            let token = try test.makeSession(of: mira.id)
            #expect(try process.find(token) != nil)
            // Without a word to anybody, so that a cached answer can be told from a fresh one.
            try test.database(as: .owner).execute("delete from sessions")
            #expect(try process.find(token) != nil)
            process.cache.forget(payload: "no json")
            process.cache.forget(payload: #"{"topic":"film","detail":"x","number":1}"#)
            #expect(try process.find(token) != nil)
            process.cache.forgetAll()
            #expect(try process.find(token) == nil)
        }
    }

    @Test("AUTH-02 an admin's session is kept for so short that every minute of use is written down")
    func admins() throws {
        try TestDatabase.run { test in
            for isAdmin in [true, false] {
                let token = try test.makeSession(of: test.makeMember(isAdmin ? "boss" : nil, isAdmin: isAdmin).id)
                let facts = try Sessions.find([token.hash], sessionDays: 30, in: test.database(as: .web))[0]
                #expect(facts?.longestLife == (isAdmin ? .seconds(5) : nil))
            }
        }
    }

    @Test("AUTH-02 what must not be kept for long is asked for again sooner than all else")
    func longestLife() throws {
        for (life, loads) in [(nil, 1), (Duration.zero, 3)] {
            let cache = CredentialCache<Pass>(life: .seconds(86_400), capacity: 10)
            let token = OpaqueToken.random()
            var loaded = 0
            for _ in 0..<3 {
                _ = try cache.find(token, at: Date()) { () throws(DatabaseError) in
                    loaded += 1
                    return Pass(longestLife: life)
                }
            }
            #expect(loaded == loads)
        }
    }

    private struct Pass: Credential {
        static let word = "pass"
        let userID = UUID()
        let end: Date? = nil
        let longestLife: Duration?
    }

    @Test("AUTH-02 tens of thousands of sessions fit into a host: what is kept of each in place is small")
    func size() {
        // With its head and the place in the dictionary, 240 bytes a session: 49,152 take 12 MB.
        #expect(MemoryLayout<SessionFacts>.size <= 82)
        #expect(MemoryLayout<TokenHash>.size == 32)
    }

    @Test("AUTH-02 the cache has a bound")
    func capacity() throws {
        try TestDatabase.run { test in
            let process = try Process(test, capacity: 2)
            let mira = try test.makeMember("mira")
            let tokens = try (0..<5).map { _ in try test.makeSession(of: mira.id) }
            for token in tokens + tokens { #expect(try process.find(token)?.userID == mira.id) }
        }
    }

    @Test("AUTH-02 while Postgres does not answer, a session is not treated as a visitor")
    func unavailable() throws {
        let database = Database(DatabaseOptions(connectionString: "host=/nonexistent dbname=x user=x"))
        let cache = SessionCache(database: database, sessionDays: 30)
        #expect(throws: DatabaseError.self) { try cache.find(OpaqueToken.random(), at: Date()) }
    }
}
