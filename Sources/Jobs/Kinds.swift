internal import Platform
internal import Queue
internal import Realtime

/// Every kind of job that this program does.
enum Kinds {
    static func registry(_ process: JobsProcess) -> JobRegistry {
        var registry = Upkeep.registry(process)
        Realtime.register(in: &registry, publishSocket: process.settings.publishSocket)
        return registry
    }
}
