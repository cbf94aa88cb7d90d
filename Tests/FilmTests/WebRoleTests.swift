import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// What hand-written SQL can do as the role that serves, table by table. A table that is not named here must be closed
/// to it, so a new one is closed until somebody writes down why it is not.
@Suite("The web role's rights, table by table", .requiresPostgres)
struct WebRoleTableTests {
    /// Tables that the web role reads directly. It changes none but those that are named below.
    private static let readable: Set<String> = [
        "audit_log", "backup_runs", "battles", "capabilities", "clip_genre_counts", "clip_listings", "comment_counts",
        "comment_likes",
        "comments",
        "comparison_schedules",
        "comparison_reruns", "comparison_tags", "comparison_templates",
        "comparison_videos", "comparisons", "contact_messages", "credit_balances", "credit_entries",
        "credit_reservations", "deleted_generations", "disk_days", "disk_members", "experiment_variants", "experiments",
        "favorites",
        "feature_flags", "film_builds", "film_segments", "films", "follows", "generation_runs", "generation_usage",
        "generations",
        "member_caps", "model_day_state", "model_days", "model_expectations", "models", "moderation_cases",
        "planned_comparisons", "premium_grants", "presets", "provider_keys", "provider_limits", "provider_mappings",
        "provider_minutes", "provider_states", "providers", "rank_counts", "rank_scores", "rank_state",
        "rating_boards", "reports", "round_interventions", "round_tallies", "schema_migrations", "seasons",
        "site_figures",
        "slot_results", "source_images", "statements_of_reasons", "story_slots", "suggestion_models",
        "suggestion_votes", "suggestions", "tags", "terms_versions",
        "tournament_clips", "uploads", "user_blocks", "users", "webhook_attempts", "webhook_deliveries",
        "webhook_events", "webhooks",
    ]
    /// Tables that it may insert into, as far as the policies of row level security allow.
    private static let insertable: Set<String> = ["contact_messages"]
    /// Columns that it may change, as far as those policies allow.
    private static let updatable = [
        "contact_messages": ["decided_at", "decided_by", "state"]
    ]
    /// Columns by which a row belongs to somebody.
    private static let personal = ["user_id", "actor_id", "member_id", "voter_key", "device_key", "email", "address"]
    private static let verbs = [
        "insert into \"%\" default values", "update \"%\" set ctid = ctid", "delete from \"%\"",
        "truncate \"%\" cascade",
    ]

    private func tables(_ stage: FilmStage) throws -> [String] {
        try stage.superuser.query(
            """
            select relname::text
            from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> 'test_clock'
            order by relname
            """)
    }

    private func sqlstate(_ statement: String, in database: Database) -> String? {
        do {
            try database.withConnection { try $0.script(statement) }
            return nil
        } catch {
            return (error as? DatabaseError)?.sqlstate
        }
    }

    @Test("SEC-03 no table can be changed, and none read, but those that are meant to be")
    func rights() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"])
            let tables = try tables(stage)
            #expect(tables.count > 15 && Self.readable.isSubset(of: tables))
            for table in tables {
                let read = sqlstate("select count(*) from \"\(table)\"", in: stage.web)
                #expect(read == (Self.readable.contains(table) ? nil : "42501"), "select from \(table)")
                let mayInsert = Self.insertable.contains(table)
                for verb in Self.verbs where !(mayInsert && verb.hasPrefix("insert")) {
                    let statement = verb.replacing("%", with: table)
                    #expect(["42501", "0A000"].contains(sqlstate(statement, in: stage.web)), "\(statement)")
                }
                // ctid cannot be assigned at all, so the right itself is asked for too.
                let mayChange: Bool = try stage.superuser.one(
                    """
                    select has_any_column_privilege(
                            'dailies_web', \("public.\"\(table)\"")::regclass, \(mayInsert ? "references" : "insert, references")
                        )
                        or has_table_privilege('dailies_web', \("public.\"\(table)\"")::regclass, 'delete, truncate')
                    """)
                #expect(!mayChange, "\(table)")
                let updatable: [String] = try stage.superuser.query(
                    """
                    select attname::text
                    from pg_attribute
                    where attrelid = \("public.\"\(table)\"")::regclass and attnum > 0 and not attisdropped
                        and has_column_privilege('dailies_web', attrelid, attnum, 'update')
                    order by attname
                    """)
                #expect(updatable == Self.updatable[table, default: []], "\(table)")
            }
        }
    }

    @Test("SEC-03 personal rows that it reads are under row level security")
    func rowSecurity() throws {
        try FilmStage.run { stage in
            let open: [String] = try stage.superuser.query(
                """
                select distinct relname::text
                from pg_class
                join pg_attribute on attrelid = pg_class.oid
                where relname = any (\(Array(Self.readable))) and attname = any (\(Self.personal))
                    and not relrowsecurity
                """)
            #expect(open == [])
            let columns: [String] = try stage.superuser.query(
                """
                select attname::text
                from pg_attribute
                where attrelid = 'users'::regclass and attnum > 0 and not attisdropped
                    and has_column_privilege('dailies_web', attrelid, attnum, 'select')
                order by attname
                """)
            #expect(
                columns == [
                    "avatar_seed", "banned_at", "created_at", "follower_count", "id", "left_at", "role", "username",
                ])
        }
    }

    @Test("SEC-03 OPS-08 a message can be written in the own name or in none, and only admins read it")
    func contactMessages() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let nova = try stage.member("nova")
            func write(_ writer: UUID?, by actor: UUID?) throws {
                try stage.web.acting(for: actor).execute(
                    """
                    insert into contact_messages (name, email, subject, message, user_id)
                    values ('Bo', 'bo@example.org', '', 'Hello', \(writer))
                    """)
            }
            try write(nil, by: nil)
            try write(nil, by: mira)
            try write(mira, by: mira)
            for actor in [nil, nova, stage.admin] {
                let error = #expect(throws: DatabaseError.self) { try write(mira, by: actor) }
                #expect(error?.sqlstate == "42501")
            }
            func read(by actor: UUID?) throws -> Int {
                try stage.web.acting(for: actor).one("select count(*)::int from contact_messages")
            }
            #expect(try [nil, mira, nova, stage.admin].map { try read(by: $0) } == [0, 0, 0, 3])
            #expect(try stage.jobs.one("select count(*)::int from contact_messages") == 3)
        }
    }

    @Test("SEC-03 OPS-08 only admins decide about a message, under their own name, and the log says so")
    func contactDecisions() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let presumed = sqlstate(
                "insert into contact_messages (name, email, subject, message, state) values ('', '', '', '', 'new')",
                in: stage.web)
            #expect(presumed == "42501", "writers name no state")
            try stage.web.acting(for: mira).execute(
                """
                insert into contact_messages (name, email, subject, message, user_id)
                values ('Mira', 'mira@example.org', '', 'Hello', \(mira))
                """)
            func decide(_ state: String, as decider: UUID?, by actor: UUID?) throws -> Int {
                try stage.web.acting(for: actor).execute(
                    """
                    update contact_messages
                    set state = \(state), decided_by = \(decider),
                        decided_at = case when \(state) <> 'new' then dailies_now() end
                    """)
            }
            #expect(try decide("archived", as: nil, by: nil) == 0)
            #expect(try decide("archived", as: mira, by: mira) == 0)
            for decider in [nil, mira] {
                let error = #expect(throws: DatabaseError.self) {
                    try decide("archived", as: decider, by: stage.admin)
                }
                #expect(error?.sqlstate == "42501")
            }
            for state in ["archived", "archived", "answered", "new"] {
                #expect(try decide(state, as: state == "new" ? nil : stage.admin, by: stage.admin) == 1)
            }
            let entries: [String] = try stage.superuser.query(
                """
                select concat_ws(' ', action, subject_kind, before ->> 'state', after ->> 'state')
                from audit_log
                where actor_id = \(stage.admin) and subject_id = (select id::text from contact_messages)
                order by id
                """)
            #expect(
                entries == [
                    "message.archive message new archived", "message.answer message archived answered",
                    "message.reopen message answered new",
                ])
            let unknown = #expect(throws: DatabaseError.self) {
                try decide("lost", as: stage.admin, by: stage.admin)
            }
            #expect(unknown?.sqlstate == "23514")
        }
    }

    @Test("SEC-03 a query without an owner filter returns no rows")
    func forgotten() throws {
        try FilmStage.run { stage in
            _ = try stage.season()
            let mira = try stage.member("mira")
            let nova = try stage.member("nova")
            for member in [mira, nova] {
                try stage.clip("by \(member)", by: member)
                _ = try Uploads(database: stage.web).begin(
                    member: member, fileName: "take.mp4", contentType: "video/mp4", size: 1_000)
            }
            try stage.superuser.execute("select write_audit(\(stage.admin), 'member.ban', 'user', 'x')")

            func seen(_ table: SQL, _ who: UUID?) throws -> Int {
                try stage.web.acting(for: who).one("select count(*)::int from \(sql: table)")
            }
            for table: SQL in ["uploads", "tournament_clips", "audit_log"] {
                #expect(try seen(table, nil) == 0)
            }
            for member in [mira, nova] {
                #expect(try seen("uploads", member) == 1)
                #expect(try seen("tournament_clips", member) == 1)
                #expect(try seen("audit_log", member) == 0)
            }
            #expect(try seen("tournament_clips", stage.admin) == 2)
            #expect(try seen("audit_log", stage.admin) > 0)
            try stage.superuser.execute(
                "update users set banned_at = now(), ban_reason = 'x', role = 'admin' where id = \(mira)")
            #expect(try seen("tournament_clips", mira) == 1, "a banned admin is none")
            // What one request set is gone with its transaction.
            #expect(try seen("tournament_clips", nil) == 0)
            let error = #expect(throws: DatabaseError.self) {
                try stage.web.pipeline(settings: ["dailies.user_id": "nonsense"], "select 1 from uploads", as: Int.self)
            }
            #expect(error?.sqlstate == "22P02")
        }
    }
}
