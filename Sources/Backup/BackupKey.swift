internal import Crypto
internal import FoundationEssentials
internal import Text

/// The random key of a place with encrypted backups, itself encrypted with the passphrase. Every object has a key of its own
/// that is derived from it and bound to the object's name.
struct BackupKey: Sendable {
    static let name = "key.json"
    private let secret: SecretKey

    /// Its form in `key.json`.
    private struct Stored: Codable {
        var format = 1
        var derivation = "scrypt"
        var cost: [Int]
        var salt: String
        var key: String
    }

    /// Reads the key of a place, makes one if the place is new, or has none without a passphrase.
    static func open(_ place: any BackupPlace, passphrase: String?, makes: Bool) throws -> BackupKey? {
        var bytes: [UInt8] = []
        guard try place.get(name, { bytes += $0 }) else {
            guard makes, let passphrase else { return nil }
            guard try place.backups().isEmpty else {
                throw BackupFault(
                    "\(place.title) holds backups without encryption: use another target, or unset BACKUP_PASSPHRASE.")
            }
            return try make(place, passphrase)
        }
        guard let passphrase else {
            throw BackupFault(
                "The backups in \(place.title) are encrypted: set BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE.")
        }
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(bytes)), stored.format == 1,
            stored.derivation == "scrypt", stored.cost.count == 3, let salt = Data(base64Encoded: stored.salt),
            let sealed = Data(base64Encoded: stored.key),
            let outer = PassphraseKey.derive(
                from: passphrase, salt: Array(salt),
                cost: .init(blocks: stored.cost[0], size: stored.cost[1], repetitions: stored.cost[2]))
        else { throw BackupFault("\(place.title)/\(name) is damaged.") }
        guard let key = SealingKey(outer, purpose: "backup").open(Array(sealed), for: name) else {
            throw BackupFault("The passphrase is not that of the backups in \(place.title).")
        }
        return BackupKey(secret: SecretKey(key))
    }

    private static func make(_ place: any BackupPlace, _ passphrase: String) throws -> BackupKey {
        let (salt, key, cost) = (SecureRandom.bytes(16), SecureRandom.bytes(32), PassphraseKey.Cost.usual)
        guard let outer = PassphraseKey.derive(from: passphrase, salt: salt, cost: cost) else {
            throw BackupFault("There is no memory for the key.")
        }
        let stored = Stored(
            cost: [cost.blocks, cost.size, cost.repetitions], salt: Data(salt).base64EncodedString(),
            key: Data(SealingKey(outer, purpose: "backup").seal(key, for: name)).base64EncodedString())
        let bytes = Array(try JSONEncoder().encode(stored))
        try place.put(name, count: bytes.count) { try $0.write(bytes) }
        return BackupKey(secret: SecretKey(key))
    }

    func sealer(_ name: String) -> SealedStream.Sealer { SealedStream.Sealer(secret, for: name) }

    func opener(_ name: String) -> SealedStream.Opener { SealedStream.Opener(secret, for: name) }
}
