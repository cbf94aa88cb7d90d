internal import Film
internal import FoundationEssentials
internal import HTTP

struct VoidInput: Decodable, Schematic {
    let seasonId: UUID
    let slot: Int?
    let votes: [OneVote]?
    let voters: [String]?
    let clipId: UUID?
    let flagged: Bool?
    let flag: String?
    let network: String?
    let reason: String

    var choice: VoteChoice {
        var choice = VoteChoice()
        choice.votes = votes.map { $0.map { VoteName(voter: $0.voter, clip: $0.clipId) } }
        choice.voters = voters
        choice.clip = clipId
        choice.flagged = flagged
        choice.flag = flag
        choice.network = network
        return choice
    }

    struct OneVote: Decodable {
        let voter: String
        let clipId: UUID
    }

    static let schema = Schema.object([
        .required("seasonId", .uuid),
        .optional("slot", .integer(1...500), "Without it the votes of every slot of the season."),
        .optional(
            "votes",
            .array(.object([.required("voter", .string(1...100)), .required("clipId", .uuid)]), count: 1...200),
            "These votes."),
        .optional("voters", .array(.string(1...100), count: 1...500), "Votes of these voters."),
        .optional("clipId", .uuid, "Votes for this clip."),
        .optional("flagged", .boolean, "Votes that are flagged, or that are not."),
        .optional("flag", VoteWords.flag, "Votes flagged for this."),
        .optional("network", VoteWords.network, "Votes from this network."),
        .required("reason", VoteWords.reason, "Why. Everybody can read it in the round's result."),
    ])
}

struct UnvoidInput: Decodable, Schematic {
    let voidId: UUID
    let reason: String

    static let schema = Schema.object([
        .required("voidId", .uuid),
        .required("reason", VoteWords.reason, "Why. Everybody can read it in the round's result."),
    ])
}

struct ReviewInput: Decodable, Schematic {
    enum Decision: String, Decodable {
        case accept, void
    }

    let seasonId: UUID
    let slot: Int
    let decision: Decision
    let reason: String

    static let schema = Schema.object([
        .required("seasonId", .uuid),
        .required("slot", .integer(1...500)),
        .required("decision", .choice(["accept", "void"]), "Whether the flagged votes count, or are voided."),
        .required("reason", VoteWords.reason, "Why. Everybody can read it in the round's result."),
    ])
}

/// What parts of a choice of votes look like.
enum VoteWords {
    static let reason = Schema.text(1...500, lines: .many)
    static let flag = Schema.string(1...40)
    static let network = Schema.string(
        2...64,
        pattern: Pattern("^([0-9a-f]{2})+$", explanation: "must be a network's hash in hexadecimal") { text in
            text.utf8.count.isMultiple(of: 2)
                && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        })
}
