public import Catalog
internal import FoundationEssentials
public import Generation
public import HTTP
internal import Money
internal import Postgres
internal import SharedHandlers

extension ModelRoutes {
    /// The routes about providers and about what members may spend.
    public static func providerRoutes(
        _ catalog: Catalog, _ health: ProviderHealth, _ caps: SpendingCaps
    ) -> [Route] {
        [providers(catalog, health), close(health), showCaps(caps), changeCaps(health, caps)]
    }

    private static func providers(_ catalog: Catalog, _ health: ProviderHealth) -> Route {
        .get(
            "/api/admin/providers", access: .admin, limit: .api, features: ["CAT-06", "GEN-15", "GEN-16"],
            summary: "Every provider: whether it can be used, how it is, and what it is allowed."
        ) { _ in
            let figures = try health.all()
            return ProviderList(
                providers: try catalog.providers().compactMap { summary in
                    figures[summary.provider.name].map { ListedProvider(summary, catalog.credentials, $0) }
                })
        }
    }

    private static func close(_ health: ProviderHealth) -> Route {
        .post(
            "/api/admin/providers/[name]/resume", access: .admin, limit: .api, features: ["GEN-16"],
            summary: "Sends requests again to a provider that gets none at the moment."
        ) { context in
            try health.close(context.parameter("name"), by: try context.member().id)
            return Done()
        }
    }

    private static func showCaps(_ caps: SpendingCaps) -> Route {
        .get(
            "/api/admin/caps", access: .admin, limit: .api, features: ["GEN-15"],
            summary: "What members may spend in a month: all of them, and those with a cap of their own."
        ) { context in
            let all = try caps.all(for: try context.member().id)
            return CapList(
                standard: all.first { $0.memberID == nil }, members: all.filter { $0.memberID != nil })
        }
    }

    private static let amount = Schema.string(
        1...13,
        pattern: Pattern("^[0-9]{1,8}([.][0-9]{1,4})?$", explanation: "must be an amount in dollars") { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            return Money(text).map { $0 >= .zero } == true && parts[0].count <= 8
                && (parts.count == 1 || parts[1].count <= 4) && parts[0].first != "-"
        })

    private static let capChanges = Schema.object([
        .optional("provider", .string(1...40), "The provider whose limits change; else members' caps do."),
        .optional("monthlyUsd", amount, "What a month may cost at the provider; null for no cap."),
        .optional("concurrency", .integer(1...1_000), "Requests that it works on at once; null for the setting's."),
        .optional("submissionsPerMinute", .integer(1...100_000), "Submissions a minute; null for no limit."),
        .optional("userId", .uuid, "The member whose cap changes; else that of all without one of their own does."),
        .optional("monthlyCredits", .integer(0...2_000_000_000), "Credits a month; null for no cap."),
        .optional("monthlySeconds", .integer(0...2_000_000), "Seconds a month; null for no cap."),
    ]).named("CapChanges")

    private static func changeCaps(_ health: ProviderHealth, _ caps: SpendingCaps) -> Route {
        Route(
            .patch, "/api/admin/caps", access: .admin, limit: .api, body: .json(capChanges),
            answers: [200: Done.schema], features: ["GEN-15", "GEN-16"],
            summary: "Sets what a provider may cost and be sent, or what members may spend. What is missing stays."
        ) { context, body in
            guard case .object(let facts) = body else { throw Problem.malformed("The body is no object.") }
            let admin = try context.member().id
            if let provider = facts["provider"]?.text {
                var limits: [String: JSONValue] = [:]
                limits["monthly_cap_usd"] = facts["monthlyUsd"]
                limits["concurrency"] = facts["concurrency"]
                limits["submissions_per_minute"] = facts["submissionsPerMinute"]
                try health.setLimits(of: provider, to: JSONText(JSONValue.object(limits).description), by: admin)
                return .json(Done())
            }
            let member = facts["userId"]?.text.flatMap { UUID(uuidString: $0) }
            let kept = try caps.all(for: admin).first { $0.memberID == member }
            try caps.set(
                member, credits: facts["monthlyCredits"].map(\.integer) ?? kept?.credits,
                seconds: facts["monthlySeconds"].map(\.integer) ?? kept?.seconds, by: admin)
            return .json(Done())
        }
    }
}

private struct ListedProvider: Shaped {
    let summary: ProviderSummary
    let obstacle: String?
    let health: ProviderFigures

    init(_ summary: ProviderSummary, _ credentials: ProviderCredentials, _ health: ProviderFigures) {
        self.summary = summary
        self.health = health
        obstacle = credentials.obstacle(summary.provider)
    }

    static let shape = Shape<ListedProvider>("ListedProvider") {
        Field("name", \.summary.provider.name)
        Field("displayName", \.summary.provider.displayName)
        Field("apiKeyEnv", \.summary.provider.keySetting, "The setting that holds its key; null when it needs none.")
        Field("isAutomatic", \.summary.provider.isAutomatic, "Whether it runs models by itself.")
        Field("isAvailable", { $0.obstacle == nil })
        Field("unavailableReason", \.obstacle)
        Field("models", \.summary.models, "The number of its active models.")
        Including(\.health)
    }
}

private struct ProviderList: Shaped {
    let providers: [ListedProvider]

    static let shape = Shape<ProviderList>("ProviderList") {
        Field("providers", \.providers)
    }
}

extension MemberCap: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<MemberCap>("MemberCap") {
        Field("userID", \.memberID)
        Field("username", \.username)
        Field("monthlyCredits", \.credits)
        Field("monthlySeconds", \.seconds)
    }
}

private struct CapList: Shaped {
    let standard: MemberCap?
    let members: [MemberCap]

    static let shape = Shape<CapList>("CapList") {
        Field("monthlyCredits", \.standard?.credits, "Of every member without a cap of their own; null for no cap.")
        Field("monthlySeconds", \.standard?.seconds)
        Field("members", \.members, "The members with a cap of their own.")
    }
}
