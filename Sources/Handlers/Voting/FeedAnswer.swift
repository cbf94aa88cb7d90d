internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Platform

/// Writes an answer of the feed. What does not change of a clip is rendered once for a round; the rest is added to it.
enum FeedAnswer {
    /// The members of a clip that are the same for all voters: an object without its end.
    static func fragment(of card: ClipCard, createdAt: Date) throws -> [UInt8] {
        guard case .object(var members) = try JSONValue(encoding: card) else { return [] }
        members["createdAt"] = .string(createdAt.rfc3339)
        members["commentCount"] = 0
        return JSONValue.object(members).bytes.dropLast()
    }

    static func bytes(_ page: FeedPage, feedToken: String) -> [UInt8] {
        let counts = page.snapshot.season?.showCounts ?? .always
        var bytes = Array("{\"clips\":[".utf8)
        bytes.reserveCapacity(1_024 + page.clips.count * 768)
        for (index, entry) in page.clips.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(entry.clip, hasVoted: entry.hasVoted, counts, to: &bytes)
        }
        bytes.append(contentsOf: "],".utf8)
        bytes.append(contentsOf: rest(of: page, feedToken: feedToken).bytes.dropFirst())
        return bytes
    }

    private static func append(
        _ clip: FeedClip, hasVoted: Bool, _ counts: CountVisibility, to bytes: inout [UInt8]
    ) {
        let isShown = counts == .always || counts == .afterVote && hasVoted
        bytes.append(contentsOf: clip.fragment)
        bytes.append(contentsOf: ",\"hasVoted\":\(hasVoted),\"voteCount\":".utf8)
        bytes.append(contentsOf: (isShown ? String(clip.voteCount) : "null").utf8)
        bytes.append(contentsOf: ",\"weightedScore\":".utf8)
        bytes.append(contentsOf: (isShown ? String(clip.weightedScore) : "null").utf8)
        bytes.append(UInt8(ascii: "}"))
    }

    private static func rest(of page: FeedPage, feedToken: String) -> JSONValue {
        let snapshot = page.snapshot
        return [
            "totalVotesToday": .integer(page.standing.totalVotesToday),
            "remainingVotes": VoteAnswer.remaining(page.standing.remaining),
            "votedClipIds": .array(page.votedClipIDs.map(JSONValue.string)),
            "currentSlot": snapshot.slot.map(JSONValue.integer) ?? .null,
            "totalSlots": snapshot.season.map { .integer($0.totalSlots) } ?? .null,
            "totalClipsInSlot": .integer(snapshot.clips.count),
            "hasMoreClips": .bool(page.hasMoreClips),
            "season": snapshot.season.map { season in
                [
                    "id": .string(season.id.uuidString.lowercased()), "label": .string(season.label),
                    "genre": .string(season.genre),
                ]
            } ?? .null,
            "votingEndsAt": snapshot.votingEndsAt.map { .string($0.rfc3339) } ?? .null,
            "feedToken": .string(feedToken),
            "state": .string(snapshot.state.rawValue),
        ]
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
