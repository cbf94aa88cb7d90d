internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("The audit log records what admins do", .requiresPostgres)
struct AuditTrailTests {
    /// A request that does what its route is for.
    private typealias Deed = (name: String, target: String, body: JSONValue?)

    /// What `OversightTests`, `ArenaOversightRoutesTests`, `JobRoutesTests`, `ComparisonRoutesTests` and `MemberListTests` try,
    /// since it needs votes, a video or accepted terms first; and the quote, which changes nothing.
    private static let elsewhere: Set = [
        "POST /api/admin/arena/unvoid", "POST /api/admin/battles/void", "POST /api/admin/video-votes/void",
        "PATCH /api/admin/plans", "PATCH /api/admin/suggestions/[id]", "POST /api/admin/comparisons/import",
        "POST /api/admin/plans", "POST /api/experiments", "POST /api/admin/templates", "DELETE /api/admin/templates",
        "POST /api/admin/schedules",
        "PATCH /api/admin/schedules", "DELETE /api/admin/schedules",
        "POST /api/admin/comparisons/quote", "POST /api/comparisons", "POST /api/comparisons/[id]/models",
        "POST /api/comparisons/[id]/reruns",
        "POST /api/upload/video", "POST /api/admin/jobs/settle",
        "POST /api/admin/rounds/review", "POST /api/admin/votes/unvoid", "POST /api/admin/votes/void",
    ]

    @Test("ADM-04 every change that an admin can make leaves an entry with that admin's id")
    func everyRoute() throws {
        try FilmSite.run { film in
            let superuser = film.site.database.database(as: .superuser)
            let (season, clips) = try film.voting(["A", "B"])
            let (one, two, three) = (try film.clip("One"), try film.clip("Two"), try film.clip("Three"))
            let decision: UUID = try superuser.one(
                "select decision from approve_clips(null, array[\(try film.clip("Four"))::uuid])")
            let member: UUID = try superuser.one("select id from users where username = 'mira_okafor'")
            let user = "/api/admin/users/\(member.uuidString.lowercased())"
            let message: Int = try superuser.one(
                """
                insert into contact_messages (name, email, subject, message)
                values ('Bo', 'bo@example.org', '', 'Hello')
                returning id::int
                """)
            let (comment, flagged): (UUID, UUID) = (
                try superuser.one(
                    "insert into comments (clip_id, user_id, text, created_at) select id, \(member), 'A', now() from tournament_clips limit 1 returning id"
                ),
                try superuser.one(
                    "insert into comments (clip_id, user_id, text, created_at) select id, \(member), 'B', now() from tournament_clips limit 1 returning id"
                )
            )
            let commentDecision: UUID = try superuser.one(
                "select decision_id from moderate_comments(null, array[\(flagged)::uuid], 'flag', null, null)")
            let reported: Int = try superuser.one(
                """
                with made as (
                    insert into moderation_cases (member_id, opened_at) values (\(member), now()) returning id
                ), report as (
                    insert into reports (case_id, reason, reporter_key, created_at)
                    select id, 'spam', 'device_1', now() from made
                )
                select id::int from made
                """)
            let appealed: UUID = try superuser.one(
                """
                insert into statements_of_reasons (user_id, action, reason, decided_at, appeal, appealed_at)
                values (\(member), 'warn', 'Spam', now(), 'No', now())
                returning id
                """)
            let model: UUID = try superuser.one("select id from models where slug = 'mochi'")
            let models = "/api/admin/models/\(model)"
            let worker: UUID = try superuser.one(
                "insert into workers (name, token_hash, created_at) values ('card', '\\x00', now()) returning id")
            let costed: UUID = try superuser.one(
                """
                with stopped as (
                    insert into provider_states (provider, breaker, changed_at, retry_at, counted_from)
                    values ('runway', 'open', now(), now() + interval '1 hour', now())
                )
                insert into generation_runs (
                    generation_id, run, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome, ended_at,
                    cost_usd
                )
                select gen_random_uuid(), 1, id, 'fal.ai', 1000, 'standard', now(), 0.1, 'completed', now(), 0.1
                from models
                where slug = 'sora-2'
                returning generation_id
                """)
            let compared: [UUID] = try superuser.query(
                """
                insert into comparisons (slug, title, kind, prompt, duration_ms, quality, seed, words, created_at, updated_at)
                select 'fog-' || number, 'Fog', 'text-to-video', 'Fog', 5000, 'standard', 1, '', now(), now()
                from generate_series(1, 2) number
                returning id
                """)
            let comparison = "/api/comparisons/\(compared[0].uuidString.lowercased())"
            let tags: [UUID] = try superuser.query(
                """
                insert into tags (slug, name, created_at) values ('fog', 'Fog', now()), ('mist', 'Mist', now()) returning id
                """)
            let nova: JSONValue = ["slug": "nova-1", "name": "Nova", "maker": "Acme", "provider": "local"]
            let job: Int = try superuser.one("select enqueue_job('no_such_kind', '{}')::int")
            let jobs: JSONValue = ["ids": [.string(String(job))]]
            let hook: UUID = try superuser.one(
                """
                with made as (
                    insert into webhooks (id, name, url, events, secret, created_at, updated_at)
                    values (gen_random_uuid(), 'a', 'https://example.org/a', array['slot.won'], 'x', now(), now())
                    returning id
                ), event as (
                    insert into webhook_events (type, body, created_at) values ('slot.won', '{}', now()) returning id
                )
                insert into webhook_deliveries (webhook_id, event_id, state, created_at, finished_at)
                select made.id, event.id, 'failed', now(), now()
                from made
                cross join event
                returning webhook_id
                """)
            let hookID: JSONValue = ["id": .string(hook.uuidString)]
            let key: UUID = try superuser.one(
                """
                insert into api_keys (user_id, token_hash, name, scopes)
                values (\(member), sha256('audited'), 'k', array['read'])
                returning id
                """)
            let deeds: [Deed] = [
                ("POST /api/admin/jobs/reorder", "", ["ids": [.string(String(job))], "place": "last"]),
                (
                    "PATCH /api/admin/keys/[id]", "/api/admin/keys/\(key.uuidString.lowercased())",
                    ["tier": "own", "limits": ["api": 7]]
                ),
                (
                    "POST /api/admin/webhooks", "",
                    ["name": "b", "url": "https://example.org/b", "events": ["slot.won"]]
                ),
                ("PATCH /api/admin/webhooks", "", ["id": .string(hook.uuidString), "name": "c"]),
                ("POST /api/admin/webhooks/secret", "", hookID), ("POST /api/admin/webhooks/test", "", hookID),
                (
                    "POST /api/admin/webhooks/redeliver", "",
                    ["webhook": .string(hook.uuidString), "since": Date(timeIntervalSinceNow: -900).json]
                ),
                ("DELETE /api/admin/webhooks", "", hookID),
                ("POST /api/admin/jobs/cancel", "", jobs), ("POST /api/admin/jobs/redrive", "", jobs),
                ("POST /api/admin/jobs/pause", "", ["scope": "kind", "name": "no_such_kind"]),
                ("POST /api/admin/jobs/resume", "", ["scope": "kind", "name": "no_such_kind"]),
                ("POST /api/admin/jobs/pause", "", ["scope": "provider", "name": "fal.ai"]),
                ("POST /api/admin/jobs/resume", "", ["scope": "provider", "name": "fal.ai"]),
                ("PATCH /api/comparisons/[id]", comparison, ["title": "Fog and rain"]),
                (
                    "POST /api/admin/comparisons/bulk", "",
                    ["ids": [.string(compared[1].uuidString)], "action": "feature"]
                ),
                ("DELETE /api/comparisons/[id]", comparison, nil),
                ("POST /api/admin/tags", "", ["name": "Rain"]),
                ("PATCH /api/admin/tags", "", ["id": .string(tags[0].uuidString), "name": "Thick fog"]),
                (
                    "PATCH /api/admin/tags", "",
                    ["id": .string(tags[0].uuidString), "into": .string(tags[1].uuidString)]
                ),
                ("DELETE /api/admin/tags", "", ["id": .string(tags[1].uuidString)]),
                ("POST /api/admin/models", "", nova),
                (
                    "POST /api/admin/catalog/import", "/api/admin/catalog/import?apply=true&untrusted=true",
                    [
                        "format": "dailies-catalog", "version": 1,
                        "models": [["slug": "nova-2", "name": "Nova", "maker": "Acme", "provider": "local"]],
                    ]
                ),
                ("PATCH /api/admin/models/[id]", models, ["name": "Mochi 1"]),
                ("PATCH /api/admin/models/[id]", models, ["isDefault": true]),
                (
                    "PATCH /api/admin/models/[id]",
                    "/api/admin/models/\(try superuser.one("select id from models where slug = 'local'", as: UUID.self))",
                    ["isDefault": true]
                ),
                ("DELETE /api/admin/models/[id]", models, nil),
                ("DELETE /api/admin/models/[id]", models + "?hard=true", nil),
                ("POST /api/admin/users/[id]/credits", user + "/credits", ["amount": 5, "reason": "A prize"]),
                ("PATCH /api/admin/caps", "", ["provider": "fal.ai", "monthlyUsd": "25.5", "concurrency": 3]),
                ("PATCH /api/admin/caps", "", ["monthlyCredits": 500]),
                ("POST /api/admin/providers/[name]/resume", "/api/admin/providers/runway/resume", nil),
                ("POST /api/admin/workers", "", ["name": "card 1"]),
                ("DELETE /api/admin/workers/[id]", "/api/admin/workers/\(worker.uuidString.lowercased())", nil),
                ("PATCH /api/videos/[id]", "/api/videos/\(costed.uuidString.lowercased())", ["cost": "0.35"]),
                ("POST /api/admin/users/[id]/premium", user + "/premium", ["granted": true, "reason": "A juror"]),
                ("POST /api/admin/moderation", "", ["caseId": .integer(reported), "action": "dismiss"]),
                (
                    "POST /api/admin/appeals", "",
                    ["decisionId": .string(appealed.uuidString), "outcome": "upheld", "answer": "It holds"]
                ),
                (
                    "POST /api/admin/terms", "",
                    ["summary": "New", "text": "## New", "effectiveAt": "2099-01-01T00:00:00.000Z"]
                ),
                ("PATCH /api/admin/terms", "", ["version": 2, "summary": "Newer"]),
                ("DELETE /api/admin/terms", "", ["version": 2]),
                ("POST /api/admin/seasons", "", ["label": "Another"]),
                ("PATCH /api/admin/seasons", "", ["id": .string(season), "label": "Renamed"]),
                ("POST /api/admin/approve", "", ["clipId": .string(one)]),
                ("POST /api/admin/reject", "", ["clipId": .string(two), "reason": "The rights"]),
                ("POST /api/admin/bulk", "", ["action": "approve", "clipIds": [.string(three)]]),
                ("POST /api/admin/clips", "", ["clipId": .string(one), "action": "reject", "reason": "The rights"]),
                ("POST /api/admin/clips", "", ["clipId": .string(one), "action": "approve"]),
                ("PUT /api/admin/clips", "", ["id": .string(one), "title": "One, retold"]),
                ("POST /api/admin/clips/undo", "", ["decisionIds": [.string(decision.uuidString)]]),
                (
                    "POST /api/admin/comments", "",
                    ["ids": [.string(comment.uuidString)], "action": "reject", "rule": "spam", "reason": "A test"]
                ),
                ("POST /api/admin/comments/undo", "", ["decisions": [.string(commentDecision.uuidString)]]),
                ("POST /api/admin/feature-flags", "", ["key": "comments_enabled", "enabled": false]),
                ("PATCH /api/admin/messages", "", ["ids": [.integer(message)], "state": "archived"]),
                ("PUT /api/admin/users/[id]", user, ["username": "mira_b", "reason": "asked for"]),
                ("PUT /api/admin/users/[id]", user, ["ban": ["reason": "Spam"]]),
                ("PUT /api/admin/users/[id]", user, ["unban": true]),
                ("PUT /api/admin/users/[id]", user, ["role": "admin", "reason": "helps"]),
                ("PUT /api/admin/users/[id]", user, ["role": "member", "reason": "done"]),
                ("POST /api/admin/advance-slot", "", ["slot": 1]),
                (
                    "PATCH /api/admin/slots", "",
                    ["seasonId": .string(season), "slot": 2, "votingEndsAt": Date(timeIntervalSinceNow: 900).json]
                ),
                ("POST /api/admin/unlock-slot", "", ["seasonId": .string(season), "slot": 1, "reason": "A fault"]),
                (
                    "POST /api/admin/assign-winner", "",
                    ["seasonId": .string(season), "slot": 1, "clipId": .string(clips[1]), "reason": "The jury"]
                ),
                ("POST /api/admin/reset-votes", "", ["seasonId": .string(season), "slot": 2, "reason": "A test"]),
                ("POST /api/admin/advance-slot", "", ["slot": 2]),
                ("POST /api/admin/films/cancel", "", ["seasonId": .string(season)]),
                ("POST /api/admin/films/build", "", ["seasonId": .string(season)]),
                (
                    "PUT /api/admin/seasons/cover", "",
                    ["seasonId": .string(season), "clipId": .string(clips[1]), "seconds": 1.5]
                ),
                ("POST /api/admin/takedown", "", ["clipId": .string(clips[1]), "reason": "The rights"]),
                (
                    "POST /api/admin/seasons/reset", "",
                    ["id": .string(season), "label": "Renamed", "reason": "Once more"]
                ),
                ("DELETE /api/admin/seasons", "", ["id": .string(season), "label": "Renamed", "reason": "Done"]),
            ]
            let changes = RouteTable.lines.filter { $0.access == "admin" && $0.form == "form" }.map(\.name)
            #expect(
                Set(changes).subtracting(Self.elsewhere) == Set(deeds.map(\.name)), "a change that is not tried here")
            for deed in deeds {
                let words = deed.name.split(separator: " ").map(String.init)
                let last: Int64 = try superuser.one("select coalesce(max(id), 0) from audit_log")
                let target = deed.target.isEmpty ? words[1] : deed.target
                if target == "/api/admin/reset-votes" {
                    // It takes out what has been cast since the slot opened.
                    try superuser.execute(
                        """
                        select outcomes.*
                        from (
                            select id
                            from tournament_clips
                            where status = 'active' and slot_position = 2
                            limit 1
                        ) one
                        cross join lateral cast_votes(
                            array['device_one'], array[one.id], array['standard'], array['device_one'], array[''],
                            array['ab'], array[''], 200
                        ) outcomes
                        """)
                }
                let answer = try film.admin.send(Method(words[0]), target, deed.body)
                #expect((200..<300).contains(answer.status), "\(deed): \(answer.json)")
                let entries: Int = try superuser.one(
                    """
                    select count(*)::int
                    from audit_log
                    where id > \(last) and actor_id = (select id from users where username = 'the_admin')
                    """)
                #expect(entries > 0, "\(deed) left nothing")
            }
        }
    }
}
