internal import Crypto
public import FoundationEssentials
public import Text

/// A message to one person: plain text, perhaps with the same as HTML.
public struct MailMessage: Sendable {
    /// Who gets it.
    public var recipient: EmailAddress
    /// What it is about; any text, since what could end a header is taken out.
    public var subject: String
    /// The text.
    public var text: String
    /// The same as an HTML document, for those who want it.
    public var html: String?
    /// Where answers go, when not where the settings say.
    public var replyTo: EmailAddress?
    /// The address that ends mails of this kind when it is posted to (RFC 8058).
    public var unsubscribeURL: String?
    /// What names the message, before the `@`, when it may be sent again; at random when nil.
    public var identifier: String?

    /// Creates a message.
    public init(
        to recipient: EmailAddress, subject: String, text: String, html: String? = nil, replyTo: EmailAddress? = nil
    ) {
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.html = html
        self.replyTo = replyTo
    }

    /// The message in the format of RFC 5322, with CRLF line ends. `senderName` precedes the sender's address.
    public func bytes(from sender: EmailAddress, named senderName: String, replyTo: EmailAddress?, at now: Date)
        -> [UInt8]
    {
        var headers = [
            "Date: " + now.rfc1123.replacing("GMT", with: "+0000"),
            "From: \(MailHeader.phrase(senderName)) <\(sender.text)>",
            "To: <\(recipient.text)>",
        ]
        if let address = self.replyTo ?? replyTo { headers.append("Reply-To: <\(address.text)>") }
        headers += [
            "Message-ID: <\(identifier ?? Text.hex(SecureRandom.bytes(16)))@\(sender.domain)>",
            "Subject: " + MailHeader.unstructured(subject, after: "Subject: ".utf8.count),
            "MIME-Version: 1.0",
            // Holiday notices do not answer what says this.
            "Auto-Submitted: auto-generated",
        ]
        if let unsubscribeURL {
            headers += [
                "List-Unsubscribe: <\(unsubscribeURL)>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            ]
        }
        let plain = MailPart(type: "text/plain", text)
        guard let html else { return Array((headers + plain.lines).joined(separator: "\r\n").utf8) }
        let boundary = "=_" + Text.hex(SecureRandom.bytes(16))
        headers.append("Content-Type: multipart/alternative; boundary=\"\(boundary)\"")
        let parts = [plain, MailPart(type: "text/html", html)].flatMap { ["--" + boundary] + $0.lines }
        return Array((headers + [""] + parts + ["--\(boundary)--", ""]).joined(separator: "\r\n").utf8)
    }
}

/// One body of a message.
private struct MailPart {
    /// Headers, an empty line, and the body.
    let lines: [String]

    init(type: String, _ text: String) {
        let body = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").split(
            separator: "\n", omittingEmptySubsequences: false)
        // Plain ASCII goes as it is, so that a link stays whole even in the source of a message.
        let isPlain = body.allSatisfy { line in
            line.utf8.count <= 900 && line.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x09 }
        }
        lines =
            [
                "Content-Type: \(type); charset=utf-8",
                "Content-Transfer-Encoding: \(isPlain ? "7bit" : "quoted-printable")", "",
            ] + (isPlain ? body.map(String.init) : body.map { QuotedPrintable.encode($0) })
    }
}
