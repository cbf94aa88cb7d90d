internal import HTML

extension PageDeclaration {
    static let contact = page(
        .any, "/contact", title: "Contact", description: "Write to the people who run this site.", isShared: false,
        link: .foot("Contact", isInMenu: true), features: ["OPS-08"], summary: "Writing to the operator of the site."
    ) { $0.site.contact }
}

extension Site {
    /// Writing to whoever runs the site.
    var contact: Page {
        Page(
            .contact, modules: ["contact"], icons: [.info, .check],
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>Contact</h1><p>Write to the people who run \(name). They read every \
                message.</p></div></div>
                  <p class="note note--warn without-js">\(Icon.warn.image)<span>Sending needs JavaScript.</span></p>
                  <form class="form with-js" novalidate data-contact>
                    \(field("name", "Your name", "autocomplete=\"name\" maxlength=\"100\" required"))
                    \(field("email", "E-mail address", """
                    type="email" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" required
                    """))
                    \(field("subject", "What it is about (optional)", "maxlength=\"150\""))
                    <div class="field"><label for="message">Message</label>\
                <textarea class="input" id="message" name="message" rows="8" minlength="10" maxlength="5000" required \
                aria-describedby="message-fault"></textarea>\
                <p class="hint hint--bad" id="message-fault" hidden></p></div>
                    <p class="note note--bad" role="alert" data-fault hidden></p>
                    <button class="btn btn--primary" type="submit">Send it</button>
                  </form>
                  <section class="stack" data-sent hidden><h2 tabindex="-1">Your message is there</h2>\
                <p>An answer comes to the address that you gave.</p></section>
                </main>
                """)
    }

    private func field(_ name: String, _ label: String, _ attributes: HTML) -> HTML {
        """
        <div class="field"><label for="\(name)">\(label)</label>\
        <input class="input" id="\(name)" name="\(name)" aria-describedby="\(name)-fault" \(attributes)>\
        <p class="hint hint--bad" id="\(name)-fault" hidden></p></div>
        """
    }
}
