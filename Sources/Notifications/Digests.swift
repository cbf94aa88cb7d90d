internal import Crypto
public import FoundationEssentials
public import Postgres
public import Refusals
internal import Text

/// How often digests are mailed.
public enum DigestFrequency: String, CaseIterable, Codable, Sendable, SQLValue {
    /// Never.
    case off
    /// Each day.
    case daily
    /// Each Monday.
    case weekly
}

/// What a member wants mailed.
public struct DigestChoice: Sendable, Equatable, RowDecodable {
    /// The address; nil when nothing can be mailed to the member.
    public let address: String?
    /// How often.
    public let frequency: DigestFrequency
    /// Whether it names new comparisons.
    public let hasComparisons: Bool
    /// Whether it names winning clips of creators whom the member follows.
    public let hasWinners: Bool

    /// A choice by its parts, as tests of pages make them.
    public init(address: String?, frequency: DigestFrequency) {
        self.address = address
        self.frequency = frequency
        (hasComparisons, hasWinners) = (true, false)
    }

    /// Reads a row of `find_digest`.
    public init(row: Row) throws(DatabaseError) {
        address = try row.value("address")
        frequency = try row.value("frequency")
        hasComparisons = try row.value("comparisons")
        hasWinners = try row.value("winners")
    }
}

/// Why a choice of digests is not saved.
public enum DigestRefusal: String, Refusal {
    /// Nothing can be mailed to the member.
    case noAddress = "no_address"

    /// Identifies the refusal for programs.
    public var code: String { rawValue }
    /// Explains the refusal to people.
    public var sentence: String { "Your account has no e-mail address. Add one to your ways to sign in first." }
    /// The sort of refusal.
    public var kind: RefusalKind { .invalid(field: "digest") }
}

/// Digests by mail, as members choose them and end them.
public struct Digests: Sendable {
    private let database: Database
    private let key: SecretKey

    /// The digests of a database; `secretKey` is the site's.
    public init(database: Database, secretKey: [UInt8]) {
        self.database = database
        key = SecretKey(secretKey).derived("unsubscribe")
    }

    /// What a member wants mailed; nil when there is no such member.
    public func choice(of member: UUID) throws -> DigestChoice? {
        try database.first("select * from find_digest(\(member))")
    }

    /// Saves what a member wants mailed; nil leaves a choice as it is.
    public func choose(
        _ frequency: DigestFrequency?, hasComparisons: Bool?, hasWinners: Bool?, for member: UUID
    ) throws {
        let outcome: String = try database.one(
            "select save_digest(\(member), \(frequency?.rawValue), \(hasComparisons), \(hasWinners))")
        if outcome == "no_address" { throw DigestRefusal.noAddress }
    }

    /// What the link in a member's digests holds. It does not expire: a mail may be read years later.
    public func token(of member: UUID) -> String {
        let id = Text.bytes(hex: member.text.replacing("-", with: "")) ?? []
        return Text.base64url(id + HMAC256.sign(id, key: key).prefix(16))
    }

    /// Whose token it is; nil for one that this site has not made.
    public func member(of token: String) -> UUID? {
        guard token.utf8.count == 43, let bytes = Text.bytes(base64url: token), bytes.count == 32 else { return nil }
        let id = Array(bytes.prefix(16))
        guard constantTimeEqual(Array(bytes.dropFirst(16)), Array(HMAC256.sign(id, key: key).prefix(16))) else {
            return nil
        }
        return UUID(uuidString: Self.dashed(Text.hex(id)))
    }

    /// Ends the digests of the member whose token it is; false for one that leads to no member.
    public func end(by token: String) throws -> Bool {
        guard let member = member(of: token) else { return false }
        return try database.one("select end_digests(\(member))")
    }

    private static func dashed(_ hex: String) -> String {
        var rest = Substring(hex)
        return [8, 4, 4, 4, 12].map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }
}

/// A digest to be mailed: what has happened in a time. Not for the web role, which reads no address.
public struct Digest: Sendable {
    /// Whose it is.
    public let member: UUID
    /// Where it goes; nil when it can go nowhere.
    public let address: String?
    /// The member's name.
    public let username: String?
    /// How often the member gets one.
    public let frequency: DigestFrequency
    /// What it says ends here.
    public let until: Date
    /// New comparisons, the latest first.
    public let comparisons: [Entry]
    /// How many there are beside those.
    public let furtherComparisons: Int
    /// Winning clips of creators whom the member follows.
    public let winners: [Entry]
    /// Unread notifications of the kinds that the member wants mailed.
    public let news: [Entry]

    /// A line of it.
    public struct Entry: Sendable, Equatable {
        /// What it says.
        public let text: String
        /// The page that it leads to.
        public let path: String
    }

    /// Whether there is nothing to say.
    public var isEmpty: Bool { comparisons.isEmpty && winners.isEmpty && news.isEmpty }

    private static let most = 10

    /// Claims a digest that is due, with what it says; nil when there is none. The same digest says the same until it is
    /// finished.
    public static func claim(in database: Database) throws -> Digest? {
        let rows: [Row] = try database.query("select * from claim_digest()")
        guard let row = rows.first else { return nil }
        let member: UUID = try row.value("member")
        let (since, until): (Date, Date) = (try row.value("since"), try row.value("until"))
        let wantsComparisons: Bool = try row.value("comparisons")
        let wantsWinners: Bool = try row.value("winners")
        let comparisons: [Row] =
            try wantsComparisons
            ? database.query(
                """
                select title, slug, count(*) over ()::int as total
                from comparisons
                where is_public and archived_at is null and published_at > \(since) and published_at <= \(until)
                order by published_at desc, id
                limit \(Int32(most))
                """) : []
        let winners: [Row] =
            try wantsWinners
            ? database.query(
                "select * from followed_winners(\(member), \(since), \(until), \(Int32(most)))") : []
        let news: [Row] = try database.query(
            """
            select kind, facts, actor_name
            from mailed_notifications(\(member), \(since), \(until), \(Int32(most)))
            """)
        let total: Int32 = try comparisons.first?.value("total") ?? 0
        return Digest(
            member: member, address: try row.value("address"), username: try row.value("username"),
            frequency: try row.value("frequency"), until: until,
            comparisons: try comparisons.map { row in
                let slug: String = try row.value("slug")
                return Entry(text: try row.value("title"), path: "/comparisons/" + slug)
            },
            furtherComparisons: Int(total) - comparisons.count,
            winners: try winners.map { row in
                let title: String = try row.value("title")
                let name: String? = try row.value("username")
                let slot: Int32 = try row.value("slot_position")
                let clip: UUID = try row.value("clip_id")
                return Entry(
                    text: "“\(title)” by \(name.map { "@" + $0 } ?? "a former member") won slot \(slot)",
                    path: "/clip/" + clip.text)
            },
            news: try news.map { row in
                let words = NotificationWords(
                    try row.value("kind"), facts: try row.value("facts"), actor: try row.value("actor_name"))
                let text = [words.title, words.text].filter { !$0.isEmpty }.joined(separator: ": ")
                return Entry(text: text, path: words.path)
            })
    }

    /// Notes that it was sent, or that there was nothing to say.
    public func finish(in database: Database) throws(DatabaseError) {
        try database.execute("select finish_digest(\(member))")
    }

    /// Gives it back, to be sent at the next try.
    public func release(in database: Database) throws(DatabaseError) {
        try database.execute("select release_digest(\(member))")
    }
}
