internal import Film
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

/// A clip that won, as an entry of the feed.
struct FeedEntry: Sendable {
    var clip: ClipView
    var description: String
    var slot: Int
    var season: (number: Int, label: String)
    var wonAt: Date

    /// How many entries the feed has.
    static let most = 50
}

/// A comparison as an entry of the feed.
struct ComparisonFeedEntry: Sendable {
    var id: UUID
    var slug: String
    var title: String
    var prompt: String
    var models: [String]
    var tags: [String]
    /// Of the video with the most votes; nil while none is finished.
    var videoURL: String?
    var publishedAt: Date
}

extension FeedEntry {
    init?(_ winner: LatestWinner) {
        guard let clip = ClipView(winner.clip, votes: nil) else { return nil }
        self.init(
            clip: clip, description: winner.description, slot: winner.slot,
            season: (winner.season.number, winner.season.label), wonAt: winner.lockedAt)
    }
}

extension Site {
    /// The Atom feed of winning clips and of comparisons, the latest first, each with a video as an enclosure.
    func feed(_ winners: [FeedEntry], _ comparisons: [ComparisonFeedEntry] = []) -> Response {
        let dated =
            winners.map { (at: $0.wonAt, entry: entry($0)) }
            + comparisons.map { (at: $0.publishedAt, entry: entry($0)) }
        let latest = dated.sorted { $0.at > $1.at }.prefix(FeedEntry.most)
        // A feed has a time of its last change even before there is an entry.
        let updated = latest.first?.at ?? Date(timeIntervalSince1970: 0)
        return xml(
            """
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
            <id>\(url)/feed.atom</id>
            <title>\(name): winning takes and comparisons</title>
            <subtitle>Each take that was cut into the film, and each new comparison of models.</subtitle>
            <link rel="self" type="application/atom+xml" href="\(url)/feed.atom"/>
            <link rel="alternate" type="text/html" href="\(url)/story"/>
            <icon>\(absolute(assets.url("icons/app-192.png")))</icon>
            <updated>\(Formatting.machine(updated))</updated>
            \(latest.map(\.entry))</feed>
            """, type: "application/atom+xml")
    }

    private func entry(_ entry: FeedEntry) -> HTML {
        let clip = entry.clip
        let page = "\(url)/clip/\(clip.idText)"
        let place = "Slot \(entry.slot) of \(entry.season.label)"
        return """
            <entry>
            <id>urn:uuid:\(clip.idText)</id>
            <title>\(Self.forXML(clip.title))</title>
            <author><name>\(Self.forXML(clip.creator))</name></author>
            <link rel="alternate" type="text/html" href="\(page)"/>
            <link rel="enclosure" type="video/mp4" href="\(absolute(clip.videoURL))"/>
            <published>\(Formatting.machine(entry.wonAt))</published>
            <updated>\(Formatting.machine(entry.wonAt))</updated>
            <category term="\(clip.genre)"/>
            <summary>\(Self.forXML(entry.description.isEmpty ? place : "\(place). \(entry.description)"))</summary>
            </entry>

            """
    }

    private func entry(_ entry: ComparisonFeedEntry) -> HTML {
        let enclosure = entry.videoURL.map { video -> HTML in
            "<link rel=\"enclosure\" type=\"video/mp4\" href=\"\(absolute(video))\"/>"
        }
        return """
            <entry>
            <id>urn:uuid:\(entry.id.text)</id>
            <title>\(Self.forXML(entry.title))</title>
            <author><name>\(Self.forXML(name))</name></author>
            <link rel="alternate" type="text/html" href="\(url)/comparisons/\(entry.slug)"/>
            \(enclosure)
            <published>\(Formatting.machine(entry.publishedAt))</published>
            <updated>\(Formatting.machine(entry.publishedAt))</updated>
            \(entry.tags.map { "<category term=\"\(Self.forXML($0))\"/>" as HTML })
            <summary>\(Self.forXML("\(entry.models.joined(separator: ", ")): “\(entry.prompt)”"))</summary>
            </entry>

            """
    }

    /// Without the control characters that XML cannot hold in any form.
    private static func forXML(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }))
    }
}
