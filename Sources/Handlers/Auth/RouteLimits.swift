public import Configuration
internal import FoundationEssentials
public import HTTP
public import Identity
public import Limits
internal import SharedHandlers
public import Text

/// Counts requests against the limits of their routes.
public struct RouteLimits: Sendable {
    private let limiter: RateLimiter
    private let reads: BatchedRateLimiter
    private let limits: RateLimits
    private let voterKeys: VoterKeys
    private let clock: WallClock

    /// Limits by the settings. `reads` counts requests of the class `read`, and `limiter` all others.
    public init(
        _ limiter: RateLimiter, reads: BatchedRateLimiter, settings: Settings, identity: IdentityService,
        clock: WallClock = .system
    ) {
        self.limiter = limiter
        self.reads = reads
        limits = settings.limits.rateLimits
        voterKeys = identity.voterKeys
        self.clock = clock
    }

    /// Counts a request; nil where its route has no limit. Throws when the counters cannot be read.
    @Sendable
    public func take(_ route: Route, _ request: Request, _ caller: Caller) throws -> LimitDecision? {
        guard let limit = route.limit(for: request) else { return nil }
        let standing =
            // A read costs no more than its answer, so it does not matter that processes exchange counts once a second.
            limit.isCountedInMemory
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
        return "\(limit.rawValue) \(voterKeys.key(request.deviceTraits, member: caller.member?.id))"
    }
}

extension LimitClass {
    /// Whether everybody in one network counts as one caller: where callers are not signed in, or it does not matter.
    var isByNetwork: Bool {
        switch self {
        case .auth, .contact, .read, .arenaVote: true
        case .vote, .upload, .comment, .api, .adminSensitive: false
        }
    }
}
