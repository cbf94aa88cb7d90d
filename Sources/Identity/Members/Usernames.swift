/// The rules for the names under which members appear.
public enum Usernames {
    /// Why a name is not available.
    public enum Fault: String, Sendable, CaseIterable {
        /// It is not 3 to 20 small letters, digits or underscores.
        case malformed
        /// It could be mistaken for a page, or for a person who speaks for the site.
        case reserved
        /// A member has it.
        case taken

        /// The refusal of a request for such a name.
        public var refusal: MemberRefusal {
            switch self {
            case .malformed: .usernameMalformed
            case .reserved: .usernameReserved
            case .taken: .usernameTaken
            }
        }
    }

    /// The length that a name may have.
    public static let length = 3...20

    /// What is wrong with a name as such.
    public static func fault(in name: String) -> Fault? {
        guard length.contains(name.utf8.count), name.utf8.allSatisfy(isAllowed) else { return .malformed }
        return reserved.contains(name.filter { $0 != "_" }) ? .reserved : nil
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }

    // Compared without underscores, so that `_admin_` is no way round.
    private static let reserved: Set<String> = [
        "about", "account", "admin", "administrator", "admins", "analytics", "anonymous", "api", "arena", "assets",
        "auth", "clip", "clips", "comments", "contact", "cookies", "dailies", "dashboard", "discover", "everyone",
        "feed", "film", "formermember", "help", "home", "join", "leaderboard", "legal", "login", "logout", "media",
        "member", "members", "mod", "moderator", "moderators", "notifications", "null", "official", "onboarding",
        "operator", "owner", "privacy", "profile", "robots", "root", "season", "security", "settings", "signin",
        "signout", "signup", "sitemap", "staff", "story", "studio", "support", "system", "team", "terms", "undefined",
        "unsubscribe", "upload", "user", "users", "video", "videos", "visitor", "watch", "webmaster", "www",
    ]
}
