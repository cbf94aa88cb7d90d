internal import HTML
internal import HTTP

extension PageDeclaration {
    static let signIn = page(
        .any, "/sign-in", title: "Sign in", description: "Sign in. There are no passwords here.", isShared: false,
        isListed: false, features: ["AUTH-01"], summary: "The ways to sign in."
    ) { $0.site.signInPage($0.context.request.query) }

    static let onboarding = page(
        .member, "/onboarding", title: "Choose your name", description: "The name shown with your takes.",
        features: ["AUTH-03"], summary: "Choosing a username."
    ) { $0.site.onboarding }
}

extension Site {
    /// Signing in by a provider or a one-time link. Opening the link changes nothing: only the button uses it up, so
    /// that a mail scanner that follows links cannot.
    func signIn(_ failure: SignInFailure?, next: String?) -> Page {
        Page(
            .signIn, modules: isMailOn ? ["sign-in", "sign-in-email"] : ["sign-in"],
            icons: [.info],
            main: """
                <main class="page page--narrow" id="main" data-sign-in>
                  <div class="page-head"><div><h1 data-heading>Sign in</h1>\
                <p data-lead>\(signInLead)</p></div></div>
                  \(signInNote(failure))
                  <div class="stack form" data-with-token hidden>
                    <p class="muted">The button uses the link up. After that you stay signed in on this device for 30 \
                days.</p>
                    <div class="note note--bad" role="alert" data-fault hidden>\(Icon.warn.image)<p data-fault-text>\
                </p></div>
                    <button class="btn btn--primary" type="button" data-use>Sign in on this device</button>
                  </div>
                  <div class="stack" data-without-token>
                    \(signInChoices(next: next))
                    \(HTML.when(isMailOn && !choices.isEmpty, "<p class=\"or with-js\">or by mail</p>"))
                    \(isMailOn ? emailForm : operatorsLink)
                    <p class="note note--warn without-js">\(Icon.warn.image)<span>Using a link needs JavaScript.</span>\
                </p>
                    <div class="row"><a class="btn" href="/dashboard">Vote without an account</a></div>
                  </div>
                  <div class="stack" data-signed-in hidden>
                    <div class="row"><a class="btn btn--primary" href="/dashboard" data-onward>Go on</a>\
                <button class="btn" type="button" data-sign-out>Sign out</button></div>
                  </div>
                </main>
                """)
    }

    /// Asking for a link by mail.
    private var emailForm: HTML {
        """
        <form class="form stack with-js" novalidate data-email-form>
          <div class="field"><label for="email">E-mail address</label>\
        <input class="input" id="email" name="email" type="email" autocomplete="email" autocapitalize="none" \
        spellcheck="false" maxlength="254" required aria-describedby="email-hint email-fault">\
        <p class="hint" id="email-hint">You get a link that signs you in once. The first one makes your account.</p>\
        <p class="hint hint--bad" id="email-fault" role="alert" data-email-fault hidden></p></div>
          <button class="btn btn--primary" type="submit">Send me a link</button>
        </form>
        """
    }

    /// Choosing the name that stands under one's takes.
    var onboarding: Page {
        Page(
            .onboarding, modules: ["onboarding"], icons: [.info],
            main: """
                <main class="page page--narrow" id="main" data-onboarding>
                  <div class="page-head"><div><h1>Choose your name</h1><p>It stands under your takes and in the film. \
                You can change it once in 30 days.</p></div></div>
                  <p class="note note--warn without-js">\(Icon.warn.image)<span>This page needs JavaScript.</span></p>
                  <form class="form with-js" novalidate data-form>
                    <p class="who" data-picture></p>
                    <div class="field"><label for="username">Username</label>\
                <input class="input" id="username" name="username" autocomplete="username" autocapitalize="none" \
                spellcheck="false" minlength="3" maxlength="20" pattern="[a-z0-9_]{3,20}" required \
                aria-describedby="username-hint username-fault">\
                <p class="hint" id="username-hint">3 to 20 small letters, digits or _</p>\
                <p class="hint hint--bad" id="username-fault" role="status" hidden></p></div>
                    <label class="check"><input type="checkbox" name="age" aria-describedby="age-fault">\
                <span>I am \(operation.minimumAge) or older.<br>\
                <span class="hint hint--bad" id="age-fault" hidden>Members are \(operation.minimumAge) or older.</span></span></label>
                    <button class="btn btn--primary" type="submit" data-save>Take this name</button>
                  </form>
                </main>
                """)
    }
}
