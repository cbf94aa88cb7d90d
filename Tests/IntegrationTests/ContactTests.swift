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
            #expect(newest.count == 2 && oldest.count == 1 && last["nextCursor"] == nil)
            #expect(newest.first?["email"]?.text == "bo@example.org" && newest.first?["subject"]?.text == "Hello")
            // No recipient is configured, so no job waits to mail it.
            let jobs: Int = try site.database.database(as: .superuser).one(
                "select count(*) from jobs where kind = 'send_contact_message'")
            #expect(jobs == 0)
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
