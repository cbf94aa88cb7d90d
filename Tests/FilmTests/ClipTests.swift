import Film
import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("Clips", .requiresPostgres)
struct ClipTests {
    @Test("CLIP-05 a registered clip is pending, and an upload becomes a clip once")
    func register() throws {
        try FilmStage.run { stage in
            let member = try stage.member("mira")
            let season = try stage.season()
            let upload = try stage.upload(by: member)
            let clip = try stage.register(upload, by: member)
            #expect(try stage.status(of: clip) == .pending)
            #expect(try stage.superuser.one("select season_id from tournament_clips where id = \(clip)") == season.id)
            #expect(throws: FilmError.refused(.alreadyRegistered(clip))) { try stage.register(upload, by: member) }
            #expect(throws: FilmError.refused(.uploadNotFound)) { try stage.register(UUID(), by: member) }
            let other = try stage.upload(by: try stage.member("somebody"))
            #expect(throws: FilmError.refused(.uploadNotFound)) { try stage.register(other, by: member) }
        }
    }

    @Test("CLIP-05 uploads are accepted while a season is active or draft")
    func noSeason() throws {
        try FilmStage.run { stage in
            let member = try stage.member("mira")
            let upload = try stage.upload(by: member)
            #expect(throws: FilmError.refused(.noSeason)) { try stage.register(upload, by: member) }
            _ = try stage.voting(["A"], slots: 1)
            try stage.closeRound()
            #expect(throws: FilmError.refused(.noSeason)) { try stage.register(upload, by: member) }
            _ = try stage.season("Next")
            _ = try stage.register(upload, by: member)
        }
    }

    @Test("FILM-01 a member has at most max_active_clips_per_member clips in a season, counted under a lock")
    func limit() throws {
        try FilmStage.run { stage in
            _ = try stage.season()
            let member = try stage.member("mira")
            let uploads = try (0..<8).map { _ in try stage.upload(by: member) }
            let refused = ThreadCounter()
            try concurrently(8) { index in
                do {
                    _ = try stage.register(uploads[index], by: member)
                } catch FilmError.refused(.clipLimitReached) {
                    refused.add()
                }
            }
            #expect(refused.count == 5)
            let mine = try stage.clips.own(of: member)
            #expect(mine.count == 3)
            // What was refused by a moderator or could not be read makes room again.
            _ = try stage.jobs.withConnection { connection in
                try Clips.failProcessing(mine[0].card.id, reason: "The file is cut off.", on: connection)
            }
            _ = try stage.clips.reject([mine[1].card.id], reason: "blurred", by: stage.admin)
            _ = try stage.register(try stage.upload(by: member), by: member)
            _ = try stage.register(try stage.upload(by: member), by: member)
            let last = try stage.upload(by: member)
            #expect(throws: FilmError.refused(.clipLimitReached)) { try stage.register(last, by: member) }
        }
    }

    @Test("CLIP-04 processing ends once, ready or failed")
    func processing() throws {
        try FilmStage.run { stage in
            _ = try stage.season()
            let member = try stage.member("mira")
            let clip = try stage.register(try stage.upload(by: member), by: member)
            #expect(try stage.clips.approve([clip], by: stage.admin).map(\.outcome) == [.notReady])
            let processed = ProcessedClip(
                originalKey: "o", videoKey: "v", posterKey: "p", blurhash: "LEHV6n", width: 1080, height: 1920,
                durationMilliseconds: 7_900, perceptualHash: -1)
            let outcomes = try stage.jobs.withConnection { connection in
                [
                    try Clips.finishProcessing(clip, as: processed, on: connection),
                    try Clips.finishProcessing(clip, as: processed, on: connection),
                    try Clips.failProcessing(clip, reason: "late", on: connection),
                ]
            }
            #expect(outcomes == [true, false, false])
            let details = try #require(try stage.clips.own(of: member).first)
            #expect(details.processing == .ready)
            #expect(details.card.videoURL == "/media/v")
            #expect(details.card.durationSeconds == 7.9)
            #expect(try stage.clips.approve([clip], by: stage.admin).map(\.outcome) == [.approved])
        }
    }

    @Test("CLIP-05 an approved clip joins the round that is open")
    func approveIntoVoting() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A", "B"])
            try stage.closeRound()
            let ends = try stage.rounds.nextDue()
            let clip = try stage.clip("C")
            let decision = try stage.clips.approve([clip], by: stage.admin)
            #expect(decision.map(\.slot) == [2])
            #expect(try stage.rounds.nextDue() == ends)
            let details = try stage.clips.details(clip, for: .visitor)
            #expect(details.label == .live)
            #expect(details.season?.id == season)
        }
    }

    @Test("CLIP-05 without an active season a clip enters the newest draft, without any it waits for the next")
    func approveWithoutActiveSeason() throws {
        try FilmStage.run { stage in
            let waiting = try stage.clip("waits")
            #expect(try stage.clips.approve([waiting], by: stage.admin).map(\.outcome) == [.approvedNextSeason])
            #expect(
                try stage.clips.details(waiting, for: ClipViewer(memberID: stage.admin, isAdmin: true)).label
                    == .nextSeason)
            let first = try stage.season("First")
            #expect(try stage.slot(of: waiting) == 1)
            #expect(try stage.clips.details(waiting, for: .visitor).label == .approved)
            let second = try stage.season("Second")
            let clip = try stage.clip("newer")
            #expect(try stage.clips.approve([clip], by: stage.admin).map(\.outcome) == [.approved])
            #expect(try stage.clips.details(clip, for: .visitor).season?.id == second.id)
            try stage.seasons.activate(first.id, by: stage.admin)
            #expect(try stage.slots(of: first.id)[0] == .voting)
        }
    }

    @Test("VOTE-05 a clip that was rejected and approved again in its round keeps its votes, in another it has none")
    func comesBack() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B", "C"])
            try stage.count(clips[0], votes: 6)
            try stage.count(clips[1], votes: 5)
            _ = try stage.clips.reject([clips[0]], reason: "Reported", by: stage.admin)
            _ = try stage.clips.approve([clips[0]], by: stage.admin)
            #expect(try stage.counters(of: clips[0]) == [6, 6, 6])
            _ = try stage.clips.reject([clips[1]], reason: "Reported", by: stage.admin)
            try stage.closeRound()
            _ = try stage.clips.approve([clips[1]], by: stage.admin)
            #expect(try stage.slot(of: clips[1]) == 2)
            #expect(try stage.counters(of: clips[1]) == [0, 0, 0])
        }
    }

    @Test("FILM-05 what was cast for clips that left counts no more when the slot opens again")
    func comesBackToWaitingSlot() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A"])
            try stage.count(clips[0], votes: 6)
            try stage.superuser.execute(
                """
                insert into votes (season_id, slot_position, clip_id, voter_key, weight, created_at, updated_at)
                values (\(season), 1, \(clips[0]), 'device_a', 1, now(), now())
                """)
            _ = try stage.clips.reject(clips, reason: "Reported", by: stage.admin)
            #expect(try stage.closeRound() == ["round_waiting"])
            _ = try stage.clips.approve(clips, by: stage.admin)
            #expect(try stage.slots(of: season)[0] == .voting)
            #expect(try stage.counters(of: clips[0]) == [0, 0, 0])
            #expect(try stage.superuser.one("select count(*)::int from votes where voided_at is null") == 0)
            // The voter may vote for it again.
            try stage.superuser.execute(
                """
                insert into votes (season_id, slot_position, clip_id, voter_key, weight, created_at, updated_at)
                values (\(season), 1, \(clips[0]), 'device_a', 1, now(), now())
                """)
        }
    }

    @Test("ADM-01 many clips are decided at once, each with its own outcome")
    func bulk() throws {
        try FilmStage.run { stage in
            let (_, running) = try stage.voting(["A", "B"], slots: 2)
            try stage.closeRound()
            let locked = try #require(try running.first { try stage.status(of: $0) == .locked })
            let active = try #require(try running.first { try stage.status(of: $0) == .active })
            let fresh = try stage.clip("C")
            let raw = try stage.clip("D", processing: .processing)
            let unknown = UUID()
            let asked = [fresh, raw, unknown, locked, active]
            let approved = try stage.clips.approve(asked, by: stage.admin)
            #expect(approved.map(\.clipID) == asked)
            #expect(approved.map(\.outcome) == [.approved, .notReady, .notFound, .notOpen, .alreadyActive])
            let rejected = try stage.clips.reject(asked, reason: "Rights", by: stage.admin)
            #expect(rejected.map(\.clipID) == asked)
            #expect(rejected.map(\.outcome) == [.rejected, .rejected, .notFound, .notOpen, .rejected])
            #expect(try stage.status(of: locked) == .locked)
        }
    }

    @Test("CLIP-06 pending and rejected clips are there for creator and admins only")
    func privacy() throws {
        try FilmStage.run { stage in
            _ = try stage.season()
            let mira = try stage.member("mira")
            let other = try stage.member("other")
            let clip = try stage.clip("A", by: mira)
            let mine = ClipViewer(memberID: mira)
            let admins = ClipViewer(memberID: stage.admin, isAdmin: true)
            for step in 0..<2 {
                for viewer in [.visitor, ClipViewer(memberID: other)] {
                    #expect(throws: FilmError.refused(.clipNotFound)) { try stage.clips.details(clip, for: viewer) }
                }
                for viewer in [mine, admins] {
                    #expect(try stage.clips.details(clip, for: viewer).rejectionReason == (step == 0 ? nil : "blurred"))
                }
                _ = try stage.clips.reject([clip], reason: "blurred", by: stage.admin)
            }
            _ = try stage.clips.approve([clip], by: stage.admin)
            let details = try stage.clips.details(clip, for: .visitor)
            #expect(details.card.username == "mira")
            #expect(details.processing == nil)
            #expect(throws: FilmError.refused(.clipNotFound)) { try stage.clips.details(UUID(), for: admins) }
        }
    }

    @Test("FILM-01 counts of an open round are shown as the season says", arguments: CountVisibility.allCases)
    func countVisibility(visibility: CountVisibility) throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B"]) { $0.showCounts = visibility }
            try stage.count(clips[0], votes: 4)
            let shown = visibility == .always
            #expect(try stage.clips.details(clips[0], for: .visitor).voteCount == (shown ? 4 : nil))
            #expect(try stage.stories.story().seasons[0].round?.votes == (shown ? 4 : nil))
            let clip = try stage.stories.overview().openClips.first { $0.clip.id == clips[0] }
            #expect(try #require(clip).voteCount == (shown ? 4 : nil))
            try stage.closeRound()
            #expect(try stage.clips.details(clips[0], for: .visitor).voteCount == 4)
        }
    }

    @Test("CLIP-06 a clip's page shows its rank in every round")
    func history() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B", "C"])
            try stage.count(clips[0], votes: 4)
            try stage.count(clips[1], votes: 2)
            try stage.closeRound()
            try stage.count(clips[1], votes: 1)
            try stage.closeRound()
            let history = try stage.clips.details(clips[1], for: .visitor).history
            #expect(history.map(\.slot) == [2, 1])
            #expect(history.map(\.rank) == [1, 2])
            #expect(history.map(\.clips) == [2, 3])
            #expect(history.map(\.won) == [true, false])
        }
    }
}

extension FilmStage {
    func upload(by member: UUID) throws -> UUID {
        try superuser.one(
            """
            insert into uploads (user_id, file_name, content_type, size_bytes, part_bytes, part_count, expires_at)
            values (\(member), 'take.mp4', 'video/mp4', 1000, 4194304, 1, now() + interval '1 hour')
            returning id
            """)
    }

    func register(_ upload: UUID, by member: UUID) throws -> UUID {
        try web.transaction { connection in
            try Clips.register(
                ClipRegistration(
                    uploadID: upload, memberID: member, title: "A take", genre: "Comedy", aiGenerated: true),
                on: connection)
        }
    }
}
