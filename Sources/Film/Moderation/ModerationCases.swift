public import FoundationEssentials
public import Postgres
public import Refusals

/// Which cases to list.
public enum CaseFilter: String, Codable, CaseIterable, Sendable {
    /// Those with reports that no admin has decided on.
    case open
    /// Those with an appeal that waits.
    case appealed
    /// Those that are decided.
    case decided
    /// All of them.
    case all

    fileprivate var condition: SQL {
        switch self {
        case .open: "cases.state in ('open', 'reviewing')"
        case .appealed: "cases.appealed_at is not null"
        case .decided: "cases.state in ('resolved', 'dismissed')"
        case .all: "true"
        }
    }
}

/// What admins can do about a case.
public enum CaseAction: String, Codable, CaseIterable, SQLValue {
    /// Note that somebody looks at it.
    case review
    /// Nothing is against the rules; reporters read the reason, if there is one.
    case dismiss
    /// Warn the member.
    case warn
    /// Reject the clip, or take it out of the round; or remove the comment.
    case reject
    /// Ban the member.
    case ban
}

/// A report, as admins see it.
public struct Report: Sendable {
    /// The number; later reports have higher ones.
    public let id: Int64
    /// Why.
    public let reason: ReportReason
    /// In the reporter's words; may be empty.
    public let details: String
    /// The reporter's name; nil for a visitor, and when the account is gone.
    public let reporter: String?
    /// When it was made.
    public let createdAt: Date
    /// How far it is.
    public let state: ReportState
}

/// The clip of a case.
public struct CaseClip: Sendable {
    /// What everybody sees of it.
    public let card: ClipCard
    /// The clip's status.
    public let status: ClipStatus
    /// Its slot.
    public let slot: Int?
}

/// The comment of a case.
public struct CaseComment: Sendable {
    /// The id.
    public let id: UUID
    /// The text; empty once it is erased.
    public let text: String
    /// Whether everyone sees it.
    public let isVisible: Bool
    /// The title of the clip or comparison.
    public let title: String
    /// The page on which it is shown.
    public let path: String
}

/// The member of a case: the one reported, or the creator of the clip.
public struct CaseMember: Sendable {
    /// The id.
    public let id: UUID
    /// The name.
    public let username: String?
    /// What the picture is made from.
    public let avatarSeed: String
    /// Whether the member is banned.
    public let isBanned: Bool
    /// Whether the member is an admin, who cannot be banned.
    public let isAdmin: Bool
}

/// A clip or member with everything that was reported and decided about it.
public struct ModerationCase: Sendable {
    /// The number.
    public let id: Int64
    /// How far it is.
    public let state: ReportState
    /// Since when it is open, or was last.
    public let openedAt: Date
    /// When an admin last decided.
    public let decidedAt: Date?
    /// That admin's name.
    public let decidedBy: String?
    /// Since when an appeal waits.
    public let appealedAt: Date?
    /// The member.
    public let member: CaseMember
    /// The clip, if it is about one.
    public let clip: CaseClip?
    /// The comment, if it is about one.
    public let comment: CaseComment?
    /// The reports, the newest first, 50 at most.
    public let reports: [Report]
    /// The decisions, the latest first.
    public let statements: [StatementOfReasons]
}

/// A page of cases.
public struct CaseList: Sendable {
    /// The cases: open ones and those with an appeal the oldest first, others the newest first.
    public let cases: Page<ModerationCase>
    /// How many cases each filter has.
    public let counts: [String: Int]
}

extension Moderation {
    /// A page of cases, for an admin; the database shows none to others.
    public func cases(_ filter: CaseFilter, page: PageRequest, for admin: UUID) throws -> CaseList {
        let isOldestFirst = filter == .open || filter == .appealed
        let order = Keyset(
            "\(filter.rawValue) cases", .number("cases.id"), isDescending: !isOldestFirst)
        let place = try order.place(after: page)
        let reader = database.acting(for: admin)
        let rows: [Row] = try reader.query(
            """
            select cases.id as case_id, cases.state, cases.opened_at, cases.decided_at, cases.appealed_at,
                cases.clip_id as case_clip, cases.comment_id as case_comment, comments.text as comment_text,
                comments.is_visible as comment_visible, coalesce(places.title, comparisons.title) as comment_title,
                coalesce('/clip/' || places.id, '/comparisons/' || comparisons.slug) as comment_path, deciders.username as decider, people.id as person,
                people.username as person_name, people.avatar_seed as person_seed,
                people.banned_at is not null as is_banned, people.role = 'admin' as is_admin, \(sql: order.columns)
            from moderation_cases cases
            left join tournament_clips concerned on concerned.id = cases.clip_id
            left join comments on comments.id = cases.comment_id
            left join tournament_clips places on places.id = comments.clip_id
            left join comparisons on comparisons.id = comments.comparison_id
            join users people on people.id = coalesce(cases.member_id, concerned.user_id, comments.user_id)
            left join users deciders on deciders.id = cases.decided_by
            where \(sql: filter.condition) and \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        let shown = rows.prefix(page.limit)
        let concerned: [UUID] = try shown.compactMap { row in try row.value("case_clip", as: UUID?.self) }
        let shownClips = try clips.concerned(concerned, in: reader)
        let ids: [Int64] = try shown.map { try $0.value("case_id") }
        let reports = try reports(of: ids, in: reader)
        let statements = try statements(of: ids, in: reader)
        let counts: Row = try reader.one(
            """
            select count(*) filter (where state in ('open', 'reviewing'))::int as open,
                count(*) filter (where appealed_at is not null)::int as appealed,
                count(*) filter (where state in ('resolved', 'dismissed'))::int as decided,
                count(*)::int as all
            from moderation_cases
            """)
        return CaseList(
            cases: try order.page(of: rows, page) { row in
                let id: Int64 = try row.value("case_id")
                let clip: UUID? = try row.value("case_clip")
                return ModerationCase(
                    id: id, state: try row.value("state"), openedAt: try row.value("opened_at"),
                    decidedAt: try row.value("decided_at"), decidedBy: try row.value("decider"),
                    appealedAt: try row.value("appealed_at"),
                    member: CaseMember(
                        id: try row.value("person"), username: try row.value("person_name"),
                        avatarSeed: try row.value("person_seed"), isBanned: try row.value("is_banned"),
                        isAdmin: try row.value("is_admin")),
                    clip: clip.flatMap { shownClips[$0] }, comment: try CaseComment(row), reports: reports[id] ?? [],
                    statements: statements[id] ?? [])
            },
            counts: try Dictionary(
                uniqueKeysWithValues: CaseFilter.allCases.map { ($0.rawValue, try counts.value($0.rawValue)) }))
    }

    private func reports(of cases: [Int64], in reader: ActingDatabase) throws -> [Int64: [Report]] {
        let rows: [Row] = try reader.query(
            """
            select reports.id, reports.case_id, reports.reason, reports.details, reports.created_at, reports.state,
                reporters.username
            from unnest(\(cases)) concerned (case_id)
            cross join lateral (
                select id, case_id, reason, details, reporter_id, created_at, state
                from reports
                where reports.case_id = concerned.case_id
                order by id desc
                limit 50
            ) reports
            left join users reporters on reporters.id = reports.reporter_id
            order by reports.id desc
            """)
        var found: [Int64: [Report]] = [:]
        for row in rows {
            found[try row.value("case_id"), default: []].append(
                Report(
                    id: try row.value("id"), reason: try row.value("reason"), details: try row.value("details"),
                    reporter: try row.value("username"), createdAt: try row.value("created_at"),
                    state: try row.value("state")))
        }
        return found
    }

    private func statements(of cases: [Int64], in reader: ActingDatabase) throws -> [Int64: [StatementOfReasons]] {
        let rows: [Row] = try reader.query(
            """
            select cases.id as case_id, \(sql: StatementOfReasons.columns)
            from moderation_cases cases
            join statements_of_reasons statements
                on statements.clip_id = cases.clip_id
                or statements.comment_id = cases.comment_id
                or cases.member_id = statements.user_id and statements.clip_id is null
                    and statements.comment_text is null
            where cases.id = any (\(cases)) and not statements.is_undone
            order by statements.decided_at desc
            """)
        var found: [Int64: [StatementOfReasons]] = [:]
        for row in rows { found[try row.value("case_id"), default: []].append(try StatementOfReasons(row: row)) }
        return found
    }

    /// Decides a case. `reason` is what the person concerned reads; after a dismissal, what the reporters read.
    public func decide(
        _ id: Int64, _ action: CaseAction, rule: ReportReason?, reason: String?, by actor: UUID
    ) throws(ModerationError) {
        try ModerationError.wrapping {
            try ModerationRefusal.check(
                try database.one("select decide_case(\(actor), \(id), \(action), \(rule), \(reason))"))
        }
    }
}

extension CaseComment {
    /// The comment of a row of cases; nil when the case is about something else.
    fileprivate init?(_ row: Row) throws(DatabaseError) {
        guard let id: UUID = try row.value("case_comment") else { return nil }
        self.id = id
        text = try row.value("comment_text")
        isVisible = try row.value("comment_visible")
        title = try row.value("comment_title")
        path = try row.value("comment_path")
    }
}

extension Clips {
    /// The clips of cases, by their ids, as an admin may see them.
    fileprivate func concerned(_ ids: [UUID], in reader: ActingDatabase) throws -> [UUID: CaseClip] {
        let rows: [Row] = try reader.query(
            """
            select \(sql: ClipCard.columns), clips.status, clips.slot_position
            from tournament_clips clips
            join users on users.id = clips.user_id
            where clips.id = any (\(ids))
            """)
        var found: [UUID: CaseClip] = [:]
        for row in rows {
            let status: ClipStatus = try row.value("status")
            found[try row.value("id")] = CaseClip(
                card: try ClipCard(row: row, address: address(of: status)), status: status,
                slot: try row.value("slot_position"))
        }
        return found
    }

    /// How many reports on each of the clips wait for a decision, and the words of the newest.
    func openReports(on clips: [UUID], in reader: ActingDatabase) throws -> [UUID: [QueuedReport]] {
        let rows: [Row] = try reader.query(
            """
            select cases.id as case_id, cases.clip_id, reports.reason, reports.details, reports.created_at
            from moderation_cases cases
            join reports on reports.case_id = cases.id and reports.answered_at is null
            where cases.clip_id = any (\(clips))
            order by reports.id desc
            """)
        var found: [UUID: [QueuedReport]] = [:]
        for row in rows {
            found[try row.value("clip_id"), default: []].append(
                QueuedReport(
                    caseID: try row.value("case_id"), reason: try row.value("reason"),
                    details: try row.value("details"),
                    createdAt: try row.value("created_at")))
        }
        return found
    }
}

/// A report that waits, beside its clip in the moderators' queue.
public struct QueuedReport: Sendable {
    /// The case on which an admin decides.
    public let caseID: Int64
    /// Why.
    public let reason: ReportReason
    /// In the reporter's words; may be empty.
    public let details: String
    /// When it was made.
    public let createdAt: Date
}
