internal import Crypto
public import FoundationEssentials
public import Postgres

/// Messages in which an identity provider reports people who joined, changed or left, signed as the Standard Webhooks
/// specification says.
public struct IdentityWebhook: Sendable {
    /// The headers of a message.
    public struct Headers: Sendable {
        let id, timestamp, signature: String

        /// The headers under either of their two names; nil when one is missing.
        public init?(_ header: (String) -> String?) {
            for prefix in ["webhook", "svix"] {
                if let id = header("\(prefix)-id"), let timestamp = header("\(prefix)-timestamp"),
                    let signature = header("\(prefix)-signature")
                {
                    (self.id, self.timestamp, self.signature) = (id, timestamp, signature)
                    return
                }
            }
            return nil
        }
    }

    /// What became of a message.
    public enum Outcome: String, Sendable, CaseIterable {
        /// A member was made.
        case created
        /// A member was brought up to date.
        case updated
        /// A member was removed.
        case deleted
        /// The message had come before.
        case repeated
        /// It names no member of this site.
        case unknown
        /// It names an admin, whom no message changes.
        case refused
        /// It is about something else.
        case ignored
    }

    /// How far a message's time may be from ours, in seconds.
    public static let tolerance: Int64 = 300

    private let key: [UInt8]?
    private let provider: String
    private let database: Database

    init(key: [UInt8]?, provider: String, database: Database) {
        self.key = key
        self.provider = provider
        self.database = database
    }

    /// Whether messages are taken at all.
    public var isConfigured: Bool { key != nil }

    /// Whether the provider has signed these bytes lately.
    public func isAuthentic(_ body: [UInt8], _ headers: Headers, now: Date) -> Bool {
        guard let key, (1...200).contains(headers.id.utf8.count), let sent = Int64(headers.timestamp),
            sent >= 0,
            abs(Int64(now.timeIntervalSince1970).subtractingReportingOverflow(sent).partialValue) <= Self.tolerance
        else { return false }
        let expected = HMAC256.sign(Array("\(headers.id).\(headers.timestamp).".utf8) + body, key: key)
        // There are several while a provider changes its key.
        return headers.signature.split(separator: " ").prefix(16).contains { entry in
            guard entry.hasPrefix("v1,"), let signature = Data(base64Encoded: String(entry.dropFirst(3))) else {
                return false
            }
            return constantTimeEqual(Array(signature), expected)
        }
    }

    /// Does what an authentic message asks for; nil when it cannot be read.
    public func apply(_ body: [UInt8], _ headers: Headers) throws(DatabaseError) -> Outcome? {
        guard let message = try? JSONDecoder().decode(IdentityMessage.self, from: Data(body)) else { return nil }
        guard let change = message.change else { return .ignored }
        guard let person = message.person, (1...255).contains(person.id.utf8.count), !person.id.utf8.contains(0) else {
            return nil
        }
        let account = ProviderAccount(
            subject: person.id, email: person.address, emailIsVerified: person.addressIsVerified)
        let outcome: String = try database.one(
            """
            select apply_identity_webhook(
                \(headers.id), \(change), \(provider), \(account.subject), \(account.email),
                \(account.emailIsVerified), \(person.isBlocked)
            )
            """)
        return Outcome(rawValue: outcome)
    }
}
