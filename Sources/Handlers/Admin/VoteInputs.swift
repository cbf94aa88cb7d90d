internal import Film
internal import FoundationEssentials
internal import HTTP

struct VoidVotesInput: InputShape {
    struct OneVote: InputShape, InputValue {
        @Input(.string(1...100)) var voter: String
        @Input var clipID: UUID
    }

    @Input var seasonID: UUID
    @Input(.integer(1...500), "Without it the votes of every slot of the season.") var slot: Int?
    @Input(.array(OneVote.schema, count: 1...200), "These votes.") var votes: [OneVote]?
    @Input(.array(.string(1...100), count: 1...500), "Votes of these voters.") var voters: [String]?
    @Input("Votes for this clip.") var clipID: UUID?
    @Input("Votes that are flagged, or that are not.") var flagged: Bool?
    @Input(VoteWords.flag, "Votes flagged for this.") var flag: String?
    @Input(VoteWords.network, "Votes from this network.") var network: String?
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String

    var choice: VoteChoice {
        var choice = VoteChoice()
        choice.votes = votes.map { $0.map { VoteName(voter: $0.voter, clip: $0.clipID) } }
        choice.voters = voters
        choice.clip = clipID
        choice.flagged = flagged
        choice.flag = flag
        choice.network = network
        return choice
    }
}

struct UndoVoidInput: InputShape {
    @Input var voidID: UUID
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String
}

struct ReviewRoundInput: InputShape {
    enum Decision: String, InputValue, CaseIterable {
        case accept, void
    }

    @Input var seasonID: UUID
    @Input(.integer(1...500)) var slot: Int
    @Input("Whether the flagged votes count, or are voided.") var decision: Decision
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String
}

/// The forms of the parts by which votes are chosen.
enum VoteWords {
    static let reasonMeaning = "Why. Everyone can read it in the round's result."
    static let reason = Schema.text(1...500, lines: .many)
    static let flag = Schema.string(1...40)
    static let network = Schema.string(
        2...64,
        pattern: Pattern("^([0-9a-f]{2})+$", explanation: "must be a network's hash in hexadecimal") { text in
            text.utf8.count.isMultiple(of: 2)
                && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        })
}
