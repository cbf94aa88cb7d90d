import Flags
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
        try FlagStage.run { stage in
            let flags = try FeatureFlags(stage.web, secretKey: Self.secret).all()
            #expect(
                Set(flags.map(\.key)) == [
                    "voting_enabled", "uploads_enabled", "generation_enabled", "comments_enabled",
                    "power_votes_enabled", "multi_vote_enabled", "referral_system", "spotlight_tour",
                    "vote_button_progress", "require_captcha_voting", "require_auth_voting", "premium_models",
                ])
            #expect(flags.allSatisfy { !$0.name.isEmpty && !$0.description.isEmpty && !$0.category.isEmpty })
        }
    }

    @Test("FLAG-01 a roll-out takes its share of the members, always the same, and a larger one keeps them")
    func rollout() throws {
        try FlagStage.run { stage in
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
        try FlagStage.run { stage in
            let flags = FeatureFlags(stage.web, secretKey: Self.secret)
            #expect(throws: FlagError.refused(.notFound)) {
                try flags.set("teleport", isEnabled: true, rolloutPercent: nil, by: stage.admin)
            }
            #expect(throws: FlagError.refused(.rolloutNotPossible)) {
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

/// A database with an admin who changes flags.
private struct FlagStage {
    let test: TestDatabase
    let admin: UUID

    var web: Database { test.database(as: .web) }

    static func run(_ body: (FlagStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let admin: UUID = try test.database(as: .superuser).one(
                "insert into users (username, role) values ('the_admin', 'admin') returning id")
            try body(FlagStage(test: test, admin: admin))
        }
    }

    func member(_ name: String) throws -> UUID {
        try test.database(as: .superuser).one("insert into users (username) values (\(name)) returning id")
    }

    /// The entries of an action in the audit log: which, before, after.
    func audited(_ action: String) throws -> [String] {
        try test.database(as: .superuser).query(
            """
            select concat_ws(' ', subject_id, before::text, after::text)
            from audit_log
            where action = \(action)
            order by id
            """)
    }
}
