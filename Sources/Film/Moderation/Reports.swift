public import FoundationEssentials
public import Postgres
public import Refusals

/// Why something is reported, and the rule that a decision names.
public enum ReportReason: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// Sexual, cruel or unlawful content.
    case inappropriate
    /// Advertising and repetition.
    case spam
    /// Threats and exposure of people.
    case harassment
    /// The rights of others.
    case copyright
    /// Anything else, in the reporter's words.
    case other

    /// The reason as a choice of the form.
    public var title: String {
        switch self {
        case .inappropriate: "Sexual, cruel or unlawful content"
        case .spam: "Spam"
        case .harassment: "Harassment, or a person exposed"
        case .copyright: "It uses somebody else's work"
        case .other: "Something else"
        }
    }

    /// The rule of the terms that this is about.
    public var rule: String {
        switch self {
        case .inappropriate: "A clip must be lawful and must not show sexual or cruel content."
        case .spam: "Do not use the site for spam."
        case .harassment: "Do not harass, threaten or expose anybody."
        case .copyright: "The rights must be yours, and everyone shown must have agreed."
        case .other: "The terms of use."
        }
    }
}

/// What a report is about.
public enum ReportSubject: Sendable, Equatable {
    /// A clip.
    case clip(UUID)
    /// A member.
    case member(UUID)
    /// A comment.
    case comment(UUID)
}

/// How far a report or a case is.
public enum ReportState: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// No admin has looked at it.
    case open
    /// An admin is looking at it.
    case reviewing
    /// An admin has acted on it.
    case resolved
    /// An admin found nothing against the rules.
    case dismissed
}

/// Who reports: a member, or a visitor by the key of the device.
public struct Reporter: Sendable {
    let memberID: UUID?
    let key: String

    /// A reporter. `key` is the voter key, under which a second report of the same thing is found.
    public init(memberID: UUID?, key: String) {
        self.memberID = memberID
        self.key = key
    }
}

/// What somebody can report, as the form names it.
public struct ReportedThing: Sendable, Equatable {
    /// What it is.
    public let subject: ReportSubject
    /// Its title, or the member's name.
    public let name: String

    /// A thing, as tests of pages make them.
    package init(subject: ReportSubject, name: String) {
        self.subject = subject
        self.name = name
    }
}

/// A report of a member, as that member reads it.
public struct OwnReport: Sendable {
    /// The clip's title, or the name of the member or of the comment's author; nil when it is gone.
    public let subject: String?
    /// Whether it is about a clip.
    public let isAboutClip: Bool
    /// Whether it is about a comment.
    public let isAboutComment: Bool
    /// Why it was reported.
    public let reason: ReportReason
    /// How far it is.
    public let state: ReportState
    /// When it was made.
    public let createdAt: Date
    /// When an admin decided.
    public let answeredAt: Date?
    /// What the admin said after a dismissal.
    public let answer: String?

    /// A report, as tests of pages make them.
    package init(
        subject: String?, isAboutClip: Bool, isAboutComment: Bool = false, reason: ReportReason, state: ReportState,
        createdAt: Date, answeredAt: Date? = nil, answer: String? = nil
    ) {
        self.subject = subject
        self.isAboutClip = isAboutClip
        self.isAboutComment = isAboutComment
        self.reason = reason
        self.state = state
        self.createdAt = createdAt
        self.answeredAt = answeredAt
        self.answer = answer
    }
}

/// Reports of clips, members and comments, and what became of them.
public struct Moderation: Sendable {
    let database: Database
    let clips: Clips

    /// The reports kept in `database`; `clips` reads the clips that they are about.
    public init(database: Database, clips: Clips) {
        self.database = database
        self.clips = clips
    }

    /// Reports something. Returns whether it is joined to a report that the same person has made before and that is not
    /// decided yet.
    public func report(
        _ subject: ReportSubject, by reporter: Reporter, reason: ReportReason, details: String
    ) throws(ModerationError) -> Bool {
        let (clip, member, comment): (UUID?, UUID?, UUID?) =
            switch subject {
            case .clip(let id): (id, nil, nil)
            case .member(let id): (nil, id, nil)
            case .comment(let id): (nil, nil, id)
            }
        return try ModerationError.wrapping {
            let outcome: String = try database.one(
                """
                select report_thing(
                    \(clip), \(member), \(comment), \(reporter.memberID), \(reporter.key), \(reason), \(details)
                )
                """)
            if outcome == "joined" { return true }
            if outcome != "received" { try ModerationRefusal.check(outcome) }
            return false
        }
    }

    /// What a report of this clip would be about; nil when it is not public.
    public func thing(clip: UUID) throws(DatabaseError) -> ReportedThing? {
        let title: String? = try database.first(
            "select title from tournament_clips where id = \(clip) and status in ('active', 'locked', 'eliminated')")
        return title.map { ReportedThing(subject: .clip(clip), name: $0) }
    }

    /// What a report of the member of this name would be about; nil when there is none.
    public func thing(username: String) throws(DatabaseError) -> ReportedThing? {
        let row: Row? = try database.first(
            "select id, username from users where id = username_holder(\(username)) and left_at is null")
        return try row.map { row throws(DatabaseError) in
            ReportedThing(subject: .member(try row.value("id")), name: try row.value("username"))
        }
    }

    /// The reports that a member has made, the newest first.
    public func reports(of member: UUID) throws(DatabaseError) -> [OwnReport] {
        let rows: [Row] = try database.acting(for: member).query(
            """
            select reason, state, created_at, answered_at, answer, subject_name, is_clip, is_comment
            from own_reports(\(member))
            """)
        return try rows.map { row throws(DatabaseError) in
            OwnReport(
                subject: try row.value("subject_name"), isAboutClip: try row.value("is_clip"),
                isAboutComment: try row.value("is_comment"),
                reason: try row.value("reason"), state: try row.value("state"), createdAt: try row.value("created_at"),
                answeredAt: try row.value("answered_at"), answer: try row.value("answer"))
        }
    }
}

extension Moderation {
    /// What a report of this comment would be about, under the name of its author; nil when no one sees it.
    public func thing(comment: UUID) throws(DatabaseError) -> ReportedThing? {
        let name: String? = try database.first(
            """
            select coalesce(users.username, 'a member')
            from comments
            join users on users.id = comments.user_id
            where comments.id = \(comment) and comments.is_visible
            """)
        return name.map { ReportedThing(subject: .comment(comment), name: $0) }
    }

    /// What a report of this member would be about; nil when there is none.
    public func thing(member: UUID) throws(DatabaseError) -> ReportedThing? {
        let name: String? = try database.first(
            "select username from users where id = \(member) and username is not null and left_at is null")
        return name.map { ReportedThing(subject: .member(member), name: $0) }
    }
}
