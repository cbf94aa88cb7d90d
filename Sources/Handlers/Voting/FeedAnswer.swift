public import Film
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers
internal import Text

/// An answer of the feed. Its bytes are written by hand; a test holds them to its shape. What does not change of a clip is
/// rendered once for a round; the rest is added to it.
struct FeedAnswer {
    let page: FeedPage
    let feedToken: String

    /// The members of a clip that are the same for all voters: an object without its end.
    static func fragment(of card: ClipCard, createdAt: Date) -> [UInt8] {
        FeedClipFragment(card: card, createdAt: createdAt).json.bytes.dropLast()
    }

    /// Written straight down: this is asked for more often than anything else, and a tree of values, made for one answer
    /// and thrown away, would cost more than all the rest of it.
    var bytes: [UInt8] {
        let snapshot = page.snapshot
        let counts = snapshot.season?.showCounts ?? .always
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1_024 + page.clips.count * 768)
        bytes.append("{\"clips\":[")
        for (index, entry) in page.clips.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            Self.append(entry.clip, hasVoted: entry.hasVoted, counts, to: &bytes)
        }
        bytes.append("],\"currentSlot\":")
        Self.append(snapshot.slot, to: &bytes)
        bytes.append(",\"feedToken\":\"")
        // The alphabet of tokens, like that of ids, has nothing that JSON would escape.
        bytes += feedToken.utf8
        bytes.append(page.hasMoreClips ? "\",\"hasMoreClips\":true" : "\",\"hasMoreClips\":false")
        Self.append(page.standing.remaining, to: &bytes)
        bytes.append(",\"season\":")
        Self.append(snapshot.season, to: &bytes)
        bytes.append(",\"state\":\"")
        bytes += snapshot.state.rawValue.utf8
        bytes.append("\",\"totalClipsInSlot\":")
        Self.append(snapshot.clips.count, to: &bytes)
        bytes.append(",\"totalSlots\":")
        Self.append(snapshot.season?.totalSlots, to: &bytes)
        bytes.append(",\"totalVotesToday\":")
        Self.append(page.standing.totalVotesToday, to: &bytes)
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
        bytes.append(",\"commentCount\":")
        append(clip.commentCount, to: &bytes)
        bytes.append(hasVoted ? ",\"hasVoted\":true,\"voteCount\":" : ",\"hasVoted\":false,\"voteCount\":")
        append(isShown ? clip.voteCount : nil, to: &bytes)
        bytes.append(",\"weightedScore\":")
        append(isShown ? clip.weightedScore : nil, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    /// Appends the remaining votes, as the answers to votes have them too.
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

extension FeedAnswer: Shaped {
    static let shape = Shape<FeedAnswer>("Feed") {
        Field("clips", \.clips, "The next clips, best first.")
        Field("totalVotesToday", \.page.standing.totalVotesToday)
        Field("remainingVotes", \.page.standing.remaining)
        Field(
            "votedClipIDs", \.page.votedClipIDs, .array(.uuid), "The clips of this round that the voter has voted for.")
        Field("currentSlot", \.page.snapshot.slot)
        Field("totalSlots", \.page.snapshot.season?.totalSlots)
        Field("totalClipsInSlot", \.page.snapshot.clips.count)
        Field("hasMoreClips", \.page.hasMoreClips, "Whether there are clips not voted for beyond these.")
        Field("season", \.page.snapshot.season)
        Field("votingEndsAt", \.page.snapshot.votingEndsAt)
        Field("feedToken", \.feedToken, "For the header X-Feed-Token of votes; good for five minutes.")
        Field("state", \.page.snapshot.state)
    }

    private var clips: [FeedClipAnswer] {
        let counts = page.snapshot.season?.showCounts ?? .always
        return page.clips.map { FeedClipAnswer(clip: $0.clip, hasVoted: $0.hasVoted, counts: counts) }
    }
}

/// What does not change of a clip while its round is open.
private struct FeedClipFragment: Shaped {
    let card: ClipCard
    let createdAt: Date

    static let shape = Shape<FeedClipFragment>("FeedClipFragment") {
        Including(\.card)
        Field("createdAt", \.createdAt)
    }
}

/// A clip in the feed.
private struct FeedClipAnswer: Shaped {
    let clip: FeedClip
    let hasVoted: Bool
    let counts: CountVisibility

    private var isShown: Bool { counts == .always || counts == .afterVote && hasVoted }

    private var fragment: JSONValue {
        (try? JSONValue(parsing: clip.fragment + [UInt8(ascii: "}")])) ?? .null
    }

    static let shape = Shape<FeedClipAnswer>("FeedClip") {
        Including(written: FeedClipFragment.self, \.fragment)
        Field("commentCount", \.clip.commentCount, "How many comments everyone sees, replies among them.")
        Field("hasVoted", \.hasVoted)
        Field("voteCount", { $0.isShown ? $0.clip.voteCount : nil }, "Null while the season does not show counts.")
        Field("weightedScore", { $0.isShown ? $0.clip.weightedScore : nil })
    }
}

extension FeedSeason: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<FeedSeason>("FeedSeason") {
        Field("id", \.id)
        Field("label", \.label)
        Field("genre", \.genre)
    }
}
