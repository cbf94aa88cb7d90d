internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import SharedHandlers

extension AuthRoutes {
    private struct IssuedFormToken: Shaped {
        let token: String
        let expiresAt: Date

        static let shape = Shape<IssuedFormToken>("FormToken") {
            Field("token", \.token, .string(1...100), "The value of the header X-CSRF-Token.")
            Field("expiresAt", \.expiresAt, "When to request another one.")
        }
    }

    static func csrfRoutes(_ identity: IdentityService) -> [Route] {
        [
            .get(
                "/api/csrf", access: .any, answers: [200: IssuedFormToken.schema], features: ["SEC-01"],
                summary:
                    "A form token, bound to the session or else to the voter cookie, which is set if it is missing."
            ) { context in issue(identity, context) },
            .post(
                "/api/csrf", access: .any, limit: .read, needsCSRF: false, refusesBanned: false,
                answers: [200: IssuedFormToken.schema], features: ["SEC-01"], summary: "The same as GET."
            ) { context in issue(identity, context) },
        ]
    }

    private static func issue(_ identity: IdentityService, _ context: Context) -> Response {
        let (token, expiresAt) = identity.formToken(for: context)
        var response = Response.json(IssuedFormToken(token: token.token, expiresAt: expiresAt))
        if let cookie = token.cookie { response = response.setting(cookie) }
        return identity.renewSessionCookie(context, response)
    }
}
