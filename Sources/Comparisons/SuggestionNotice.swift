public import FoundationEssentials
public import Postgres

/// What became of a suggestion, as it is mailed to its author. Not for the web role, which reads no address.
public struct SuggestionNotice: Sendable, RowDecodable {
    /// The suggestion.
    public let id: UUID
    /// The author's address.
    public let address: String
    /// What was suggested, shortened.
    public let prompt: String
    /// Whether a comparison was made of it.
    public let isAccepted: Bool
    /// Why it was declined.
    public let answer: String
    /// The address name of the comparison, while everyone may see it.
    public let comparison: String?

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        address = try row.value("email")
        prompt = try row.value("prompt")
        isAccepted = try row.value("is_accepted")
        answer = try row.value("answer")
        comparison = try row.value("slug")
    }

    /// The oldest decisions of which no mail was sent; those that are older than a week are not mailed any more.
    public static func waiting(limit: Int = 50, in database: Database) throws(DatabaseError) -> [SuggestionNotice] {
        try database.query(
            """
            select suggestions.id, users.email, left(suggestions.prompt, 200) as prompt,
                suggestions.status = 'accepted' as is_accepted, suggestions.answer, comparisons.slug
            from suggestions
            join users on users.id = suggestions.user_id
            left join comparisons
                on comparisons.id = suggestions.comparison_id and comparisons.is_public and comparisons.archived_at is null
            where suggestions.mailed_at is null and suggestions.decided_at > dailies_now() - interval '7 days'
                and users.email is not null
            order by suggestions.decided_at
            limit \(limit)::int
            """)
    }

    /// Notes that it was mailed, or never can be.
    public func markMailed(in database: Database) throws(DatabaseError) {
        try database.execute("update suggestions set mailed_at = dailies_now() where id = \(id)")
    }
}
