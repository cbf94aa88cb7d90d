internal import Film
internal import FoundationEssentials
internal import HTTP

extension AdminRoutes {
    static func voteRoutes(_ votes: VoteOversight, _ rounds: Rounds) -> [Route] {
        [list(votes), void(votes), unvoid(votes), review(rounds)]
    }

    private static func list(_ votes: VoteOversight) -> Route {
        .get(
            "/api/admin/votes", access: .admin, limit: .api,
            query: [
                .optional("season", .uuid, "Without it the season that runs, else the newest that has begun."),
                .optional("slot", .integer(1...500), "Without it the open slot, else the last that was."),
                .optional("clip", .uuid, "Only votes for this clip."),
                .optional("flagged", .boolean, "Only votes that are flagged, or that are not."),
                .optional("reason", VoteWords.flag, "Only votes flagged for this."),
                .optional("network", VoteWords.network, "Only votes from this network."),
                .optional("voter", .string(1...100), "Only votes of this voter."),
                .optional("voided", .boolean, "Only votes that are out of the count, or that are in it."),
                .limit(default: 50, cap: 200), .cursor,
            ],
            answers: [200: .votePage], features: ["VOTE-08", "VOTE-12", "VOTE-13"],
            summary: "The votes of a round with the evidence about them, and how the round stands without the flagged."
        ) { context in
            let admin = try context.member()
            var filter = VoteFilter()
            filter.season = context.uuid(query: "season")
            filter.slot = context.integer(query: "slot")
            filter.choice.clip = context.uuid(query: "clip")
            filter.choice.flagged = context.bool(query: "flagged")
            filter.choice.flag = context.text(query: "reason")
            filter.choice.network = context.text(query: "network")
            filter.choice.voters = context.text(query: "voter").map { [$0] }
            filter.voided = context.bool(query: "voided")
            filter.limit = context.integer(query: "limit") ?? filter.limit
            if let text = context.text(query: "cursor") {
                guard let cursor = VoteCursor(text) else {
                    throw Problem.invalid("cursor", "format", "“cursor” is not one that this site has given out.")
                }
                filter.cursor = cursor
            }
            return try .json(try film { try votes.page(filter, for: admin.id) })
        }
    }

    private static func void(_ votes: VoteOversight) -> Route {
        .post(
            "/api/admin/votes/void", access: .admin, limit: .adminSensitive, body: VoidInput.self,
            answers: [200: .voteVoid], features: ["VOTE-12"],
            summary: "Takes votes out of the count: of voters, of a network, or the flagged ones."
        ) { context, input in
            let admin = try context.member()
            guard input.choice.isNarrow else {
                throw Problem.invalid("voters", "required", "Say which voters, which network or which flag is meant.")
            }
            let made = try film {
                try votes.void(
                    season: input.seasonId, slot: input.slot, choice: input.choice, reason: input.reason, by: admin.id)
            }
            return try .json(VoidAnswer(voidId: made.id, votes: made.votes, weight: made.weight))
        }
    }

    private static func unvoid(_ votes: VoteOversight) -> Route {
        .post(
            "/api/admin/votes/unvoid", access: .admin, limit: .adminSensitive, body: UnvoidInput.self,
            answers: [200: .voidUndone], features: ["VOTE-12"],
            summary: "Brings the votes of a void back, except where the voter has voted again."
        ) { context, input in
            let admin = try context.member()
            let undone = try film { try votes.restore(input.voidId, reason: input.reason, by: admin.id) }
            return try .json(UnvoidAnswer(restored: undone.restored, kept: undone.kept))
        }
    }

    private static func review(_ rounds: Rounds) -> Route {
        .post(
            "/api/admin/rounds/review", access: .admin, limit: .adminSensitive, body: ReviewInput.self,
            answers: [200: .roundEvents], features: ["VOTE-13"],
            summary: "Decides a round under review: its flagged votes count, or are voided; then it closes."
        ) { context, input in
            let admin = try context.member()
            let events = try film {
                try rounds.review(
                    season: input.seasonId, slot: input.slot, keepsFlagged: input.decision == .accept,
                    reason: input.reason, by: admin.id)
            }
            return try .json(try RoundEventsAnswer(events))
        }
    }
}

private struct VoidAnswer: Encodable {
    let success = true
    let voidId: UUID
    let votes: Int
    let weight: Int
}

private struct UnvoidAnswer: Encodable {
    let success = true
    let restored: Int
    let kept: Int
}
