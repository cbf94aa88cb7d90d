internal import FoundationEssentials
public import HTTP
public import Identity
internal import Logging
internal import Refusals
internal import SharedHandlers
public import SignIn
internal import Text

extension AuthRoutes {
    /// The routes of signing in by providers.
    public static func providerRoutes(_ identity: IdentityService, _ signIn: SignInService) -> [Route] {
        [
            providers(signIn), start(identity, signIn).forPeopleOnly(),
            finish(identity, signIn).forPeopleOnly().withSecretQuery(),
        ] + identityRoutes(identity, signIn)
            + [identityWebhook(signIn.webhook)]
    }

    private struct SignInProviderList: Shaped {
        let providers: [SignInService.Provider]

        static let shape = Shape<SignInProviderList>("SignInProviderList") {
            Field("providers", \.providers)
        }
    }

    private static func providers(_ signIn: SignInService) -> Route {
        let list = SignInProviderList(providers: signIn.providers)
        return .get(
            "/api/auth/providers", access: .any, limit: .api, features: ["AUTH-01"],
            summary: "The providers that people can sign in with here."
        ) { _ in list }
    }

    private static func start(_ identity: IdentityService, _ signIn: SignInService) -> Route {
        .get(
            "/api/auth/[provider]/start", access: .any, limit: .auth, answers: [303: nil], features: ["AUTH-01"],
            summary: "Sends the browser to a provider. The parameter next is the page of this site to open afterwards."
        ) { context in
            let next = context.request.query["next"]
            return turned(context, next: next) {
                guard let provider = signIn.provider(context.parameter("provider")) else {
                    throw SignInRefusal(.unknownProvider, detail: "no such provider", returnPath: next)
                }
                let start = try signIn.start(
                    provider, next: next, browser: identity.signInCookie(of: context.request))
                return Response.redirect(to: start.url).setting(identity.signInCookie(start.browser))
            }
        }
    }

    private static func finish(_ identity: IdentityService, _ signIn: SignInService) -> Route {
        .get(
            "/api/auth/[provider]/callback", access: .any, limit: .auth, answers: [303: nil],
            features: ["AUTH-01", "AUTH-02", "AUTH-05"],
            summary: "A provider sends the browser back here. A session begins, or the sign-in page says why not."
        ) { context in
            turned(context, next: nil) {
                guard let provider = signIn.provider(context.parameter("provider")) else {
                    throw SignInRefusal(.unknownProvider, detail: "no such provider")
                }
                let query = context.request.query
                let outcome = try signIn.finish(
                    provider,
                    SignInService.Callback(
                        state: query["state"], code: query["code"], error: query["error"], issuer: query["iss"]),
                    browser: identity.signInCookie(of: context.request), visit: identity.visit(context))
                switch outcome {
                case .linked(let path):
                    return Response.redirect(to: path).setting(identity.noSignInCookie)
                case .signedIn(let token, let path):
                    if let member = context.caller.member { identity.forget(session: member.sessionID) }
                    let session = try identity.sessions.find(token, at: context.now)
                    return Response.redirect(to: onward(session, path))
                        .setting(identity.sessionCookie(token)).setting(identity.noSignInCookie)
                }
            }
        }
    }

    /// A new member chooses a name first. A banned member sees the ban before anything else.
    private static func onward(_ session: Session?, _ path: String) -> String {
        guard let session else { return path }
        if session.isBanned { return "/sign-in" }
        return session.username == nil ? "/onboarding?next=\(Text.percentEncode(path))" : path
    }

    /// People open these addresses, so every error ends on a page.
    private static func turned(_ context: Context, next: String?, _ body: () throws -> Response) -> Response {
        do {
            return try SignInError.wrapping(body)
        } catch .refused(let refusal) {
            return turnedAway(refusal, context)
        } catch {
            context.log.error("sign-in failed", ["error": .string(String(reflecting: error))])
            return page("site_unavailable", next: next)
        }
    }

    private static func turnedAway(_ refusal: SignInRefusal, _ context: Context) -> Response {
        context.log.notice(
            "sign-in refused",
            [
                "provider": .string(String(context.parameter("provider").prefix(20))),
                "reason": .string(refusal.code), "detail": .string(refusal.detail),
            ])
        return page(refusal.code, next: refusal.returnPath)
    }

    private static func page(_ code: String, next: String?) -> Response {
        let path = ReturnPath.checked(next)
        let onward = path == ReturnPath.standard ? "" : "&next=\(Text.percentEncode(path))"
        return .redirect(to: "/sign-in?error=\(code)\(onward)")
    }

    static func startPath(_ name: String) -> String { "/api/auth/\(name)/start" }
}

extension IdentityService {
    /// The cookie that ties a sign-in to its browser.
    func signInCookie(_ browser: OpaqueToken) -> SetCookie {
        SetCookie(cookies.signIn, browser.text, maxAge: SignInService.flowLife, isSecure: cookies.isSecure)
    }

    /// Removes that cookie.
    var noSignInCookie: SetCookie { SetCookie(cookies.signIn, "", maxAge: 0, isSecure: cookies.isSecure) }

    /// The value of that cookie in a request.
    func signInCookie(of request: Request) -> OpaqueToken? {
        request.cookies[cookies.signIn].flatMap(OpaqueToken.init)
    }

    /// The browser of a request.
    func visit(_ context: Context) -> SignInVisit {
        let request = context.request
        return SignInVisit(
            session: request.cookies[cookies.session].flatMap(OpaqueToken.init), member: context.caller.member?.id,
            deviceKey: voterKeys.device(context.deviceTraits), userAgent: request.headers["User-Agent"] ?? "",
            now: context.now)
    }
}
