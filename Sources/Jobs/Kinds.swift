internal import Analytics
internal import Battles
internal import Catalog
internal import Configuration
internal import Crypto
internal import ErrorReports
internal import Film
internal import Generation
internal import Installation
internal import Media
internal import Notifications
internal import Providers
internal import Push
internal import Queue
internal import Realtime
internal import Storage
internal import Webhooks

/// Every kind of job that this program runs.
enum Kinds {
    static func registry(_ process: JobsProcess) -> JobRegistry {
        let settings = process.settings
        let storage = settings.storage.media
        let tools = settings.media.tools
        var registry = JobRegistry()
        Upkeep.register(in: &registry)
        Tallies.register(in: &registry)
        Realtime.register(in: &registry, publishSocket: settings.realtime.publishSocket)
        MediaRemoval(storage: storage).register(in: &registry)
        OutwardJobs(settings).register(in: &registry)
        SendErrorReport.register(in: &registry, to: settings.errorReports.address)
        MeasureSite.register(in: &registry)
        ClipValidation(storage: storage, tools: tools).register(in: &registry)
        MeasureDisk.register(in: &registry, settings)
        Thumbnails(storage: storage, tools: tools).register(in: &registry)
        DemoSeason(
            database: process.database, storage: storage, tools: tools, clipSeconds: settings.media.demoClipSeconds
        ).register(in: &registry)
        FilmAssembler(storage: storage, tools: tools).register(in: &registry)
        GenerationJobs(
            storage: storage, tools: tools, providers: settings.providerRegistry, pace: settings.generation.pace,
            rate: settings.catalog.rate,
            webhooks: WebhookAddress(siteURL: settings.site.url, secret: SecretKey(settings.site.secretKey)),
            pictures: PictureAddress(siteURL: settings.site.url, secret: SecretKey(settings.site.secretKey)),
            publish: Realtime.publisher(socket: settings.realtime.publishSocket)
        ).register(in: &registry)
        WebhookSender(
            key: .webhooks(of: settings.site.secretKey), siteURL: settings.site.url,
            timeout: .milliseconds(settings.webhooks.timeoutMilliseconds)
        ).register(in: &registry)
        MakePlannedComparisons(settings).register(in: &registry)
        ComputeRatings.register(in: &registry)
        CountModelDays.register(in: &registry)
        BattleCopies(storage: storage, tools: tools).register(in: &registry)
        NotifyFollowers.register(in: &registry)
        PushDelivery(
            identity: settings.push.identity(
                secretKey: settings.site.secretKey, contact: settings.operator.email, siteURL: settings.site.url),
            services: settings.push.allowed
        ).register(in: &registry)
        return registry
    }
}
