internal import AuthHandlers
internal import Configuration
internal import Film
public import HTTP
internal import PagesHandlers

extension Application {
    /// What a process serves: the handler groups of these names, and what guards them.
    public convenience init(serving names: [String], _ services: Services) throws {
        let groups = HandlerGroup.all.filter { names.contains($0.name) }
        try self.init(
            routes: try groups.flatMap { try $0.routes(services) }, guards: Self.guards(services),
            crossOrigin: CrossOrigin(allowing: services.settings.corsOrigins), errorMap: Problems.problem,
            log: services.log,
            errorPage: names.contains(HandlerGroup.pages) ? try Pages(services: services).errorPage : nil)
    }

    private static func guards(_ services: Services) -> Guard {
        let limits = RouteLimits(
            services.limiter, reads: services.reads, settings: services.settings, identity: services.identity)
        var guards = Guard.site(
            services.identity, settings: services.settings, limit: limits.take,
            isEnabled: { flag, caller in try services.flags.isEnabled(flag, for: caller.member?.id) })
        guards.requireReady = { _ in try services.schema.check() }
        return guards
    }
}

extension Pages {
    /// The pages as the settings describe the site.
    init(services: Services) throws {
        let settings = services.settings
        let site = Site(
            name: settings.siteName, url: settings.siteURL, assets: try services.assets(),
            choices: settings.signInProviders.map { SignInChoice(name: $0.name, label: $0.label) },
            isMailOn: settings.mailIsConfigured,
            operation: Operation(
                name: settings.legalName, address: settings.legalAddress, email: settings.legalEmail,
                minimumAge: settings.minimumAge, sessionDays: settings.sessionDays))
        self.init(site: site, stories: services.stories)
    }
}
