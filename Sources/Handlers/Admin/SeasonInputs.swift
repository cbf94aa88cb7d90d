internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

/// The settings that a body names; the others stay as they are.
struct SeasonSettingsInput: InputShape {
    static let label = Schema.text(1...80)

    @Input(.text(0...2_000, lines: .many)) var description: String?
    @Input(.choice(ClipGenre.all)) var genre: String?
    @Input(.integer(1...500), "Fixed once the season has begun.") var totalSlots: Int?
    @Input(.integer(5...31_536_000), "How long a round is open.") var roundSeconds: Int?
    @Input var aspect: Aspect?
    @Input(.integer(1...1_000)) var maxActiveClipsPerMember: Int?
    @Input(.integer(1...500), "Null for no limit.") var maxRoundsPerClip: Int??
    @Input var showCounts: CountVisibility?
    @Input(.integer(0...1_000_000_000), "A round without it is extended, at most three times.") var minVotes: Int?
    @Input("Whether a round that flagged votes would decide waits for an admin.") var reviewsFlagged: Bool?
    @Input(.integer(1...720), "After how long it closes without the flagged votes.") var reviewHours: Int?

    func applied(to settings: SeasonSettings) -> SeasonSettings {
        var settings = settings
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
}

struct CreateSeasonInput: InputShape {
    @Input(SeasonSettingsInput.label) var label: String
    @InputGroup var others: SeasonSettingsInput

    var settings: SeasonSettings { others.applied(to: SeasonSettings(label: label)) }
}

struct ChangeSeasonInput: InputShape {
    enum Status: String, InputValue, CaseIterable {
        case active, archived
    }

    @Input var id: UUID
    @Input("Activates a draft or archives a finished season.") var status: Status?
    @Input(SeasonSettingsInput.label) var label: String?
    @InputGroup var others: SeasonSettingsInput

    func applied(to settings: SeasonSettings) -> SeasonSettings {
        var settings = others.applied(to: settings)
        if let label { settings.label = label }
        return settings
    }
}
