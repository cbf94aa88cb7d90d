import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@testable import Film

/// Random sequences of all that can happen to the film, after each step of which it must be in order. What happens follows
/// from a seed: a fixed one in `./test`, random ones and longer sequences in `./test soak`, which sets DAILIES_MODEL_SEED and
/// DAILIES_MODEL_STEPS. A failure names its seed and its last steps.
@Suite("The film by random sequences", .requiresPostgres)
struct SeasonModelTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = environment["DAILIES_MODEL_SEED"].flatMap(UInt64.init) ?? 20_261_130
    private static let steps = environment["DAILIES_MODEL_STEPS"].flatMap(Int.init) ?? 450

    @Test(
        "FILM-02 FILM-04 FILM-07 FILM-08 FILM-10 VOTE-05 the film is in order after any sequence of events",
        .safetyLimit, arguments: 0..<2)
    func sequences(run: Int) throws {
        try FilmStage.run { stage in
            let seed = Self.seed &+ UInt64(run) &* 7_919
            var film = try RandomFilm(stage, seed: seed)
            for _ in 0..<Self.steps { try film.step() }
            try film.finish()
            #expect(film.isVaried, "seed \(seed): \(film.tally)")
        }
    }

    @Test(
        "FILM-10 FILM-04 with several admins, voters and advances at once, the film is in order at the end",
        .safetyLimit)
    func together() throws {
        try FilmStage.run { stage in
            _ = try RandomFilm(stage, seed: Self.seed)
            try concurrently(4) { thread in
                var film = try RandomFilm(stage, seed: Self.seed &* 31 &+ UInt64(thread), isAlone: false)
                for _ in 0..<Self.steps / 5 { try film.step() }
            }
            #expect(try RandomFilm.disorder(stage) == [], "seed \(Self.seed)")
            #expect(
                try stage.superuser.one(
                    "select deadlocks = 0 from pg_stat_database where datname = current_database()"),
                "seed \(Self.seed)")
        }
    }
}

/// A film to which things happen by chance.
private struct RandomFilm {
    private let stage: FilmStage
    private let seed: UInt64
    private let isAlone: Bool
    private var random: SeededRandom
    private var history: [String] = []
    private let members: [UUID]
    private var supersededResults = 0
    /// How often each thing was done and not refused.
    private(set) var tally: [String: Int] = [:]

    /// The things that can happen, with their weights.
    private static let deeds: [(name: String, weight: Int, run: @Sendable (inout RandomFilm) throws -> Void)] = [
        ("upload", 14, { try $0.upload() }),
        ("vote", 26, { try $0.vote() }),
        ("undo vote", 4, { try $0.undoVote() }),
        ("view", 4, { try $0.view() }),
        ("time", 12, { try $0.pass() }),
        ("jump", 1, { try $0.jump() }),
        ("advance", 4, { try $0.stage.rounds.advance() }),
        ("advance now", 4, { try $0.act(.advance(slot: $0.slot())) }),
        ("reject", 4, { try $0.reject() }),
        ("undo decision", 3, { try $0.undoDecision() }),
        ("withdraw", 1, { try $0.withdraw() }),
        ("void", 4, { try $0.void() }),
        ("restore", 3, { try $0.restore() }),
        ("review", 8, { try $0.review() }),
        ("assign", 6, { try $0.assign() }),
        ("unlock", 5, { try $0.unlock() }),
        ("reset votes", 3, { try $0.act(.resetVotes(season: $0.season(), slot: $0.slot())) }),
        ("reschedule", 2, { try $0.reschedule() }),
        ("take down", 4, { try $0.takeDown() }),
        ("reset season", 1, { try $0.end { .reset(season: $0, label: $1) } }),
        ("delete season", 1, { try $0.end { .delete(season: $0, label: $1) } }),
        ("archive", 1, { _ = try $0.stage.seasons.archive($0.season(), by: $0.stage.admin) }),
        ("activate", 6, { try $0.activate() }),
        ("ban", 2, { try $0.ban() }),
        ("lift ban", 3, { try $0.liftBan() }),
        ("crash", 3, { try $0.crash() }),
    ]

    init(_ stage: FilmStage, seed: UInt64, isAlone: Bool = true) throws {
        self.stage = stage
        self.seed = seed
        self.isAlone = isAlone
        random = SeededRandom(seed: seed)
        members =
            try isAlone
            ? (0..<8).map { try stage.member("member_\($0)") }
            : stage.superuser.query("select id from users where role = 'member' order by username")
    }

    // -- Steps

    mutating func step() throws {
        var draw = Int.random(in: 0..<Self.deeds.reduce(0) { $0 + $1.weight }, using: &random)
        guard
            let deed = Self.deeds.first(where: {
                draw -= $0.weight; return draw < 0
            })
        else { return }
        history.append(deed.name)
        do {
            try deed.run(&self)
            tally[deed.name, default: 0] += 1
        } catch let error as FilmError where error.refusal != nil {
            history.append("(\(error.refusal?.code ?? ""))")
        } catch is Nothing {
            history.append("(nothing)")
        }
        guard isAlone else { return }
        let disorder = try Self.disorder(stage)
        let superseded: Int = try stage.superuser.one(
            "select count(*)::int from slot_results where superseded_at is not null")
        let isLost = superseded < supersededResults && deed.name != "delete season"
        supersededResults = superseded
        guard disorder.isEmpty, !isLost else {
            let last = history.suffix(12).joined(separator: ", ")
            throw TestFault("seed \(seed): \(disorder)\(isLost ? " a result is lost" : "") after \(last)")
        }
    }

    /// Every chain of exports adds up.
    func finish() throws {
        for season in try stage.seasons.list() where season.lockedSlots > 0 {
            let faults = try stage.faultsOfTallies(season.id)
            guard faults.isEmpty else { throw TestFault("seed \(seed): \(faults)") }
        }
    }

    /// Whether enough has happened for the test to say something: a few rare things may be missing.
    var isVaried: Bool { tally.count >= Self.deeds.count - 5 }

    private struct Nothing: Error {}

    // -- What must always hold

    static func disorder(_ stage: FilmStage) throws -> [String] {
        try stage.superuser.query(
            """
            select season_disorder(id) || ' in ' || label
            from seasons
            where season_disorder(id) is not null
            union all
            select 'more than one slot of a season is open'
            from story_slots
            where status in ('voting', 'waiting_for_clips', 'under_review')
            group by season_id
            having count(*) > 1
            union all
            select 'a clip competes in a slot that is locked, or in a season that is over: ' || clips.title
            from tournament_clips clips
            join seasons on seasons.id = clips.season_id
            join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
            where clips.status = 'active' and (slots.status = 'locked' or seasons.status in ('finished', 'archived'))
            union all
            select 'a clip is locked and wins nothing: ' || clips.title
            from tournament_clips clips
            left join story_slots slots
                on slots.season_id = clips.season_id and slots.position = clips.slot_position
                and slots.winner_clip_id = clips.id
            where clips.status = 'locked' and slots.position is null
            union all
            select 'a winner is not locked, and no title card fills its place: ' || clips.title
            from story_slots slots
            join tournament_clips clips on clips.id = slots.winner_clip_id
            where clips.status <> 'locked' and not exists (select from film_removals where clip_id = clips.id)
            union all
            select 'a clip wins twice'
            from story_slots
            where winner_clip_id is not null
            group by winner_clip_id
            having count(*) > 1
            union all
            select 'a clip waits for a round of a season that is not its own'
            from tournament_clips
            where status in ('active', 'locked') and (season_id is null or slot_position is null)
            union all
            select 'a counter is not the sum: ' || title
            from counter_drift()
            union all
            select 'a winner does not have the counts of its round: ' || clips.title
            from tournament_clips clips
            left join slot_results results
                on results.clip_id = clips.id and results.season_id = clips.season_id
                and results.slot_position = clips.slot_position and results.superseded_at is null
            where clips.status = 'locked'
                and (clips.vote_count, clips.weighted_score)
                    is distinct from (coalesce(results.vote_count, 0), coalesce(results.weighted_score, 0))
            union all
            select 'a slot is locked without a result, or has one and is not locked'
            from story_slots slots
            where (slots.status = 'locked') <> exists (
                select from slot_results results
                where results.season_id = slots.season_id and results.slot_position = slots.position
                    and results.superseded_at is null
            )
            union all
            select 'the ranks of a result are not 1, 2, 3…'
            from slot_results
            where superseded_at is null
            group by season_id, slot_position
            having max(rank) <> count(*) or count(distinct rank) <> count(*)
            union all
            select 'a vote counts in a slot that is not open yet'
            from votes
            join story_slots slots on slots.season_id = votes.season_id and slots.position = votes.slot_position
            where slots.status = 'upcoming' and votes.voided_at is null
            """)
    }

    // -- What can happen

    private mutating func pick<Item>(_ items: [Item]) throws -> Item {
        guard let item = items.randomElement(using: &random) else { throw Nothing() }
        return item
    }

    private mutating func season() throws -> UUID {
        try pick(try stage.superuser.query("select id from seasons order by number"))
    }

    private mutating func slot() -> Int { Int.random(in: 1...4, using: &random) }

    private mutating func clip(_ condition: SQL) throws -> UUID {
        try pick(
            try stage.superuser.query(
                "select id from tournament_clips where \(sql: condition) order by created_at, id"))
    }

    private mutating func act(_ act: FilmAct) throws {
        try stage.act(act, reason: "By chance")
    }

    private mutating func upload() throws {
        let clip = try stage.clip("clip \(Int.random(in: 1...999, using: &random))", by: try pick(members))
        // One in five waits, and a later step may decide on it.
        if Int.random(in: 0..<5, using: &random) > 0 { _ = try stage.clips.approve([clip], by: stage.admin) }
    }

    private mutating func vote() throws {
        let clip = try clip("status = 'active'")
        // One group in three comes without a browser's headers, so that some rounds are held for review.
        let isFlagged = Int.random(in: 0..<3, using: &random) == 0
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            var ballot = Ballot.visitor(Int.random(in: 0..<60, using: &random), clip)
            if isFlagged { ballot.signals = [.missingHeaders] }
            _ = try stage.votes.cast([ballot])
        }
    }

    private mutating func undoVote() throws {
        let rows: [Row] = try stage.superuser.query(
            "select voter_key, clip_id from votes where voided_at is null order by created_at, voter_key")
        let row = try pick(rows)
        var ballot = Ballot.visitor(0, try row.value("clip_id"))
        ballot.voterKey = try row.value("voter_key")
        _ = try stage.votes.undo([ballot])
    }

    private mutating func view() throws {
        let voter = Ballot.device(Int.random(in: 0..<60, using: &random))
        try stage.superuser.execute(
            """
            select record_views(season_id, slot_position, array[\(voter)], array[1], array[id])
            from tournament_clips
            where id = \(try clip("status = 'active'"))
            """)
    }

    private mutating func pass() throws {
        let seconds = try pick([5, 300, 1_800, 3_601, 3_601, 50_000])
        try stage.test.advanceClock(by: .seconds(seconds))
        try stage.rounds.advance()
    }

    private mutating func jump() throws {
        let back = Duration.seconds(Bool.random(using: &random) ? 3_600 : -3_600)
        try stage.test.advanceClock(by: back)
    }

    private mutating func reject() throws {
        _ = try stage.clips.reject(
            [try clip("status in ('pending', 'active')")], reason: "By chance", by: stage.admin)
    }

    private mutating func undoDecision() throws {
        let decisions: [UUID] = try stage.superuser.query("select id from clip_decisions order by decided_at, clip_id")
        _ = try stage.clips.undo([try pick(decisions)], by: stage.admin)
    }

    private mutating func withdraw() throws {
        let clip = try clip("status in ('pending', 'active')")
        try stage.superuser.execute("select withdraw_clip(user_id, id) from tournament_clips where id = \(clip)")
    }

    private mutating func void() throws {
        let voter = Ballot.device(Int.random(in: 0..<60, using: &random))
        let choice = Bool.random(using: &random) ? stage.voters([voter]) : stage.flagged()
        let slot: Int? = Bool.random(using: &random) ? slot() : nil
        _ = try stage.oversight.void(season: try season(), slot: slot, choice: choice, reason: "x", by: stage.admin)
    }

    private mutating func restore() throws {
        let voids: [UUID] = try stage.superuser.query(
            "select id from vote_voids where undone_at is null order by voided_at, id")
        _ = try stage.oversight.restore(try pick(voids), reason: "x", by: stage.admin)
    }

    private mutating func review() throws {
        let open: [Row] = try stage.superuser.query(
            "select season_id, position from story_slots where status = 'under_review'")
        let slot = try pick(open)
        try stage.rounds.review(
            season: try slot.value("season_id"), slot: try slot.value("position"),
            keepsFlagged: Bool.random(using: &random), reason: "x", by: stage.admin)
    }

    private mutating func assign() throws {
        let begun: [Row] = try stage.superuser.query(
            """
            select season_id, position
            from story_slots
            where status <> 'upcoming'
            order by season_id, position
            """)
        let place = try pick(begun)
        let season: UUID = try place.value("season_id")
        // One in five is any clip, which is most often refused.
        let clip =
            Int.random(in: 0..<5, using: &random) == 0
            ? try clip("season_id = \(season)")
            : try clip("season_id = \(season) and status in ('active', 'eliminated')")
        try act(.assign(season: season, slot: try place.value("position"), clip: clip))
    }

    private mutating func unlock() throws {
        let locked: [Row] = try stage.superuser.query(
            """
            select season_id, max(position)::int as position
            from story_slots
            where status = 'locked'
            group by season_id
            order by season_id
            """)
        let last = try pick(locked)
        try act(.unlock(season: try last.value("season_id"), slot: try last.value("position")))
    }

    private mutating func reschedule() throws {
        let now: Date = try stage.superuser.one("select dailies_now()")
        let ends = now.addingTimeInterval(Double(try pick([-10, 30, 7_200])))
        try act(.reschedule(season: try season(), slot: slot(), ends: ends))
    }

    private mutating func takeDown() throws {
        try act(.takeDown(clip: try clip("status = 'locked'")))
    }

    private mutating func end(_ make: (UUID, String) -> FilmAct) throws {
        let season = try stage.seasons.season(try season())
        try act(make(season.id, season.settings.label))
    }

    private mutating func activate() throws {
        let drafts: [UUID] = try stage.superuser.query("select id from seasons where status = 'draft' order by number")
        guard drafts.count < 2 else { try stage.seasons.activate(try pick(drafts), by: stage.admin); return }
        let made = try stage.season("Season \(Int.random(in: 1...99, using: &random))", slots: slot()) { settings in
            settings.maxRoundsPerClip = [nil, nil, 2, 3].randomElement(using: &random) ?? nil
            settings.minVotes = [0, 0, 1].randomElement(using: &random) ?? 0
            settings.maxActiveClipsPerMember = 100
        }
        try stage.seasons.activate(made.id, by: stage.admin)
    }

    private mutating func ban() throws {
        try stage.superuser.execute("select ban_member(\(stage.admin), \(try pick(members)), 'By chance')")
    }

    private mutating func liftBan() throws {
        let banned: [UUID] = try stage.superuser.query(
            "select id from users where banned_at is not null order by username")
        try stage.superuser.execute("select from lift_ban(\(stage.admin), \(try pick(banned)), 'By chance')")
    }

    /// An act that is rolled back at its end leaves nothing.
    private mutating func crash() throws {
        let season = try season()
        let label = try stage.seasons.season(season).settings.label
        let act = try pick([
            FilmAct.unlock(season: season, slot: slot()), .resetVotes(season: season, slot: slot()),
            .advance(slot: slot()), .reset(season: season, label: label),
        ])
        let before = isAlone ? (try stage.fingerprint(), try stage.ballotBox()) : ("", [:])
        _ = try stage.acts.preview(act, by: stage.admin)
        guard isAlone else { return }
        guard try stage.fingerprint() == before.0, try stage.ballotBox() == before.1 else {
            throw TestFault("seed \(seed): a rolled back act left something")
        }
    }
}
