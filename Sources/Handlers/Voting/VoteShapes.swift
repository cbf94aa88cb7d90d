internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Text

struct VoteInput: Schematic, Decodable {
    let clipId: UUID
    let voteType: VoteKind?

    static let schema = Schema.object([
        .required("clipId", .uuid),
        .optional("voteType", .choice(VoteKind.allCases.map(\.rawValue)), "`standard` when it is left out."),
        .optional(
            "captchaToken", .string(0...4_096),
            "Taken and not looked at: a captcha is solved at `/api/captcha/status`, so that a vote calls nobody."),
    ]).named("Vote")
}

struct UndoInput: Schematic, Decodable {
    let clipId: UUID

    static let schema = Schema.object([.required("clipId", .uuid)]).named("UndoVote")
}

/// What a counted, or undone, vote answers.
enum VoteAnswer {
    static func response(_ tally: VoteTally, showsScore: Bool) -> Response {
        .json(
            bytes: bytes(tally, showsScore: showsScore),
            headers: [
                "X-RateLimit-Limit": String(VoteAnswer.votesAMinute),
                "X-RateLimit-Remaining": String(tally.rateRemaining),
            ])
    }

    /// Written straight down, as the feed is: numbers and an id, in the order of their names.
    private static func bytes(_ tally: VoteTally, showsScore: Bool) -> [UInt8] {
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

    /// The members that a refusal for a vote that counts already has too.
    static func members(_ tally: VoteTally, showsScore: Bool) -> [String: JSONValue] {
        [
            "newScore": showsScore ? .integer(tally.newScore) : .null,
            "totalVotesToday": .integer(tally.totalVotesToday),
            "remainingVotes": remaining(tally.remaining),
        ]
    }

    private static func remaining(_ votes: RemainingVotes) -> JSONValue {
        ["standard": .integer(votes.standard), "super": .integer(votes.super), "mega": .integer(votes.mega)]
    }

    /// As `take_vote_rates` in SQL grants them.
    static let votesAMinute = 30
}

extension Schema {
    static let remainingVotes = Schema.object([
        .required("standard", .integer(), "Votes of any kind, today."),
        .required("super", .integer(0...1), "Super votes, in this slot."),
        .required("mega", .integer(0...1), "Mega votes, in this slot."),
    ]).named("RemainingVotes")

    private static let totals: [Field] = [
        .required("newScore", .integer().nullable, "Null while the season does not show counts."),
        .required("totalVotesToday", .integer()),
        .required("remainingVotes", remainingVotes),
    ]

    static let voteTally = Schema.object(
        [.required("success", .boolean), .required("clipId", .uuid)] + totals
    ).named("VoteTally")

    /// A problem; with the totals when its code is `already_voted`.
    static let alreadyVoted = Schema.openObject([
        .required("code", .string()), .required("error", .string()),
        .optional("newScore", .integer().nullable), .optional("totalVotesToday", .integer()),
        .optional("remainingVotes", remainingVotes),
    ]).named("VoteConflict")
}
