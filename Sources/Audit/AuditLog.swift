public import FoundationEssentials
public import Postgres

/// Which entries of the audit log to list.
public struct AuditFilter: Sendable {
    /// Only what this admin did.
    public var actor: UUID?
    /// Only what the operator or a background job did.
    public var isOperator = false
    /// Only this action, such as `clip.approve`, or all of a kind, such as `clip`.
    public var action: String?
    /// Only what was done to things of this kind.
    public var subjectKind: String?
    /// Only what was done to the thing of this id.
    public var subjectID: String?
    /// Only from this time on.
    public var from: Date?
    /// Only before this time.
    public var to: Date?
    /// Only entries whose reason, subject or details contain this.
    public var text: String?
    /// The page.
    public var page = PageRequest()

    /// Every entry.
    public init() {}
}

/// Something that an admin or the operator did.
public struct AuditEntry: Sendable, RowDecodable {
    /// Grows with every entry.
    public let id: Int
    /// When.
    public let happenedAt: Date
    /// Who; nil for the operator or a background job.
    public let actorID: UUID?
    /// The actor's name of today.
    public let actorName: String?
    /// What, such as `clip.approve`.
    public let action: String
    /// What kind of thing it was done to.
    public let subjectKind: String
    /// Which.
    public let subjectID: String
    /// What people call it today.
    public let subjectName: String?
    /// Why.
    public let reason: String?
    /// What changed, as it was.
    public let before: JSONText?
    /// What changed, as it is now.
    public let after: JSONText?

    /// Reads a row of the log.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        happenedAt = try row.value("happened_at")
        actorID = try row.value("actor_id")
        actorName = try row.value("actor_name")
        action = try row.value("action")
        subjectKind = try row.value("subject_kind")
        subjectID = try row.value("subject_id")
        subjectName = try row.value("subject_name")
        reason = try row.value("reason")
        before = try row.value("before")
        after = try row.value("after")
    }
}

/// What admins and the operator did. The functions that do it write the entries. Entries never change.
public struct AuditLog: Sendable {
    private let database: Database

    /// The log of a database.
    public init(database: Database) {
        self.database = database
    }

    /// The newest entries first, for an admin. The database shows none to others.
    public func entries(_ filter: AuditFilter, for reader: UUID?) throws -> Page<AuditEntry> {
        let order = Keyset("audit", .number("log.id"), isDescending: true)
        let place = try order.place(after: filter.page)
        let found: [Row] = try database.acting(for: reader).query(
            """
            select log.id, log.happened_at, log.actor_id, actors.username as actor_name, log.action, log.subject_kind,
                log.subject_id, coalesce(members.username, clips.title, seasons.label) as subject_name, log.reason,
                log.before, log.after, \(sql: order.columns)
            from audit_log log
            left join users actors on actors.id = log.actor_id
            cross join lateral (
                select case
                        when log.subject_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/|$)'
                        then split_part(log.subject_id, '/', 1)::uuid
                    end as id
            ) subject
            left join users members on log.subject_kind = 'member' and members.id = subject.id
            left join tournament_clips clips on log.subject_kind = 'clip' and clips.id = subject.id
            left join seasons on log.subject_kind in ('season', 'slot') and seasons.id = subject.id
            where \(sql: (conditions(filter) + [place.condition]).joined(separator: " and "))
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: found, filter.page) { row in try AuditEntry(row: row) }
    }

    /// Every action in the log, for a list to choose from.
    public func actions(for reader: UUID?) throws(DatabaseError) -> [String] {
        // Jumps through the index from one action to the next, so that the length of the log does not matter.
        try database.acting(for: reader).query(
            """
            with recursive found as (
                select min(action) as action from audit_log
                union all
                select (select min(action) from audit_log where action > found.action)
                from found
                where found.action is not null
            )
            select action from found where action is not null
            """)
    }

    private func conditions(_ filter: AuditFilter) -> [SQL] {
        var all: [SQL] = ["true"]
        if let actor = filter.actor { all.append("log.actor_id = \(actor)") }
        if filter.isOperator { all.append("log.actor_id is null") }
        if let action = filter.action {
            all.append("(log.action = \(action) or log.action like \(LikePattern.beginning(with: action + ".")))")
        }
        if let kind = filter.subjectKind { all.append("log.subject_kind = \(kind)") }
        if let id = filter.subjectID { all.append("log.subject_id = \(id)") }
        if let from = filter.from { all.append("log.happened_at >= \(from)") }
        if let to = filter.to { all.append("log.happened_at < \(to)") }
        if let text = filter.text {
            let pattern = LikePattern.containing(text)
            all.append(
                """
                (
                    log.reason ilike \(pattern) or log.subject_id ilike \(pattern) or members.username ilike \(pattern)
                    or clips.title ilike \(pattern) or log.before::text ilike \(pattern)
                    or log.after::text ilike \(pattern)
                )
                """)
        }
        return all
    }
}
