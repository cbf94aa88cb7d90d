internal import HTML

extension PageDeclaration {
    static let contact = page(
        .any, "/contact", title: "Contact", description: "Write to the people who run this site.", hasForms: true,
        link: .foot("Contact", isInMenu: true), features: ["OPS-08"], summary: "Writing to the operator of the site."
    ) { $0.site.contact($0.form) }
}

extension Site {
    /// Writing to the operator of the site.
    func contact(_ form: FormState) -> Page {
        Page(
            .contact, modules: ["contact"], icons: [.info, .check],
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>Contact</h1><p>Write to the people who run \(name). They read every \
                message.</p></div></div>
                  \(form.outcome)
                  \(form.form("/api/contact", "data-contact", content: contactFields(form)))
                  \(HTML.when(!operation.email.isEmpty, "<p class=\"quiet\">Or write to <a class=\"link\" href=\"mailto:\(operation.email)\">\(operation.email)</a>.</p>"))
                  <section class="stack" data-sent hidden><h2 tabindex="-1">Message sent</h2>\
                <p>We will reply to <span data-reply-to>the e-mail address you gave</span>.</p></section>
                </main>
                """)
    }

    private func contactFields(_ form: FormState) -> HTML {
        let fields = [
            FormField(
                name: "name", label: "Your name", wants: "Enter your name.",
                control: .input("autocomplete=\"name\" maxlength=\"100\" required")),
            FormField.email(hint: nil),
            FormField(
                name: "subject", label: "Subject (optional)", wants: "Use at most 150 characters.",
                control: .input("maxlength=\"150\"")),
            FormField(
                name: "message", label: "Message", wants: "Write at least 10 characters.",
                control: .area("rows=\"8\" minlength=\"10\" maxlength=\"5000\" required")),
        ]
        return """
            \(fields.map { $0.markup(form, of: "/api/contact") })
            <p class="note note--bad" role="alert" data-form-fault hidden></p>
            <button class="btn btn--primary" type="submit">Send message</button>
            """
    }
}

extension FormField {
    /// An e-mail address.
    static func email(_ label: String = "E-mail address", hint: String?) -> FormField {
        FormField(
            name: "email", label: label, wants: "Enter an e-mail address, such as ida@example.org.",
            hint: hint,
            control: .input(
                """
                type="email" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" required
                """))
    }

    /// A username.
    static func username(_ name: String, hint: String) -> FormField {
        FormField(
            name: "username", label: "Username", wants: "Use 3 to 20 lowercase letters, digits or underscores.",
            hint: hint, value: name,
            control: .input(
                """
                autocomplete="username" autocapitalize="none" spellcheck="false" minlength="3" maxlength="20" \
                pattern="[a-z0-9_]{3,20}" required
                """))
    }
}
