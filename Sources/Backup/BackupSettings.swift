package import Configuration
internal import Text

/// Where backups go and how long they are kept.
package struct BackupSettings: SettingGroup {
    package static let title = "Backups"

    package let target = Setting(
        optional: "BACKUP_TARGET", .backupTarget,
        "Where `dailies backup` writes and `dailies restore` reads: a directory, or `s3://bucket/prefix`. It should be on another "
            + "machine or disk.")
    package let passphrase = Setting(
        optional: "BACKUP_PASSPHRASE", .text("passphrase"), secret: true,
        "Encrypts backups. Keep a copy elsewhere: without it they are lost.")
    package let keep = Setting(
        "BACKUP_KEEP", default: 14, in: 1...1_000, unit: "backups", "How many backups stay; older ones are removed.")
    package let workDirectory = Setting(
        "BACKUP_WORK_DIR", default: "/var/lib/dailies/backup", .directory,
        "Where a dump waits while it is encrypted or sent elsewhere, and what a restore reads from elsewhere is put.")
    package let s3Endpoint = Setting(
        optional: "BACKUP_S3_ENDPOINT", .secureURL(like: "https://s3.example.org"),
        "S3 for backups: the server, unless it is Amazon.")
    package let s3Region = Setting(
        "BACKUP_S3_REGION", default: "us-east-1", .text("region"), "S3 for backups: the bucket's region.")
    package let s3Key = Setting(
        optional: "BACKUP_S3_ACCESS_KEY_ID", .text("access key"), "S3 for backups: the access key.")
    package let s3Secret = Setting(
        optional: "BACKUP_S3_SECRET_ACCESS_KEY", .text("secret key"), secret: true,
        "S3 for backups: the secret key.")

    package init() {}

    package func check(_ check: inout SettingCheck<Self>) {
        guard check.text(\.target).hasPrefix("s3://") else { return }
        if !check.isGiven(\.s3Key) { check.fault(\.s3Key, "is required with a BACKUP_TARGET in S3") }
        if !check.isGiven(\.s3Secret) { check.fault(\.s3Secret, "is required with a BACKUP_TARGET in S3") }
    }
}

extension Settings {
    /// Where backups go and how long they are kept.
    package var backup: SettingValues<BackupSettings> { self[BackupSettings.self] }
}

extension ValueFormat where Value == String {
    fileprivate static var backupTarget: Self {
        ValueFormat("directory or s3://bucket/prefix") { text throws(FormatFault) in
            let isBucket = text.hasPrefix("s3://") && text.dropFirst(5).first.map { $0 != "/" } == true
            guard isBucket || text.hasPrefix("/") else {
                throw FormatFault("must be an absolute path or s3://bucket/prefix", not: text)
            }
            return text
        }
    }
}
