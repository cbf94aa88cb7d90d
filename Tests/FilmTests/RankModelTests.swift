import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@testable import Film

/// What happens follows from a seed: a fixed one in `./test`, another one by DAILIES_RANK_SEED. A failure names its seed.
@Suite("Boards by a model", .requiresPostgres)
struct RankModelTests {
    private static let seed =
        ProcessInfo.processInfo.environment["DAILIES_RANK_SEED"].flatMap(UInt64.init) ?? 20_261_130

    @Test(
        "RANK-01 RANK-02 VOTE-12 after any changes of votes, clips, members and the fold, the boards equal a recount",
        .safetyLimit, arguments: 0..<3)
    func everything(run: Int) throws {
        try FilmStage.run { stage in
            var world = try World(stage, seed: Self.seed &+ UInt64(run), hidesCounts: run == 1)
            for step in 1...220 {
                try world.act()
                if step.isMultiple(of: 55) { try stage.expectExactRanks("seed \(world.seed), step \(step)") }
            }
        }
    }
}

/// A season with its voters, on which things happen at random.
private struct World {
    let stage: FilmStage
    let seed: UInt64
    private let season: UUID
    private let clips: [UUID]
    private var members: [UUID]
    private var banned: [UUID] = []
    private var voids: [UUID] = []
    private var random: SeededRandom

    init(_ stage: FilmStage, seed: UInt64, hidesCounts: Bool) throws {
        self.stage = stage
        self.seed = seed
        random = SeededRandom(seed: seed)
        let members = try (0..<9).map { try stage.member("person_\($0)") }
        self.members = members
        let clips = try (0..<8).map { try stage.clip("take \($0)", by: members[$0 / 2]) }
        self.clips = clips
        season = try stage.season(slots: 30) { settings in
            settings.roundSeconds = 30 * 3_600
            settings.reviewsFlagged = false
            if hidesCounts { settings.showCounts = .afterClose }
        }.id
        _ = try stage.clips.approve(clips, by: stage.admin)
        try stage.seasons.activate(season, by: stage.admin)
        try stage.turn("multi_vote_enabled", on: true)
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.randomElement(using: &random)
    }

    mutating func act() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<52: try vote()
        case 52..<62: try undo()
        case 62..<68: try void()
        case 68..<72: try restore()
        case 72..<75: try ban()
        case 75..<78: try liftBan()
        case 78..<80: try close()
        case 80..<84: try stage.test.advanceClock(by: .seconds(Int.random(in: 3_600...40 * 3_600, using: &random)))
        case 84..<85: try stage.test.advanceClock(by: .seconds(9 * 86_400))
        case 85..<87: try decide()
        case 87..<88: try leave()
        case 88..<90: try adopt()
        case 90..<97: try stage.fold.step(most: Int.random(in: 1...3, using: &random))
        default: try crashWhileFolding()
        }
    }

    private mutating func vote() throws {
        try stage.forgiveRates()
        let ballots = (0..<Int.random(in: 1...12, using: &random)).compactMap { _ -> Ballot? in
            guard let clip = pick(clips) else { return nil }
            let device = Int.random(in: 0..<6, using: &random)
            guard Bool.random(using: &random), let member = pick(members) else { return .visitor(device, clip) }
            let kind: VoteKind = Int.random(in: 0..<9, using: &random) == 0 ? .super : .standard
            return .member(member, clip, kind, device: 50 + device)
        }
        _ = try stage.votes.cast(ballots)
    }

    private mutating func undo() throws {
        try stage.forgiveRates()
        guard let clip = pick(clips), let member = pick(members) else { return }
        let device = Int.random(in: 0..<6, using: &random)
        _ = try stage.votes.undo([.member(member, clip), .visitor(device, clip)])
    }

    private mutating func void() throws {
        var choice = VoteChoice()
        if Bool.random(using: &random), let member = pick(members) {
            choice.voters = ["user_" + member.uuidString.lowercased()]
        } else {
            choice.clip = pick(clips)
        }
        let slot: Int? = try stage.superuser.first(
            "select position from story_slots where status in ('voting', 'locked') order by random() limit 1")
        do throws(FilmError) {
            voids.append(
                try stage.oversight.void(season: season, slot: slot, choice: choice, reason: "x", by: stage.admin).id)
        } catch {
            guard error.refusal == .noSuchVotes else { throw error }
        }
    }

    private mutating func restore() throws {
        guard let undone = voids.popLast() else { return }
        _ = try stage.oversight.restore(undone, reason: "x", by: stage.admin)
    }

    private mutating func ban() throws {
        guard let member = pick(members), !banned.contains(member), banned.count < 3 else { return }
        banned.append(member)
        #expect(try stage.ban(member) == "done")
    }

    private mutating func liftBan() throws {
        guard let member = banned.popLast() else { return }
        #expect(try stage.liftBan(member).first == "done")
    }

    private func close() throws {
        _ = try? stage.rounds.advanceNow(by: stage.admin)
    }

    /// A clip leaves the round, or comes back.
    private mutating func decide() throws {
        guard let clip = pick(clips) else { return }
        if Bool.random(using: &random) {
            _ = try stage.clips.reject([clip], reason: "x", by: stage.admin)
        } else {
            _ = try stage.clips.approve([clip], by: stage.admin)
        }
    }

    /// Of the members who leave some have a clip in the film.
    private mutating func leave() throws {
        guard members.count > 5 else { return }
        let member = members.remove(at: Int.random(in: members.indices, using: &random))
        let outcome: String = try stage.superuser.one("select outcome from delete_member(\(member), false)")
        #expect(outcome == "deleted")
        banned.removeAll { $0 == member }
    }

    private mutating func adopt() throws {
        guard let member = pick(members) else { return }
        let device = Int.random(in: 0..<6, using: &random)
        let _: Int = try stage.superuser.one("select adopt_device_votes(\(Ballot.device(device)), \(member))")
    }

    /// The process ends after its statements and before its commit.
    private mutating func crashWhileFolding() throws {
        struct Crash: Error {}
        let most = Int32.random(in: 1...20, using: &random)
        do {
            try stage.jobs.transaction { connection in
                let _: Int? = try connection.one("select fold_ranks(\(most))")
                throw Crash()
            }
        } catch is Crash {}
    }
}
