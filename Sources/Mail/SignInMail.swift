public import Text

/// The mail that carries a sign-in link.
public struct SignInMail: Sendable {
    private let siteName: String
    private let siteURL: String
    private let minutes: Int
    private let link: String

    /// What the mail says.
    public init(siteName: String, siteURL: String, minutes: Int, link: String) {
        self.siteName = siteName
        self.siteURL = siteURL
        self.minutes = minutes
        self.link = link
    }

    /// The mail to an address.
    public func message(to address: EmailAddress) -> MailMessage {
        let time = minutes == 1 ? "1 minute" : "\(minutes) minutes"
        let foot = "You did not ask for this? Then do nothing: without the link nobody gets in."
        let text = """
            Open this link to sign in to \(siteName):

            \(link)

            It works once, within \(time). Opening it changes nothing; the button on the page signs you in.

            \(foot)

            \(siteName)
            \(siteURL)

            """
        let html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Sign in to \(Text.htmlEscape(siteName))</title></head>
            <body style="font: 16px/1.5 sans-serif; max-width: 34em">
            <p>Open this link to sign in to \(Text.htmlEscape(siteName)):</p>
            <p><a href="\(Text.htmlEscape(link))">Sign in to \(Text.htmlEscape(siteName))</a></p>
            <p>It works once, within \(time). Opening it changes nothing; the button on the page signs you in.</p>
            <p>\(foot)</p>
            <p><a href="\(Text.htmlEscape(siteURL))">\(Text.htmlEscape(siteURL))</a></p>
            </body></html>

            """
        return MailMessage(to: address, subject: "Your link to sign in to \(siteName)", text: text, html: html)
    }
}
