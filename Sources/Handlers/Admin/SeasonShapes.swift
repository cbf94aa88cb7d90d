public import Film
public import HTTP
internal import SharedHandlers

extension Season: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Season>("Season") {
        Field("id", \.id)
        Field("number", \.number)
        Field("label", \.settings.label)
        Field("description", \.settings.description)
        Field("genre", \.settings.genre)
        Field("totalSlots", \.settings.totalSlots)
        Field("roundSeconds", \.settings.roundSeconds)
        Field("aspect", \.settings.aspect)
        Field("maxActiveClipsPerMember", \.settings.maxActiveClipsPerMember)
        Field("maxRoundsPerClip", \.settings.maxRoundsPerClip)
        Field("showCounts", \.settings.showCounts)
        Field("minVotes", \.settings.minVotes)
        Field("reviewsFlagged", \.settings.reviewsFlagged)
        Field("reviewHours", \.settings.reviewHours)
        Field("status", \.status)
        Field("lockedSlots", \.lockedSlots)
        Field("currentSlot", \.currentSlot)
        Field("currentSlotStatus", \.currentSlotStatus)
        Field("votingEndsAt", \.votingEndsAt)
        Field("createdAt", \.createdAt)
        Field("activatedAt", \.activatedAt)
        Field("finishedAt", \.finishedAt)
    }
}

struct SeasonList: Shaped {
    let seasons: [Season]

    static let shape = Shape<SeasonList>("Seasons") {
        Field("seasons", \.seasons)
    }
}
