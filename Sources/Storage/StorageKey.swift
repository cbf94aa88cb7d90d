public import FoundationEssentials

/// The name of an object in a storage, the same in every back end.
public struct StorageKey: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of objects. `clips` and `videos` are public as far as their clip or video is, `films` are, `originals` and
    /// `sources` are not.
    public enum Family: String, Sendable, CaseIterable {
        case clips
        case originals
        case films
        case videos
        case sources
    }

    /// The key as the database keeps it.
    public let text: String

    /// A key whose last part comes from the content, so that the same bytes always have the same name and the bytes behind a
    /// name never change.
    public init(_ family: Family, _ owner: UUID, contentHash: String, fileExtension: String) {
        text = "\(family.rawValue)/\(owner.uuidString.lowercased())/\(contentHash.prefix(32)).\(fileExtension)"
    }

    /// A file of a season's film. Its name begins with the film's version, so that another film has other names.
    public init(filmOf season: UUID, version: String, name: String) {
        self.init(unchecked: "\(Family.films.rawValue)/\(season.uuidString.lowercased())/\(version)-\(name)")
    }

    /// The name of a part of an upload, from 1. Parts are in no row of the database.
    static func part(_ number: Int, of upload: UUID) -> String { parts(of: upload) + "\(number)" }

    /// The beginning of the names of an upload's parts.
    static func parts(of upload: UUID) -> String { "incoming/\(upload.uuidString.lowercased())/" }

    /// The kind of object.
    public var family: Family { Family(rawValue: String(text.prefix { $0 != "/" })) ?? .originals }

    /// The clip or the season that the object belongs to.
    public var owner: UUID? { UUID(uuidString: String(text.split(separator: "/").dropFirst().first ?? "")) }

    /// The beginning of the SHA-256 of the object's bytes; nil where the name has none.
    var contentHash: String? {
        guard !text.hasPrefix("films/"), let stem = name.split(separator: ".").first, stem.utf8.count == 32 else {
            return nil
        }
        return String(stem)
    }

    /// The last part.
    public var name: Substring { text.split(separator: "/").last ?? "" }

    /// A key from the database; nil for anything that could lead out of the storage.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, Family(rawValue: String(parts[0])) != nil,
            parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && $0.utf8.allSatisfy(Self.isPlain) })
        else { return nil }
        self.text = text
    }

    /// The key of the small copy of a picture for lists. Copies are stored beside the picture.
    public var thumbnail: StorageKey { copy("-96.webp") }
    /// The key of the copy for cards.
    public var card: StorageKey { copy("-240.webp") }
    /// The key of the copy for links that other services show.
    public var share: StorageKey { copy("-share.jpg") }

    private func copy(_ ending: String) -> StorageKey { StorageKey(unchecked: text.prefix { $0 != "." } + ending) }

    private init(unchecked text: String) { self.text = text }

    /// The key's text.
    public var description: String { text }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
