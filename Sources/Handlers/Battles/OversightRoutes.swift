public import Battles
internal import FoundationEssentials
public import HTTP
internal import Postgres
public import SharedHandlers

extension BattleRoutes {
    /// The routes by which admins look after battles and votes for videos.
    public static func oversightRoutes(_ oversight: ArenaOversight) -> [Route] {
        [
            battles(oversight), videoVotes(oversight),
            .post(
                "/api/admin/battles/void", access: .admin, limit: .adminSensitive, body: VoidBattlesInput.self,
                features: ["ARENA-08"],
                summary: "Takes battles out of the count: of voters, of a network or a device, or the flagged ones."
            ) { context, input in
                ArenaVoided(
                    made: try oversight.voidBattles(
                        try narrow(input.choice), reason: input.reason, by: try context.member().id))
            },
            .post(
                "/api/admin/video-votes/void", access: .admin, limit: .adminSensitive, body: VoidVideoVotesInput.self,
                features: ["ARENA-04"],
                summary: "Takes votes for videos out of the count, in the same way."
            ) { context, input in
                ArenaVoided(
                    made: try oversight.voidVideoVotes(
                        try narrow(input.choice), reason: input.reason, by: try context.member().id))
            },
            .post(
                "/api/admin/arena/unvoid", access: .admin, limit: .adminSensitive, body: UndoArenaVoidInput.self,
                features: ["ARENA-04", "ARENA-08"],
                summary: "Brings what a void took out back, except votes of those who have voted again."
            ) { context, input in
                let undone = try oversight.undo(input.voidID, reason: input.reason, by: try context.member().id)
                return ArenaVoidUndone(restored: undone.restored, kept: undone.kept)
            },
        ]
    }

    private static func narrow(_ choice: ArenaChoice) throws -> ArenaChoice {
        guard choice.isNarrow else {
            throw Problem.invalid("voters", "required", "Say which voters, network, device or flag is meant.")
        }
        return choice
    }

    private static let filters: [QueryParameter] = [
        .optional("flagged", .boolean, "Only what is flagged, or is not."),
        .optional("reason", ArenaWords.flag, "Only what is flagged for this."),
        .optional("network", ArenaWords.network, "Only from this network."),
        .optional("device", .string(1...100), "Only from this device."),
        .optional("voter", .string(1...100), "Only of this voter."),
        .optional("model", .uuid, "Only with this model."),
    ]

    private static func choice(_ context: Context) -> ArenaChoice {
        var choice = ArenaChoice()
        choice.flagged = context.bool(query: "flagged")
        choice.flag = context.text(query: "reason")
        choice.network = context.text(query: "network")
        choice.device = context.text(query: "device")
        choice.voters = context.text(query: "voter").map { [$0] }
        choice.model = context.uuid(query: "model")
        return choice
    }

    private static func battles(_ oversight: ArenaOversight) -> Route {
        .get(
            "/api/admin/battles", access: .admin, limit: .api,
            query: filters + [
                .optional("winner", .uuid, "Only battles that this model won."),
                .optional("voided", .boolean, "Only battles that are out of the count, or that are in it."),
            ] + .paging(cap: 200),
            features: ["ARENA-08"], summary: "Battles from the newest with their evidence, and the latest voids."
        ) { context in
            let admin = try context.member().id
            var choice = choice(context)
            choice.winner = context.uuid(query: "winner")
            let page = try oversight.battles(
                choice, voided: context.bool(query: "voided"), context.pageRequest, for: admin)
            return BattleOversightPage(
                page: page, voids: context.pageRequest.cursor == nil ? try oversight.voids(for: admin) : [])
        }
    }

    private static func videoVotes(_ oversight: ArenaOversight) -> Route {
        .get(
            "/api/admin/video-votes", access: .admin, limit: .api,
            query: filters + [
                .optional("video", .uuid, "Only votes for this video."),
                .optional("voided", .boolean, default: .bool(false), "Votes that are out of the count."),
            ] + .paging(cap: 200),
            features: ["ARENA-04"],
            summary: "Votes for videos from the newest with their evidence, and the latest voids."
        ) { context in
            let admin = try context.member().id
            var choice = choice(context)
            choice.video = context.uuid(query: "video")
            let page = try oversight.videoVotes(
                choice, voided: context.bool(query: "voided") ?? false, context.pageRequest, for: admin)
            return VideoVoteOversightPage(
                page: page, voids: context.pageRequest.cursor == nil ? try oversight.voids(for: admin) : [])
        }
    }
}

/// The forms of the parts by which battles and votes are chosen.
private enum ArenaWords {
    static let reasonMeaning = "Why. The audit log keeps it."
    static let reason = Schema.text(1...500, lines: .many)
    static let flag = Schema.string(1...40)
    static let network = Schema.string(2...64)
}

private struct VoidBattlesInput: InputShape {
    @Input(.array(.integer(1...Int.max), count: 1...500), "These battles, by number.") var battles: [Int]?
    @Input(.array(.string(1...100), count: 1...500), "Battles of these pseudonyms.") var voters: [String]?
    @Input("Battles in which this model takes part.") var modelID: UUID?
    @Input("Battles that this model won.") var winnerID: UUID?
    @Input("Battles that are flagged, or that are not.") var flagged: Bool?
    @Input(ArenaWords.flag, "Battles flagged for this.") var flag: String?
    @Input(ArenaWords.network, "Battles from this network.") var network: String?
    @Input(.string(1...100), "Battles from this device.") var device: String?
    @Input(ArenaWords.reason, ArenaWords.reasonMeaning) var reason: String

    var choice: ArenaChoice {
        var choice = ArenaChoice()
        choice.battles = battles.map { $0.map(Int64.init) }
        choice.voters = voters.map { $0.map { $0.lowercased() } }
        choice.model = modelID
        choice.winner = winnerID
        choice.flagged = flagged
        choice.flag = flag
        choice.network = network
        choice.device = device
        return choice
    }
}

private struct VoidVideoVotesInput: InputShape {
    @Input(.array(.string(1...100), count: 1...500), "Votes of these voter keys.") var voters: [String]?
    @Input("Votes for videos of this model.") var modelID: UUID?
    @Input("Votes for this video.") var videoID: UUID?
    @Input("Votes that are flagged, or that are not.") var flagged: Bool?
    @Input(ArenaWords.flag, "Votes flagged for this.") var flag: String?
    @Input(ArenaWords.network, "Votes from this network.") var network: String?
    @Input(.string(1...100), "Votes from this device.") var device: String?
    @Input(ArenaWords.reason, ArenaWords.reasonMeaning) var reason: String

    var choice: ArenaChoice {
        var choice = ArenaChoice()
        choice.voters = voters
        choice.model = modelID
        choice.video = videoID
        choice.flagged = flagged
        choice.flag = flag
        choice.network = network
        choice.device = device
        return choice
    }
}

private struct UndoArenaVoidInput: InputShape {
    @Input var voidID: UUID
    @Input(ArenaWords.reason, ArenaWords.reasonMeaning) var reason: String
}

private struct ArenaVoided: Shaped, Answer {
    let made: VoidMade

    static let shape = Shape<ArenaVoided>("ArenaVoided") {
        Field("success", { _ in true })
        Field("voidID", \.made.id, "What undoes it.")
        Field("votes", \.made.votes, "How many were taken out of the count.")
    }
}

private struct ArenaVoidUndone: Shaped, Answer {
    let restored: Int
    let kept: Int

    static let shape = Shape<ArenaVoidUndone>("ArenaVoidUndone") {
        Field("success", { _ in true })
        Field("restored", \.restored, "How many count again.")
        Field("kept", \.kept, "How many stay out because their voter has voted again.")
    }
}

private let voidsMeaning = "Of battles and of votes for videos, the latest ones; on the first page."

private struct BattleOversightPage: Shaped, Answer {
    let page: Page<BattleEvidence>
    let voids: [ArenaVoid]

    static let shape = Shape<BattleOversightPage>("BattleOversight") {
        Including(page: \.page)
        Field("voids", \.voids, voidsMeaning)
    }
}

private struct VideoVoteOversightPage: Shaped, Answer {
    let page: Page<VideoVoteEvidence>
    let voids: [ArenaVoid]

    static let shape = Shape<VideoVoteOversightPage>("VideoVoteOversight") {
        Including(page: \.page)
        Field("voids", \.voids, voidsMeaning)
    }
}

extension BattleEvidence: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "battles"
    /// The name of a page.
    public static let pageName = "BattleEvidencePage"

    /// Its form in JSON.
    public static let shape = Shape<BattleEvidence>("BattleEvidence") {
        Field("id", \.id)
        Field("voter", \.voter, "The pseudonym of the one who judged.")
        Field("username", \.username)
        Field("left", \.left)
        Field("right", \.right)
        Field("outcome", \.outcome)
        Field("flags", \.flags, "Why it is suspicious.")
        Field("network", \.network, "The hash of the network, of that day; null after 30 days.")
        Field("networkVoters", \.networkVoters, "How many voters judged from this network.")
        Field("device", \.device, "Null after 30 days.")
        Field("deviceVoters", \.deviceVoters, "How many voters judged with this device.")
        Field("castAt", \.castAt)
        Field("voidID", \.voidID)
    }
}

extension VideoVoteEvidence: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "votes"
    /// The name of a page.
    public static let pageName = "VideoVoteEvidencePage"

    /// Its form in JSON.
    public static let shape = Shape<VideoVoteEvidence>("VideoVoteEvidence") {
        Field("videoID", \.video)
        Field("model", \.model)
        Field("comparison", \.comparison)
        Field("voterKey", \.voter)
        Field("username", \.username)
        Field("flags", \.flags, "Why it is suspicious.")
        Field("network", \.network, "The hash of the network, of that day.")
        Field("networkVoters", \.networkVoters, "How many voters voted from this network.")
        Field("device", \.device)
        Field("deviceVoters", \.deviceVoters, "How many voters voted for this video with this device.")
        Field("createdAt", \.createdAt)
        Field("voidID", \.voidID)
    }
}

extension ArenaVoid: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ArenaVoid>("ArenaVoid") {
        Field("id", \.id)
        Field("kind", \.kind, "`battles` or `video_votes`.")
        Field("username", \.username)
        Field("reason", \.reason)
        Field("votes", \.votes)
        Field("voidedAt", \.voidedAt)
        Field("undoneAt", \.undoneAt)
        Field("restored", \.restored)
    }
}
