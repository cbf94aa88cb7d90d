import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("The contents of the audit log", .requiresPostgres)
struct AuditedActionTests {
    @Test("ADM-04 every decision about clips, seasons and rounds is written down with what changed")
    func actions() throws {
        try FilmStage.run { stage in
            let season = try stage.season()
            #expect(try stage.audited("season.create").count == 1)
            _ = try stage.seasons.edit(
                season.id,
                settings: {
                    var settings = season.settings; settings.label = "Ebb"; return settings
                }(),
                by: stage.admin)
            #expect(
                try stage.audited("season.edit") == [#"\#(text(season.id)) {"label": "Undertow"} {"label": "Ebb"}"#])

            let (tide, salt) = (try stage.clip("Tide"), try stage.clip("Salt"))
            _ = try stage.clips.approve([tide], by: stage.admin)
            #expect(
                try stage.audited("clip.approve") == [
                    #"\#(text(tide)) {"slot": null, "status": "pending"} {"slot": 1, "status": "active"}"#
                ])
            try stage.clips.edit(tide, title: "Neap", description: nil, genre: nil, by: stage.admin)
            #expect(try stage.audited("clip.edit") == [#"\#(text(tide)) {"title": "Tide"} {"title": "Neap"}"#])
            _ = try stage.clips.reject([salt, UUID()], reason: "A copy", by: stage.admin)
            #expect(
                try stage.audited("clip.reject") == [
                    #"\#(text(salt)) {"slot": null, "status": "pending"} {"status": "rejected"}"#
                ])

            try stage.seasons.activate(season.id, by: stage.admin)
            #expect(try stage.audited("season.activate").count == 1)
            try stage.rounds.advanceNow(by: nil)
            let advanced: Row = try stage.superuser.one(
                "select actor_id, subject_id, after from audit_log where action = 'round.advance'")
            #expect(try advanced.value("actor_id", as: UUID?.self) == nil)
            #expect(try advanced.value("subject_id", as: String.self) == "\(text(season.id))/1")
            #expect(try advanced.value("after", as: JSONText.self).text.contains("\"locked\""))
        }
    }

    @Test("ADM-04 a season that ends is archived on the record")
    func archive() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["Tide"], slots: 1)
            try stage.closeRound()
            _ = try stage.seasons.archive(season, by: stage.admin)
            #expect(
                try stage.audited("season.archive") == [
                    #"\#(text(season)) {"status": "finished"} {"status": "archived"}"#
                ])
        }
    }

    @Test(
        "ADM-04 the log is append-only for those who serve",
        arguments: [
            "update audit_log set reason = 'x'", "delete from audit_log", "truncate audit_log",
            "insert into audit_log (happened_at, action, subject_kind, subject_id) values (now(), 'a.b', 'c', 'd')",
            "alter table audit_log drop column reason", "drop table audit_log",
        ], [TestDatabase.Role.web, .jobs])
    func appendOnly(statement: String, role: TestDatabase.Role) throws {
        try FilmStage.run { stage in
            _ = try stage.season()
            let error = #expect(throws: DatabaseError.self) {
                try stage.test.database(as: role).withConnection { try $0.script(statement) }
            }
            #expect(error?.sqlstate == "42501")
            #expect(try stage.audited("season.create").count == 1)
        }
    }

    private func text(_ id: UUID) -> String { id.uuidString.lowercased() }
}

extension FilmStage {
    /// The entries of an action: which, before, after.
    func audited(_ action: String) throws -> [String] {
        try superuser.query(
            """
            select concat_ws(' ', subject_id, before::text, after::text)
            from audit_log
            where action = \(action)
            order by id
            """)
    }
}
