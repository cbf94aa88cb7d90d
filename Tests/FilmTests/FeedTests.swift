import FoundationEssentials
import Logging
import Platform
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("The feed", .requiresPostgres)
struct FeedTests {
    /// A feed as a host composes it. Views are written when the test says so.
    private struct Rig {
        let cache: FeedCache
        let views: ViewBuffer
        let standings: VoterStandings
        let feed: Feed

        init(_ stage: FilmStage, reception: Reception = Reception()) throws {
            cache = FeedCache(
                database: stage.web, address: { "/media/" + $0 }, render: { card, _ in Array(card.title.utf8) },
                reception: reception)
            views = ViewBuffer(database: stage.web, log: .silent)
            standings = VoterStandings(database: stage.web, dailyVotes: 200)
            standings.start()
            feed = Feed(cache: cache, standings: standings, views: views)
        }

        func page(
            _ voter: Int, limit: Int = 20, excluded: [UUID] = [], seen: [UUID] = [], first: UUID? = nil
        ) throws -> FeedPage {
            try feed.page(
                FeedRequest(
                    voterKey: Ballot.device(voter), limit: limit, excluded: excluded, seen: seen, first: first))
        }
    }

    @Test("FEED-01 clips of the open slot, the voter's votes and what is left")
    func page() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C", "D"])
            let rig = try Rig(stage)
            defer { rig.standings.stop() }
            _ = try stage.cast(.visitor(1, clips[0]))
            let page = try rig.page(1, limit: 2, excluded: [clips[3]])
            #expect(page.snapshot.state == .voting)
            #expect(page.snapshot.season?.id == season && page.snapshot.slot == 1)
            #expect(page.snapshot.clips.count == 4)
            #expect(Set(page.clips.map(\.clip.id)) == [clips[1], clips[2]])
            #expect(!page.hasMoreClips)
            #expect(page.votedClipIDs == [clips[0].uuidString.lowercased()])
            #expect(page.standing.totalVotesToday == 1 && page.standing.remaining.standard == 199)
            #expect(try rig.page(1, limit: 2).hasMoreClips)
            let all = try rig.page(1, seen: [clips[2]])
            #expect(all.clips.last?.clip.id == clips[0] && all.clips.last?.hasVoted == true)
            #expect(all.clips[2].clip.id == clips[2])
            #expect(String(decoding: all.clips[2].clip.fragment, as: UTF8.self) == "C")
            #expect(try rig.page(2).votedClipIDs.isEmpty)
            // What the page has shown already is first, whatever its turn was, and once.
            for first in clips {
                let begun = try rig.page(1, limit: 2, first: first)
                #expect(begun.clips.count == 2 && begun.clips[0].clip.id == first)
                #expect(begun.clips[0].hasVoted == (first == clips[0]))
                #expect(try rig.page(1, first: first).clips.map(\.clip.id).count { $0 == first } == 1)
                #expect(try rig.page(1, limit: 1, first: first).clips.map(\.clip.id) == [first])
            }
            #expect(try rig.page(1, limit: 2, first: UUID()).clips.count == 2, "of another slot")
            #expect(try rig.page(1, excluded: [clips[1]], first: clips[1]).clips.count == 3)
        }
    }

    @Test("FEED-01 a request that waits for the slot holds no thread, and none gets what was read before a change")
    func reading() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A", "B"])
            let runner = Collecting()
            let cache = FeedCache(
                database: stage.web, address: { $0 }, render: { card, _ in Array(card.title.utf8) }, runner: runner)
            let received = Monitor<[Int]>([])
            @Sendable func ask(_ number: Int) {
                cache.current { found in
                    #expect((try? found.get())?.clips.count == 2)
                    received.update { $0.append(number) }
                }
            }
            for number in 0..<3 { ask(number) }
            #expect(runner.count == 1, "one reads for all")
            cache.drop()
            ask(3)
            #expect(runner.count == 1 && received.withLock(\.isEmpty))
            runner.run()
            #expect(received.withLock(\.self) == [0, 1, 2], "the last began to ask after the change")
            #expect(runner.count == 1)
            runner.run()
            #expect(received.withLock(\.self) == [0, 1, 2, 3])
            ask(4)
            #expect(runner.count == 0 && received.withLock(\.self).last == 4)
        }
    }

    @Test("OPS-07 while no announcements arrive each request gets what was read after it came")
    func unheard() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B"])
            let (runner, reception) = (Collecting(), Reception(isOn: false))
            let cache = FeedCache(
                database: stage.web, address: { $0 }, render: { card, _ in Array(card.title.utf8) }, runner: runner,
                reception: reception)
            let received = Monitor<[Int]>([])
            @Sendable func ask() {
                cache.current { found in received.update { $0.append((try? found.get())?.clips.count ?? -1) } }
            }
            ask()
            runner.run()
            #expect(received.withLock(\.self) == [2])
            try stage.test.database(as: .owner).execute(
                "update tournament_clips set status = 'eliminated' where id = \(clips[0])")
            ask()
            #expect(received.withLock(\.self) == [2], "what is kept is not trusted")
            // It comes while the slot is being read, perhaps before a change.
            ask()
            #expect(runner.count == 1)
            runner.run()
            #expect(received.withLock(\.self) == [2, 1])
            runner.run()
            #expect(received.withLock(\.self) == [2, 1, 1])
            reception.set(true)
            ask()
            #expect(received.withLock(\.self) == [2, 1, 1, 1] && runner.count == 0)
        }
    }

    @Test(
        "OPS-07 OPS-12 FEED-01 the feed is served from memory while the database is away, with announcements or without",
        arguments: [true, false])
    func outage(isReceiving: Bool) throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B"])
            let reception = Reception()
            let rig = try Rig(stage, reception: reception)
            defer { rig.standings.stop() }
            _ = try stage.cast(.visitor(1, clips[0]))
            #expect(try rig.page(1).standing.isKnown)
            reception.set(isReceiving)
            try stage.test.duringOutage {
                for _ in 0..<3 {
                    let page = try rig.page(1)
                    #expect(page.clips.count == 2 && page.votedClipIDs.isEmpty)
                    #expect(!page.standing.isKnown && page.standing.remaining.standard == 200)
                }
                // A change that was announced is worth more than an answer.
                rig.cache.drop()
                #expect(throws: (any Error).self) { try rig.page(1) }
            }
            #expect(eventually { (try? rig.page(1))?.standing.isKnown == true })
            #expect(try rig.page(1).votedClipIDs == [clips[0].uuidString.lowercased()])
        }
    }

    @Test("OPS-04 a request that waits for the slot keeps its crash context when another thread has read it")
    func crashContext() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"])
            let runner = Collecting()
            let cache = FeedCache(
                database: stage.web, address: { $0 }, render: { card, _ in Array(card.title.utf8) }, runner: runner)
            let places = (0..<2).map { _ in UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8) }
            defer { for place in places { place.deallocate() } }
            let received = Monitor<[CrashContext]>([])
            for place in places {
                CrashContext(place).resume {
                    cache.current { _ in received.update { $0.append(CrashContext.current) } }
                }
            }
            #expect(CrashContext.current == .empty)
            runner.run()
            #expect(received.withLock(\.self) == places.map { CrashContext($0) })
            #expect(CrashContext.current == .empty)
        }
    }

    @Test("FEED-01 super and mega votes are listed; the device of a member who votes has voted as a visitor too")
    func standing() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            let rig = try Rig(stage)
            defer { rig.standings.stop() }
            let member = try stage.member("voter")
            let key = "user_" + member.uuidString.lowercased()
            _ = try stage.cast(.member(member, clips[0], .super, device: 5))
            let page = try rig.feed.page(FeedRequest(voterKey: key, limit: 8))
            #expect(page.standing.remaining == RemainingVotes(standard: 199, super: 0, mega: 1))
            try stage.turn("power_votes_enabled", on: false)
            // As a host does when it is notified of the flag.
            rig.cache.drop()
            let off = try rig.feed.page(FeedRequest(voterKey: key, limit: 8))
            #expect(off.standing.remaining == RemainingVotes(standard: 199, super: 0, mega: 0))
            #expect(try rig.page(5).votedClipIDs.count == 1)
            #expect(try rig.page(5).standing.totalVotesToday == 0)
        }
    }

    @Test("FEED-01 many who ask at once each get their own standing")
    func crowd() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B", "C", "D"]).clips
            let rig = try Rig(stage)
            defer { rig.standings.stop() }
            for voter in 1...12 { _ = try stage.cast(.visitor(voter, clips[voter % 4])) }
            try concurrently(48) { number in
                let voter = 1 + number % 16
                let page = try rig.page(voter)
                #expect(page.votedClipIDs == (voter <= 12 ? [clips[voter % 4].uuidString.lowercased()] : []))
                #expect(page.standing.totalVotesToday == (voter <= 12 ? 1 : 0))
            }
        }
    }

    @Test("FEED-01 every state of the film has its answer, at once when it changes")
    func states() throws {
        try FilmStage.run { stage in
            let rig = try Rig(stage)
            defer { rig.standings.stop() }
            #expect(try rig.page(1).snapshot.state == .noSeason)
            let season = try stage.season(slots: 1)
            try stage.seasons.activate(season.id, by: stage.admin)
            rig.cache.drop()
            #expect(try rig.page(1).snapshot.state == .waitingForClips)
            let clip = try stage.clip("A")
            _ = try stage.clips.approve([clip], by: stage.admin)
            rig.cache.drop()
            #expect(try rig.page(1).clips.map(\.clip.id) == [clip])
            try stage.superuser.execute("update story_slots set status = 'under_review', review_ends_at = now()")
            rig.cache.drop()
            #expect(try rig.page(1).snapshot.state == .underReview)
            #expect(try rig.page(1).clips.isEmpty)
            try stage.superuser.execute("update story_slots set status = 'voting'")
            try stage.closeRound()
            rig.cache.drop()
            let end = try rig.page(1)
            #expect(end.snapshot.state == .seasonComplete && end.snapshot.season?.id == season.id)
            #expect(end.clips.isEmpty && end.snapshot.slot == nil && end.snapshot.votingEndsAt == nil)
        }
    }

    @Test("FEED-03 counters are refreshed by age, without a drop")
    func age() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A"]).clips
            let rig = try Rig(stage)
            defer { rig.standings.stop() }
            #expect(try rig.page(1).snapshot.clips[0].voteCount == 0)
            _ = try stage.cast(.visitor(1, clips[0]))
            #expect(try eventually { try rig.page(2).snapshot.clips[0].voteCount == 1 })
        }
    }

    @Test("FEED-04 a view counts once for a voter, a clip and a round, and is not lost at a clean stop")
    func views() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"], slots: 4).clips
            let rig = try Rig(stage)
            defer { rig.standings.stop() }
            for _ in 0..<3 { _ = try rig.page(1) }
            _ = try rig.page(2, limit: 8, excluded: [clips[1]])
            #expect(try clips.map { try stage.counters(of: $0)[2] } == [0, 0])
            try rig.views.start()
            rig.views.stop()
            #expect(try clips.map { try stage.counters(of: $0)[2] } == [2, 1])

            // Another process knows nothing of what this one has written.
            let other = try Rig(stage)
            defer { other.standings.stop() }
            _ = try other.page(1)
            _ = try other.page(3)
            other.views.write()
            #expect(try clips.map { try stage.counters(of: $0)[2] } == [3, 2])
            #expect(try stage.drift() == 0)

            // Views of a round that has closed have no result to go to.
            _ = try other.page(4)
            try stage.closeRound()
            other.views.write()
            #expect(try stage.superuser.one("select view_count from slot_results order by rank limit 1") == 3)
            other.cache.drop()
            _ = try other.page(1)
            other.views.write()
            #expect(
                try stage.superuser.one("select sum(view_count)::int from tournament_clips where status = 'active'")
                    == 1)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-08 a feed token is the voter's own and good for five minutes")
    func tokens() {
        let tokens = FeedTokens(secretKey: Array(repeating: 7, count: 32))
        let now = Date(timeIntervalSince1970: 1_780_000_000)
        let token = tokens.issue(to: "device_a", at: now)
        #expect(tokens.inspect(token, of: "device_a", at: now) == .fresh)
        #expect(tokens.inspect(token, of: "device_a", at: now.addingTimeInterval(299)) == .fresh)
        #expect(tokens.inspect(token, of: "device_a", at: now.addingTimeInterval(300)) == .stale)
        #expect(tokens.inspect(token, of: "device_b", at: now) == .missing)
        #expect(tokens.inspect("z" + token, of: "device_a", at: now) == .missing)
        for forged in [nil, "", ".", "a.b", token + "x"] {
            #expect(tokens.inspect(forged, of: "device_a", at: now) == .missing)
        }
        let other = FeedTokens(secretKey: Array(repeating: 8, count: 32))
        #expect(other.inspect(token, of: "device_a", at: now) == .missing)
    }
}

/// Keeps steps until it is told to run them.
private final class Collecting: StepRunner {
    private let steps = Monitor<[Step]>([])

    var count: Int { steps.withLock(\.count) }

    func perform(_ steps: [Step]) { self.steps.update { $0 += steps } }

    func run() {
        let taken = steps.update { steps -> [Step] in
            defer { steps = [] }
            return steps
        }
        for step in taken { step() }
    }
}
