internal import FoundationEssentials
internal import HTML
internal import HTTP
public import Notifications
internal import Postgres
internal import Text

extension PageDeclaration {
    static let notifications = page(
        .member, "/notifications", title: "Notifications", description: "What has happened with your takes and videos.",
        hasForms: true, features: ["NOTE-01"], summary: "What the member was notified of, by day."
    ) { visit in visit.site.notifications(try visit.sources.notices.list(visit.context), visit.form) }
}

/// What the pages of notifications read.
public struct NoticeSources: Sendable {
    /// A page of the member's notifications, by the cursor in the query.
    let list: @Sendable (Context) throws -> NotificationsView
    /// How the member wants to be notified; nil where the page does not show it.
    let settings: @Sendable (Context) throws -> NotificationSettingsView?
    /// Ends the digests of the member whose token it is; false for one that leads to no member.
    let endDigests: @Sendable (String) throws -> Bool

    init() {
        list = { _ in NotificationsView() }
        settings = { _ in nil }
        endDigests = { _ in false }
    }

    /// What members read of a site's notifications.
    public init(_ notifications: Notifications, subscriptions: PushSubscriptions, digests: Digests) {
        list = { context in try NotificationsView(notifications, context) }
        settings = { context in
            let member = try context.member().id
            guard let digest = try digests.choice(of: member) else { return nil }
            return NotificationSettingsView(
                choices: try notifications.choices(of: member), digest: digest,
                browsers: try subscriptions.list(of: member).count)
        }
        endDigests = { token in try digests.end(by: token) }
    }
}

/// A page of a member's notifications.
struct NotificationsView: Sendable {
    /// The notifications, the latest first.
    var entries: [MemberNotification] = []
    /// How many are not read; 100 means that many or more.
    var unread = 0
    /// The time by which days are named.
    var now = Date()
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?
    var isFirst = true
}

extension NotificationsView {
    /// The page that the query asks for.
    init(_ notifications: Notifications, _ context: Context) throws {
        let member = try context.member().id
        let cursor = context.request.query["cursor"].flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
        now = context.now
        unread = try notifications.unread.currentCount(of: member)
        isFirst = cursor == nil
        let page: Postgres.Page<MemberNotification>
        do {
            page = try notifications.list(of: member, PageRequest(limit: 30, cursor: cursor))
        } catch is InvalidCursor {
            isFirst = true
            page = try notifications.list(of: member, PageRequest(limit: 30))
        }
        (entries, nextCursor) = (page.items, page.nextCursor)
    }

    /// The entries of each day, the latest first.
    var days: [(day: String, entries: [MemberNotification])] {
        var days: [(day: String, entries: [MemberNotification])] = []
        for entry in entries {
            let day = name(of: entry.createdAt)
            if days.last?.day == day { days[days.count - 1].entries.append(entry) } else { days.append((day, [entry])) }
        }
        return days
    }

    private func name(of date: Date) -> String {
        let day = Formatting.day(date)
        if day == Formatting.day(now) { return "Today" }
        return day == Formatting.day(now - 86_400) ? "Yesterday" : day
    }
}

extension Site {
    /// What a member was notified of, by day.
    func notifications(_ view: NotificationsView, _ form: FormState = .none) -> Page {
        let action = "/api/notifications"
        let readAll: HTML = HTML.when(
            view.unread > 0 && view.isFirst && !view.entries.isEmpty,
            form.form(
                action, names: "", "data-read-all",
                content: """
                    <input type="hidden" name="until" value="\(view.entries.first.map { "\($0.id)" } ?? "")">\
                    <button class="btn" type="submit">Mark all as read</button>
                    """))
        let list: HTML =
            view.entries.isEmpty
            ? Fragments.empty(
                .bell, title: "No notifications yet",
                text: "When a take of yours is approved or wins, or a video is finished, you read it here.",
                actions: "<a class=\"btn btn--primary\" href=\"/dashboard\">Vote on takes</a>")
            : "<div class=\"stack\" data-days>\(view.days.map(day))</div>"
        return Page(
            .notifications, styles: ["profile"], modules: ["notifications"], icons: [.check, .info] + Self.newsIcons,
            main: """
                <main class="page page--narrow" id="main" data-notifications>
                  <div class="page-head"><div><h1>Notifications</h1><p data-unread-words>\(unreadWords(view.unread))</p></div>\
                <div class="row">\(readAll)<a class="btn btn--ghost" href="/settings#notifications">Choose what you get</a></div></div>
                  \(form.outcome)
                  <div data-news>\(list)\
                \(Fragments.more(first: "/notifications", next: view.nextCursor.map { "/notifications?cursor=\($0)" }, isFirst: view.isFirst))</div>
                </main>
                """)
    }

    private func unreadWords(_ unread: Int) -> String {
        unread == 0 ? "You have read everything." : unread >= 100 ? "100 or more are unread." : "\(unread) unread."
    }

    private func day(_ day: (day: String, entries: [MemberNotification])) -> HTML {
        """
        <section class="stack stack--tight" aria-label="\(day.day)" data-day="\(day.day)"><h2 class="label">\(day.day)</h2>\
        <ul class="news">\(day.entries.map(entry))</ul></section>
        """
    }

    private func entry(_ entry: MemberNotification) -> HTML {
        let words = entry.words
        return """
            <li class="news__item" data-id="\(entry.id)" data-kind="\(entry.kind.rawValue)"\
            \(HTML.when(!entry.isRead, " data-new"))><span class="news__icon">\(Self.icon(of: entry.kind).image)</span>\
            <div class="grow"><h3><a href="\(words.path)" data-open>\(words.title)</a>\
            \(HTML.when(!entry.isRead, "<span class=\"visually-hidden\" data-new-word> (unread)</span>"))</h3>\
            \(HTML.when(!words.text.isEmpty, "<p>\(words.text)</p>"))\
            <p class="quiet"><time datetime="\(Formatting.machine(entry.createdAt))">\(Formatting.time(entry.createdAt))</time></p></div>\
            \(HTML.when(!entry.isRead, """
            <button class="btn btn--icon btn--ghost with-js" type="button" aria-label="Mark as read: \(words.title)" \
            data-read>\(Icon.check.image)</button>
            """))</li>
            """
    }

    private static let newsIcons = NotificationKind.allCases.map(icon)

    private static func icon(of kind: NotificationKind) -> Icon {
        switch kind {
        case .clipApproved: .check
        case .clipRejected: .flag
        case .clipWon, .achievement: .medal
        case .newRound: .watch
        case .comment: .comment
        case .follower: .person
        case .dailyGoal: .ranks
        case .generationDone: .film
        case .generationFailed: .warn
        case .system: .info
        }
    }
}
