internal import HTTP
internal import Logging
internal import SignIn

extension AuthRoutes {
    /// Messages of an identity provider. What cannot be acted on is answered with 200 all the same, for otherwise the
    /// provider would send it again and again.
    static func identityWebhook(_ webhook: IdentityWebhook) -> Route {
        let words = IdentityWebhook.Outcome.allCases.map(\.rawValue)
        return Route(
            .post, "/api/identity/webhook", access: .provider, limit: nil, bodyLimit: 8 << 20,
            body: .raw(["application/json"]), answers: [200: .object([.required("outcome", .choice(words))])],
            features: ["AUTH-05"],
            summary: "Takes signed messages about people who came, changed or left at an identity provider."
        ) { context, _ in
            guard webhook.isConfigured else {
                throw Problem.notFound("webhook_off", "No messages are taken here.")
            }
            let request = context.request
            guard let headers = IdentityWebhook.Headers({ request.headers[$0] }),
                webhook.isAuthentic(request.body, headers, now: context.now)
            else {
                context.log.warning("an identity webhook is not authentic")
                throw Problem(
                    status: 401, code: "bad_signature", message: "The message is not signed, or was sent too long ago.")
            }
            guard let outcome = try webhook.apply(request.body, headers) else {
                throw Problem.malformed("The message names nobody.", code: "malformed_message")
            }
            context.log.notice("identity webhook", ["outcome": .string(outcome.rawValue)])
            return try .json(["outcome": outcome.rawValue])
        }
    }
}
