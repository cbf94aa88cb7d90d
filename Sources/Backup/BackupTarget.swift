package import Configuration
internal import Platform
internal import Storage

/// Where backups are kept, as an operator names it: a directory, `s3://bucket/prefix`, or `-` for a tar stream.
package struct BackupTarget: Sendable {
    let place: any BackupPlace
    let passphrase: String?

    /// A target by its name.
    package init(_ name: String, _ settings: SettingValues<BackupSettings>) throws(BackupFault) {
        passphrase = settings.passphrase
        if name == "-" {
            place = TarPlace { try StandardStream.output(bytes: $0) }
        } else if name.hasPrefix("s3://") {
            let words = name.dropFirst(5).split(separator: "/", maxSplits: 1)
            guard let bucket = words.first, let key = settings.s3Key, let secret = settings.s3Secret else {
                throw BackupFault("\(name) needs BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY.")
            }
            let prefix = words.count > 1 ? String(words[1]) : ""
            place = StorePlace(
                title: name,
                store: S3Bucket(
                    name: String(bucket), endpoint: settings.s3Endpoint, region: settings.s3Region, key: key,
                    secret: secret
                ).store(stall: .seconds(60)),
                prefix: prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/",
                scratch: settings.workDirectory)
        } else {
            guard name.hasPrefix("/") else {
                throw BackupFault("\(name) is no absolute path, s3://bucket/prefix or -.")
            }
            place = DirectoryPlace(root: name)
        }
    }

    /// A directory into which a tar stream was unpacked.
    init(unpacked directory: String, passphrase: String?) {
        place = DirectoryPlace(root: directory)
        self.passphrase = passphrase
    }

    /// The place with its key.
    func vault(makesKey: Bool = false) throws -> Vault {
        Vault(place: place, key: try BackupKey.open(place, passphrase: passphrase, makes: makesKey))
    }

    /// The backups in it that are complete, from the oldest, with what they hold.
    package func list() throws -> [BackupManifest] {
        let vault = try vault()
        return try vault.place.backups().map { try BackupManifest.read($0, from: vault) }
    }
}
