internal import Configuration
internal import Film
internal import Media
internal import Queue
internal import Realtime
internal import Storage

/// Every kind of job that this program runs.
enum Kinds {
    static func registry(_ process: JobsProcess) -> JobRegistry {
        let settings = process.settings
        let storage = settings.storage.local
        let tools = settings.media.tools
        var registry = JobRegistry()
        Upkeep.register(in: &registry)
        Tallies.register(in: &registry)
        Realtime.register(in: &registry, publishSocket: settings.realtime.publishSocket)
        MediaRemoval(storage: storage).register(in: &registry)
        OutwardJobs(settings).register(in: &registry)
        ClipValidation(storage: storage, tools: tools).register(in: &registry)
        Thumbnails(storage: storage, tools: tools).register(in: &registry)
        DemoSeason(
            database: process.database, storage: storage, tools: tools, clipSeconds: settings.media.demoClipSeconds
        ).register(in: &registry)
        FilmAssembler(storage: storage, tools: tools).register(in: &registry)
        return registry
    }
}
