public import Text

/// The mail that carries a link for signing in, or for adding its address to a member's sign-in methods.
public struct SignInMail: Sendable {
    /// What a link does.
    public enum Purpose: Sendable {
        /// It signs in.
        case signIn
        /// It adds the address to the sign-in methods of a signed-in member.
        case addAddress
    }

    private let purpose: Purpose
    private let siteName: String
    private let siteURL: String
    private let minutes: Int
    private let link: String

    /// What the mail says.
    public init(_ purpose: Purpose = .signIn, siteName: String, siteURL: String, minutes: Int, link: String) {
        self.purpose = purpose
        self.siteName = siteName
        self.siteURL = siteURL
        self.minutes = minutes
        self.link = link
    }

    /// The mail to an address.
    public func message(to address: EmailAddress) -> MailMessage {
        let time = minutes == 1 ? "1 minute" : "\(minutes) minutes"
        let words = words
        let text = """
            \(words.lead) \(siteName):

            \(link)

            It works once, within \(time). \(words.use)

            \(words.foot)

            \(siteName)
            \(siteURL)

            """
        let html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(words.action) \(Text.htmlEscape(siteName))</title></head>
            <body style="font: 16px/1.5 sans-serif; max-width: 34em">
            <p>\(words.lead) \(Text.htmlEscape(siteName)):</p>
            <p><a href="\(Text.htmlEscape(link))">\(words.action) \(Text.htmlEscape(siteName))</a></p>
            <p>It works once, within \(time). \(words.use)</p>
            <p>\(words.foot)</p>
            <p><a href="\(Text.htmlEscape(siteURL))">\(Text.htmlEscape(siteURL))</a></p>
            </body></html>

            """
        return MailMessage(to: address, subject: "\(words.subject) \(siteName)", text: text, html: html)
    }

    private var words: (subject: String, lead: String, action: String, use: String, foot: String) {
        switch purpose {
        case .signIn:
            (
                "Your link to sign in to", "Open this link to sign in to", "Sign in to",
                "Opening it changes nothing; the button on the page signs you in.",
                "If you did not request this, ignore this mail. No one can sign in without the link."
            )
        case .addAddress:
            (
                "Confirm your address for", "Open this link to confirm that you want to use this address to sign in to",
                "Confirm your address for",
                "Open it in a browser where you are signed in to the account that requested it.",
                "If you did not request this, ignore this mail. Without the link your address is not added."
            )
        }
    }
}
