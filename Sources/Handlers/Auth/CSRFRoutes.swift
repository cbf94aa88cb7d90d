internal import FoundationEssentials
internal import HTTP
internal import Identity

extension AuthRoutes {
    private struct FormToken: Shaped {
        let token: String
        let expiresAt: Date

        static let shape = Shape<FormToken>("FormToken") {
            Field("token", \.token, .string(1...100), "The value of the header X-CSRF-Token.")
            Field("expiresAt", \.expiresAt, "When to request another one.")
        }
    }

    static func csrfRoutes(_ identity: IdentityService) -> [Route] {
        [
            .get(
                "/api/csrf", access: .any, answers: [200: FormToken.schema], features: ["SEC-01"],
                summary:
                    "A form token, bound to the session or else to the voter cookie, which is set if it is missing."
            ) { context in issue(identity, context) },
            .post(
                "/api/csrf", access: .any, limit: .read, needsCSRF: false, refusesBanned: false,
                answers: [200: FormToken.schema], features: ["SEC-01"], summary: "The same as GET."
            ) { context in issue(identity, context) },
        ]
    }

    private static func issue(_ identity: IdentityService, _ context: Context) -> Response {
        let kept = context.request.cookies[identity.cookies.voter].flatMap(VoterCookie.init)
        let voter = kept ?? .random()
        let binding = context.caller.member.map { CSRFTokens.Binding.session($0.sessionID) } ?? .voter(voter.text)
        let (token, expiresAt) = identity.csrf.issue(binding, at: context.now)
        var response = Response.json(FormToken(token: token, expiresAt: expiresAt))
        if kept == nil {
            response = response.setting(
                SetCookie(
                    identity.cookies.voter, voter.text, maxAge: CookieNames.voterLife,
                    isSecure: identity.cookies.isSecure))
        }
        return identity.renewSessionCookie(context, response)
    }
}
