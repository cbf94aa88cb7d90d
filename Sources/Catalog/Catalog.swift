public import FoundationEssentials
public import Money
public import Postgres

/// The models of the site. Everything is read anew, so that a change counts for the next request.
public struct Catalog: Sendable {
    let database: Database
    /// Which providers can be used.
    public let credentials: ProviderCredentials
    /// How costs become credits.
    public let rate: CreditRate

    /// The catalog of a database.
    public init(database: Database, credentials: ProviderCredentials, rate: CreditRate = CreditRate()) {
        self.database = database
        self.credentials = credentials
        self.rate = rate
    }

    /// The active models by name.
    public func active() throws(DatabaseError) -> [Model] {
        try models("models.is_active")
    }

    /// The active premium models by name.
    public func premium() throws(DatabaseError) -> [Model] {
        try models("models.is_active and models.is_premium")
    }

    /// The active models of a provider or a maker by name, in upper or lower case.
    public func by(providerOrMaker name: String) throws(DatabaseError) -> [Model] {
        try models(
            "models.is_active and (lower(models.provider) = lower(\(name)) or lower(models.maker) = lower(\(name)))")
    }

    /// The active rows of one model at several providers.
    public func family(_ name: String) throws(DatabaseError) -> [Model] {
        try models("models.is_active and models.family = \(name)")
    }

    /// Every model by name, inactive ones included; those of a category, or whose name, maker or provider contains a text.
    public func all(category: ModelCategory? = nil, search: String? = nil) throws(DatabaseError) -> [Model] {
        var conditions: [SQL] = ["true"]
        if let category { conditions.append("models.category = \(category)") }
        if let search {
            let pattern = LikePattern.containing(search)
            conditions.append(
                """
                (
                    models.name ilike \(pattern) or models.slug ilike \(pattern) or models.maker ilike \(pattern)
                    or models.provider ilike \(pattern)
                )
                """)
        }
        return try models(conditions.joined(separator: " and "))
    }

    /// The default model; nil when none was chosen.
    public func standard() throws(DatabaseError) -> Model? {
        try models("models.is_default").first
    }

    /// The model with a slug, inactive ones included.
    public func find(slug: String) throws(DatabaseError) -> Model? {
        try models("models.slug = \(slug)").first
    }

    /// The model with an id, inactive ones included.
    public func find(_ id: UUID) throws(DatabaseError) -> Model? {
        try models("models.id = \(id)").first
    }

    /// The model that a caller names by slug, by model id (`google/veo-3`) or by id, inactive ones included.
    public func find(named name: String) throws(DatabaseError) -> Model? {
        let id = UUID(uuidString: name)
        return try models("models.slug = \(name) or models.model_id = \(name) or models.id = \(id)").first
    }

    /// Every provider, with the number of its active models.
    public func providers() throws(DatabaseError) -> [ProviderSummary] {
        try database.query(
            """
            select \(sql: Provider.columns), count(models.id) filter (where models.is_active)::int as models
            from providers
            left join models on models.provider = providers.name
            group by providers.name
            order by providers.is_automatic desc, providers.name
            """)
    }

    /// Every capability, with the number of the active models that have it.
    public func capabilities() throws(DatabaseError) -> [CapabilitySummary] {
        try database.query(
            """
            select capabilities.name, capabilities.description,
                count(models.id) filter (where models.is_active)::int as models
            from capabilities
            left join models on models.capabilities @> array[capabilities.name]
            group by capabilities.name
            order by capabilities.name
            """)
    }

    /// The presets of the catalog for a model, by name.
    public func presets(of model: UUID) throws(DatabaseError) -> [CatalogPreset] {
        try database.query(
            """
            select name, prompt, negative_prompt, parameters
            from presets
            where model_id = \(model) and user_id is null
            order by name
            """)
    }

    /// Why a run with this duration and quality is not possible, regardless of who asks; nil when it is. It does not say
    /// whether the provider can be used: that is ``availability(of:hasPremium:)``.
    public func validate(_ model: Model?, duration: Duration, quality: String) -> ModelRefusal? {
        guard let model else { return .notFoundOrInactive }
        return model.check(duration: duration, quality: quality)
    }

    /// Why a member cannot run a model at the moment; nil when the member can. `hasPremium` says whether the member has the
    /// premium flag or a grant.
    public func availability(of model: Model, hasPremium: Bool) -> ModelRefusal? {
        if model.isDeprecated || !model.isActive { return .notFoundOrInactive }
        if let obstacle = credentials.obstacle(model.provider) { return .unavailable(reason: obstacle) }
        return model.isPremium && !hasPremium ? .locked : nil
    }

    /// Whether an admin granted the member premium models.
    public func hasPremiumGrant(_ member: UUID) throws(DatabaseError) -> Bool {
        try database.acting(for: member).one(
            "select exists (select from premium_grants where user_id = \(member))")
    }

    private func models(_ condition: SQL) throws(DatabaseError) -> [Model] {
        try database.query(
            """
            select \(sql: Model.columns)
            from \(sql: Model.source)
            where \(sql: condition)
            order by models.name, models.id
            """)
    }
}

/// A provider with what it offers.
public struct ProviderSummary: Sendable, RowDecodable {
    /// The provider.
    public let provider: Provider
    /// The number of its active models.
    public let models: Int

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        provider = try Provider(row: row)
        models = try row.value("models")
    }
}

/// A capability with how common it is.
public struct CapabilitySummary: Sendable, RowDecodable {
    /// What programs call it.
    public let name: String
    /// What it is.
    public let description: String
    /// The number of the active models that have it.
    public let models: Int

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        name = try row.value("name")
        description = try row.value("description")
        models = try row.value("models")
    }
}

/// A filled-in form of a model that comes with the catalog.
public struct CatalogPreset: Sendable, Hashable, RowDecodable {
    /// What people call it; one model has each name once.
    public let name: String
    /// What the video shows.
    public let prompt: String
    /// What it must not show.
    public let negativePrompt: String
    /// Values of the model's parameters.
    public let parameters: JSONText

    /// A preset.
    public init(name: String, prompt: String, negativePrompt: String, parameters: JSONText) {
        self.name = name
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.parameters = parameters
    }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        name = try row.value("name")
        prompt = try row.value("prompt")
        negativePrompt = try row.value("negative_prompt")
        parameters = try row.value("parameters")
    }
}
