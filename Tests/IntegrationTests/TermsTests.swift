internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

/// The terms of use: versions, acceptance, and what needs it.
@Suite("Terms of use", .requiresPostgres)
struct TermsTests {
    private static let upload: JSONValue = ["fileName": "take.mp4", "contentType": "video/mp4", "size": 3]
    private static let far = "2099-01-01T00:00:00.000Z"

    private func season(_ it: AdminSite) throws {
        _ = try Seasons(database: it.site.database.database(as: .jobs)).create(
            SeasonSettings(label: "Undertow"), by: nil)
    }

    private func accept(_ it: AdminSite, _ who: Visitor, _ version: Int) throws -> Answer {
        try it.ask(who, .post, "/api/terms/accept", ["version": .integer(version), "accepted": true])
    }

    @Test("GEN-08 CLIP-09 nothing is sent in before the current terms are accepted, again after each new version")
    func required() throws {
        try AdminSite.run { it in
            try season(it)
            let check = try it.ask(it.member, .get, "/api/terms/check").json
            #expect(check["accepted"] == false && check["version"] == 1 && check["text"]?.text?.contains("##") == true)
            func begin() throws -> Answer { try it.member.send(.post, "/api/upload/signed-url", Self.upload) }
            let refused = try begin()
            #expect(refused.status == 403 && refused.code == "terms_required")
            #expect(refused.json["acceptUrl"] == "/terms/accept")
            let query = "/api/upload/signed-url?fileName=a.mp4&contentType=video/mp4&size=3"
            #expect(try it.member.get(query).code == "terms_required")
            let registration: JSONValue = [
                "uploadId": .string(it.memberID), "title": "A", "genre": "Other", "rightsConfirmed": true,
                "consentConfirmed": true, "licenceAccepted": true, "aiGenerated": false,
            ]
            #expect(try it.member.send(.post, "/api/upload/register", registration).code == "terms_required")
            #expect(try it.member.get("/api/vote").status == 200, "voting and reading need no acceptance")
            #expect(try it.member.get("/api/account/export").status == 200)

            #expect(try accept(it, it.member, 1).json["accepted"] == true)
            #expect(try accept(it, it.member, 1).status == 200, "it is accepted already")
            #expect(try begin().status == 201)
            #expect(try it.stranger.send(.post, "/api/upload/signed-url", Self.upload).code == "terms_required")

            let published = try it.ask(
                it.admin, .post, "/api/admin/terms", ["summary": "Shorter", "text": "## Be kind\n- Always"])
            #expect(published.status == 201 && published.json["version"] == 2)
            #expect(try begin().code == "terms_required")
            #expect(try accept(it, it.member, 1).code == "terms_outdated")
            #expect(try accept(it, it.member, 2).json["accepted"] == true)
            #expect(try begin().status == 201)
            let exported = try it.member.get("/api/account/export").json["other"]?["termsAcceptances"]
            #expect(exported?[0]?["version"] == 1 && exported?[1]?["version"] == 2, "the history is kept")
        }
    }

    @Test("GEN-08 a version with a date waits for it, and can be changed or withdrawn until then")
    func dated() throws {
        try AdminSite.run { it in
            func publish(_ body: JSONValue) throws -> Answer { try it.ask(it.admin, .post, "/api/admin/terms", body) }
            #expect(
                try publish(["summary": "Later", "text": "Text", "effectiveAt": .string(Self.far)]).json["version"] == 2
            )
            #expect(try publish(["summary": "Sooner", "text": "Text"]).json["details"]?[0]?["field"] == "effectiveAt")
            #expect(try it.ask(it.member, .get, "/api/terms/check").json["version"] == 1)
            #expect(try accept(it, it.member, 2).code == "terms_outdated")
            func change(_ body: JSONValue) throws -> Answer { try it.ask(it.admin, .patch, "/api/admin/terms", body) }
            #expect(try change(["version": 2, "summary": "Corrected"]).status == 200)
            #expect(try change(["version": 2, "effectiveAt": "2001-01-01T00:00:00.000Z"]).status == 422)
            #expect(try change(["version": 1, "text": "Other"]).code == "terms_in_force")
            #expect(try change(["version": 7, "text": "Other"]).code == "terms_not_found")
            let list = try it.ask(it.admin, .get, "/api/admin/terms").json["versions"]
            #expect(list?[0]?["summary"] == "Corrected" && list?[0]?["final"] == false && list?[1]?["final"] == true)
            func withdraw(_ version: Int) throws -> Answer {
                try it.ask(it.admin, .delete, "/api/admin/terms", ["version": .integer(version)])
            }
            #expect(try withdraw(1).code == "terms_in_force" && withdraw(3).code == "terms_not_found")
            #expect(try withdraw(2).status == 200)
            _ = try publish(["summary": "Later", "text": "Text", "effectiveAt": .string(Self.far)])
            try it.site.database.database(as: .superuser).execute(
                "update terms_versions set effective_at = now() where version = 2")
            #expect(try it.ask(it.member, .get, "/api/terms/check").json["version"] == 2)
            #expect(try accept(it, it.member, 2).status == 200)
            #expect(try it.ask(it.admin, .get, "/api/admin/terms").json["versions"]?[0]?["acceptances"] == 1)
        }
    }

    @Test("GEN-08 what was accepted and what is in force never changes, and leaves with the account")
    func immutable() throws {
        try AdminSite.run { it in
            _ = try accept(it, it.member, 1)
            let root = it.site.database.database(as: .superuser)
            for statement: SQL in [
                "update terms_acceptances set accepted_at = now()",
                "update terms_versions set text = 'Other' where version = 1",
            ] {
                let error = #expect(throws: DatabaseError.self) { try root.execute(statement) }
                #expect(error?.sqlstate == "23001")
            }
            #expect(
                try it.member.send(.delete, "/api/account/delete", ["confirmation": "DELETE MY ACCOUNT"]).status < 300)
            #expect(try root.one("select count(*)::int from terms_acceptances") == 0)
        }
    }

    @Test("GEN-08 SEC-05 what is wrong is refused, and only admins publish")
    func refused() throws {
        let long = JSONValue.string(String(repeating: "x", count: 60_001))
        let versions: [JSONValue] = [
            [:], ["summary": "", "text": "x"], ["summary": "x", "text": " "],
            ["summary": "x", "text": "x", "effectiveAt": "soon"], ["summary": "x", "text": long],
        ]
        let acceptances: [JSONValue] = [
            [:], ["version": 1], ["version": 1, "accepted": false], ["version": 0, "accepted": true],
        ]
        try AdminSite.run { it in
            for body in versions {
                let answer = try it.ask(it.admin, .post, "/api/admin/terms", body)
                #expect(answer.status == 422)
            }
            for body in acceptances {
                let answer = try it.ask(it.member, .post, "/api/terms/accept", body)
                #expect(answer.status == 422)
            }
            #expect(try it.member.get("/api/admin/terms").status == 403)
            #expect(try it.member.send(.post, "/api/admin/terms", ["summary": "x", "text": "x"]).status == 403)
            #expect(try it.visitor.get("/api/terms/check").status == 401)
        }
    }
}
