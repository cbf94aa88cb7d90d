internal import HTML

extension Site {
    /// The slate for a request that went wrong: what happened, whether anything was lost, what to do.
    func errorDocument(status: Int, requestID: String, retryAfter: Int? = nil) -> String {
        let words = ErrorText(status: status, retryAfter: retryAfter)
        return document(
            Page(
                title: words.title, description: words.text, path: "/", isIndexed: false,
                main: """
                    <main class="page" id="main"><div class="error-document">
                      <dl class="slate"><div><dt class="label">Scene</dt><dd>\(status)</dd></div>\
                    <div><dt class="label">Take</dt><dd>1</dd></div>\
                    <div><dt class="label">\(words.factLabel)</dt><dd>\(words.fact)</dd></div>\
                    <div><dt class="label">Request</dt><dd class="clip-text" title="\(requestID)">\
                    \(requestID.prefix(8))</dd></div></dl>
                      <h1>\(words.title)</h1><p>\(words.text)</p><a class="btn btn--primary" href="\(words.way.path)">\
                    \(words.way.title)</a>
                    </div></main>
                    """))
    }
}

/// What a page says about an error.
private struct ErrorText {
    var title: String
    var text: String
    var factLabel = "What happened"
    var fact: String
    var way: (title: String, path: String) = ("Go to the start", "/")

    init(status: Int, retryAfter: Int?) {
        let wait = retryAfter.map { $0 == 1 ? "1 second" : "\($0) seconds" }
        switch status {
        case 401, 403:
            title = "This is not open to you"
            text = "You are signed in without the right for this page, or not signed in at all. Nothing was changed."
            fact = "Not allowed"
            way = ("Sign in", "/sign-in")
        case 404:
            title = "There is no such page"
            text = "The address may be mistyped, or what stood here has been taken down."
            fact = "Not found"
        case 405:
            title = "That cannot be done here"
            text = "This address does not take that kind of request. Nothing was changed."
            fact = "Not possible"
        case 429:
            title = "That was a little fast"
            text = "Too many requests came from your connection. Try again in \(wait ?? "a minute")."
            factLabel = "Go on in"
            fact = wait ?? "1 minute"
        case 503:
            title = "The set is being rebuilt"
            text = "The site is not available for a moment. No vote was lost. Try again in \(wait ?? "a few seconds")."
            factLabel = "Go on in"
            fact = wait ?? "a moment"
        case 400..<500:
            title = "The request was not understood"
            text = "Something in it was not as expected. Nothing was changed."
            fact = "Not understood"
        default:
            title = "Something broke on our side"
            text = "It is on record under the request's number. What you had sent before is safe."
            fact = "Our fault"
        }
    }
}
