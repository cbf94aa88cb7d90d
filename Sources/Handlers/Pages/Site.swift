/// What all pages need to know of the installation.
public struct Site: Sendable {
    /// The name in titles and on social cards.
    public let name: String
    /// Scheme and host without a slash at the end, for canonical links.
    public let url: String
    /// Where the static files are.
    public let assets: Assets

    /// The providers by which one can sign in, in the order of their buttons.
    public let choices: [SignInChoice]
    /// Whether the site sends mail, and so can send sign-in links.
    public let isMailOn: Bool

    /// Gathers the settings that pages use.
    public init(name: String, url: String, assets: Assets, choices: [SignInChoice] = [], isMailOn: Bool = false) {
        self.choices = choices
        self.isMailOn = isMailOn
        self.name = name
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.assets = assets
    }

    /// The full address of a path or of something that is a full address already.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? url + path : path
    }
}
