import FoundationEssentials
import Games
import Postgres
import Refusals
import TestSupport
import Testing

@testable import Film

/// What happens follows from a seed: a fixed one in `./test`, others in a soak. A failure names its seed.
@Suite("XP, streaks and badges by a model", .requiresPostgres)
struct GameModelTests {
    private static let seed = ProcessInfo.processInfo.environment["DAILIES_VOTE_SEED"].flatMap(UInt64.init) ?? 4_711

    @Test(
        "GAME-01 GAME-02 GAME-03 VOTE-12 after any days with votes, undos, voids, bans, wins and kills all is as counted anew",
        .safetyLimit, arguments: 0..<2)
    func everything(run: Int) throws {
        try FilmStage.run { stage in
            var world = try World(stage, seed: Self.seed &+ UInt64(run))
            for step in 1...160 {
                try world.act()
                if step.isMultiple(of: 40) { try stage.expectExactGames("seed \(world.seed), step \(step)") }
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

    init(_ stage: FilmStage, seed: UInt64) throws {
        self.stage = stage
        self.seed = seed
        random = SeededRandom(seed: seed)
        let members = try (0..<5).map { try stage.member("person_\($0)") }
        self.members = members
        clips = try (0..<6).map { try stage.clip("take \($0)", by: members[$0 / 2]) }
        season = try stage.season(slots: 30) { settings in
            settings.roundSeconds = 60 * 86_400
            settings.reviewsFlagged = false
        }.id
        _ = try stage.clips.approve(clips, by: stage.admin)
        try stage.seasons.activate(season, by: stage.admin)
        try stage.turn("multi_vote_enabled", on: true)
    }

    mutating func act() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45: try vote()
        case 45..<52: try undo()
        case 52..<57: try void()
        case 57..<61: try restore()
        case 61..<63: try ban()
        case 63..<65: try liftBan()
        case 65..<67: _ = try? stage.rounds.advanceNow(by: stage.admin)
        case 67..<69: try unlock()
        case 69..<84: try stage.test.advanceClock(by: .seconds(Int.random(in: 20 * 3_600...26 * 3_600, using: &random)))
        case 84..<85: try stage.test.advanceClock(by: .seconds(17 * 86_400))
        case 85..<86: try leave()
        case 86..<88: try adopt()
        case 88..<90: try reward()
        case 90..<93: try stage.fold.step(most: Int.random(in: 1...3, using: &random))
        case 93..<95: try stage.badges.step(most: Int.random(in: 1...3, using: &random))
        case 95..<98: try crash("select fold_ranks(\(Int32.random(in: 1...20, using: &random)))")
        default: try crash("select settle_badges(\(Int32.random(in: 1...20, using: &random)))")
        }
    }

    private mutating func vote() throws {
        try stage.forgiveRates()
        guard let member = members.randomElement(using: &random), let clip = clips.randomElement(using: &random) else {
            return
        }
        let isMany = Int.random(in: 0..<4, using: &random) == 0
        let casts = isMany ? Int.random(in: 10...25, using: &random) : 1
        _ = try stage.votes.cast(Array(repeating: .member(member, clip, device: 50), count: casts))
        _ = try stage.votes.cast([.visitor(Int.random(in: 0..<4, using: &random), clip)])
    }

    private mutating func undo() throws {
        try stage.forgiveRates()
        guard let clip = clips.randomElement(using: &random), let member = members.randomElement(using: &random) else {
            return
        }
        _ = try stage.votes.undo([.member(member, clip)])
    }

    private mutating func void() throws {
        var choice = VoteChoice()
        if Bool.random(using: &random), let member = members.randomElement(using: &random) {
            choice.voters = ["user_" + member.uuidString.lowercased()]
        } else {
            choice.clip = clips.randomElement(using: &random)
        }
        do throws(FilmError) {
            voids.append(
                try stage.oversight.void(season: season, slot: nil, choice: choice, reason: "x", by: stage.admin).id)
        } catch {
            guard error.refusal == .noSuchVotes else { throw error }
        }
    }

    private mutating func restore() throws {
        guard let undone = voids.popLast() else { return }
        _ = try stage.oversight.restore(undone, reason: "x", by: stage.admin)
    }

    private mutating func ban() throws {
        guard let member = members.randomElement(using: &random), !banned.contains(member), banned.count < 2 else {
            return
        }
        banned.append(member)
        #expect(try stage.ban(member) == "done")
    }

    private mutating func liftBan() throws {
        guard let member = banned.popLast() else { return }
        #expect(try stage.liftBan(member).first == "done")
    }

    private func unlock() throws {
        let last: Int? = try stage.superuser.one(
            "select max(position) from story_slots where season_id = \(season) and status = 'locked'")
        if let last { try stage.act(.unlock(season: season, slot: last)) }
    }

    private mutating func leave() throws {
        guard members.count > 3 else { return }
        let member = members.remove(at: Int.random(in: members.indices, using: &random))
        let outcome: String = try stage.superuser.one("select outcome from delete_member(\(member), false)")
        #expect(outcome == "deleted")
        banned.removeAll { $0 == member }
    }

    private mutating func adopt() throws {
        guard let member = members.randomElement(using: &random) else { return }
        let device = Ballot.device(Int.random(in: 0..<4, using: &random))
        let _: Int = try stage.superuser.one("select adopt_device_votes(\(device), \(member))")
    }

    private mutating func reward() throws {
        guard let member = members.randomElement(using: &random) else { return }
        let event = "tier \(Int.random(in: 0..<3, using: &random))"
        if Int.random(in: 0..<3, using: &random) == 0 {
            try stage.revoke(member, "thanks", event)
        } else {
            try stage.reward(member, "thanks", event, 50)
        }
    }

    /// The process ends after its statements and before its commit.
    private func crash(_ statement: SQL) throws {
        struct Crash: Error {}
        do {
            try stage.jobs.transaction { connection in
                let _: Int? = try connection.one(statement)
                throw Crash()
            }
        } catch is Crash {}
    }
}
