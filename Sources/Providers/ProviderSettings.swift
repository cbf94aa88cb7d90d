package import Configuration
internal import Text

/// How the services that make videos are reached. Their keys are settings of the catalog.
package struct ProviderSettings: SettingGroup {
    package static let title = "Video providers"

    package let falBaseURL = Setting(
        "FAL_BASE_URL", default: "https://queue.fal.run", .secureURL(like: "https://queue.fal.run"),
        "The queue of fal.ai. `https://fal.run`, the address without a queue, is understood as the queue.")
    package let falKeysURL = Setting(
        "FAL_JWKS_URL", default: "https://rest.fal.ai/.well-known/jwks.json",
        .secureURL(like: "https://rest.fal.ai/.well-known/jwks.json"), "The keys by which fal.ai signs webhooks.")
    package let runwayBaseURL = Setting(
        "RUNWAY_BASE_URL", default: "https://api.dev.runwayml.com", .secureURL(like: "https://api.dev.runwayml.com"),
        "The API of Runway.")
    package let runPodEndpoint = Setting(
        optional: "RUNPOD_ENDPOINT_ID", .text, "The serverless endpoint that runs the Mochi worker.")
    package let runPodBaseURL = Setting(
        "RUNPOD_BASE_URL", default: "https://api.runpod.ai/v2", .secureURL(like: "https://api.runpod.ai/v2"),
        "The API of RunPod.")
    package let runPodResultHosts = Setting(
        "RUNPOD_RESULT_HOSTS", default: "", .text("host, comma-separated"),
        "Further hosts from which RunPod's results may be fetched, with all names below each: those of the bucket to which your own worker on RunPod sends."
    )
    package let replicateWebhookSecret = Setting(
        optional: "REPLICATE_WEBHOOK_SECRET", .text, secret: true,
        "The signing secret of Replicate's webhooks; without it results are polled.")
    package let replicateBaseURL = Setting(
        "REPLICATE_BASE_URL", default: "https://api.replicate.com/v1", .secureURL(like: "https://api.replicate.com/v1"),
        "The API of Replicate.")
    package let otherKeys = Setting(
        optional: "HTTP_PROVIDER_KEYS", .text, secret: true,
        "The keys of providers that are described by a row, as `name=key`, separated by commas.")

    package init() {}
}

extension Settings {
    /// The services that make videos.
    package var providers: SettingValues<ProviderSettings> { self[ProviderSettings.self] }
}

extension SettingValues<ProviderSettings> {
    /// The providers that the program knows by name.
    package func registry(keys: ProviderKeys) -> ProviderRegistry {
        ProviderRegistry(
            [
                FalProvider(key: keys.fal, baseURL: self.falBaseURL),
                RunwayProvider(key: keys.runway, baseURL: self.runwayBaseURL),
                RunPodProvider(
                    key: keys.runPod, endpoint: self.runPodEndpoint, baseURL: self.runPodBaseURL,
                    resultHosts: self.runPodResultHosts.split(separator: ",").map { $0.trimmed.lowercased() }
                        .filter { !$0.isEmpty }),
                ReplicateProvider(
                    token: keys.replicate, webhookSecret: self.replicateWebhookSecret, baseURL: self.replicateBaseURL),
            ], keys: Self.keys(self.otherKeys ?? ""), keyDocuments: ["fal.ai": self.falKeysURL])
    }

    private static func keys(_ text: String) -> [String: String] {
        var keys: [String: String] = [:]
        for pair in text.split(separator: ",") {
            let halves = pair.split(separator: "=", maxSplits: 1)
            if halves.count == 2 { keys[halves[0].trimmed] = halves[1].trimmed }
        }
        return keys
    }
}

/// The keys of the providers that the program knows by name.
package struct ProviderKeys: Sendable {
    let fal: String?
    let runway: String?
    let runPod: String?
    let replicate: String?

    /// Keys; a provider without one cannot be used.
    package init(fal: String?, runway: String?, runPod: String?, replicate: String?) {
        self.fal = fal
        self.runway = runway
        self.runPod = runPod
        self.replicate = replicate
    }
}
