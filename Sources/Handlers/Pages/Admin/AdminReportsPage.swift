internal import HTML

extension PageDeclaration {
    static let adminReports = page(
        .admin, "/admin/reports", title: "Reports and appeals", description: "What people reported, and appeals.",
        link: .administration("Reports"), features: ["SOC-03", "ADM-01"], summary: "Reports and appeals to decide on."
    ) { $0.site.adminReports }
}

extension Site {
    /// Reports by clip or member, with the clip playing beside them, and appeals against decisions.
    var adminReports: Page {
        adminPage(
            .adminReports, lead: "Loading the reports.", modules: ["admin-reports"],
            icons: [.check, .flag, .film, .play, .person, .warn],
            list: AdminList(
                caption: "Reports", name: "reports",
                columns: [
                    .still("Still"), .init(title: "About"), .init(title: "Reported for"), .init(title: "State"),
                    .end("Since"),
                ],
                tabs: .init(
                    filter: "state", label: "State",
                    tabs: [("open", "Open"), ("appealed", "Appeals"), ("decided", "Decided"), ("all", "All")],
                    hasCounts: true),
                side: "Selected case"))
    }
}
