internal import Backup
internal import Configuration
internal import Disk
internal import Film
internal import FoundationEssentials
internal import Platform
internal import Postgres
internal import Queue
internal import Storage
internal import SystemHandlers
internal import Text

/// What `/api/health` asks.
enum HealthChecks {
    /// Jobs wait at most this long while the drain runs every minute.
    private static let longestWait = 300
    /// A round is closed within a minute of its end.
    private static let latestAdvance = 120

    static func all(_ services: Services) -> [HealthCheck] {
        [database(services), queue(services), storage(services), rounds(services), backup(services)]
    }

    /// A site that has never been backed up and names no target has chosen so.
    private static func backup(_ services: Services) -> HealthCheck {
        HealthCheck("backup") {
            let facts = try BackupRecords(database: services.database).facts()
            guard facts.isUsed || services.settings.backup.target != nil else { return "not set up" }
            if let complaint = facts.complaint(now: Date()) { throw Unhealthy(complaint) }
            return "the last good backup is from \(facts.lastBackup?.rfc3339 ?? "")"
        }
    }

    private static func database(_ services: Services) -> HealthCheck {
        HealthCheck("database") {
            try services.database.ping()
            guard services.changes.isListening else { throw Unhealthy("notifications do not arrive") }
            return "answers; notifications arrive"
        }
    }

    private static func queue(_ services: Services) -> HealthCheck {
        HealthCheck("queue") {
            let oldest = try services.queue.counts().compactMap(\.waitingSince).min()
            guard let oldest else { return "nothing waits" }
            let seconds = Int(Date().timeIntervalSince(oldest))
            guard seconds <= longestWait else { throw Unhealthy("a job has waited for \(seconds) s") }
            return "the oldest job has waited for \(max(0, seconds)) s"
        }
    }

    private static func rounds(_ services: Services) -> HealthCheck {
        HealthCheck("rounds") {
            guard let due = try services.rounds.nextDue() else { return "no round is open" }
            let late = Int(Date().timeIntervalSince(due))
            guard late <= latestAdvance else { throw Unhealthy("the open round should have ended \(late) s ago") }
            return late > 0 ? "the open round is being closed" : "the open round ends in \(-late) s"
        }
    }

    private static func storage(_ services: Services) -> HealthCheck {
        HealthCheck("storage") {
            guard let free = Files.freeBytes(services.settings.storage.mediaDirectory) else {
                throw Unhealthy("the media directory is not there")
            }
            if let shortage = services.room.shortage() {
                throw Unhealthy("only \(shortage.free >> 20) MiB are free in \(shortage.path); nothing is taken in")
            }
            return "\(free >> 30) GiB are free"
        }
    }
}
