internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

/// The limits as clients meet them.
@Suite("Limits", .requiresPostgres)
struct LimitTests {
    @Test("SEC-02 proofs are counted by network, reads of links are not, and the answer says how long to wait")
    func byNetwork() throws {
        try Site.run(.inProcess, settings: ["RATE_LIMITS": "auth=3"]) { site in
            // Each is a try at a proof, though the link does not exist.
            let proof: JSONValue = ["token": "x"]
            let home = try site.visitor(address: "198.51.100.7").ready()
            for left in [2, 1, 0] {
                let answer = try home.send(.post, "/api/auth/link", proof)
                #expect(answer.status != 429)
                #expect(answer.headers["X-RateLimit-Limit"] == "3")
                #expect(answer.headers["X-RateLimit-Remaining"] == "\(left)")
            }
            let neighbour = site.visitor(address: "198.51.100.7")
            neighbour.agent = "Mozilla/5.0 (another device of the same household)"
            let refused = try neighbour.ready().send(.post, "/api/auth/link", proof)
            #expect(refused.status == 429 && refused.code == "rate_limited")
            // Looking at a link proves nothing, and is counted with everything else.
            #expect(try neighbour.get("/api/auth/link?token=x").status == 200)
            let wait = try #require(refused.headers["Retry-After"].flatMap { Int($0) })
            #expect((1...120).contains(wait) && refused.resetIsUnixTime(in: wait))
            let elsewhere = try site.visitor(address: "198.51.100.8").ready()
            #expect(try elsewhere.send(.post, "/api/auth/link", proof).status != 429)
            try site.database.advanceClock(by: .seconds(wait))
            #expect(try home.send(.post, "/api/auth/link", proof).status != 429)
        }
    }

    @Test("SEC-02 ARENA-07 visitors who judge pairs are counted by device and by network, whatever browser they name")
    func judgements() throws {
        try Site.run(.inProcess, settings: ["RATE_LIMITS": "auth=1000,read=1000,api=1000,vote=30"]) { site in
            func judge(_ agent: String, address: String = "198.51.100.7") throws -> Int {
                let visitor = site.visitor(address: address)
                visitor.agent = agent
                let body: JSONValue = ["pair": .string(UUID().uuidString), "outcome": "tie"]
                return try visitor.ready().send(.post, "/api/battles", body).status
            }
            #expect(try judge("Mozilla/5.0 first") == 404)
            // As if the network had voted so often in this minute, for clips or pairs.
            try site.database.database(as: .superuser).execute(
                "update rate_windows set current_count = 600 where key like 'network %'")
            #expect(try judge("Mozilla/5.0 second") == 429)
            #expect(try judge("Mozilla/5.0 third", address: "203.0.113.9") == 404)
        }
    }

    @Test("SEC-02 what members do is counted by member, wherever they are; reads by network")
    func byMember() throws {
        try Site.run(.inProcess, settings: ["RATE_LIMITS": "api=2,read=1000,auth=1000"]) { site in
            let here = try site.visitor(address: "198.51.100.1").signIn("mira")
            let there = try site.visitor(address: "203.0.113.9").signIn("mira")
            let path = "/api/user/check-username?username=nova"
            #expect(try here.get(path).status == 200)
            #expect(try there.get(path).status == 200)
            #expect(try here.get(path).code == "rate_limited")
            #expect(try site.visitor(address: "198.51.100.1").get(path).status == 200)
        }
    }

    @Test("SEC-02 reads are counted by network to the single request, and a refusal reports how long to wait")
    func reads() throws {
        try Site.run(.inProcess, settings: ["RATE_LIMITS": "read=3,auth=1000"]) { site in
            let home = site.visitor(address: "198.51.100.7")
            for left in [2, 1, 0] {
                let answer = try home.get("/api/auth/session")
                #expect(answer.status == 200)
                #expect(answer.headers["X-RateLimit-Limit"] == "3")
                #expect(answer.headers["X-RateLimit-Remaining"] == "\(left)")
            }
            let refused = try site.visitor(address: "198.51.100.7").get("/api/auth/session")
            #expect(refused.status == 429 && refused.code == "rate_limited")
            let wait = try #require(refused.headers["Retry-After"].flatMap { Int($0) })
            #expect((1...120).contains(wait) && refused.resetIsUnixTime(in: wait))
            #expect(try site.visitor(address: "198.51.100.8").get("/api/auth/session").status == 200)
            let counted: SQL =
                "select sum(current_count + previous_count)::int from rate_windows where key like 'read %'"
            let superuser = site.database.database(as: .superuser)
            #expect(try eventually { try superuser.one(counted, as: Int?.self) == 4 }, "other processes can know of it")
        }
    }

    @Test("SEC-02 when requests cannot be counted, only reads pass, and nothing else is done")
    func failsClosed() throws {
        try Site.run(.inProcess) { site in
            let visitor = try site.visitor().ready()
            try site.database.database(as: .superuser).execute("alter table rate_windows rename to elsewhere")
            let answer = try visitor.get("/api/auth/link?token=x")
            #expect(answer.status == 503 && answer.code == "limiter_unavailable")
            #expect(answer.headers["Retry-After"] != nil)
            #expect(try visitor.get("/api/auth/session").status == 200)
        }
    }

    @Test("AUTH-02 an admin who was away signs in again, and can still read as a member")
    func away() throws {
        try Site.run(.inProcess) { site in
            let admin = try site.visitor().signIn("boss", isAdmin: true)
            #expect(try admin.get("/api/admin/seasons").status == 200)
            let owner = site.database.database(as: .superuser)
            try owner.execute("update sessions set used_at = used_at - interval '31 minutes'")
            // The notification replaces waiting for the minute that a process caches a session.
            try owner.execute("select announce_change('sessions', 'all')")
            #expect(eventually { (try? admin.get("/api/admin/seasons"))?.code == "sign_in_again" })
            #expect(try admin.get("/api/auth/session").json["user"]?["username"]?.text == "boss")
            try admin.signIn("boss", isAdmin: true)
            #expect(try admin.get("/api/admin/seasons").status == 200)
        }
    }

    @Test("AUTH-02 rare actions of admins require a sign-in of the last hour")
    func recent() throws {
        try Site.run(.inProcess) { site in
            let admin = try site.visitor().signIn("boss", isAdmin: true)
            let owner = site.database.database(as: .superuser)
            try owner.execute("update sessions set authenticated_at = authenticated_at - interval '61 minutes'")
            try owner.execute("select announce_change('sessions', 'all')")
            #expect(eventually { (try? admin.send(.post, "/api/admin/seasons", [:]))?.code == "sign_in_again" })
            #expect(try admin.get("/api/admin/seasons").status == 200)
        }
    }
}

extension Answer {
    /// Whether `X-RateLimit-Reset` is the Unix time some seconds after the answer, which came a moment ago.
    func resetIsUnixTime(in seconds: Int) -> Bool {
        guard let reset = headers["X-RateLimit-Reset"].flatMap({ Double($0) }) else { return false }
        return abs(reset - Date().timeIntervalSince1970 - Double(seconds)) < 120
    }
}
