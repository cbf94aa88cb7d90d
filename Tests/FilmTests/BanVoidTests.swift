import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

/// The voids that bans make, beside those of admins and the exports.
@Suite("The voids of bans", .requiresPostgres)
struct BanVoidTests {
    @Test("ADM-02 VOTE-12 FILM-13 bans and voids of an open round neither wait for exports nor write them")
    func besideExports() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            _ = try stage.cast(.visitor(1, clips[1]))
            try stage.closeRound()
            _ = try stage.cast(.member(mira, clips[0]))
            try stage.jobs.transaction { job in
                try job.execute("select pg_advisory_xact_lock(hashtextextended('dailies.tallies', 0))")
                #expect(try stage.ban(mira) == "done")
                #expect(try stage.counters(of: clips[0])[0] == 0)
                #expect(try stage.liftBan(mira) == ["done"])
                #expect(try stage.counters(of: clips[0])[0] == 1)
                var all = VoteChoice()
                all.clip = clips[0]
                let made = try stage.oversight.void(
                    season: season, slot: 2, choice: all, reason: "Bots", by: stage.admin)
                #expect(try stage.oversight.restore(made.id, reason: "No", by: stage.admin).restored == 1)
            }
            #expect(try stage.tallies.records(season: season.uuidString).isEmpty)
            // A closed round is exported as it was before any of its votes is taken out.
            let made = try stage.oversight.void(
                season: season, slot: 1, choice: stage.voters([Ballot.device(1)]), reason: "Late", by: stage.admin)
            #expect(try stage.tallies.records(season: season.uuidString).count == 1)
            try stage.tallies.write()
            #expect(try stage.oversight.restore(made.id, reason: "No", by: stage.admin).restored == 1)
            try stage.tallies.write()
            let entries = try stage.tallies.records(season: season.uuidString).map(TallyFile.entry)
            #expect(entries.map(\.document.kind) == [.round, .correction, .correction])
            #expect(entries[0].document.votes?.count(where: \.isVoid) == 0)
        }
    }

    @Test("GDPR-01 ADM-02 the void of a ban stands after its member has left, and names nobody")
    func afterLeaving() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (_, clips) = try stage.voting(["Tide"])
            _ = try stage.cast(.member(mira, clips[0]))
            #expect(try stage.ban(mira) == "done")
            let outcome: String = try stage.web.one("select outcome from delete_member(\(mira), false)")
            #expect(outcome == "deleted")
            let listed = try stage.voids()
            #expect(listed.map(\.origin) == ["ban"] && listed.map(\.votes) == [1])
            #expect(listed[0].member == nil && listed[0].undoneAt == nil && listed[0].restored == nil)
            let traces: Int = try stage.superuser.one(
                """
                select (select count(*) from vote_voids v where position(\(mira)::text in v::text) > 0)::int
                    + (select count(*) from votes v where position(\(mira)::text in v::text) > 0)::int
                """)
            #expect(traces == 0)
            #expect(try stage.counters(of: clips[0]) == [0, 0, 0])
            #expect(try stage.drift() == 0)
        }
    }
}
