import Film
import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("Feature flags", .requiresPostgres)
struct FlagTests {
    private static let secret = [UInt8](repeating: 7, count: 32)

    @Test("FLAG-01 every flag of the product is there")
    func seeded() throws {
        try FilmStage.run { stage in
            let flags = try FeatureFlags(stage.web, secretKey: Self.secret).all()
            #expect(
                Set(flags.map(\.key)) == [
                    "voting_enabled", "uploads_enabled", "generation_enabled", "comments_enabled",
                    "power_votes_enabled", "multi_vote_enabled", "referral_system", "spotlight_tour",
                    "vote_button_progress", "require_captcha_voting", "require_auth_voting",
                ])
            #expect(flags.allSatisfy { !$0.name.isEmpty && !$0.description.isEmpty && !$0.category.isEmpty })
        }
    }

    @Test("FLAG-01 a roll-out takes its share of the members, always the same, and a larger one keeps them")
    func rollout() throws {
        try FilmStage.run { stage in
            let flags = FeatureFlags(stage.web, secretKey: Self.secret)
            let members = (0..<2_000).map { _ in UUID() }
            func share(_ percent: Int, _ key: String = "comments_enabled") throws -> Set<UUID> {
                let flag = try flags.set(key, isEnabled: true, rolloutPercent: percent, by: stage.admin)
                #expect(flags.isOn(flag, for: nil) == (percent == 100))
                return Set(members.filter { flags.isOn(flag, for: $0) })
            }
            #expect(try share(0).isEmpty)
            let few = try share(20)
            #expect((300...500).contains(few.count))
            #expect(try share(20) == few)
            let more = try share(60)
            #expect(more.isSuperset(of: few) && (1_050...1_350).contains(more.count))
            #expect(try share(20, "referral_system") != few)
            #expect(try share(100).count == members.count)

            let other = FeatureFlags(stage.web, secretKey: [UInt8](repeating: 8, count: 32))
            let flag = try flags.set("comments_enabled", isEnabled: nil, rolloutPercent: 20, by: stage.admin)
            #expect(Set(members.filter { other.isOn(flag, for: $0) }) != few)
            let off = try flags.set("comments_enabled", isEnabled: false, rolloutPercent: nil, by: stage.admin)
            #expect(off.rolloutPercent == 20 && few.allSatisfy { !flags.isOn(off, for: $0) })
        }
    }

    @Test("FLAG-01 unknown flags and roll-outs of a flag without one are refused; changes are in the audit log")
    func refusals() throws {
        try FilmStage.run { stage in
            let flags = FeatureFlags(stage.web, secretKey: Self.secret)
            #expect(throws: FilmError.refused(.flagNotFound)) {
                try flags.set("teleport", isEnabled: true, rolloutPercent: nil, by: stage.admin)
            }
            #expect(throws: FilmError.refused(.rolloutNotPossible)) {
                try flags.set("voting_enabled", isEnabled: nil, rolloutPercent: 50, by: stage.admin)
            }
            let mira = try stage.member("mira")
            #expect(throws: DatabaseError.self) {
                try unwrappingCause {
                    try flags.set("voting_enabled", isEnabled: false, rolloutPercent: nil, by: mira)
                }
            }
            #expect(try stage.audited("flag.change").isEmpty)
            _ = try flags.set("comments_enabled", isEnabled: false, rolloutPercent: nil, by: stage.admin)
            _ = try flags.set("comments_enabled", isEnabled: false, rolloutPercent: nil, by: stage.admin)
            #expect(
                try stage.audited("flag.change") == [
                    """
                    comments_enabled {"enabled": true, "rolloutPercent": 100} {"enabled": false, "rolloutPercent": 100}
                    """
                ])
        }
    }
}

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
