internal import Film
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let decisions = page(
        .member, "/profile/decisions", title: "Decisions and reports",
        description: "What admins decided about you and your takes, and what came of your reports.", hasForms: true,
        features: ["SOC-03"], summary: "Statements of reasons with the appeal against each, and answers to reports."
    ) { visit in visit.site.decisions(try visit.sources.decisions(visit.context), visit.form) }
}

/// What a member reads of decisions.
public struct DecisionsView: Sendable {
    /// Decisions about the member, the latest first.
    var statements: [StatementOfReasons] = []
    /// The member's own reports, the newest first.
    var reports: [OwnReport] = []

    init(statements: [StatementOfReasons] = [], reports: [OwnReport] = []) {
        self.statements = statements
        self.reports = reports
    }

    /// Those of the member who asks.
    init(_ moderation: Moderation, _ context: Context) throws {
        let member = try context.member().id
        statements = try moderation.statements(of: member)
        reports = try moderation.reports(of: member)
    }
}

extension Site {
    /// Each decision with its reasons, the appeal against it, and what came of the member's reports.
    func decisions(_ view: DecisionsView, _ form: FormState) -> Page {
        let statements: HTML =
            view.statements.isEmpty
            ? "<p class=\"muted\">No admin has decided anything against you or your takes.</p>"
            : "<ul class=\"stack\">\(view.statements.map { statement($0, form) })</ul>"
        let reports: HTML =
            view.reports.isEmpty
            ? "<p class=\"muted\">You have reported nothing.</p>"
            : "<ul class=\"stack\">\(view.reports.map(report))</ul>"
        return Page(
            .decisions, styles: ["profile"], icons: [.info, .check],
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>Decisions and reports</h1><p>What admins decided about you and your \
                takes, why, and what came of your reports.</p></div></div>
                  \(form.outcome)
                  <section class="stack" aria-labelledby="about-you"><h2 id="about-you">About you</h2>\(statements)</section>
                  <section class="stack" aria-labelledby="reported"><h2 id="reported">Your reports</h2>\(reports)</section>
                </main>
                """)
    }

    private func statement(_ statement: StatementOfReasons, _ form: FormState) -> HTML {
        let decider = statement.isAutomated ? "A program decided this." : "An admin decided this, no program."
        let rule = statement.rule?.rule ?? "The terms of use."
        return """
            <li class="panel stack stack--tight" id="decision-\(statement.id.text)"><h3>\(statement.title)</h3>\
            <p>\(statement.state)</p>\
            <dl class="facts"><dt>Decided</dt><dd>\(Formatting.day(statement.decidedAt))</dd>\
            \(statement.commentText.map { "<dt>You wrote</dt><dd class=\"quote\">\($0)</dd>" as HTML })\
            <dt>Reason</dt><dd class="quote">\(statement.reason)</dd>\
            <dt>Rule</dt><dd>\(rule) <a class="link" href="/terms">Terms</a></dd>\
            <dt>By whom</dt><dd>\(decider)</dd></dl>\(appeal(statement, form))</li>
            """
    }

    private func appeal(_ statement: StatementOfReasons, _ form: FormState) -> HTML {
        if let said = statement.appeal {
            let answer: HTML =
                if let outcome = statement.appealOutcome {
                    """
                    <p><b>\(outcome == .granted ? "Your appeal was granted." : "The decision stays.")</b> \
                    <span class="quote">\(statement.appealAnswer ?? "")</span></p>
                    """
                } else {
                    "<p>An admin will look at it. The answer appears here.</p>"
                }
            return """
                <div class="note">\(Icon.info.image)<div class="stack stack--tight"><p><b>Your appeal.</b> \
                <span class="quote">\(said)</span></p>\(answer)</div></div>
                """
        }
        guard statement.canAppeal else { return .empty }
        let action = "/api/profile/decisions"
        let id = statement.id.text
        let isRefused = form.refusedBy == action && form.values["decisionId"] == id
        let fault = isRefused ? form.faults["text"] : nil
        return """
            <details\(HTML.when(isRefused, " open"))><summary class="btn btn--sm">Appeal…</summary>\
            \(form.form(action, names: "stack stack--tight", content: """
            <input type="hidden" name="decisionId" value="\(id)"><div class="field">\
            <label for="text-\(id)">Why the decision is wrong. You can appeal once.</label>\
            <textarea class="input" id="text-\(id)" name="text" rows="4" maxlength="2000" required \
            aria-describedby="fault-\(id)"\(HTML.when(fault != nil, " aria-invalid=\"true\""))>\
            \(isRefused ? form.values["text"] ?? "" : "")</textarea>\
            <p class="hint hint--bad" id="fault-\(id)"\(HTML.when(fault == nil, " hidden"))>Say why the decision is \
            wrong.</p></div><div class="row"><button class="btn btn--primary btn--sm" type="submit">Send appeal</button></div>
            """))</details>
            """
    }

    private func report(_ report: OwnReport) -> HTML {
        let what: String =
            if report.isAboutComment {
                report.subject.map { "A comment by \($0)" } ?? "A comment that is not shown any more"
            } else {
                report.subject ?? (report.isAboutClip ? "A take that is not public any more" : "A former member")
            }
        let (word, tone): (String, String) =
            switch report.state {
            case .open: ("Waiting", "warn")
            case .reviewing: ("Being looked at", "info")
            case .resolved: ("Acted on", "good")
            case .dismissed: ("Nothing found against the rules", "quiet")
            }
        let answer = report.answer.map { "<p class=\"quote\">\($0)</p>" as HTML }
        return """
            <li class="panel stack stack--tight"><h3>\(what)</h3>\
            <p><span class="badge" data-tone="\(tone)"\(HTML.when(report.state == .open, " data-shape=\"ring\""))>\(word)\
            </span></p><p class="quiet">\(report.reason.title) · reported on \(Formatting.day(report.createdAt))\
            \(report.answeredAt.map { ", answered on \(Formatting.day($0))" } ?? "")</p>\(answer)</li>
            """
    }
}

extension StatementOfReasons {
    fileprivate var title: String {
        let isComment = commentText != nil
        let take = clipTitle.map { "“\($0)”" } ?? (isComment ? "a comment of yours" : "A take of yours")
        return switch action {
        case .reject: isComment ? "A comment of yours was removed" : "\(take) was not accepted"
        case .warn: clipTitle == nil && !isComment ? "You were warned" : "You were warned about \(take)"
        case .ban: "Your account was banned"
        }
    }

    fileprivate var state: HTML {
        if endedAt == nil {
            return action == .warn
                ? "<span class=\"badge\" data-tone=\"warn\">Warning</span>"
                : "<span class=\"badge\" data-tone=\"bad\" data-shape=\"square\">In force</span>"
        }
        return "<span class=\"badge\" data-tone=\"good\">Holds no more</span>"
    }
}
