import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@testable import Film

@Suite("The vote on genres", .requiresPostgres)
struct GenreVoteTests {
    @Test(
        "FILM-12 whole percentages add up to 100",
        arguments: [
            ([0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]), ([1, 0, 0, 0, 0, 0, 0], [100, 0, 0, 0, 0, 0, 0]),
            ([1, 1, 1, 0, 0, 0, 0], [34, 33, 33, 0, 0, 0, 0]), ([1, 1, 1, 1, 1, 1, 1], [15, 15, 14, 14, 14, 14, 14]),
            ([0, 2, 0, 1, 0, 0, 0], [0, 67, 0, 33, 0, 0, 0]), ([999, 1, 0, 0, 0, 0, 0], [100, 0, 0, 0, 0, 0, 0]),
        ] as [([Int], [Int])])
    func percentages(votes: [Int], expected: [Int]) {
        #expect(GenrePoll.percentages(votes) == expected)
    }

    @Test("FILM-12 a member votes, changes the vote and removes it, and the percentages follow")
    func vote() throws {
        try FilmStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            let votes = GenreVotes(database: stage.web)
            func tally(_ member: UUID? = nil) throws -> [Int] { try votes.poll(for: member).genres.map(\.percent) }
            let empty = try votes.poll(for: nil)
            #expect(empty.isOpen && empty.total == 0 && empty.mine == nil)
            #expect(
                empty.genres.map(\.genre.rawValue) == [
                    "Thriller", "Comedy", "Action", "Sci-Fi", "Romance", "Animation", "Horror",
                ])
            try votes.cast(.thriller, by: mira)
            try votes.cast(.comedy, by: nova)
            #expect(try tally() == [50, 50, 0, 0, 0, 0, 0])
            try votes.cast(.horror, by: mira)
            try votes.cast(.horror, by: mira)
            #expect(try tally() == [0, 50, 0, 0, 0, 0, 50])
            #expect(try votes.poll(for: mira).mine == .horror)
            try votes.cast(nil, by: mira)
            try votes.cast(nil, by: mira)
            #expect(try tally() == [0, 100, 0, 0, 0, 0, 0])
            #expect(try votes.poll(for: mira).mine == nil && votes.poll(for: nil).mine == nil)
            // However many vote, one event is on its way.
            #expect(try stage.superuser.one("select count(*)::int from jobs where unique_key = 'genre_votes'") == 1)
        }
    }

    @Test("FILM-12 FILM-08 the vote is open between seasons and counts only what was cast since the last began")
    func betweenSeasons() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let votes = GenreVotes(database: stage.web)
            try votes.cast(.romance, by: mira)
            let clip = try stage.voting(["Tide"], slots: 1).clips[0]
            try stage.vote(clip, by: 1..<2)
            let closed = try votes.poll(for: mira)
            #expect(!closed.isOpen && closed.runningSeason == "Undertow")
            #expect(closed.mine == .romance && closed.total == 1, "what it was decided by")
            for genre in [SeasonGenre.comedy, nil] {
                let error = #expect(throws: FilmError.self) { try votes.cast(genre, by: mira) }
                #expect(error?.refusal == .genreVoteClosed)
            }
            #expect(try stage.closeRound().contains("season_finished"))
            let open = try votes.poll(for: mira)
            #expect(open.isOpen && open.total == 0 && open.mine == nil && open.runningSeason == nil)
            try votes.cast(.comedy, by: mira)
            #expect(try votes.poll(for: mira).total == 1)
            let draft = try stage.season("Next")
            #expect(try votes.poll(for: nil).isOpen, "a draft does not close it")
            try stage.test.advanceClock(by: .seconds(60))
            try stage.seasons.activate(draft.id, by: stage.admin)
            let next = try votes.poll(for: mira)
            #expect(!next.isOpen && next.mine == .comedy && next.total == 1)
        }
    }

    @Test("FILM-12 SEC-03 a member who leaves takes the vote along")
    func leaving() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let votes = GenreVotes(database: stage.web)
            try votes.cast(.action, by: mira)
            let outcome: String = try stage.superuser.one("select outcome from delete_member(\(mira), false)")
            #expect(outcome == "deleted")
            #expect(try votes.poll(for: nil).total == 0)
        }
    }
}
