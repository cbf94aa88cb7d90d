internal import FoundationEssentials
public import HTTP
public import Identity
public import Platform

/// Whom a request counts against, and how often that one may come.
public struct RouteLimits: Sendable {
    private let limiter: RateLimiter
    private let limits: RateLimits
    private let voterKeys: VoterKeys
    private let clock: WallClock

    /// Limits by the settings.
    public init(
        _ limiter: RateLimiter, settings: Settings, identity: IdentityService, clock: WallClock = .system
    ) {
        self.limiter = limiter
        limits = settings.rateLimits
        voterKeys = identity.voterKeys
        self.clock = clock
    }

    /// Counts a request; nil where its route has no limit. Throws when nobody can say whether there is room.
    @Sendable
    public func take(_ route: Route, _ request: Request, _ caller: Caller) throws -> LimitDecision? {
        guard let limit = route.limit else { return nil }
        let standing = try limiter.take(key(limit, request, caller), allowed: limits[limit.rawValue])
        return LimitDecision(
            isAllowed: standing.isAllowed, limit: standing.allowed, remaining: standing.remaining,
            resetSeconds: standing.wait)
    }

    private func key(_ limit: LimitClass, _ request: Request, _ caller: Caller) -> String {
        if !limit.isByNetwork, let member = caller.member {
            return "\(limit.rawValue) user_\(member.id.text)"
        }
        let who =
            limit.isByNetwork
            ? Text.hex(voterKeys.network(of: request.clientAddress, at: clock.now()))
            : voterKeys.device(DeviceTraits(address: request.clientAddress) { request.headers[$0] })
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
