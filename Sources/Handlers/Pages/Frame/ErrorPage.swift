internal import HTML

extension Site {
    /// The slate for a request that went wrong: what happened, whether anything was lost, what to do.
    func errorDocument(
        status: Int, requestID: String, retryAfter: Int? = nil, reason: String? = nil, isAboutMember: Bool = false
    )
        -> String
    {
        let words = ErrorText(status: status, retryAfter: retryAfter, reason: reason, isAboutMember: isAboutMember)
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
    var way: (title: String, path: String) = ("Go to the home page", "/")

    init(status: Int, retryAfter: Int?, reason: String?, isAboutMember: Bool) {
        let wait = retryAfter.map { $0 == 1 ? "1 second" : "\($0) seconds" }
        switch status {
        case 401, 403:
            title = "You do not have access"
            text = "Sign in with an account that may see this page. Nothing was changed."
            fact = "Not allowed"
            way = ("Sign in", "/sign-in")
        case 404:
            title = "Page not found"
            text = "The address may be mistyped, or the page has been removed."
            fact = "Not found"
        case 405:
            title = "That is not possible here"
            text = "This address does not accept that kind of request. Nothing was changed."
            fact = "Not possible"
        case 410 where isAboutMember:
            title = "This account is suspended"
            text = "The member cannot be followed. Takes that are in a film stay there."
            fact = "Suspended"
            way = ("Discover takes", "/discover")
        case 410:
            title = "This take is gone"
            text = reason ?? "It was here and has been removed."
            fact = "Gone"
            way = ("Discover other takes", "/discover")
        case 429:
            title = "Too many requests"
            text = "Your connection sent too many requests. Try again in \(wait ?? "a minute")."
            factLabel = "Try again in"
            fact = wait ?? "1 minute"
        case 503:
            title = "The set is being rebuilt"
            text = "The site is briefly unavailable. No vote was lost. Try again in \(wait ?? "a few seconds")."
            factLabel = "Try again in"
            fact = wait ?? "a moment"
        case 400..<500:
            title = "Invalid request"
            text = "The site could not process this request. Nothing was changed."
            fact = "Invalid"
        default:
            title = "Something went wrong"
            text =
                "This is our fault, and it has been logged with the request's number. Nothing you sent before is lost."
            fact = "Our fault"
        }
    }
}
