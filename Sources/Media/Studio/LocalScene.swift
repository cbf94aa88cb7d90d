/// What the local renderer draws for a prompt: a scene, its colours and how the camera moves. The same prompt and seed always
/// give the same scene.
struct LocalScene: Sendable, Equatable {
    /// How the camera moves over a picture.
    enum Camera: Sendable, Equatable, CaseIterable {
        case pushIn, pullOut, panLeft, panRight, tiltUp, tiltDown
    }

    /// Which of `DemoClips.drawn` is drawn.
    let drawing: Int
    /// By how many degrees the colours are turned.
    let hue: Int
    /// A colour that the prompt names, as shifts of red, green and blue.
    let tint: Tint?
    /// How the camera moves.
    let camera: Camera
    /// Whether the scene is drawn from right to left.
    let isMirrored: Bool

    /// Shifts of red, green and blue from -1 to 1.
    struct Tint: Sendable, Equatable {
        let red: Double
        let green: Double
        let blue: Double
    }

    init(prompt: String, seed: Int) {
        let words = prompt.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        var chance = Chance(prompt, seed: seed)
        let picked = chance.next(below: DemoClips.drawn.count)
        drawing = Self.drawing(for: words) ?? picked
        // Small turns keep fire red and water blue; a scene that no word asked for may have any colour.
        let isAskedFor = Self.drawing(for: words) != nil
        let turn = chance.next(below: isAskedFor ? 41 : 360)
        hue = isAskedFor ? turn - 20 : turn
        tint = words.lazy.compactMap { Self.tints[$0] }.first
        let move = chance.next(below: Camera.allCases.count)
        camera = Self.camera(for: words) ?? Camera.allCases[move]
        isMirrored = chance.next(below: 2) == 1
    }

    private static func drawing(for words: [String]) -> Int? {
        for word in words {
            for (title, stems) in scenes where stems.contains(where: { word.hasPrefix($0) }) {
                return DemoClips.drawn.firstIndex { $0.title.hasPrefix(title) }
            }
        }
        return nil
    }

    /// The beginnings of words that ask for a scene, by the beginning of its title.
    private static let scenes: [(title: String, stems: [String])] = [
        ("Outrun", ["neon", "synth", "retro", "grid", "arcade", "chase"]),
        ("First Light", ["sun", "dawn", "dusk", "sea", "ocean", "beach", "harbour", "harbor", "sail", "boat", "bay"]),
        ("Aurora", ["aurora", "north", "arctic", "polar", "borealis"]),
        ("Lava", ["lava", "blob", "molten", "jelly", "wax", "dream"]),
        ("The Lake", ["lake", "rain", "puddle", "water", "river", "drop", "ripple", "pond"]),
        ("Down the", ["tunnel", "shaft", "corridor", "elevator", "fall", "vortex", "train", "subway", "metro"]),
        ("Seventy", ["heart", "love", "kiss", "pulse", "valentine"]),
        ("Totality", ["eclipse", "planet", "space", "star", "galaxy", "nebula", "cosmos", "orbit", "moon"]),
        ("Campfire", ["fire", "flame", "ember", "burn", "candle", "torch", "lantern"]),
        ("Route 9", ["road", "car", "drive", "highway", "street", "night", "truck"]),
        ("Last Train", ["hill", "mountain", "forest", "field", "valley", "meadow", "paper", "village"]),
        ("Snow", ["snow", "winter", "ice", "frost", "blizzard", "storm", "desert", "sand", "dust"]),
    ]

    private static func camera(for words: [String]) -> Camera? {
        let text = " " + words.joined(separator: " ") + " "
        let moves: [(Camera, [String])] = [
            (.pushIn, [" push in ", " zoom in ", " dolly in ", " closer ", " approach", " forward "]),
            (.pullOut, [" pull out ", " pull back ", " zoom out ", " away ", " reveal"]),
            (.panLeft, [" pan left ", " left ", " pans left "]),
            (.panRight, [" pan right ", " right ", " pans right "]),
            (.tiltUp, [" tilt up ", " rise", " rising ", " climb", " up "]),
            (.tiltDown, [" tilt down ", " sink", " falling ", " descend", " down "]),
        ]
        return moves.first { $0.1.contains { text.contains($0) } }?.0
    }

    private static let tints: [String: Tint] = [
        "red": Tint(red: 0.45, green: -0.2, blue: -0.2), "crimson": Tint(red: 0.45, green: -0.25, blue: -0.1),
        "orange": Tint(red: 0.4, green: 0.05, blue: -0.3), "amber": Tint(red: 0.35, green: 0.12, blue: -0.3),
        "gold": Tint(red: 0.3, green: 0.18, blue: -0.3), "golden": Tint(red: 0.3, green: 0.18, blue: -0.3),
        "yellow": Tint(red: 0.3, green: 0.25, blue: -0.35), "green": Tint(red: -0.2, green: 0.35, blue: -0.15),
        "emerald": Tint(red: -0.25, green: 0.3, blue: 0), "teal": Tint(red: -0.3, green: 0.2, blue: 0.2),
        "cyan": Tint(red: -0.35, green: 0.2, blue: 0.3), "blue": Tint(red: -0.25, green: -0.1, blue: 0.45),
        "indigo": Tint(red: -0.1, green: -0.25, blue: 0.4), "purple": Tint(red: 0.15, green: -0.3, blue: 0.35),
        "violet": Tint(red: 0.15, green: -0.25, blue: 0.35), "pink": Tint(red: 0.35, green: -0.2, blue: 0.2),
        "magenta": Tint(red: 0.35, green: -0.3, blue: 0.3),
    ]
}

/// Numbers that a text and a seed decide (FNV-1a, then a linear generator): the same on every machine and in every release.
struct Chance {
    private var state: UInt64

    init(_ text: String, seed: Int) {
        state = 0xcbf2_9ce4_8422_2325
        for byte in "\(seed) \(text)".utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(1, limit)))
    }
}
