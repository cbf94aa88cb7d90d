internal import Catalog
public import Credits
public import FoundationEssentials
public import Generation
public import HTTP
internal import Money
internal import Postgres
internal import Providers
internal import Storage
internal import Text

/// What the studio shows: the models with their prices, what the member has left, and the member's videos.
public struct StudioView: Sendable {
    /// Whether the member may start a run at the moment.
    let isOn: Bool
    /// The models that can be run here, and then those that cannot.
    let models: [StudioModel]
    /// Credits that can be spent.
    let balance: Int
    /// Milliseconds left in the period, and the limit.
    let remainingMs: Int
    /// See `remainingMs`.
    let limitMs: Int
    /// Since when seconds are counted.
    let since: Date
    /// What the site lets the member spend in this month.
    let spending: MemberSpending
    /// The member's credits with the newest entries of the ledger; nil where there are none to show.
    let credits: CreditsView?
    /// What is being made.
    let running: [VideoView]
    /// What has ended, the newest first.
    let history: [VideoView]
    /// The earlier run that fills the form.
    let remix: VideoView?

    init(
        isOn: Bool = true, models: [StudioModel] = [], balance: Int = 0, remainingMs: Int = 0, limitMs: Int = 600_000,
        since: Date = .distantPast, spending: MemberSpending = MemberSpending(), credits: CreditsView? = nil,
        running: [VideoView] = [], history: [VideoView] = [], remix: VideoView? = nil
    ) {
        self.isOn = isOn
        self.models = models
        self.balance = balance
        self.remainingMs = remainingMs
        self.limitMs = limitMs
        self.since = since
        self.spending = spending
        self.credits = credits
        self.running = running
        self.history = history
        self.remix = remix
    }
}

/// A model as the form offers it.
struct StudioModel: Sendable {
    let slug: String
    let name: String
    let maker: String
    /// The price in words, such as `$0.10/s`.
    let price: String
    /// Mean time and success rate, where they are known.
    let record: String
    /// Why it cannot be run; nil when it can.
    let obstacle: String?
    let isLocked: Bool
    /// What the page's module needs, as JSON.
    let facts: String
    let takesWords: Bool
    let takesPicture: Bool
}

/// A page of the member's videos.
public struct MyVideosView: Sendable {
    let videos: [VideoView]
    let nextCursor: String?

    init(videos: [VideoView] = [], nextCursor: String? = nil) {
        self.videos = videos
        self.nextCursor = nextCursor
    }
}

/// One of the member's videos.
struct VideoView: Sendable {
    var id = UUID()
    var model: String
    var modelSlug = "local"
    var prompt: String
    var negativePrompt: String?
    var status: GenerationStatus
    var progress = 0
    var queuePosition: Int?
    var isCancelling = false
    var error: String?
    var credits = 0
    var charged: Int?
    /// What running it again would reserve; nil where that is not offered.
    var retryCredits: Int?
    var cost: String?
    var posterURL: String?
    var cardURL: String?
    var url: String?
    var smallURL: String?
    var width = 540
    var height = 960
    var seconds: Double?
    var generationSeconds: Double?
    var clipID: UUID?
    var isPublished = false
    /// Why another provider makes it than the one that was asked for, as a sentence.
    var moved: String?
    var createdAt: Date
    var durationMs = 5_000
    var quality = "standard"
    var aspectRatio: String?
    var seed = 0
    var imageID: UUID?
    var parameters = "{}"
    /// Bytes of the video in full size.
    var bytes: Int?
    var group: GenerationGroup?
    var hasCredentials = false

    /// The place among the videos that were requested together, in words.
    var place: String? {
        guard let group else { return nil }
        return group.kind == .chain
            ? "step \(group.step) of \(group.count)" : "model \(group.step) of \(group.count)"
    }
}

extension VideoView {
    init(_ kept: Generation) {
        func url(_ key: String?) -> String? { key.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) } }
        self.init(
            id: kept.id, model: kept.modelName, modelSlug: kept.modelSlug, prompt: kept.prompt,
            negativePrompt: kept.negativePrompt, status: kept.status, progress: kept.progress,
            queuePosition: kept.queuePosition, isCancelling: kept.isCancelling, error: kept.error,
            credits: kept.credits,
            charged: kept.chargedCredits, cost: kept.cost?.formatted, posterURL: url(kept.posterKey),
            cardURL: kept.posterKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0.card) },
            url: url(kept.videoKey), smallURL: url(kept.smallKey), width: kept.width ?? 540, height: kept.height ?? 960,
            seconds: kept.videoMs.map { Double($0) / 1_000 },
            generationSeconds: kept.generationMs.map { Double($0) / 1_000 }, clipID: kept.clipID,
            isPublished: kept.publishedAt != nil, moved: Self.moved(kept), createdAt: kept.createdAt,
            durationMs: kept.durationMs,
            quality: kept.quality, aspectRatio: kept.aspectRatio, seed: kept.seed, imageID: kept.sourceImageID,
            parameters: kept.parameters.text, bytes: kept.sizeBytes, group: kept.group,
            hasCredentials: kept.hasCredentials)
    }

    private static func moved(_ kept: Generation) -> String? {
        guard let from = kept.movedFrom, let reason = kept.movedBecause else { return nil }
        let why =
            switch reason {
            case .outage: "\(from) did not work"
            case .busy: "\(from) took no more requests"
            case .cap: "this site had spent what it may spend at \(from) this month"
            case .notSetUp: "\(from) was no longer set up"
            }
        return "Made by \(kept.modelName) for no more, since \(why)."
    }

    /// Differs when what the page shows differs, except for the share that is done.
    var fingerprint: String {
        "\(status.rawValue)|\(isCancelling)|\(clipID?.text ?? "")|\(isPublished)|\(moved != nil)|\(retryCredits ?? 0)"
    }
}

extension StudioView {
    /// What the member who asks sees. `remix` in the address names an earlier run.
    public init(
        _ generations: Generations, _ credits: Credits, _ caps: SpendingCaps, _ context: Context, isOn: Bool,
        hasPremium: (UUID) throws -> Bool
    ) throws {
        let member = try context.member().id
        let premium = try hasPremium(member)
        let catalog = generations.catalog
        let obstacles = try generations.obstacles()
        let expectations = Dictionary(grouping: try catalog.expectations(), by: \.model)
        let models = try catalog.active().map {
            StudioModel(
                $0, catalog, hasPremium: premium, obstacle: obstacles[$0.provider.name],
                expectations: expectations[$0.id] ?? [])
        }
        let videos = try generations.list(of: member, limit: 60)
        let usage = try generations.usage(of: member)
        // First, since the first look in a month adds the allotment to the ledger.
        let balance = try credits.balance(of: member)
        let ledger = try credits.ledger(of: member, PageRequest(limit: 8), for: member)
        let remix = context.request.query["remix"].flatMap { UUID(uuidString: $0) }
        self.init(
            isOn: isOn, models: models.filter { $0.obstacle == nil } + models.filter { $0.obstacle != nil },
            balance: balance.balance, remainingMs: usage.remainingMs, limitMs: usage.limitMs,
            since: usage.since, spending: try caps.spending(of: member),
            credits: CreditsView(balance, monthly: credits.monthly, ledger: ledger),
            running: videos.filter { !$0.status.isFinal }.map(VideoView.init),
            history: videos.filter(\.status.isFinal).prefix(15).map(VideoView.init),
            remix: try remix.flatMap { id in
                do { return VideoView(try generations.find(id, of: member)) } catch is GenerationRefusal { return nil }
            })
    }
}

extension MyVideosView {
    private static let length = 24

    /// A page of the member's videos. An address with a cursor that no list gave out shows the first page.
    public init(_ generations: Generations, _ context: Context) throws {
        let member = try context.member().id
        let cursor = context.request.query["cursor"]
        let page: Postgres.Page<Generation>
        do {
            page = try generations.page(of: member, PageRequest(limit: Self.length, cursor: cursor))
        } catch is InvalidCursor {
            page = try generations.page(of: member, PageRequest(limit: Self.length))
        }
        let videos = try page.items.map { kept in
            var video = VideoView(kept)
            if kept.status == .failed { video.retryCredits = try generations.retryCredits(of: kept) }
            return video
        }
        self.init(videos: videos, nextCursor: page.nextCursor)
    }
}

extension StudioModel {
    fileprivate init(
        _ model: Model, _ catalog: Catalog, hasPremium: Bool, obstacle: ProviderObstacle?, expectations: [Expectation]
    ) {
        let refusal = catalog.availability(of: model, hasPremium: hasPremium)
        let cap =
            obstacle == .capped
            ? "This site has reached what it may spend at \(model.provider.displayName) this month." : nil
        var expected: [String: JSON] = [:]
        for expectation in expectations {
            let seconds = expectation.duration.inMilliseconds / 1_000
            expected["\(expectation.quality.rawValue) \(seconds)"] = .string(expectation.sentence)
        }
        let durations = Self.durations(model)
        let parameters = ModelParameters(model).all
        var prices: [String: JSON] = [:]
        for quality in model.qualities {
            var credits: [String: JSON] = [:]
            for seconds in durations {
                if let amount = model.credits(seconds: .seconds(seconds), quality: quality, rate: catalog.rate) {
                    credits["\(seconds)"] = .number(Decimal(amount))
                }
            }
            prices[quality.rawValue] = .object(credits)
        }
        let facts: JSON = .object([
            "durations": .array(durations.map { .number(Decimal($0)) }),
            "standard": .number(Decimal(model.standardDuration.inMilliseconds / 1_000)),
            "qualities": .array(model.qualities.map { .string($0.rawValue) }),
            "aspects": .array(model.aspectRatios.map { .string($0) }), "credits": .object(prices),
            "words": .bool(model.capabilities.contains(.textToVideo)),
            "picture": .bool(model.capabilities.contains(.imageToVideo)),
            "parameters": .array(parameters.map(\.facts)), "expected": .object(expected),
            "note": Self.note(obstacle, at: model.provider).map { .string($0) } ?? .null,
        ])
        let mean = model.statistics.meanGenerationTime.map { "\(max(1, $0.inMilliseconds / 1_000)) s" }
        let success = model.statistics.successBasisPoints.map { "\(($0 + 50) / 100) %" }
        self.init(
            slug: model.slug, name: model.name, maker: model.maker, price: Self.price(model),
            record: [mean, success].compactMap(\.self).joined(separator: " · "), obstacle: refusal?.sentence ?? cap,
            isLocked: refusal == .locked, facts: facts.text, takesWords: model.capabilities.contains(.textToVideo),
            takesPicture: model.capabilities.contains(.imageToVideo))
    }

    private static func note(_ obstacle: ProviderObstacle?, at provider: Provider) -> String? {
        switch obstacle {
        case .resting:
            "\(provider.displayName) takes no requests at the moment. Yours waits, or another provider of this model makes it for no more."
        case .paused: "\(provider.displayName) is paused on this site. Your request waits until it continues."
        case .capped, nil: nil
        }
    }

    private static func durations(_ model: Model) -> [Int] {
        if let fixed = model.fixedDuration { return [fixed] }
        if !model.durations.isEmpty { return model.durations.sorted() }
        let most = model.maxDuration.map { min(60, $0.inMilliseconds / 1_000) } ?? 10
        return Array(1...max(1, most))
    }

    private static func price(_ model: Model) -> String {
        guard let pricing = model.pricing else {
            return model.costPerSecond.map { $0 == .zero ? "Free" : "\($0.formatted)/s" } ?? "No price"
        }
        let words =
            switch pricing.structure {
            case .perSecond(let silent, let withAudio):
                silent == .zero
                    ? "Free" : withAudio.map { "\(silent.formatted)–\($0.formatted)/s" } ?? "\(silent.formatted)/s"
            case .base(let base, _, let extra): "\(base.formatted) + \(extra.formatted)/s"
            case .flat(let price): "\(price.formatted) flat"
            case .tiers(let tiers):
                tiers.first.map { "from \($0.price.formatted)" + ($0.unit == .perSecond ? "/s" : "") } ?? "No price"
            }
        return pricing.isEstimated ? "about " + words : words
    }
}

extension Expectation {
    /// What to expect, in a sentence.
    var sentence: String {
        func seconds(_ time: Duration) -> String { "\(max(1, (time.inMilliseconds + 500) / 1_000)) s" }
        let times = median.flatMap { median in
            ninetieth.map { "Half are done in \(seconds(median)), nine of ten in \(seconds($0)). " }
        }
        let rated = tier.map { tier in
            " Tier \(tier.letter) after \(Formatting.count(tier.battles, "blind battle", "blind battles"))."
        }
        return "\(times ?? "")\(successPercent) % succeed, of \(Formatting.count(runs)) runs.\(rated ?? "")"
    }
}

extension ModelParameters.Parameter {
    /// What the page's module needs to draw its control.
    fileprivate var facts: JSON {
        var members: [String: JSON] = ["name": .string(name), "title": .string(title)]
        if let standard { members["standard"] = standard }
        switch kind {
        case .choice(let words):
            members["kind"] = "choice"
            members["words"] = .array(words.map { .string($0) })
        case .text(let longest):
            members["kind"] = "text"
            members["longest"] = .number(Decimal(longest))
        case .number(let least, let most, let step, _):
            members["kind"] = "number"
            if let least { members["least"] = .number(least) }
            if let most { members["most"] = .number(most) }
            if let step { members["step"] = .number(step) }
        case .toggle: members["kind"] = "toggle"
        }
        return .object(members)
    }
}
