internal import Battles
public import FoundationEssentials
public import Postgres

/// What is known of models, from the days that ``ModelDays`` keeps. Reading it touches no run, vote or battle.
public struct Analytics: Sendable {
    private let database: Database

    /// The analytics of a database.
    public init(database: Database) {
        self.database = database
    }

    /// The figures of a period and of a type of videos.
    public func report(_ scope: AnalyticsScope) throws -> AnalyticsReport {
        var report = try database.transaction(isolation: .repeatableRead) { connection in
            let bounds: Row = try connection.one(
                """
                select \(sql: Self.first(scope))::text as first_day, utc_day(dailies_now())::text as last_day,
                    (select counted_at from model_day_state) as counted_at
                """)
            let models: [ModelFigures] = try connection.query(
                """
                select models.slug, models.name, models.maker, \(sql: Figures.sums)
                from model_days days
                join models on models.id = days.model_id
                where \(sql: Self.condition(scope))
                group by models.id
                order by models.name, models.slug
                """)
            return AnalyticsReport(
                scope: scope, firstDay: try bounds.value("first_day"), lastDay: try bounds.value("last_day"),
                countedAt: try bounds.value("counted_at"), models: models,
                previous: try Self.previous(scope, on: connection), trend: try Self.trend(scope, on: connection))
        }
        let board: BoardKind =
            switch scope.type {
            case .all: .all
            case .textToVideo: .text
            case .imageToVideo: .picture
            }
        let rated = try RatingBoards(database: database).find(board)?.board.groups.flatMap(\.models) ?? []
        for model in report.models.indices {
            report.models[model].rating = rated.first { $0.slug == report.models[model].slug }
        }
        return report
    }

    /// The first day; without a limit, that of the first row.
    private static func first(_ scope: AnalyticsScope) -> SQL {
        guard let days = scope.period.days else {
            return "(select min(days.day) from model_days days where \(sql: scope.type.condition))"
        }
        return "(utc_day(dailies_now()) - \(Int32(days - 1))::int)"
    }

    private static func condition(_ scope: AnalyticsScope) -> SQL {
        guard scope.period.days != nil else { return scope.type.condition }
        return """
            days.day >= \(sql: first(scope)) and days.day <= utc_day(dailies_now()) and \(sql: scope.type.condition)
            """
    }

    /// The sums of as many days before.
    private static func previous(_ scope: AnalyticsScope, on connection: Connection) throws -> Figures? {
        guard let days = scope.period.days else { return nil }
        return try connection.one(
            """
            select \(sql: Figures.sums)
            from model_days days
            where days.day >= \(sql: first(scope)) - \(Int32(days))::int and days.day < \(sql: first(scope))
                and \(sql: scope.type.condition)
            """)
    }

    private static func trend(_ scope: AnalyticsScope, on connection: Connection) throws -> [TrendPoint] {
        let unit = scope.period.unit.rawValue
        let rows: [TrendRow] = try connection.query(
            """
            select points.day::text as day, models.slug, coalesce(sum(days.completed), 0)::bigint as completed,
                coalesce(sum(days.failed), 0)::bigint as failed, coalesce(sum(days.votes), 0)::bigint as votes,
                coalesce(sum(days.wins + days.losses + days.ties), 0)::bigint as sides
            from (
                select generate_series(
                    date_trunc(\(unit), \(sql: first(scope))::timestamp), utc_day(dailies_now())::timestamp,
                    ('1 ' || \(unit))::interval
                )::date as day
            ) points
            left join model_days days
                on \(sql: condition(scope)) and date_trunc(\(unit), days.day::timestamp)::date = points.day
            left join models on models.id = days.model_id
            group by points.day, models.slug
            order by points.day, models.slug
            """)
        var points: [TrendPoint] = []
        for row in rows {
            if points.last?.day != row.day { points.append(TrendPoint(day: row.day)) }
            points[points.count - 1].add(row)
        }
        return points
    }
}

/// Analytics of a period.
public struct AnalyticsReport: Sendable {
    /// What it is about.
    public let scope: AnalyticsScope
    /// Its first day, such as `2026-10-22`; nil when nothing has been counted.
    public let firstDay: String?
    /// Its last day: today, UTC.
    public let lastDay: String
    /// Until when everything was counted; nil before the first time.
    public let countedAt: Date?
    /// The models of which something is known, by name.
    public internal(set) var models: [ModelFigures]
    /// The sums of as many days before; nil when the period has no limit.
    public let previous: Figures?
    /// The course of time, without gaps.
    public let trend: [TrendPoint]

    /// A report.
    public init(
        scope: AnalyticsScope = AnalyticsScope(), firstDay: String? = nil, lastDay: String, countedAt: Date? = nil,
        models: [ModelFigures] = [], previous: Figures? = nil, trend: [TrendPoint] = []
    ) {
        self.scope = scope
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.countedAt = countedAt
        self.models = models
        self.previous = previous
        self.trend = trend
    }

    /// The sums of all models. A battle has two sides.
    public var total: Figures { models.reduce(Figures()) { $0 + $1.figures } }
    /// How many battles were fought.
    public var battles: Int { total.battles / 2 }
}

/// A day or a month.
public struct TrendPoint: Sendable, Equatable {
    /// Its first day.
    public let day: String
    /// Finished videos.
    public private(set) var completed = 0
    /// Runs that failed.
    public private(set) var failed = 0
    /// Votes cast.
    public private(set) var votes = 0
    private var sides = 0
    /// Finished videos of each model, by slug; a model without one is not named.
    public private(set) var completedByModel: [String: Int] = [:]

    /// A point without anything.
    public init(day: String, completedByModel: [String: Int] = [:]) {
        self.day = day
        self.completedByModel = completedByModel
        completed = completedByModel.values.reduce(0, +)
    }

    /// Blind battles.
    public var battles: Int { sides / 2 }

    fileprivate mutating func add(_ row: TrendRow) {
        completed += row.completed
        failed += row.failed
        votes += row.votes
        sides += row.sides
        if let slug = row.slug, row.completed > 0 { completedByModel[slug] = row.completed }
    }
}

private struct TrendRow: RowDecodable {
    let day: String
    let slug: String?
    let completed: Int
    let failed: Int
    let votes: Int
    let sides: Int

    init(row: Row) throws(DatabaseError) {
        day = try row.value("day")
        slug = try row.value("slug")
        completed = try row.value("completed")
        failed = try row.value("failed")
        votes = try row.value("votes")
        sides = try row.value("sides")
    }
}
