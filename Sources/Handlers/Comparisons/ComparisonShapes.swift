internal import Catalog
internal import Comparisons
internal import FoundationEssentials
internal import Generation
internal import HTTP
internal import Money
internal import Postgres
internal import SharedHandlers
internal import Storage
internal import Text

extension Schema {
    static let comparisonType = Schema.choice(ModelCapability.allCases.map(\.rawValue))
}

private func address(_ key: String?) -> String? {
    key.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) }
}

/// A tag of a comparison.
struct TagReference: Shaped {
    let tag: ComparisonTag

    static let shape = Shape<TagReference>("TagReference") {
        Field("slug", \.tag.slug)
        Field("name", \.tag.name)
    }
}

/// What every answer says of a comparison.
struct ComparisonHead: Shaped {
    let facts: ComparisonFacts

    static let shape = Shape<ComparisonHead>("ComparisonHead") {
        Field("id", \.facts.id)
        Field("slug", \.facts.slug, "`/comparisons/[slug]` is its page.")
        Field("title", \.facts.title)
        Field("description", \.facts.about)
        Field("type", \.facts.kind.rawValue, .comparisonType, nil)
        Field("prompt", \.facts.prompt)
        Field("negativePrompt", \.facts.negativePrompt)
        Field(
            "imageURL",
            { $0.facts.hasPicture && $0.facts.isListed ? "/api/comparisons/\($0.facts.id.text)/picture" : nil },
            "The picture that the videos start from, of public comparisons.")
        Field("durationSeconds", { Double($0.facts.durationMs) / 1_000 }, "What was asked for.")
        Field("quality", \.facts.quality)
        Field("aspectRatio", \.facts.aspectRatio)
        Field("seed", \.facts.seed, "The same for every model.")
        Field("tags", { $0.facts.tags.map { TagReference(tag: $0) } })
        Field("isPublic", \.facts.isPublic)
        Field("isFeatured", \.facts.isFeatured)
        Field("isRotating", \.facts.isRotating, "Whether it takes turns at being featured.")
        Field("archivedAt", \.facts.archivedAt)
        Field("publishedAt", \.facts.publishedAt, "When it was first public.")
        Field("completedVideos", \.facts.completedVideos)
        Field("votes", \.facts.votes)
        Field(
            "qualityScore", \.facts.qualityScore,
            "From 0 to 1: the share of its videos that completed × how decisive its votes and battles are.")
        Field("createdAt", \.facts.createdAt)
        Field("updatedAt", \.facts.updatedAt)
    }
}

/// The video of one model, as everyone sees it.
struct ComparedVideo: Shaped {
    let video: ComparisonVideo

    static let shape = Shape<ComparedVideo>("ComparedVideo") {
        Field("id", \.video.generation.id)
        Field("model", \.video.generation.modelSlug)
        Field("modelName", \.video.generation.modelName)
        Field("maker", \.video.maker, "Who made the model.")
        Field(
            "status", \.video.generation.status.rawValue, .choice(GenerationStatus.allCases.map(\.rawValue)), nil)
        Field("progress", \.video.generation.progress, "Percent.")
        Field(
            "generationSeconds", { $0.video.generation.generationMs.map { Double($0) / 1_000 } },
            "From the provider's acknowledgement to its saying done.")
        Field("costUSD", { $0.video.generation.cost?.description }, "Dollars, as decimal text.")
        Field("width", \.video.generation.width)
        Field("height", \.video.generation.height)
        Field("videoSeconds", { $0.video.generation.videoMs.map { Double($0) / 1_000 } }, "As measured.")
        Field("url", { address($0.video.generation.videoKey) }, "The video in full size.")
        Field("smallURL", { address($0.video.generation.smallKey) }, "360 pixels on its shorter side.")
        Field("posterURL", { address($0.video.generation.posterKey) })
        Field("blurhash", \.video.generation.blurhash)
        Field("votes", \.video.votes)
    }
}

/// A comparison with its finished videos.
struct ComparisonAnswer: Shaped {
    let comparison: Comparison

    static let shape = Shape<ComparisonAnswer>("Comparison") {
        Including { ComparisonHead(facts: $0.comparison.facts) }
        Field("videos", { $0.comparison.videos.map { ComparedVideo(video: $0) } }, "In the order of the request.")
    }
}

/// The video of one model with what admins see.
struct AdminComparedVideo: Shaped {
    let video: ComparisonVideo

    static let shape = Shape<AdminComparedVideo>("AdminComparedVideo") {
        Including { ComparedVideo(video: $0.video) }
        Field("provider", \.video.generation.provider)
        Field("credits", \.video.generation.credits, "What was reserved.")
        Field("queuePosition", \.video.generation.queuePosition)
        Field("error", \.video.generation.error, "Why it failed, in the provider's words.")
        Field("errorCode", \.video.generation.errorCode)
        Field("run", \.video.generation.run, "Rises with each retry.")
    }
}

/// A run that is not the shown one, as admins see it.
struct RerunAnswer: Shaped {
    let rerun: ComparisonRerun

    static let shape = Shape<RerunAnswer>("ComparisonRerun") {
        Including { AdminComparedVideo(video: $0.rerun.video) }
        Field("isNext", \.rerun.isNext, "Whether it takes the shown video's place when it is finished.")
    }
}

/// A comparison with all its videos, as admins see it.
struct AdminComparison: Shaped {
    let comparison: Comparison

    static let shape = Shape<AdminComparison>("AdminComparison") {
        Including { ComparisonHead(facts: $0.comparison.facts) }
        Field("videos", { $0.comparison.videos.map { AdminComparedVideo(video: $0) } })
        Field(
            "reruns", { $0.comparison.reruns.map { RerunAnswer(rerun: $0) } },
            "Further runs of these models, the latest first; `votes` are those that a video had while it was shown.")
    }
}

/// A comparison in a list.
struct ComparisonEntry: ListItem, Shaped {
    static let listName = "comparisons"
    static let pageName = "ComparisonPage"
    let listed: ListedComparison

    static let shape = Shape<ComparisonEntry>("ComparisonEntry") {
        Including { ComparisonHead(facts: $0.listed.facts) }
        Field("videos", \.listed.videos, "How many models were asked.")
        Field("failedVideos", \.listed.failedVideos)
        Field("posterURL", { address($0.listed.posterKey) }, "Of the video with the most votes.")
        Field(
            "thumbnailURL", { $0.listed.posterKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0.card) } },
            "240 pixels wide.")
        Field("blurhash", \.listed.blurhash)
        Field("smallURL", { address($0.listed.smallKey) }, "The video with the most votes, small.")
    }
}

/// A page of comparisons.
struct ComparisonList: Shaped {
    let page: Page<ListedComparison>
    let count: ComparisonCount

    static let shape = Shape<ComparisonList>("ComparisonList") {
        Including(page: { $0.page.map { ComparisonEntry(listed: $0) } })
        Field("found", { min($0.count.found, ComparisonCount.most) }, "How many there are; counting ends at 1,000.")
        Field("hasMoreThanFound", \.count.isOpen)
    }
}

/// What a comparison would cost.
struct QuoteAnswer: Shaped {
    let quote: ComparisonQuote

    static let shape = Shape<QuoteAnswer>("ComparisonQuote") {
        Field("credits", \.quote.credits, "Of all models that can make the video.")
        Field("costUSD", \.quote.expected.description, "What the providers are expected to take, as decimal text.")
        Field("models", { $0.quote.entries.map { QuoteEntry(entry: $0) } }, "In the order of the request.")
        Field("same", { $0.quote.same.map { ComparisonHead(facts: $0) } }, "Comparisons with the same prompt.")
    }
}

/// One model of a quote.
struct QuoteEntry: Shaped {
    let entry: ComparisonQuote.Entry

    static let shape = Shape<QuoteEntry>("ComparisonQuoteLine") {
        Field("model", \.entry.model, "As the request calls it.")
        Field("credits", \.entry.quote?.credits)
        Field("costUSD", { $0.entry.quote?.expected.description })
        Field(
            "durationSeconds",
            { quoted in
                quoted.entry.quote.map { quote in
                    Double(quote.duration.components.seconds) + Double(quote.duration.components.attoseconds) / 1e18
                }
            })
        Field("aspectRatio", \.entry.quote?.aspectRatio)
        Field("obstacle", \.entry.obstacle, "Why the model cannot make the video; null when it can.")
    }
}

/// What became of several comparisons.
struct ComparisonsChanged: Shaped {
    let ids: [UUID]

    static let shape = Shape<ComparisonsChanged>("ComparisonsChanged") {
        Field("ids", \.ids, "Those that exist.")
    }
}

/// The votes of a video.
struct VideoVoteAnswer: Shaped {
    let votes: Int

    static let shape = Shape<VideoVoteAnswer>("VideoVote") {
        Field("success", { _ in true })
        Field("votes", \.votes, "What the video now has.")
    }
}

/// The votes of a comparison, and those of the caller.
struct OwnVideoVotes: Shaped {
    let own: [UUID]
    let counts: [String: Int]

    static let shape = Shape<OwnVideoVotes>("OwnVideoVotes") {
        Field("own", \.own, "The videos for which the caller has voted.")
        Field("votes", \.counts, "The votes of each video, by its id.")
    }
}

/// A tag in a list.
struct TagEntry: Shaped {
    let tag: Tag

    static let shape = Shape<TagEntry>("Tag") {
        Field("id", \.tag.id)
        Field("slug", \.tag.slug, "`/tags/[slug]` is its page.")
        Field("name", \.tag.name)
        Field("comparisons", \.tag.listed, "How many public comparisons have it.")
    }
}

/// The tags of public comparisons.
struct TagList: Shaped {
    let tags: [Tag]

    static let shape = Shape<TagList>("TagList") {
        Field("tags", { $0.tags.map { TagEntry(tag: $0) } })
    }
}

/// A tag as admins see it.
struct AdminTagEntry: Shaped {
    let tag: Tag

    static let shape = Shape<AdminTagEntry>("AdminTag") {
        Including { TagEntry(tag: $0.tag) }
        Field("allComparisons", \.tag.all, "How many comparisons have it, public or not.")
    }
}

/// Every tag.
struct AdminTagList: Shaped {
    let tags: [Tag]

    static let shape = Shape<AdminTagList>("AdminTagList") {
        Field("tags", { $0.tags.map { AdminTagEntry(tag: $0) } })
    }
}
