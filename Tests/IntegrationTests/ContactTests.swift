internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("The contact page", .requiresPostgres)
struct ContactTests {
    private let message: JSONValue = [
        "name": "Bo", "email": "Bo@example.org", "subject": "Hello", "message": "How do I send in a take?",
    ]

    @Test("OPS-08 what visitors write is kept and only admins read it", arguments: Depth.allCases)
    func kept(depth: Depth) throws {
        try Site.run(depth) { site in
            let visitor = try site.visitor().ready()
            for _ in 0..<3 { #expect(try visitor.send(.post, "/api/contact", message).status == 201) }
            #expect(try visitor.get("/api/admin/messages").status == 401)
            #expect(try site.visitor().signIn("juror").get("/api/admin/messages").status == 403)
            let admin = try site.visitor().signIn("ida", isAdmin: true)
            let first = try admin.get("/api/admin/messages?limit=2").json
            let cursor = try #require(first["nextCursor"]?.text)
            let last = try admin.get("/api/admin/messages?limit=2&cursor=\(cursor)").json
            guard case .array(let newest)? = first["messages"], case .array(let oldest)? = last["messages"] else {
                Issue.record("no messages")
                return
            }
            #expect(newest.count == 2 && oldest.count == 1 && last["nextCursor"] == .null)
            #expect(newest.first?["email"]?.text == "bo@example.org" && newest.first?["subject"]?.text == "Hello")
            // No recipient is configured, so no job waits to mail it.
            let jobs: Int = try site.database.database(as: .superuser).one(
                "select count(*) from jobs where kind = 'send_contact_message'")
            #expect(jobs == 0)
        }
    }

    /// Writes messages that differ in name, subject and text, the first the oldest.
    private func write(_ messages: [(name: String, subject: String, text: String)], on site: Site) throws -> [Int] {
        try messages.map { message in
            try site.database.database(as: .superuser).one(
                """
                insert into contact_messages (name, email, subject, message)
                values (
                    \(message.name), \(message.name.lowercased() + "@example.org"), \(message.subject), \(message.text)
                )
                returning id::int
                """)
        }
    }

    @Test("OPS-08 ADM-04 messages are listed by state and by what they contain, page by page, with a count per state")
    func filters() throws {
        try AdminSite.run { it in
            let ids = try write(
                [
                    ("Bo", "Hello", "How do I send in a clip?"), ("Cy", "", "100% of it is good"),
                    ("Di", "Rights", "Who owns my clip?"),
                ], on: it.site)
            func list(_ query: String) throws -> Answer { try it.ask(it.admin, .get, "/api/admin/messages\(query)") }
            func found(_ query: String) throws -> [Int?] {
                guard case .array(let messages)? = try list(query).json["messages"] else { return [nil] }
                return messages.map { $0["id"]?.integer }
            }
            #expect(try found("") == ids.reversed())
            #expect(try list("?search=nothing").json["counts"] == ["new": 3, "answered": 0, "archived": 0])
            #expect(try found("?search=BO%40example") == [ids[0]] && found("?search=right") == [ids[2]])
            #expect(try found("?search=my%20clip") == [ids[2]] && found("?search=clip&state=new") == [ids[2], ids[0]])
            #expect(try found("?search=100%25") == [ids[1]] && found("?search=_") == [])

            let answered = try it.ask(
                it.admin, .patch, "/api/admin/messages",
                ["ids": [.integer(ids[0]), .integer(ids[2]), 9_999], "state": "answered"])
            #expect(answered.json["changed"] == [.integer(ids[0]), .integer(ids[2])])
            #expect(try found("?state=answered") == [ids[2], ids[0]] && found("?state=new") == [ids[1]])
            let first = try list("?state=answered&limit=1")
            #expect(first.json["counts"] == ["new": 1, "answered": 2, "archived": 0])
            #expect(first.json["messages"]?[0]?["decidedBy"] == "the_admin")
            #expect(first.json["messages"]?[0]?["decidedAt"]?.text != nil)
            let cursor = try #require(first.json["nextCursor"]?.text)
            #expect(try found("?state=answered&limit=1&cursor=\(cursor)") == [ids[0]])

            let again = try it.ask(
                it.admin, .patch, "/api/admin/messages", ["ids": [.integer(ids[0])], "state": "answered"])
            #expect(again.json["changed"] == .array([]), "it was in that state")
            _ = try it.ask(it.admin, .patch, "/api/admin/messages", ["ids": [.integer(ids[0])], "state": "new"])
            let reopened = try list("?search=Hello").json["messages"]?[0]
            #expect(reopened?["state"] == "new" && reopened?["decidedAt"] == .null && reopened?["decidedBy"] == .null)
            let log = try it.ask(it.admin, .get, "/api/admin/audit-logs?subjectKind=message&subjectId=\(ids[0])")
            #expect(log.json["entries"]?[0]?["action"] == "message.reopen")
            #expect(log.json["entries"]?[1]?["action"] == "message.answer" && log.json["entries"]?[2] == nil)
        }
    }

    @Test("OPS-08 what is wrong in a question for messages or a decision is refused, and so is everybody but an admin")
    func refusedDecisions() throws {
        try AdminSite.run { it in
            let ids = try write([("Bo", "Hello", "How do I send in a clip?")], on: it.site)
            for query in [
                "state=lost", "search=", "search=" + String(repeating: "a", count: 101), "limit=x", "cursor=x",
            ] {
                #expect(try it.ask(it.admin, .get, "/api/admin/messages?\(query)").status == 422, "\(query)")
            }
            let bodies: [JSONValue] = [
                [:], ["ids": .array([]), "state": "new"], ["ids": [1], "state": "lost"],
                ["ids": ["1"], "state": "new"],
                ["ids": [1]], ["ids": .array(Array(repeating: 1, count: 101)), "state": "archived"],
            ]
            for body in bodies {
                #expect(try it.ask(it.admin, .patch, "/api/admin/messages", body).status == 422, "\(body)")
            }
            let archive: JSONValue = ["ids": [.integer(ids[0])], "state": "archived"]
            #expect(try it.visitor.send(.patch, "/api/admin/messages", archive).status == 401)
            for member in [it.member, it.stranger] {
                #expect(try member.get("/api/admin/messages").status == 403)
                #expect(try member.send(.patch, "/api/admin/messages", archive).status == 403)
            }
            let shown = try it.ask(it.admin, .get, "/api/admin/messages").json
            #expect(shown["counts"] == ["new": 1, "answered": 0, "archived": 0])
        }
    }

    @Test("OPS-08 a message that cannot be answered or says nothing is refused")
    func refused() throws {
        try Site.run(.inProcess, settings: ["RATE_LIMITS": "contact=1000"]) { site in
            let messages: [JSONValue] = [
                ["name": "Bo", "email": "bo", "message": "long enough to pass"],
                ["name": "Bo\r\nBcc: eve@example.org", "email": "bo@example.org", "message": "long enough to pass"],
                ["name": "Bo", "email": "bo@example.org", "message": "short"],
                ["name": " ", "email": "bo@example.org", "message": "long enough to pass"],
            ]
            for wrong in messages {
                let answer = try site.visitor().ready().send(.post, "/api/contact", wrong)
                #expect(answer.status == 422)
            }
        }
    }

    @Test("OPS-08 with an address of the crew the message is mailed by a job that names it alone")
    func mailed() throws {
        let settings = [
            "MAIL_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "film@example.org", "CONTACT_EMAIL": "crew@example.org",
        ]
        try Site.run(.inProcess, settings: settings) { site in
            let answer = try site.visitor().ready().send(.post, "/api/contact", message)
            #expect(answer.status == 201)
            let payload: String = try site.database.database(as: .superuser).one(
                "select payload::text from jobs where kind = 'send_contact_message' and queue = 'outward'")
            #expect(payload == #"{"id": 1}"#)
        }
    }
}
