internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Text

extension AuthRoutes {
    private static let answer = Schema.object([
        .required("token", .string(1...100), "For the header X-CSRF-Token."),
        .required("expiresAt", .dateTime, "When to ask for another one."),
    ]).named("FormToken")

    static func csrfRoutes(_ identity: IdentityService) -> [Route] {
        [
            .get(
                "/api/csrf", access: .any, answers: [200: answer], features: ["SEC-01"],
                summary: "A form token, bound to the session or to the voter cookie, which is set if it is missing."
            ) { context in try issue(identity, context) },
            .post(
                "/api/csrf", access: .any, limit: .read, needsCSRF: false, refusesBanned: false,
                answers: [200: answer], features: ["SEC-01"], summary: "The same as GET."
            ) { context in try issue(identity, context) },
        ]
    }

    private static func issue(_ identity: IdentityService, _ context: Context) throws -> Response {
        let (token, expiresAt) = identity.formToken(for: context)
        var response = try Response.json(["token": token.token, "expiresAt": expiresAt.rfc3339])
        if let cookie = token.cookie { response = response.setting(cookie) }
        return identity.renewSessionCookie(context, response)
    }
}
