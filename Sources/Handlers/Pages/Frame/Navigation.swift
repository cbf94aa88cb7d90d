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

    func link(current: String) -> HTML {
        "<a href=\"\(path)\"\(HTML.when(path == current, " aria-current=\"page\""))>\(title)</a>"
    }

    func tab(current: String) -> HTML {
        """
        <a href="\(path)"\(HTML.when(path == current, " aria-current=\"page\""))>\(icon.image)\(title)</a>
        """
    }
}
