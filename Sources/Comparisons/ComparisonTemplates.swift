public import FoundationEssentials
public import Postgres

/// A prompt with models, of which comparisons are made again and again.
public struct ComparisonTemplate: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// What admins call it.
    public let name: String
    /// What each comparison asks for. `{date}` and `{number}` in its title are filled in.
    public let request: PlannedRequest
    /// Its schedules, the next one first.
    public let schedules: [ComparisonSchedule]

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        name = try row.value("name")
        let (request, schedules): (JSONText, JSONText) = (try row.value("request"), try row.value("schedules"))
        do {
            self.request = try request.decode()
            self.schedules = try schedules.decode()
        } catch {
            throw .decoding(column: "request", expected: "a template", found: "\(error)")
        }
    }
}

/// How often a template is used.
public struct ComparisonSchedule: Sendable, Decodable {
    /// The id.
    public let id: UUID
    /// The hours between two comparisons.
    public let everyHours: Int
    /// When the next one is planned, as RFC 3339.
    public let nextAt: String
    /// Whether it waits.
    public let isPaused: Bool
    /// How many comparisons it has planned.
    public let runs: Int
}

/// Templates of comparisons and their schedules.
public struct ComparisonTemplates: Sendable {
    private let database: Database

    /// The templates of a database.
    public init(database: Database) {
        self.database = database
    }

    /// Every template by name, for an admin.
    public func list(for admin: UUID) throws -> [ComparisonTemplate] {
        try database.acting(for: admin).query(
            """
            select templates.id, templates.name, templates.request,
                (
                    select coalesce(
                        jsonb_agg(
                            jsonb_build_object(
                                'id', schedules.id, 'everyHours', schedules.every_hours, 'nextAt', rfc3339(schedules.next_at),
                                'isPaused', schedules.is_paused, 'runs', schedules.runs
                            )
                            order by schedules.next_at
                        ),
                        '[]'
                    )
                    from comparison_schedules schedules
                    where schedules.template_id = templates.id
                ) as schedules
            from comparison_templates templates
            order by templates.name
            limit 200
            """)
    }

    /// Keeps a template; one of the same name is replaced.
    public func save(_ name: String, _ request: PlannedRequest, by admin: UUID) throws {
        _ = try database.acting(for: admin).one(
            "select save_template(\(admin), \(name), \(try JSONText(encoding: request)))", as: UUID.self)
    }

    /// Deletes a template with its schedules.
    public func delete(_ id: UUID, by admin: UUID) throws {
        try check(try database.acting(for: admin).one("select delete_template(\(admin), \(id))"))
    }

    /// Plans a comparison of a template now.
    public func use(_ id: UUID, by admin: UUID) throws {
        let made: UUID? = try database.acting(for: admin).one("select use_template(\(admin), \(id))", as: UUID?.self)
        try check(made != nil)
    }

    /// Plans a comparison of a template every so many hours, from a moment on, or from now.
    public func schedule(_ id: UUID, everyHours: Int, from first: Date?, by admin: UUID) throws {
        let made: UUID? = try database.acting(for: admin).one(
            "select create_schedule(\(admin), \(id), \(Int32(everyHours)), \(first))", as: UUID?.self)
        try check(made != nil)
    }

    /// Pauses a schedule, or lets it run again.
    public func set(schedule id: UUID, isPaused: Bool, by admin: UUID) throws {
        try check(try database.acting(for: admin).one("select change_schedule(\(admin), \(id), \(isPaused))"))
    }

    /// Deletes a schedule.
    public func delete(schedule id: UUID, by admin: UUID) throws {
        try check(try database.acting(for: admin).one("select change_schedule(\(admin), \(id), null)"))
    }

    /// Plans what schedules are due for; how many. Not for the web role.
    public static func runSchedules(in database: Database) throws -> Int {
        try database.one("select run_schedules()")
    }

    /// Lets the comparisons that take turns at being featured change places, when it is time; how many are featured then. Not for the web
    /// role.
    public static func rotate(_ most: Int, every hours: Int, in database: Database) throws -> Int? {
        try database.one("select rotate_featured(\(Int32(most)), \(Int32(hours)) * interval '1 hour')", as: Int?.self)
    }

    private func check(_ isFound: Bool) throws {
        guard isFound else { throw ComparisonRefusal.templateNotFound }
    }
}
