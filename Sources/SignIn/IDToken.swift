internal import Crypto
public import FoundationEssentials
internal import Text

/// A statement about a person, signed by a provider (OpenID Connect Core, 2 and 3.1.3.7).
public struct IDToken: Sendable {
    /// What a token must say to be meant for this sign-in.
    public struct Expectation: Sendable {
        /// Who may have issued it.
        public var issuers: [String]
        /// What this site is called there.
        public var clientID: String
        /// What was sent along when the person was sent there.
        public var nonce: String
        /// The access token that came beside it, if its hash is to be compared.
        public var accessToken: String?
        /// The time.
        public var now: Date

        /// An expectation.
        public init(issuers: [String], clientID: String, nonce: String, accessToken: String? = nil, now: Date) {
            self.issuers = issuers
            self.clientID = clientID
            self.nonce = nonce
            self.accessToken = accessToken
            self.now = now
        }
    }

    /// How far clocks may differ, in seconds.
    static let leeway = 60.0

    /// The key that the header names.
    public let keyID: String?
    private let signedPart: [UInt8]
    private let signature: [UInt8]
    private let claims: Claims

    /// Parses a token. Only RS256 is accepted: with `none` there is no signature, and with HS256 any holder of the public
    /// key could sign.
    public init(_ text: String) throws(ProviderFault) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 65_536, parts.count == 3,
            let head = Text.bytes(base64url: parts[0]), let body = Text.bytes(base64url: parts[1]),
            let signature = Text.bytes(base64url: parts[2])
        else { throw .untrusted("the id_token is malformed") }
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(head)) else {
            throw .untrusted("the id_token's header is malformed")
        }
        guard header.alg == "RS256", header.crit == nil else {
            throw .untrusted("the id_token is not signed with RS256")
        }
        guard let claims = try? JSONDecoder().decode(Claims.self, from: Data(body)) else {
            throw .untrusted("the id_token's claims are malformed")
        }
        keyID = header.kid
        signedPart = Array("\(parts[0]).\(parts[1])".utf8)
        self.signature = signature
        self.claims = claims
    }

    /// Whether one of the keys that the header allows has signed it.
    public func isSigned(by keys: WebKeySet) -> Bool {
        keys.candidates(keyID).contains { $0.isValid(signature, for: signedPart) }
    }

    /// The account that the token is about, after checking that it is meant for this sign-in. It does not check the
    /// signature.
    public func account(_ expected: Expectation) throws(ProviderFault) -> ProviderAccount {
        guard expected.issuers.contains(claims.iss) else { throw .untrusted("the id_token is of another issuer") }
        guard claims.aud.contains(expected.clientID) else {
            throw .untrusted("the id_token is meant for another client")
        }
        if claims.aud.count > 1 || claims.azp != nil, claims.azp != expected.clientID {
            throw .untrusted("the id_token was made for another client")
        }
        let now = expected.now.timeIntervalSince1970
        guard claims.exp + Self.leeway > now else { throw .untrusted("the id_token has expired") }
        guard claims.iat - Self.leeway <= now, (claims.nbf ?? 0) - Self.leeway <= now else {
            throw .untrusted("the id_token is from the future")
        }
        guard let nonce = claims.nonce, constantTimeEqual(Array(nonce.utf8), Array(expected.nonce.utf8)) else {
            throw .untrusted("the id_token is of another sign-in")
        }
        if let hash = claims.atHash, let token = expected.accessToken,
            hash != Text.base64url(SHA256.hash(token).prefix(16))
        {
            throw .untrusted("the id_token belongs to another access token")
        }
        guard (1...255).contains(claims.sub.utf8.count), !claims.sub.utf8.contains(0) else {
            throw .untrusted("the id_token has no usable subject")
        }
        return ProviderAccount(
            subject: claims.sub, email: claims.email, emailIsVerified: claims.emailVerified?.value ?? false)
    }

    private struct Header: Decodable {
        let alg: String
        let kid: String?
        // Extensions that must be understood, of which this reader understands none.
        let crit: [String]?
    }

    private struct Claims: Decodable {
        let iss: String
        let sub: String
        let aud: Audience
        let azp: String?
        let exp: Double
        let iat: Double
        let nbf: Double?
        let nonce: String?
        let email: String?
        let emailVerified: Truth?
        let atHash: String?

        enum CodingKeys: String, CodingKey {
            case iss, sub, aud, azp, exp, iat, nbf, nonce, email
            case emailVerified = "email_verified"
            case atHash = "at_hash"
        }
    }

    /// One client or a list of them.
    private struct Audience: Decodable {
        let clients: [String]

        var count: Int { clients.count }

        func contains(_ client: String) -> Bool { clients.contains(client) }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                clients = [one]
            } else {
                clients = try container.decode([String].self)
            }
        }
    }

    /// A truth value, which some providers write as text.
    private struct Truth: Decodable {
        let value: Bool

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let plain = try? container.decode(Bool.self)
            value = plain ?? ((try? container.decode(String.self)) == "true")
        }
    }
}
