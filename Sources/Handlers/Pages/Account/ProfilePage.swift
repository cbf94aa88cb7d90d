internal import Games
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let profile = page(
        .member, "/profile", title: "Profile", description: "Your votes, level, streak and badges.",
        features: ["PROF-01", "GAME-01", "GAME-02", "GAME-03"], summary: "The member's figures and badges."
    ) { visit in visit.site.profile(try visit.sources.stats(visit.context)) }

    static let ownVotes = page(
        .member, "/profile/votes", title: "My votes", description: "The takes that you voted for last.",
        features: ["PROF-01"], summary: "The member's last votes."
    ) { visit in
        visit.site.ownVotes(
            try visit.sources.stats(visit.context), votes: try visit.sources.history(visit.context))
    }

    static let profileLinks = page(
        .member, "/profile/settings", title: "Profile settings",
        description: "Your account, and the way to other pages.", hasForms: true, features: ["PROF-01"],
        summary: "The ways to the member's settings and other pages."
    ) { visit in
        visit.site.profileLinks(
            try visit.sources.stats(visit.context), isAdmin: try visit.context.member().isAdmin, visit.form)
    }
}

/// A tab of the profile. Each is a page of its own, so that it has an address and needs no script.
enum ProfileTab: CaseIterable {
    case stats, clips, votes, settings

    fileprivate var title: String {
        switch self {
        case .stats: "Stats and badges"
        case .clips: "My takes"
        case .votes: "Votes"
        case .settings: "Settings"
        }
    }

    fileprivate var declaration: PageDeclaration {
        switch self {
        case .stats: .profile
        case .clips: .ownClips
        case .votes: .ownVotes
        case .settings: .profileLinks
        }
    }
}

extension Site {
    /// A page of the profile: who the member is, the tabs, and what the tab shows.
    func profile(
        _ tab: ProfileTab, _ stats: MemberStats, modules: [String] = ["profile"], icons: [Icon] = [], content: HTML
    ) -> Page {
        Page(
            tab.declaration, section: "/profile", styles: ["profile"], modules: modules, icons: [.fire] + icons,
            main: """
                <main class="page page--narrow" id="main">
                  \(head(stats))
                  <nav class="tabs" aria-label="Profile" data-profile-tabs>\(ProfileTab.allCases.map { link($0, current: tab) })</nav>
                  <div class="cols">\(content)</div>
                </main>
                """)
    }

    private func link(_ tab: ProfileTab, current: ProfileTab) -> HTML {
        """
        <a href="\(tab.declaration.path)"\(HTML.when(tab == current, " aria-current=\"page\""))>\(tab.title)</a>
        """
    }

    private func head(_ stats: MemberStats) -> HTML {
        let level = stats.level
        let rank: HTML =
            stats.rank.map { "Rank \(Formatting.count($0)) of \(Formatting.count(stats.ranked))" } ?? "No rank yet"
        let streak: HTML =
            stats.streak > 0
            ? "\(Icon.fire.small)\(Formatting.count(stats.streak, "day", "days")) in a row"
            : "\(Icon.fire.small)No streak yet"
        let left = "\(Formatting.count(level.xp)) of \(Formatting.count(level.needs)) XP"
        return """
            <header class="me"><span class="halo"><img class="avatar" src="\(stats.avatarURL)" alt="" width="112" \
            height="112"></span>
              <div class="me__name"><h1 class="clip-text">\(stats.username ?? "No name yet")</h1>
                <p class="row muted"><span>\(rank)</span><span class="row row--tight">\(streak)</span></p></div>
              <a class="btn wide-only" href="/settings">Settings</a>
              <div class="level"><div class="row row--apart"><b>Level \(Formatting.count(level.number))</b>\
            <span class="num quiet">\(left) to level \(Formatting.count(level.number + 1))</span></div>\
            <progress value="\(level.xp)" max="\(level.needs)" aria-label="\(left)"></progress></div>
            </header>
            """
    }

    /// The figures and the badges.
    func profile(_ stats: MemberStats) -> Page {
        profile(
            .stats, stats, icons: [.film, .infinity, .medal, .users],
            content: """
                <dl class="stats">\
                \(figure("Votes today", stats.votesToday, of: "of \(Formatting.count(operation.dailyVotes))"))\
                \(figure("Votes in all", stats.totalVotes))\(figure("Takes", stats.clips))\(figure("Wins", stats.wins))</dl>
                <section class="stack" aria-labelledby="badges"><h2 id="badges">Badges</h2>
                  <ul class="badges">\(stats.badges.filter(\.isEarned).map(badge))\
                \(stats.badges.filter { !$0.isEarned }.map(badge))</ul>
                </section>
                """)
    }

    private func figure(_ name: String, _ number: Int, of whole: String? = nil) -> HTML {
        """
        <div class="stat"><dt class="label">\(name)</dt><dd><b>\(Formatting.count(number))</b>\
        \(whole.map { " <small>\($0)</small>" as HTML })</dd></div>
        """
    }

    private func badge(_ badge: Badge) -> HTML {
        let progress = "\(Formatting.count(badge.progress)) of \(Formatting.count(badge.goal))"
        let standing: HTML =
            badge.earnedAt.map { earnedAt in
                """
                <span class="quiet">Reached on <time datetime="\(Formatting.machine(earnedAt))">\
                \(Formatting.day(earnedAt))</time></span>
                """
            } ?? """
                <progress data-tone="quiet" value="\(badge.progress)" max="\(badge.goal)" aria-label="\(progress)">\
                </progress><span class="quiet num">\(progress)</span>
                """
        return """
            <li class="medalx" data-badge="\(badge.key)"\(HTML.when(!badge.isEarned, " data-locked"))>\(badge.icon.large)\
            <b>\(badge.name)</b>\(standing)</li>
            """
    }

    /// The last votes.
    func ownVotes(_ stats: MemberStats, votes: [PastVote]) -> Page {
        let content: HTML =
            votes.isEmpty
            ? Fragments.empty(
                .infinity, title: "No votes yet",
                text: "Your last \(Games.historyLength) votes appear here, with who made the takes.",
                actions: "<a class=\"btn btn--primary\" href=\"/dashboard\">See the takes</a>")
            : """
            <section class="stack" aria-labelledby="votes"><h2 id="votes">Your last votes</h2>
            <ul class="past">\(votes.map(pastVote))</ul>\
            <p class="quiet">The last \(Games.historyLength) votes that count. Undone votes are not listed.</p></section>
            """
        return profile(.votes, stats, icons: [.infinity], content: content)
    }

    private func pastVote(_ vote: PastVote) -> HTML {
        let title: HTML =
            vote.isShown
            ? "<a class=\"link\" href=\"/clip/\(vote.clipID.text)\">\(vote.title)</a>" : "\(vote.title)"
        return """
            <li class="past__vote"><img class="avatar" src="\(vote.avatarURL)" alt="" width="40" height="40" loading="lazy">\
            <div class="past__text"><b class="clip-text">\(title)</b><span class="quiet clip-text">\
            \(vote.username ?? "former member")</span></div>\
            <div class="past__facts quiet"><span>Season \(vote.season), slot \(vote.slot)\
            \(HTML.when(vote.weight > 1, " · ×\(vote.weight)"))</span>\
            <time datetime="\(Formatting.machine(vote.votedAt))">\(Formatting.day(vote.votedAt))</time></div></li>
            """
    }

    /// The ways to what belongs to the member elsewhere.
    func profileLinks(_ stats: MemberStats, isAdmin: Bool, _ form: FormState) -> Page {
        let links = [
            ("/settings", "Settings", "Your name, devices, keys and data."),
            ("/notifications", "Notifications", "What has happened to your takes."),
            ("/my-videos", "My videos", "What you have made in the studio."),
            ("/profile/decisions", "Decisions and reports", "What admins decided, and your reports."),
            ("/story", "Story", "The film so far."),
            ("/leaderboard", "Ranks", "Takes, voters and creators with the most votes."),
        ].filter { Destination.exists($0.0) }
        let administration = [("/admin", "Administration", "Clips, seasons and members.")]
        let ways = (links + (isAdmin ? administration : [])).map { path, title, text -> HTML in
            """
            <li><a href="\(path)"><span><b>\(title)</b><span class="quiet">\(text)</span></span>\(Icon.right.small)</a></li>
            """
        }
        return profile(
            .settings, stats, icons: [.right],
            content: """
                <ul class="ways">\(ways)</ul>
                \(signOut(form, names: ""))
                """)
    }
}

extension Badge {
    fileprivate var isEarned: Bool { earnedAt != nil }

    /// What it is for, drawn.
    fileprivate var icon: Icon {
        switch key {
        case let key where key.hasPrefix("votes"): .infinity
        case let key where key.hasPrefix("streak"): .fire
        case "first_clip": .film
        case let key where key.contains("win"): .medal
        default: .users
        }
    }
}
