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
    private let tiers: KeyTierLimits
    private let usage: KeyUsage
    private let voterKeys: VoterKeys
    private let clock: WallClock

    /// Limits by the settings. `reads` counts requests of the class `read`, and `limiter` all others; `usage` counts those of
    /// API keys by day.
    public init(
        _ limiter: RateLimiter, reads: BatchedRateLimiter, usage: KeyUsage, settings: Settings,
        identity: IdentityService, clock: WallClock = .system
    ) {
        self.limiter = limiter
        self.reads = reads
        limits = settings.limits.rateLimits
        tiers = settings.limits.keyTiers
        self.usage = usage
        voterKeys = identity.voterKeys
        self.clock = clock
    }

    /// How often the visitors of one network may vote in a minute, all together. `consume_vote_rates` counts votes for clips in the
    /// same window.
    private static let networkVotes = 600

    /// Counts a request; nil where its route has no limit. Throws when the counters cannot be read.
    @Sendable
    public func take(_ route: Route, _ request: Request, _ caller: Caller) throws -> LimitDecision? {
        guard let limit = route.limit(for: request) else { return nil }
        if let plan = caller.member?.keyPlan, !limit.isByNetwork || limit == .read {
            let decision = try take(limit, plan, of: caller)
            usage.note(plan.id, isRefused: !decision.isAllowed)
            return decision
        }
        let standing =
            // A read costs no more than its answer, so it does not matter that processes exchange counts once a second.
            limit.isCountedInMemory
            ? reads.take(voterKeys.network(of: request.clientAddress, at: clock.now()))
            : try limiter.take(key(limit, request, caller), allowed: limits[limit.rawValue])
        if limit == .vote, caller.member == nil, standing.isAllowed {
            // A script that names another browser with each request has another device each time, and the same network.
            let hash = voterKeys.network(of: request.clientAddress, at: clock.now()).hex
            let network = try limiter.take("network \(hash)", allowed: Self.networkVotes)
            if !network.isAllowed || network.remaining < standing.remaining { return LimitDecision(network) }
        }
        return LimitDecision(standing)
    }

    /// Counts a request of an API key by its tier, wherever it comes from. Keys of the standard tier share the limits of their
    /// member's programs, so that more keys allow no more requests. The browser's requests have limits of their own.
    private func take(_ limit: LimitClass, _ plan: KeyPlan, of caller: Caller) throws -> LimitDecision {
        let tier = KeyTierLimits.Tier(rawValue: plan.tier) ?? .standard
        let allowed = tiers.limits(of: tier, own: plan.limits)[limit.rawValue]
        let owner = tier == .standard ? caller.member?.id ?? plan.id : plan.id
        return LimitDecision(
            limit.isCountedInMemory
                ? reads.take(owner.identifier, own: allowed)
                : try limiter.take("\(limit.rawValue) keys \(owner.text)", allowed: allowed))
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

extension LimitDecision {
    fileprivate init(_ standing: RateStanding) {
        self.init(
            isAllowed: standing.isAllowed, limit: standing.allowed, remaining: standing.remaining,
            resetSeconds: standing.wait)
    }
}

extension UUID {
    /// The sixteen bytes in place.
    fileprivate var identifier: Identifier128 {
        let (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) = uuid
        return Identifier128([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }
}
