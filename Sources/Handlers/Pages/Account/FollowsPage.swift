internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import People
internal import Postgres

extension PageDeclaration {
    static let follows = page(
        .member, "/profile/following", title: "Following",
        description: "The members whom you follow, and who follow you.", link: .menu("Following"),
        features: ["SOC-01"], summary: "Whom the member follows, and who follows the member."
    ) { visit in visit.site.follows(try visit.sources.people.follows(visit.context)) }
}

/// A page of those whom a member follows, or who follow the member.
struct FollowsView: Sendable {
    var list = Follows.List.following
    var entries: [FollowEntry] = []
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?
    var isFirst = true
}

extension FollowsView {
    /// The list and page that the query asks for. A cursor that was not given out shows the first page.
    init(_ follows: Follows, _ context: Context) throws {
        let query = context.request.query
        let member = try context.member().id
        list = query["show"].flatMap(Follows.List.init) ?? .following
        let cursor = query["cursor"].flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
        let page: Postgres.Page<FollowEntry>
        do {
            page = try follows.list(list, of: member, PageRequest(limit: 30, cursor: cursor))
            isFirst = cursor == nil
        } catch is InvalidCursor {
            page = try follows.list(list, of: member, PageRequest(limit: 30))
        }
        (entries, nextCursor) = (page.items, page.nextCursor)
    }
}

extension Follows.List {
    fileprivate var title: String { self == .following ? "Following" : "Followers" }
    fileprivate var path: String { self == .following ? "/profile/following" : "/profile/following?show=\(rawValue)" }
}

extension Site {
    /// Whom a member follows, and who follows the member.
    func follows(_ view: FollowsView) -> Page {
        let tabs = Follows.List.allCases.map { list -> HTML in
            "<a href=\"\(list.path)\"\(HTML.when(list == view.list, " aria-current=\"page\""))>\(list.title)</a>"
        }
        let next = view.nextCursor.map { cursor in
            view.list.path + (view.list == .following ? "?" : "&") + "cursor=\(cursor)"
        }
        return Page(
            .follows, section: "/settings", styles: ["person"], modules: ["follows"], icons: [.check, .person],
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>Following</h1><p>Only you see these lists. Everyone sees how many follow \
                you.</p></div></div>
                  <nav class="tabs" aria-label="List">\(tabs)</nav>
                  \(view.entries.isEmpty ? nothing(in: view.list) : "<ul class=\"people\" data-takes>\(view.entries.map(person))</ul>")
                  \(Fragments.more(first: view.list.path, next: next, isFirst: view.isFirst))
                </main>
                """)
    }

    private func nothing(in list: Follows.List) -> HTML {
        switch list {
        case .following:
            Fragments.empty(
                .person, title: "You follow no one yet",
                text: "Press Follow beside the creator of a take. New followers are told.",
                actions: "<a class=\"btn btn--primary\" href=\"/discover\">Discover takes</a>")
        case .followers:
            Fragments.empty(
                .person, title: "No followers yet", text: "Members who like your takes can follow you.",
                actions: "<a class=\"btn btn--primary\" href=\"/upload\">Send in a take</a>")
        }
    }

    private func person(_ entry: FollowEntry) -> HTML {
        let name: HTML =
            entry.username.map { "<a class=\"link\" href=\"/u/\($0)\">\($0)</a>" } ?? "a member without a name"
        return """
            <li><img class="avatar" src="/api/avatar/\(entry.avatarSeed)" alt="" width="48" height="48" loading="lazy">\
            <div class="grow"><h2>\(name)</h2><p class="quiet">\
            \(Formatting.count(entry.followers, "follower", "followers")) · since \(Formatting.day(entry.since))</p></div>\
            \(entry.username.map { Fragments.followButton($0) } ?? .empty)</li>
            """
    }
}
