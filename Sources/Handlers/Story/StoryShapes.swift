public import Film
public import HTTP
internal import SharedHandlers

extension Story: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Story>("Story") {
        Field("currentSeasonID", \.currentSeasonID, "The season that runs.")
        Field("seasons", \.seasons, "The newest first.")
    }
}

extension StorySeason: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<StorySeason>("StorySeason") {
        Field("id", \.id)
        Field("number", \.number)
        Field("label", \.label)
        Field("description", \.description)
        Field("genre", \.genre)
        Field("status", \.status)
        Field("aspect", \.aspect)
        Field("coverURL", \.coverURL)
        Field("totalSlots", \.totalSlots, .integer(1...500))
        Field("roundSeconds", \.roundSeconds, "How long a round is open.")
        Field("lockedSlots", \.lockedSlots, .integer(0...500))
        Field("progress", \.progress, .number(0...1), "The part of the film that is cut.")
        Field("durationSeconds", \.durationSeconds, "How long the film is so far.")
        Field("contributors", \.contributors, "How many people made the clips that won.")
        Field("currentSlot", \.currentSlot)
        Field("votingEndsAt", \.votingEndsAt)
        Field("round", \.round)
        Field("activatedAt", \.activatedAt)
        Field("finishedAt", \.finishedAt)
        Field("slots", \.slots)
    }
}

extension StoryRound: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<StoryRound>("StoryRound") {
        Field("slot", \.slot)
        Field("status", \.status)
        Field("votingStartedAt", \.votingStartedAt)
        Field("votingEndsAt", \.votingEndsAt)
        Field("clips", \.clips, "How many compete.")
        Field("votes", \.votes, "Null when the season shows counts only later.")
    }
}

extension StorySlot: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<StorySlot>("StorySlot") {
        Field("position", \.position)
        Field("status", \.status)
        Field("lockedAt", \.lockedAt)
        Field("winner", \.winner)
    }
}

extension StoryWinner: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<StoryWinner>("StoryWinner") {
        Including(\.clip)
        Field("voteCount", \.voteCount)
        Field("weightedScore", \.weightedScore)
        Field("commentCount", \.commentCount, "How many comments everyone sees, replies among them.")
    }
}
