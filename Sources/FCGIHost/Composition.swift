internal import AuthHandlers
internal import Film
internal import HTTP
internal import Platform

/// Puts the groups that a process serves together with what guards them.
enum Composition {
    static func application(serving names: [String], _ services: Services) throws -> Application {
        let groups = HandlerGroup.all.filter { names.contains($0.name) }
        return try Application(
            routes: try groups.flatMap { try $0.routes(services) }, guards: guards(services),
            errorMap: DatabaseProblems.problem, log: services.log)
    }

    private static func guards(_ services: Services) -> Guard {
        var guards = Guard.site(
            services.identity, settings: services.settings, isEnabled: { try services.flags.isEnabled($0) })
        guards.requireReady = { _ in try services.schema.check() }
        return guards
    }
}
