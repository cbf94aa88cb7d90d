public import FoundationEssentials
public import Money
public import Postgres

/// What a run of a model, a duration and a quality can be expected to do, from at least twenty runs of the last 90 days.
public struct Expectation: Sendable, Hashable, RowDecodable {
    /// The model.
    public let model: UUID
    /// The duration that was asked for.
    public let duration: Duration
    /// The quality.
    public let quality: Quality
    /// The runs behind the figures; cancelled ones do not count.
    public let runs: Int
    /// Those with a video.
    public let completed: Int
    /// Half of the completed runs took at most so long; nil when none was completed.
    public let median: Duration?
    /// Nine of ten took at most so long.
    public let ninetieth: Duration?

    /// The completed among the runs, in percent.
    public var successPercent: Int { (completed * 100 + runs / 2) / max(runs, 1) }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        model = try row.value("model_id")
        duration = .milliseconds(try row.value("duration_ms", as: Int.self))
        quality = Quality(rawValue: try row.value("quality")) ?? .standard
        runs = try row.value("runs")
        completed = try row.value("completed")
        median = try row.value("median_ms", as: Int?.self).map { .milliseconds($0) }
        ninetieth = try row.value("ninetieth_ms", as: Int?.self).map { .milliseconds($0) }
    }
}

/// A model that the studio suggests.
public struct ModelSuggestion: Sendable {
    /// What it is best at.
    public enum Kind: String, Sendable, CaseIterable {
        /// The lowest price.
        case cheapest
        /// The shortest time, as far as it is known.
        case fastest
    }

    /// What it is best at.
    public let kind: Kind
    /// The model.
    public let model: Model
    /// Its price.
    public let credits: Int
    /// Why it is suggested.
    public let reason: String
}

extension Catalog {
    /// What is known of each model, duration and quality; of one model when it is named.
    public func expectations(of model: UUID? = nil) throws(DatabaseError) -> [Expectation] {
        try database.query(
            """
            select model_id, duration_ms, quality, runs, completed, median_ms, ninetieth_ms
            from model_expectations
            where \(model)::uuid is null or model_id = \(model)
            order by model_id, duration_ms, quality
            """)
    }

    /// The cheapest and the fastest model that a member can run now for a duration, a quality, a capability and a budget in
    /// credits. Ratings would add the best one; there are none yet.
    public func suggestions(
        duration: Duration, quality: Quality, capability: ModelCapability, budget: Int?, hasPremium: Bool,
        except providers: Set<String> = []
    ) throws(DatabaseError) -> [ModelSuggestion] {
        let fitting = try active().compactMap { model -> (model: Model, credits: Int)? in
            guard availability(of: model, hasPremium: hasPremium) == nil, model.capabilities.contains(capability),
                !providers.contains(model.provider.name),
                model.check(duration: duration, quality: quality.rawValue) == nil,
                let credits = model.credits(seconds: duration, quality: quality, rate: rate),
                budget.map({ credits <= $0 }) ?? true
            else { return nil }
            return (model, credits)
        }
        var found: [ModelSuggestion] = []
        if let cheapest = fitting.min(by: { ($0.credits, $0.model.name) < ($1.credits, $1.model.name) }) {
            let price = cheapest.credits == 0 ? "Free" : "\(cheapest.credits) credits"
            let reason =
                fitting.count == 1
                ? "\(price): the only model that fits"
                : "\(price): the lowest price of \(fitting.count) models that fit"
            found.append(
                ModelSuggestion(kind: .cheapest, model: cheapest.model, credits: cheapest.credits, reason: reason))
        }
        let known = try expectations().filter { $0.duration == duration && $0.quality == quality }
        let timed = fitting.compactMap { fit in
            known.first { $0.model == fit.model.id }.flatMap { known in
                known.median.map { (fit: fit, median: $0, runs: known.runs) }
            }
        }
        if let fastest = timed.min(by: { $0.median < $1.median }) {
            let seconds = max(1, (fastest.median.milliseconds + 500) / 1_000)
            let others =
                timed.count == 1 ? "the only model whose time is known" : "the shortest of \(timed.count) models"
            found.append(
                ModelSuggestion(
                    kind: .fastest, model: fastest.fit.model, credits: fastest.fit.credits,
                    reason: "half of \(fastest.runs) runs took \(seconds) s at most: \(others)"))
        }
        return found
    }

    /// Active models that make the same for less: of each model those with its capabilities whose usual run costs less at the
    /// first one's usual duration and standard quality, the cheapest first, three at most.
    public func cheaperModels() throws(DatabaseError) -> [(
        model: Model, cost: Money, cheaper: [(model: Model, cost: Money)]
    )] {
        let models = try active()
        return models.compactMap { model in
            let duration = model.standardDuration
            guard let cost = model.expectedCost(seconds: duration)?.amount, cost > .zero else { return nil }
            let cheaper = models.compactMap { other -> (model: Model, cost: Money)? in
                guard other.id != model.id, other.provider.name != "local",
                    Set(model.capabilities).isSubset(of: other.capabilities),
                    other.check(duration: duration, quality: Quality.standard.rawValue) == nil,
                    let price = other.expectedCost(seconds: duration)?.amount, price < cost
                else { return nil }
                return (other, price)
            }
            .sorted { $0.cost < $1.cost }.prefix(3)
            return cheaper.isEmpty ? nil : (model, cost, Array(cheaper))
        }
    }
}
