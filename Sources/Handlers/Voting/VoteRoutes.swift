internal import Crypto
public import Film
public import FoundationEssentials
public import HTTP
public import Identity

/// What the handlers of votes work with.
public struct Voting: Sendable {
    let feed: Feed
    let committer: VoteCommitter
    let feedTokens: FeedTokens
    let identity: IdentityService

    /// Composes the parts.
    public init(feed: Feed, committer: VoteCommitter, feedTokens: FeedTokens, identity: IdentityService) {
        self.feed = feed
        self.committer = committer
        self.feedTokens = feedTokens
        self.identity = identity
    }
}

/// The routes by which people vote.
public enum VoteRoutes {
    /// Renders what does not change of a clip in the feed while its round is open.
    public static func render(_ card: ClipCard, createdAt: Date) throws -> [UInt8] {
        try FeedAnswer.fragment(of: card, createdAt: createdAt)
    }

    /// Every route of the group.
    public static func routes(_ voting: Voting) -> [Route] {
        [feed(voting), cast(voting).countingItself(), undo(voting).countingItself()]
    }

    private static func feed(_ voting: Voting) -> Route {
        .get(
            "/api/vote", access: .any,
            query: [
                .limit(default: 8, cap: 20),
                .list("excludeIds", of: .uuid, "Clips that must not come."),
                .list("seenIds", of: .uuid, "Clips that were shown already; they come after the others."),
            ],
            answers: [200: .feed],
            features: ["FEED-01", "FEED-02", "FEED-03", "FEED-04", "VOTE-02"],
            summary: "Clips of the open slot for this voter, and what the voter has left to cast."
        ) { context in
            let cookie = context.request.cookies[voting.identity.cookies.voter].flatMap(VoterCookie.init)
            let key = voting.voterKey(context)
            let page = try voting.feed.page(
                FeedRequest(
                    voterKey: key, limit: context.integer(query: "limit") ?? 8,
                    excluded: context.uuids(query: "excludeIds"), seen: context.uuids(query: "seenIds")),
                at: context.now)
            let token = voting.feedTokens.issue(to: key, at: context.now)
            let response = Response.json(bytes: FeedAnswer.bytes(page, feedToken: token))
            return cookie == nil ? response.setting(voting.newVoterCookie) : response
        }
    }

    private static func cast(_ voting: Voting) -> Route {
        .post(
            "/api/vote", access: .any, limit: .vote, refusesBanned: false, body: VoteInput.self,
            answers: [200: .voteTally, 409: .alreadyVoted],
            features: ["VOTE-01", "VOTE-02", "VOTE-03", "VOTE-06", "VOTE-07", "VOTE-10", "VOTE-11"],
            summary: "Votes for a clip of the open slot. The answer comes once the vote is durable."
        ) { context, input in
            let ballot = try voting.ballot(context, clip: input.clipId, kind: input.voteType ?? .standard)
            let counts = try voting.countVisibility()
            let tally = try refusing(counts) { try voting.committer.cast(ballot) }
            return try VoteAnswer.response(tally, showsScore: counts != .afterClose)
        }
    }

    private static func undo(_ voting: Voting) -> Route {
        .delete(
            "/api/vote", access: .any, limit: .vote, refusesBanned: false, body: UndoInput.self,
            answers: [200: .voteTally], features: ["VOTE-04"],
            summary: "Takes the vote for a clip back, or its last cast where votes may be repeated."
        ) { context, input in
            let ballot = try voting.ballot(context, clip: input.clipId, kind: .standard)
            let counts = try voting.countVisibility()
            let tally = try refusing(counts) { try voting.committer.undo(ballot) }
            return try VoteAnswer.response(tally, showsScore: counts == .always)
        }
    }
}

extension Voting {
    fileprivate func voterKey(_ context: Context) -> String {
        let request = context.request
        return identity.voterKeys.key(
            DeviceTraits(address: request.clientAddress) { request.headers[$0] }, member: context.caller.member?.id)
    }

    fileprivate func voter(_ context: Context) -> Voter {
        let request = context.request
        return identity.voterKeys.voter(
            DeviceTraits(address: request.clientAddress) { request.headers[$0] },
            cookie: request.cookies[identity.cookies.voter], member: context.caller.member?.id, at: context.now)
    }

    fileprivate func ballot(_ context: Context, clip: UUID, kind: VoteKind) throws -> Ballot {
        let request = context.request
        let voter = voter(context)
        var signals: [VoteSignal] = []
        if DeviceTraits(address: request.clientAddress, header: { request.headers[$0] }).lacksBrowserHeaders {
            signals.append(.missingHeaders)
        }
        switch feedTokens.inspect(request.headers["X-Feed-Token"], of: voter.key, at: context.now) {
        case .fresh: break
        case .stale: signals.append(.feedTokenStale)
        case .missing: signals.append(.feedTokenMissing)
        }
        return Ballot(
            voterKey: voter.key, clipID: clip, kind: kind, deviceKey: voter.deviceKey, cookieHash: voter.cookieHash,
            network: voter.network, signals: signals)
    }

    /// What the season shows of a round that is open. The snapshot is in memory, so this costs the vote nothing.
    fileprivate func countVisibility() throws -> CountVisibility {
        try feed.snapshot().season?.showCounts ?? .always
    }

    fileprivate var newVoterCookie: SetCookie {
        SetCookie(
            identity.cookies.voter, VoterCookie.random().text, maxAge: CookieNames.voterLife,
            isSecure: identity.cookies.isSecure)
    }
}
