internal import Configuration
internal import Film
internal import FoundationEssentials
internal import Platform
internal import Postgres
internal import Queue
internal import Storage
internal import SystemHandlers

/// What `/api/health` asks.
enum HealthChecks {
    /// Jobs wait at most this long while the drain runs every minute.
    private static let longestWait = 300
    /// A round is closed within a minute of its end.
    private static let latestAdvance = 120
    /// Less than this, and uploads would soon fail.
    private static let leastFreeBytes = 1 << 30

    static func all(_ services: Services) -> [HealthCheck] {
        [database(services), queue(services), storage(services), rounds(services)]
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
            guard free >= leastFreeBytes else { throw Unhealthy("only \(free >> 20) MiB are free") }
            return "\(free >> 30) GiB are free"
        }
    }
}
