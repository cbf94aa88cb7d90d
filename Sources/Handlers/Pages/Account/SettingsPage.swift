internal import HTML

extension PageDeclaration {
    static let settings = page(
        .member, "/settings", title: "Settings", description: "Your account, its devices and keys.",
        features: ["AUTH-02", "AUTH-04", "GDPR-01"], summary: "The account, its devices and keys."
    ) { $0.site.settings }
}

extension Site {
    /// The account, its devices and keys. What is the member's own is filled in by the module.
    var settings: Page {
        Page(
            .settings, styles: ["settings"], modules: ["settings"], icons: [.info, .sound],
            main: """
                <main class="page page--narrow" id="main" data-settings>
                  <div class="page-head"><div><h1>Settings</h1><p>Your account, its devices and keys.</p></div></div>
                  <p class="note note--warn without-js">\(Icon.warn.image)<span>This page needs JavaScript.</span></p>
                  <div class="settings with-js">
                \(account)\(signInMethods)\(devices)\(everyDevice)\(apiKeys)\(data)
                  </div>
                </main>
                \(deletion)
                """)
    }

    private func section(_ id: String, _ title: String, _ lead: String, _ content: HTML) -> HTML {
        """
        <section class="setting" aria-labelledby="\(id)"><div><h2 id="\(id)">\(title)</h2><p class="muted">\(lead)</p>\
        </div><div class="stack">\(content)</div></section>
        """
    }

    private var account: HTML {
        section(
            "account", "Account", "The name under your takes. The old name leads to you for 90 days.",
            """
            <p class="who" data-who></p>
            <form class="field" novalidate data-rename><label for="username">Username</label>\
            <div class="row row--tight"><input class="input" id="username" name="username" autocomplete="username" \
            autocapitalize="none" spellcheck="false" minlength="3" maxlength="20" required \
            aria-describedby="username-hint username-fault"><button class="btn" type="submit">Change</button></div>\
            <p class="hint" id="username-hint">3 to 20 small letters, digits or _. You can change it once in 30 days.</p>\
            <p class="hint hint--bad" id="username-fault" role="status" hidden></p></form>
            """)
    }

    private var signInMethods: HTML {
        """
        <section class="setting" aria-labelledby="methods" data-methods hidden><div><h2 id="methods">Ways to sign in</h2>\
        <p class="muted">Where you are known from.</p></div><ul class="rows" data-method-list></ul></section>
        """
    }

    private var devices: HTML {
        section(
            "devices", "Devices", "Where you are signed in. Ending a session takes effect at once.",
            """
            <ul class="rows" data-sessions aria-busy="true"><li><span class="skeleton skeleton--line"></span></li></ul>
            <div class="row"><button class="btn" type="button" data-end-others hidden>Sign out everywhere else</button>\
            </div>
            """)
    }

    private var everyDevice: HTML {
        section(
            "choices", "Sound and motion", "Kept with your account and taken over when you sign in elsewhere.",
            """
            <div><label class="check"><input type="checkbox" data-sound><span>Play takes with sound</span></label>\
            <label class="check"><input type="checkbox" data-motion><span>Let things move by themselves</span></label>\
            </div>
            <fieldset class="stack stack--tight"><legend class="label">Appearance, on this device</legend>
              <div class="seg" data-theme-choice>\
            <label><input type="radio" name="settings-theme" value="dark">Dark</label>\
            <label><input type="radio" name="settings-theme" value="light">Light</label>\
            <label><input type="radio" name="settings-theme" value="auto">System</label></div>
            </fieldset>
            """)
    }

    private var apiKeys: HTML {
        section(
            "keys", "API keys", "For your own programs. A key cannot vote, and cannot look after keys or sessions.",
            """
            <div class="note" data-new-key hidden>\(Icon.info.image)<div class="stack stack--tight grow">\
            <p><strong>This is your new key.</strong> It is shown this once; copy it now.</p>\
            <pre tabindex="0" aria-label="Your new API key"><code data-key-text></code></pre>\
            <div class="row"><button class="btn btn--sm" type="button" data-copy>Copy</button></div></div></div>
            <ul class="rows" data-keys aria-busy="true"><li><span class="skeleton skeleton--line"></span></li></ul>
            <form class="stack stack--tight" novalidate data-make-key>
              <div class="field"><label for="key-name">Name of a new key</label>\
            <input class="input" id="key-name" name="name" maxlength="60" autocomplete="off" required \
            aria-describedby="key-fault"></div>
              <div class="row key-options"><fieldset><legend class="label">It may</legend><div class="row">\
            <label class="check"><input type="checkbox" name="scope" value="read" checked><span>read</span></label>\
            <label class="check"><input type="checkbox" name="scope" value="write"><span>write</span></label>\
            <label class="check" data-admin hidden><input type="checkbox" name="scope" value="admin">\
            <span>administer</span></label></div></fieldset>
              <div class="field"><label for="key-days">It ends</label><select class="input" id="key-days">\
            <option value="30">in 30 days</option><option value="90" selected>in 90 days</option>\
            <option value="365">in a year</option><option value="">never by itself</option></select></div></div>
              <p class="hint hint--bad" id="key-fault" role="status" hidden></p>
              <div class="row"><button class="btn" type="submit">Make a key</button></div>
            </form>
            """)
    }

    private var data: HTML {
        section(
            "data", "Your data", "Everything that is kept about you is yours to take along or to have deleted.",
            """
            <div class="row"><a class="btn" href="/api/account/export" download>Download my data</a>\
            <button class="btn btn--danger" type="button" data-leave>Delete my account</button></div>
            <p class="quiet"><a class="link" href="/terms">Terms</a> · <a class="link" href="/privacy">Privacy</a> · \
            <a class="link" href="/cookies">Cookies</a></p>
            """)
    }

    private var deletion: HTML {
        """
        <dialog class="dialog" aria-labelledby="leave-title" aria-describedby="leave-text" data-deletion>\
        <form method="dialog" class="stack" data-deletion-form>
          <div><h2 id="leave-title">Delete your account?</h2><p class="muted" id="leave-text">This cannot be undone. \
        Votes in rounds that have closed stay counted under a random id.</p></div>
          <ul class="prose-list" data-goes aria-live="polite"><li>Counting what goes…</li></ul>
          <label class="check" data-film-wish hidden><input type="checkbox" name="film"><span>Show a title card in place \
        of my takes when the film is next assembled</span></label>
          <div class="field"><label for="leave-words">Type <b>DELETE MY ACCOUNT</b></label>\
        <input class="input" id="leave-words" autocomplete="off" autocapitalize="characters" spellcheck="false" \
        aria-describedby="leave-fault"><p class="hint hint--bad" id="leave-fault" role="status" hidden></p></div>
          <div class="dialog__foot"><button class="btn" value="keep" autofocus data-stay>Keep my account</button>\
        <button class="btn btn--danger-solid" type="button" data-delete disabled>Delete my account</button></div>
        </form></dialog>
        """
    }
}
