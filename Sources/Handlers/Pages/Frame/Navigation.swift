internal import HTML

/// A link of the navigation, derived from the declarations of the pages.
struct Destination {
    let title: String
    let path: String
    let icon: Icon
    /// Whether the phone's tab bar holds it too; the bar has room for five with the account.
    var isTab = false
    /// Whether the account menu holds it too: pages with a stage have no foot.
    var isInMenu = false

    /// The main navigation.
    static let main = Pages.declarations.compactMap { page -> Destination? in
        guard case .main(let title, let icon, let isTab)? = page.link else { return nil }
        return Destination(title: title, path: page.path, icon: icon, isTab: isTab)
    }

    /// The tabs of a phone beside the account, in their places. The first one leads to the vote while a round is open, else
    /// to the film. A tab whose page the site does not have is left out; until there are films to choose from, the second
    /// one leads to the film that is being made.
    static func tabs(isRoundOpen: Bool) -> [Destination] {
        let named = { (path: String) in main.first { $0.path == path } }
        let story = named("/story")
        let library = named("/watch")
        let second = library ?? (isRoundOpen ? story : nil)
        let rest = ["/upload", "/leaderboard"].map(named)
        return ([isRoundOpen ? named("/dashboard") : story, second] + rest).compactMap(\.self)
    }

    /// Whether the site has a page.
    static func exists(_ path: String) -> Bool { Pages.declarations.contains { $0.path == path } }

    /// The pages of the administration, in the order of their column.
    static let administration = Pages.declarations.compactMap { page -> Destination? in
        guard case .administration(let title)? = page.link else { return nil }
        return Destination(title: title, path: page.path, icon: .shield)
    }

    /// The quiet links at the foot of a page.
    static let foot = Pages.declarations.compactMap { page -> Destination? in
        guard case .foot(let title, let isInMenu)? = page.link else { return nil }
        return Destination(title: title, path: page.path, icon: .info, isInMenu: isInMenu)
    }

    /// The quiet links of the account menu: pages with a stage have no foot.
    static let menu =
        foot.filter(\.isInMenu)
        + Pages.declarations.compactMap { page in
            guard case .menu(let title)? = page.link else { return nil }
            return Destination(title: title, path: page.path, icon: .info)
        }

    func link(current: String) -> HTML {
        "<a href=\"\(path)\"\(HTML.when(path == current, " aria-current=\"page\""))>\(title)</a>"
    }

    /// The link of a tab; `names` are the attributes by which modules find it.
    func tab(current: String, names: HTML = .empty) -> HTML {
        """
        <a href="\(path)"\(HTML.when(path == current, " aria-current=\"page\""))\(names)>\(icon.image)\
        <span>\(title)</span></a>
        """
    }
}
