internal import FoundationEssentials
public import Postgres

/// A notification in words, on pages, in pushed messages and in mail.
public struct NotificationWords: Sendable, Equatable {
    /// What has happened.
    public let title: String
    /// The details; empty when the title says it all.
    public let text: String
    /// The page to open.
    public let path: String

    /// The words of a kind. Facts that are missing, or are not text, are left out of the sentence.
    public init(_ kind: NotificationKind, facts: JSONText, actor: String? = nil) {
        let facts = (try? facts.decode(Facts.self)) ?? Facts()
        (title, text) = Self.sentence(kind, facts, actor.map { "@\($0)" } ?? "Someone")
        path = Self.path(facts.path) ?? Self.page(of: kind)
    }

    /// Whether an address leads to a page of this site.
    public static func isPath(_ path: String) -> Bool { self.path(path) != nil }

    private static func sentence(_ kind: NotificationKind, _ facts: Facts, _ actor: String) -> (String, String) {
        let take = facts.title.map { "“\($0)”" }
        switch kind {
        case .clipApproved:
            return (
                take.map { "Your take \($0) is approved" } ?? "Your take is approved",
                facts.slot.map { "It competes in slot \($0)." } ?? "It joins the next season."
            )
        case .clipRejected:
            return (take.map { "Your take \($0) was turned down" } ?? "Your take was turned down", facts.reason ?? "")
        case .clipWon:
            let slot = facts.slot.map { " slot \($0)" } ?? ""
            return (
                take.map { "Your take \($0) won\(slot)" } ?? "Your take won\(slot)",
                facts.name.map { "It is part of \($0) now." } ?? "It is part of the film now."
            )
        case .newRound:
            let place = [facts.slot.map { "Slot \($0)" }, facts.name].compactMap(\.self).joined(separator: " of ")
            let competing = facts.clips.map { $0 == 1 ? "1 take competes." : "\($0) takes compete." }
            return (
                "A new round is open",
                [place.isEmpty ? nil : place + (competing == nil ? "." : ":"), competing].compactMap(\.self)
                    .joined(separator: " ")
            )
        case .comment:
            return (take.map { "\(actor) commented on \($0)" } ?? "\(actor) commented on your take", facts.text ?? "")
        case .follower: return ("\(actor) follows you", facts.text ?? "")
        case .achievement:
            return (
                (facts.name ?? facts.title).map { "You earned the badge “\($0)”" } ?? "You earned a badge",
                facts.text ?? ""
            )
        case .dailyGoal: return (facts.title ?? "You reached the daily goal", facts.text ?? "50 votes today.")
        case .generationDone:
            return ("Your video is finished", [take, facts.name].compactMap(\.self).joined(separator: " · "))
        case .generationFailed:
            return ("Your video could not be made", [facts.reason, take].compactMap(\.self).joined(separator: " "))
        case .system: return (facts.title ?? "News of this site", facts.text ?? "")
        }
    }

    private static func page(of kind: NotificationKind) -> String {
        switch kind {
        case .clipApproved, .clipRejected, .clipWon: "/profile/clips"
        case .newRound: "/dashboard"
        case .generationDone, .generationFailed: "/my-videos"
        case .comment, .follower, .achievement, .dailyGoal, .system: "/notifications"
        }
    }

    /// A path of this site, not an address of another one.
    private static func path(_ path: String?) -> String? {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.count <= 500,
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") })
        else { return nil }
        return path
    }

    /// What the sentences are made of.
    private struct Facts: Decodable {
        var title: String?
        var reason: String?
        var name: String?
        var text: String?
        var path: String?
        var slot: Int?
        var clips: Int?

        init() {}

        init(from decoder: any Decoder) throws {
            let facts = try decoder.container(keyedBy: Key.self)
            func text(_ key: Key) -> String? {
                guard let text = try? facts.decode(String.self, forKey: key), !text.isEmpty else { return nil }
                return text
            }
            title = text(.title)
            reason = text(.reason)
            name = text(.name)
            self.text = text(.text)
            path = text(.path)
            slot = try? facts.decode(Int.self, forKey: .slot)
            clips = try? facts.decode(Int.self, forKey: .clips)
        }

        private enum Key: CodingKey {
            case title, reason, name, text, path, slot, clips
        }
    }
}
