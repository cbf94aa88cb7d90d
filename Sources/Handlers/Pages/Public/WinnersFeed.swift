internal import Film
internal import FoundationEssentials
internal import HTML
internal import HTTP

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

extension FeedEntry {
    init?(_ winner: LatestWinner) {
        guard let clip = ClipView(winner.clip, votes: nil) else { return nil }
        self.init(
            clip: clip, description: winner.description, slot: winner.slot,
            season: (winner.season.number, winner.season.label), wonAt: winner.lockedAt)
    }
}

extension Site {
    /// The Atom feed of winning clips, each with its video as an enclosure.
    func feed(_ entries: [FeedEntry]) -> Response {
        // A feed has a time of its last change even before there is an entry.
        let updated = entries.first?.wonAt ?? Date(timeIntervalSince1970: 0)
        return xml(
            """
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
            <id>\(url)/feed.atom</id>
            <title>\(name): winning takes</title>
            <subtitle>Each take that was cut into the film.</subtitle>
            <link rel="self" type="application/atom+xml" href="\(url)/feed.atom"/>
            <link rel="alternate" type="text/html" href="\(url)/story"/>
            <icon>\(absolute(assets.url("icons/app-192.png")))</icon>
            <updated>\(Formatting.machine(updated))</updated>
            \(entries.map(entry))</feed>
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

    /// Without the control characters that XML cannot hold in any form.
    private static func forXML(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }))
    }
}
