internal import HTML
internal import HTTP

extension PageDeclaration {
    static let apiDocs = page(
        .any, "/api/docs", title: "API", description: "Every operation of the site's API, with examples.",
        link: .foot("API", isInMenu: false), features: ["WEB-06"], summary: "The API reference."
    ) { $0.site.apiDocs($0.sources.reference) }
}

extension Site {
    /// The reference of the API: what holds for every operation, then the operations and the shapes of the document.
    func apiDocs(_ reference: APIReference) -> Page {
        Page(
            .apiDocs, styles: ["docs"], modules: ["docs"], icons: [.info],
            main: """
                <main class="page" id="main" data-docs>
                  <div class="page-head"><div><h1>\(name) API</h1><p>Everything that this site's pages can do, programs \
                can do too. This page is made from \
                <a class="link" href="/api/openapi.json">the OpenAPI 3.1 description</a>.</p></div>\
                <div class="field with-js"><label for="docs-search">Search</label><input class="input" id="docs-search" \
                type="search" autocomplete="off" spellcheck="false" placeholder="vote, /api/clip, cursor …" data-search>\
                </div></div>
                  <div class="docs">
                    <nav class="docs__nav" aria-label="On this page"><a href="#authentication">Authentication</a>\
                <a href="#conventions">Conventions</a><a href="#errors">Errors</a><a href="#limits">Limits</a>\
                \(reference.index)<a href="#shapes">Shapes</a></nav>
                    <div class="stack docs__main">
                \(apiGuide(reference))
                <p class="empty" role="status" data-none hidden>No operation matches your search.</p>
                \(reference.operations)
                <section class="stack" aria-labelledby="shapes" data-group><h2 id="shapes">Shapes</h2>\
                \(reference.shapes)</section>
                    </div>
                  </div>
                </main>
                """)
    }

    /// What holds for every operation.
    private func apiGuide(_ reference: APIReference) -> HTML {
        """
        <section class="prose" data-guide>
          <h2 id="authentication">Authentication</h2>
          <p>Programs use an API key, which you create in your <a class="link" href="/settings#keys">settings</a>. Send it \
        with each request. A key may have the permissions <code>read</code>, <code>write</code> and <code>admin</code>; none \
        of them includes another. Each operation names the one it needs.</p>
          \(APIReference.code("curl -H \"Authorization: Bearer $DAILIES_KEY\" \(url)/api/user/settings"))
          <p>Operations that only people may call accept no key: voting, signing in, and what manages keys, sessions and \
        the account. They use the session cookie of a browser. Visitors have a voter cookie instead.</p>
          <p>Every change that is sent with a cookie also needs a form token, which proves that the page of this site sent \
        it. <code>GET /api/csrf</code> answers the token and sets the cookie that it belongs to. Send it in the header \
        <code>X-CSRF-Token</code>. With a key you need no form token.</p>
          \(APIReference.code("TOKEN=$(curl -s -c cookies.txt -b cookies.txt \(url)/api/csrf | jq -r .token)"))
          <h2 id="conventions">Conventions</h2>
          <ul><li>Bodies and answers are JSON in UTF-8. Unknown fields in a body are refused.</li>\
        <li>Every field of an answer is always there. A value that does not apply is <code>null</code>.</li>\
        <li>Times are RFC 3339 in UTC with milliseconds, such as <code>2026-11-20T18:00:00.000Z</code>. Ids are UUIDs in \
        lower case.</li>\
        <li>Long lists come in pages. The field <code>nextCursor</code> of an answer is the parameter <code>cursor</code> of \
        the next request; it is <code>null</code> on the last page. <code>limit</code> says how many entries a page has at \
        most.</li></ul>
          <h2 id="errors">Errors</h2>
          <p>Errors are <code>application/problem+json</code>. The field <code>error</code> is a sentence for people, \
        <code>code</code> is for programs and does not change, and <code>details</code> lists what is wrong with each field. \
        Quote <code>requestId</code> when you write to the operator.</p>
          \(reference.problem)
          <p>The code <code>sign_in_again</code> (403) means that the operation needs a recent sign-in: sign in \
        again and repeat it.</p>
          <h2 id="limits">Limits</h2>
          <p>Each operation counts against one limit, for each caller and minute. Beyond it the answer is 429 with the header \
        <code>Retry-After</code>, in seconds.</p>
          \(reference.limits)
        </section>
        """
    }
}
