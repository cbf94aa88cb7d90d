import Audit
import FoundationEssentials
import Identity
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("Admins and members", .requiresPostgres)
struct MemberAdministrationTests {
    @Test("ADM-02 of two admins who are demoted at the same time one stays", arguments: 0..<6)
    func lastAdmin(_ attempt: Int) throws {
        try TestDatabase.run { test in
            let ids = try [test.makeMember("ada", isAdmin: true).id, test.makeMember("bea", isAdmin: true).id]
            // The operator takes both rights away; then each admin takes the other's.
            let byOperator = attempt % 2 == 0
            let administration = test.administration(as: byOperator ? .jobs : .web)
            let refusals = try inParallel(2) { index -> MemberRefusal? in
                do {
                    try administration.setAdmin(
                        false, ids[index], reason: "x", by: byOperator ? nil : ids[1 - index])
                    return nil
                } catch {
                    return (error as? MemberError)?.refusal
                }
            }
            #expect(refusals.compactMap(\.self) == [byOperator ? .lastAdmin : .notAdmin])
            #expect(try test.database(as: .superuser).one("select count(*) from users where role = 'admin'") == 1)
        }
    }

    @Test("ADM-02 admins cannot ban or demote themselves, admins are not banned, banned members become no admins")
    func refusals() throws {
        try TestDatabase.run { test in
            let (ada, bea) = (try test.makeMember("ada", isAdmin: true), try test.makeMember("bea", isAdmin: true))
            let mira = try test.makeMember("mira")
            let administration = test.administration()
            func refusal(_ call: () throws -> Void) -> MemberRefusal? {
                do { try call(); return nil } catch { return (error as? MemberError)?.refusal }
            }
            #expect(refusal { try administration.setAdmin(false, ada.id, reason: "x", by: ada.id) } == .ownAccount)
            #expect(refusal { try administration.ban(ada.id, reason: "x", by: ada.id) } == .ownAccount)
            #expect(refusal { try administration.ban(bea.id, reason: "x", by: ada.id) } == .memberIsAdmin)
            #expect(refusal { try administration.liftBan(mira.id, reason: nil, by: ada.id) } == .memberNotBanned)
            #expect(refusal { try administration.setAdmin(true, UUID(), reason: "x", by: ada.id) } == .memberNotFound)
            #expect(refusal { try administration.setAdmin(true, mira.id, reason: "x", by: mira.id) } == .notAdmin)
            try administration.ban(mira.id, reason: "spam", by: ada.id)
            #expect(refusal { try administration.setAdmin(true, mira.id, reason: "x", by: ada.id) } == .memberBanned)
            #expect(refusal { try administration.ban(mira.id, reason: "x", by: ada.id) } == .memberBanned)
        }
    }

    @Test("AUTH-02 ADM-02 a change of rights ends the member's sessions and is recorded in the audit log")
    func rotation() throws {
        try TestDatabase.run { test in
            let ada = try test.makeMember("ada", isAdmin: true)
            let mira = try test.makeMember("mira")
            let token = try test.makeSession(of: mira.id)
            let administration = test.administration()
            try administration.setAdmin(true, mira.id, reason: "helps", by: ada.id)
            #expect(try test.find(token) == nil)
            #expect(try test.find(try test.makeSession(of: mira.id))?.isAdmin == true)
            // Once more changes nothing, and is no second entry.
            try administration.setAdmin(true, mira.id, reason: "helps", by: ada.id)

            let log = AuditLog(database: test.database(as: .web))
            let entries = try log.entries(AuditFilter(), for: ada.id).items
            #expect(entries.map(\.action) == ["member.grant_admin"])
            #expect(try log.entries(AuditFilter(), for: nil).items.isEmpty)
            #expect(entries[0].actorName == "ada" && entries[0].subjectName == "mira" && entries[0].reason == "helps")
            #expect(
                entries[0].before?.text == #"{"role": "member"}"# && entries[0].after?.text == #"{"role": "admin"}"#)
        }
    }

    @Test("ADM-02 a banned member appeals once; lifting the ban forgets it")
    func appeal() throws {
        try TestDatabase.run { test in
            let ada = try test.makeMember("ada", isAdmin: true)
            let mira = try test.makeMember("mira")
            let (web, administration) = (test.database(as: .web), test.administration())
            #expect(throws: MemberError.refused(.notBanned)) {
                try Members.appeal("It was not me.", by: mira.id, in: web)
            }
            try administration.ban(mira.id, reason: "spam", by: ada.id)
            try Members.appeal("It was not me.", by: mira.id, in: web)
            #expect(throws: MemberError.refused(.alreadyAppealed)) {
                try Members.appeal("Really.", by: mira.id, in: web)
            }
            #expect(try administration.find(mira.id, by: ada.id)?.appeal == "It was not me.")
            #expect(try Members.appealAgainstBan(of: mira.id, in: web)?.isUpheld == false)
            try administration.liftBan(mira.id, reason: "was not her", by: ada.id)
            #expect(try administration.find(mira.id, by: ada.id)?.appeal == nil)
            #expect(try Members.appealAgainstBan(of: mira.id, in: web) == nil)
        }
    }

    @Test("ADM-02 the list searches names and addresses by their beginning, filters, sorts and pages")
    func list() throws {
        try TestDatabase.run { test in
            let ada = try test.makeMember("ada", isAdmin: true)
            for number in 0..<7 {
                let member = try test.makeMember("m_\(6 - number)x")
                try test.database(as: .superuser).execute(
                    """
                    update users
                    set email = \("Person\(number)@Example.org"),
                        created_at = timestamptz '2026-01-01' + \(number) * interval '1 hour'
                    where id = \(member.id)
                    """)
                if number == 3 { try test.administration().ban(member.id, reason: "x", by: ada.id) }
            }
            try test.database(as: .superuser).execute("insert into users (email) values ('nameless@example.org')")
            let administration = test.administration()
            func names(_ configure: (inout MemberFilter) -> Void) throws -> [String] {
                var (filter, names, cursor) = (MemberFilter(), [String](), String?.none)
                configure(&filter)
                repeat {
                    filter.page = PageRequest(limit: 2, cursor: cursor)
                    let page = try administration.list(filter, by: ada.id)
                    names += page.items.map { $0.username ?? "-" }
                    cursor = page.nextCursor
                } while cursor != nil
                return names
            }
            #expect(
                try names { $0.sort = .name } == ["ada", "m_0x", "m_1x", "m_2x", "m_3x", "m_4x", "m_5x", "m_6x", "-"])
            #expect(
                try names {
                    $0.search = "m_"; $0.sort = .oldest
                } == (0...6).reversed().map { "m_\($0)x" })
            #expect(try names { $0.search = "m_" } == (0...6).map { "m_\($0)x" })
            #expect(try names { $0.search = "person2@" } == ["m_4x"])
            #expect(try names { $0.search = "%" }.isEmpty)
            #expect(try names { $0.isAdmin = true } == ["ada"])
            #expect(try names { $0.isBanned = true } == ["m_3x"])
            #expect(try names { $0.hasAppealed = true }.isEmpty)
            for text in ["", "x", "bmV3ZXN0"] {
                var filter = MemberFilter()
                filter.page = PageRequest(cursor: text)
                #expect(throws: InvalidCursor.self) { try administration.list(filter, by: ada.id) }
            }
            let mira = try test.makeMember("mira")
            #expect(throws: DatabaseError.self) { try administration.list(MemberFilter(), by: mira.id) }
            #expect(throws: DatabaseError.self) { try administration.find(ada.id, by: mira.id) }
        }
    }
}

@Suite("Changing names", .requiresPostgres)
struct RenamingTests {
    @Test("AUTH-03 a member renames once in 30 days, and the old name is kept for 90")
    func renaming() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (mira, noor) = (try test.makeMember("mira"), try test.makeMember("noor"))
            guard case .changed = try Members.rename(mira.id, to: "mira_new", in: web) else {
                Issue.record("the first change is possible")
                return
            }
            let tooSoon = #expect(throws: MemberError.self) {
                try Members.rename(mira.id, to: "mira_next", in: web)
            }
            guard case .renamedTooSoon(let date) = tooSoon?.refusal else {
                Issue.record("the second change is too soon")
                return
            }
            #expect(abs(date.timeIntervalSinceNow - 30 * 86_400) < 60)
            #expect(try Members.rename(mira.id, to: "mira_new", in: web) == .unchanged)
            #expect(throws: MemberError.refused(.usernameTaken)) { try Members.rename(noor.id, to: "mira", in: web) }
            #expect(throws: MemberError.refused(.usernameTaken)) {
                try Members.rename(noor.id, to: "mira_new", in: web)
            }
            #expect(throws: MemberError.refused(.usernameReserved)) {
                try Members.rename(noor.id, to: "admin", in: web)
            }
            #expect(try Members.fault(inUsername: "mira", in: web) == .taken)
            let holder: UUID? = try web.one("select username_holder('mira')")
            #expect(holder == mira.id)
            let fresh: UUID = try test.database(as: .superuser).one("insert into users default values returning id")
            #expect(throws: MemberError.refused(.usernameTaken)) {
                try Members.choose(username: "mira", ageConfirmed: true, for: fresh, in: web)
            }
            #expect(throws: DatabaseError.self) { try test.makeMember("mira") }

            try test.setClock(offset: .seconds(31 * 86_400))
            // A member may take a former name back.
            guard case .changed = try Members.rename(mira.id, to: "mira", in: web) else {
                Issue.record("after 30 days the name can be changed")
                return
            }
            #expect(throws: MemberError.refused(.usernameTaken)) {
                try Members.rename(noor.id, to: "mira_new", in: web)
            }
            try test.setClock(offset: .seconds(122 * 86_400))
            guard case .changed = try Members.rename(noor.id, to: "mira_new", in: web) else {
                Issue.record("after 90 days the name is free")
                return
            }
        }
    }

    @Test("ADM-02 an admin's renaming keeps the member's own")
    func byAdmin() throws {
        try TestDatabase.run { test in
            let ada = try test.makeMember("ada", isAdmin: true)
            let mira = try test.makeMember("mira")
            let administration = test.administration()
            try administration.rename(mira.id, to: "mira_b", reason: "rude", by: ada.id)
            #expect(throws: MemberError.refused(.usernameTaken)) {
                try administration.rename(mira.id, to: "ada", reason: nil, by: ada.id)
            }
            #expect(try administration.find(mira.id, by: ada.id)?.formerNames == ["mira"])
            guard case .changed = try Members.rename(mira.id, to: "mira_c", in: test.database(as: .web)) else {
                Issue.record("the member's own change is still there")
                return
            }
        }
    }

    @Test("AUTH-03 two who swap names at once do not wait for each other for ever", arguments: 0..<4)
    func swap(_ attempt: Int) throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let ids = try [test.makeMember("left").id, test.makeMember("right").id]
            let refusals = try inParallel(2) { index -> MemberRefusal? in
                do throws(MemberError) {
                    try Members.rename(ids[index], to: ["right", "left"][index], in: web)
                    return nil
                } catch {
                    return error.refusal
                }
            }
            #expect(refusals.allSatisfy { $0 == .usernameTaken })
        }
    }
}

extension TestDatabase {
    func administration(as role: TestDatabase.Role = .web) -> MemberAdministration {
        MemberAdministration(database: database(as: role)) { _, _ in }
    }
}
