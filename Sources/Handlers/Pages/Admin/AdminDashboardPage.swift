internal import Film
internal import FoundationEssentials
internal import HTML
internal import HTTP

extension PageDeclaration {
    static let adminDashboard = page(
        .admin, "/admin", title: "Dashboard", description: "What the site has, and what waits for an admin.",
        link: .administration("Dashboard"), features: ["ADM-05"], summary: "What the site has, and what waits."
    ) { visit in visit.site.adminDashboard(try visit.sources.figures(visit.context)) }
}

extension Site {
    /// How much there is of everything, and the way to what waits.
    func adminDashboard(_ figures: SiteFigures) -> Page {
        adminPage(
            .adminDashboard, lead: "Counted at \(Formatting.time(figures.countedAt)).", modules: [], needsScript: false,
            content: """
                <div class="stack">
                \(quickActions)
                \(section("To do", [
                    stat("Takes to review", figures.clipsToReview, link: "/admin/clips"),
                    stat("Open reports", figures.openReports, link: "/admin/reports"),
                    stat("New messages", figures.newMessages, link: "/admin/messages"),
                    stat("Files in check", figures.clipsInCheck),
                    stat("Failed jobs", figures.jobs["failed"] ?? 0, link: "/admin/jobs?state=failed"),
                ]))
                \(round(figures.round))
                \(recent(figures.recentComparisons))
                \(section("Takes", ClipStatus.allCases.map { stat(word($0.rawValue), figures.clips[$0.rawValue] ?? 0) }))
                \(section("Seasons", SeasonStatus.allCases.map {
                    stat(word($0.rawValue), figures.seasons[$0.rawValue] ?? 0)
                }))
                \(section("Comparisons", Dashboard.comparisonStates.map {
                    stat(word($0), figures.comparisons[$0] ?? 0, link: "/admin/comparisons")
                }))
                \(section("Videos", Dashboard.videoStates.map { stat(word($0), figures.videos[$0] ?? 0) }))
                \(section("Models", [stat("Active", figures.activeModels, link: "/admin/models")]))
                \(section("Members", [
                    stat("Members", figures.members, link: "/admin/users"), stat("Banned", figures.bannedMembers),
                ]))
                \(section("Jobs", Dashboard.jobStates.map { state in
                    stat(word(state), figures.jobs[state] ?? 0, link: "/admin/jobs?state=\(state)")
                }))
                </div>
                """)
    }

    /// The ways to what admins do most often.
    private var quickActions: HTML {
        let actions = [
            ("Review takes", "/admin/clips"), ("Create a season", "/admin/seasons"),
            ("New comparison", "/admin/generate"), ("Upload a video", "/admin/upload"), ("Generate a video", "/studio"),
            ("Analytics", "/analytics"),
        ]
        return """
            <nav class="row" aria-label="Quick actions">\(actions.filter { Destination.exists($0.1) }.map { name, path in
                "<a class=\"btn\" href=\"\(path)\">\(name)</a>" as HTML
            })</nav>
            """
    }

    /// The latest comparisons with how far each is.
    private func recent(_ comparisons: [SiteFigures.Comparison]) -> HTML {
        let heading: HTML = "<h2 id=\"recent\">Recent comparisons</h2>"
        guard !comparisons.isEmpty else {
            return """
                <section class="stack stack--tight" aria-labelledby="recent">\(heading)\
                <p class="muted">No comparisons yet. <a class="link" href="/admin/generate">Make the first one</a>.</p></section>
                """
        }
        let rows = comparisons.map { comparison -> HTML in
            let path = "/admin/comparisons/" + comparison.id.uuidString.lowercased()
            let failed = comparison.failed > 0 ? ", \(comparison.failed) failed" : ""
            let done = "\(comparison.completed) of \(comparison.videos)"
            return """
                <tr><td><a class="link" href="\(path)">\(comparison.title)</a></td>\
                <td>\(comparison.isPublic ? "Public" : "Private")</td>\
                <td class="num"><progress value="\(comparison.completed)" max="\(max(comparison.videos, 1))" aria-label="Finished videos of \(comparison.title)"></progress> \
                \(done)\(failed)</td><td class="r num"><time datetime="\(Formatting.machine(comparison.createdAt))">\(Formatting.day(comparison.createdAt))</time></td></tr>
                """
        }
        return """
            <section class="stack stack--tight" aria-labelledby="recent">\(heading)<div class="scroll-x" tabindex="0" role="region" aria-label="Recent comparisons, table">\
            <table class="table"><caption class="visually-hidden">Recent comparisons</caption><thead><tr><th scope="col">Comparison</th>\
            <th scope="col">Shown</th><th scope="col">Finished</th><th scope="col" class="r">Made</th></tr></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    private func word(_ name: String) -> String {
        switch name {
        case "locked": "In the film"
        default: name.prefix(1).uppercased() + name.dropFirst()
        }
    }

    private func section(_ title: String, _ stats: [HTML]) -> HTML {
        """
        <section class="stack stack--tight"><h2>\(title)</h2><dl class="stats">\(stats)</dl></section>
        """
    }

    private func stat(_ name: String, _ number: Int, link: String? = nil) -> HTML {
        let page = link.flatMap { Destination.exists(String($0.prefix { $0 != "?" })) ? $0 : nil }
        let title: HTML = page.map { "<a class=\"link\" href=\"\($0)\">\(name)</a>" } ?? "\(name)"
        return """
            <div class="stat"><dt class="label">\(title)</dt><dd><b>\(Formatting.count(number))</b></dd></div>
            """
    }

    private func round(_ round: SiteFigures.Round?) -> HTML {
        guard let round else {
            return """
                <section class="stack stack--tight"><h2>Current round</h2><p class="muted">No season is running.</p></section>
                """
        }
        let standing: HTML =
            switch round.status {
            case .voting: "Voting is open\(round.votingEndsAt.map { " until \(Formatting.moment($0))" as HTML })."
            case .waitingForClips: "The slot waits for takes."
            default: "The round is under review. <a class=\"link\" href=\"/admin/votes\">Decide</a>"
            }
        return """
            <section class="stack stack--tight"><h2>Current round</h2>\
            <p>\(round.season.label), slot \(round.slot) of \(round.season.totalSlots). \(standing)</p>\
            <dl class="stats">\(stat("Takes", round.clips))\(stat("Votes", round.votes, link: "/admin/votes"))</dl></section>
            """
    }
}
