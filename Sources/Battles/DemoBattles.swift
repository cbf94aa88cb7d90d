public import Postgres
internal import Text

/// Battles of invented people over the videos of the demo's comparisons, so that a new demo has a board to look at. They judge
/// what the site shows them, and the same people judge in the same way on every site.
public struct DemoBattles: Sendable {
    private static let people = 45
    /// The points of the renderers' settings, so that the board has tiers and two that are level.
    private static let ratings = [
        "demo-renderer-a": 1_130.0, "demo-renderer-b": 1_010, "demo-renderer-c": 1_000, "demo-renderer-d": 850,
    ]

    private let database: Database
    private let copies: BattleCopies

    /// The demo of a site, as the background role.
    public init(database: Database, copies: BattleCopies) {
        self.database = database
        self.copies = copies
    }

    /// Fights them, unless the site has battles. Returns how many there were.
    public func seed() throws -> Int {
        guard try !database.one("select exists (select from battles)", as: Bool.self) else { return 0 }
        guard try copies.make(in: database, log: nil) > 0 else { return 0 }
        let battles = Battles(database: database)
        var judged = 0
        for person in 1...Self.people {
            let voter = BattleVoter(key: "device_demo_\(person)")
            while let pair = try battles.show(to: voter.key) {
                _ = try battles.judge(pair.id, try outcome(of: pair, by: person), by: voter)
                judged += 1
            }
        }
        _ = try RatingBoards(database: database).refresh()
        return judged
    }

    /// What a person says of two videos: by the models' points, by chance, and for a while neither.
    private func outcome(of pair: BattlePair, by person: Int) throws -> BattleOutcome {
        let row: Row = try database.one(
            """
            select left_models.slug as left_slug, right_models.slug as right_slug
            from battle_pairs pairs
            join generations left_side on left_side.id = pairs.left_id
            join generations right_side on right_side.id = pairs.right_id
            join models left_models on left_models.id = left_side.model_id
            join models right_models on right_models.id = right_side.model_id
            where pairs.id = \(pair.id)
            """)
        let sides: [String] = [try row.value("left_slug"), try row.value("right_slug")]
        let models = sides.sorted()
        let drawn = Self.number("\(person) \(pair.prompt) \(models)")
        if drawn < 0.13 { return .tie }
        if drawn < 0.17 { return .bothBad }
        let points = models.map { Self.ratings[$0] ?? 1_000 }
        let isFirst = Self.number("\(models) \(pair.prompt) \(person)") < Self.chance(points[0] - points[1])
        return (isFirst ? models[0] : models[1]) == sides[0] ? .left : .right
    }

    /// The chance of the one with so many points more.
    private static func chance(_ points: Double) -> Double {
        // Exact enough for a demo, and without another library: 400 points are a chance of 10 to 1.
        let steps = Int((points / 10).rounded())
        var odds = 1.0
        for _ in 0..<abs(steps) { odds *= 1.059_253_725_177_289 }
        return steps > 0 ? odds / (1 + odds) : 1 / (1 + odds)
    }

    /// A number from 0 to 1 that is the same for the same text on every machine (FNV-1a).
    private static func number(_ text: String) -> Double {
        let hash = text.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return Double(((hash ^ (hash >> 31)) &* 0x9E37_79B9_7F4A_7C15) >> 11) / 9_007_199_254_740_992
    }
}
