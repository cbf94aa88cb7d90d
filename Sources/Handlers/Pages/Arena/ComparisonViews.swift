internal import Catalog
internal import Comparisons
internal import FoundationEssentials
internal import Generation
internal import Money
internal import Postgres
internal import Storage
internal import Text

/// A page of the public comparisons.
struct ComparisonsView: Sendable {
    var entries: [ComparisonEntryView] = []
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?
    /// How many there are, in words.
    var found = "0 comparisons"
    /// The tags that can be chosen.
    var tags: [TagView] = []
}

extension ComparisonsView {
    /// The comparisons that a query finds. A cursor that was not given out shows the first page.
    init(_ comparisons: Comparisons, _ tags: Tags, _ query: ComparisonQuery) throws {
        let found: (page: Postgres.Page<ListedComparison>, count: ComparisonCount)
        do {
            found = try comparisons.list(query.search)
        } catch is InvalidCursor {
            var first = query
            first.cursor = nil
            found = try comparisons.list(first.search)
        }
        let most = "more than \(Formatting.count(ComparisonCount.most)) comparisons"
        self.init(
            entries: found.page.items.map(ComparisonEntryView.init), nextCursor: found.page.nextCursor,
            found: found.count.isOpen ? most : Formatting.count(found.count.found, "comparison", "comparisons"),
            tags: try tags.listed().map(TagView.init))
    }
}

/// A comparison in a list.
struct ComparisonEntryView: Sendable {
    var id: UUID
    var slug: String
    var title: String
    var type: String
    var isFeatured = false
    var videos: Int
    var votes: Int
    /// How much it shows, from 0 to 1.
    var quality = 0.0
    var pictureURL: String?
    /// What plays under a pointer.
    var previewURL: String?
    var tags: [TagView] = []
}

extension ComparisonEntryView {
    init(_ listed: ListedComparison) {
        let facts = listed.facts
        let picture = listed.posterKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) }
        self.init(
            id: facts.id, slug: facts.slug, title: facts.title, type: facts.kind.words, isFeatured: facts.isFeatured,
            videos: facts.completedVideos, votes: facts.votes, quality: facts.qualityScore,
            pictureURL: picture ?? (facts.hasPicture ? "/api/comparisons/\(facts.id.text)/picture" : nil),
            previewURL: listed.smallKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) },
            tags: facts.tags.map { TagView(slug: $0.slug, name: $0.name) })
    }
}

/// A tag of public comparisons.
struct TagView: Sendable {
    var slug: String
    var name: String
    var count = 0
}

extension TagView {
    init(_ tag: Tag) { self.init(slug: tag.slug, name: tag.name, count: tag.listed) }
}

/// A comparison as its page shows it.
struct ComparisonView: Sendable {
    /// The video of one model.
    struct Video: Sendable {
        var id: UUID
        var model: String
        var modelSlug: String
        var maker: String
        var generationSeconds: Double?
        var cost: String?
        var width: Int
        var height: Int
        var seconds: Double
        var bytes: Int
        var url: String
        var smallURL: String
        var posterURL: String
        var votes: Int
        var createdAt: Date

        /// What the file is called when it is kept.
        var downloadName: String {
            String(modelSlug.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }).lowercased()
        }
    }

    var id: UUID
    var slug: String
    var title: String
    var about: String
    var type: String
    var prompt: String
    var negativePrompt: String?
    var pictureURL: String?
    var seconds: Double
    var aspectRatio: String?
    var isFeatured: Bool
    var publishedAt: Date
    var votes: Int
    /// How many comments everyone sees, replies among them.
    var comments = 0
    /// How much it shows, from 0 to 1.
    var quality = 0.0
    /// What all runs cost: ` for $3.95`; nil while one cost is not known.
    var cost: String?
    var tags: [TagView]
    var videos: [Video]

    var path: String { "/comparisons/\(slug)" }
}

extension ComparisonView {
    init(_ comparison: Comparison) {
        let facts = comparison.facts
        let videos = comparison.videos.compactMap(Video.init)
        let costs = comparison.videos.compactMap(\.generation.cost)
        self.init(
            id: facts.id, slug: facts.slug, title: facts.title, about: facts.about, type: facts.kind.words,
            prompt: facts.prompt, negativePrompt: facts.negativePrompt,
            pictureURL: facts.hasPicture ? "/api/comparisons/\(facts.id.text)/picture" : nil,
            seconds: Double(facts.durationMs) / 1_000, aspectRatio: facts.aspectRatio, isFeatured: facts.isFeatured,
            publishedAt: facts.publishedAt ?? facts.createdAt, votes: facts.votes, comments: facts.comments,
            quality: facts.qualityScore,
            cost: costs.isEmpty || costs.count < videos.count ? nil : Self.sum(costs),
            tags: facts.tags.map { TagView(slug: $0.slug, name: $0.name) }, videos: videos)
    }
}

extension ComparisonView {
    /// What all runs cost, as it follows their number.
    private static func sum(_ costs: [Money]) -> String {
        let sum = costs.reduce(Money.zero, +)
        return sum == .zero ? ", free" : " for \(sum.formatted)"
    }
}

extension ComparisonView.Video {
    init?(_ video: ComparisonVideo) {
        func url(_ key: String?) -> String? { key.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) } }
        let kept = video.generation
        guard kept.status == .completed, let full = url(kept.videoKey), let small = url(kept.smallKey),
            let poster = url(kept.posterKey)
        else { return nil }
        self.init(
            id: kept.id, model: kept.modelName, modelSlug: kept.modelSlug, maker: video.maker,
            generationSeconds: kept.generationMs.map { Double($0) / 1_000 },
            cost: kept.cost.map { $0 == Money.zero ? "Free" : $0.formatted }, width: kept.width ?? 1_280,
            height: kept.height ?? 720, seconds: Double(kept.videoMs ?? kept.durationMs) / 1_000,
            bytes: kept.sizeBytes ?? 0, url: full, smallURL: small, posterURL: poster, votes: video.votes,
            createdAt: kept.createdAt)
    }
}

extension ComparisonFeedEntry {
    init(_ found: LatestComparison) {
        self.init(
            id: found.id, slug: found.slug, title: found.title, prompt: found.prompt, models: found.models,
            tags: found.tags, videoURL: found.videoKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) },
            publishedAt: found.publishedAt)
    }
}

/// A model that an admin can compare.
public struct ComparableModel: Sendable {
    let slug: String
    let name: String
    let maker: String
    let provider: String
    /// Why it cannot be run; nil when it can.
    let obstacle: String?
    let takesWords: Bool
    let takesPicture: Bool
}

extension ComparableModel {
    init(_ model: Model, obstacle: String?) {
        self.init(
            slug: model.slug, name: model.name, maker: model.maker, provider: model.provider.displayName,
            obstacle: obstacle, takesWords: model.capabilities.contains(.textToVideo),
            takesPicture: model.capabilities.contains(.imageToVideo))
    }
}

extension ModelCapability {
    /// In words.
    var words: String { self == .textToVideo ? "Text to video" : "Image to video" }
}
