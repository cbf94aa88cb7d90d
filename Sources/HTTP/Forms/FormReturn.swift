/// How a route answers a plain form, which a browser posts when the page's module does not run.
///
/// Programs and modules send JSON and receive JSON. A browser that posts a form shows the answer as a page, so it is sent
/// on to a page after a success (303), and otherwise receives the page of the form again, with the faults and with what
/// was typed.
public struct FormReturn: Sendable {
    /// The path of the page that holds the form.
    public let page: String
    /// Where the browser goes when all went well, by the fields of the form.
    let destination: @Sendable (Query) -> String

    /// Back to the page of the form, or to another one, which shows the notice.
    public static func backTo(_ page: String, onSuccess other: String? = nil, saying notice: String) -> FormReturn {
        let destination = "\(other ?? page)?done=\(notice)"
        return FormReturn(page: page) { _ in destination }
    }

    /// On to where the form's field `next` wishes; `checked` turns the wish into a path of this site.
    public static func backTo(
        _ page: String, thenNext checked: @escaping @Sendable (String?) -> String
    ) -> FormReturn {
        FormReturn(page: page) { checked($0["next"]) }
    }
}

/// A plain form that was refused.
public struct RefusedForm: Sendable {
    /// The path of the page that holds the form.
    public let page: String
    /// The pattern of the route that refused it.
    public let action: String
    /// What was typed.
    public let fields: Query
    /// Why it was refused.
    public let problem: Problem

    /// A refused form, as tests of pages make them; the application makes its own.
    public init(page: String, action: String, fields: Query, problem: Problem) {
        self.page = page
        self.action = action
        self.fields = fields
        self.problem = problem
    }
}

/// What a page needs for its forms.
public struct FormToken: Sendable {
    /// The name of the hidden field that carries the token.
    public static let field = "csrfToken"

    /// The token.
    public let token: String
    /// The cookie to which the token is bound, when the browser does not have it yet.
    public let cookie: SetCookie?

    /// A token and its cookie.
    public init(token: String, cookie: SetCookie? = nil) {
        self.token = token
        self.cookie = cookie
    }
}

extension Request {
    static let formType = "application/x-www-form-urlencoded"

    /// The fields of a plain form; nil when the body is of another type. A form has at least its token, while some
    /// programs give this type to a body that they do not have.
    public var form: Query? {
        guard contentType == Self.formType, !body.isEmpty || bodyFault != nil else { return nil }
        return Query(String(decoding: body, as: UTF8.self))
    }

    /// The form token: the modules of pages send it in a header, plain forms in a field.
    public var formToken: String? { headers["X-CSRF-Token"] ?? form?[FormToken.field] }
}

extension Response {
    /// What a browser gets that posted a form: it goes on to a page, with the cookies of the answer.
    func afterForm(_ form: FormReturn, _ fields: Query) -> Response {
        var answer = Response.redirect(to: form.destination(fields))
        for cookie in headers.values("Set-Cookie") { answer.headers.add("Set-Cookie", cookie) }
        return answer
    }
}
