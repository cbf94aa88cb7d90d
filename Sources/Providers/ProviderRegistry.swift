internal import HTTPClient

/// The providers of an installation, by name.
public struct ProviderRegistry: Sendable {
    /// The provider that this site is itself: it draws with ffmpeg, and needs neither key nor network.
    public static let local = "local"
    /// The provider that this site's own workers are: programs on machines with a graphics card, which ask for work.
    public static let worker = "worker"
    /// The provider whose videos are entered by hand.
    public static let manual = "manual"

    private let providers: [String: any RemoteProvider]
    private let keys: [String: String]
    private let keyDocuments: [String: String]

    init(_ providers: [any RemoteProvider], keys: [String: String] = [:], keyDocuments: [String: String] = [:]) {
        self.providers = Dictionary(providers.map { ($0.name, $0) }) { first, _ in first }
        self.keys = keys
        self.keyDocuments = keyDocuments
    }

    /// The provider of a name; nil for an unknown one, and for `local`, `worker` and `manual`, which nothing is sent to. `mapping` is
    /// that of the provider's row, if it has one.
    public func provider(_ name: String, mapping: String? = nil) -> (any RemoteProvider)? {
        if let known = providers[name] { return known }
        return mapping.flatMap { HTTPProvider(name: name, mapping: $0, key: keys[name]) }
    }

    /// Whether runs with a provider's models are possible.
    public func isConfigured(_ name: String, mapping: String? = nil) -> Bool {
        name == Self.local || provider(name, mapping: mapping)?.isConfigured == true
    }

    /// The document of the keys by which a provider signs webhooks; nil for one that has none, or that does not answer.
    public func keyDocument(of name: String) -> String? {
        guard let url = keyDocuments[name],
            let answer = try? HTTPClient(idleLimit: 1).send(
                OutgoingRequest(url: url, headers: [("Accept", "application/json")], responseLimit: 256 << 10)),
            answer.isSuccess, JSON(answer.body)?["keys"] != nil
        else { return nil }
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// Whether a provider signs webhooks by keys of a document.
    public func hasKeyDocument(_ name: String) -> Bool { keyDocuments[name] != nil }
}
