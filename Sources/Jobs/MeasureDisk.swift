internal import Configuration
internal import Disk
internal import Installation
internal import Queue
internal import Storage

/// Keeps what is on the disk, by kind and member, once an hour; the last figure of a day stays.
struct MeasureDisk: JobPayload {
    static let kind = "measure_disk"
    static let options = JobOptions(queue: Upkeep.queue, priority: .low, timeout: .seconds(1_800), isLong: true)

    static func register(in registry: inout JobRegistry, _ settings: Settings) {
        registry.register(MeasureDisk.self) { _, context in
            try DiskUsage(
                database: context.database, storage: settings.storage.current, paths: settings.watchedPaths,
                reserve: settings.disk.reserve << 20
            ).measure()
            return .done()
        }
        registry.recur("measure_disk", .every(.seconds(3_600)), MeasureDisk())
    }
}
