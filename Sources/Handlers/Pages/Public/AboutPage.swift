internal import HTML

extension PageDeclaration {
    static let about = page(
        .any, "/about", title: "About",
        description: "How a community makes a film together, eight seconds at a time.",
        link: .foot("About", isInMenu: true), summary: "What the site is and its licence."
    ) { $0.site.about }
}

extension Site {
    /// What this is, the rules in short, and the licence that a creator grants.
    var about: Page {
        Page(
            .about,
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>About \(name)</h1><p>In film-making the dailies are the raw takes \
                that a \
                crew watches each day to decide what goes into the film. Here everyone is the crew.</p></div></div>
                  <div class="prose">
                    <h2>How it works</h2>
                    <ol><li>Anyone with an account sends in a take of at most eight seconds. A moderator reviews it \
                before it goes live.</li>\
                <li>While a slot is open, everyone votes: one vote for each take, \
                \(Formatting.count(operation.dailyVotes, "vote", "votes")) a day.</li>\
                <li>When the round closes, the take with the most votes is cut into the film. The others compete for the \
                next slot and start at zero.</li>\
                <li>When the last slot is filled, the film is complete.</li></ol>
                    <h2>How votes are counted</h2>
                    <p>A vote counts one. Members may also give one super vote, which counts three, and one mega vote, \
                which \
                counts ten, in each slot. If two takes are tied, the one with more voters wins, then the one that \
                was sent in earlier. \
                The final count of every take in a round is kept.</p>
                    <p>You cannot vote for your own take. You can vote without an account; IP addresses are stored only as \
                keyed hashes whose key changes every day.</p>
                    <h2 id="licence">The licence</h2>
                    <p>You keep your take. By sending it in you allow this site to show it, to put it to the vote and, \
                if it \
                wins, to keep it in the film and to show and share that film with your name. You confirm that the \
                rights are \
                yours, that everyone in it has agreed, and you say whether it was made with AI.</p>
                    <h2>What is stored on your device</h2>
                    <p>A cookie that keeps you signed in, a cookie that makes one vote count once, and your choices on \
                this \
                device such as sound and appearance. Nothing tracks you.</p>
                    <p><a class="link" href="/story">Watch the film so far</a></p>
                  </div>
                </main>
                """)
    }
}
