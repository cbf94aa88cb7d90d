internal import Catalog
internal import Comparisons
internal import FoundationEssentials
internal import HTTP
internal import Text

extension Schema {
    fileprivate static let comparisonTags = Schema.array(.text(1...40), count: 0...12)
    fileprivate static let comparisonModels = Schema.array(.string(1...200), count: 1...Comparisons.mostVideos)
}

/// What the videos of a comparison start from.
enum ComparisonType: String, InputValue, CaseIterable {
    case textToVideo = "text-to-video"
    case imageToVideo = "image-to-video"

    var kind: ModelCapability { self == .textToVideo ? .textToVideo : .imageToVideo }
}

/// What an admin wants to compare, and what it would cost.
struct QuoteComparisonInput: InputShape {
    @Input("What the videos start from.") var type: ComparisonType
    @Input(.text(0...4_000, lines: .many), "What the videos show; comparisons with the same prompt are named.")
    var prompt: String?
    @Input("The picture that they start from; see `POST /api/upload/image`.") var imageID: UUID?
    @Input(.array(.string(1...200), count: 0...100), "The models, by slug, model id or id.") var models: [String]
    @Input(.number(0.1...600), "Seconds; without it each model's usual length.") var duration: Double?
    @Input(.choice(["standard", "high", "ultra"])) var quality: String?
    @Input(.string(1...20), "A shape that every model knows, such as `16:9`.") var aspectRatio: String?

    var request: ComparisonRequest {
        var request = ComparisonRequest(
            title: "", kind: type.kind, prompt: prompt?.trimmed ?? "", models: models)
        // A model that needs a picture is quoted before the picture has arrived.
        request.imageID = imageID ?? (type == .imageToVideo ? UUID() : nil)
        request.duration = duration.map { .milliseconds(Int(($0 * 1_000).rounded())) }
        request.quality = quality
        request.aspectRatio = aspectRatio
        return request
    }
}

struct CreateComparisonInput: InputShape {
    @Input(.text(1...120)) var title: String
    @Input(.text(0...2_000, lines: .many), "What readers learn beside the prompt.") var description: String?
    @Input("What the videos start from.") var type: ComparisonType
    @Input(.text(1...4_000, lines: .many), "What the videos show.") var prompt: String
    @Input(.text(0...4_000, lines: .many), "What they must not show.") var negativePrompt: String?
    @Input("The picture that they start from; see `POST /api/upload/image`.") var imageID: UUID?
    @Input(.comparisonModels, "The models, by slug, model id or id: one video of each.") var models: [String]
    @Input(.number(0.1...600), "Seconds; without it each model's usual length.") var duration: Double?
    @Input(.choice(["standard", "high", "ultra"])) var quality: String?
    @Input(.string(1...20), "A shape that every model knows, such as `16:9`.") var aspectRatio: String?
    @Input(.integer(0...4_294_967_295), "The seed of every run.") var seed: Int?
    @Input(.comparisonTags, "Names of tags; those that do not exist are made.") var tags: [String]?
    @Input("Whether everyone may see it from the start.") var isPublic: Bool?
    @Input("Whether it comes first in lists.") var isFeatured: Bool?
    @Input(.integer(0...100_000_000), "The credits that were shown. At another price, nothing is made.")
    var credits: Int?
    @Input("The suggestion that it is made of, which is then accepted.") var suggestionID: UUID?

    func request(key: String?) -> ComparisonRequest {
        var request = ComparisonRequest(
            title: title.trimmed, kind: type.kind, prompt: prompt.trimmed, models: models)
        request.about = description?.trimmed ?? ""
        request.negativePrompt = negativePrompt?.trimmed.nonEmpty
        request.imageID = imageID
        request.duration = duration.map { .milliseconds(Int(($0 * 1_000).rounded())) }
        request.quality = quality
        request.aspectRatio = aspectRatio
        request.seed = seed
        request.tags = tags ?? []
        request.isPublic = isPublic ?? false
        request.isFeatured = isFeatured ?? false
        request.seenCredits = credits
        request.idempotencyKey = key
        request.suggestion = suggestionID
        return request
    }
}

struct ChangeComparisonInput: InputShape {
    @Input(.text(1...120)) var title: String?
    @Input(.text(0...2_000, lines: .many)) var description: String?
    @Input("Whether everyone may see it.") var isPublic: Bool?
    @Input("Whether it comes first in lists.") var isFeatured: Bool?
    @Input("Whether it is put away.") var isArchived: Bool?
    @Input(.comparisonTags, "Names of all its tags; those that do not exist are made.") var tags: [String]?

    var changes: ComparisonChanges {
        var changes = ComparisonChanges()
        changes.title = title?.trimmed
        changes.about = description?.trimmed
        changes.isPublic = isPublic
        changes.isFeatured = isFeatured
        changes.isArchived = isArchived
        changes.tags = tags
        return changes
    }
}

struct AddModelsInput: InputShape {
    @Input(.comparisonModels, "Models that have no video in the comparison yet.") var models: [String]
}

struct RerunInput: InputShape {
    @Input(.array(.uuid, count: 1...Comparisons.mostVideos), "Videos of the comparison whose runs have ended.")
    var videos: [UUID]
}

struct ChangeComparisonsInput: InputShape {
    enum Action: String, InputValue, CaseIterable {
        case publish, unpublish, feature, unfeature, rotate, unrotate, archive, restore, delete
    }

    @Input(.array(.uuid, count: 1...200)) var ids: [UUID]
    @Input var action: Action

    var changes: ComparisonChanges {
        var changes = ComparisonChanges()
        switch action {
        case .publish: changes.isPublic = true
        case .unpublish: changes.isPublic = false
        case .feature: changes.isFeatured = true
        case .unfeature: changes.isFeatured = false
        case .rotate: changes.isRotating = true
        case .unrotate: changes.isRotating = false
        case .archive: changes.isArchived = true
        case .restore: changes.isArchived = false
        case .delete: break
        }
        return changes
    }
}

struct CreateTagInput: InputShape {
    @Input(.text(1...40)) var name: String
}

struct ChangeTagInput: InputShape {
    @Input var id: UUID
    @Input(.text(1...40), "Another name.") var name: String?
    @Input("The tag that takes the comparisons of this one, which is then deleted; in place of `name`.") var into: UUID?
}

struct DeleteTagInput: InputShape {
    @Input var id: UUID
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
