internal import AuthHandlers
internal import Configuration
internal import Film
internal import HTTP
internal import Identity
internal import Installation
internal import Mail
internal import PagesHandlers
internal import SignIn

/// Puts the groups that a process serves together with what guards them.
enum Composition {
    static func application(serving names: [String], _ services: Services) throws -> Application {
        let groups = HandlerGroup.all.filter { names.contains($0.name) }
        return try Application(
            routes: try groups.flatMap { try $0.routes(services) }, guards: guards(services),
            crossOrigin: CrossOrigin(allowing: services.settings.host.corsOrigins), errorMap: DatabaseProblems.problem,
            log: services.log,
            errorPage: names.contains("pages") ? try Pages(services: services).errorPage : nil)
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
            name: settings.site.name, url: settings.site.url,
            assets: try Assets(webDirectory: settings.host.webDirectory),
            choices: settings.signIn.providers.map { SignInChoice(name: $0.name, label: $0.label) },
            isMailOn: settings.mail.isOn,
            operation: Operation(
                name: settings.operator.name, address: settings.operator.address, email: settings.operator.email,
                minimumAge: settings.operator.minimumAge, sessionDays: settings.identity.sessionDays))
        self.init(site: site, stories: services.stories)
    }
}
