public import FoundationEssentials
public import Postgres
public import Refusals

/// The seasons: made, begun, changed and archived by admins. An actor of nil is the operator at the machine.
public struct Seasons: Sendable {
    private let database: Database

    /// Seasons kept in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// Every season, the newest first.
    public func list() throws -> [Season] {
        try database.query("select \(sql: Season.columns) order by seasons.number desc")
    }

    /// One season.
    public func season(_ id: UUID) throws(FilmError) -> Season {
        try FilmError.wrapping {
            guard let season: Season = try database.first("select \(sql: Season.columns) where seasons.id = \(id)")
            else {
                throw FilmRefusal.seasonNotFound
            }
            return season
        }
    }

    /// The season that runs, if one does.
    public func active() throws -> Season? {
        try database.first("select \(sql: Season.columns) where seasons.status = 'active'")
    }

    /// Makes a draft with its slots.
    public func create(_ settings: SeasonSettings, by actor: UUID?) throws(FilmError) -> Season {
        try FilmError.wrapping {
            let id: UUID = try database.one(
                """
                select create_season(
                    \(actor), \(settings.label), \(settings.description), \(settings.genre), \(settings.coverKey),
                    \(settings.totalSlots)::int, \(settings.roundSeconds)::int, \(settings.aspect),
                    \(settings.maxActiveClipsPerMember)::int, \(settings.maxRoundsPerClip)::int, \(settings.showCounts),
                    \(settings.minVotes)::int
                )
                """)
            // What is not among the words of making a season is a change of it.
            let defaults = SeasonSettings(label: settings.label)
            let isReviewUsual =
                settings.reviewsFlagged == defaults.reviewsFlagged && settings.reviewHours == defaults.reviewHours
            return isReviewUsual ? try season(id) : try edit(id, settings: settings, by: actor)
        }
    }

    /// Begins a draft: its first slot opens for a full round, or waits for a clip.
    @discardableResult
    public func activate(_ id: UUID, by actor: UUID?) throws(FilmError) -> Season {
        try FilmError.wrapping {
            try database.transaction { connection in
                let rows: [Activation] = try connection.query("select * from activate_season(\(actor), \(id))")
                for row in rows {
                    if let refusal = FilmRefusal(outcome: row.outcome) { throw refusal }
                    try row.event.map { event in try Rounds.announce([event], on: connection) }
                }
            }
            return try season(id)
        }
    }

    /// Gives a season other settings; the number of slots only before it begins.
    public func edit(_ id: UUID, settings: SeasonSettings, by actor: UUID?) throws(FilmError) -> Season {
        try FilmError.wrapping {
            let outcome: String = try database.one(
                """
                select edit_season(
                    \(actor), \(id),
                    jsonb_build_object(
                        'label', \(settings.label)::text,
                        'description', \(settings.description)::text,
                        'genre', \(settings.genre)::text,
                        'cover_key', \(settings.coverKey)::text,
                        'total_slots', \(settings.totalSlots)::int,
                        'round_seconds', \(settings.roundSeconds)::int,
                        'aspect', \(settings.aspect)::text,
                        'max_active_clips_per_member', \(settings.maxActiveClipsPerMember)::int,
                        'max_rounds_per_clip', \(settings.maxRoundsPerClip)::int,
                        'show_counts', \(settings.showCounts)::text,
                        'min_votes', \(settings.minVotes)::int,
                        'review_flagged', \(settings.reviewsFlagged)::boolean,
                        'review_hours', \(settings.reviewHours)::int
                    )
                )
                """)
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
            return try season(id)
        }
    }

    /// Takes a finished season out of the story and the lists.
    public func archive(_ id: UUID, by actor: UUID?) throws(FilmError) -> Season {
        try FilmError.wrapping {
            let outcome: String = try database.one("select archive_season(\(actor), \(id))")
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
            return try season(id)
        }
    }
}

private struct Activation: RowDecodable {
    let outcome: String
    let event: RoundEvent?

    init(row: Row) throws(DatabaseError) {
        outcome = try row.value("outcome")
        event = try RoundEvent(optional: row)
    }
}
