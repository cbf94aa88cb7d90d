public import Refusals

/// Why the answer of a captcha is not accepted.
public enum CaptchaRefusal: Refusal, Equatable {
    /// hCaptcha does not know the answer, or says that it is wrong.
    case invalid
    /// The answer is too old.
    case expired
    /// The answer has been used before.
    case used
    /// The answer was made for another site.
    case otherSite
    /// The answer could not be checked, for this reason, which is for the log.
    case unavailable(reason: String)

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .invalid: "captcha_invalid"
        case .expired: "captcha_expired"
        case .used: "captcha_used"
        case .otherSite: "captcha_other_site"
        case .unavailable: "captcha_unavailable"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .invalid: "The captcha was not solved. Try again."
        case .expired: "The captcha has expired. Solve a new one."
        case .used: "This captcha has already been used. Solve a new one."
        case .otherSite: "This captcha was solved on another site."
        case .unavailable: "The captcha cannot be checked right now. Try again soon."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .invalid, .expired, .used, .otherSite: .invalid(field: nil)
        case .unavailable: .unavailable(retryAfter: 10)
        }
    }
}
