import FoundationEssentials
import Identity
import Postgres
import Refusals
import TestSupport
import Testing
import Text

@Suite("API keys", .requiresPostgres)
struct KeyTests {
    private func make(
        _ test: TestDatabase, for member: UUID, scopes: [String] = ["read"], days: Int? = nil
    ) throws -> (key: APIKeyToken, id: UUID) {
        try APIKeys.create(
            for: member, name: "my script", scopes: scopes, days: days, in: test.database(as: .web))
    }

    /// However a ban comes about.
    private func ban(_ test: TestDatabase, _ member: UUID, _ reason: String?) throws {
        try test.database(as: .owner).execute(
            """
            update users
            set banned_at = case when \(reason)::text is null then null else dailies_now() end, ban_reason = \(reason)
            where id = \(member)
            """)
    }

    @Test("AUTH-04 a key is dly_ and 43 characters, and nothing else is one")
    func form() {
        let key = APIKeyToken.random()
        #expect(key.text.hasPrefix("dly_") && key.text.utf8.count == 47)
        #expect(APIKeyToken(key.text) == key)
        #expect("\(key)" == "APIKeyToken")
        for text in ["", "dly_", key.text + "A", String(key.text.dropLast()), String(key.text.dropFirst(4)), "x"] {
            #expect(APIKeyToken(text) == nil, "\(text)")
        }
    }

    @Test("AUTH-04 a key is found with its scopes, its use is written to the minute, and only its hash is kept")
    func use() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let mira = try test.makeMember("mira")
            let (key, id) = try make(test, for: mira.id, scopes: ["read", "write"])
            #expect(try APIKeys.list(of: mira.id, in: web).first?.lastUsedAt == nil)
            let found = try #require(try APIKeys.find(key, in: web))
            #expect(found.keyID == id && found.userID == mira.id && found.username == "mira" && !found.isAdmin)
            #expect(Set(found.scopes) == ["read", "write"])
            let used = try #require(try APIKeys.list(of: mira.id, in: web).first?.lastUsedAt)
            #expect(used.timeIntervalSince1970.truncatingRemainder(dividingBy: 60) == 0)
            #expect(try APIKeys.find(.random(), in: web) == nil)
            let kept: String = try test.database(as: .owner).one("select api_keys::text from api_keys")
            #expect(!kept.contains(key.text.dropFirst(4)))
        }
    }

    @Test("AUTH-04 AUTH-02 who loses an admin's rights loses the keys that have them, for good, and keeps the others")
    func demotion() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let jobs = test.database(as: .jobs)
            let boss = try jobs.transaction { try Members.create(username: "boss", isAdmin: true, on: $0) }
            _ = try jobs.transaction { try Members.create(username: "other", isAdmin: true, on: $0) }
            let (strong, _) = try make(test, for: boss.id, scopes: ["read", "admin"])
            let (weak, _) = try make(test, for: boss.id)
            let members = MemberAdministration(database: jobs) { _, _ in }
            try members.setAdmin(false, boss.id, reason: "done", by: nil)
            #expect(try APIKeys.find(strong, in: web) == nil)
            #expect(try APIKeys.find(weak, in: web)?.isAdmin == false)
            try members.setAdmin(true, boss.id, reason: "again", by: nil)
            #expect(try APIKeys.find(strong, in: web) == nil)
            #expect(try APIKeys.find(weak, in: web) != nil)
        }
    }

    @Test("AUTH-04 a key ends by itself, by being revoked and by a ban, and only its member revokes it")
    func ends() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (mira, dana) = (try test.makeMember("mira"), try test.makeMember("dana"))
            let (brief, _) = try make(test, for: mira.id, days: 1)
            let (kept, id) = try make(test, for: mira.id)
            let (other, _) = try make(test, for: mira.id)
            try test.setClock(offset: .seconds(86_401))
            #expect(try APIKeys.find(brief, in: web) == nil)
            #expect(throws: KeyError.refused(.notFound)) { try APIKeys.revoke(id, of: dana.id, in: web) }
            #expect(try APIKeys.find(kept, in: web) != nil)
            try APIKeys.revoke(id, of: mira.id, in: web)
            #expect(throws: KeyError.refused(.notFound)) { try APIKeys.revoke(id, of: mira.id, in: web) }
            #expect(try APIKeys.find(kept, in: web) == nil)
            try ban(test, mira.id, "spam")
            #expect(try APIKeys.find(other, in: web) == nil)
            // Lifting the ban brings nothing back.
            try ban(test, mira.id, nil)
            #expect(try APIKeys.find(other, in: web) == nil)
            let banned = try test.makeMember("late")
            try ban(test, banned.id, "spam")
            #expect(throws: KeyError.refused(.accountGone)) { try make(test, for: banned.id) }
            try test.setClock(offset: .seconds(40 * 86_400))
            #expect(try APIKeys.sweep(in: test.database(as: .jobs)) == 3)
        }
    }

    @Test("AUTH-04 a member has at most 20 keys, even when many are made at once; what ended does not count")
    func most() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let mira = try test.makeMember("mira")
            let refusals = try inParallel(24) { _ -> KeyRefusal? in
                do throws(KeyError) {
                    _ = try APIKeys.create(for: mira.id, name: "x", scopes: ["read"], days: nil, in: web)
                    return nil
                } catch {
                    return error.refusal
                }
            }
            #expect(refusals.filter { $0 == .tooMany }.count == 4)
            let first = try #require(try APIKeys.list(of: mira.id, in: web).first)
            try APIKeys.revoke(first.id, of: mira.id, in: web)
            _ = try make(test, for: mira.id)
            #expect(try APIKeys.list(of: mira.id, in: web).count == 20)
        }
    }

    @Test("AUTH-04 only an admin makes a key for what admins do, and it is one no longer than its member is")
    func admins() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (mira, boss) = (try test.makeMember("mira"), try test.makeMember("boss", isAdmin: true))
            #expect(throws: KeyError.refused(.adminOnly)) { try make(test, for: mira.id, scopes: ["admin"]) }
            let (key, _) = try make(test, for: boss.id, scopes: ["admin"])
            #expect(try APIKeys.find(key, in: web)?.isAdmin == true)
            try test.database(as: .owner).execute("update users set role = 'member' where id = \(boss.id)")
            #expect(try APIKeys.find(key, in: web) == nil)
        }
    }

    @Test("AUTH-04 revoking and banning in one process end a key in another, before its cache would")
    func announcements() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let cache = APIKeyCache(database: web, life: .seconds(86_400))
            let listener = Listener(
                test.options(as: .web), channels: ["dailies"],
                onNotification: { cache.forget(payload: $0.payload) }, onLoss: { cache.forgetAll() })
            listener.start()
            defer { listener.stop() }
            #expect(eventually { listener.isListening })
            let mira = try test.makeMember("mira")
            let (revoked, id) = try make(test, for: mira.id)
            let (kept, _) = try make(test, for: mira.id)
            #expect(try cache.find(revoked, at: Date()) != nil && cache.find(kept, at: Date()) != nil)
            try APIKeys.revoke(id, of: mira.id, in: web)
            #expect(try eventually { try cache.find(revoked, at: Date()) == nil })
            // Sessions that end are no news for keys; what is in memory stays.
            try test.database(as: .owner).execute("delete from api_keys where revoked_at is not null")
            cache.forget("session:00")
            #expect(try cache.find(kept, at: Date()) != nil)
            try ban(test, mira.id, "spam")
            #expect(try eventually { try cache.find(kept, at: Date()) == nil })
        }
    }

    @Test("SEC-03 the web role has no rights on keys but by their functions")
    func rights() throws {
        try TestDatabase.run { test in
            for statement in ["select * from api_keys", "delete from api_keys", "select sweep_api_keys(1)"] {
                let error = #expect(throws: DatabaseError.self) {
                    try test.database(as: .web).withConnection { try $0.script(statement) }
                }
                #expect(error?.sqlstate == "42501", "\(statement)")
            }
        }
    }
}

@Suite("Changing one's name", .requiresPostgres)
struct RenameTests {
    @Test("PROF-01 AUTH-03 a name changes once in 30 days, and the old one leads to its member for 90")
    func rename() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (mira, dana) = (try test.makeMember("mira"), try test.makeMember("dana"))
            #expect(throws: MemberError.refused(.usernameTaken)) { try Members.rename(mira.id, to: "dana", in: web) }
            #expect(throws: MemberError.refused(.usernameMalformed)) {
                try Members.rename(mira.id, to: "Admin", in: web)
            }
            #expect(try Members.rename(mira.id, to: "mira", in: web) == .unchanged)
            guard case .changed(let next) = try Members.rename(mira.id, to: "mira_two", in: web) else {
                Issue.record("not renamed")
                return
            }
            #expect(abs(next.timeIntervalSinceNow - 30 * 86_400) < 60)
            #expect(throws: MemberError.refused(.renamedTooSoon(next: next))) {
                try Members.rename(mira.id, to: "mira_three", in: web)
            }
            #expect(try MemberPreferences.find(of: mira.id, in: web)?.nextChangeAt == next)
            #expect(try web.one("select username_holder('mira')", as: UUID?.self) == mira.id)
            #expect(throws: MemberError.refused(.usernameTaken)) { try Members.rename(dana.id, to: "mira", in: web) }
            try test.setClock(offset: .seconds(91 * 86_400))
            #expect(try web.one("select username_holder('mira')", as: UUID?.self) == nil)
            #expect(try Members.rename(mira.id, to: "mira_three", in: web) != .unchanged)
        }
    }
}
