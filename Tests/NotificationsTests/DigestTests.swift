import Crypto
import FoundationEssentials
import Notifications
import Postgres
import TestSupport
import Testing
import Text

@Suite("Digests", .requiresPostgres)
struct DigestTests {
    private func publish(_ slug: String, _ stage: NotificationStage) throws {
        try stage.superuser.execute(
            """
            insert into comparisons (
                slug, title, kind, prompt, duration_ms, quality, seed, words, is_public, published_at, created_at, updated_at
            )
            values (
                \(slug), \(slug), 'text-to-video', 'Fog', 1000, 'standard', 1, '', true, dailies_now(), dailies_now(),
                dailies_now()
            )
            """)
    }

    @Test("NOTE-03 a digest says what happened since the last one, the same at every try, and nothing twice or never")
    func windows() throws {
        try NotificationStage.run { stage in
            let mira = try stage.member("mira", email: "mira@example.org")
            let digests = Digests(database: stage.web, secretKey: Array("k".utf8))
            try publish("before", stage)
            try stage.test.advanceClock(by: .seconds(120))
            #expect(try Digest.claim(in: stage.jobs) == nil)
            try digests.choose(.daily, hasComparisons: nil, hasWinners: nil, for: mira)
            try stage.notifications.choose(inApp: nil, push: nil, email: [.clipWon], for: mira)
            #expect(try Digest.claim(in: stage.jobs) == nil, "it is not due")
            try publish("one", stage)
            try stage.notify(mira, .clipWon, "w", facts: #"{"title": "Fog", "slot": 2, "path": "/clip/1"}"#)
            try stage.notify(mira, .comment, "c")
            try stage.test.advanceClock(by: .seconds(86_400))
            let first = try #require(try Digest.claim(in: stage.jobs))
            #expect(first.address == "mira@example.org" && first.comparisons.map(\.path) == ["/comparisons/one"])
            #expect(first.news.map(\.path) == ["/clip/1"] && first.winners.isEmpty && !first.isEmpty)
            #expect(try Digest.claim(in: stage.jobs) == nil, "another process has it")
            // The mail server is away: the same is said at the next try, and what has happened since waits.
            try first.release(in: stage.jobs)
            try publish("two", stage)
            try stage.test.advanceClock(by: .seconds(3_600))
            let again = try #require(try Digest.claim(in: stage.jobs))
            #expect(again.until == first.until && again.comparisons == first.comparisons)
            try again.finish(in: stage.jobs)
            #expect(try Digest.claim(in: stage.jobs) == nil)
            try stage.test.advanceClock(by: .seconds(86_400))
            let next = try #require(try Digest.claim(in: stage.jobs))
            #expect(next.comparisons.map(\.text) == ["two"] && next.news.isEmpty)
            // A process that died gives it back after five minutes.
            try stage.test.advanceClock(by: .seconds(301))
            let late = try #require(try Digest.claim(in: stage.jobs))
            #expect(late.until == next.until)
            try late.finish(in: stage.jobs)
            #expect(
                try stage.jobs.one(
                    "select extract(hour from due_at at time zone 'utc')::int from digest_choices", as: Int.self)
                    == 7)
        }
    }

    @Test(
        "NOTE-03 more than ten comparisons are counted; each part can be left out; a weekly digest is due on a Monday")
    func parts() throws {
        try NotificationStage.run { stage in
            let mira = try stage.member("mira", email: "mira@example.org")
            let digests = Digests(database: stage.web, secretKey: Array("k".utf8))
            try digests.choose(.weekly, hasComparisons: nil, hasWinners: nil, for: mira)
            #expect(
                try stage.jobs.one(
                    """
                    select extract(isodow from due_at at time zone 'utc') = 1 and due_at > dailies_now()
                        and due_at <= dailies_now() + interval '7 days'
                    from digest_choices
                    """, as: Bool.self))
            for number in 1...12 { try publish("c-\(number)", stage) }
            try stage.test.advanceClock(by: .seconds(8 * 86_400))
            let digest = try #require(try Digest.claim(in: stage.jobs))
            #expect(digest.comparisons.count == 10 && digest.furtherComparisons == 2 && digest.winners.isEmpty)
            try digest.finish(in: stage.jobs)
            try digests.choose(nil, hasComparisons: false, hasWinners: true, for: mira)
            try publish("more", stage)
            try stage.test.advanceClock(by: .seconds(8 * 86_400))
            #expect(try #require(try Digest.claim(in: stage.jobs)).isEmpty)
        }
    }

    @Test("NOTE-03 a digest names the clips of followed creators that won since the last one, and no one else's")
    func winners() throws {
        try NotificationStage.run { stage in
            let mira = try stage.member("mira", email: "mira@example.org")
            let (nova, dana) = (try stage.member("nova"), try stage.member("dana"))
            let digests = Digests(database: stage.web, secretKey: Array("k".utf8))
            let season: UUID = try stage.superuser.one(
                """
                insert into seasons (label, total_slots, status, activated_at)
                values ('Undertow', 9, 'finished', dailies_now())
                returning id
                """)
            func win(_ title: String, of creator: UUID, slot: Int32) throws -> String {
                try stage.superuser.execute(
                    "insert into story_slots (season_id, position) values (\(season), \(slot))")
                let clip: UUID = try stage.superuser.one(
                    """
                    insert into tournament_clips (
                        user_id, title, genre, rights_confirmed_at, processing, video_key, poster_key, status, season_id,
                        slot_position
                    )
                    values (
                        \(creator), \(title), 'Sci-Fi', dailies_now(), 'ready', 'x', 'x', 'locked', \(season), \(slot)
                    )
                    returning id
                    """)
                try stage.superuser.execute(
                    """
                    update story_slots
                    set status = 'locked', winner_clip_id = \(clip), locked_at = dailies_now()
                    where season_id = \(season) and position = \(slot)
                    """)
                return "/clip/" + clip.uuidString.lowercased()
            }
            try stage.superuser.execute(
                """
                insert into follows (follower_id, followed_id, created_at)
                values (\(mira), \(nova), dailies_now()), (\(dana), \(mira), dailies_now())
                """)
            _ = try win("Before the digest was on", of: nova, slot: 1)
            try stage.test.advanceClock(by: .seconds(60))
            try digests.choose(.daily, hasComparisons: nil, hasWinners: nil, for: mira)
            try stage.test.advanceClock(by: .seconds(60))
            let path = try win("Rain", of: nova, slot: 2)
            _ = try win("Of one who is not followed", of: dana, slot: 3)
            _ = try win("Her own", of: mira, slot: 4)
            try stage.test.advanceClock(by: .seconds(86_400))
            let digest = try #require(try Digest.claim(in: stage.jobs))
            #expect(digest.winners.map(\.path) == [path] && !digest.isEmpty)
            let text = try #require(digest.winners.first?.text)
            #expect(text.contains("Rain") && text.contains("nova"))
            try digest.finish(in: stage.jobs)
            try stage.test.advanceClock(by: .seconds(86_400))
            #expect(try #require(try Digest.claim(in: stage.jobs)).winners.isEmpty, "it was said")
        }
    }

    @Test("NOTE-03 the token of a digest ends it without a sign-in, any number of times; no other token does")
    func tokens() throws {
        try NotificationStage.run { stage in
            let (mira, nova) = (try stage.member("mira", email: "mira@example.org"), try stage.member("nova"))
            let digests = Digests(database: stage.web, secretKey: Array("k".utf8))
            #expect(throws: DigestRefusal.noAddress) {
                try digests.choose(.daily, hasComparisons: nil, hasWinners: nil, for: nova)
            }
            try digests.choose(.daily, hasComparisons: nil, hasWinners: nil, for: mira)
            let token = digests.token(of: mira)
            #expect(token.utf8.count == 43 && digests.member(of: token) == mira)
            let forged = String(digests.token(of: nova).prefix(21)) + String(token.suffix(22))
            for wrong in ["", "x", String(token.dropLast()), forged] {
                #expect(try !digests.end(by: wrong))
            }
            #expect(Digests(database: stage.web, secretKey: Array("l".utf8)).member(of: token) == nil)
            #expect(try digests.choice(of: mira)?.frequency == .daily)
            for _ in 1...2 { #expect(try digests.end(by: token)) }
            #expect(try digests.choice(of: mira)?.frequency == .off)
            try stage.test.advanceClock(by: .seconds(2 * 86_400))
            #expect(try Digest.claim(in: stage.jobs) == nil)
        }
    }
}
