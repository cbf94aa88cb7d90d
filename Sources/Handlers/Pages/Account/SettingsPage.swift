internal import HTML
internal import HTTP
internal import People

extension PageDeclaration {
    static let settings = page(
        .member, "/settings", title: "Settings", description: "Your account, its devices and keys.",
        hasForms: true,
        features: ["AUTH-02", "AUTH-04", "AUTH-06", "GDPR-01", "PRICE-05"],
        summary: "The account, its devices and keys."
    ) { visit in
        guard let account = try visit.sources.account(visit.context) else { throw Problem.unauthenticated }
        return visit.site.settings(
            account, visit.form, notifications: try visit.sources.notices.settings(visit.context),
            try visit.sources.people.invitations(visit.context))
    }

    /// Everybody may read it, since a redirect to the sign-in page would lose what follows # in the mail's link.
    static let confirmEmail = page(
        .any, "/settings/email", title: "Confirm your address",
        description: "Add an e-mail address to your ways to sign in.", isListed: false, features: ["AUTH-05"],
        summary: "Confirming an e-mail address as a further way to sign in."
    ) { $0.site.confirmEmail }
}

extension Site {
    /// What the link in the mail opens. Only pressing the button counts, so that a mail scanner cannot use the link.
    var confirmEmail: Page {
        Page(
            .confirmEmail, section: "/settings", modules: ["confirm-email"],
            main: """
                <main class="page page--narrow" id="main" data-confirm-email>
                  <div class="page-head"><div><h1>Confirm your address</h1>\
                <p>Add an e-mail address to your ways to sign in.</p></div></div>
                  <p class="note note--warn without-js">\(Icon.warn.image)<span>Using this link needs JavaScript, \
                because the link keeps its secret out of all server logs.</span></p>
                  <div class="stack with-js">
                    <div class="note note--bad" role="alert" data-fault hidden>\(Icon.warn.image)\
                <p data-fault-text></p></div>
                    <div class="stack" data-incomplete hidden><p>This link is incomplete. Copy the whole link from the \
                mail.</p><div class="row"><a class="btn" href="/settings">Settings</a></div></div>
                    <div class="stack" data-visitor-part hidden><p>Sign in to the account that requested this link. Then \
                open the link in the mail again, in this browser.</p>\
                <div class="row"><a class="btn btn--primary" href="/sign-in?next=/settings">Sign in</a></div></div>
                    <div class="stack" data-ready hidden><p>You are signed in as <strong class="clip-text" data-name>\
                </strong>. Confirm to sign in to this account with the address that received the mail.</p>\
                <div class="row"><button class="btn btn--primary" type="button" data-confirm>Add this address</button>\
                <a class="btn" href="/settings">Cancel</a></div></div>
                    <div class="row" data-refused hidden><a class="btn" href="/settings#methods">Back to settings</a></div>
                  </div>
                </main>
                """)
    }

    /// The account, its devices and keys. Lists are filled in by the module; forms work without it.
    func settings(
        _ account: AccountView, _ form: FormState = .none, notifications: NotificationSettingsView? = nil,
        _ invitations: ReferralStanding? = nil
    ) -> Page {
        Page(
            .settings, styles: ["settings"], modules: ["settings"], icons: [.bell, .info, .sound],
            main: """
                <main class="page page--narrow" id="main" data-settings>
                  <div class="page-head"><div><h1>Settings</h1><p>Your account, its devices and keys.</p></div></div>
                  \(form.outcome)
                  <div class="settings">
                \(account.ban.map { ban($0, account, form) })\(name(account, form))\(signInMethods(account, form))\(devices(account, form))\
                \(account.credits.map(credits))\(invitations.map(inviteSection))\(preferences(account, form))\(notifications.map { notificationSettings($0, form) })\(apiKeys(account))\(blockedMembers)\(decisionsLink)\(data)
                  </div>
                </main>
                \(deletion)
                """)
    }

    func section(_ id: String, _ title: String, _ lead: String, _ content: HTML) -> HTML {
        """
        <section class="setting" aria-labelledby="\(id)"><div><h2 id="\(id)">\(title)</h2><p class="muted">\(lead)</p>\
        </div><div class="stack">\(content)</div></section>
        """
    }

    /// The ban, and the one appeal against it.
    private func ban(_ reason: String, _ account: AccountView, _ form: FormState) -> HTML {
        let field = FormField(
            name: "text", label: "Why the ban is wrong. You can appeal once.", wants: "Say why the ban is wrong.",
            control: .area("maxlength=\"2000\" rows=\"3\" required"))
        return section(
            "ban", "Your account is banned", reason,
            account.hasAppealed
                ? account.appealAnswer.map { "<p>An admin has looked at your appeal: the ban stays. \($0)</p>" as HTML }
                    ?? "<p>You have appealed. An admin will look at it.</p>"
                : form.form(
                    "/api/user/appeal", names: "stack stack--tight", "data-appeal",
                    content: """
                        \(field.markup(form, of: "/api/user/appeal"))\
                        <div class="row"><button class="btn" type="submit">Send appeal</button></div>
                        """))
    }

    private func credits(_ credits: CreditsView) -> HTML {
        section(
            "credits", "Credits", "What generating videos costs you. The price is shown before each run.",
            creditsSection(credits))
    }

    private var decisionsLink: HTML {
        section(
            "decisions", "Decisions and reports",
            "What admins decided about you and your takes, and what came of your reports.",
            "<div class=\"row\"><a class=\"btn\" href=\"/profile/decisions\">See decisions</a></div>")
    }

    private func name(_ account: AccountView, _ form: FormState) -> HTML {
        let action = "/api/user/settings"
        let hint =
            account.nextChangeAt.map { "You can change it again on \(Formatting.day($0))." }
            ?? "3–20 characters: a–z, 0–9, _ You can change it once every 30 days."
        let content: HTML =
            if let username = account.username {
                form.form(
                    action, names: "", "data-rename",
                    content: FormField.username(username, hint: hint)
                        .markup(form, of: action, beside: "<button class=\"btn\" type=\"submit\">Change</button>"))
            } else {
                "<a class=\"btn\" href=\"/onboarding?next=/settings\">Choose your name</a>"
            }
        return section(
            "account", "Account", "The name shown with your takes. Your old name redirects to you for 90 days.",
            "<p class=\"who\" data-who>\(account.username ?? "No name yet")</p>\(content)")
    }

    /// The list is the module's; the form is there where the site sends mail. A site with neither has no such section.
    private func signInMethods(_ account: AccountView, _ form: FormState) -> HTML {
        let action = "/api/auth/email/link"
        let field = FormField.email(
            "Add an e-mail address", hint: "We'll send a link to it. Open the link in this browser.")
        let addition: HTML = HTML.when(
            isMailOn,
            form.form(
                action, names: "", "data-add-email",
                content: field.markup(
                    form, of: action, beside: "<button class=\"btn\" type=\"submit\">Send link</button>")))
        return """
            <section class="setting" aria-labelledby="methods" data-methods\(HTML.when(!isMailOn && account.methods == 0, " hidden"))><div>\
            <h2 id="methods">Ways to sign in</h2><p class="muted">The accounts and addresses that you can sign in \
            with.</p></div><div class="stack"><ul class="rows with-js" data-method-list aria-busy="true">\
            \(room(account.methods, "name@mail.example", "E-mail · added yesterday · last used today", "Remove"))</ul>\(addition)</div></section>
            """
    }

    /// Rows as high as those that the module puts in their place.
    private func room(
        _ count: Int, _ name: String, _ facts: String, _ action: String, below: HTML = .empty
    ) -> HTML {
        guard count > 0 else { return "<li><span class=\"skeleton skeleton--line\"></span></li>" }
        let row: HTML = """
            <li class="rows__room" inert><div class="grow"><b>\(name)</b><p class="quiet">\(facts)</p>\(below)</div>\
            <span class="btn btn--sm">\(action)</span></li>
            """
        return HTML.join(repeatElement(row, count: min(count, 30)))
    }

    private func devices(_ account: AccountView, _ form: FormState) -> HTML {
        section(
            "devices", "Devices", "Where you are signed in. Ending a session takes effect at once.",
            """
            <ul class="rows with-js" data-sessions aria-busy="true">\
            \(room(account.sessions, "Chrome on Android", "Signed in yesterday, last used today", "Sign out"))</ul>
            <div class="row">\
            \(form.form("/api/auth/sessions", names: "", "data-end-others", content: """
            <input type="hidden" name="others" value="true"><button class="btn" type="submit">Sign out everywhere else</button>
            """))\(signOut(form, names: "without-js"))</div>
            """)
    }

    private func preferences(_ account: AccountView, _ form: FormState) -> HTML {
        let action = "/api/user/settings"
        let sound = FormCheckbox(
            name: "sound", label: "Play takes with sound", isOn: account.hasSound, attributes: "data-sound")
        let motion = FormCheckbox(
            name: "motion", label: "Play videos and animations automatically", isOn: account.hasMotion,
            attributes: "data-motion")
        return section(
            "choices", "Sound and motion", "Saved with your account and used on every device where you sign in.",
            """
            \(form.form(action, names: "", content: """
            \(sound.markup(form, of: action))\(motion.markup(form, of: action))\
            <button class="btn without-js" type="submit">Save</button>
            """))
            <fieldset class="stack stack--tight with-js"><legend class="label">Appearance on this device</legend>
              <div class="seg" data-theme-choice>\
            <label><input type="radio" name="settings-theme" value="dark">Dark</label>\
            <label><input type="radio" name="settings-theme" value="light">Light</label>\
            <label><input type="radio" name="settings-theme" value="auto">System</label></div>
            </fieldset>
            """)
    }

    private func keyRoom(_ count: Int) -> HTML {
        room(
            count, "A key", "read · never used · never expires", "Revoke",
            below: "<p class=\"quiet\">Standard limits</p><p class=\"rows__fold\">0 requests in 30 days</p>")
    }

    private func apiKeys(_ account: AccountView) -> HTML {
        let name = FormField(
            name: "key-name", label: "Name of a new key", wants: "Give the key a name so that you can recognise it.",
            control: .input("maxlength=\"60\" autocomplete=\"off\" required"))
        return section(
            "keys", "API keys", "For your own programs. A key cannot vote, and cannot manage keys or sessions.",
            """
            <p class="quiet without-js">Managing keys needs JavaScript.</p>
            <div class="stack with-js">
            <div class="note" data-new-key hidden>\(Icon.info.image)<div class="stack stack--tight grow">\
            <p><strong>This is your new key.</strong> Copy it now; it is not shown again.</p>\
            <pre tabindex="0" aria-label="Your new API key"><code data-key-text></code></pre>\
            <div class="row"><button class="btn btn--sm" type="button" data-copy>Copy</button></div></div></div>
            <ul class="rows" data-keys aria-busy="true">\
            \(account.keys == 0 ? "<li class=\"quiet\">You have no keys.</li>" : keyRoom(account.keys))</ul>
            <form class="stack stack--tight" data-make-key>
              \(name.markup(.none, of: "/api/keys"))
              <div class="row key-options"><fieldset><legend class="label">Permissions</legend><div class="row">\
            <label class="check"><input type="checkbox" name="scope" value="read" checked><span>read</span></label>\
            <label class="check"><input type="checkbox" name="scope" value="write"><span>write</span></label>\
            <label class="check" data-admin hidden><input type="checkbox" name="scope" value="admin">\
            <span>administer</span></label></div></fieldset>
              <div class="field"><label for="key-days">Expires</label><select class="input" id="key-days" \
            name="days"><option value="30">in 30 days</option><option value="90" selected>in 90 days</option>\
            <option value="365">in a year</option><option value="">never</option></select></div></div>
              <p class="hint hint--bad" role="alert" data-form-fault hidden></p>
              <div class="row"><button class="btn" type="submit">Create key</button></div>
            </form></div>
            """)
    }

    private var data: HTML {
        section(
            "data", "Your data", "Download or delete everything we keep about you.",
            """
            <div class="row"><a class="btn" href="/api/account/export" download>Download my data</a>\
            <button class="btn btn--danger with-js" type="button" data-leave>Delete my account</button></div>
            <p class="quiet"><a class="link" href="/terms">Terms</a> · <a class="link" href="/privacy">Privacy</a> · \
            <a class="link" href="/cookies">Cookies</a></p>
            """)
    }

    private var deletion: HTML {
        let words = FormField(
            name: "leave-words", label: "Type DELETE MY ACCOUNT", wants: "Type the words exactly: DELETE MY ACCOUNT",
            control: .input(
                "autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" required pattern=\"DELETE MY ACCOUNT\""
            ))
        return """
            <dialog class="dialog" aria-labelledby="leave-title" aria-describedby="leave-text" data-deletion>\
            <form method="dialog" class="stack" data-deletion-form>
              <div><h2 id="leave-title">Delete your account?</h2><p class="muted" id="leave-text">This cannot be undone. \
            Your votes in closed rounds still count, under a random ID.</p></div>
              <ul class="prose-list" data-goes aria-live="polite"><li>Checking what will be deleted…</li></ul>
              <label class="check" data-film-wish hidden><input type="checkbox" name="film"><span>Show a title card \
            instead of my takes when the film is next assembled</span></label>
              \(words.markup(.none, of: "/api/account/delete"))
              <p class="hint hint--bad" role="alert" data-form-fault hidden></p>
              <div class="dialog__foot"><button class="btn" type="button" autofocus data-stay>Keep my account</button>\
            <button class="btn btn--danger-solid" type="submit" data-delete disabled>Delete my account</button></div>
            </form></dialog>
            """
    }
}
