public import Postgres

/// Something about a decision that is mailed to a member.
public struct ModerationNotice: Sendable {
    /// What it is about.
    public enum Content: Sendable {
        /// A decision, or the answer to the appeal against it.
        case statement(StatementOfReasons)
        /// What became of a report.
        case report(id: Int64, subject: String?, state: ReportState, answer: String?)
    }

    /// The address of the member.
    public let address: String
    /// What it is about.
    public let content: Content
}

/// Statements of reasons and answers to reports that wait to be mailed. Not for the web role, which reads no address.
public enum ModerationNotices {
    /// The oldest notices. A decision waits for a minute, in which it may be undone; one that is older than a week is not
    /// mailed any more.
    public static func waiting(limit: Int = 50, in database: Database) throws -> [ModerationNotice] {
        let statements: [Row] = try database.query(
            """
            select people.email, \(sql: StatementOfReasons.columns)
            from statements_of_reasons statements
            join users people on people.id = statements.user_id
            where statements.mailed_at is null and not statements.is_undone
                and statements.decided_at <= dailies_now() - interval '1 minute'
                and greatest(statements.decided_at, statements.appeal_decided_at) > dailies_now() - interval '7 days'
                and people.email is not null
            order by statements.decided_at
            limit \(limit)::int
            """)
        let reports: [Row] = try database.query(
            """
            select people.email, reports.id, reports.state, reports.answer,
                coalesce(
                    case when clips.status in ('active', 'locked', 'eliminated') then clips.title end,
                    'a comment by ' || commenters.username, reported.username
                ) as subject_name
            from reports
            join users people on people.id = reports.reporter_id
            join moderation_cases cases on cases.id = reports.case_id
            left join tournament_clips clips on clips.id = cases.clip_id
            left join users reported on reported.id = cases.member_id
            left join comments on comments.id = cases.comment_id
            left join users commenters on commenters.id = comments.user_id
            where reports.mailed_at is null and reports.answered_at is not null
                and reports.answered_at > dailies_now() - interval '7 days' and people.email is not null
            order by reports.answered_at
            limit \(limit)::int
            """)
        return try statements.map { row in
            ModerationNotice(
                address: try row.value("email"), content: .statement(try StatementOfReasons(row: row)))
        }
            + reports.map { row in
                ModerationNotice(
                    address: try row.value("email"),
                    content: .report(
                        id: try row.value("id"), subject: try row.value("subject_name"),
                        state: try row.value("state"), answer: try row.value("answer")))
            }
    }

    /// Notes that a notice was mailed, or never can be.
    public static func markMailed(_ notice: ModerationNotice, in database: Database) throws(DatabaseError) {
        switch notice.content {
        case .statement(let statement):
            try database.execute(
                "update statements_of_reasons set mailed_at = dailies_now() where id = \(statement.id)")
        case .report(let id, _, _, _):
            try database.execute("update reports set mailed_at = dailies_now() where id = \(id)")
        }
    }
}
