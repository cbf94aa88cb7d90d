import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

extension FilmStage {
    var oversight: VoteOversight { VoteOversight(database: web) }
    var tallies: Tallies { Tallies(database: jobs) }

    /// Counts votes of visitors, each flagged or not, without the limits that one after the other would meet.
    func vote(_ clip: UUID, by numbers: Range<Int>, network: Int? = nil, flag: VoteSignal? = nil) throws {
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 200) {
            let part = start..<min(start + 200, numbers.upperBound)
            let outcomes = try votes.cast(
                part.map { number in
                    var ballot = Ballot.visitor(number, clip, network: network)
                    if let flag { ballot.signals = [flag] }
                    return ballot
                })
            for outcome in outcomes { _ = try outcome.get() }
        }
    }

    /// What a round has to do with votes, whole tables, to see whether anything in them changed.
    func ballotBox() throws -> [String: String] {
        var texts: [String: String] = [:]
        for table in [
            "votes", "voter_days", "tournament_clips", "slot_results", "story_slots", "clip_views", "seasons", "users",
        ] {
            texts[table] = try superuser.one(
                """
                select coalesce(string_agg(line, E'\\n' order by line), '')
                from (select t::text as line from \(identifier: table) t) lines
                """)
        }
        return texts
    }

    func flagged() -> VoteChoice {
        var choice = VoteChoice()
        choice.flagged = true
        return choice
    }

    func voters(_ keys: [String]) -> VoteChoice {
        var choice = VoteChoice()
        choice.voters = keys
        return choice
    }
}
