public import FoundationEssentials
public import Postgres
public import Refusals

/// What an admin decided against a member or a clip.
public enum DecisionAction: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// The clip is not accepted, or was taken out of the round; or the comment was removed.
    case reject
    /// The member is warned.
    case warn
    /// The member is banned.
    case ban
}

/// How an appeal ended.
public enum AppealOutcome: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// The decision holds.
    case upheld
    /// The decision holds no more.
    case granted
}

/// The statement of reasons for one decision, with the appeal against it.
public struct StatementOfReasons: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The member it is about.
    public let userID: UUID
    /// The clip, if it is about one that still exists.
    public let clipID: UUID?
    /// The clip's title at the time of the decision.
    public let clipTitle: String?
    /// The comment, if it is about one that still exists.
    public let commentID: UUID?
    /// The comment as it was; nil for a decision about anything else.
    public let commentText: String?
    /// What was decided.
    public let action: DecisionAction
    /// The rule; nil is the terms as a whole.
    public let rule: ReportReason?
    /// Why, in the admin's words.
    public let reason: String
    /// Whether a program decided.
    public let isAutomated: Bool
    /// When it was decided.
    public let decidedAt: Date
    /// Since when the decision holds no more.
    public let endedAt: Date?
    /// What the member says against it.
    public let appeal: String?
    /// When the member appealed.
    public let appealedAt: Date?
    /// How the appeal ended.
    public let appealOutcome: AppealOutcome?
    /// What the admin answered.
    public let appealAnswer: String?
    /// When the appeal was decided.
    public let appealDecidedAt: Date?

    /// Whether the member can appeal now.
    public var canAppeal: Bool { appealedAt == nil && endedAt == nil }

    static let columns: SQL = """
        statements.id, statements.user_id, statements.clip_id, statements.clip_title, statements.comment_id,
            statements.comment_text, statements.action,
            statements.rule, statements.reason, statements.is_automated, statements.decided_at, statements.ended_at,
            statements.appeal, statements.appealed_at, statements.appeal_outcome, statements.appeal_answer,
            statements.appeal_decided_at
        """

    /// Reads a row of these columns.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        userID = try row.value("user_id")
        clipID = try row.value("clip_id")
        clipTitle = try row.value("clip_title")
        commentID = try row.value("comment_id")
        commentText = try row.value("comment_text")
        action = try row.value("action")
        rule = try row.value("rule")
        reason = try row.value("reason")
        isAutomated = try row.value("is_automated")
        decidedAt = try row.value("decided_at")
        endedAt = try row.value("ended_at")
        appeal = try row.value("appeal")
        appealedAt = try row.value("appealed_at")
        appealOutcome = try row.value("appeal_outcome")
        appealAnswer = try row.value("appeal_answer")
        appealDecidedAt = try row.value("appeal_decided_at")
    }
}

extension Moderation {
    /// The latest 100 decisions about a member, the latest first.
    public func statements(of member: UUID) throws(DatabaseError) -> [StatementOfReasons] {
        try database.acting(for: member).query(
            """
            select \(sql: StatementOfReasons.columns)
            from statements_of_reasons statements
            where statements.user_id = \(member) and not statements.is_undone
            order by statements.decided_at desc, statements.id
            limit 100
            """)
    }

    /// Decides on an appeal: `isGranted` restores the clip or the account. Where there are several admins, another one than
    /// who decided first must do it.
    public func decideAppeal(
        _ statement: UUID, isGranted: Bool, answer: String, by actor: UUID
    ) throws(ModerationError) {
        try ModerationError.wrapping {
            try database.transaction { connection in
                let rows: [Row] = try connection.query(
                    "select * from decide_appeal(\(actor), \(statement), \(isGranted), \(answer))")
                for row in rows {
                    if let event = try RoundEvent(optional: row) {
                        try Rounds.announce([event], on: connection)
                    } else {
                        try ModerationRefusal.check(try row.value("outcome"))
                    }
                }
            }
        }
    }
}
