public import FoundationEssentials
internal import Logging

/// The checks between a request and its handler. The executable composes them; the application runs each in one place
/// and in one order, so that no handler can forget one.
public struct Guard: Sendable {
    /// Finds out who calls. Throws when that cannot be known at the moment.
    public var identify: @Sendable (Request) throws -> Caller
    /// The same for routes that never block: tells it on whichever thread it becomes known. Nil where `identify` does not
    /// block either.
    public var identifyLater: (@Sendable (Request, _ then: @escaping @Sendable (Identified) -> Void) -> Void)?
    /// Whether the token in the request belongs to its session or voter cookie.
    public var verifyCSRF: @Sendable (Request, Caller) -> Bool
    /// Counts the request, and returns whether the limit allows it. Throws when the counter cannot be reached.
    public var limit: @Sendable (Route, Request, Caller) throws -> LimitDecision?
    /// Whether a feature flag is on for the caller. Throws when the flags cannot be read.
    public var isEnabled: @Sendable (String, Caller) throws -> Bool
    /// Whether a member has accepted the terms of use in force. Throws when that cannot be known.
    public var hasAcceptedTerms: @Sendable (Member) throws -> Bool
    /// Refuses a route for as long as the process is not ready for it.
    public var requireReady: @Sendable (Route) throws -> Void
    /// Whether the bearer token is the scheduler's secret.
    public var isScheduler: @Sendable (Request) -> Bool
    /// The site's origin, such as `https://dailies.example`.
    public var siteOrigin: String
    /// How long after a sign-in what destroys may be done.
    public var recentSignIn: Duration

    /// Who was found out to call.
    public typealias Identified = Result<Caller, any Error>

    /// Creates a guard. Without a test for the scheduler, no request counts as the scheduler's.
    public init(
        siteOrigin: String, recentSignIn: Duration = .seconds(3_600),
        identify: @escaping @Sendable (Request) throws -> Caller,
        identifyLater: (@Sendable (Request, @escaping @Sendable (Identified) -> Void) -> Void)? = nil,
        verifyCSRF: @escaping @Sendable (Request, Caller) -> Bool,
        limit: @escaping @Sendable (Route, Request, Caller) throws -> LimitDecision? = { _, _, _ in nil },
        isEnabled: @escaping @Sendable (String, Caller) throws -> Bool = { _, _ in true },
        hasAcceptedTerms: @escaping @Sendable (Member) throws -> Bool = { _ in true },
        requireReady: @escaping @Sendable (Route) throws -> Void = { _ in },
        isScheduler: @escaping @Sendable (Request) -> Bool = { _ in false }
    ) {
        self.siteOrigin = siteOrigin
        self.recentSignIn = recentSignIn
        self.identify = identify
        self.identifyLater = identifyLater
        self.verifyCSRF = verifyCSRF
        self.limit = limit
        self.isEnabled = isEnabled
        self.hasAcceptedTerms = hasAcceptedTerms
        self.requireReady = requireReady
        self.isScheduler = isScheduler
    }

    /// What was found out about a request.
    struct Admission: Sendable {
        /// Who calls, as far as it is known.
        var caller = Caller.visitor
        /// The room that is left, as far as it was asked for: a refusal after that was counted as well, and says so.
        var decision: LimitDecision?
        /// Why the request goes no further.
        var refusal: (any Error)?
    }

    /// Finds out what the route does not allow.
    ///
    /// The order is that of the vote's refusals: forged before switched off, before too fast, before banned, before
    /// not signed in.
    func admit(
        _ request: Request, to route: Route, at now: Date, then: @escaping @Sendable (Admission) -> Void
    ) {
        do {
            if route.access == .internal_, !request.isInternal { throw Problem.notFound() }
            if !route.isAlwaysServed { try requireReady(route) }
            if route.access == .cron, !isScheduler(request) { throw Problem.unauthenticated }
        } catch {
            then(Admission(refusal: error))
            return
        }
        // What is the same for all must not be able to depend on who calls. The web server asks for somebody.
        let isForOne = route.access.isPersonal || route.access == .internal_
        if isForOne, !(route.cache.isSameForAll && route.access == .any) {
            // An answer that comes later may come on a thread that must not be made to wait.
            if let identifyLater, !route.mayBlock(for: request) {
                identifyLater(request) { then(judge($0, request, to: route, at: now)) }
            } else {
                then(judge(Identified { try identify(request) }, request, to: route, at: now))
            }
        } else {
            then(judge(.success(.visitor), request, to: route, at: now))
        }
    }

    private func judge(
        _ found: Identified, _ request: Request, to route: Route, at now: Date
    ) -> Admission {
        var admission = Admission()
        do {
            do {
                admission.caller = try found.get()
            } catch let refusal as Problem {
                // A caller with invalid credentials counts as a visitor.
                admission.decision = try count(request, to: route, by: .visitor, at: now)
                throw refusal
            }
            let caller = admission.caller
            if route.needsCSRF, request.bearerToken == nil {
                guard isSameOrigin(request), verifyCSRF(request, caller) else {
                    throw Problem.forbidden(
                        "csrf_failed", "The page is too old or from another site. Reload it and try again.")
                }
            }
            if let flag = route.flag, try !isEnabled(flag, caller) {
                throw Problem.unavailable("feature_off", "This is switched off at the moment.", retryAfter: 60)
            }
            admission.decision = try count(request, to: route, by: caller, at: now)
            try permit(caller, to: route, at: now)
        } catch {
            admission.refusal = error
        }
        return admission
    }

    private func count(_ request: Request, to route: Route, by caller: Caller, at now: Date) throws -> LimitDecision? {
        guard route.limit != nil, !route.countsItself else { return nil }
        let decision: LimitDecision?
        do {
            decision = try limit(route, request, caller)
        } catch {
            throw LimiterFault(cause: error)
        }
        if let decision, !decision.isAllowed {
            var problem = Problem.tooManyRequests(retryAfter: decision.resetSeconds)
            decision.tell(in: &problem.headers, at: now)
            throw problem
        }
        return decision
    }

    private func permit(_ caller: Caller, to route: Route, at now: Date) throws {
        if let member = caller.member, member.isBanned, route.refusesBanned {
            throw Problem.forbidden("banned", "Your account is banned. Your profile shows the reason.")
        }
        switch route.access {
        case .any, .cron, .signed, .provider, .internal_: break
        case .member, .owner:
            guard caller.member != nil else { throw Problem.unauthenticated }
        case .admin:
            guard let member = caller.member else { throw Problem.unauthenticated }
            // A key that may not act as an admin is told what it lacks.
            let isShort = member.keyScopes.map { !$0.contains(.admin) } ?? false
            guard member.isAdmin || isShort else {
                throw Problem.forbidden("admin_only", "Only admins may do this.")
            }
        }
        // nginx asks on behalf of any caller; the route decides what that caller may have.
        if route.access != .internal_, let member = caller.member { try permit(member, to: route, at: now) }
        if route.needsTerms, let member = caller.member, try !hasAcceptedTerms(member) {
            throw Problem.forbidden(
                "terms_required", "Accept the current terms of use first, at /terms/accept. Nothing was sent."
            ).with(["acceptUrl": "/terms/accept"])
        }
    }

    /// What depends on how the member came in: a key does what it is allowed, and for some things a person must have
    /// been here without a long break, or have signed in lately.
    private func permit(_ member: Member, to route: Route, at now: Date) throws {
        if let scopes = member.keyScopes {
            guard let needed = route.keyScope else {
                throw Problem.forbidden("people_only", "No API key may do this. Sign in and do it yourself.")
            }
            guard scopes.contains(needed) else {
                throw Problem.forbidden("key_scope", "This API key may not do this: it lacks “\(needed.rawValue)”.")
            }
            return
        }
        let mustBeInUse = route.access == .admin || route.needsRecentSignIn
        let age = now.timeIntervalSince(member.authenticatedAt)
        let isOld = route.needsRecentSignIn && age > Double(recentSignIn.components.seconds)
        if mustBeInUse && !member.isInUse || isOld {
            throw Problem.forbidden("sign_in_again", "Your sign-in was a while ago. Sign in again to do this.")
        }
    }

    /// The site's own origin; on loopback under each of that address's names, since people type either.
    private static func isAllowed(_ origin: String, _ site: String) -> Bool {
        func canonical(_ text: String) -> String {
            for name in ["localhost", "[::1]"] where text.hasPrefix("http://\(name):") {
                return "http://127.0.0.1" + text.dropFirst("http://\(name)".count)
            }
            return text
        }
        return origin == site || canonical(origin) == canonical(site)
    }

    private func isSameOrigin(_ request: Request) -> Bool {
        if let origin = request.headers["Origin"] { return Self.isAllowed(origin, siteOrigin) }
        return request.headers["Sec-Fetch-Site"] == "same-origin"
    }
}

/// A limiter that cannot decide, which refuses; the cause is for the log.
struct LimiterFault: Error {
    let cause: any Error
}

/// How much room a limit leaves.
public struct LimitDecision: Sendable, Hashable {
    /// Whether the request may pass.
    public let isAllowed: Bool
    /// How many requests a window has room for.
    public let limit: Int
    /// How many are left.
    public let remaining: Int
    /// When there is room again, in seconds from now.
    public let resetSeconds: Int

    /// A decision.
    public init(isAllowed: Bool, limit: Int, remaining: Int, resetSeconds: Int) {
        self.isAllowed = isAllowed
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = max(1, resetSeconds)
    }

    /// Says so in the headers that an answer has not got already. The reset is a Unix time in seconds.
    func tell(in headers: inout Headers, at now: Date) {
        if headers["X-RateLimit-Limit"] == nil { headers.add("X-RateLimit-Limit", String(limit)) }
        if headers["X-RateLimit-Remaining"] == nil { headers.add("X-RateLimit-Remaining", String(remaining)) }
        if headers["X-RateLimit-Reset"] == nil { headers.add("X-RateLimit-Reset", now.unixTime(after: resetSeconds)) }
    }
}

extension Date {
    /// The Unix time of a moment some seconds later, as `X-RateLimit-Reset` has it: in whole seconds, rounded up.
    public func unixTime(after seconds: Int) -> String {
        String(Int((timeIntervalSince1970 + Double(seconds)).rounded(.up)))
    }
}
