internal import Film
internal import FoundationEssentials
internal import HTML
internal import HTTP

extension PageDeclaration {
    static let report = page(
        .any, "/report", title: "Report",
        description: "Report a take, a comment or a member to the people who run this site.",
        hasForms: true, isListed: false, features: ["SOC-03"], summary: "Reporting a take, a comment or a member."
    ) { visit in
        let target = ReportTarget(query: visit.context.request.query, form: visit.form)
        return visit.site.report(try visit.sources.reported(target), visit.form)
    }
}

/// What the address of the report page, or the form that was refused, names.
struct ReportTarget: Sendable {
    let clip: UUID?
    let comment: UUID?
    let member: UUID?
    let username: String?

    init(query: Query, form: FormState) {
        clip = (form.values["clipId"] ?? query["clip"]).flatMap(UUID.init(uuidString:))
        comment = (form.values["commentId"] ?? query["comment"]).flatMap(UUID.init(uuidString:))
        member = form.values["userId"].flatMap(UUID.init(uuidString:))
        username = query["user"]
    }

    /// The public clip, comment or member; nil when there is none.
    func thing(in moderation: Moderation) throws -> ReportedThing? {
        if let clip { return try moderation.thing(clip: clip) }
        if let comment { return try moderation.thing(comment: comment) }
        if let member { return try moderation.thing(member: member) }
        return try username.flatMap { try moderation.thing(username: $0) }
    }
}

extension Site {
    /// The form by which anyone reports a clip, a comment or a member. It needs no JavaScript.
    func report(_ thing: ReportedThing?, _ form: FormState) -> Page {
        let content: HTML =
            if form.notice == .reportSent {
                """
                <p>Members read what came of a report under <a class="link" href="/profile/decisions">decisions and \
                reports</a>.</p><div class="row"><a class="btn" href="/dashboard">Go to the arena</a></div>
                """
            } else if let thing {
                reportForm(thing, form)
            } else {
                Fragments.empty(
                    .info, title: "Nothing to report here",
                    text: "This take, comment or member does not exist, or is not public. Use “Report” beside a take.",
                    actions: "<a class=\"btn\" href=\"/dashboard\">Go to the arena</a>")
            }
        return Page(
            .report, modules: thing == nil ? [] : ["report"], icons: [.info, .check, .flag],
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>\(heading(thing))</h1><p>An admin looks at every report. The person \
                whom you report does not learn who you are.</p></div></div>
                  \(form.outcome)
                  \(content)
                  <section class="stack" data-sent hidden><h2 tabindex="-1">Report sent</h2><p data-sent-text>An admin will \
                look at it.</p></section>
                </main>
                """)
    }

    private func heading(_ thing: ReportedThing?) -> String {
        switch thing?.subject {
        case .clip: "Report “\(thing?.name ?? "")”"
        case .member: "Report \(thing?.name ?? "")"
        case .comment: "Report a comment by \(thing?.name ?? "")"
        case nil: "Report"
        }
    }

    private func reportForm(_ thing: ReportedThing, _ form: FormState) -> HTML {
        let action = "/api/report"
        let field: HTML =
            switch thing.subject {
            case .clip(let id): "<input type=\"hidden\" name=\"clipId\" value=\"\(id.uuidString.lowercased())\">"
            case .comment(let id): "<input type=\"hidden\" name=\"commentId\" value=\"\(id.uuidString.lowercased())\">"
            case .member(let id): "<input type=\"hidden\" name=\"userId\" value=\"\(id.uuidString.lowercased())\">"
            }
        let reasons = ReportReason.allCases.map { reason -> HTML in
            """
            <label class="check"><input type="radio" name="reason" value="\(reason.rawValue)" required \
            data-wants="Choose what is wrong." aria-describedby="reason-fault"\
            \(HTML.when(form.values["reason"] == reason.rawValue, " checked"))><span>\(reason.title)</span></label>
            """
        }
        let isFaulty = form.faults["reason"] != nil
        let words = FormField(
            name: "description", label: "In your own words", wants: "Say in your own words what is wrong.",
            hint: "Optional, unless you chose “Something else”.",
            control: .area("rows=\"4\" maxlength=\"1000\""))
        return form.form(
            action, "data-report-form",
            content: """
                \(field)<fieldset class="field"><legend>What is wrong?</legend>\(reasons)\
                <p class="hint hint--bad" id="reason-fault"\(HTML.when(!isFaulty, " hidden"))>Choose what is wrong.</p>\
                </fieldset>\(words.markup(form, of: action))\
                <p class="note note--bad" role="alert" data-form-fault hidden></p>\
                <button class="btn btn--primary" type="submit">Send report</button>
                """)
    }
}
