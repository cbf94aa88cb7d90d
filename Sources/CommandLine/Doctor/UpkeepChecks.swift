internal import Backup
internal import Configuration
internal import Disk
internal import FoundationEssentials
internal import Installation
internal import Text

/// The reserve of the disks, and the backups.
struct UpkeepChecks {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    var findings: [Finding] { [reserve] + [backup].compactMap(\.self) }

    private var reserve: Finding {
        guard let shortage = settings.diskGuard.shortage() else {
            return .good("reserve", "more is free than DISK_RESERVE_MB (\(settings.disk.reserve))")
        }
        return .bad(
            "reserve", "only \(shortage.free >> 20) MiB are free in \(shortage.path): uploads and videos are refused",
            fix:
                "Make room: dailies storage usage shows what takes it, dailies storage prune --dry-run what is left over.",
            file: shortage.path)
    }

    private var backup: Finding? {
        guard let facts = try? BackupRecords(database: settings.openDatabase()).facts() else { return nil }
        guard facts.isUsed || settings.backup.target != nil else {
            return .good("backup", "not set up (BACKUP_TARGET, dailies-backup.timer)")
        }
        if let complaint = facts.complaint(now: Date()) {
            return .bad(
                "backup", complaint, fix: "Run dailies backup; journalctl -u dailies-backup shows why it failed.")
        }
        return .good(
            "backup",
            "the last good one is from \(facts.lastBackup?.rfc3339 ?? ""), and was last restored in a trial "
                + (facts.lastVerified?.rfc3339 ?? "never"))
    }
}
