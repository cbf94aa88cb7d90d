import FoundationEssentials
import Platform
import Postgres
import Realtime
import TestSupport
import Testing

@testable import Film

@Suite("Counts of clips as they change", .requiresPostgres)
struct ClipCountsTests {
    private struct Message: Decodable {
        struct Clip: Decodable, Equatable {
            let id: UUID
            let voteCount: Int
            let weightedScore: Int
        }

        let name: String
        let version: Int64
        let seasonId: UUID
        let slot: Int
        let votes: Int
        let clips: [Clip]
    }

    private struct Away: Error {}

    /// Counts that can be stepped inside of an expectation.
    private final class Steps {
        private var counts: ClipCounts

        init(_ counts: ClipCounts) {
            self.counts = counts
        }

        func step() throws -> Bool { try counts.step() }
        func release() throws { try counts.release() }
    }

    /// What was published, and whether the publisher answers.
    private final class Subscriber: Sendable {
        let events = Monitor<[Event]>([])
        let isAway = Monitor(false)

        func counts(_ stage: FilmStage) -> Steps {
            Steps(
                ClipCounts(database: stage.jobs) { event in
                    if self.isAway.withLock(\.self) { throw Away() }
                    self.events.update { $0.append(event) }
                })
        }

        func last() throws -> Message {
            let event = try #require(events.withLock(\.last))
            #expect(event.channel == "clip" && event.name == "counts")
            return try event.data.decode(Message.self)
        }
    }

    @Test("RT-01 one message has the clips that any change has reached since the last")
    func changes() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            let subscriber = Subscriber()
            let counts = subscriber.counts(stage)
            #expect(try counts.step())
            #expect(Set(try subscriber.last().clips.map(\.id)) == Set(clips))
            #expect(try !counts.step(), "nothing has changed")
            for voter in 1...3 { _ = try stage.cast(.visitor(voter, clips[1])) }
            _ = try stage.cast(.visitor(1, clips[2]))
            let member = try stage.member("mira")
            try stage.turn("power_votes_enabled", on: true)
            _ = try stage.cast(.member(member, clips[2], .mega))
            let before = try subscriber.last().version
            #expect(try counts.step())
            let message = try subscriber.last()
            #expect(message.name == "counts" && message.version > before)
            #expect(message.seasonId == season && message.slot == 1 && message.votes == 5)
            let expected: Set<String> = ["\(clips[1]) 3 3", "\(clips[2]) 2 11"]
            #expect(Set(message.clips.map { "\($0.id) \($0.voteCount) \($0.weightedScore)" }) == expected)
            _ = try stage.undo(.visitor(1, clips[2]))
            #expect(try counts.step())
            #expect(try subscriber.last().clips == [.init(id: clips[2], voteCount: 1, weightedScore: 10)])
            #expect(subscriber.events.withLock(\.count) == 3)
        }
    }

    @Test("RT-01 of the publishers of several hosts one publishes; another one follows when it ends or is gone")
    func hosts() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B"])
            let subscriber = Subscriber()
            let (first, second) = (subscriber.counts(stage), subscriber.counts(stage))
            func steps() throws -> [Bool] { [try first.step(), try second.step()] }
            #expect(try steps() == [true, false])
            _ = try stage.cast(.visitor(1, clips[0]))
            #expect(try steps() == [true, false])
            #expect(try steps() == [false, false])
            #expect(subscriber.events.withLock(\.count) == 2)
            // The lease is renewed for as long as it is used.
            for _ in 1...4 {
                try stage.test.advanceClock(by: .seconds(10))
                #expect(try steps() == [false, false])
            }
            try first.release()
            _ = try stage.cast(.visitor(2, clips[0]))
            #expect(try second.step() && !first.step(), "who follows begins with all clips")
            #expect(try subscriber.last().clips.count == 2)
            // One that was killed releases nothing.
            try stage.test.advanceClock(by: .seconds(16))
            #expect(try steps() == [true, false])
        }
    }

    @Test("RT-01 a message has a hundred clips at most, the others follow with the counts of their moment")
    func parts() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting((1...3).map { "Take \($0)" })
            try stage.superuser.execute(
                """
                insert into tournament_clips (
                    season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key,
                    poster_key
                )
                select season_id, slot_position, user_id, 'More', genre, now(), 'active', 'ready', 'v', 'p'
                from tournament_clips, generate_series(1, 247)
                where id = \(clips[0])
                """)
            let subscriber = Subscriber()
            let counts = subscriber.counts(stage)
            var sizes: [Int] = []
            var seen: Set<UUID> = []
            while try counts.step() {
                let part = try subscriber.last().clips
                sizes.append(part.count)
                seen.formUnion(part.map(\.id))
                if sizes.count == 1 { _ = try stage.cast(.visitor(1, clips[0])) }
            }
            #expect(sizes.prefix(2) == [100, 100] && sizes.count == 3 && seen.count == 250)
            let told = try subscriber.events.withLock(\.self).flatMap { try $0.data.decode(Message.self).clips }
            #expect(told.last { $0.id == clips[0] }?.voteCount == 1)
        }
    }

    @Test("RT-01 what could not be published is published later, and a new round starts anew")
    func failures() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B"])
            let subscriber = Subscriber()
            let counts = subscriber.counts(stage)
            #expect(try counts.step())
            _ = try stage.cast(.visitor(1, clips[0]))
            subscriber.isAway.update { $0 = true }
            #expect(throws: Away.self) { _ = try counts.step() }
            _ = try stage.cast(.visitor(2, clips[1]))
            subscriber.isAway.update { $0 = false }
            #expect(try counts.step())
            #expect(try subscriber.last().clips.count == 2)
            _ = try Rounds(database: stage.jobs).advanceNow(by: nil)
            #expect(try counts.step())
            let next = try subscriber.last()
            #expect(next.slot == 2 && next.votes == 0 && next.clips.allSatisfy { $0.voteCount == 0 })
        }
    }

    @Test("RT-01 FILM-01 a season that hides its counts publishes none", arguments: ["after_vote", "after_close"])
    func hidden(counts rule: String) throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A"])
            try stage.superuser.execute("update seasons set show_counts = \(rule)")
            _ = try stage.cast(.visitor(1, clips[0]))
            let subscriber = Subscriber()
            let counts = subscriber.counts(stage)
            #expect(try !counts.step())
            #expect(subscriber.events.withLock(\.isEmpty))
        }
    }
}
