import FoundationEssentials
import Platform
import Postgres
import Tally
import TestSupport
import Testing

@testable import Film

/// The voids that bans make, beside those of admins and the exports.
@Suite("The voids of bans", .requiresPostgres)
struct BanVoidTests {
    @Test("ADM-02 VOTE-12 a void that is undone while its voter is banned brings nothing back before the ban is lifted")
    func undoneMeanwhile() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            _ = try stage.cast(.member(mira, clips[0]))
            _ = try stage.cast(.visitor(1, clips[0]))
            var all = VoteChoice()
            all.clip = clips[0]
            let made = try stage.oversight.void(season: season, slot: 1, choice: all, reason: "Bots", by: stage.admin)
            _ = try stage.cast(.member(mira, clips[1]))
            #expect(try stage.ban(mira) == "done")
            let undone = try stage.oversight.restore(made.id, reason: "People", by: stage.admin)
            #expect(undone.restored == 1 && undone.kept == 1)
            #expect(try clips.map { try stage.counters(of: $0)[0] } == [1, 0])
            #expect(try stage.drift() == 0)
            let listed = try stage.voids()
            #expect(listed.map(\.origin) == ["ban", "ban", "admin"] && listed.map(\.votes) == [1, 1, 2])
            #expect(listed.map(\.member) == ["mira", "mira", nil] && listed.map(\.restored) == [nil, nil, 1])
            let audit: [String] = try stage.superuser.query(
                "select after->>'restored' from audit_log where action = 'votes.restore'")
            #expect(audit == ["1"])

            #expect(try stage.liftBan(mira) == ["done"])
            #expect(try clips.map { try stage.counters(of: $0)[0] } == [2, 1])
            #expect(try stage.drift() == 0)
            // What is public adds up: the vote that went over to the ban did not come back in between.
            let told: [String] = try stage.superuser.query(
                "select kind || ' ' || votes from round_interventions order by id")
            #expect(
                told == [
                    "votes_voided 2", "votes_voided 1", "votes_restored 1", "votes_restored 1", "votes_restored 1",
                ])
        }
    }

    @Test("ADM-02 VOTE-12 what counted at a ban comes back before an older vote that went over to the ban after it")
    func newerStands() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            _ = try stage.cast(.member(mira, clips[0]))
            var all = VoteChoice()
            all.clip = clips[0]
            let made = try stage.oversight.void(season: season, slot: 1, choice: all, reason: "Bots", by: stage.admin)
            _ = try stage.cast(.member(mira, clips[0], .super))
            #expect(try stage.ban(mira) == "done")
            let undone = try stage.oversight.restore(made.id, reason: "People", by: stage.admin)
            #expect(undone.restored == 0 && undone.kept == 1)
            #expect(try stage.counters(of: clips[0]) == [0, 0, 0])

            #expect(try stage.liftBan(mira) == ["done"])
            #expect(try Array(stage.counters(of: clips[0]).prefix(2)) == [1, 3])
            #expect(try stage.voids().map(\.restored) == [0, 1, 0])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("ADM-02 VOTE-12 votes of a decided round come back to a banned member when their void is undone")
    func decidedMeanwhile() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            _ = try stage.cast(.member(mira, clips[0]))
            _ = try stage.cast(.visitor(1, clips[1]))
            var all = VoteChoice()
            all.clip = clips[0]
            let made = try stage.oversight.void(season: season, slot: 1, choice: all, reason: "Bots", by: stage.admin)
            try stage.closeRound()
            #expect(try stage.ban(mira) == "done")
            let undone = try stage.oversight.restore(made.id, reason: "People", by: stage.admin)
            #expect(undone.restored == 1 && undone.kept == 0)
            #expect(try stage.voids().map(\.origin) == ["admin"])
            #expect(try stage.drift() == 0)
        }
    }

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

    @Test("GDPR-01 ADM-02 the void of a ban remains after its member has left, and names no one")
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

    @Test("GDPR-01 VOTE-12 who leaves while voids come or go holds nothing that these wait for")
    func leavingBesideVoids() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide"])
            _ = try stage.cast(.member(mira, clips[0]))
            var all = VoteChoice()
            all.clip = clips[0]
            let made = try stage.oversight.void(season: season, slot: 1, choice: all, reason: "Bots", by: stage.admin)
            let left = ThreadCounter()
            try stage.superuser.transaction { other in
                try other.execute("select lock_film()")
                let leaving = try BackgroundThread(named: "leaving") {
                    let outcome: String? = try? stage.web.one("select outcome from delete_member(\(mira), false)")
                    if outcome == "deleted" { left.add() }
                }
                defer { leaving.join() }
                try waitUntil {
                    try stage.superuser.one(
                        """
                        select exists (
                            select from pg_stat_activity
                            where datname = current_database() and wait_event_type = 'Lock'
                                and query like '%delete_member%' and pid <> pg_backend_pid()
                        )
                        """)
                }
                try other.execute("select from vote_voids where id = \(made.id) for update nowait")
                try other.execute("select from votes where void_id = \(made.id) for update nowait")
                try other.execute("commit")
                leaving.join()
                try other.execute("begin")
            }
            #expect(left.count == 1)
            #expect(try stage.drift() == 0)
        }
    }
}
