internal import HTML
internal import HTTP

/// What a page knows of its forms: the token that each of them carries, and how the last one that was sent went.
struct FormState: Sendable {
    var token = ""
    /// The route that refused the form; nil when none did.
    var refusedBy: String?
    /// What was typed into it.
    var values: [String: String] = [:]
    /// What is wrong with each field.
    var faults: [String: String] = [:]
    /// What is wrong with the whole.
    var fault: String?
    /// The page to come back to from the sign-in page, when the form needs a sign-in from just now.
    var signInAgainFor: String?
    /// What the last form did, by the word in the address.
    var notice: FormNotice?

    /// A page that is read.
    init(token: String, query: Query) {
        self.token = token
        notice = query["done"].flatMap(FormNotice.init)
    }

    /// A page that is shown again.
    init(token: String, refused: RefusedForm) {
        self.token = token
        refusedBy = refused.action
        for pair in refused.fields.pairs where pair.name != FormToken.field { values[pair.name] = pair.value }
        for detail in refused.problem.details where faults[detail.field] == nil {
            // A schema's sentence names the field of the API in quotes; the page then says what the field wants.
            faults[detail.field] = detail.message.hasPrefix("“") ? "" : detail.message
        }
        fault = faults.isEmpty ? refused.problem.message : "Nothing was saved. Correct the marked fields."
        if refused.problem.code == "sign_in_again" { signInAgainFor = refused.page }
    }

    /// No form.
    static let none = FormState(token: "", query: Query())
}

/// What a page says after a form, by the word that its address carries.
enum FormNotice: String {
    case messageSent = "message-sent"
    case linkRequested = "link-requested"
    case signedOut = "signed-out"
    case signedOutElsewhere = "signed-out-elsewhere"
    case saved
    case appealSent = "appeal-sent"
    case addressRequested = "address-requested"
    case addressAdded = "address-added"
    case clipWithdrawn = "clip-withdrawn"
    case genreSaved = "genre-saved"
    case reportSent = "report-sent"
    case videoRequested = "video-requested"
    case videoCancelled = "video-cancelled"
    case videoDeleted = "video-deleted"
    case clipSent = "clip-sent"
    case videoPublished = "video-published"
    case battleCounted = "battle-counted"
    case suggestionSent = "suggestion-sent"
    case suggestionVoted = "suggestion-voted"
    case suggestionDeclined = "suggestion-declined"
    case notificationsRead = "notifications-read"

    var text: String {
        switch self {
        case .messageSent: "Message sent. We will reply to the e-mail address you gave."
        case .linkRequested: "Check your inbox. If mail can reach that address, a sign-in link is on its way."
        case .signedOut: "You are signed out."
        case .signedOutElsewhere: "Your other devices are signed out."
        case .saved: "Your changes are saved."
        case .appealSent: "Your appeal was sent. An admin will look at it."
        case .addressRequested:
            "Check your inbox. If mail can reach that address, a link is on its way. Open it in this browser."
        case .reportSent: "Report sent. An admin will look at it."
        case .clipWithdrawn: "Your take is withdrawn."
        case .videoRequested: "Your video is being made."
        case .videoCancelled: "The video is cancelled."
        case .videoDeleted: "The video is deleted."
        case .clipSent: "Your take is sent in. Its file is being checked."
        case .videoPublished: "Who can see the video is changed."
        case .battleCounted: "Your choice is counted. Here is the next pair."
        case .suggestionSent: "Suggestion sent. What becomes of it appears under “Yours”."
        case .suggestionVoted: "Your vote is saved."
        case .suggestionDeclined: "The suggestion is declined. Its author sees why."
        case .genreSaved: "Your genre vote is saved."
        case .notificationsRead: "Everything is marked as read."
        case .addressAdded: "Your e-mail address is added. You can now sign in with it."
        }
    }
}

/// A labelled input with its hint and the place for its fault. `form.js` and the server show the same words in it.
struct FormField {
    enum Control {
        case input(HTML)
        case area(HTML)
    }

    let name: String
    let label: String
    /// What the input wants, shown when the browser or the server finds it wrong.
    let wants: String
    var hint: String?
    var value = ""
    /// Attributes of the input, constraints included.
    let control: Control

    /// The field; after a refusal with what was typed and with its fault.
    func markup(_ state: FormState, of action: String, beside: HTML = .empty) -> HTML {
        let isRefused = state.refusedBy == action
        let fault = isRefused ? state.faults[name] : nil
        let text = isRefused ? state.values[name] ?? value : value
        let hintID: HTML = hint == nil ? .empty : "\(name)-hint "
        let marks: HTML = """
            id="\(name)" name="\(name)" data-wants="\(wants)" aria-describedby="\(hintID)\(name)-fault"\
            \(HTML.when(fault != nil, " aria-invalid=\"true\""))
            """
        let control: HTML =
            switch control {
            case .input(let attributes): "<input class=\"input\" \(marks) value=\"\(text)\" \(attributes)>"
            case .area(let attributes): "<textarea class=\"input\" \(marks) \(attributes)>\(text)</textarea>"
            }
        let row: HTML = beside == .empty ? control : "<div class=\"row row--tight\">\(control)\(beside)</div>"
        return """
            <div class="field"><label for="\(name)">\(label)</label>\(row)\
            \(hint.map { "<p class=\"hint\" id=\"\(name)-hint\">\($0)</p>" as HTML })\
            <p class="hint hint--bad" id="\(name)-fault"\(HTML.when(fault == nil, " hidden"))>\(fault.map { $0.isEmpty ? wants : $0 } ?? "")</p></div>
            """
    }
}

/// A checkbox that must say something when it is empty too: a hidden field before it is what an empty one means.
struct FormCheckbox {
    let name: String
    let label: String
    var isOn = false
    /// Shown when it must be checked and is not; nil when it need not be.
    var wants: String?
    var attributes: HTML = .empty

    func markup(_ state: FormState, of action: String) -> HTML {
        let isRefused = state.refusedBy == action
        let isChecked = isRefused ? state.values[name] == "true" : isOn
        let isFaulty = isRefused && state.faults[name] != nil
        let needs: HTML = HTML.when(
            wants != nil, " required data-wants=\"\(wants ?? "")\" aria-describedby=\"\(name)-fault\"")
        let fault: HTML? = wants.map {
            "<br><span class=\"hint hint--bad\" id=\"\(name)-fault\"\(HTML.when(!isFaulty, " hidden"))>\($0)</span>"
        }
        return """
            <label class="check"><input type="hidden" name="\(name)" value="false">\
            <input type="checkbox" name="\(name)" value="true"\(HTML.when(isChecked, " checked"))\(needs) \(attributes)>\
            <span>\(label)\(fault)</span></label>
            """
    }
}

extension FormState {
    /// A form that a browser can post by itself and that `form.js` sends where it runs.
    func form(_ action: String, names: HTML = "form", _ attributes: HTML = .empty, content: HTML) -> HTML {
        """
        <form class="\(names)" method="post" action="\(action)"\(HTML.when(attributes != .empty, " "))\(attributes)>\
        <input type="hidden" name="\(FormToken.field)" value="\(token)">\(content)</form>
        """
    }

    /// How the last form went, at the top of the page.
    var outcome: HTML {
        if let fault {
            let again: HTML? = signInAgainFor.map {
                " <a class=\"link\" href=\"/sign-in?next=\($0)&amp;again=1\">Sign in again</a>"
            }
            return """
                <div class="note note--bad" role="alert" data-form-outcome>\(Icon.warn.image)<p>\(fault)\(again)</p></div>
                """
        }
        guard let notice else { return .empty }
        return """
            <div class="note" role="status" data-form-outcome>\(Icon.check.image)<p>\(notice.text)</p></div>
            """
    }
}
