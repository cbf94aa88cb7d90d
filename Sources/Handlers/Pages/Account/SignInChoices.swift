internal import HTML
internal import HTTP
internal import Text

/// A provider as the sign-in page offers it.
public struct SignInChoice: Sendable {
    let name: String
    let label: String

    /// The provider's name in addresses and on its button.
    public init(name: String, label: String) {
        self.name = name
        self.label = label
    }
}

/// Why somebody was sent back to the sign-in page, by the code in its address.
enum SignInFailure: String, CaseIterable {
    case unknownProvider = "provider_unknown"
    case unavailable = "provider_unavailable"
    case refused = "provider_error"
    case denied = "access_denied"
    case untrusted = "token_invalid"
    case noFlow = "flow_expired"
    case taken = "identity_taken"
    case otherSession = "link_session"
    case blocked = "identity_blocked"
    case site = "site_unavailable"

    var heading: String {
        switch self {
        case .unknownProvider: "Unknown sign-in method"
        case .unavailable: "The provider is not responding"
        case .refused: "The provider refused the sign-in"
        case .denied: "You cancelled the sign-in"
        case .untrusted: "The provider's answer is invalid"
        case .noFlow: "This sign-in has expired"
        case .taken: "This account belongs to another member"
        case .otherSession: "You were signed out in the meantime"
        case .blocked: "The provider has blocked this account"
        case .site: "Something went wrong on our side"
        }
    }

    var text: String {
        switch self {
        case .unknownProvider: "Choose one of the methods below."
        case .unavailable: "Wait a minute and try again, or choose another method."
        case .refused: "You are not signed in. Try again. If this keeps happening, contact the operator of this site."
        case .denied: "You are not signed in, and no data was shared. You can try again at any time."
        case .untrusted: "You are not signed in, because the answer could be forged. Try again."
        case .noFlow:
            "It took longer than ten minutes, was already used, or was started in another browser. Start again here."
        case .taken: "It was not linked. Sign in with it to see which member it belongs to, or link another account."
        case .otherSession: "Nothing was linked. Sign in, then link the account again."
        case .blocked: "You cannot sign in with it. Contact the provider's support."
        case .site: "You are not signed in. Wait a few seconds and try again."
        }
    }

    /// Whether trying again later may help, of which programs learn by the status.
    var isPassing: Bool { self == .unavailable || self == .site }
}

extension Site {
    /// The sign-in page as its address asks for it.
    func signInPage(_ visit: Visit) -> Page {
        let query = visit.context.request.query
        let failure = query["error"].flatMap(SignInFailure.init)
        // Someone who is asked to sign in again is signed in, and needs the ways in all the same.
        let member = query["again"] == nil && visit.form.refusedBy == nil ? visit.context.caller.member : nil
        var page = signIn(
            failure, next: visit.form.values["next"] ?? query["next"], form: visit.form, member: member)
        if let failure, failure.isPassing {
            page.status = 503
            page.headers = ["Retry-After": "30"]
        }
        return page
    }

    var signInLead: String {
        choices.isEmpty
            ? "There are no passwords here. You sign in with a link that works once."
            : "There are no passwords here. Your first sign-in creates your account."
    }

    /// What went wrong, above everything else.
    func signInNote(_ failure: SignInFailure?) -> HTML {
        guard let failure else { return "" }
        let kind = failure == .denied ? "note note--warn" : "note note--bad"
        return """
            <div class="\(kind)" role="alert" data-failure>\(Icon.warn.image)<p><strong>\(failure.heading).</strong> \
            \(failure.text)</p></div>
            """
    }

    /// The buttons of the providers. They are links, so they work without JavaScript.
    func signInChoices(next: String?) -> HTML {
        if choices.isEmpty { return "" }
        // The route that the links lead to looks at the wish; here it only has to fit into an address.
        let query = next.map { "?next=" + Text.percentEncode($0.prefix(512)) } ?? ""
        let links: [HTML] = choices.map { choice in
            """
            <a class="btn btn--block" href="/api/auth/\(choice.name)/start\(query)" rel="nofollow" data-provider>\
            Continue with \(choice.label)</a>
            """
        }
        return "<div class=\"stack stack--tight ways\" data-providers>\(links)</div>"
    }

    /// The way in that needs no provider. Where it is one of several, it need not be explained to everybody.
    var operatorsLink: HTML {
        guard choices.isEmpty else {
            return """
                <p class="quiet">None of these? Ask the people who run this site for a sign-in link. You can watch \
                and vote without an account.</p>
                """
        }
        return """
            <p>To get an account, ask the people who run this site for a sign-in link. You can watch and vote without an \
            account.</p>
            <details class="fold"><summary>For operators</summary><p class="muted">This command on the server makes a link:</p>
            <pre tabindex="0"><code>\(operatorCommand) sign-in-link --user your_name</code></pre></details>
            """
    }
}
