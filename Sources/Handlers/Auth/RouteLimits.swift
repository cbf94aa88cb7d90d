public import Configuration
internal import FoundationEssentials
public import HTTP
public import Identity
public import Text

/// Whom a request counts against, and how often that one may come.
public struct RouteLimits: Sendable {
    private let limiter: RateLimiter
    private let reads: BatchedRateLimiter
    private let limits: RateLimits
    private let voterKeys: VoterKeys
    private let clock: WallClock

    /// Limits by the settings; `reads` counts what is of the class `read`, and `limiter` all the rest.
    public init(
        _ limiter: RateLimiter, reads: BatchedRateLimiter, settings: Settings, identity: IdentityService,
        clock: WallClock = .system
    ) {
        self.limiter = limiter
        self.reads = reads
        limits = settings.identity.rateLimits
        voterKeys = identity.voterKeys
        self.clock = clock
    }

    /// Counts a request; nil where its route has no limit. Throws when nobody can say whether there is room.
    @Sendable
    public func take(_ route: Route, _ request: Request, _ caller: Caller) throws -> LimitDecision? {
        guard let limit = route.limit else { return nil }
        let standing =
            // A read costs its answer and no more, so that a second of what others let through does not matter.
            limit == .read
            ? reads.take(voterKeys.network(of: request.clientAddress, at: clock.now()))
            : try limiter.take(key(limit, request, caller), allowed: limits[limit.rawValue])
        return LimitDecision(
            isAllowed: standing.isAllowed, limit: standing.allowed, remaining: standing.remaining,
            resetSeconds: standing.wait)
    }

    private func key(_ limit: LimitClass, _ request: Request, _ caller: Caller) -> String {
        if limit.isByNetwork {
            return "\(limit.rawValue) \(voterKeys.network(of: request.clientAddress, at: clock.now()).hex)"
        }
        let who = voterKeys.key(
            DeviceTraits(address: request.clientAddress) { request.headers[$0] }, member: caller.member?.id)
        return "\(limit.rawValue) \(who)"
    }
}

extension LimitClass {
    /// Whether all who share a network count as one: where nobody is signed in, or it does not matter who is.
    var isByNetwork: Bool {
        switch self {
        case .auth, .contact, .read, .arenaVote: true
        case .vote, .upload, .comment, .api, .adminSensitive: false
        }
    }
}
