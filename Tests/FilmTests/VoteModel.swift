import FoundationEssentials

@testable import Film

/// What one person, with a device and an account, should find counted: the rules of votes in a few lines.
///
/// A person sends one request after the other, so the answers are predictable regardless of what others do. Two things
/// are not: whether a clip that an admin approves meanwhile competes yet, and the score that others add to.
struct VoteModel {
    enum Identity: Hashable {
        case device
        case member
    }

    /// Clips that compete from the beginning.
    let open: [UUID]
    /// Clips that may begin to compete at any moment.
    let late: [UUID]
    /// The clip that the member has made.
    let own: UUID?

    /// What counts: who voted for which clip and with what.
    private(set) var votes: [Identity: [UUID: VoteKind]] = [.device: [:], .member: [:]]
    /// How many votes of the day each has.
    private(set) var today: [Identity: Int] = [.device: 0, .member: 0]
    private var seenActive: Set<UUID> = []
    /// For which clips the device has voted as the member: the visitor may not again.
    private var memberDevice: Set<UUID> = []

    init(open: [UUID], late: [UUID], own: UUID?) {
        self.open = open
        self.late = late
        self.own = own
    }

    /// The codes that may refuse this vote; nil means that it counts.
    func answers(to kind: VoteKind, by who: Identity, for clip: UUID) -> Set<String?> {
        if who == .device, kind != .standard { return ["auth_required"] }
        var answer: String?
        if who == .member, clip == own {
            answer = "own_clip"
        } else if votes[who]?[clip] != nil || who == .device && memberDevice.contains(clip) {
            answer = "already_voted"
        } else if kind != .standard, votes[who]?.values.contains(kind) == true {
            answer = kind == .super ? "super_used" : "mega_used"
        }
        return late.contains(clip) && !seenActive.contains(clip) ? [answer, "clip_not_active"] : [answer]
    }

    mutating func cast(_ kind: VoteKind, by who: Identity, for clip: UUID, answered code: String?) {
        if code != "clip_not_active", code != "auth_required" { seenActive.insert(clip) }
        guard code == nil else { return }
        votes[who]?[clip] = kind
        today[who, default: 0] += 1
        if who == .member { memberDevice.insert(clip) }
    }

    func answerToUndo(by who: Identity, of clip: UUID) -> String? {
        votes[who]?[clip] == nil ? "vote_not_found" : nil
    }

    mutating func undo(by who: Identity, of clip: UUID) {
        guard votes[who]?.removeValue(forKey: clip) != nil else { return }
        today[who, default: 0] -= 1
        if who == .member { memberDevice.remove(clip) }
    }

    /// Signs in: the device's votes become the member's. Returns how many.
    mutating func adopt() -> Int {
        let held = votes[.device] ?? [:]
        votes[.device] = [:]
        var taken = 0
        for (clip, kind) in held where clip != own && votes[.member]?[clip] == nil {
            votes[.member]?[clip] = kind
            memberDevice.insert(clip)
            taken += 1
        }
        today[.member, default: 0] += taken
        return taken
    }

    /// What the member has left of super and mega.
    func power(of who: Identity) -> (super: Int, mega: Int) {
        guard who == .member, let kinds = votes[.member]?.values else { return (0, 0) }
        return (kinds.contains(.super) ? 0 : 1, kinds.contains(.mega) ? 0 : 1)
    }
}

/// Random numbers that come again with their seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
