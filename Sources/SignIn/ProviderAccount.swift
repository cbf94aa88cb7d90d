/// What a provider says about a person.
public struct ProviderAccount: Sendable, Equatable {
    /// Who it is, for ever; what an identity is kept under.
    public let subject: String
    /// An address, nil when the provider tells none.
    public let email: String?
    /// Whether the provider vouches for the address.
    public let emailIsVerified: Bool

    /// An account; an address that no mail could reach is none.
    public init(subject: String, email: String?, emailIsVerified: Bool) {
        let isAddress = email.map { address in
            (3...320).contains(address.utf8.count) && address.contains("@")
                && address.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
        }
        self.subject = subject
        self.email = isAddress == true ? email : nil
        self.emailIsVerified = isAddress == true && emailIsVerified
    }
}

/// Why a sign-in by a provider failed. The texts are for the log; none holds a secret, a code or an address of a person.
public enum ProviderFault: Error, Sendable, Equatable {
    /// The provider cannot be reached or does not work; trying again later may help.
    case unavailable(String)
    /// The provider refused the code or this site.
    case refused(String)
    /// The answer cannot be trusted.
    case untrusted(String)
}
