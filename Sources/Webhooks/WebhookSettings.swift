package import Configuration

/// How webhooks are sent.
package struct WebhookSettings: SettingGroup {
    package static let title = "Webhooks"

    package let timeoutMilliseconds = Setting(
        "WEBHOOK_TIMEOUT_MS", default: 10_000, in: 100...30_000, unit: "milliseconds",
        "How long the target of a webhook may take to answer. Every attempt that takes longer has failed.")

    package init() {}
}

extension Settings {
    /// How webhooks are sent.
    package var webhooks: SettingValues<WebhookSettings> { self[WebhookSettings.self] }
}
