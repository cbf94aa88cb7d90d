/// Turns storage keys into addresses.
public struct MediaURLs: Sendable {
    private let base: String

    /// `baseURL` is that of a CDN; empty means this site.
    public init(baseURL: String = "") {
        let trimmed = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        base = trimmed.isEmpty ? "/media/" : trimmed + "/"
    }

    /// The address of an object for a browser.
    public func url(for key: StorageKey) -> String { base + key.text }
}
