internal import Crypto
public import Film
public import FoundationEssentials
public import HTTP
public import Identity
internal import Refusals
internal import SharedHandlers

/// What the handlers of votes work with.
public final class Voting: Sendable {
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
    public static func render(_ card: ClipCard, createdAt: Date) -> [UInt8] {
        FeedAnswer.fragment(of: card, createdAt: createdAt)
    }

    /// Every route of the group.
    public static func routes(_ voting: Voting) -> [Route] {
        [feed(voting), cast(voting).countingItself().repeatable(), undo(voting).countingItself().repeatable()]
    }

    private static func feed(_ voting: Voting) -> Route {
        .get(
            "/api/vote", access: .any,
            query: [
                .limit(default: 8, cap: 20),
                .list("excludeIds", of: .uuid, "Clips that must not come."),
                .list("seenIds", of: .uuid, "Clips that were shown already; they come after the others."),
                .optional("firstId", .uuid, "The clip that comes first if it is in the slot."),
            ],
            answers: [200: FeedAnswer.schema],
            features: ["FEED-01", "FEED-02", "FEED-03", "FEED-04", "VOTE-02"],
            summary: "Clips of the open slot for this voter, and what the voter has left to cast.",
            later: { context in
                let first = context.uuid(query: "firstId")
                let cookie = context.request.cookies[voting.identity.cookies.voter].flatMap(VoterCookie.init)
                // A page that begins gets what its first vote needs, and the cookie that belongs to it.
                let isBeginning = first != nil || cookie == nil
                let form = isBeginning ? voting.identity.formToken(for: context).0 : nil
                let key = context.voterKey(voting.identity)
                let request = FeedRequest(
                    voterKey: key, limit: context.integer(query: "limit") ?? 8,
                    excluded: context.uuids(query: "excludeIds"), seen: context.uuids(query: "seenIds"),
                    first: first)
                return .later { then in
                    voting.feed.page(request, at: context.now) { found in
                        then(
                            found.map { page in
                                let token = voting.feedTokens.issue(to: key, at: context.now)
                                var response = Response.json(bytes: FeedAnswer(page: page, feedToken: token).bytes)
                                // The page keeps what it knows of this voter's votes.
                                if !page.standing.isKnown { response.headers["X-Standing"] = "unknown" }
                                if let form { response.headers["X-CSRF-Token"] = form.token }
                                return form?.cookie.map { response.setting($0) } ?? response
                            })
                    }
                }
            })
    }

    private static func cast(_ voting: Voting) -> Route {
        .change(
            .post, "/api/vote", access: .any, limit: .vote, refusesBanned: false, body: VoteInput.self,
            answers: [200: VoteAnswer.schema, 409: VoteTotals.conflict],
            features: ["VOTE-01", "VOTE-02", "VOTE-03", "VOTE-06", "VOTE-07", "VOTE-10", "VOTE-11"],
            summary: "Votes for a clip of the open slot. The answer comes once the vote is durable."
        ) { context, input in
            let ballot = try voting.ballot(context, clip: input.clipID, kind: input.voteType ?? .standard)
            return voting.answering(at: context.now, showsScore: { $0 != .afterClose }) {
                voting.committer.cast(ballot, then: $0)
            }
        }
    }

    private static func undo(_ voting: Voting) -> Route {
        .change(
            .delete, "/api/vote", access: .any, limit: .vote, refusesBanned: false, body: UndoVoteInput.self,
            answers: [200: VoteAnswer.schema], features: ["VOTE-04"],
            summary: "Takes the vote for a clip back, or its last cast where votes may be repeated."
        ) { context, input in
            let ballot = try voting.ballot(context, clip: input.clipID, kind: .standard)
            return voting.answering(at: context.now, showsScore: { $0 == .always }) {
                voting.committer.undo(ballot, then: $0)
            }
        }
    }
}

extension Voting {
    fileprivate func ballot(_ context: Context, clip: UUID, kind: VoteKind) throws -> Ballot {
        let request = context.request
        let traits = context.deviceTraits
        let voter = context.voter(identity)
        var signals: [VoteSignal] = []
        if traits.lacksBrowserHeaders { signals.append(.missingHeaders) }
        switch feedTokens.inspect(request.headers["X-Feed-Token"], of: voter.key, at: context.now) {
        case .fresh: break
        case .stale: signals.append(.feedTokenStale)
        case .missing: signals.append(.feedTokenMissing)
        }
        return Ballot(
            voterKey: voter.key, clipID: clip, kind: kind, deviceKey: voter.deviceKey, cookieHash: voter.cookieHash,
            network: voter.network, signals: signals, request: request.exchangeID.map { String($0.prefix(16)) })
    }

    /// What becomes of a vote, with as much of the score as the season shows while the round is open. The snapshot that
    /// says so is in memory, so it costs the vote nothing.
    fileprivate func answering(
        at now: Date, showsScore: @escaping @Sendable (CountVisibility) -> Bool,
        _ count: @escaping @Sendable (@escaping @Sendable (VoteOutcome) -> Void) -> Void
    ) -> Reply {
        .later { [self] then in
            feed.snapshot { snapshot in
                do {
                    let counts = try snapshot.get().season?.showCounts ?? .always
                    count { outcome in
                        then(
                            Result {
                                let tally = try outcome.result.mapError { error in
                                    error.refusal?.problem(counts, room: outcome.rateRemaining, at: now) ?? error.cause
                                }.get()
                                return VoteAnswer(tally: tally, showsScore: showsScore(counts)).response(at: now)
                            })
                    }
                } catch {
                    then(.failure(error))
                }
            }
        }
    }
}
