internal import HTTP
internal import Logging
internal import SignIn

extension AuthRoutes {
    private struct WebhookResult: Shaped {
        let outcome: IdentityWebhook.Outcome

        static let shape = Shape<WebhookResult>("IdentityWebhookResult") {
            Field("outcome", \.outcome, "What the message changed.")
        }
    }

    /// Messages of an identity provider. A message that changes nothing is answered with 200 too, since the provider
    /// would otherwise send it again and again.
    static func identityWebhook(_ webhook: IdentityWebhook) -> Route {
        Route(
            .post, "/api/identity/webhook", access: .provider, limit: nil, bodyLimit: 8 << 20,
            body: .raw(["application/json"]), answers: [200: WebhookResult.schema], features: ["AUTH-05"],
            summary: "Receives signed messages of an identity provider about new, changed and deleted accounts."
        ) { context, _ in
            guard webhook.isConfigured else {
                throw Problem.notFound("webhook_off", "This site receives no messages of identity providers.")
            }
            let request = context.request
            guard let headers = IdentityWebhook.Headers({ request.headers[$0] }),
                webhook.isAuthentic(request.body, headers, now: context.now)
            else {
                context.log.warning("an identity webhook is not authentic")
                throw Problem(
                    status: 401, code: "bad_signature",
                    message: "The message has no valid signature, or was sent too long ago.")
            }
            guard let outcome = try webhook.apply(request.body, headers) else {
                throw Problem.malformed("The message cannot be read.", code: "malformed_message")
            }
            context.log.notice("identity webhook", ["outcome": .string(outcome.rawValue)])
            return .json(WebhookResult(outcome: outcome))
        }
    }
}
