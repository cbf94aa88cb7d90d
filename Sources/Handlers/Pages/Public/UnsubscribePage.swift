internal import HTML
internal import HTTP

extension PageDeclaration {
    /// Opening it changes nothing, since mail scanners open links.
    static let unsubscribe = page(
        .any, "/unsubscribe/[token]", title: "Stop the digest", description: "End the mails of this site.",
        isShared: false, isListed: false, features: ["NOTE-03"],
        summary: "A button that ends digests by mail.", example: "/unsubscribe/example"
    ) { visit in visit.site.unsubscribe(visit.context.parameter("token"), .asked) }
}

/// How far the end of a digest is.
enum UnsubscribeState {
    case asked
    case done
    case unknown
}

extension Pages {
    /// Ends digests, by the button of the page or by a mail program (RFC 8058), without a sign-in: the token in the path
    /// proves that the mail was received.
    var unsubscribe: Route {
        Route(
            .post, "/unsubscribe/[token]", access: .any, limit: .api, needsCSRF: false, refusesBanned: false,
            body: .raw(["application/x-www-form-urlencoded", "multipart/form-data"]), answers: [200: nil],
            features: ["NOTE-03"], summary: "Ends digests by mail."
        ) { context, _ in
            let token = context.parameter("token")
            let isEnded = try sources.notices.endDigests(token)
            let page = site.unsubscribe(token, isEnded ? .done : .unknown)
            return Response.html(site.document(page), status: isEnded ? 200 : 404)
        }
    }
}

extension Site {
    /// Asks whether digests are to end, or says that they have.
    func unsubscribe(_ token: String, _ state: UnsubscribeState) -> Page {
        let content: HTML =
            switch state {
            case .asked:
                """
                <p>You will get no more digests from \(name). Sign-in links and answers to your reports still reach you.</p>
                <form method="post" action="/unsubscribe/\(token)"><input type="hidden" name="List-Unsubscribe" \
                value="One-Click"><button class="btn btn--primary" type="submit">Stop the digest</button></form>
                """
            case .done:
                """
                <p role="status">The digest is stopped. You can turn it on again in your settings.</p>
                <div class="row"><a class="btn" href="/settings#notifications">Settings</a></div>
                """
            case .unknown:
                """
                <p role="alert">This link is incomplete. Copy the whole link from the mail, or turn the digest off in your \
                settings.</p>
                <div class="row"><a class="btn" href="/settings#notifications">Settings</a></div>
                """
            }
        return Page(
            .unsubscribe, path: "/unsubscribe",
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>\(state == .done ? "Digest stopped" : "Stop the digest")</h1></div></div>
                  <div class="stack">\(content)</div>
                </main>
                """)
    }
}
