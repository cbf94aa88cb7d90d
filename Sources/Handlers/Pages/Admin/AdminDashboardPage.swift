internal import Film
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
                \(section("Takes", ClipStatus.allCases.map { stat(word($0.rawValue), figures.clips[$0.rawValue] ?? 0) }))
                \(section("Seasons", SeasonStatus.allCases.map {
                    stat(word($0.rawValue), figures.seasons[$0.rawValue] ?? 0)
                }))
                \(section("Videos", Dashboard.videoStates.map { stat(word($0), figures.videos[$0] ?? 0) }))
                \(section("Models", [stat("Active", figures.activeModels, link: "/admin/models")]))
                \(section("Members", [
                    stat("Members", figures.members, link: "/admin/users"), stat("Banned", figures.bannedMembers),
                ]))
                \(section("Jobs", Dashboard.jobStates.map { stat(word($0), figures.jobs[$0] ?? 0) }))
                </div>
                """)
    }

    /// The ways to what admins do most often.
    private var quickActions: HTML {
        let actions = [
            ("Review takes", "/admin/clips"), ("Create a season", "/admin/seasons"), ("Generate a video", "/studio"),
        ]
        return """
            <nav class="row" aria-label="Quick actions">\(actions.filter { Destination.exists($0.1) }.map { name, path in
                "<a class=\"btn\" href=\"\(path)\">\(name)</a>" as HTML
            })</nav>
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
        let page = link.flatMap { Destination.exists($0) ? $0 : nil }
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
