import FoundationEssentials
import Media
import Platform
import TestSupport
import Testing

/// A file that a phone, a browser or an editor could have written, and the facts that its rendition must have.
///
/// The picture is red in its first half and blue in its second, with a lime field in its upper left corner; the sound
/// is a tone that becomes ten times louder when the picture turns blue. Where a rendition begins and ends, which way up
/// it is, and whether its sound is in time can so be read from the rendition alone.
struct Recipe: Sendable, CustomTestStringConvertible {
    enum Group: String, CaseIterable {
        case picture = "Picture codecs"
        case sound = "Sound"
        case streams = "Several streams"
        case shape = "Orientation and shape"
        case colour = "Colour"
        case time = "Frame rates and times"
        case change = "Changes in the middle"
        case file = "Containers and what surrounds the video"
    }

    let group: Group
    /// The row of `docs/what-we-accept.md`.
    let says: String
    /// Length of the rendition in seconds.
    var seconds = 1.0
    /// When the picture turns blue and the sound loud; nil when there is no such moment.
    var turn: Double? = 0.5
    /// The tone's frequency; nil for silence.
    var tone: Int? = 440
    /// How loud the loud part is, as an effective value.
    var loudness = 0.17...0.25
    /// Width and height of the picture as it is shown.
    var shape = (width: 9, height: 16)
    /// The file has a sound that cannot be decoded.
    var hasUnreadableSound = false
    /// Makes the file.
    let make: @Sendable (Fixtures) throws -> String

    var testDescription: String { says }

    /// The input that is the picture.
    static func picture(
        _ size: String = "90x160", rate: String = "30", seconds: Double = 1, turn: Double? = nil,
        format: String = "yuv420p"
    ) -> String {
        "-f lavfi -i color=c=red:s=\(size):r=\(rate):d=\(seconds)"
            + ",drawbox=c=blue:t=fill:enable=gte(t+0.001\\,\(turn ?? seconds / 2))"
            + ",drawbox=w=iw/3:h=ih/4:c=lime:t=fill,format=\(format) "
    }

    /// The input that is the sound: one channel, or several of which the named ones carry the tone.
    static func sound(
        seconds: Double = 1, turn: Double? = nil, tone: Int = 440, rate: Int = 44_100, channels: Int = 1,
        in toned: [Int]? = nil
    ) -> String {
        let wave = "(0.05+0.45*gte(t\\,\(turn ?? seconds / 2)))*sin(2*PI*\(tone)*t)"
        let waves = (0..<channels).map { toned?.contains($0) ?? true ? wave : "0" }.joined(separator: "|")
        return "-f lavfi -i aevalsrc=exprs=\(waves):s=\(rate):d=\(seconds) "
    }

    static let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p "
    static let vp8 = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 500k "

    /// A recipe of one command.
    static func file(
        _ group: Group, _ says: String, _ name: String, _ line: String, seconds: Double = 1, turn: Double? = 0.5,
        tone: Int? = 440, loudness: ClosedRange<Double> = 0.17...0.25, shape: (width: Int, height: Int) = (9, 16)
    ) -> Recipe {
        Recipe(
            group: group, says: says, seconds: seconds, turn: turn, tone: tone, loudness: loudness, shape: shape
        ) { try $0.make(name, line) }
    }

    /// A recipe that changes the bytes of a plain H.264 file.
    static func changed(
        _ group: Group, _ says: String, _ name: String = "a.mp4", _ options: String = "-movflags +faststart",
        _ change: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) -> Recipe {
        Recipe(group: group, says: says) { fixtures in
            let plain = try fixtures.make(
                "plain-" + name, picture() + sound() + h264 + "-c:a aac " + options)
            return try fixtures.write(name, change(fixtures.bytes(plain)))
        }
    }
}

extension [UInt8] {
    /// A box of MP4 with this content.
    static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let length = content.count + 8
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + Array(name.utf8) + content
    }

    /// The same with every occurrence of a text replaced by one of the same length.
    func replacing(_ old: String, _ new: String, onlyFirst: Bool = false) -> [UInt8] {
        var changed = self
        var rest = 0
        while let found = changed[rest...].firstRange(of: Array(old.utf8)) {
            changed.replaceSubrange(found, with: Array(new.utf8))
            rest = found.upperBound
            if onlyFirst { break }
        }
        return changed
    }
}

/// The picture and the sound of a finished rendition.
struct Measured {
    static let width = 36
    static let height = 64
    private static let rate = 8_000

    let frames: [ArraySlice<UInt8>]
    let samples: [Float]

    init(_ path: String, fixtures: Fixtures) throws {
        let sound = fixtures.path("sound.pcm")
        let result = try Subprocess.run(
            "/usr/bin/ffmpeg",
            ["-nostdin", "-loglevel", "error", "-y", "-xerror", "-i", path, "-map", "0:v", "-vf"]
                + [
                    "scale=\(Self.width):\(Self.height):flags=neighbor", "-pix_fmt", "rgb24", "-f", "rawvideo",
                    "pipe:1",
                ]
                + ["-map", "0:a", "-ac", "1", "-ar", "\(Self.rate)", "-f", "f32le", sound],
            timeout: safetyLimit, outputLimit: 8 << 20)
        guard result.status.isSuccess else { throw FixtureFault(reason: result.stderr) }
        let size = Self.width * Self.height * 3
        frames = stride(from: 0, to: result.stdout.count / size * size, by: size).map {
            result.stdout[$0..<($0 + size)]
        }
        let bytes = try fixtures.bytes(sound)
        samples = stride(from: 0, to: bytes.count / 4 * 4, by: 4).map { at in
            Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) })
        }
    }

    enum Colour { case red, blue, lime, other }

    /// The colour at a place of a frame, given as shares of its sides.
    func colour(_ frame: Int, _ x: Double, _ y: Double) -> Colour {
        let pixels = frames[frame]
        let at = pixels.startIndex + (Int(y * Double(Self.height)) * Self.width + Int(x * Double(Self.width))) * 3
        let (red, green, blue) = (Int(pixels[at]), Int(pixels[at + 1]), Int(pixels[at + 2]))
        if red > green + 60 && red > blue + 60 { return .red }
        if blue > red + 60 && blue > green + 60 { return .blue }
        if green > red + 60 && green > blue + 60 { return .lime }
        return .other
    }

    /// The place of the picture's upper left corner field in a 9:16 frame.
    static func corner(of shape: (width: Int, height: Int)) -> (x: Double, y: Double) {
        let ratio = Double(shape.width) / Double(shape.height) / (9.0 / 16)
        let (width, height) = (min(1, ratio), min(1, 1 / ratio))
        return ((1 - width) / 2 + width * 0.15, (1 - height) / 2 + height * 0.12)
    }

    /// When the picture turns blue, in seconds.
    var turnOfPicture: Double? {
        frames.indices.first { colour($0, 0.5, 0.5) == .blue }.map { Double($0) / 30 }
    }

    /// Effective values of pieces of 5 ms.
    private var levels: [Double] {
        let size = Self.rate / 200
        return stride(from: 0, to: samples.count / size * size, by: size).map { start in
            let sum = samples[start..<(start + size)].reduce(0.0) { $0 + Double($1 * $1) }
            return (sum / Double(size)).squareRoot()
        }
    }

    /// When the sound becomes loud, in seconds.
    var turnOfSound: Double? {
        let levels = levels
        let most = levels.max() ?? 0
        return levels.firstIndex { $0 > most / 3 }.map { Double($0) / 200 }
    }

    /// How loud the loudest 200 ms are.
    var loudness: Double {
        let levels = levels
        guard levels.count >= 40 else { return levels.max() ?? 0 }
        return (0...(levels.count - 40)).map { levels[$0..<($0 + 40)].reduce(0, +) / 40 }.max() ?? 0
    }

    /// The frequency of the loud part.
    var tone: Int {
        let levels = levels
        let most = levels.max() ?? 0
        guard let first = levels.firstIndex(where: { $0 > most / 3 }),
            let last = levels.lastIndex(where: { $0 > most / 3 }), last > first + 10
        else { return 0 }
        let size = Self.rate / 200
        let part = samples[((first + 2) * size)..<((last - 2) * size)]
        let crossings = zip(part, part.dropFirst()).filter { ($0 < 0) != ($1 < 0) }.count
        return crossings * Self.rate / 2 / max(1, part.count)
    }
}
