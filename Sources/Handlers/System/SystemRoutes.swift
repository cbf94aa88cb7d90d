public import Flags
public import HTTP

/// The routes that tell how the site itself is.
public enum SystemRoutes {
    /// Every route of the group. `isReady` says whether this process can serve; `document` is the OpenAPI document.
    public static func routes(
        flags: FeatureFlags, checks: [HealthCheck], isReady: @escaping @Sendable () -> Bool, document: JSONValue
    ) -> [Route] {
        [
            alive, ready(isReady), health(checks), openAPI(document.bytes), features(flags),
            // Visitors are told apart by what their browsers send, and somebody who makes that up could fill the log.
            policyReports.paced(perSecond: 1, burst: 20),
        ] + debugging
    }

    private static let alive = Route.get(
        "/livez", access: .any, limit: nil, isAlwaysServed: true, features: ["OPS-04"],
        summary: "Whether this process runs.", later: { _ in .now(.text("alive\n")) })

    private static func ready(_ isReady: @escaping @Sendable () -> Bool) -> Route {
        .get(
            "/readyz", access: .any, limit: nil, isAlwaysServed: true, features: ["OPS-04"],
            summary: "Whether this process can serve: it reaches its database, and the schema is not older than itself."
        ) { _ in
            guard isReady() else { throw Problem.unavailable("not_ready", "This process cannot serve yet.") }
            return Response.text("ready\n")
        }
    }

    private static func health(_ checks: [HealthCheck]) -> Route {
        .get(
            "/api/health", access: .any, limit: nil, isAlwaysServed: true,
            answers: [200: Health.schema, 503: Health.schema], features: ["OPS-04"],
            summary: "How the site is: its database, queue, storage and rounds."
        ) { context in
            let health = Health(checks, at: context.now)
            return Response.json(health, status: health.isHealthy ? 200 : 503)
        }
    }

    private static let openAPISchema = Schema.openObject([
        .required("openapi", .choice(["3.1.0"]), "The version of the format."),
        .required("info", .map(.string())),
        .required("paths", .map(.map(.any)), "The operations by path and method."),
        .required("components", .map(.any), "The named forms, and how clients authenticate."),
    ]).named("OpenAPIDocument")

    private static func openAPI(_ document: [UInt8]) -> Route {
        .get(
            "/api/openapi.json", access: .any, limit: nil, isAlwaysServed: true, answers: [200: openAPISchema],
            cache: .publicCache(seconds: 60, stale: 300), summary: "This interface, as an OpenAPI 3.1 document."
        ) { _ in Response.json(bytes: document) }
    }

    private static func features(_ flags: FeatureFlags) -> Route {
        .get(
            "/api/features", access: .any, features: ["FLAG-01"],
            summary: "Which features are on for the caller."
        ) { context in
            let member = context.caller.member?.id
            let features = try flags.all().map { ($0.key, flags.isOn($0, for: member)) }
            return FeatureStates(features: Dictionary(features) { first, _ in first })
        }
    }
}

private struct FeatureStates: Shaped {
    let features: [String: Bool]

    static let shape = Shape<FeatureStates>("Features") {
        Field("features", \.features, "Whether each feature is on for the caller, by its key.")
    }
}
