public import FoundationEssentials
internal import HTTPClient
internal import Platform
internal import Text

/// Sends the site's mail through the relay or program that the settings name.
public struct Mailer: Sendable {
    private let delivery: MailDelivery
    private let senderName: String

    /// A mailer; `senderName` is the name of the site.
    public init(_ delivery: MailDelivery, senderName: String) {
        self.delivery = delivery
        self.senderName = senderName
    }

    /// Sends a message; returns once the relay has taken it, or with what went wrong.
    public func send(_ message: MailMessage, at now: Date = Date()) -> MailFault? {
        let bytes = message.bytes(from: delivery.from, named: senderName, replyTo: delivery.replyTo, at: now)
        do throws(MailFault) {
            switch delivery.relay {
            case .smtp(let relay): try smtp(relay, bytes, to: message.recipient)
            case .sendmail(let program): try sendmail(program, bytes)
            }
            return nil
        } catch {
            return error
        }
    }

    private func smtp(_ relay: SMTPRelay, _ message: [UInt8], to recipient: EmailAddress) throws(MailFault) {
        do {
            try SMTPClient.send(
                SMTPClient.Envelope(sender: delivery.from, recipient: recipient, message: message), by: relay)
        } catch {
            throw MailFault(error, relay)
        }
    }

    private func sendmail(_ program: String, _ message: [UInt8]) throws(MailFault) {
        // Programs of this kind take the lines of their system.
        let lines = message.filter { $0 != UInt8(ascii: "\r") }
        let output: Subprocess.Output
        do {
            output = try Subprocess.run(
                program, ["-t", "-i", "-f", delivery.from.text], input: lines, timeout: .seconds(30))
        } catch {
            throw MailFault(isFinal: false, description: "\(program): \(error)")
        }
        guard output.status != .exited(0) else { return }
        // As sysexits.h has it: no such user, no such host. All else may be better in a while.
        let isFinal = output.status == .exited(67) || output.status == .exited(68)
        throw MailFault(
            isFinal: isFinal, description: "\(program) ended with \(output.status): \(output.stderr.suffix(200))")
    }
}

/// Why a message was not sent.
public struct MailFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Whether no other attempt can end better.
    public let isFinal: Bool
    /// What happened, without addresses and passwords.
    public let description: String

    init(isFinal: Bool, description: String) {
        self.isFinal = isFinal
        self.description = description
    }

    init(_ error: SMTPClientError, _ relay: SMTPRelay) {
        if case .refused = error { isFinal = true } else { isFinal = false }
        description = "\(relay.host):\(relay.port): \(error)"
    }
}
