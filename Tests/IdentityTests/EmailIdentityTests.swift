import FoundationEssentials
import Identity
import Platform
import Postgres
import Refusals
import TestSupport
import Testing
import Text

@Suite("Adding an address to one's sign-in methods", .requiresPostgres)
struct EmailIdentityTests {
    private func link(
        _ test: TestDatabase, _ address: String, of member: UUID, goodFor: Duration = .seconds(900)
    ) throws -> String {
        let address = try #require(EmailAddress(address))
        return try test.database(as: .jobs).withConnection {
            try EmailIdentityLinks.create(for: address, of: member, goodFor: goodFor, on: $0)
        }.text
    }

    private func request(_ test: TestDatabase, _ address: String, of member: UUID) throws -> Bool {
        try EmailIdentityLinks.request(
            for: try #require(EmailAddress(address)), of: member, in: test.database(as: .web))
    }

    private func identities(_ test: TestDatabase, of member: UUID) throws -> [String] {
        try test.database(as: .superuser).query(
            """
            select concat_ws(' ', provider, subject, email, email_verified)
            from identities
            where user_id = \(member)
            order by created_at, subject
            """)
    }

    @Test("AUTH-05 a link adds its address once, and a link by mail to that address then signs the member in")
    func adds() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let mira = try test.makeMember("mira").id
            let token = try link(test, "Mira@New.example", of: mira)
            try EmailIdentityLinks.use(token, by: mira, in: web)
            #expect(try identities(test, of: mira) == ["email mira@new.example mira@new.example t"])
            #expect(throws: EmailIdentityError.refused(.used)) {
                try EmailIdentityLinks.use(token, by: mira, in: web)
            }
            let address = try #require(EmailAddress("mira@new.example"))
            let signInLink = try test.database(as: .jobs).withConnection {
                try SignInLinks.create(for: address, goodFor: .seconds(900), on: $0)
            }
            #expect(try test.signIn(signInLink.text).member == mira)
        }
    }

    @Test("AUTH-05 a link that adds an address signs no one in, and a link that signs in adds no address")
    func purposes() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let mira = try test.makeMember("mira").id
            let token = try link(test, "mira@new.example", of: mira)
            #expect(throws: SignInLinkError.refused(.unknown)) { try test.signIn(token) }
            #expect(try SignInLinks.state(token, in: web) == .unknown)
            let signInLink = try test.makeLink(for: mira)
            #expect(throws: EmailIdentityError.refused(.unknown)) {
                try EmailIdentityLinks.use(signInLink.text, by: mira, in: web)
            }
            #expect(try identities(test, of: mira).isEmpty)
            for nonsense in ["", "x", String(repeating: "A", count: 43)] {
                #expect(throws: EmailIdentityError.refused(.unknown)) {
                    try EmailIdentityLinks.use(nonsense, by: mira, in: web)
                }
            }
        }
    }

    @Test("AUTH-05 another member cannot use a link, nor use it up, and an old link adds nothing")
    func others() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let (mira, eve) = (try test.makeMember("mira").id, try test.makeMember("eve").id)
            let token = try link(test, "mira@new.example", of: mira)
            #expect(throws: EmailIdentityError.refused(.otherMember)) {
                try EmailIdentityLinks.use(token, by: eve, in: web)
            }
            #expect(try identities(test, of: eve).isEmpty)
            try EmailIdentityLinks.use(token, by: mira, in: web)
            let late = try link(test, "mira@late.example", of: mira)
            try test.advanceClock(by: .seconds(901))
            #expect(throws: EmailIdentityError.refused(.expired)) {
                try EmailIdentityLinks.use(late, by: mira, in: web)
            }
            #expect(try identities(test, of: mira).count == 1)
        }
    }

    @Test("AUTH-05 an address belongs to the member who proves it first, and the request does not reveal that")
    func taken() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let members = try ["mira", "noor"].map { try test.makeMember($0).id }
            let tokens = try members.map { try link(test, "shared@new.example", of: $0) }
            let refusals = Monitor<[EmailIdentityRefusal]>([])
            try concurrently(2) { index in
                do {
                    try EmailIdentityLinks.use(tokens[index], by: members[index], in: web)
                } catch EmailIdentityError.refused(let refusal) {
                    refusals.update { $0.append(refusal) }
                }
            }
            #expect(refusals.withLock(\.self) == [.taken])
            let owners: [UUID] = try test.database(as: .superuser).query("select user_id from identities")
            let owner = try #require(owners.first)
            let other = try #require(members.first { $0 != owner })
            #expect(owners.count == 1)
            #expect(try request(test, "shared@new.example", of: other))
            #expect(throws: EmailIdentityError.refused(.alreadyAdded)) {
                try request(test, "Shared@new.example", of: owner)
            }
        }
    }

    @Test("AUTH-05 requests to add an address share the three mails an hour of links that sign in")
    func limit() throws {
        try TestDatabase.run { test in
            let mira = try test.makeMember("mira").id
            #expect(
                try SignInLinks.request(
                    for: try #require(EmailAddress("mira@new.example")), next: nil, in: test.database(as: .web)))
            #expect(
                try (0..<4).map { _ in try request(test, "mira@new.example", of: mira) } == [true, true, false, false])
            let jobs: [String] = try test.database(as: .superuser).query(
                "select payload ->> 'member' from jobs where payload ? 'member'")
            #expect(jobs == [mira, mira].map { $0.uuidString.lowercased() })
        }
    }

    @Test("AUTH-05 SEC-03 expired links are deleted after a week, and the web role reads none")
    func sweep() throws {
        try TestDatabase.run { test in
            let mira = try test.makeMember("mira").id
            _ = try link(test, "mira@new.example", of: mira)
            let jobs = test.database(as: .jobs)
            #expect(try EmailIdentityLinks.sweep(in: jobs) == 0)
            try test.advanceClock(by: .seconds(8 * 86_400))
            #expect(try EmailIdentityLinks.sweep(in: jobs) == 1)
            for statement in ["select from email_identity_links", "select sweep_email_identity_links(1)"] {
                let error = #expect(throws: DatabaseError.self) {
                    try test.database(as: .web).withConnection { try $0.script(statement) }
                }
                #expect(error?.sqlstate == "42501", "\(statement)")
            }
        }
    }
}
