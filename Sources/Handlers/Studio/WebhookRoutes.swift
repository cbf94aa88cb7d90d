internal import Generation
internal import HTTP
internal import Logging
internal import Providers

extension StudioRoutes {
    private struct WebhookAnswer: Shaped {
        let outcome: String

        static let shape = Shape<WebhookAnswer>("ProviderWebhookResult") {
            Field("outcome", \.outcome, .choice(["done", "repeated", "unknown"]), "What the message led to.")
        }
    }

    static func webhookRoutes(_ webhooks: ProviderWebhooks) -> [Route] {
        let query: [QueryParameter] = [
            .required("job", .string(1...200), "The token of the run, as the address given to the provider has it.")
        ]
        return [("/api/webhooks/[provider]", nil), ("/api/runpod/webhook", "runpod" as String?)].map { path, fixed in
            Route(
                .post, path, access: .provider, limit: nil, bodyLimit: 8 << 20, body: .raw(["application/json"]),
                query: query, answers: [200: WebhookAnswer.schema], features: ["GEN-06"],
                summary:
                    "Receives what a provider reports about a run. The provider is then asked; the message is not believed."
            ) { context, _ in
                let provider = fixed ?? context.parameter("provider")
                let request = context.request
                do throws(ProviderWebhooks.Refusal) {
                    let outcome = try webhooks.accept(
                        provider, token: context.text(query: "job") ?? "", body: request.body, at: context.now
                    ) { request.headers[$0] }
                    return .json(WebhookAnswer(outcome: outcome))
                } catch {
                    context.log.warning(
                        "a provider's webhook is refused",
                        ["provider": .string(String(provider.prefix(40))), "reason": .string("\(error)")])
                    switch error {
                    case .forged:
                        throw Problem(
                            status: 401, code: "bad_signature",
                            message: "The message has no valid signature, or was sent too long ago.")
                    case .malformed: throw Problem.malformed("The message cannot be read.", code: "malformed_message")
                    case .failed(let error): throw error
                    }
                }
            }.withSecretQuery()
        }
    }
}
