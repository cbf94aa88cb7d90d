internal import Film
internal import FoundationEssentials
internal import Platform
internal import Postgres
internal import SystemHandlers

/// What `/api/health` asks.
enum HealthChecks {
    /// Jobs wait at most this long while the drain runs every minute.
    private static let longestWait = 300.0
    /// A round is closed within a minute of its end.
    private static let latestAdvance = 120.0
    /// Less than this, and uploads would soon fail.
    private static let leastFreeBytes = 1 << 30

    static func all(_ services: Services) -> [HealthCheck] {
        [database(services), storage(services)]
    }

    private static func database(_ services: Services) -> HealthCheck {
        HealthCheck("database") {
            try services.database.ping()
            guard services.changes.isListening else { throw Unhealthy("changes are not heard") }
            return "answers; changes are heard"
        }
    }

    private static func storage(_ services: Services) -> HealthCheck {
        HealthCheck("storage") {
            guard let free = Files.freeBytes(services.settings.mediaDirectory) else {
                throw Unhealthy("the media directory is not there")
            }
            guard free >= leastFreeBytes else { throw Unhealthy("only \(free >> 20) MiB are free") }
            return "\(free >> 30) GiB are free"
        }
    }
}
