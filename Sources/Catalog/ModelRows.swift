internal import FoundationEssentials
public import Money
public import Postgres

extension Row {
    /// The amount of a `numeric` column; nil for null.
    public func money(_ column: String) throws(DatabaseError) -> Money? {
        guard let text = try value(column, as: String?.self) else { return nil }
        guard let amount = Money(text) else {
            throw .decoding(column: column, expected: "an amount", found: text)
        }
        return amount
    }
}

extension Model: RowDecodable {
    static let source: SQL = "models join providers on providers.name = models.provider"
    static let columns: SQL = """
        models.id, models.slug, models.model_id, models.name, models.description, models.version, models.maker,
            \(sql: Provider.columns), models.endpoint, models.family, models.category, models.capabilities, models.tags,
            models.durations, models.fixed_duration, (models.max_duration * 1000)::int as max_duration_ms, models.fps,
            models.timeout_seconds,
            models.qualities, models.aspect_ratios, models.parameters, models.default_parameters,
            models.requirements, models.cost_per_second, models.pricing, models.is_premium, models.is_active,
            models.is_default, models.is_deprecated, models.deprecated_at, models.created_at, models.updated_at,
            models.completed_runs, models.failed_runs, models.generation_ms, models.cost_total, models.costed_runs
        """

    /// Reads a row of these columns. A pricing that is not valid is read as none, so that the price per second counts.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        slug = try row.value("slug")
        modelID = try row.value("model_id")
        name = try row.value("name")
        description = try row.value("description")
        version = try row.value("version")
        maker = try row.value("maker")
        provider = try Provider(row: row)
        endpoint = try row.value("endpoint")
        family = try row.value("family")
        category = try row.value("category")
        capabilities = try row.cases("capabilities")
        tags = try row.value("tags")
        durations = try row.value("durations")
        fixedDuration = try row.value("fixed_duration")
        maxDuration = try row.value("max_duration_ms", as: Int?.self).map { .milliseconds($0) }
        framesPerSecond = try row.value("fps")
        timeout = try row.value("timeout_seconds", as: Int?.self).map { .seconds($0) }
        qualities = try row.cases("qualities")
        aspectRatios = try row.value("aspect_ratios")
        parameters = try row.value("parameters")
        defaultParameters = try row.value("default_parameters")
        requirements = try row.value("requirements")
        costPerSecond = try row.money("cost_per_second")
        pricing = try row.value("pricing", as: JSONText?.self).flatMap { try? $0.decode(Pricing.self) }
        isPremium = try row.value("is_premium")
        isActive = try row.value("is_active")
        isDefault = try row.value("is_default")
        isDeprecated = try row.value("is_deprecated")
        deprecatedAt = try row.value("deprecated_at")
        createdAt = try row.value("created_at")
        updatedAt = try row.value("updated_at")
        statistics = ModelStatistics(
            completed: try row.value("completed_runs"), failed: try row.value("failed_runs"),
            generationTime: .milliseconds(try row.value("generation_ms", as: Int.self)),
            costTotal: try row.money("cost_total") ?? .zero, costed: try row.value("costed_runs"))
    }
}

extension Row {
    /// The labels of an array as cases; a label without a case is left out.
    fileprivate func cases<Case: RawRepresentable<String>>(_ column: String) throws(DatabaseError) -> [Case] {
        let labels: [String] = try value(column)
        return labels.compactMap(Case.init(rawValue:))
    }
}
