internal import Configuration
internal import Film
internal import Logging
internal import Mail
internal import Queue
internal import Text

/// Mails statements of reasons and answers to reports that wait.
struct MailNotices: JobPayload {
    static let kind = "mail_notices"
    static let options = JobOptions(queue: OutwardJobs.queue, priority: .low, timeout: .seconds(300))

    /// Sends what waits, one mail after the other. What the relay refuses for good is not tried again; at another fault the
    /// rest waits for the next run.
    static func send(by mailer: Mailer, siteName: String, siteURL: String, _ context: JobContext) throws -> JobOutcome {
        for notice in try ModerationNotices.waiting(in: context.database) {
            try context.checkPoint()
            if let address = EmailAddress(notice.address) {
                let mail = ModerationMail(notice.content, siteName: siteName, siteURL: siteURL)
                if let fault = mailer.send(MailMessage(to: address, subject: mail.subject, text: mail.text)) {
                    guard fault.isFinal else { throw fault }
                    context.log.notice("a notice was not taken", ["fault": .string(fault.description)])
                }
            }
            try ModerationNotices.markMailed(notice, in: context.database)
        }
        return .done()
    }
}

/// The mail about a decision or a report.
struct ModerationMail {
    let subject: String
    let text: String

    init(_ content: ModerationNotice.Content, siteName: String, siteURL: String) {
        let (title, lines) =
            switch content {
            case .statement(let statement): Self.words(of: statement)
            case .report(_, let subject, let state, let answer): Self.words(about: subject, state, answer)
            }
        subject = "[\(siteName)] \(title)"
        text = """
            \(title).

            \(lines.joined(separator: "\n\n"))

            \(siteURL)/profile/decisions

            \(siteName)
            \(siteURL)

            """
    }

    private static func words(of statement: StatementOfReasons) -> (String, [String]) {
        let take = statement.clipTitle.map { "“\($0)”" } ?? "your take"
        if let outcome = statement.appealOutcome {
            return (
                outcome == .granted ? "Your appeal was granted" : "Your appeal was not granted",
                ["Answer: \(statement.appealAnswer ?? "")"]
            )
        }
        let title =
            switch statement.action {
            case .reject: "Your take \(take) was not accepted"
            case .warn: statement.clipTitle == nil ? "You were warned" : "You were warned about \(take)"
            case .ban: "Your account was banned"
            }
        return (
            title,
            [
                "Reason: \(statement.reason)", "Rule: \(statement.rule?.rule ?? "The terms of use.")",
                statement.isAutomated ? "A program decided this." : "An admin decided this, no program.",
                "You can appeal once:",
            ]
        )
    }

    private static func words(about subject: String?, _ state: ReportState, _ answer: String?) -> (String, [String]) {
        let thing = subject.map { "“\($0)”" } ?? "what you reported"
        let found =
            state == .dismissed
            ? "An admin looked at \(thing) and found nothing against the rules."
            : "An admin looked at \(thing) and acted on it."
        return ("Your report was answered", [found] + (answer.map { [$0] } ?? []) + ["All your reports:"])
    }
}
