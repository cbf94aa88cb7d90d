/// The page to open after signing in, which is always a page of this site.
public enum ReturnPath {
    /// The page when none is requested.
    public static let standard = "/dashboard"

    /// The requested page, or the standard one for text that a browser could read as another site, or that is not a page.
    public static func checked(_ wish: String?) -> String {
        guard let wish, wish.utf8.count <= 512, isSound(wish) else { return standard }
        let path = wish.prefix { $0 != "?" && $0 != "#" }
        return path == "/api" || path.hasPrefix("/api/") || path == "/sign-in" ? standard : wish
    }

    /// Whether a text is a path that no browser can read as the address of another site. Two slashes make such an
    /// address in any place: `/..//evil.example` is one once its dots are resolved.
    public static func isSound(_ text: String) -> Bool {
        text.first == "/" && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }
            && !text.prefix { $0 != "?" && $0 != "#" }.contains("//")
    }
}
