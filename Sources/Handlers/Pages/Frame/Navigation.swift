internal import HTML

/// A place that the navigation leads to. A page that joins the site adds itself here and nowhere else.
struct Destination {
    let title: String
    let path: String
    let icon: Icon
    /// Shown in the phone's tab bar too; the bar has room for five with the account.
    let isTab: Bool

    static let all = [
        Destination(title: "Vote", path: "/dashboard", icon: .infinity, isTab: true),
        Destination(title: "Story", path: "/story", icon: .watch, isTab: true),
        Destination(title: "Upload", path: "/upload", icon: .upload, isTab: true),
    ]

    /// The pages of the administration, in the order of their column.
    static let administration = [
        Destination(title: "Clips", path: "/admin/clips", icon: .shield, isTab: false),
        Destination(title: "Users", path: "/admin/users", icon: .person, isTab: false),
        Destination(title: "Flags", path: "/admin/flags", icon: .check, isTab: false),
        Destination(title: "Audit", path: "/admin/audit", icon: .info, isTab: false),
        Destination(title: "Votes", path: "/admin/votes", icon: .shield, isTab: false),
    ]

    /// The quiet links at the foot of a page.
    static let foot = [
        Destination(title: "About", path: "/about", icon: .info, isTab: false),
        Destination(title: "Terms", path: "/terms", icon: .info, isTab: false),
        Destination(title: "Privacy", path: "/privacy", icon: .info, isTab: false),
        Destination(title: "Cookies", path: "/cookies", icon: .info, isTab: false),
        Destination(title: "Contact", path: "/contact", icon: .info, isTab: false),
        Destination(title: "API", path: "/api/openapi.json", icon: .info, isTab: false),
    ]

    /// Whether the account menu leads there too: pages with a stage have no foot.
    var isInMenu: Bool { ["/about", "/contact", "/terms", "/privacy"].contains(path) }

    func link(current: String) -> HTML {
        "<a href=\"\(path)\"\(HTML.when(path == current, " aria-current=\"page\""))>\(title)</a>"
    }

    func tab(current: String) -> HTML {
        """
        <a href="\(path)"\(HTML.when(path == current, " aria-current=\"page\""))>\(icon.image)\(title)</a>
        """
    }
}
