internal import FoundationEssentials
public import Postgres
internal import Ratings

/// Looks for battles and votes for videos that were not judged by looking. What it finds is flagged, and counts until an admin
/// voids it.
public struct BattleAnomalies: Sendable {
    /// How long a battle is watched. What is older is what it is compared with.
    private static let watched = "7 days"
    /// The most recent ones are enough where a site has more.
    private static let most = 200_000

    private let database: Database

    /// The battles of a database, as the background role.
    public init(database: Database) {
        self.database = database
    }

    /// Flags what looks suspicious and was not flagged before. Returns how many flags battles got, and how many votes got
    /// some.
    public func flag() throws -> (battles: Int, votes: Int) {
        var battles = 0
        for (sign, ids) in try signs().sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            battles += try database.one("select flag_battles(\(ids.sorted()), \(sign.rawValue))")
        }
        return (
            battles,
            try database.one("select flag_video_votes(dailies_now() - \(Self.watched)::interval)")
        )
    }

    private func signs() throws -> [BattleSign: Set<Int64>] {
        let since: Date = try database.one("select dailies_now() - \(Self.watched)::interval")
        let rows: [Row] = try database.query(
            """
            select battles.id, battles.pseudonym, battles.left_model_id, battles.right_model_id, battles.outcome,
                extract(epoch from battles.cast_at - \(since))::float8 as second, evidence.network, evidence.device_key,
                not exists (
                    select
                    from battles earlier
                    where earlier.pseudonym = battles.pseudonym and earlier.cast_at < \(since)
                ) as is_new
            from battles
            join battle_evidence evidence on evidence.battle_id = battles.id
            where battles.cast_at >= \(since) and battles.void_id is null
            order by battles.id desc
            limit \(Int32(Self.most))
            """)
        guard !rows.isEmpty else { return [:] }
        var models = Numbers<UUID>()
        var voters = Numbers<UUID>()
        var networks = Numbers<String>()
        var devices = Numbers<String>()
        let battles = try rows.map { row in
            WatchedBattle(
                id: try row.value("id"), voter: voters.number(of: try row.value("pseudonym")),
                network: try row.value("network", as: String?.self).map { networks.number(of: $0) },
                device: try row.value("device_key", as: String?.self).map { devices.number(of: $0) },
                left: models.number(of: try row.value("left_model_id")),
                right: models.number(of: try row.value("right_model_id")),
                score: try row.value("outcome", as: BattleOutcome.self).leftScore, second: try row.value("second"),
                isNewVoter: try row.value("is_new"))
        }
        let past: [Row] = try database.query(
            """
            select left_model_id, right_model_id, count(*) filter (where outcome = 'left')::int as left_wins,
                count(*) filter (where outcome = 'right')::int as right_wins,
                count(*) filter (where outcome in ('tie', 'bothBad'))::int as ties
            from battles
            where cast_at < \(since) and void_id is null
            group by left_model_id, right_model_id
            order by left_model_id, right_model_id
            """)
        let history = try past.map { row in
            BattleCounts(
                left: models.number(of: try row.value("left_model_id")),
                right: models.number(of: try row.value("right_model_id")), leftWins: try row.value("left_wins"),
                rightWins: try row.value("right_wins"), ties: try row.value("ties"))
        }
        return try BattleWatch.signs(in: battles, models: models.count, history: history, rules: RatingBoards.rules)
    }
}

/// Numbers from 0 for what is met.
private struct Numbers<Thing: Hashable> {
    private var numbers: [Thing: Int] = [:]

    var count: Int { numbers.count }

    mutating func number(of thing: Thing) -> Int {
        let number = numbers[thing] ?? numbers.count
        numbers[thing] = number
        return number
    }
}

extension BattleOutcome {
    /// What the left side scores.
    fileprivate var leftScore: Double {
        switch self {
        case .left: 1
        case .right: 0
        case .tie, .bothBad: 0.5
        }
    }
}
