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
    /// The model's tier of blind battles; nil while it has none.
    public let tier: ModelTier?

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
        tier = try row.value("tier", as: Int?.self) == nil ? nil : ModelTier(row: row)
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
        /// The best tier of blind battles.
        case bestRated
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

/// A model's tier on a board of ratings. Tiers of one list can be compared with each other.
public struct ModelTier: Sendable, Hashable, RowDecodable {
    /// The model's slug.
    public let slug: String
    /// From 0, the best.
    public let tier: Int
    /// In how many battles it was judged.
    public let battles: Int

    /// A tier.
    public init(slug: String, tier: Int, battles: Int) {
        self.slug = slug
        self.tier = tier
        self.battles = battles
    }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        self.init(slug: try row.value("slug"), tier: try row.value("tier"), battles: try row.value("battles"))
    }

    /// How the board calls the tier: A is the best.
    public var letter: String { tier < 26 ? String(UnicodeScalar(UInt8(65 + tier))) : "\(tier + 1)" }
}

extension Catalog {
    /// What is known of each model, duration and quality; of one model when it is named.
    public func expectations(of model: UUID? = nil) throws(DatabaseError) -> [Expectation] {
        try database.query(
            """
            select known.model_id, known.duration_ms, known.quality, known.runs, known.completed, known.median_ms,
                known.ninetieth_ms, rated.slug, rated.tier, rated.battles
            from model_expectations known
            join models on models.id = known.model_id
            left join (\(sql: Self.tiers(on: "all"))) rated on rated.slug = models.slug
            where \(model)::uuid is null or known.model_id = \(model)
            order by known.model_id, known.duration_ms, known.quality
            """)
    }

    /// The tiers of the models that can be compared with each other on the board of blind battles of videos of a sort, or of
    /// all videos. Where the board has several groups, it is the largest one.
    public func tiers(for capability: ModelCapability? = nil) throws(DatabaseError) -> [ModelTier] {
        let board =
            switch capability {
            case .textToVideo: "text"
            case .imageToVideo: "picture"
            case nil: "all"
            }
        return try database.query(Self.tiers(on: board))
    }

    private static func tiers(on board: String) -> SQL {
        """
        select rated ->> 'slug' as slug, (rated ->> 'tier')::int as tier, (rated ->> 'battles')::int as battles
        from rating_boards
        cross join jsonb_array_elements(document -> 'groups' -> 0 -> 'models') rated
        where rating_boards.name = \(board) and rated ->> 'tier' is not null
        """
    }

    /// The cheapest, the fastest and the best-rated model that a member can run now for a duration, a quality, a capability and a
    /// budget in credits. Models of one tier are level, so of those the cheapest is suggested.
    public func suggestions(
        duration: Duration, quality: Quality, capability: ModelCapability, budget: Int?, hasPremium: Bool,
        except providers: Set<String> = [], tiers: [ModelTier] = []
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
        let rated = fitting.compactMap { fit in
            tiers.first { $0.slug == fit.model.slug }.map { (fit: fit, standing: $0) }
        }
        let best = rated.min { left, right in
            (left.standing.tier, left.fit.credits, left.fit.model.name)
                < (right.standing.tier, right.fit.credits, right.fit.model.name)
        }
        if let best {
            let level = rated.count(where: { $0.standing.tier == best.standing.tier }) - 1
            let others =
                switch (rated.count - 1, level) {
                case (0, _): "the only model that fits and has a tier"
                case (_, 0): "the highest of \(rated.count) models that fit"
                case (_, 1): "level with one other that fits, and not dearer"
                default: "level with \(level) others that fit, and not dearer"
                }
            found.append(
                ModelSuggestion(
                    kind: .bestRated, model: best.fit.model, credits: best.fit.credits,
                    reason: "tier \(best.standing.letter) after \(best.standing.battles) blind battles: \(others)"))
        }
        return found
    }

    /// Active models that make the same for less and are rated no worse: of each model those with its capabilities whose usual
    /// run costs less at the first one's usual duration and standard quality, the cheapest first, three at most. Where one of the
    /// two has no tier, their ratings are not compared.
    public func cheaperModels() throws(DatabaseError) -> [CheaperModels] {
        let models = try active()
        let tiers = Dictionary(try tiers().map { ($0.slug, $0.tier) }) { first, _ in first }
        return models.compactMap { model in
            let duration = model.standardDuration
            guard let cost = model.expectedCost(seconds: duration)?.amount, cost > .zero else { return nil }
            let cheaper = models.compactMap { other -> CheaperModels.Other? in
                guard other.id != model.id, other.provider.name != "local",
                    Set(model.capabilities).isSubset(of: other.capabilities),
                    other.check(duration: duration, quality: Quality.standard.rawValue) == nil,
                    let price = other.expectedCost(seconds: duration)?.amount, price < cost
                else { return nil }
                guard let own = tiers[model.slug], let theirs = tiers[other.slug] else {
                    return CheaperModels.Other(model: other, cost: price, isRatedNoWorse: nil)
                }
                return theirs <= own ? CheaperModels.Other(model: other, cost: price, isRatedNoWorse: true) : nil
            }
            .sorted { $0.cost < $1.cost }.prefix(3)
            return cheaper.isEmpty ? nil : CheaperModels(model: model, cost: cost, others: Array(cheaper))
        }
    }
}

/// A model with those that make the same for less.
public struct CheaperModels: Sendable {
    /// One of those.
    public struct Other: Sendable {
        /// The model.
        public let model: Model
        /// What the run costs there.
        public let cost: Money
        /// True where both have a tier; nil where one has none, so that their ratings are not compared.
        public let isRatedNoWorse: Bool?
    }

    /// The model.
    public let model: Model
    /// What its usual run costs.
    public let cost: Money
    /// The others, the cheapest first.
    public let others: [Other]
}
