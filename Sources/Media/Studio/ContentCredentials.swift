internal import Platform

/// What the C2PA manifest in a file says of the file's origin. It is found and shown; its signature is not checked.
public struct ContentCredentials: Sendable, Hashable, Codable {
    /// The label of the active manifest.
    public let manifest: String?
    /// The program that wrote it.
    public let generator: String?

    /// What a manifest says.
    public init(manifest: String? = nil, generator: String? = nil) {
        self.manifest = manifest
        self.generator = generator
    }

    /// The `uuid` box that C2PA's specification gives to MP4.
    private static let identifier: [UInt8] = [
        0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81,
    ]
    /// Manifests hold pictures of what they were made from; what they say of themselves fits into this.
    private static let most = 4 << 20

    /// Looks through the top level of an MP4; nil when there is no manifest. Files of other formats have none that is found.
    public static func find(in path: String) throws(MediaFault) -> ContentCredentials? {
        guard let size = Files.size(path) else { return nil }
        var offset = 0
        do {
            while offset + 8 <= size {
                let head = try Files.read(path, from: offset, count: 32)
                guard head.count >= 8 else { return nil }
                var length = number(head[0..<4])
                var start = 8
                if length == 1, head.count >= 16 { (length, start) = (number(head[8..<16]), 16) }
                if length == 0 { length = size - offset }
                guard length >= start, length <= size - offset else { return nil }
                if head[4..<8].elementsEqual("uuid".utf8), length >= start + 16 {
                    let body = try Files.read(path, from: offset + start, count: min(length - start, most))
                    if body.starts(with: identifier), let found = ContentCredentials(body[16...]) { return found }
                }
                offset += length
            }
        } catch {
            throw .toolFailed("C2PA: \(error)")
        }
        return nil
    }

    /// Reads the store of manifests: JUMBF boxes, of which the last that is a manifest is the active one.
    init?(_ body: ArraySlice<UInt8>) {
        // Version, purpose and an offset come first, whose length differs; the store begins at its box.
        let mark = Array("jumb".utf8)
        var start: Int?
        var index = body.startIndex
        while index + 8 <= body.endIndex {
            if body[index + 4..<index + 8].elementsEqual(mark) {
                start = index
                break
            }
            index += 1
        }
        guard let start, let store = JUMBFBox(body[start...]), store.label == "c2pa" else { return nil }
        let active = store.children.last { $0.label != nil }
        manifest = active?.label.map { String($0.prefix(200)) }
        generator = active.flatMap { Self.text(after: "claim_generator", in: $0.content) }
    }

    /// The text after a key of a CBOR map. A claim is such a map.
    private static func text(after key: String, in bytes: ArraySlice<UInt8>) -> String? {
        let wanted = [0x60 + UInt8(key.utf8.count)] + Array(key.utf8)
        guard let first = bytes.firstRange(of: wanted), let head = bytes[first.upperBound...].first, head >> 5 == 3
        else {
            return nil
        }
        var start = first.upperBound + 1
        var length = Int(head & 0x1f)
        if length == 24 {
            guard start < bytes.endIndex else { return nil }
            (length, start) = (Int(bytes[start]), start + 1)
        } else if length == 25 {
            guard start + 2 <= bytes.endIndex else { return nil }
            (length, start) = (number(bytes[start..<start + 2]), start + 2)
        } else if length > 25 {
            return nil
        }
        guard start + length <= bytes.endIndex else { return nil }
        return String(String(decoding: bytes[start..<start + length], as: UTF8.self).prefix(200))
    }

    fileprivate static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 > Int.max >> 9 ? $0 : $0 << 8 | Int($1) }
    }
}

/// A superbox of JUMBF: a description with a label, and more boxes.
private struct JUMBFBox {
    let label: String?
    let content: ArraySlice<UInt8>

    init?(_ bytes: ArraySlice<UInt8>) {
        guard let (kind, body) = Self.split(bytes), kind == "jumb", let (inner, description) = Self.split(body),
            inner == "jumd", description.count >= 17
        else { return nil }
        let hasLabel = description[description.startIndex + 16] & 0x02 != 0
        let name = description.dropFirst(17).prefix { $0 != 0 }
        label = hasLabel && !name.isEmpty ? String(decoding: name, as: UTF8.self) : nil
        content = body[description.endIndex...]
    }

    /// The superboxes in it.
    var children: [JUMBFBox] {
        var found: [JUMBFBox] = []
        var rest = content
        while let (_, body) = Self.split(rest) {
            if let box = JUMBFBox(rest) { found.append(box) }
            rest = rest[body.endIndex...]
        }
        return found
    }

    private static func split(_ bytes: ArraySlice<UInt8>) -> (kind: String, body: ArraySlice<UInt8>)? {
        guard bytes.count >= 8 else { return nil }
        let length = ContentCredentials.number(bytes.prefix(4))
        guard length >= 8, length <= bytes.count else { return nil }
        let kind = String(decoding: bytes[bytes.startIndex + 4..<bytes.startIndex + 8], as: UTF8.self)
        return (kind, bytes[bytes.startIndex + 8..<bytes.startIndex + length])
    }
}
