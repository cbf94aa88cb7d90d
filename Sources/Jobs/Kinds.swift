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
        let storage = LocalStorage(root: settings.mediaDirectory, baseURL: settings.mediaBaseURL)
        let tools = MediaTools(ffmpeg: settings.ffmpeg, ffprobe: settings.ffprobe)
        var registry = JobRegistry()
        Upkeep.register(in: &registry)
        Tallies.register(in: &registry)
        Realtime.register(in: &registry, publishSocket: settings.publishSocket)
        MediaRemoval(storage: storage).register(in: &registry)
        OutwardJobs(settings).register(in: &registry)
        ClipValidation(storage: storage, tools: tools).register(in: &registry)
        DemoSeason(database: process.database, storage: storage, tools: tools).register(in: &registry)
        return registry
    }
}
