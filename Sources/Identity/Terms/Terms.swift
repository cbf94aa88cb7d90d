public import FoundationEssentials
public import Postgres
public import Refusals

/// One version of the terms of use.
public struct TermsVersion: Sendable, Equatable, RowDecodable {
    /// The number, from 1.
    public let version: Int
    /// From when on it is in force.
    public let effectiveAt: Date
    /// What is new in it.
    public let summary: String
    /// The text: `## ` begins a heading, `- ` an item, and `{minimumAge}` is the setting.
    public let text: String

    static let columns: SQL = "version, effective_at, summary, text"

    /// Reads a row of these columns.
    public init(row: Row) throws(DatabaseError) {
        version = try row.value("version")
        effectiveAt = try row.value("effective_at")
        summary = try row.value("summary")
        text = try row.value("text")
    }
}

/// A version as admins see it.
public struct PublishedTerms: Sendable {
    /// The version.
    public let terms: TermsVersion
    /// Whether it is in force, or was.
    public let isFinal: Bool
    /// How many members have accepted it.
    public let acceptances: Int
}

/// Why a call about the versions of the terms failed.
public typealias TermsError = DomainError<TermsRefusal>

/// Why a version of the terms was not published or changed.
public enum TermsRefusal: String, Refusal, CaseIterable {
    /// There is no such version.
    case notFound = "terms_not_found"
    /// The version is in force, or was, so that it cannot be changed.
    case inForce = "terms_in_force"
    /// The date is past, or not in the order of the versions.
    case tooEarly = "terms_too_early"

    /// Identifies the refusal for programs.
    public var code: String { rawValue }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .notFound: "There is no such version of the terms."
        case .inForce: "This version is in force already. Publish a new one instead."
        case .tooEarly: "The date must be in the future, and versions must follow each other."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .notFound: .notFound
        case .inForce: .conflict
        case .tooEarly: .invalid(field: "effectiveAt")
        }
    }
}

/// The terms of use: their versions, and who has accepted which.
public struct Terms: Sendable {
    private let database: Database

    /// The terms kept in `database`.
    public init(_ database: Database) {
        self.database = database
    }

    /// The version in force, or that of a number that is or was; nil when there is none.
    public func find(_ version: Int? = nil) throws(DatabaseError) -> TermsVersion? {
        guard let number = Int32(exactly: version ?? 0) else { return nil }
        return try database.first(
            """
            select \(sql: TermsVersion.columns)
            from terms_versions
            where version = case when \(number) = 0 then current_terms() else \(number) end
                and effective_at <= dailies_now()
            """)
    }

    /// The versions that are or were in force, and the next one, the latest first.
    public func announced() throws(DatabaseError) -> [TermsVersion] {
        try database.query("select \(sql: TermsVersion.columns) from terms_versions order by version desc")
    }

    /// Whether a member has accepted the version in force. True when there are no terms.
    public func isAccepted(by member: UUID) throws(DatabaseError) -> Bool {
        try database.one(
            "select current_terms() is null or terms_accepted_at(\(member), current_terms()) is not null")
    }

    /// When a member accepted a version; nil when not.
    public func acceptedAt(_ version: Int, by member: UUID) throws(DatabaseError) -> Date? {
        try database.one("select terms_accepted_at(\(member), \(version)::int)")
    }

    /// Records that a member accepts a version, which must be the one in force.
    public func accept(_ version: Int, by member: UUID) throws(MemberError) {
        try MemberError.wrapping {
            let number = Int32(clamping: version)
            try MemberRefusal.check(try database.one("select accept_terms(\(member), \(number))"))
        }
    }

    /// All versions, the latest first, for an admin.
    public func list(for admin: UUID) throws(DatabaseError) -> [PublishedTerms] {
        let rows: [Row] = try database.acting(for: admin).query(
            """
            select \(sql: TermsVersion.columns), effective_at <= dailies_now() as is_final,
                coalesce(members, 0) as acceptances
            from terms_versions
            left join count_terms_acceptances(\(admin)) counted (counted_version, members) on counted_version = version
            order by version desc
            """)
        return try rows.map { row throws(DatabaseError) in
            PublishedTerms(
                terms: try TermsVersion(row: row), isFinal: try row.value("is_final"),
                acceptances: try row.value("acceptances"))
        }
    }

    /// Publishes a new version, in force from that time or at once. Returns its number.
    public func publish(
        summary: String, text: String, effectiveAt: Date?, by admin: UUID
    ) throws(TermsError) -> Int {
        try TermsError.wrapping {
            let version: Int? = try database.one(
                "select publish_terms(\(admin), \(effectiveAt), \(summary), \(text))")
            guard let version else { throw TermsRefusal.tooEarly }
            return version
        }
    }

    /// Changes a version that is not in force yet; nil leaves a field as it is.
    public func change(
        _ version: Int, summary: String?, text: String?, effectiveAt: Date?, by admin: UUID
    ) throws(TermsError) {
        try TermsError.wrapping {
            let number = Int32(clamping: version)
            try Self.check(
                try database.one(
                    "select change_terms(\(admin), \(number), \(effectiveAt), \(summary), \(text))"))
        }
    }

    /// Withdraws a version that is not in force yet.
    public func withdraw(_ version: Int, by admin: UUID) throws(TermsError) {
        try TermsError.wrapping {
            let number = Int32(clamping: version)
            try Self.check(try database.one("select withdraw_terms(\(admin), \(number))"))
        }
    }

    private static func check(_ outcome: String) throws {
        if outcome == "done" { return }
        guard let refusal = TermsRefusal(rawValue: outcome) else {
            throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
        throw refusal
    }
}
