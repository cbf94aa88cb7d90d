public import Catalog
public import FoundationEssentials
public import Generation
public import Money
public import Postgres
internal import Refusals
internal import Text

/// What an admin wants to compare.
public struct ComparisonRequest: Sendable {
    /// The title.
    public var title: String
    /// What to say of it.
    public var about = ""
    /// What the videos start from.
    public var kind: ModelCapability
    /// What the videos show.
    public var prompt: String
    /// What they must not show.
    public var negativePrompt: String?
    /// The picture that they start from.
    public var imageID: UUID?
    /// The models, by slug, model id or id.
    public var models: [String]
    /// Length; nil for each model's usual one.
    public var duration: Duration?
    /// Quality; nil for standard.
    public var quality: String?
    /// Shape; nil for each model's first.
    public var aspectRatio: String?
    /// The seed of every run; nil for a random one.
    public var seed: Int?
    /// The names of its tags.
    public var tags: [String] = []
    /// Whether everyone may see it from the start.
    public var isPublic = false
    /// Whether it comes first in lists.
    public var isFeatured = false
    /// The credits that the admin has seen; nil to accept any price.
    public var seenCredits: Int?
    /// The key under which a repeated request is the same one.
    public var idempotencyKey: String?
    /// The suggestion that it is made of.
    public var suggestion: UUID?
    /// The plan that it fulfils.
    var plan: UUID?

    /// A request.
    public init(title: String, kind: ModelCapability, prompt: String, models: [String]) {
        self.title = title
        self.kind = kind
        self.prompt = prompt
        self.models = models
    }

    /// The runs that it asks for. All have the same seed, since they are compared.
    fileprivate func runs(seed: Int) -> [GenerationRequest] {
        models.enumerated().map { index, model in
            GenerationRequest(
                model: model, prompt: prompt, negativePrompt: negativePrompt, imageID: imageID, duration: duration,
                quality: quality, aspectRatio: aspectRatio, seed: seed, seenCredits: index == 0 ? seenCredits : nil,
                idempotencyKey: index == 0 ? idempotencyKey : nil)
        }
    }
}

/// What a comparison would cost.
public struct ComparisonQuote: Sendable {
    /// One of its models.
    public struct Entry: Sendable {
        /// What the request called it.
        public let model: String
        /// What it costs; nil when it cannot make the video.
        public let quote: GenerationQuote?
        /// Why it cannot.
        public let obstacle: String?
    }

    /// The models in the order of the request.
    public let entries: [Entry]
    /// Comparisons with the same prompt, the newest first.
    public let same: [ComparisonFacts]

    /// The credits of all that can be made.
    public var credits: Int { entries.reduce(0) { $0 + ($1.quote?.credits ?? 0) } }
    /// The expected costs of all that can be made.
    public var expected: Money { entries.reduce(.zero) { $0 + ($1.quote?.expected ?? .zero) } }
}

/// What changes of a comparison; nil leaves as it is.
public struct ComparisonChanges: Sendable, Encodable {
    /// The title.
    public var title: String?
    /// What is said of it.
    public var about: String?
    /// Whether everyone may see it.
    public var isPublic: Bool?
    /// Whether it comes first in lists.
    public var isFeatured: Bool?
    /// Whether it takes turns at being featured.
    public var isRotating: Bool?
    /// Whether it is put away.
    public var isArchived: Bool?
    /// The names of its tags.
    public var tags: [String]?

    /// No change.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case title
        case about = "description"
        case isPublic = "is_public"
        case isFeatured = "is_featured"
        case isRotating = "is_rotating"
        case isArchived = "is_archived"
    }
}

/// Comparisons of models: one prompt, run through several of them.
public struct Comparisons: Sendable {
    /// As many videos as a grid shows.
    public static let mostVideos = 9

    let database: Database
    /// The machine that makes the videos.
    public let generations: Generations

    /// The comparisons of a database.
    public init(database: Database, generations: Generations) {
        self.database = database
        self.generations = generations
    }

    /// What a request would cost, model by model, and whether its prompt was compared before.
    public func quote(_ request: ComparisonRequest, hasPremium: Bool, for admin: UUID) throws -> ComparisonQuote {
        let entries = try request.runs(seed: 0).map { run -> ComparisonQuote.Entry in
            let name = run.model ?? ""
            do {
                return ComparisonQuote.Entry(
                    model: name, quote: try generations.quote(run, hasPremium: hasPremium), obstacle: nil)
            } catch {
                guard let refusal = refusal(in: error) else { throw error }
                return ComparisonQuote.Entry(model: name, quote: nil, obstacle: refusal.sentence)
            }
        }
        let same: [ComparisonFacts] =
            request.prompt.isEmpty
            ? []
            : try database.acting(for: admin).query(
                """
                select \(sql: ComparisonFacts.columns)
                from comparisons
                where md5(lower(prompt)) = md5(lower(\(request.prompt)))
                order by created_at desc
                limit 3
                """)
        return ComparisonQuote(entries: entries, same: same)
    }

    /// Makes a comparison and asks every model for its video: one request, which is made as a whole or not at all. True when
    /// it is the answer to an earlier request with the same key.
    public func create(
        _ request: ComparisonRequest, by admin: UUID, hasPremium: Bool
    ) throws -> (comparison: Comparison, isRepeated: Bool) {
        try check(request, hasPremium: hasPremium)
        let tags = try request.tags.map(Self.tag)
        let seed = request.seed ?? Int.random(in: 0...2_147_483_647)
        var id: UUID?
        let receipt = try generations.create(
            .models, request.runs(seed: seed), member: admin, hasPremium: hasPremium
        ) { receipt, connection in
            let videos = receipt.all.map(\.id)
            if receipt.isRepeated {
                id = try connection.first(
                    "select comparison_id from comparison_videos where generation_id = any (\(videos)) limit 1",
                    as: UUID.self)
                return
            }
            let first = receipt.generation
            let slug = Slug.of(request.title, length: 60)
            let facts = NewComparison(
                slug: slug.isEmpty ? "comparison" : slug, title: request.title, about: request.about,
                kind: request.kind.rawValue, prompt: request.prompt, negativePrompt: request.negativePrompt,
                imageID: request.imageID, durationMs: first.durationMs, quality: first.quality,
                aspectRatio: request.aspectRatio ?? first.aspectRatio, seed: seed, isPublic: request.isPublic,
                isFeatured: request.isFeatured)
            id = try connection.one(
                """
                select create_comparison(
                    \(admin), \(try JSONText(encoding: facts)), \(tags.map(\.name)), \(tags.map(\.slug)), \(videos)
                )
                """, as: UUID.self)
            if let plan = request.plan {
                let outcome: String = try connection.one("select complete_plan(\(plan), \(id))")
                guard outcome == "done" else { throw PlanGone() }
            }
            if let suggestion = request.suggestion {
                try ArenaRefusal.check(
                    try connection.one("select accept_suggestion(\(admin), \(suggestion), \(id))", as: String.self))
            }
        }
        guard let id, let made = try find(id, for: admin) else { throw ComparisonRefusal.notFound }
        return (made, receipt.isRepeated)
    }

    /// Asks further models for the video of a comparison.
    public func add(models: [String], to id: UUID, by admin: UUID, hasPremium: Bool) throws -> Comparison {
        guard let kept = try find(id, for: admin) else { throw ComparisonRefusal.notFound }
        guard kept.videos.count + models.count <= Self.mostVideos else { throw ComparisonRefusal.tooManyModels }
        return try run(models, of: kept, seed: kept.facts.seed, by: admin, hasPremium: hasPremium) { videos in
            "select add_comparison_videos(\(admin), \(id), \(videos))"
        }
    }

    /// Makes videos of a comparison again, all with one new seed. Each new one takes the place of the old one, which is kept, when
    /// it is finished.
    public func rerun(_ videos: [UUID], of id: UUID, by admin: UUID, hasPremium: Bool) throws -> Comparison {
        guard let kept = try find(id, for: admin) else { throw ComparisonRefusal.notFound }
        let chosen = kept.videos.filter { videos.contains($0.generation.id) }
        guard !chosen.isEmpty, chosen.count == Set(videos).count else { throw ComparisonRefusal.videoNotFound }
        let models = chosen.map(\.generation.modelSlug)
        let seed = Int.random(in: 0...2_147_483_647)
        return try run(models, of: kept, seed: seed, by: admin, hasPremium: hasPremium) { runs in
            "select rerun_comparison_videos(\(admin), \(id), \(runs))"
        }
    }

    /// Runs the request of a comparison through models. `join` makes the runs part of it, and says what hinders that.
    private func run(
        _ models: [String], of kept: Comparison, seed: Int, by admin: UUID, hasPremium: Bool, join: ([UUID]) -> SQL
    ) throws -> Comparison {
        let image: UUID? = try database.acting(for: admin).one(
            "select source_image_id from comparisons where id = \(kept.facts.id)", as: UUID?.self)
        if kept.facts.kind == .imageToVideo, image == nil { throw ComparisonRefusal.pictureGone }
        var request = ComparisonRequest(
            title: kept.facts.title, kind: kept.facts.kind, prompt: kept.facts.prompt, models: models)
        request.negativePrompt = kept.facts.negativePrompt
        request.imageID = image
        request.duration = .milliseconds(kept.facts.durationMs)
        request.quality = kept.facts.quality
        request.aspectRatio = kept.facts.aspectRatio
        try check(request, hasPremium: hasPremium)
        _ = try generations.create(
            .models, request.runs(seed: seed), member: admin, hasPremium: hasPremium
        ) { receipt, connection in
            try ComparisonRefusal.check(try connection.one(join(receipt.all.map(\.id)), as: String.self))
        }
        guard let changed = try find(kept.facts.id, for: admin) else { throw ComparisonRefusal.notFound }
        return changed
    }

    /// Refuses what no model can make, and says which model cannot.
    func check(_ request: ComparisonRequest, hasPremium: Bool) throws {
        guard request.models.count <= Self.mostVideos else { throw ComparisonRefusal.tooManyModels }
        let needsPicture = request.kind == .imageToVideo
        guard needsPicture == (request.imageID != nil) else {
            throw ComparisonRefusal.picture(isNeeded: needsPicture)
        }
        var known: Set<UUID> = []
        for run in request.runs(seed: 0) {
            let name = run.model ?? ""
            do {
                let quote = try generations.quote(run, hasPremium: hasPremium)
                guard known.insert(quote.model.id).inserted else { throw ComparisonRefusal.repeatedModel(name) }
            } catch {
                guard let refusal = refusal(in: error), !(refusal is ComparisonRefusal) else { throw error }
                throw ComparisonRefusal.model(name, reason: refusal.sentence)
            }
        }
    }

    /// Changes a comparison.
    public func change(_ id: UUID, _ changes: ComparisonChanges, by admin: UUID) throws -> Comparison {
        let tags = try changes.tags?.map(Self.tag)
        let outcome: String = try database.acting(for: admin).one(
            """
            select change_comparison(
                \(admin), \(id), \(try JSONText(encoding: changes)), \(tags?.map(\.name)), \(tags?.map(\.slug))
            )
            """)
        try ComparisonRefusal.check(outcome)
        guard let changed = try find(id, for: admin) else { throw ComparisonRefusal.notFound }
        return changed
    }

    /// Makes one change to several comparisons; the ids of those that exist.
    public func change(_ ids: [UUID], _ changes: ComparisonChanges, by admin: UUID) throws -> [UUID] {
        let text = try JSONText(encoding: changes)
        return try database.acting(for: admin).query(
            """
            select wanted.id
            from unnest(\(ids)) wanted (id)
            where change_comparison(\(admin), wanted.id, \(text), null, null) = 'done'
            """)
    }

    /// Deletes comparisons with their videos, votes and files; the ids of those that existed.
    public func delete(_ ids: [UUID], by admin: UUID) throws -> [UUID] {
        try database.acting(for: admin).query("select delete_comparisons(\(admin), \(ids))")
    }

    /// A tag of a name.
    static func tag(_ name: String) throws -> ComparisonTag {
        let slug = Slug.of(name, length: 40)
        guard !slug.isEmpty else { throw ComparisonRefusal.tagWithoutLetters(name) }
        return ComparisonTag(slug: slug, name: name.trimmed)
    }
}

extension Comparisons {
    /// A comparison as an admin, or with nil everyone, sees it; nil when the reader may not.
    public func find(_ id: UUID, for admin: UUID? = nil) throws -> Comparison? {
        try find(where: "comparisons.id = \(id)", for: admin)
    }

    /// The comparison with a slug; see `find(_:for:)`.
    public func find(slug: String, for admin: UUID? = nil) throws -> Comparison? {
        try find(where: "comparisons.slug = \(slug)", for: admin)
    }

    private func find(where condition: SQL, for admin: UUID?) throws -> Comparison? {
        let reader = database.acting(for: admin)
        let listed: SQL = admin == nil ? "is_public and archived_at is null" : "true"
        let found: ComparisonFacts? = try reader.first(
            "select \(sql: ComparisonFacts.columns) from comparisons where \(sql: condition) and \(sql: listed)")
        guard let facts = found else { return nil }
        let shown: SQL = admin == nil ? "generations.status = 'completed'" : "true"
        let videos: [ComparisonVideo] = try reader.query(
            """
            select models.maker as model_maker, videos.vote_count as video_votes, \(sql: Generation.columns)
            join comparison_videos videos on videos.generation_id = generations.id
            where videos.comparison_id = \(facts.id) and \(sql: shown)
            order by videos.added_at, coalesce(videos.place, generations.group_step), generations.id
            """)
        guard admin != nil else { return Comparison(facts: facts, videos: videos, reruns: []) }
        let reruns: [ComparisonRerun] = try reader.query(
            """
            select models.maker as model_maker, reruns.vote_count as video_votes, reruns.is_next, \(sql: Generation.columns)
            join comparison_reruns reruns on reruns.generation_id = generations.id
            where reruns.comparison_id = \(facts.id)
            order by reruns.is_next desc, reruns.added_at desc, generations.id
            """)
        return Comparison(facts: facts, videos: videos, reruns: reruns)
    }

    /// Where the picture of a public comparison is stored; nil when there is none.
    public func pictureKey(of id: UUID) throws -> String? {
        try database.one("select comparison_picture_key(\(id))", as: String?.self)
    }
}

/// The columns of a new comparison.
struct NewComparison: Encodable {
    let slug: String
    let title: String
    let about: String
    let kind: String
    let prompt: String
    let negativePrompt: String?
    let imageID: UUID?
    let durationMs: Int
    let quality: String
    let aspectRatio: String?
    let seed: Int
    let isPublic: Bool
    let isFeatured: Bool

    enum CodingKeys: String, CodingKey {
        case slug, title, kind, prompt, quality, seed
        case about = "description"
        case negativePrompt = "negative_prompt"
        case imageID = "source_image_id"
        case durationMs = "duration_ms"
        case aspectRatio = "aspect_ratio"
        case isPublic = "is_public"
        case isFeatured = "is_featured"
    }
}
