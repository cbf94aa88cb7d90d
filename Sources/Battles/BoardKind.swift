internal import Postgres

/// Which battles a board is made of.
public enum BoardKind: Hashable, Sendable {
    /// All battles.
    case all
    /// Videos that were made from words alone.
    case text
    /// Videos that start from a picture.
    case picture
    /// Videos of comparisons with the tag of this slug.
    case tag(String)

    /// The boards that are always there.
    public static let fixed: [BoardKind] = [.all, .text, .picture]

    /// The board with a name; nil where no board can have it.
    public init?(_ name: String) {
        switch name {
        case "all": self = .all
        case "text": self = .text
        case "picture": self = .picture
        default:
            guard name.hasPrefix(Self.tagPrefix), name.utf8.count > Self.tagPrefix.utf8.count else { return nil }
            self = .tag(String(name.dropFirst(Self.tagPrefix.count)))
        }
    }

    private static let tagPrefix = "tag:"

    /// `all`, `text`, `picture`, or `tag:` and the slug.
    public var name: String {
        switch self {
        case .all: "all"
        case .text: "text"
        case .picture: "picture"
        case .tag(let slug): Self.tagPrefix + slug
        }
    }

    /// Which rows of `battles` count.
    var condition: SQL {
        switch self {
        case .all: "true"
        case .text: "not battles.has_source"
        case .picture: "battles.has_source"
        case .tag(let slug):
            """
            battles.comparison_id in (
                select comparison_id
                from comparison_tags
                join tags on tags.id = comparison_tags.tag_id
                where tags.slug = \(slug)
            )
            """
        }
    }

    /// Whether a battle counts, as everyone may read it.
    func contains(_ battle: PublicBattle) -> Bool {
        switch self {
        case .all: true
        case .text: !battle.startsFromPicture
        case .picture: battle.startsFromPicture
        case .tag(let slug): battle.tags.contains(slug)
        }
    }
}
