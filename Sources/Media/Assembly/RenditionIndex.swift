internal import Platform

/// What the index of an MP4 file that this program wrote says about its streams.
struct RenditionIndex {
    /// Frames of the picture.
    let frames: Int
    /// Coded pieces of the sound, 1,024 samples each.
    let soundPackets: Int
    let width: Int
    let height: Int
    /// The decoder's configuration. Pictures can be joined only where it is the same.
    let configuration: [UInt8]

    /// Nil for a file that is not there, is cut off or has another form.
    init?(_ path: String) {
        guard let moov = Self.moov(path) else { return nil }
        var frames: Int?
        var packets: Int?
        var picture: (width: Int, height: Int, configuration: [UInt8])?
        for track in Self.boxes(moov) where track.name == "trak" {
            guard let media = Self.box("mdia", track.content), let handler = Self.box("hdlr", media),
                let table = Self.box("minf", media).flatMap({ Self.box("stbl", $0) }),
                let sizes = Self.box("stsz", table), handler.count >= 12, sizes.count >= 12
            else { return nil }
            let count = Self.number(sizes.dropFirst(8).prefix(4))
            switch String(decoding: handler.dropFirst(8).prefix(4), as: UTF8.self) {
            case "vide":
                frames = count
                picture = Self.box("stsd", table).flatMap(Self.picture)
            case "soun": packets = count
            default: break
            }
        }
        guard let frames, let packets, let picture else { return nil }
        self.frames = frames
        soundPackets = packets
        width = picture.width
        height = picture.height
        configuration = picture.configuration
    }

    /// By RFC 6381: profile, constraints and level.
    var codec: String {
        let parts = configuration.dropFirst().prefix(3).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        return "avc1." + parts.joined()
    }

    /// The index of a film of 500 clips is far smaller.
    private static let mostBytes = 64 << 20

    /// The index of a file whose boxes fill it to its end.
    private static func moov(_ path: String) -> ArraySlice<UInt8>? {
        guard let size = Files.size(path) else { return nil }
        var found: ArraySlice<UInt8>?
        var offset = 0
        while offset < size {
            guard let head = try? Files.read(path, from: offset, count: 16), head.count >= 8 else { return nil }
            var length = number(head.prefix(4))
            if length == 1, head.count == 16 { length = number(head[8..<16]) }
            guard length >= 8, offset + length <= size else { return nil }
            if String(decoding: head[4..<8], as: UTF8.self) == "moov" {
                guard length <= mostBytes, let bytes = try? Files.read(path, from: offset + 8, count: length - 8)
                else { return nil }
                found = bytes[...]
            }
            offset += length
        }
        return found
    }

    private static func picture(_ descriptions: ArraySlice<UInt8>) -> (width: Int, height: Int, configuration: [UInt8])?
    {
        // The list begins with its version and length; an entry's own fields are 78 bytes.
        guard let entry = boxes(descriptions.dropFirst(8)).first, entry.name == "avc1", entry.content.count > 78,
            let configuration = box("avcC", entry.content.dropFirst(78)), configuration.count > 4
        else { return nil }
        return (
            number(entry.content.dropFirst(24).prefix(2)), number(entry.content.dropFirst(26).prefix(2)),
            Array(configuration)
        )
    }

    private static func box(_ name: String, _ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        boxes(bytes).first { $0.name == name }?.content
    }

    private static func boxes(_ bytes: ArraySlice<UInt8>) -> [(name: String, content: ArraySlice<UInt8>)] {
        var found: [(name: String, content: ArraySlice<UInt8>)] = []
        var rest = bytes
        while rest.count >= 8 {
            let length = number(rest.prefix(4))
            guard length >= 8, length <= rest.count else { break }
            found.append(
                (String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self), rest.prefix(length).dropFirst(8)))
            rest = rest.dropFirst(length)
        }
        return found
    }

    private static func number(_ bytes: some Collection<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}

extension FilmAssembly {
    /// The size of a rendition's picture; nil for a file that cannot be read.
    public func size(of part: FilmPart) -> (Int, Int)? {
        RenditionIndex(part.path).map { ($0.width, $0.height) }
    }
}
