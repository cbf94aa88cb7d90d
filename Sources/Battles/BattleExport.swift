public import FoundationEssentials
public import Postgres
internal import Text

/// A battle as everyone may read it.
public struct PublicBattle: Sendable, RowDecodable, Equatable {
    /// The number of the battle.
    public let id: Int64
    /// A random name for the one who judged, the same for all battles of a person.
    public let voter: UUID
    /// The model on the left, by slug.
    public let left: String
    /// The model on the right, by slug.
    public let right: String
    /// Whether the videos start from a picture.
    public let startsFromPicture: Bool
    /// The tags of the comparison whose videos these are, by slug.
    public let tags: [String]
    /// How it was judged.
    public let outcome: BattleOutcome
    /// Whether admins took it out of the count.
    public let isVoided: Bool
    /// When it was judged.
    public let castAt: Date

    /// Reads a row of the list.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        voter = try row.value("pseudonym")
        left = try row.value("left_slug")
        right = try row.value("right_slug")
        startsFromPicture = try row.value("has_source")
        tags = try row.value("tags")
        outcome = try row.value("outcome")
        isVoided = try row.value("is_voided")
        castAt = try row.value("cast_at")
    }

    /// What `init(row:)` reads, of `battles` with the models `left_models` and `right_models`.
    static let columns: SQL = """
        battles.id, battles.pseudonym, left_models.slug as left_slug, right_models.slug as right_slug, battles.has_source,
        array(
            select tags.slug
            from comparison_tags
            join tags on tags.id = comparison_tags.tag_id
            where comparison_tags.comparison_id = battles.comparison_id
            order by tags.slug
        ) as tags,
        battles.outcome, battles.void_id is not null as is_voided, battles.cast_at
        """
}

extension PublicBattle {
    /// The names of the values of a line.
    public static let csvHeader = "id,voter,left,right,type,tags,outcome,voided,cast_at"

    /// The line of a file of comma-separated values. No value can hold a comma or a quotation mark.
    public var csv: String {
        [
            "\(id)", voter.text, left, right, startsFromPicture ? Self.picture : Self.text, tags.joined(separator: " "),
            outcome.rawValue, isVoided ? "yes" : "no", castAt.rfc3339,
        ].joined(separator: ",")
    }

    private static let picture = "image-to-video"
    private static let text = "text-to-video"

    /// Reads such a line; nil for any other text.
    public init?(csv line: String) {
        let values = line.split(separator: "," as Character, omittingEmptySubsequences: false).map(String.init)
        guard values.count == 9, let id = Int64(values[0]), let voter = UUID(uuidString: values[1]),
            !values[2].isEmpty, !values[3].isEmpty, values[2] != values[3],
            [Self.picture, Self.text].contains(values[4]), let outcome = BattleOutcome(rawValue: values[6]),
            ["yes", "no"].contains(values[7]), let castAt = Date(rfc3339: values[8])
        else { return nil }
        self.id = id
        self.voter = voter
        left = values[2]
        right = values[3]
        startsFromPicture = values[4] == Self.picture
        tags = values[5].split(separator: " " as Character).map(String.init)
        self.outcome = outcome
        isVoided = values[7] == "yes"
        self.castAt = castAt
    }

    /// Reads a file of such lines, or several of them one after another.
    public static func read(csv text: String) throws(BattleExportFault) -> [PublicBattle] {
        var battles: [Int64: PublicBattle] = [:]
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            if line.isEmpty || line == csvHeader { continue }
            guard let battle = PublicBattle(csv: String(line)) else { throw BattleExportFault(line: number) }
            battles[battle.id] = battle
        }
        return battles.values.sorted { $0.id < $1.id }
    }
}

/// A line of a file that is no battle.
public struct BattleExportFault: Error, Equatable {
    /// The number of the line, from 1.
    public let line: Int

    /// The fault of a line.
    public init(line: Int) { self.line = line }
}
