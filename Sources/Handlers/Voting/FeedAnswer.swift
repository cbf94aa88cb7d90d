internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Text

/// Writes an answer of the feed. What does not change of a clip is rendered once for a round; the rest is added to it.
enum FeedAnswer {
    /// The members of a clip that are the same for all voters: an object without its end.
    static func fragment(of card: ClipCard, createdAt: Date) throws -> [UInt8] {
        guard case .object(var members) = try JSONValue(encoding: card) else { return [] }
        members["createdAt"] = .string(createdAt.rfc3339)
        members["commentCount"] = 0
        return JSONValue.object(members).bytes.dropLast()
    }

    /// Written straight down: this is asked for more often than anything else, and a tree of values, made for one answer
    /// and thrown away, would cost more than all the rest of it.
    static func bytes(_ page: FeedPage, feedToken: String) -> [UInt8] {
        let snapshot = page.snapshot
        let counts = snapshot.season?.showCounts ?? .always
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1_024 + page.clips.count * 768)
        bytes.append("{\"clips\":[")
        for (index, entry) in page.clips.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(entry.clip, hasVoted: entry.hasVoted, counts, to: &bytes)
        }
        bytes.append("],\"currentSlot\":")
        append(snapshot.slot, to: &bytes)
        bytes.append(",\"feedToken\":\"")
        // The alphabet of tokens, like that of ids, has nothing that JSON would escape.
        bytes += feedToken.utf8
        bytes.append(page.hasMoreClips ? "\",\"hasMoreClips\":true" : "\",\"hasMoreClips\":false")
        append(page.standing.remaining, to: &bytes)
        bytes.append(",\"season\":")
        append(snapshot.season, to: &bytes)
        bytes.append(",\"state\":\"")
        bytes += snapshot.state.rawValue.utf8
        bytes.append("\",\"totalClipsInSlot\":")
        append(snapshot.clips.count, to: &bytes)
        bytes.append(",\"totalSlots\":")
        append(snapshot.season?.totalSlots, to: &bytes)
        bytes.append(",\"totalVotesToday\":")
        append(page.standing.totalVotesToday, to: &bytes)
        bytes.append(",\"votedClipIds\":[")
        for (index, id) in page.votedClipIDs.enumerated() {
            bytes.append(index > 0 ? ",\"" : "\"")
            bytes += id.utf8
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append("],\"votingEndsAt\":")
        bytes += (snapshot.votingEndsAt.map { "\"\($0.rfc3339)\"" } ?? "null").utf8
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private static func append(
        _ clip: FeedClip, hasVoted: Bool, _ counts: CountVisibility, to bytes: inout [UInt8]
    ) {
        let isShown = counts == .always || counts == .afterVote && hasVoted
        bytes += clip.fragment
        bytes.append(hasVoted ? ",\"hasVoted\":true,\"voteCount\":" : ",\"hasVoted\":false,\"voteCount\":")
        append(isShown ? clip.voteCount : nil, to: &bytes)
        bytes.append(",\"weightedScore\":")
        append(isShown ? clip.weightedScore : nil, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    /// What is left, as it stands in the answers to votes too.
    static func append(_ votes: RemainingVotes, to bytes: inout [UInt8]) {
        bytes.append(",\"remainingVotes\":{\"mega\":")
        append(votes.mega, to: &bytes)
        bytes.append(",\"standard\":")
        append(votes.standard, to: &bytes)
        bytes.append(",\"super\":")
        append(votes.super, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    static func append(_ number: Int?, to bytes: inout [UInt8]) {
        if let number { bytes.append(decimal: number) } else { bytes.append("null") }
    }

    private static func append(_ season: FeedSeason?, to bytes: inout [UInt8]) {
        guard let season else { return bytes.append("null") }
        bytes.append("{\"genre\":")
        bytes += JSONValue.string(season.genre).bytes
        bytes.append(",\"id\":\"")
        bytes += season.id.text.utf8
        bytes.append("\",\"label\":")
        bytes += JSONValue.string(season.label).bytes
        bytes.append(UInt8(ascii: "}"))
    }
}

extension Schema {
    static let feed = Schema.object([
        .required("clips", .array(feedClip), "The next clips, best first."),
        .required("totalVotesToday", .integer()),
        .required("remainingVotes", .remainingVotes),
        .required("votedClipIds", .array(.uuid), "The clips of this round that the voter has voted for."),
        .required("currentSlot", .integer().nullable),
        .required("totalSlots", .integer().nullable),
        .required("totalClipsInSlot", .integer()),
        .required("hasMoreClips", .boolean, "Whether there are clips not voted for beyond these."),
        .required(
            "season",
            Schema.object([.required("id", .uuid), .required("label", .string()), .required("genre", .string())])
                .nullable),
        .required("votingEndsAt", .dateTime.nullable),
        .required("feedToken", .string(), "For the header X-Feed-Token of votes; good for five minutes."),
        .required("state", .choice(FeedState.allCases.map(\.rawValue))),
    ]).named("Feed")

    private static let feedClip = Schema.object([
        .required("id", .uuid), .required("title", .string()), .required("username", .string().nullable),
        .required("avatarUrl", .string()), .required("genre", .choice(ClipGenre.all)),
        .required("aiGenerated", .boolean), .required("videoUrl", .string().nullable),
        .required("posterUrl", .string().nullable), .required("blurhash", .string().nullable),
        .required("width", .integer().nullable), .required("height", .integer().nullable),
        .required("durationSeconds", .number().nullable), .required("commentCount", .integer()),
        .required("createdAt", .dateTime), .required("hasVoted", .boolean),
        .required("voteCount", .integer().nullable, "Null while the season does not show counts."),
        .required("weightedScore", .integer().nullable),
    ]).named("FeedClip")
}
