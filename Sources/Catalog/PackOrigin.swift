internal import Crypto
internal import FoundationEssentials
internal import Text

/// Who has made a pack of models, as far as its signature shows it.
public enum PackOrigin: Sendable, Equatable {
    /// The owner of a key that this site trusts.
    case trusted(String)
    /// The owner of a key that this site does not know, as base64.
    case unknownKey(String)
    /// It has no signature.
    case unsigned
    /// Its signature belongs to other bytes.
    case forged

    /// Whether the pack can be applied without anyone's saying so.
    public var isTrusted: Bool { if case .trusted = self { true } else { false } }

    /// Identifies it for programs.
    public var code: String {
        switch self {
        case .trusted: "trusted"
        case .unknownKey: "unknown_key"
        case .unsigned: "unsigned"
        case .forged: "forged"
        }
    }

    /// The same in words.
    public var sentence: String {
        switch self {
        case .trusted(let name): "This pack is signed by \(name), whose key this site trusts."
        case .unknownKey(let key): "This pack is signed with a key that this site does not trust: \(key)."
        case .unsigned: "This pack is not signed. Anyone may have made it or changed it."
        case .forged: "The signature of this pack is wrong. The pack was changed after it was signed."
        }
    }
}

/// The keys of packs: those that this site trusts, by the names of their owners, and its own.
public struct PackKeys: Sendable {
    /// The signature of a pack.
    public struct Signature: Sendable {
        /// The public key as base64.
        public let key: String
        /// The signature as base64.
        public let value: String

        /// A signature as a pack holds it.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    private let trusted: [String: [UInt8]]
    private let seed: [UInt8]?

    /// Keys of 32 bytes.
    public init(trusted: [String: [UInt8]] = [:], seed: [UInt8]? = nil) {
        self.trusted = trusted
        self.seed = seed
    }

    /// The public key of this site as base64; nil when it has none.
    public var publicKey: String? {
        seed.flatMap { Ed25519.publicKey(of: $0) }.map { Data($0).base64EncodedString() }
    }

    /// Signs the bytes of a pack with this site's key; nil when it has none.
    public func sign(_ bytes: [UInt8]) -> Signature? {
        guard let seed, let publicKey, let value = Ed25519.sign(bytes, seed: seed) else { return nil }
        return Signature(key: publicKey, value: Data(value).base64EncodedString())
    }

    /// Who has made a pack of these bytes.
    public func origin(of bytes: [UInt8], _ signature: Signature?) -> PackOrigin {
        guard let signature else { return .unsigned }
        guard let key = Data(base64Encoded: signature.key), let value = Data(base64Encoded: signature.value),
            Ed25519.isValid(Array(value), for: bytes, key: Array(key))
        else { return .forged }
        if let owner = trusted.filter({ $0.value == Array(key) }).keys.min() { return .trusted(owner) }
        return .unknownKey(signature.key)
    }
}

extension ValueFormat<[String: [UInt8]]> {
    /// `name=key` with keys of Ed25519, separated by commas.
    static var packKeys: Self {
        ValueFormat("name=key, comma-separated") { text throws(FormatFault) in
            var keys: [String: [UInt8]] = [:]
            for pair in text.split(separator: ",") {
                let halves = pair.split(separator: "=", maxSplits: 1)
                guard halves.count == 2, let key = Data(base64Encoded: halves[1].trimmed), key.count == 32,
                    keys.updateValue(Array(key), forKey: halves[0].trimmed) == nil
                else {
                    throw FormatFault("must be like acme=KEY, each name once and each KEY the base64 form of 32 bytes")
                }
            }
            return keys
        }
    }
}

extension ValueFormat<[UInt8]> {
    /// The private key of Ed25519.
    static var packSeed: Self {
        ValueFormat("base64 of 32 bytes") { text throws(FormatFault) in
            guard let seed = Data(base64Encoded: text), seed.count == 32 else {
                throw FormatFault("must be the base64 form of 32 bytes, as from `openssl rand -base64 32`")
            }
            return Array(seed)
        }
    }
}
