/// Where somebody goes on after signing in: only ever a page of this site.
public enum ReturnPath {
    /// Where to go without a wish.
    public static let standard = "/dashboard"

    /// The wish, or the standard for anything that a browser could take for another site, and for what is no page.
    public static func checked(_ wish: String?) -> String {
        guard let wish, wish.utf8.count <= 512, wish.first == "/",
            wish.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return standard }
        let path = wish.prefix { $0 != "?" && $0 != "#" }
        let isElsewhere = wish.hasPrefix("//") || path == "/api" || path.hasPrefix("/api/")
        return isElsewhere || path == "/sign-in" ? standard : wish
    }
}
