internal import Comparisons
internal import Configuration
internal import Film
internal import Logging
internal import Mail
internal import Queue
internal import Text

/// Mails statements of reasons, answers to reports, and what became of suggestions.
struct MailNotices: JobPayload {
    static let kind = "mail_notices"
    static let options = JobOptions(queue: OutwardJobs.queue, priority: .low, timeout: .seconds(300))

    /// Sends what waits, one mail after the other. What the relay refuses for good is not tried again; at another fault the
    /// rest waits for the next run.
    static func send(by mailer: Mailer, siteName: String, siteURL: String, _ context: JobContext) throws -> JobOutcome {
        func deliver(_ address: String, _ subject: String, _ text: String) throws {
            try context.checkPoint()
            guard let address = EmailAddress(address),
                let fault = mailer.send(MailMessage(to: address, subject: subject, text: text))
            else { return }
            guard fault.isFinal else { throw fault }
            context.log.notice("a notice was not taken", ["fault": .string(fault.description)])
        }
        for notice in try ModerationNotices.waiting(in: context.database) {
            let mail = ModerationMail(notice.content, siteName: siteName, siteURL: siteURL)
            try deliver(notice.address, mail.subject, mail.text)
            try ModerationNotices.markMailed(notice, in: context.database)
        }
        for notice in try SuggestionNotice.waiting(in: context.database) {
            let mail = SuggestionMail(notice, siteName: siteName, siteURL: siteURL)
            try deliver(notice.address, mail.subject, mail.text)
            try notice.markMailed(in: context.database)
        }
        return .done()
    }
}

/// The mail about what became of a suggestion for a comparison.
struct SuggestionMail {
    let subject: String
    let text: String

    init(_ notice: SuggestionNotice, siteName: String, siteURL: String) {
        let (title, line) =
            switch (notice.isAccepted, notice.comparison) {
            case (true, let slug?):
                ("Your suggestion became a comparison", "The comparison: \(siteURL)/comparisons/\(slug)")
            case (true, nil): ("Your suggestion was accepted", "The comparison is not public yet.")
            case (false, _): ("Your suggestion was declined", "Reason: \(notice.answer)")
            }
        subject = "[\(siteName)] \(title)"
        text = """
            \(title): “\(notice.prompt)”

            \(line)

            \(siteURL)/suggestions?show=own

            \(siteName)
            \(siteURL)

            """
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
        let isComment = statement.commentText != nil
        let take = statement.clipTitle.map { "“\($0)”" } ?? (isComment ? "a comment of yours" : "your take")
        if let outcome = statement.appealOutcome {
            return (
                outcome == .granted ? "Your appeal was granted" : "Your appeal was not granted",
                ["Answer: \(statement.appealAnswer ?? "")"]
            )
        }
        let title =
            switch statement.action {
            case .reject: isComment ? "A comment of yours was removed" : "Your take \(take) was not accepted"
            case .warn: statement.clipTitle == nil && !isComment ? "You were warned" : "You were warned about \(take)"
            case .ban: "Your account was banned"
            }
        return (
            title,
            (statement.commentText.map { ["You wrote: \($0)"] } ?? []) + [
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
