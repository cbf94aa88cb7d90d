import FoundationEssentials
import Logging
import Postgres
import Refusals
import Synchronization
import TestSupport
import Testing

@testable import Film

/// What voters do follows from a seed: a fixed one in `./test`, random ones in `./test soak`, which sets DAILIES_VOTE_SEED. A
/// failure names its seed.
@Suite("Votes by a model", .requiresPostgres)
struct VoteModelTests {
    private static let seed =
        ProcessInfo.processInfo.environment["DAILIES_VOTE_SEED"].flatMap(UInt64.init) ?? 20_261_129

    @Test(
        "VOTE-01 VOTE-02 VOTE-03 VOTE-04 VOTE-05 VOTE-07 VOTE-08 with many voters, an approving admin and sign-ins at once, each answer is the model's and every sum is exact",
        .safetyLimit, arguments: 0..<3)
    func standingRound(run: Int) throws {
        try FilmStage.run { stage in
            let seed = Self.seed &+ UInt64(run)
            let clips = try stage.voting((1...6).map { "clip \($0)" }).clips
            let late = try (1...3).map { try stage.clip("late \($0)") }
            let crowd = try Crowd(stage, clips, late, seed: seed, size: 8 * Crowd.share)
            try crowd.run {
                for clip in late { _ = try stage.clips.approve([clip], by: stage.admin) }
            }
            try crowd.compareWithDatabase()
            try crowd.expectInvariants()
        }
    }

    @Test(
        "VOTE-04 VOTE-05 VOTE-06 FILM-04 while rounds close, what was acknowledged is stored, in the rounds that closed too",
        .safetyLimit)
    func closingRounds() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...8).map { "clip \($0)" }, slots: 6).clips
            // Two networks are suspicious by themselves, and a round that is held for review would end the test.
            try stage.superuser.execute("update seasons set review_flagged = false")
            let databases = [0, 1].map { _ in Database(stage.test.options(as: .web)) }
            defer { for database in databases { database.close() } }
            let committers = databases.map {
                VoteCommitter(database: $0, dailyVotes: 200, networkWeight: 5, log: .silent)
            }
            for committer in committers { committer.start() }
            let acknowledged = Mutex<[String: Int]>([:])
            let done = ThreadCounter()
            try concurrently(9) { thread in
                guard thread > 0 else {
                    for round in 1...4 {
                        _ = eventually { done.count > round * 300 }
                        try stage.rounds.advanceNow(by: stage.admin)
                    }
                    return
                }
                var random = SeededRandom(seed: Self.seed &+ UInt64(thread) &* 7_919)
                for person in 0..<12 {
                    let device = thread * 100 + person
                    for _ in 0..<20 {
                        let clip = clips[Int.random(in: 0..<8, using: &random)]
                        let ballot = Ballot.visitor(device, clip, network: thread % 2)
                        let isUndo = Int.random(in: 0..<4, using: &random) == 0
                        let committer = committers[Int.random(in: 0..<2, using: &random)]
                        do {
                            _ = isUndo ? try committer.undo(ballot) : try committer.cast(ballot)
                            acknowledged.withLock { $0["\(ballot.voterKey) \(clip)", default: 0] += isUndo ? -1 : 1 }
                        } catch VoteError.refused {}
                        done.add()
                    }
                }
            }
            for committer in committers { committer.stop() }
            let rows: [Row] = try stage.superuser.query(
                """
                select voter_key || ' ' || upper(clip_id::text) as key, sum(casts)::int as casts
                from votes group by voter_key, clip_id
                """)
            var stored: [String: Int] = [:]
            for row in rows { stored[try row.value("key")] = try row.value("casts") as Int }
            #expect(stored == acknowledged.withLock { $0.filter { $0.value != 0 } }, "seed \(Self.seed)")
            let results: Int = try stage.superuser.one(
                """
                select count(*)::int
                from slot_results results
                where (vote_count, weighted_score) <> (
                    select coalesce(sum(casts), 0), coalesce(sum(weight), 0)
                    from votes
                    where votes.season_id = results.season_id and votes.slot_position = results.slot_position
                        and votes.clip_id = results.clip_id
                )
                """)
            #expect(results == 0, "seed \(Self.seed)")
            #expect(try stage.drift() == 0, "seed \(Self.seed)")
        }
    }
}

/// People who vote at once, each with a model of what should be counted.
private final class Crowd: Sendable {
    static let share = 12
    private static let networkWeight = 4

    private let stage: FilmStage
    private let clips: [UUID]
    private let late: [UUID]
    private let seed: UInt64
    private let members: [UUID]
    private let models: Mutex<[Int: VoteModel]>

    init(_ stage: FilmStage, _ clips: [UUID], _ late: [UUID], seed: UInt64, size: Int) throws {
        self.stage = stage
        self.clips = clips
        self.late = late
        self.seed = seed
        members = try (0..<size).map { try stage.member("person_\($0)") }
        // Every sixth person has made a clip of the round.
        for (place, clip) in clips.enumerated() {
            try stage.superuser.execute(
                "update tournament_clips set user_id = \(members[place * 6]) where id = \(clip)")
        }
        models = Mutex([:])
    }

    private func ballot(_ person: Int, _ who: VoteModel.Identity, _ clip: UUID, _ kind: VoteKind) -> Ballot {
        // A third of the people share a network, so that its cap is reached.
        let network = person % 3 == 0 ? 9_999 : person
        var ballot = Ballot.visitor(person, clip, kind, network: network)
        if who == .member { ballot.voterKey = "user_" + members[person].uuidString.lowercased() }
        return ballot
    }

    /// Lets everybody act, and `meanwhile` happen beside them.
    func run(_ meanwhile: @escaping @Sendable () throws -> Void) throws {
        let databases = [0, 1].map { _ in Database(stage.test.options(as: .web)) }
        defer { for database in databases { database.close() } }
        let committers = databases.map {
            VoteCommitter(database: $0, dailyVotes: 200, networkWeight: Self.networkWeight, log: .silent)
        }
        for committer in committers { committer.start() }
        let threads = members.count / Self.share
        try concurrently(threads + 1) { [self] thread in
            guard thread < threads else { return try meanwhile() }
            var random = SeededRandom(seed: seed &* 31 &+ UInt64(thread))
            var people = Dictionary(
                uniqueKeysWithValues: (thread * Self.share..<(thread + 1) * Self.share).map { person in
                    let own = person % 6 == 0 && person / 6 < clips.count ? clips[person / 6] : nil
                    return (person, VoteModel(open: clips, late: late, own: own))
                })
            // The limit of thirty votes a minute is another test's.
            for _ in 0..<26 {
                for person in people.keys.sorted() {
                    guard var model = people[person] else { continue }
                    try act(person, &model, committers[Int.random(in: 0..<2, using: &random)], &random)
                    people[person] = model
                }
            }
            models.withLock { $0.merge(people) { _, new in new } }
        }
        for committer in committers { committer.stop() }
    }

    private func act(
        _ person: Int, _ model: inout VoteModel, _ committer: VoteCommitter, _ random: inout SeededRandom
    ) throws {
        let who: VoteModel.Identity = Bool.random(using: &random) ? .device : .member
        let all = clips + late
        let clip = all[Int.random(in: 0..<all.count, using: &random)]
        switch Int.random(in: 0..<20, using: &random) {
        case 0:
            let taken: Int = try stage.superuser.one(
                "select adopt_device_votes(\(Ballot.device(person)), \(members[person]))")
            let foretold = model.adopt()
            guard taken == foretold else { throw TestFault("seed \(seed): adopted \(taken), not \(foretold)") }
        case 1...5:
            let foretold = model.answerToUndo(by: who, of: clip)
            let outcome = try answer { try committer.undo(ballot(person, who, clip, .standard)) }
            guard outcome.code == foretold else {
                throw TestFault("seed \(seed): an undo was \(outcome), not \(foretold ?? "counted")")
            }
            if foretold == nil { model.undo(by: who, of: clip) }
            try check(outcome.tally, model, who)
        case let draw:
            let kind: VoteKind = draw == 6 ? .mega : draw < 9 ? .super : .standard
            let foretold = model.answers(to: kind, by: who, for: clip)
            let outcome = try answer { try committer.cast(ballot(person, who, clip, kind)) }
            guard foretold.contains(outcome.code) else {
                throw TestFault("seed \(seed): a \(kind) by \(who) was \(outcome), not one of \(foretold)")
            }
            model.cast(kind, by: who, for: clip, answered: outcome.code)
            try check(outcome.tally, model, who)
        }
    }

    private func answer(_ call: () throws -> VoteTally) throws -> (code: String?, tally: VoteTally?) {
        do {
            return (nil, try call())
        } catch VoteError.refused(let refusal) {
            if case .alreadyVoted(let tally) = refusal { return (refusal.code, tally) }
            return (refusal.code, nil)
        }
    }

    private func check(_ tally: VoteTally?, _ model: VoteModel, _ who: VoteModel.Identity) throws {
        guard let tally else { return }
        let power = model.power(of: who)
        guard tally.totalVotesToday == model.today[who], tally.remaining.super == power.super,
            tally.remaining.mega == power.mega
        else { throw TestFault("seed \(seed): \(tally) where the model has \(model.today) and \(power)") }
    }

    /// Every vote that the models hold is stored, and no other.
    func compareWithDatabase() throws {
        let letters: [VoteKind: String] = [.standard: "n", .super: "s", .mega: "m"]
        var foretold: Set<String> = []
        var days: [String: Int] = [:]
        for (person, model) in models.withLock(\.self) {
            for (who, votes) in model.votes {
                let key = ballot(person, who, clips[0], .standard).voterKey
                days[key] = model.today[who]
                for (clip, kind) in votes { foretold.insert("\(key) \(clip) \(letters[kind] ?? "")") }
            }
        }
        let stored: [String] = try stage.superuser.query(
            """
            select voter_key || ' ' || upper(clip_id::text) || ' ' || replace(kinds, 'c', 'n')
            from votes
            """)
        #expect(stored.count == foretold.count && Set(stored) == foretold, "seed \(seed)")
        let rows: [Row] = try stage.superuser.query("select voter_key, casts from voter_days")
        for row in rows {
            let key: String = try row.value("voter_key")
            #expect(try row.value("casts") as Int == days[key], "seed \(seed): the day of \(key)")
        }
    }

    func expectInvariants() throws {
        #expect(try stage.drift() == 0, "seed \(seed)")
        let wrong: [String] = try stage.superuser.query(
            """
            select 'a tally of a network is no sum'
            from vote_network_clips tally
            where weight <> (
                select coalesce(sum(votes.weight), 0)
                from votes
                where votes.clip_id = tally.clip_id and votes.network = tally.network and user_id is null
            )
            union all
            select 'a network brings more than it can'
            from votes where user_id is null group by network, clip_id having sum(weight) > \(Self.networkWeight)
            union all
            select 'weight and kinds differ'
            from votes where weight <> vote_weight(kinds)
            union all
            select 'a vote without weight is not flagged'
            from votes where (weight = 0) <> coalesce('network_cap' = any (flags), false)
            union all
            select 'a member votes without weight'
            from votes where weight = 0 and user_id is not null
            """)
        #expect(wrong.isEmpty, "seed \(seed)")
        #expect(try stage.flagged("network_cap") > 0, "seed \(seed)")
        #expect(
            try stage.superuser.one("select deadlocks = 0 from pg_stat_database where datname = current_database()"),
            "seed \(seed)")
    }
}
