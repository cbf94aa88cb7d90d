public import Film
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers
internal import Text

struct VoteInput: InputShape {
    @Input var clipID: UUID
    @Input("`standard` when it is left out.") var voteType: VoteKind?
    @Input(
        .string(0...4_096),
        "Accepted and not used: a captcha is solved at `/api/captcha/status`, so that a vote calls no other service.")
    var captchaToken: String?
}

struct UndoVoteInput: InputShape {
    @Input var clipID: UUID
}

extension RemainingVotes: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RemainingVotes>("RemainingVotes") {
        Field("standard", \.standard, "Votes of any kind, today.")
        Field("super", \.super, .integer(0...1), "Super votes, in this slot.")
        Field("mega", \.mega, .integer(0...1), "Mega votes, in this slot.")
    }
}

/// The answer to a counted or undone vote. Its bytes are written by hand; a test holds them to this shape.
struct VoteAnswer: Shaped {
    let tally: VoteTally
    let showsScore: Bool

    static let shape = Shape<VoteAnswer>("VoteTally") {
        Field("success", { _ in true })
        Field("clipID", \.tally.clipID)
        Including(\.totals)
    }

    /// What a refusal for a vote that counts already says too.
    var totals: VoteTotals { VoteTotals(tally: tally, showsScore: showsScore) }

    /// The answer, with how many more votes the voter's minute has room for, and when there is room again at the latest.
    func response(at now: Date) -> Response {
        .json(bytes: bytes, headers: VoteRoom(remaining: tally.rateRemaining).headers(at: now))
    }

    /// Written straight down, as the feed is: numbers and an id, in the order of their names.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append("{\"clipId\":\"")
        bytes += tally.clipID.text.utf8
        bytes.append("\",\"newScore\":")
        FeedAnswer.append(showsScore ? tally.newScore : nil, to: &bytes)
        FeedAnswer.append(tally.remaining, to: &bytes)
        bytes.append(",\"success\":true,\"totalVotesToday\":")
        FeedAnswer.append(tally.totalVotesToday, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}

/// The room in a voter's minute, as the headers of every vote that was counted against it say it, refused or not.
struct VoteRoom {
    let remaining: Int

    /// As `consume_vote_rates` in SQL grants them.
    static let votesAMinute = 30

    func headers(at now: Date) -> Headers {
        [
            "X-RateLimit-Limit": String(Self.votesAMinute), "X-RateLimit-Remaining": String(remaining),
            "X-RateLimit-Reset": reset(at: now),
        ]
    }

    /// Of a minute's votes that are spent the first is free again two seconds into the next minute.
    private func reset(at now: Date) -> String {
        let elapsed = Int(now.timeIntervalSince1970) % 60
        return now.unixTime(after: remaining > 0 ? 1 : 62 - elapsed)
    }
}

/// What the voter and the clip have after a vote.
struct VoteTotals: Shaped {
    let tally: VoteTally
    let showsScore: Bool

    static let shape = Shape<VoteTotals>("VoteTotals") {
        Field("newScore", { $0.showsScore ? $0.tally.newScore : nil }, "Null while the season does not show counts.")
        Field("totalVotesToday", \.tally.totalVotesToday)
        Field("remainingVotes", \.tally.remaining)
    }

    /// The totals, for a problem that tells them beside its own members.
    var members: [String: JSONValue] {
        if case .object(let members) = json { members } else { [:] }
    }

    /// A problem; with the totals when its code is `already_voted`.
    static let conflict = Schema.openObject([
        .required("code", .string()), .required("error", .string()),
        .optional("newScore", .integer().nullable), .optional("totalVotesToday", .integer()),
        .optional("remainingVotes", RemainingVotes.schema),
    ]).named("VoteConflict")
}
