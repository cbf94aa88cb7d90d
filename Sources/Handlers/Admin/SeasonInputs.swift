internal import Film
internal import FoundationEssentials
internal import HTTP

/// The settings that a body names; the others stay as they are.
struct SeasonChanges: Decodable {
    private let label: String?
    private let description: String?
    private let genre: String?
    private let totalSlots: Int?
    private let roundSeconds: Int?
    private let aspect: Aspect?
    private let maxActiveClipsPerMember: Int?
    /// Null says that there is no limit, which is not the same as saying nothing.
    private let maxRoundsPerClip: Int??
    private let showCounts: CountVisibility?
    private let minVotes: Int?
    private let reviewsFlagged: Bool?
    private let reviewHours: Int?

    private enum CodingKeys: CodingKey {
        case label, description, genre, totalSlots, roundSeconds, aspect, maxActiveClipsPerMember, maxRoundsPerClip
        case showCounts, minVotes, reviewsFlagged, reviewHours
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        label = try container.decodeIfPresent(String.self, forKey: .label)
        description = try container.decodeIfPresent(String.self, forKey: .description)
        genre = try container.decodeIfPresent(String.self, forKey: .genre)
        totalSlots = try container.decodeIfPresent(Int.self, forKey: .totalSlots)
        roundSeconds = try container.decodeIfPresent(Int.self, forKey: .roundSeconds)
        aspect = try container.decodeIfPresent(Aspect.self, forKey: .aspect)
        maxActiveClipsPerMember = try container.decodeIfPresent(Int.self, forKey: .maxActiveClipsPerMember)
        maxRoundsPerClip =
            container.contains(.maxRoundsPerClip)
            ? .some(try container.decodeIfPresent(Int.self, forKey: .maxRoundsPerClip)) : .none
        showCounts = try container.decodeIfPresent(CountVisibility.self, forKey: .showCounts)
        minVotes = try container.decodeIfPresent(Int.self, forKey: .minVotes)
        reviewsFlagged = try container.decodeIfPresent(Bool.self, forKey: .reviewsFlagged)
        reviewHours = try container.decodeIfPresent(Int.self, forKey: .reviewHours)
    }

    func applied(to settings: SeasonSettings) -> SeasonSettings {
        var settings = settings
        if let label { settings.label = label }
        if let description { settings.description = description }
        if let genre { settings.genre = genre }
        if let totalSlots { settings.totalSlots = totalSlots }
        if let roundSeconds { settings.roundSeconds = roundSeconds }
        if let aspect { settings.aspect = aspect }
        if let maxActiveClipsPerMember { settings.maxActiveClipsPerMember = maxActiveClipsPerMember }
        if let maxRoundsPerClip { settings.maxRoundsPerClip = maxRoundsPerClip }
        if let showCounts { settings.showCounts = showCounts }
        if let minVotes { settings.minVotes = minVotes }
        if let reviewsFlagged { settings.reviewsFlagged = reviewsFlagged }
        if let reviewHours { settings.reviewHours = reviewHours }
        return settings
    }

    static let label = Schema.text(1...80)
    static let fields: [Schema.Field] = [
        .optional("description", .text(0...2_000, lines: .many)),
        .optional("genre", .choice(ClipGenre.all)),
        .optional("totalSlots", .integer(1...500), "Fixed once the season has begun."),
        .optional("roundSeconds", .integer(5...31_536_000), "How long a round is open."),
        .optional("aspect", .choice(Aspect.allCases.map(\.rawValue))),
        .optional("maxActiveClipsPerMember", .integer(1...1_000)),
        .optional("maxRoundsPerClip", .integer(1...500), "Null for no limit."),
        .optional("showCounts", .choice(CountVisibility.allCases.map(\.rawValue))),
        .optional("minVotes", .integer(0...1_000_000_000), "A round without it is extended, at most three times."),
        .optional("reviewsFlagged", .boolean, "Whether a round that flagged votes would decide waits for an admin."),
        .optional("reviewHours", .integer(1...720), "After how long it closes without the flagged votes."),
    ]
}

struct CreateSeasonInput: Decodable, Schematic {
    let settings: SeasonSettings

    init(from decoder: any Decoder) throws {
        settings = try SeasonChanges(from: decoder).applied(to: SeasonSettings(label: ""))
    }

    static let schema = Schema.object([.required("label", SeasonChanges.label)] + SeasonChanges.fields)
}

struct ChangeSeasonInput: Decodable, Schematic {
    let id: UUID
    let status: SeasonStatus?
    let changes: SeasonChanges

    private enum CodingKeys: CodingKey {
        case id, status
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(UUID.self, forKey: .id)
        status = try container.decodeIfPresent(SeasonStatus.self, forKey: .status)
        changes = try SeasonChanges(from: decoder)
    }

    static let schema = Schema.object(
        [
            .required("id", .uuid),
            .optional("status", .choice(["active", "archived"]), "Activates a draft or archives a finished season."),
            .optional("label", SeasonChanges.label),
        ] + SeasonChanges.fields)
}
