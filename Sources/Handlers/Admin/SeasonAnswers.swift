internal import Film
internal import FoundationEssentials
internal import HTTP

struct SeasonAnswer: Encodable {
    let id: UUID
    let number: Int
    let label: String
    let description: String
    let genre: String
    let totalSlots: Int
    let roundSeconds: Int
    let aspect: Aspect
    let maxActiveClipsPerMember: Int
    @OrNull var maxRoundsPerClip: Int?
    let showCounts: CountVisibility
    let minVotes: Int
    let reviewsFlagged: Bool
    let reviewHours: Int
    let status: SeasonStatus
    let lockedSlots: Int
    @OrNull var currentSlot: Int?
    @OrNull var currentSlotStatus: SlotStatus?
    @OrNull var votingEndsAt: Date?
    let createdAt: Date
    @OrNull var activatedAt: Date?
    @OrNull var finishedAt: Date?

    init(_ season: Season) {
        id = season.id
        number = season.number
        label = season.settings.label
        description = season.settings.description
        genre = season.settings.genre
        totalSlots = season.settings.totalSlots
        roundSeconds = season.settings.roundSeconds
        aspect = season.settings.aspect
        maxActiveClipsPerMember = season.settings.maxActiveClipsPerMember
        maxRoundsPerClip = season.settings.maxRoundsPerClip
        showCounts = season.settings.showCounts
        minVotes = season.settings.minVotes
        reviewsFlagged = season.settings.reviewsFlagged
        reviewHours = season.settings.reviewHours
        status = season.status
        lockedSlots = season.lockedSlots
        currentSlot = season.currentSlot
        currentSlotStatus = season.currentSlotStatus
        votingEndsAt = season.votingEndsAt
        createdAt = season.createdAt
        activatedAt = season.activatedAt
        finishedAt = season.finishedAt
    }
}

extension Schema {
    static let season = Schema.object([
        .required("id", .uuid),
        .required("number", .integer()),
        .required("label", .string()),
        .required("description", .string()),
        .required("genre", .string()),
        .required("totalSlots", .integer()),
        .required("roundSeconds", .integer()),
        .required("aspect", .choice(Aspect.allCases.map(\.rawValue))),
        .required("maxActiveClipsPerMember", .integer()),
        .required("maxRoundsPerClip", .integer().nullable),
        .required("showCounts", .choice(CountVisibility.allCases.map(\.rawValue))),
        .required("minVotes", .integer()),
        .required("reviewsFlagged", .boolean),
        .required("reviewHours", .integer()),
        .required("status", .choice(SeasonStatus.allCases.map(\.rawValue))),
        .required("lockedSlots", .integer()),
        .required("currentSlot", .integer().nullable),
        .required("currentSlotStatus", Schema.choice(SlotStatus.allCases.map(\.rawValue)).nullable),
        .required("votingEndsAt", .dateTime.nullable),
        .required("createdAt", .dateTime),
        .required("activatedAt", .dateTime.nullable),
        .required("finishedAt", .dateTime.nullable),
    ]).named("Season")
}
