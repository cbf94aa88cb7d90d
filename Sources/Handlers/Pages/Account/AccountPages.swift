internal import HTML
internal import HTTP

extension PageDeclaration {
    static let signIn = page(
        .any, "/sign-in", title: "Sign in", description: "Sign in. There are no passwords here.", hasForms: true,
        isListed: false, features: ["AUTH-01"], summary: "The ways to sign in."
    ) { $0.site.signInPage($0) }

    static let onboarding = page(
        .member, "/onboarding", title: "Choose your name", description: "The name shown with your takes.",
        hasForms: true, features: ["AUTH-03"], summary: "Choosing a username."
    ) { $0.site.onboarding($0.form, next: $0.form.values["next"] ?? $0.context.request.query["next"]) }
}

extension Site {
    /// Signing in by a provider or a one-time link. Opening the link changes nothing: only the button uses it up, so
    /// that a mail scanner that follows links cannot.
    func signIn(
        _ failure: SignInFailure?, next: String?, form: FormState = .none, member: Member? = nil
    ) -> Page {
        Page(
            .signIn, modules: isMailOn ? ["sign-in", "sign-in-email"] : ["sign-in"], icons: [.info],
            main: """
                <main class="page page--narrow" id="main" data-sign-in>
                  <div class="page-head"><div><h1 data-heading>\(signInHeading(member))</h1>\
                <p data-lead>\(member == nil ? signInLead : "You can vote, send in takes and change your settings.")</p></div></div>
                  \(signInNote(failure))\(form.outcome)
                  <div class="stack form" data-with-token hidden>
                    <p class="muted">This link works once. You stay signed in on this device for \
                \(operation.sessionDays) days.</p>
                    <div class="note note--bad" role="alert" data-fault hidden>\(Icon.warn.image)<p data-fault-text>\
                </p></div>
                    <button class="btn btn--primary" type="button" data-use>Sign in on this device</button>
                  </div>
                  <div class="stack" data-without-token\(HTML.when(member != nil, " hidden"))>
                    \(signInChoices(next: next))
                    \(HTML.when(isMailOn && !choices.isEmpty, "<p class=\"or\">or by e-mail</p>"))
                    \(isMailOn ? emailForm(form, next: next) : operatorsLink)
                    <p class="note note--warn without-js">\(Icon.warn.image)<span>Using a sign-in link needs JavaScript, \
                because the link keeps its secret out of all server logs.</span></p>
                    <div class="row"><a class="btn" href="/dashboard">Vote without an account</a></div>
                  </div>
                  <div class="stack" data-signed-in\(HTML.when(member == nil, " hidden"))>
                    <div class="row"><a class="btn btn--primary" href="/dashboard" data-onward>Continue</a>\
                \(signOut(form, names: ""))</div>
                  </div>
                </main>
                """)
    }

    private func signInHeading(_ member: Member?) -> String {
        member.map { "You are signed in as \($0.username ?? "a member without a username")" } ?? "Sign in"
    }

    /// The button that ends the session.
    func signOut(_ form: FormState, names: HTML) -> HTML {
        form.form(
            "/api/auth/signout", names: names,
            content: "<button class=\"btn\" type=\"submit\" data-sign-out>Sign out</button>")
    }

    /// Asking for a link by mail.
    private func emailForm(_ form: FormState, next: String?) -> HTML {
        let field = FormField.email(
            hint: "We'll send you a link that signs you in once. If you are new, it creates your account.")
        let wish = HTML.when(
            next != nil, "<input type=\"hidden\" name=\"next\" value=\"\((next ?? "").prefix(500))\">")
        return form.form(
            "/api/auth/email", names: "form stack", "data-email-form",
            content: """
                \(field.markup(form, of: "/api/auth/email"))\(wish)\
                <button class="btn btn--primary" type="submit">Send link</button>
                """)
    }

    /// Choosing the name that is shown with one's clips.
    func onboarding(_ form: FormState = .none, next: String? = nil) -> Page {
        let action = "/api/user/create-profile"
        let name = FormField.username("", hint: "3–20 characters: a–z, 0–9, _")
        let age = FormCheckbox(
            name: "ageConfirmed", label: "I am \(operation.minimumAge) or older.",
            wants: "You must be \(operation.minimumAge) or older to join.")
        let wish = HTML.when(
            next != nil, "<input type=\"hidden\" name=\"next\" value=\"\((next ?? "").prefix(500))\">")
        return Page(
            .onboarding, modules: ["onboarding"], icons: [.info],
            main: """
                <main class="page page--narrow" id="main" data-onboarding>
                  <div class="page-head"><div><h1>Choose your name</h1><p>It is shown with your takes and in the credits. \
                You can change it once every 30 days.</p></div></div>
                  \(form.outcome)
                  \(form.form(action, "data-form", content: """
                  <p class="who" data-picture></p>\(name.markup(form, of: action))\(age.markup(form, of: action))\(wish)\
                  <button class="btn btn--primary" type="submit" data-save>Continue</button>
                  """))
                </main>
                """)
    }
}
