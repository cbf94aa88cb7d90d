import Crypto
import Film
import FoundationEssentials
import HTTP
import Postgres
import Refusals
import Tally
import TestSupport
import Testing
import Text

@Suite("FILM-13 exports of closed rounds", .requiresPostgres)
struct TallyTests {
    @Test("FILM-13 every closed round is exported into a chain, and counting it again gives its result")
    func sound() throws {
        try FilmStage.run { stage in
            let season = try stage.filmOfThree()
            #expect(try stage.tallies.write() == 3)
            #expect(try stage.tallies.write() == 0)
            let records = try stage.tallies.records(season: season.uuidString)
            #expect(records.map(\.number) == [1, 2, 3] && records.map(\.slot) == [1, 2, 3])
            let report = TallyCheck.report(on: try records.map(TallyFile.entry), isWhole: true)
            #expect(report.faults == [])
            #expect(report.isSound && report.documents == 3)
            for round in report.rounds {
                let winner = try #require(try stage.winner(of: season, slot: round.slot))
                #expect(round.winner == winner.uuidString.lowercased())
            }
            #expect(report.rounds.map(\.votes) == [12, 4, 0])
            let number: Int = try stage.superuser.one("select number from seasons where id = \(season)")
            #expect(try stage.tallies.records(season: String(number), slot: 2).map(\.hash) == [records[1].hash])
            #expect(throws: FilmError.refused(.seasonNotFound)) { try stage.tallies.records(season: "99") }
            let shown = try stage.stories.round(season: season.uuidString, slot: 2)
            #expect(shown.export?.hash == records[1].hash && shown.export?.corrections == 0)
        }
    }

    @Test("FILM-13 a clock that is set back during a round leaves its export sound")
    func clockSetBack() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.vote(clips[0], by: 1..<4)
            try stage.test.advanceClock(by: .seconds(-600))
            _ = try stage.act(.advance(slot: 1))
            #expect(try stage.faultsOfTallies(season) == [])
            let document = try TallyFile.entry(try stage.tallies.records(season: season.uuidString)[0]).document
            let lastVote = try #require(document.votes?.map(\.minute).max())
            #expect(try #require(document.closedAt).prefix(16) == lastVote.prefix(16))
        }
    }

    @Test("FILM-13 ties are counted again by the rule: votes, then the earlier upload, then the id")
    func ties() throws {
        try FilmStage.run { stage in
            let season = try stage.season(slots: 3)
            let same = Date(timeIntervalSince1970: 1_790_000_000)
            let ids = ["cc", "aa", "bb", "dd"].map { UUID(uuidString: "\($0)000000-0000-4000-8000-000000000000") }
            let clips = try ids.map { try stage.clip("x", createdAt: same, id: try #require($0)) }
            let earlier = try stage.clip("early", createdAt: same.addingTimeInterval(-0.000_1))
            _ = try stage.clips.approve(clips + [earlier], by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            try stage.closeRound()
            #expect(try stage.winner(of: season.id, slot: 1) == earlier)
            try stage.closeRound()
            #expect(try stage.winner(of: season.id, slot: 2) == clips[1])
            let member = try stage.member("voter")
            try stage.turn("power_votes_enabled", on: true)
            // Three votes of one weigh as much as one of three, and their number decides.
            _ = try stage.cast(.member(member, clips[2], .super))
            try stage.vote(clips[3], by: 1..<4)
            try stage.closeRound()
            #expect(try stage.winner(of: season.id, slot: 3) == clips[3])
            try stage.tallies.write()
            let records = try stage.tallies.records(season: season.id.uuidString)
            #expect(TallyCheck.report(on: try records.map(TallyFile.entry), isWhole: true).faults == [])
        }
    }

    @Test("FILM-13 an export contains no voter key and no seconds; a pseudonym is of one round; a receipt finds it")
    func pseudonyms() throws {
        try FilmStage.run { stage in
            let season = try stage.filmOfThree()
            try stage.tallies.write()
            let records = try stage.tallies.records(season: season.uuidString)
            let documents = try records.map { try TallyFile.entry($0).document }
            #expect(records.allSatisfy { !$0.document.contains("device_") && !$0.document.contains("user_") })
            let first = Set((documents[0].votes ?? []).map(\.voter))
            let second = Set((documents[1].votes ?? []).map(\.voter))
            #expect(first.count == 12 && second.count == 4)
            #expect(first.isDisjoint(with: second))
            #expect((documents[0].votes ?? []).allSatisfy { $0.minute.count == 17 && $0.minute.hasSuffix("Z") })

            let receipts = try Tallies(database: stage.web).receipts(
                season: season.uuidString, slot: 1, voterKeys: [Ballot.device(2), Ballot.device(900)])
            #expect(receipts.count == 1)
            let mine = try #require(receipts.first)
            #expect(first.contains(mine.voter))
            #expect(mine.votes.map(\.casts) == [1] && mine.votes.map(\.voided) == [false])
            #expect(throws: DatabaseError.self) { try stage.web.execute("select from round_voters") }
            #expect(throws: DatabaseError.self) { try stage.web.execute("select write_tallies()") }
        }
    }

    @Test("FILM-13 later voids append a correction that adds up, and undoing them another; the result stays")
    func corrections() throws {
        try FilmStage.run { stage in
            let season = try stage.filmOfThree(closing: 2)
            let before = try stage.stories.round(season: season.uuidString, slot: 1).results.map(\.voteCount)
            // The first void writes what was closed before it changes anything.
            let made = try stage.oversight.void(
                season: season, slot: 1, choice: stage.voters([Ballot.device(1), Ballot.device(2)]), reason: "Bought",
                by: stage.admin)
            #expect(try stage.tallies.records(season: season.uuidString).map(\.number) == [1, 2])
            try stage.tallies.write()
            _ = try stage.oversight.restore(made.id, reason: "They were not", by: stage.admin)
            try stage.tallies.write()
            try stage.closeRound()
            try stage.tallies.write()
            let records = try stage.tallies.records(season: season.uuidString)
            let entries = try records.map(TallyFile.entry)
            #expect(entries.map(\.document.kind) == [.round, .round, .correction, .correction, .round])
            #expect(entries.map(\.document.slot) == [1, 2, 1, 1, 3])
            #expect(entries[2].document.changes?.map(\.isVoid) == [true, true])
            #expect(entries[2].document.recount?.map(\.votes).reduce(0, +) == 10)
            #expect(entries[3].document.changes == [])
            let report = TallyCheck.report(on: entries, isWhole: true)
            #expect(report.faults == [])
            #expect(report.rounds.first?.corrections == 2)
            #expect(try stage.stories.round(season: season.uuidString, slot: 1).results.map(\.voteCount) == before)
            #expect(try stage.stories.round(season: season.uuidString, slot: 1).export?.corrections == 2)
        }
    }

    @Test("FILM-13 a reviewed round is exported with what was decided and the votes that were voided")
    func reviewed() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.vote(clips[0], by: 1..<4)
            try stage.vote(clips[1], by: 10..<15, flag: .missingHeaders)
            try stage.closeRound()
            try stage.rounds.review(season: season, slot: 1, keepsFlagged: false, reason: "Bots", by: stage.admin)
            try stage.tallies.write()
            let entry = try TallyFile.entry(try #require(try stage.tallies.records(season: season.uuidString).first))
            #expect(entry.document.interventions.map(\.kind) == ["review_opened", "review_voided"])
            #expect(entry.document.votes?.count(where: \.isVoid) == 5)
            let report = TallyCheck.report(on: [entry], isWhole: true)
            #expect(report.faults == [] && report.rounds.first?.winner == clips[0].uuidString.lowercased())
        }
    }

    @Test("FILM-13 an export cannot be changed or written by who serves the site")
    func appendOnly() throws {
        try FilmStage.run { stage in
            _ = try stage.filmOfThree()
            try stage.tallies.write()
            for statement in [
                "delete from round_tallies", "update round_tallies set hash = hash",
                "insert into round_tallies select * from round_tallies", "truncate round_tallies",
            ] as [SQL] {
                #expect(throws: DatabaseError.self) { try stage.web.execute(statement) }
                #expect(throws: DatabaseError.self) { try stage.jobs.execute(statement) }
            }
            // Not even the owner by mistake.
            #expect(throws: DatabaseError.self) {
                try stage.superuser.execute("update round_tallies set document = document || ' '")
            }
        }
    }

    @Test("FILM-13 many writers at once write each round once; a closing asks for the job")
    func together() throws {
        try FilmStage.run { stage in
            let season = try stage.filmOfThree()
            let asked: Int = try stage.superuser.one("select count(*)::int from jobs where kind = 'write_tallies'")
            #expect(asked == 1)
            let written = ThreadCounter()
            try concurrently(6) { _ in
                for _ in 0..<(try stage.tallies.write()) { written.add() }
            }
            #expect(written.count == 3)
            let entries = try stage.tallies.records(season: season.uuidString).map(TallyFile.entry)
            #expect(TallyCheck.report(on: entries, isWhole: true).faults == [])
        }
    }
}

/// What an operator's file holds.
enum TallyFile {
    static func entry(_ record: TallyRecord) throws -> TallyEntry {
        try entry(try JSONValue(parsing: Array(record.document.utf8)), hash: record.hash)
    }

    static func entry(_ document: JSONValue, hash: String) throws -> TallyEntry {
        TallyEntry(
            document: try document.decode(TallyDocument.self), computedHash: TallyFile.hash(document), statedHash: hash)
    }

    static func hash(_ document: JSONValue) -> String { Text.hex(SHA256.hash(document.bytes)) }
}

extension FilmStage {
    /// A season of three slots: two rounds with votes and one without, all closed or only the first ones.
    func filmOfThree(closing: Int = 3) throws -> UUID {
        let (season, clips) = try voting(["A \"quoted\"", "B – ü", "C\\"], slots: 3)
        try vote(clips[0], by: 1..<8)
        try vote(clips[1], by: 8..<13)
        try closeRound()
        try vote(clips[1], by: 1..<4)
        try vote(clips[2], by: 4..<5, flag: .missingHeaders)
        if closing > 1 { try closeRound() }
        if closing > 2 { try closeRound() }
        return season
    }
}
