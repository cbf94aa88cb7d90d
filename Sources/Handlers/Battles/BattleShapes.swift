internal import Battles
internal import FoundationEssentials
internal import HTTP
internal import Money
internal import Text

/// A pair to judge, or none.
struct NextBattle: Shaped, Answer {
    let pair: ShownPair?

    static let shape = Shape<NextBattle>("NextBattle") {
        Field("pair", \.pair, "Null when the caller has judged every pair that there is.")
    }
}

/// Two videos without their names.
struct ShownPair: Shaped {
    /// The beginning of the addresses of both videos.
    static let path = "/media/battles/"

    let pair: BattlePair

    init(_ pair: BattlePair) { self.pair = pair }

    static let shape = Shape<ShownPair>("BattlePair") {
        Field("id", \.pair.id, "The pair's token, with which it is judged.")
        Field("prompt", \.pair.prompt)
        Field("startsFromPicture", \.pair.hasSource)
        Field("left", \.left)
        Field("right", \.right)
        Field("expiresAt", \.pair.expiresAt, "Until then it can be judged, and its videos can be loaded.")
        Field("battles", \.pair.battles, "How many pairs the caller has judged.")
    }

    fileprivate var left: ShownSide { ShownSide(side: pair.left) }
    fileprivate var right: ShownSide { ShownSide(side: pair.right) }
}

/// One of two videos without its name.
struct ShownSide: Shaped {
    let side: BattlePair.Side

    static let shape = Shape<ShownSide>("BattleSide") {
        Field(
            "videoURL", \.url, "Good for this pair alone. The file holds the picture, and neither sound nor metadata.")
        Field("width", \.side.width)
        Field("height", \.side.height)
    }

    private var url: String { ShownPair.path + side.token.text + ".mp4" }
}

/// A judged pair with the names.
struct JudgedPair: Shaped, Answer {
    let result: BattleResult

    static let shape = Shape<JudgedPair>("JudgedPair") {
        Field("outcome", \.result.outcome)
        Field("battles", \.result.battles, "How many pairs the caller has judged.")
        Field("left", \.left)
        Field("right", \.right)
    }

    private var left: NamedSide { NamedSide(side: result.left) }
    private var right: NamedSide { NamedSide(side: result.right) }
}

/// One of two videos with its name.
struct NamedSide: Shaped {
    let side: BattleResult.Side

    static let shape = Shape<NamedSide>("BattleModel") {
        Field("model", \.side.model)
        Field("slug", \.side.slug)
        Field("provider", \.side.provider)
        Field("videoID", \.side.video)
        Field("costUsd", \.cost, "Null where it is not known.")
        Field(
            "generationMs", \.side.generationMs,
            "From the provider's acknowledgement to its saying done; null where it is not known.")
    }

    private var cost: String? { side.cost?.description }
}
