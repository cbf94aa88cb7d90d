internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

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
            ] + .paging(cap: 200),
            features: ["VOTE-08", "VOTE-12", "VOTE-13"],
            summary: "The votes of a round with their evidence, and the ranking without flagged votes."
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
            filter.page = context.pageRequest
            return try votes.page(filter, for: admin.id)
        }
    }

    private static func void(_ votes: VoteOversight) -> Route {
        .post(
            "/api/admin/votes/void", access: .admin, limit: .adminSensitive, body: VoidVotesInput.self,
            features: ["VOTE-12"],
            summary: "Takes votes out of the count: of voters, of a network, or the flagged ones."
        ) { context, input in
            let admin = try context.member()
            guard input.choice.isNarrow else {
                throw Problem.invalid("voters", "required", "Say which voters, which network or which flag is meant.")
            }
            return VotesVoided(
                made: try votes.void(
                    season: input.seasonID, slot: input.slot, choice: input.choice, reason: input.reason, by: admin.id))
        }
    }

    private static func unvoid(_ votes: VoteOversight) -> Route {
        .post(
            "/api/admin/votes/unvoid", access: .admin, limit: .adminSensitive, body: UndoVoidInput.self,
            features: ["VOTE-12"],
            summary: "Brings the votes of a void back, except where the voter has voted again."
        ) { context, input in
            let undone = try votes.restore(input.voidID, reason: input.reason, by: try context.member().id)
            return VoidUndone(restored: undone.restored, kept: undone.kept)
        }
    }

    private static func review(_ rounds: Rounds) -> Route {
        .post(
            "/api/admin/rounds/review", access: .admin, limit: .adminSensitive, body: ReviewRoundInput.self,
            features: ["VOTE-13"],
            summary: "Decides a round under review: its flagged votes count, or are voided; then it closes."
        ) { context, input in
            RoundEvents(
                events: try rounds.review(
                    season: input.seasonID, slot: input.slot, keepsFlagged: input.decision == .accept,
                    reason: input.reason, by: try context.member().id))
        }
    }
}
