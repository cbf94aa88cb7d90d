public import HTTP
public import Identity
public import Limits
public import Notifications

/// The routes for signing in and out, and for members' accounts.
public enum AuthRoutes {
    /// Every route of the group. The answer about a session says how much its member has not read.
    public static func routes(
        _ identity: IdentityService, unread: UnreadCounts? = nil, tiers: KeyTierLimits = KeyTierLimits()
    ) -> [Route] {
        csrfRoutes(identity) + signInRoutes(identity) + sessionRoutes(identity, unread) + profileRoutes(identity)
            + settingsRoutes(identity) + appealRoutes(identity) + keyRoutes(identity, tiers) + accountRoutes(identity)
            + termsRoutes(identity) + avatarRoutes()
    }
}

extension IdentityService {
    /// The cookie of a session. Setting it restarts its lifetime.
    func sessionCookie(_ token: OpaqueToken) -> SetCookie {
        SetCookie(cookies.session, token.text, maxAge: sessionDays * 86_400, isSecure: cookies.isSecure)
    }

    /// Removes the cookie of a session.
    var noSessionCookie: SetCookie {
        SetCookie(cookies.session, "", maxAge: 0, isSecure: cookies.isSecure)
    }

    /// Sets the session's cookie again, so that browsers keep it as long as the server does, or removes the cookie of a
    /// session that has ended.
    func renewSessionCookie(_ context: Context, _ response: Response) -> Response {
        guard let value = context.request.cookies[cookies.session], context.request.bearerToken == nil else {
            return response
        }
        guard context.caller.member != nil, let token = OpaqueToken(value) else {
            return response.setting(noSessionCookie)
        }
        return response.setting(sessionCookie(token))
    }
}
