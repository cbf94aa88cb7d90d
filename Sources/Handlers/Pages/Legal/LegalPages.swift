internal import HTML

extension PageDeclaration {
    static let privacy = page(
        .any, "/privacy", title: "Privacy", description: "What this site keeps about you, why and for how long.",
        link: .foot("Privacy", isInMenu: true), features: ["GDPR-02"],
        summary: "What is kept about people, why and for how long."
    ) { $0.site.privacy }

    static let cookies = page(
        .any, "/cookies", title: "Cookies", description: "What this site stores on your device.",
        link: .foot("Cookies", isInMenu: false), features: ["GDPR-02"], summary: "What is stored on devices."
    ) { $0.site.cookies }
}

extension Site {
    /// What is kept about people: what this software does, no more and no less.
    var privacy: Page {
        legal(
            .privacy,
            lead: "What this site keeps about you, why and for how long.",
            text: """
                <h2>Who is responsible</h2>
                \(operatorLines)
                <h2>When you watch and vote without an account</h2>
                <p>So that one person’s vote counts once, a vote carries a <b>voter key</b>: a keyed hash (HMAC) of \
                your network and of what your browser says of itself. Your address cannot be computed from it without \
                the site’s secret key, and your address itself is stored nowhere with it. It is stored with a keyed hash \
                of the voter cookie and a keyed hash of your network whose key changes every day.</p>
                <p>That you have seen a take is kept under the same key, once for each round.</p>
                <h2>When you have an account</h2>
                <ul><li>Your username, the seed of your generated picture and, if your way of signing in brings one, \
                your e-mail address.</li>\
                <li>For each device that is signed in: a hash of its session, when it began and was last used (to the \
                hour), and what the browser called itself.</li>\
                <li>Hashes of your one-time links and API keys, never the links and keys themselves.</li>\
                <li>The takes that you send in, with their files, titles and descriptions.</li>\
                <li>Your votes. A member’s vote names the account, and for a while the device. How many votes you cast \
                is public on the <a class="link" href="/leaderboard">boards</a>, under your username; which takes you \
                voted for is not. Your vote on the next genre is counted only.</li>\
                <li>Your comments, which are public under your username, and which comments you like. Whom you have \
                blocked, which only you can see.</li>\
                <li>What you were notified of, and how you want to learn of things. If you turn on push: the address of \
                your browser at the push service of its maker. Messages pass through that service encrypted; only your \
                browser can read them.</li>\
                <li>Whom you follow, and who follows you: only the two of you see that, and everyone sees how many \
                follow you. Who invited you, and whom you invited.</li>\
                <li>What admins decided about you or your takes, and what you did as an admin.</li></ul>
                <h2>Why</h2>
                <p>To run the site that you asked for: keeping you signed in, counting votes, showing the film \
                (Art. 6 (1) (b) GDPR). To keep votes honest and the site reachable: voter keys, limits, the log of \
                decisions (Art. 6 (1) (f) GDPR). There is no advertising, no analytics and no profile, and nothing is \
                sold or passed on.</p>
                <h2>For how long</h2>
                <div class="scroll-x" tabindex="0" role="region" aria-label="How long things are kept">\
                <table class="table"><thead><tr><th scope="col">What</th><th scope="col">Until</th></tr></thead><tbody>
                \(retention)
                </tbody></table></div>
                <h2>Your address</h2>
                <p>Your IP address is needed to answer you and is used in memory to limit floods of requests. The \
                access log has no addresses. When a request fails, the web server may note the address in the \
                system’s own journal, which the operator of the server clears.</p>
                <h2>What you can do</h2>
                <p>In your <a class="link" href="/settings">settings</a> you can see and end your sessions, take all \
                your data along as one file, correct your name, and delete your account. Deleting removes everything \
                that is yours alone at once, and the files within minutes. What was decided stays: the totals of \
                rounds that have closed, and takes that have won stay in the film as those of a former member, under \
                a random id from which nothing leads back to you. Replies to your comments stay, under a comment without name \
                and text. You can ask for a title card in their place. Copies \
                of the database that the operator keeps for emergencies are overwritten in their turn.</p>
                <p>You may also ask the operator about any of this, object, or complain to your data protection \
                authority.</p>
                """)
    }

    private var retention: [HTML] {
        let rows = [
            ("Your session", "\(operation.sessionDays) days after its last use, or until you sign out"),
            ("A one-time link", "7 days after it has ended"),
            ("An API key", "30 days after it has ended or was revoked"),
            ("How often an API key was used on a day", "90 days"),
            ("What other systems were notified of about you", "a month after it was sent"),
            ("The text of a comment that you delete", "30 days"),
            ("How often you voted on a day", "7 days"),
            ("Which takes you have seen", "30 days after the round has closed"),
            ("The device behind a member’s vote", "30 days after the round has closed"),
            ("What you were notified of", "180 days"),
            ("The address of a browser for push", "until you turn push off or sign out there"),
            ("Votes", "as long as the film they made; after you leave, under a random id"),
            ("Parts of an upload that was never finished", "24 hours"),
            ("Counters of the limits on requests", "two minutes after you have stopped"),
            (
                "A report of yours",
                "with the case; your words and the key of your device until it is decided or you leave"
            ),
            ("A decision about you with its reasons, and your appeal", "until you delete your account"),
            ("Whom you follow, and who invited you", "until you unfollow or delete your account"),
            ("Which terms you accepted, and when", "until you delete your account"),
            ("The log of what admins decided", "as long as the site runs; after you leave, without your name"),
        ]
        return rows.map { what, end in "<tr><td>\(what)</td><td>\(end)</td></tr>" }
    }

    /// What is stored on the visitor's device.
    var cookies: Page {
        legal(
            .cookies,
            lead: "Everything that is stored on your device, by its name.",
            text: """
                <div class="scroll-x" tabindex="0" role="region" aria-label="What is stored on your device">\
                <table class="table"><thead><tr><th scope="col">Name</th><th scope="col">What for</th>\
                <th scope="col">How long</th></tr></thead><tbody>
                \(storedThings)
                </tbody></table></div>
                <h2>Yes or no</h2>
                <p>The cookies and the first rows of the table are needed for what you ask the site to do, so they are \
                stored with either answer: signing in, voting once, and settings that you change yourself. What the \
                site would note by itself for comfort is stored only once you have said yes. There is nothing else to \
                agree to: no tracking, no advertising, and nothing from other sites is loaded.</p>
                <p>On plain http of your own computer the cookies go without the beginning “__Host-”.</p>
                <p class="with-js" data-consent-now></p>
                <div class="row with-js"><button class="btn" type="button" data-consent="accepted">Yes</button>\
                <button class="btn" type="button" data-consent="rejected">No</button></div>
                <p class="without-js">Without JavaScript nothing is stored but the cookies.</p>
                """)
    }

    private var storedThings: [HTML] {
        let rows = [
            ("__Host-session (cookie)", "Keeps you signed in", "\(operation.sessionDays) days after your last visit"),
            ("__Host-voter (cookie)", "A random value that makes one vote count once and protects forms", "400 days"),
            (
                "theme, still, muted, captions, shortcuts, tour (local storage)", "What you have set on this device",
                "until you clear it"
            ),
            ("cookies (local storage)", "Your answer to the question about storage", "until you clear it"),
            (
                "arena (session storage)", "Your place in the round, for a reload and the way back",
                "until you close the tab"
            ),
            (
                "upload:… (session storage)", "Lets an upload go on after the page was reloaded",
                "until you close the tab"
            ),
            (
                "offline (cache of the browser)", "The page that says that you are offline, and nothing else",
                "until you clear it"
            ),
            (
                "milestones (session storage; if you say yes, for all tabs)",
                "Which votes of the day were marked already, so that each is marked once",
                "until you close the tab, or clear it"
            ),
            (
                "intro, intro-…, hint-… (only if you say yes)", "That you have seen the intro or a hint",
                "until you clear it"
            ),
        ]
        return rows.map { name, purpose, end in
            "<tr><td><code>\(name)</code></td><td>\(purpose)</td><td>\(end)</td></tr>"
        }
    }

    /// Who runs the site, or that the operator has not said.
    var operatorLines: HTML {
        guard !operation.name.isEmpty else {
            return """
                <p class="note note--warn">\(Icon.warn.image)<span>The operator of this site has not entered a name and \
                address yet. (For the operator: the settings LEGAL_NAME, LEGAL_ADDRESS and LEGAL_EMAIL.)</span></p>
                """
        }
        let lines: [HTML] = ([operation.name] + operation.address).map { line in "\(line)<br>" }
        let mail: HTML =
            operation.email.isEmpty
            ? .empty : "<a class=\"link\" href=\"mailto:\(operation.email)\">\(operation.email)</a>"
        return "<p>\(lines)\(mail)</p>"
    }

    func legal(_ declaration: PageDeclaration, lead: String, text: HTML) -> Page {
        Page(
            declaration,
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>\(declaration.title)</h1><p>\(lead)</p></div></div>
                  <div class="prose">
                \(text)
                  </div>
                </main>
                """)
    }
}
