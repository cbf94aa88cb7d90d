/// Where somebody goes on after signing in: only ever a page of this site.
public enum ReturnPath {
    /// Where to go without a wish.
    public static let standard = "/dashboard"

    /// The wish, or the standard for anything that a browser could take for another site, and for what is no page.
    public static func checked(_ wish: String?) -> String {
        guard let wish, wish.utf8.count <= 512, isSound(wish) else { return standard }
        let path = wish.prefix { $0 != "?" && $0 != "#" }
        return path == "/api" || path.hasPrefix("/api/") || path == "/sign-in" ? standard : wish
    }

    /// Whether a text is a path that no browser can read as the address of another site. Two slashes make such an
    /// address wherever they stand: `/..//evil.example` is one once its dots are resolved.
    public static func isSound(_ text: String) -> Bool {
        text.first == "/" && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }
            && !text.prefix { $0 != "?" && $0 != "#" }.contains("//")
    }
}
