import Configuration
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Platform
internal import Postgres
internal import Queue
import Refusals
internal import Storage
internal import TestSupport
internal import Testing
internal import Text

@testable internal import AuthHandlers

/// A site on which one member, mira, has left a trace wherever one can be left.
private struct TracedSite {
    let site: Site
    let mira: Visitor
    let dana: Visitor
    let miraID: UUID
    /// What names mira or a thing that is mira's alone, in every way in which it is written somewhere.
    var needles: [String] = []
    var networks: [String] = []
    var winner = UUID()
    var mine: [UUID] = []
    var upload = UUID()

    private var root: Database { site.database.database(as: .superuser) }
    private var jobs: Database { site.database.database(as: .jobs) }

    init(_ site: Site) throws {
        self.site = site
        mira = try site.visitor(address: "203.0.113.2").signIn("mira_okafor")
        dana = try site.visitor(address: "198.51.100.3").signIn("dana_reyes")
        miraID = try site.database.database(as: .superuser).one(
            "select id from users where username = 'mira_okafor'")
        try account()
        try film()
        try records()
    }

    /// Name, address, sessions, keys, preferences and a former name.
    private mutating func account() throws {
        try root.execute(
            """
            update users
            set email = 'mira@private.example', age_confirmed_at = now(), avatar_seed = 'seed-of-mira'
            where id = \(miraID)
            """)
        #expect(try mira.send(.patch, "/api/user/settings", ["username": "mira_new", "sound": true]).status == 200)
        // Where what happens to the member's clips is sent.
        try root.execute(
            """
            insert into webhooks (id, name, url, events, secret, created_at, updated_at)
            values (
                gen_random_uuid(), 'press', 'https://example.org/', array['clip.approved', 'slot.won'], 'x', now(), now()
            )
            """)
        let key = try mira.send(.post, "/api/keys", ["name": "mira's laptop", "scopes": ["read"]])
        #expect(key.status == 201)
        let secret = try #require(key.json["key"]?.text.flatMap(APIKeyToken.init))
        #expect(try mira.carrying(secret.text).get("/api/user/settings").status == 200)
        try root.execute(
            """
            insert into key_days (key_id, day, requests, refused)
            select id, '2026-03-01', 9, 2 from api_keys where user_id = \(miraID)
            """)
        needles.append(try root.one("select lower(id::text) from api_keys where user_id = \(miraID)"))
        _ = try site.makeLink("mira_new")
        let hashes: [String] = try root.query(
            """
            select encode(token_hash, 'hex') from sessions where user_id = \(miraID)
            union all
            select encode(token_hash, 'hex') from sign_in_links where user_id = \(miraID)
            union all
            select encode(token_hash, 'hex') from api_keys where user_id = \(miraID)
            """)
        #expect(hashes.count >= 4)
        try root.execute(
            """
            insert into identities (provider, subject, user_id, email, email_verified, created_at)
            values ('https://provider.example', 'subject-of-mira', \(miraID), 'Mira@work.example', true, now())
            """)
        try root.execute(
            """
            insert into sign_in_flows (
                state_hash, browser_hash, provider, verifier, nonce, return_path, link_user_id, created_at, expires_at
            )
            values (sha256('a'), sha256('b'), 'google', 'v', 'n', '/', \(miraID), now(), now() + interval '1 hour')
            """)
        try root.execute(
            """
            insert into contact_messages (name, email, subject, message, user_id)
            values ('Mira', 'mira@work.example', 'Hello', 'a message of mira', \(miraID)),
                ('Mira', 'mira@work.example', 'Again', 'written before she signed in', null)
            """)
        try root.execute(
            """
            insert into sign_in_links (token_hash, address, created_at, expires_at)
            values (sha256('c'), 'mira@work.example', now(), now() + interval '1 hour')
            """)
        try root.execute(
            """
            insert into email_identity_links (token_hash, user_id, address, created_at, expires_at)
            values (sha256('d'), \(miraID), 'mira@new.example', now(), now() + interval '1 hour')
            """)
        needles += [
            "subject-of-mira", "mira@work.example", "mira@new.example", "a message of mira",
            "written before she signed in",
        ]
        needles += hashes
        needles += [
            miraID.uuidString.lowercased(), "mira_okafor", "mira_new", "mira@private.example", "seed-of-mira",
            "mira's laptop",
        ]
    }

    private func clip(_ title: String, of owner: UUID, status: String = "pending") throws -> UUID {
        let id: UUID = try root.one(
            """
            insert into tournament_clips (
                user_id, title, genre, rights_confirmed_at, processing, video_key, poster_key, original_key, width,
                height, duration_ms, status, rejection_reason
            )
            values (
                \(owner), \(title), 'Sci-Fi', now(), 'ready', 'x', 'x', 'x', 1080, 1920, 7900, \(status),
                \(status == "rejected" ? "too dark" : nil)
            )
            returning id
            """)
        let name = id.uuidString.lowercased()
        try root.execute(
            """
            update tournament_clips
            set video_key = \("clips/\(name)/v.mp4"), poster_key = \("clips/\(name)/p.jpg"),
                original_key = \("originals/\(name)/o.mp4")
            where id = \(id)
            """)
        for file in ["clips/\(name)/v.mp4", "clips/\(name)/p.jpg", "originals/\(name)/o.mp4"] {
            let path = site.settings.storage.mediaDirectory + "/" + file
            try Files.makeDirectory(Files.parent(of: path))
            try Files.write([1, 2, 3], to: path)
        }
        return id
    }

    /// A first round that mira's take won and another one lost, and a second that is open.
    private mutating func film() throws {
        let danaID: UUID = try root.one("select id from users where username = 'dana_reyes'")
        let clips = Clips(database: jobs) { $0 }
        var settings = SeasonSettings(label: "Undertow")
        settings.totalSlots = 4
        let season = try Seasons(database: jobs).create(settings, by: nil)
        winner = try clip("Mira's winner", of: miraID)
        let loser = try clip("Mira lost this", of: miraID)
        let foreign = try clip("Dana's", of: danaID)
        _ = try clips.approve([winner, loser, foreign], by: nil)
        try Seasons(database: jobs).activate(season.id, by: nil)
        try vote(dana, winner)
        try vote(dana, loser)
        try vote(mira, foreign)
        try vote(try site.visitor(address: "198.51.100.9").ready(), winner)
        try see([winner, foreign])
        _ = try Rounds(database: jobs).advanceNow(by: nil)
        // What comes after this is only logged for the boards.
        try RankFold(database: jobs).run()

        let fresh = try clip("Mira competes", of: miraID)
        _ = try clips.approve([fresh], by: nil)
        let waiting = try clip("Mira waits", of: miraID)
        let refused = try clip("Mira was refused", of: miraID, status: "rejected")
        try vote(mira, foreign)
        try vote(dana, fresh)
        try vote(dana, loser)
        try see([foreign, fresh])
        mine = [loser, fresh, waiting, refused]
        needles += ["Mira lost this", "Mira competes", "Mira waits", "Mira was refused", "mira-take.mp4"]
        needles += [fresh, waiting, refused].map { $0.uuidString.lowercased() }
        needles += try root.query(
            """
            select device_key from votes where user_id = \(miraID)
            union
            select encode(voter_cookie, 'hex') from votes where user_id = \(miraID) and voter_cookie is not null
            """, as: String.self)
        networks = try root.query(
            "select distinct encode(network, 'hex') from votes where user_id = \(miraID) and network is not null")
        needles += networks
        try root.execute(
            """
            insert into vote_voids (season_id, origin, member_id, reason, choice, votes, weight, voided_at)
            select season_id, 'ban', \(miraID), 'A member was banned.',
                jsonb_build_object('voters', jsonb_build_array(voter_key), 'slot', slot_position), 1, 1, now()
            from votes
            where user_id = \(miraID)
            limit 1
            """)
        // A vote that was voided and is kept as evidence.
        try root.execute(
            """
            insert into votes (
                season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, voided_at, created_at,
                updated_at
            )
            select season_id, slot_position, \(foreign), 1, voter_key, device_key, user_id, now(), created_at, updated_at
            from votes
            where user_id = \(miraID)
            limit 1
            """)
    }

    private func vote(_ who: Visitor, _ clip: UUID) throws {
        let answer = try who.send(.post, "/api/vote", ["clipId": .string(clip.uuidString.lowercased())])
        #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    }

    private func see(_ clips: [UUID]) throws {
        let row: Row = try root.one(
            "select season_id, position from story_slots where status = 'voting'")
        let season: UUID = try row.value("season_id")
        let slot: Int32 = try row.value("position")
        let key = "user_" + miraID.uuidString.lowercased()
        let counts = [Int32(clips.count)]
        #expect(
            try root.one("select record_views(\(season), \(slot), \([key]), \(counts), \(clips))", as: Int.self)
                == clips.count)
    }

    /// Uploads, the log, the queue, and the rest.
    private mutating func records() throws {
        try site.acceptTerms()
        try root.execute(
            """
            insert into terms_versions (version, effective_at, summary, text, created_at, published_by)
            values (2, now() + interval '1 year', 'Later', 'Later', now(), \(miraID))
            """)
        let begun = try mira.send(
            .post, "/api/upload/signed-url",
            ["fileName": "mira-take.mp4", "contentType": "video/mp4", "size": 3])
        upload = try #require(begun.json["uploadId"]?.text.flatMap(UUID.init(uuidString:)))
        let part = "\(site.settings.storage.mediaDirectory)/incoming/\(upload.uuidString.lowercased())/1"
        try Files.makeDirectory(Files.parent(of: part))
        try Files.write([1, 2, 3], to: part)
        needles.append(upload.uuidString.lowercased())
        let id = miraID.uuidString.lowercased()
        try root.execute(
            "insert into genre_votes (user_id, genre, cast_at) values (\(miraID), 'Horror', now())")
        try root.execute(
            """
            insert into captcha_passes (voter_key, expires_at) values (\("user_" + id), now() + interval '1 hour')
            """)
        try root.execute(
            """
            insert into rate_windows (minute, current_count, previous_count, granted, key)
            values (now(), 1, 0, 1, \("comment user_" + id))
            """)
        try root.execute(
            """
            select write_audit(
                null, 'user.warn', 'user', \(id), 'Mira_New was rude to dana_reyes',
                jsonb_build_object('username', 'mira_okafor'), jsonb_build_object('notes', 'mail to mira@private.example')
            ),
                write_audit(
                    \(miraID), 'clip.edit', 'clip', \(mine[0].uuidString.lowercased()), null,
                    jsonb_build_object('title', 'Mira lost this'), null
                ),
                write_audit(
                    null, 'season.edit', 'season', 'x', null,
                    jsonb_build_object('byUser', 'mira_new', 'genre', 'Sci-Fi', 'ids', jsonb_build_array(\(id)::text)), null
                )
            """)
        try root.execute(
            """
            select enqueue_job('send_mail', jsonb_build_object('to', 'mira@private.example')),
                enqueue_job('count_things', jsonb_build_object('member', \(id)::text), job_limit_keys => array['a']),
                enqueue_job('other_work', jsonb_build_object('member', gen_random_uuid()))
            """)
        try root.execute(
            """
            insert into moderation_cases (member_id, clip_id, opened_at)
            select \(miraID)::uuid, null::uuid, now()
            union all
            select null, id, now() from tournament_clips where title = 'Mira''s winner'
            """)
        try root.execute(
            """
            insert into reports (case_id, reason, details, reporter_id, reporter_key, created_at)
            select id, 'other', 'a report by mira', \(miraID), \("user_" + id), now() from moderation_cases
            """)
        try root.execute(
            """
            insert into statements_of_reasons (user_id, action, reason, decided_at, decided_by, appeal, appealed_at)
            values (\(miraID), 'warn', 'words to mira', now(), \(miraID), 'an appeal of mira', now())
            """)
        needles += ["a report by mira", "words to mira", "an appeal of mira"]
        try notices()
        try studio()
        // A table that this version does not know, as a later version may add one.
        try root.execute(
            """
            create table later_things (
                owner uuid not null references users on delete cascade,
                changed_by uuid,
                chosen_by uuid not null references users
            )
            """)
        try root.execute("create table later_counts (voter_key text, changed_by uuid)")
        for table in ["later_things", "later_counts"] {
            try root.execute("alter table \(identifier: table) owner to dailies_owner")
        }
        try root.execute("insert into later_things values (\(miraID), \(miraID), \(miraID))")
        try root.execute("insert into later_counts values (\("user_" + id), null), ('other', \(miraID))")
        // Somebody whom mira, as an admin once, has decided about.
        try root.execute("update tournament_clips set decided_by = \(miraID) where title = 'Dana''s'")
        try root.execute(
            """
            update clip_decisions
            set decided_by_before = \(miraID)
            where clip_id in (select id from tournament_clips where title = 'Dana''s')
            """)
    }

    /// What mira is notified of and how, and what dana is notified of because of mira.
    private mutating func notices() throws {
        let key = try mira.get("/api/notifications/key").json["key"] ?? .null
        #expect(
            try mira.send(
                .post, "/api/notifications/subscribe",
                [
                    "endpoint": "https://fcm.googleapis.com/browser-of-mira",
                    "keys": ["p256dh": key, "auth": "BTBZMqHH6r4Tts7J_aSIgg"],
                ]
            ).status == 201)
        #expect(
            try mira.send(
                .patch, "/api/notifications/preferences",
                ["push": ["comment"], "digest": "daily", "email": ["clip_won"]]
            ).status == 200)
        try root.execute(
            """
            select notify_member(
                id, 'comment', 'departure', jsonb_build_object('text', 'a comment of mira'), \(miraID)
            )
            from users
            where username = 'dana_reyes'
            """)
        try root.execute(
            """
            select notify_member(\(miraID), 'comment', 'departure', jsonb_build_object('text', 'a notice to mira')),
                notify_everybody('system', 'departure', '{}')
            """)
        let news: Int64 = try root.one("select id from notifications where user_id is null and kind = 'system'")
        #expect(try mira.send(.post, "/api/notifications", ["ids": [.integer(Int(news))]]).status == 200)
        needles += ["browser-of-mira", "a comment of mira", "a notice to mira"]
    }

    /// Every place in the database and the media directory where one of the words is still found.
    func traces() throws -> [String] {
        let tables: [String] = try root.query(
            """
            select relname
            from pg_class
            where relnamespace = 'public'::regnamespace and relkind = 'r'
            order by relname
            """)
        #expect(tables.count > 15)
        var found: [String] = []
        for table in tables {
            let rows: [String] = try root.query("select lower(here::text) from \(identifier: table) here")
            for row in rows {
                for needle in needles where row.contains(needle.lowercased()) { found.append("\(table): \(needle)") }
            }
        }
        for path in try files() {
            for needle in needles + mine.map({ $0.uuidString.lowercased() }) where path.contains(needle) {
                found.append(path)
            }
        }
        return found
    }

    func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: site.settings.storage.mediaDirectory).filter { path in
            var isDirectory = false
            _ = FileManager.default.fileExists(
                atPath: site.settings.storage.mediaDirectory + "/" + path, isDirectory: &isDirectory)
            return !isDirectory
        }
    }

    /// What every decided round was decided by.
    func decided() throws -> [String] {
        try root.query(
            """
            select results::text from slot_results results
            union all
            select concat_ws(' ', votes.season_id, votes.slot_position, votes.clip_id, sum(casts), sum(weight), count(*))
            from votes
            join story_slots slots on slots.season_id = votes.season_id and slots.position = votes.slot_position
            where slots.status = 'locked'
            group by votes.season_id, votes.slot_position, votes.clip_id
            order by 1
            """)
    }

    /// What a member has of the studio: credits, a form of their own, a picture, and videos made and deleted.
    private mutating func studio() throws {
        for statement: SQL in [
            "insert into credit_balances (user_id, granted, month) values (\(miraID), 5, date_trunc('month', now()))",
            """
            insert into credit_reservations (reference, user_id, amount, from_allotment, month, created_at)
            values ('a run of mira', \(miraID), 5, 0, date_trunc('month', now()), now())
            """,
            """
            insert into credit_entries (user_id, happened_at, kind, amount, balance, reason)
            values (\(miraID), now(), 'grant', 5, 5, 'credits for mira')
            """,
            """
            insert into credit_grant_keys (actor_id, request_key, user_id, amount, balance, created_at)
            values (\(miraID), 'k-1', \(miraID), 5, 5, now())
            """,
            """
            insert into premium_grants (user_id, granted_at, reason)
            values (\(miraID), now(), 'premium for mira')
            """,
            """
            insert into notifications (user_id, kind, event_key, facts, created_at)
            values (\(miraID), 'system', 'news for mira', '{"text": "news for mira"}', now())
            """,
            """
            insert into follows (follower_id, followed_id, created_at)
            select id, \(miraID), now() from users where username = 'dana_reyes'
            union all
            select \(miraID), id, now() from users where username = 'dana_reyes'
            """,
            """
            insert into notifications (user_id, kind, event_key, actor_user_id, created_at)
            select id, 'follower', 'x', \(miraID)::uuid, now() from users where username = 'dana_reyes'
            """,
            "insert into referral_codes (user_id, code, created_at) values (\(miraID), 'mmmmmmmm', now())",
            """
            insert into referrals (referrer_id, referred_id, joined_at)
            select \(miraID), id, now() from users where username = 'dana_reyes'
            union all
            select id, \(miraID), now() from users where username = 'dana_reyes'
            """,
            """
            insert into presets (model_id, user_id, name, prompt)
            select id, \(miraID), 'preset of mira', 'a preset of mira' from models where slug = 'local'
            """,
            """
            insert into source_images (user_id, file_name, content_type, size_bytes, created_at)
            values (\(miraID), 'mira-picture.png', 'image/png', 3, now())
            """,
            """
            insert into generations (
                user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits, error,
                created_at, updated_at, finished_at
            )
            select \(miraID), id, name, provider, '', 'failed', 'a video by mira', 2000, 'standard', 1, 0, 'it failed', now(),
                now(), now()
            from models
            where slug = 'local'
            """,
            """
            insert into generation_usage (generation_id, run, user_id, milliseconds, reserved_at, ended_at)
            values (gen_random_uuid(), 1, \(miraID), 2000, now(), now())
            """,
            "insert into deleted_generations (id, user_id, deleted_at) values (gen_random_uuid(), \(miraID), now())",
            "insert into member_caps (user_id, monthly_credits) values (\(miraID), 7)",
            "insert into battle_voters (voter_key, user_id, created_at) values ('user_' || \(miraID)::uuid, \(miraID), now())",
            """
            insert into generation_runs (
                generation_id, run, user_id, model_id, provider, duration_ms, quality, reserved_at, expected_usd
            )
            select gen_random_uuid(), 1, \(miraID), id, 'local', 2000, 'standard', now(), 0 from models where slug = 'local'
            """,
            "insert into job_pauses (scope, name, paused_by, paused_at) values ('kind', 'errand', \(miraID), now())",
            "insert into member_days (user_id, day, votes, streak) values (\(miraID), '2026-01-01', 3, 1)",
            """
            insert into member_points (user_id, votes, xp, streak, streak_day, longest_streak)
            values (\(miraID), 3, 18, 1, '2026-01-01', 1)
            """,
            "select grant_reward(\(miraID), 'referral', 'tier 1', 50)",
            "insert into member_badges (user_id, key, earned_at) values (\(miraID), 'streak_3', now())",
            "insert into favorites (user_id, model_id, created_at) select \(miraID), id, now() from models where slug = 'local'",
            """
            insert into suggestions (user_id, kind, prompt, status, created_at, decided_at, decided_by)
            values (\(miraID), 'text-to-video', 'a suggestion by mira', 'declined', now(), now(), \(miraID))
            """,
            """
            insert into suggestion_votes (suggestion_id, user_id, created_at)
            select id, \(miraID), now() from suggestions
            """,
            """
            insert into comparison_imports (content_hash, lines, created_by, created_at)
            values ('hash', 1, \(miraID), now())
            """,
            """
            insert into planned_comparisons (title, request, created_by, due_at, created_at)
            values ('Fog', '{}', \(miraID), now(), now())
            """,
            """
            with kept as (
                insert into comparison_templates (name, request, created_by, created_at)
                values ('Fog', '{}', \(miraID), now())
                returning id
            )
            insert into comparison_schedules (template_id, every_hours, next_at, is_paused, created_by, created_at)
            select id, 24, now(), true, \(miraID)::uuid, now() from kept
            """,
            "insert into workers (name, token_hash, created_by, created_at) values ('card', '\\x00', \(miraID), now())",
            "insert into disk_members (user_id, bytes, files, measured_at) values (\(miraID), 9, 1, now())",
            "insert into experiments (title, models, created_by, created_at) values ('Fog', '{local}', \(miraID), now())",
            // The reply of another member stays, under a comment without author and text.
            """
            with place as (
                select id, user_id from tournament_clips where title = 'Dana''s'
            ), written as (
                insert into comments (clip_id, user_id, text, created_at, decided_by, decided_at)
                select id, \(miraID), 'a comment by mira', now(), \(miraID), now() from place
                returning id, clip_id
            ), liked as (
                insert into comment_likes (comment_id, user_id, created_at)
                select id, \(miraID), now() from written
            )
            insert into comments (clip_id, parent_id, user_id, text, created_at)
            select written.clip_id, written.id, place.user_id, 'a reply to it', now() from written cross join place
            """,
            """
            with cases as (
                insert into moderation_cases (comment_id, opened_at)
                select id, now() from comments where user_id = \(miraID)
                returning id
            )
            insert into reports (case_id, reason, details, reporter_key, created_at)
            select id, 'other', 'a report of a comment by mira', 'device_2', now() from cases
            """,
            """
            with other as (
                insert into users (username, created_at)
                values ('blocked_by_mira', now())
                returning id
            )
            insert into user_blocks (user_id, blocked_id, created_at)
            select \(miraID), id, now() from other
            """,
            // A comparison stays with its videos; the vote goes.
            """
            with made as (
                insert into generations (
                    user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits,
                    original_key, video_key, small_key, poster_key, created_at, updated_at, finished_at
                )
                select \(miraID), id, name, provider, '', 'completed', 'Fog', 2000, 'standard', 1, 0, 'a', 'b', 'c', 'd', now(),
                    now(), now()
                from models
                where slug = 'local'
                returning id, model_id
            ), compared as (
                insert into comparisons (
                    slug, title, kind, prompt, duration_ms, quality, seed, created_by, words, created_at, updated_at
                )
                values ('fog', 'Fog', 'text-to-video', 'Fog', 2000, 'standard', 1, \(miraID), '', now(), now())
                returning id
            ), shown as (
                insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
                select made.id, compared.id, made.model_id, now() from made cross join compared
                returning generation_id
            )
            insert into video_votes (video_id, voter_key, device_key, user_id, network, created_at)
            select generation_id, 'user_' || \(miraID)::uuid, 'device_1', \(miraID)::uuid, 'n', now()
            from shown
            """,
            """
            with made as (
                insert into arena_voids (kind, reason, choice, votes, voided_at)
                values ('video_votes', 'x', jsonb_build_object('voters', array['user_' || \(miraID)::uuid]), 1, now())
                returning id
            )
            insert into voided_video_votes (void_id, video_id, voter_key, device_key, user_id, network, created_at)
            select made.id, video_id, voter_key, device_key, user_id, network, created_at
            from video_votes
            cross join made
            where user_id = \(miraID)
            """,
        ] {
            try root.execute(statement)
        }
        needles += [
            "a run of mira", "credits for mira", "premium for mira", "preset of mira", "mira-picture.png",
            "a video by mira", "a suggestion by mira", "mmmmmmmm", "a comment by mira",
        ]
    }

    func drain() throws {
        var registry = JobRegistry()
        MediaRemoval(storage: LocalStorage(root: site.settings.storage.mediaDirectory)).register(in: &registry)
        try Drainer(database: jobs, registry: registry).run(until: .empty)
    }
}

@Suite("Taking one's data along, and leaving", .requiresPostgres)
struct DepartureTests {
    private static let words: JSONValue = ["confirmation": "DELETE MY ACCOUNT", "removeFromFilm": true]

    @Test("GDPR-01 everything of a member is found by the search that looks for it after the departure")
    func everyTableIsFilled() throws {
        try Site.run(.inProcess) { site in
            let traced = try TracedSite(site)
            let found = try traced.traces()
            for needle in traced.needles {
                #expect(found.contains { $0.hasSuffix(needle) }, "no trace of \(needle)")
            }
            // Each table that refers to members must be filled here, or the test would not notice rows that remain.
            let referring: [String] = try site.database.database(as: .superuser).query(
                """
                select distinct tables.relname
                from pg_constraint constraints
                join pg_class tables on tables.oid = constraints.conrelid
                where constraints.contype = 'f' and constraints.confrelid = 'users'::regclass
                    and not tables.relispartition
                """)
            for table in referring {
                let id = traced.miraID.uuidString.lowercased()
                #expect(found.contains("\(table): \(id)"), "\(table) has nothing of the member")
            }
        }
    }

    @Test("GDPR-01 every column about a member is in the export, or is named here with the reason why not")
    func everyColumn() throws {
        // What proves an identity, who decided, what is of other people, and what the site has worked out for its own use.
        let left: Set = [
            "api_keys.token_hash", "comments.decided_at", "comments.decided_by", "comments.decision_id",
            "comments.deleted_before", "comments.is_listed", "comments.is_visible", "comments.reply_count",
            "comments.state_before", "comments.subject_id", "contact_messages.decided_at",
            "contact_messages.decided_by",
            "contact_messages.state", "moderation_cases.appealed_at", "moderation_cases.decided_at",
            "moderation_cases.decided_by", "moderation_cases.opened_at", "reports.mailed_at", "reports.reporter_key",
            "sessions.token_hash", "sessions.used_at", "statements_of_reasons.appeal_decided_by",
            "statements_of_reasons.decided_by", "statements_of_reasons.decision_id", "statements_of_reasons.is_undone",
            "statements_of_reasons.mailed_at", "tournament_clips.blurhash", "tournament_clips.decided_by",
            "tournament_clips.has_cards", "tournament_clips.has_thumbnail", "tournament_clips.perceptual_hash",
            "tournament_clips.upload_id", "uploads.check_percent", "uploads.part_bytes", "uploads.part_count",
            "uploads.preview_key", "username_history.id", "users.left_at", "votes.requests", "votes.user_id",
            "votes.void_id",
            "votes.voter_key",
        ]
        // What admins make and decide for the site, of which the audit log in the export tells; and what its videos cost it.
        let sites: Set = [
            "clip_decisions", "comparison_imports", "comparison_schedules", "comparison_templates", "comparisons",
            "experiments", "generation_runs", "job_pauses", "planned_comparisons", "terms_versions", "workers",
        ]
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            // Rows that go with the member are exported column by column, unless they have a section of their own. A column
            // counts when one of the sections that read its table names it.
            let missing: [String] = try superuser.query(
                """
                with sections as (
                    select regexp_split_to_table(prosrc, E'\\n            (?='')') as words
                    from pg_proc
                    where proname = 'export_member'
                ), referring as (
                    select tables.relname::text as name,
                        bool_or(constraints.confdeltype = 'c') and not bool_or(
                            (regexp_match(others.prosrc, 'shown constant text\\[\\] := array\\[(.*?)\\]'))[1]
                                like '%' || quote_literal(tables.relname) || '%'
                        ) as is_whole
                    from pg_constraint constraints
                    join pg_class tables on tables.oid = constraints.conrelid
                    join pg_proc others on others.proname = 'export_other_tables'
                    where constraints.contype = 'f' and constraints.confrelid = 'users'::regclass
                        and not tables.relispartition
                    group by tables.relname
                    union all
                    select 'users', false
                    union all
                    -- Votes keep a member's id without a reference.
                    select tables.relname, false
                    from pg_class tables
                    join pg_attribute columns on columns.attrelid = tables.oid and columns.attname = 'user_id'
                    where tables.relnamespace = 'public'::regnamespace and tables.relkind in ('r', 'p')
                        and not tables.relispartition
                        and not exists (
                            select
                            from pg_constraint constraints
                            where constraints.conrelid = tables.oid and constraints.contype = 'f'
                                and constraints.confrelid = 'users'::regclass
                        )
                )
                select referring.name || '.' || columns.column_name
                from referring
                join information_schema.columns on columns.table_schema = 'public' and columns.table_name = referring.name
                where not referring.is_whole
                    and not exists (
                        select
                        from sections
                        where words ~ ('\\m' || referring.name || '(_of_member)?\\M')
                            and words ~ ('\\m' || columns.column_name || '\\M')
                    )
                order by 1
                """)
            let personal = missing.filter { column in !sites.contains { column.hasPrefix($0 + ".") } }
            #expect(Set(personal) == left)
            #expect(
                sites.allSatisfy { table in missing.contains { $0.hasPrefix(table + ".") } }, "each is still needed")
        }
    }

    @Test("GDPR-01 nothing of who left is anywhere; what was decided stays as it was")
    func departure() throws {
        try Site.run(.inProcess) { site in
            let traced = try TracedSite(site)
            let root = site.database.database(as: .superuser)
            let before = try traced.decided()
            let foreignFiles = try traced.files().count
            let answer = try traced.mira.send(.delete, "/api/account/delete", Self.words)
            #expect(answer.status == 200 && answer.json["clipsKept"] == 1 && answer.json["clipsRemoved"] == 4)
            #expect(traced.mira.cookies["session"] == nil && traced.mira.cookies["voter"] == nil)
            try traced.drain()
            // The job itself names files until the queue forgets what is done.
            try root.execute("delete from jobs where kind = 'remove_media' and state = 'completed'")
            // The limits of a network are everybody's in it, and gone two minutes later.
            let left = try traced.traces().filter { trace in
                !traced.networks.contains { trace == "rate_windows: \($0)" }
            }
            #expect(left.isEmpty, "\(left)")
            try site.database.advanceClock(by: .seconds(180))
            try site.database.database(as: .jobs).execute("select sweep_rates()")
            #expect(try traced.traces() == [])
            // The files of the four that went, and the part: the winner's and the other member's stay.
            #expect(try traced.files().count == foreignFiles - 4 * 3 - 1)

            #expect(try traced.decided() == before)
            #expect(try Counters(database: site.database.database(as: .jobs)).verify() == [])
            let round = try site.visitor().get("/api/rounds/1/1")
            #expect(round.json["results"]?[0]?["clip"]?["title"]?.text == "Mira's winner")
            #expect(round.json["results"]?[0]?["clip"]?["username"] == .null)
            #expect(round.json["results"]?[1]?["clip"]?["title"] != nil)
            #expect(try site.visitor().get("/story").status == 200)
            let thread: [String] = try root.query(
                "select text || '/' || is_listed || '/' || like_count from comments order by parent_id nulls first")
            #expect(thread == ["/true/0", "a reply to it/false/0"], "CMT-02 the thread stays")
            let wishes: [UUID] = try root.query("select clip_id from film_removals")
            #expect(wishes == [traced.winner])
            // One pseudonym for all that stays, so that what belongs together still does.
            let pseudonyms: [String] = try root.query(
                """
                select user_id::text from votes where user_id not in (select id from users where left_at is null)
                union
                select actor_id::text from audit_log where actor_id is not null
                union
                select id::text from users where left_at is not null
                """)
            #expect(pseudonyms.count == 1)
            #expect(try root.one("select count(*) from jobs where kind = 'other_work'", as: Int.self) == 1)
            #expect(try root.one("select count(*) from later_counts where changed_by is null", as: Int.self) == 1)
            #expect(try traced.mira.get("/api/auth/sessions").status == 401)
        }
    }

    @Test("GDPR-01 a member without a clip in a film leaves no row behind")
    func withoutClips() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira_okafor")
            #expect(try mira.send(.delete, "/api/account/delete", Self.words).status == 200)
            #expect(try site.database.database(as: .superuser).one("select count(*) from users", as: Int.self) == 0)
        }
    }

    @Test("GDPR-01 the words must be typed, the sign-in must be recent, and no key leaves for anybody")
    func guards() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira_okafor")
            for confirmation in ["", "delete my account", "DELETE MY ACCOUNT "] {
                let answer = try mira.send(.delete, "/api/account/delete", ["confirmation": .string(confirmation)])
                #expect(answer.status == 422, "\(confirmation)")
            }
            try site.database.database(as: .superuser).execute(
                "update sessions set authenticated_at = now() - interval '61 minutes'")
            try site.database.database(as: .superuser).execute("select announce_change('sessions', 'all')")
            #expect(
                try eventually {
                    let answer = try mira.send(.post, "/api/keys", ["name": "x", "scopes": ["read"]])
                    return answer.status == 403 && answer.code == "sign_in_again"
                })
            let late = try mira.send(.delete, "/api/account/delete", Self.words)
            #expect(late.status == 403 && late.code == "sign_in_again")
            #expect(try mira.get("/api/account/export").status == 200)
        }
    }

    @Test("GDPR-01 of two last admins who leave at once one stays")
    func lastAdmin() throws {
        try Site.run(.inProcess) { site in
            let web = site.database.database(as: .web)
            _ = try site.makeLink("boss_one", isAdmin: true)
            _ = try site.makeLink("boss_two", isAdmin: true)
            let ids = try ["boss_one", "boss_two"].map { try #require(try Members.find(username: $0, in: web)?.id) }
            let refusals = Monitor<[MemberRefusal]>([])
            try concurrently(2) { index in
                do {
                    _ = try Accounts.delete(ids[index], removingFromFilm: false, in: web)
                } catch MemberError.refused(let refusal) {
                    refusals.update { $0.append(refusal) }
                }
            }
            #expect(refusals.withLock(\.self) == [.lastAdmin])
            let boss = try #require(ids.first { try Members.find($0, in: web) != nil })
            #expect(throws: MemberError.refused(.lastAdmin)) {
                try Accounts.delete(boss, removingFromFilm: false, in: web)
            }
        }
    }

    @Test("GDPR-01 the export holds all that is kept, and nothing that proves who somebody is")
    func export() throws {
        try Site.run(.inProcess) { site in
            let traced = try TracedSite(site)
            let superuser = site.database.database(as: .superuser)
            try superuser.execute(
                """
                insert into statements_of_reasons (user_id, action, reason, decided_at, decided_by, appeal, appealed_at)
                select id, 'warn', 'Once too often', now(), id, 'It was not me', now()
                from users
                where email = 'mira@private.example'
                """)
            try superuser.execute(
                """
                select begin_sign_in_flow(
                    sha256('state'), sha256('browser'), 'google', 'the-verifier', 'the-nonce', '/settings', id
                )
                from users
                where email = 'mira@private.example'
                """)
            try superuser.execute("update users set clips_seen_at = '2026-03-01 10:00Z' where id = \(traced.miraID)")
            try superuser.execute(
                "update tournament_clips set creator_withdrew_at = '2026-03-02 11:00Z' where id = \(traced.mine[3])")
            let answer = try traced.mira.get("/api/account/export")
            #expect(answer.status == 200)
            #expect(answer.headers["Content-Disposition"]?.hasPrefix("attachment; filename=\"my-data-") == true)
            #expect(answer.headers["Cache-Control"] == "private, no-store")
            let json = answer.json
            #expect(AccountExport.schema.faults(in: json).isEmpty)
            #expect(json["profile"]?["email"]?.text == "mira@private.example")
            #expect(json["decisions"]?[1]?["appeal"]?.text == "It was not me")
            #expect(json["decisions"]?[1]?["decidedBy"] == nil && json["other"]?["statementsOfReasons"] == nil)
            #expect(json["profile"]?["ownClipsSeenAt"]?.text == "2026-03-01T10:00:00.000Z")
            let withdrawals = (0..<5).compactMap { json["clips"]?[$0]?["withdrawnAt"]?.text }
            #expect(withdrawals == ["2026-03-02T11:00:00.000Z"])
            #expect(json["other"]?["signInFlows"]?[0]?["returnPath"] != nil)
            #expect(json["formerUsernames"]?[0]?["username"]?.text == "mira_okafor")
            #expect(json["preferences"]?["sound"] == true)
            #expect(json["apiKeys"]?[0]?["name"]?.text == "mira's laptop")
            #expect(json["apiKeys"]?[0]?["tier"]?.text == "standard")
            #expect(json["apiKeys"]?[0]?["days"]?[0] == ["day": "2026-03-01", "requests": 9, "refused": 2])
            #expect(json["other"]?["webhookEvents"]?[0]?["body"]?.text?.contains("Mira") == true)
            #expect(json["sessions"]?[0]?["userAgent"] != nil)
            #expect(json["uploads"]?[0]?["fileName"]?.text == "mira-take.mp4")
            #expect(json["voteDays"]?[0]?["casts"] == 2)
            #expect(json["other"]?["signInLinks"]?[0]?["createdAt"] != nil)
            #expect(json["other"]?["laterThings"]?[0] != nil)
            for section in [
                "notifications", "notificationMarks", "notificationChoices", "pushSubscriptions", "digestChoices",
            ] {
                #expect(json["other"]?[section]?[0] != nil, "no \(section)")
            }
            #expect(
                json["other"]?["pushSubscriptions"]?[0]?["endpoint"] == "https://fcm.googleapis.com/browser-of-mira")
            for (section, count) in [("clips", 5), ("votes", 3), ("views", 4), ("audit", 5), ("messages", 1)] {
                guard case .array(let entries)? = json[section] else {
                    Issue.record("no \(section)")
                    continue
                }
                #expect(entries.count == count, "\(section)")
            }
            let text = String(decoding: answer.body, as: UTF8.self)
            let hashes: [String] = try site.database.database(as: .superuser).query(
                "select encode(token_hash, 'hex') from sessions union select encode(token_hash, 'hex') from api_keys")
            for secret in hashes + ["the-verifier", "the-nonce", "05305932a1c7eabe13b6cec9fda48882"] {
                #expect(!text.contains(secret))
            }
            #expect(!text.contains("Dana's"))
            #expect(try site.visitor().get("/api/account/export").status == 401)
        }
    }
}
