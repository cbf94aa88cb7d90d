public import FoundationEssentials
internal import HTML
internal import HTTP

extension PageDeclaration {
    static let terms = page(
        .any, "/terms", title: "Terms", description: "The terms under which this site is used.",
        link: .foot("Terms", isInMenu: true), features: ["GDPR-02", "GEN-08"], summary: "The terms of use."
    ) { visit in
        let version = visit.context.request.query["version"].flatMap { Int($0) }
        return visit.site.terms(try visit.sources.terms(version) ?? visit.sources.terms(nil))
    }

    static let acceptTerms = page(
        .member, "/terms/accept", title: "Accept the terms", description: "The terms of use, and what is new in them.",
        hasForms: true, features: ["GEN-08"], summary: "Accepting the current terms of use."
    ) { visit in
        visit.site.acceptTerms(
            try visit.sources.terms(nil), visit.form,
            next: visit.form.values["next"] ?? visit.context.request.query["next"])
    }
}

/// A version of the terms of use, as its page shows it.
public struct TermsView: Sendable {
    /// A version in the list of all.
    public struct Version: Sendable {
        let number: Int
        let effectiveAt: Date
        let summary: String

        /// A version.
        public init(number: Int, effectiveAt: Date, summary: String) {
            self.number = number
            self.effectiveAt = effectiveAt
            self.summary = summary
        }
    }

    let version: Int
    let effectiveAt: Date
    let summary: String
    let text: String
    let versions: [Version]

    /// A version. `versions` are all of them, the latest first.
    public init(version: Int, effectiveAt: Date, summary: String, text: String, versions: [Version]) {
        self.version = version
        self.effectiveAt = effectiveAt
        self.summary = summary
        self.text = text
        self.versions = versions
    }
}

extension Site {
    /// The rules between the site and its members, with the list of their versions.
    func terms(_ terms: TermsView?) -> Page {
        let text: HTML =
            if let terms {
                """
                <p class="quiet">Version \(terms.version), in force since \(Formatting.day(terms.effectiveAt)).</p>
                <h2>Who you deal with</h2>
                \(operatorLines)
                \(termsText(terms))
                <p>See also <a class="link" href="/privacy">privacy</a> and <a class="link" href="/cookies">cookies</a>.</p>
                \(versions(terms))
                """
            } else {
                "<h2>Who you deal with</h2>\(operatorLines)<p>This site has no terms of use.</p>"
            }
        return legal(.terms, lead: "What you may expect of this site, and what it expects of you.", text: text)
    }

    /// Headings, items and paragraphs, line by line.
    private func termsText(_ terms: TermsView) -> HTML {
        var parts: [HTML] = []
        var items: [HTML] = []
        func closeList() {
            if !items.isEmpty { parts.append("<ul>\(items)</ul>") }
            items = []
        }
        let text = terms.text.replacing("{minimumAge}", with: String(operation.minimumAge))
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("- ") {
                items.append("<li>\(line.dropFirst(2))</li>")
                continue
            }
            closeList()
            parts.append(line.hasPrefix("## ") ? "<h2>\(line.dropFirst(3))</h2>" : "<p>\(line)</p>")
        }
        closeList()
        return HTML.join(parts, separator: "\n")
    }

    private func versions(_ terms: TermsView) -> HTML {
        guard terms.versions.count > 1 else { return .empty }
        let current = terms.version
        let lines = terms.versions.map { version -> HTML in
            let name: HTML =
                version.number == current
                ? "<b>Version \(version.number)</b>"
                : "<a class=\"link\" href=\"/terms?version=\(version.number)\">Version \(version.number)</a>"
            return "<li>\(name), from \(Formatting.day(version.effectiveAt)). \(version.summary)</li>"
        }
        return "<h2>All versions</h2><ul>\(lines)</ul>"
    }

    /// The text to accept, what is new in it, and the way back.
    func acceptTerms(_ terms: TermsView?, _ form: FormState, next: String?) -> Page {
        let action = "/api/terms/accept"
        let wish = HTML.when(
            next != nil, "<input type=\"hidden\" name=\"next\" value=\"\((next ?? "").prefix(500))\">")
        let box = FormCheckbox(
            name: "accepted", label: "I have read the terms and accept them.", wants: "Accept the terms to continue.")
        let content: HTML =
            if let terms {
                """
                <section class="note" aria-label="What is new">\(Icon.info.image)<p><strong>Version \(terms.version), \
                \(Formatting.day(terms.effectiveAt)).</strong> \(terms.summary)</p></section>
                <div class="panel prose terms-text" tabindex="0" role="region" aria-label="The terms">\
                \(termsText(terms))</div>
                \(form.form(action, names: "form stack", "data-accept-terms", content: """
                <input type="hidden" name="version" value="\(terms.version)">\(wish)\(box.markup(form, of: action))\
                <div class="row"><button class="btn btn--primary" type="submit">Accept the terms</button></div>
                """))
                """
            } else {
                "<p>This site has no terms of use. <a class=\"link\" href=\"/upload\">Continue</a></p>"
            }
        return Page(
            .acceptTerms, styles: ["profile"], icons: [.info, .check],
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>Accept the terms</h1><p>You need to accept the current terms before you \
                send in a take. You can watch, vote, export and delete your data without.</p></div></div>
                  \(form.outcome)
                  \(content)
                </main>
                """)
    }
}
