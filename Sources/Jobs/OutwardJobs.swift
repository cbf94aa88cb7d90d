internal import Configuration
internal import Contact
internal import FoundationEssentials
internal import Identity
internal import Logging
internal import Mail
internal import Postgres
internal import Queue
internal import Text

/// The jobs that call other servers. They have their own queue, since only a process with a network can run them.
struct OutwardJobs {
    static let queue = "outward"

    private let settings: Settings
    private let mailer: Mailer?

    init(_ settings: Settings) {
        self.settings = settings
        mailer = settings.mail.delivery.map { Mailer($0, senderName: settings.site.name) }
    }

    func register(in registry: inout JobRegistry) {
        registry.register(SendSignInLink.self, sendLink)
        registry.register(SendContactMessage.self, sendContact)
        registry.register(MailNotices.self) { [settings, mailer] _, context in
            guard let mailer else { return .cancel(reason: "MAIL_URL is not set") }
            return try MailNotices.send(
                by: mailer, siteName: settings.site.name, siteURL: settings.site.url, context)
        }
        // Members read the same on their pages, so a site without mail needs no such job.
        if mailer != nil { registry.recur("mail_notices", .every(.seconds(60)), MailNotices()) }
        registry.register(MailDigests.self) { [settings, mailer] _, context in
            guard let mailer else { return .cancel(reason: "MAIL_URL is not set") }
            return try MailDigests.send(by: mailer, settings, context)
        }
        if mailer != nil { registry.recur("mail_digests", .every(.seconds(60)), MailDigests()) }
    }

    /// Creates a sign-in link and mails it. Each attempt creates a new link, since the token is never stored.
    @Sendable private func sendLink(_ job: SendSignInLink, _ context: JobContext) throws -> JobOutcome {
        guard let address = EmailAddress(job.address ?? "") else {
            return .discard(reason: "the job holds no address")
        }
        guard let mailer else { throw MailIsOff() }
        let goodFor = Duration.seconds(settings.identity.linkMinutes * 60)
        let link = try context.database.withConnection { connection in
            if let member = job.member {
                let token = try EmailIdentityLinks.create(for: address, of: member, goodFor: goodFor, on: connection)
                return EmailIdentityLinks.address(of: token, siteURL: settings.site.url)
            }
            let token = try SignInLinks.create(for: address, goodFor: goodFor, on: connection)
            return SignInLinks.address(of: token, siteURL: settings.site.url, next: job.next)
        }
        let message = SignInMail(
            job.member == nil ? .signIn : .addAddress, siteName: settings.site.name, siteURL: settings.site.url,
            minutes: settings.identity.linkMinutes, link: link
        ).message(to: address)
        if let fault = mailer.send(message) {
            if fault.isFinal { return .discard(reason: fault.description) }
            throw fault
        }
        context.log.info("a sign-in link was mailed", [:])
        // The finished job does not need the address any more.
        return .done(completing: { try $0.execute("update jobs set payload = '{}' where id = \(context.id)") })
    }
}

extension OutwardJobs {
    /// Mails a visitor's message to the operator of the site, who can reply to it directly.
    @Sendable private func sendContact(_ job: SendContactMessage, _ context: JobContext) throws -> JobOutcome {
        guard let recipient = settings.contact.recipient else { return .cancel(reason: "CONTACT_EMAIL is empty") }
        guard let mailer else { throw MailIsOff() }
        guard let message = try ContactMessages(context.database).find(job.id) else {
            return .cancel(reason: "the message has been deleted")
        }
        let subject = message.subject.isEmpty ? "A message from \(message.name)" : message.subject
        let text = "\(message.name) <\(message.email)> wrote on \(settings.site.url)/contact:\n\n\(message.text)\n"
        let mail = MailMessage(
            to: recipient, subject: "[\(settings.site.name)] \(subject)", text: text,
            replyTo: EmailAddress(message.email))
        if let fault = mailer.send(mail) {
            if fault.isFinal { return .discard(reason: fault.description) }
            throw fault
        }
        return .done()
    }
}

/// Mails a message of the contact page.
struct SendContactMessage: JobPayload {
    static let kind = "send_contact_message"
    /// Two days, so that a mail server which is down for a day loses nothing. The 100 attempts are set where it is enqueued.
    static let options = JobOptions(
        queue: OutwardJobs.queue, maxAttempts: 100, timeout: .seconds(60),
        backOff: BackOff(first: .seconds(5), longest: .seconds(1_800)))

    let id: Int64
}

/// A mail is to be sent and no mail server is configured.
private struct MailIsOff: Error, CustomStringConvertible {
    let description = "MAIL_URL is not set for this process"
}

/// Mails a sign-in link to an address.
struct SendSignInLink: JobPayload {
    static let kind = "send_sign_in_link"
    /// Almost three hours: each attempt makes a link that is valid from then on, but after that no one waits for it. The 24
    /// attempts are set where it is enqueued.
    static let options = JobOptions(
        queue: OutwardJobs.queue, priority: .high, maxAttempts: 24, timeout: .seconds(60),
        backOff: BackOff(first: .seconds(5), longest: .seconds(600)))

    /// Absent once the job has completed.
    let address: String?
    let next: String?
    /// The member to whose sign-in methods the link adds the address; nil for a link that signs in.
    let member: UUID?
}
