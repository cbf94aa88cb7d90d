internal import Configuration
internal import FoundationEssentials
internal import Installation
internal import Logging
internal import Mail
internal import Notifications
internal import Queue
internal import Text

/// Mails the digests that are due.
struct MailDigests: JobPayload {
    static let kind = "mail_digests"
    static let options = JobOptions(queue: OutwardJobs.queue, priority: .low, timeout: .seconds(300))

    /// How long one run goes on; the next one continues.
    private static let longestRun: Duration = .seconds(200)

    /// Sends what is due, one mail after the other. What the relay refuses for good is not tried again. At another fault the
    /// rest waits for the next run, and the digest then says the same.
    static func send(by mailer: Mailer, _ settings: Settings, _ context: JobContext) throws -> JobOutcome {
        let end = ContinuousClock.now + longestRun
        let digests = Digests(database: context.database, secretKey: settings.site.secretKey)
        var sent = 0
        while ContinuousClock.now < end {
            try context.checkPoint()
            guard let digest = try Digest.claim(in: context.database) else { break }
            if let address = digest.address.flatMap(EmailAddress.init), !digest.isEmpty {
                let message = DigestMail(digest, siteName: settings.site.name, siteURL: settings.site.url)
                    .message(to: address, endedBy: "/unsubscribe/" + digests.token(of: digest.member))
                if let fault = mailer.send(message) {
                    guard fault.isFinal else {
                        try digest.release(in: context.database)
                        throw fault
                    }
                    context.log.notice("a digest was not taken", ["fault": .string(fault.description)])
                } else {
                    sent += 1
                }
            }
            try digest.finish(in: context.database)
        }
        if sent > 0 { context.log.info("digests were mailed", ["count": .int(sent)]) }
        return .done()
    }
}

/// A digest as a mail.
struct DigestMail {
    private let digest: Digest
    private let siteName: String
    private let siteURL: String

    init(_ digest: Digest, siteName: String, siteURL: String) {
        self.digest = digest
        self.siteName = siteName
        self.siteURL = siteURL
    }

    /// The mail to an address. Posting to the path `end` ends digests.
    func message(to address: EmailAddress, endedBy end: String) -> MailMessage {
        let period = digest.frequency == .weekly ? "week" : "day"
        let further = digest.furtherComparisons
        let parts: [(String, [Digest.Entry])] = [
            ("New for you", digest.news), ("Winners you follow", digest.winners),
            ("New comparisons", digest.comparisons),
        ].filter { !$0.1.isEmpty }
        let more = further > 0 ? "\(further) more: \(siteURL)/comparisons" : ""
        let text = parts.map { title, entries in
            title + "\n\n" + entries.map { "\($0.text)\n\(siteURL)\($0.path)" }.joined(separator: "\n\n")
        }.joined(separator: "\n\n\n")
        let html = parts.map { title, entries in
            "<h2>\(title)</h2>\n<ul>\n"
                + entries.map { "<li>\(link($0.path, $0.text))</li>\n" }.joined() + "</ul>\n"
        }.joined()
        let settings = "\(siteURL)/settings#notifications"
        var message = MailMessage(
            to: address, subject: "[\(siteName)] Your \(period) in short: \(summary)",
            text: """
                \(digest.username.map { "Hello \($0)," } ?? "Hello,")

                this is what happened on \(siteName).

                \(text)\(more.isEmpty ? "" : "\n\n" + more)

                You get this mail each \(period), as you chose in your settings:
                \(settings)

                Stop these mails:
                \(siteURL)\(end)

                """,
            html: """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><title>\(Text.htmlEscape(siteName))</title></head>
                <body style="font: 16px/1.5 sans-serif; max-width: 34em">
                <p>\(digest.username.map { "Hello \(Text.htmlEscape($0))," } ?? "Hello,")</p>
                <p>this is what happened on \(Text.htmlEscape(siteName)).</p>
                \(html)\(further > 0 ? "<p>\(link("/comparisons", "\(further) more comparisons"))</p>\n" : "")\
                <p>You get this mail each \(period), as you chose in your \(link("/settings#notifications", "settings")). \
                \(link(end, "Stop these mails"))</p>
                </body></html>

                """)
        message.unsubscribeURL = siteURL + end
        // A digest that is sent again is the same message.
        message.identifier =
            "digest.\(Int(digest.until.timeIntervalSince1970)).\(digest.member.text.replacing("-", with: ""))"
        return message
    }

    private var summary: String {
        let comparisons = digest.comparisons.count + digest.furtherComparisons
        let counts = [
            (digest.news.count, "notification", "notifications"), (digest.winners.count, "winner", "winners"),
            (comparisons, "comparison", "comparisons"),
        ]
        return counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }.joined(separator: ", ")
    }

    private func link(_ path: String, _ text: String) -> String {
        "<a href=\"\(Text.htmlEscape(siteURL + path))\">\(Text.htmlEscape(text))</a>"
    }
}
