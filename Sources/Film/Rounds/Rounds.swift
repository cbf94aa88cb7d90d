public import FoundationEssentials
public import Postgres
internal import Realtime
public import Refusals

/// Something that happened to the open round and that is published on the channel `slot`.
public struct RoundEvent: Sendable, RowDecodable {
    /// The channel that every page listens to.
    public static let channel = "slot"
    /// What can happen.
    public static let names = [
        "winner_selected", "round_opened", "round_waiting", "round_extended", "round_under_review", "season_finished",
        "round_rescheduled", "slot_unlocked", "votes_reset", "clip_taken_down", "season_reset", "season_deleted",
    ]

    /// What happened, a word of `names`.
    public let name: String
    /// What a page needs to know of it, a JSON object.
    public let data: JSONText

    /// Reads the columns `name` and `data`.
    public init(row: Row) throws(DatabaseError) {
        name = try row.value("name")
        data = try row.value("data")
    }

    /// The data as any type that reads JSON.
    public func decodeData<Value: Decodable>() throws -> Value {
        try data.decode()
    }

    /// Reads the columns `name` and `data` of a row in which they may be null.
    init?(optional row: Row) throws(DatabaseError) {
        guard let name: String = try row.value("name") else { return nil }
        self.name = name
        data = try row.value("data")
    }
}

/// The rounds: each ends at its time, its best clip is locked, and the next one opens.
public struct Rounds: Sendable {
    private let database: Database

    /// Rounds of the film in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// Closes every round whose time is over and opens what follows, once, however many do it at the same time.
    /// Everything, the events to publish included, happens in one transaction.
    @discardableResult
    public func advance() throws -> [RoundEvent] {
        try database.transaction { connection in
            let events: [RoundEvent] = try connection.query("select name, data from advance_rounds()")
            try Rounds.announce(events, on: connection)
            return events
        }
    }

    /// Closes the open round before its time, if it is that of `slot`; nil for any. So what an admin wants for one slot is not
    /// done to the next, when the request comes twice or another admin was faster. The result shows the reason, if there is one.
    @discardableResult
    public func advanceNow(
        slot: Int? = nil, reason: String? = nil, by actor: UUID?
    ) throws(FilmError) -> [RoundEvent] {
        try FilmError.wrapping {
            try database.transaction { connection in
                let events = try Rounds.close(slot: slot, reason: reason, by: actor, on: connection)
                try Rounds.announce(events, on: connection)
                return events
            }
        }
    }

    static func close(slot: Int?, reason: String?, by actor: UUID?, on connection: Connection) throws -> [RoundEvent] {
        let events: [RoundEvent] = try connection.query(
            "select name, data from advance_now(\(actor), \(slot)::int, \(reason))")
        if events.isEmpty { throw try refusal(on: connection) }
        return events
    }

    /// Why no round was closed that an admin named.
    private static func refusal(on connection: Connection) throws -> FilmRefusal {
        let open: [Int] = try connection.query(
            """
            select story_slots.position
            from story_slots
            join seasons on seasons.id = story_slots.season_id
            where story_slots.status = 'voting' and seasons.status = 'active'
            """)
        return open.first.map(FilmRefusal.slotNotOpen) ?? .noOpenRound
    }

    /// Ends the review of a round: the flagged votes count, or they are voided, and the round closes.
    @discardableResult
    public func review(
        season: UUID, slot: Int, keepsFlagged: Bool, reason: String, by actor: UUID?
    ) throws(FilmError) -> [RoundEvent] {
        try FilmError.wrapping {
            try database.transaction { connection in
                let rows: [Row] = try connection.query(
                    "select * from review_round(\(actor), \(season), \(slot)::int, \(keepsFlagged), \(reason))")
                var events: [RoundEvent] = []
                for row in rows {
                    if let refusal = FilmRefusal(outcome: try row.value("outcome")) { throw refusal }
                    if let event = try RoundEvent(optional: row) { events.append(event) }
                }
                try Rounds.announce(events, on: connection)
                return events
            }
        }
    }

    /// How long by the database's clock until the open round or its review is over; nil while there is none, zero when
    /// it is due.
    public func untilNextDue() throws -> Duration? {
        let milliseconds: Int? = try database.first(
            """
            select greatest(0, ceil(extract(epoch from due - dailies_now()) * 1000))::bigint
            from (
                select voting_ends_at as due
                from story_slots
                where status = 'voting'
                union all
                select review_ends_at
                from story_slots
                where status = 'under_review'
            ) open_rounds
            order by due
            limit 1
            """)
        return milliseconds.map(Duration.milliseconds)
    }

    /// When the open round is over by the database's clock; nil while none is open.
    public func nextDue() throws -> Date? {
        try database.first("select voting_ends_at from story_slots where status = 'voting' order by 1 limit 1")
    }

    /// Publishes events if and only if the transaction in which they happened commits.
    public static func announce(_ events: [RoundEvent], on connection: Connection) throws {
        for event in events {
            let event = Event(channel: RoundEvent.channel, name: event.name, data: event.data)
            try Realtime.announce(event, on: connection)
        }
    }
}
