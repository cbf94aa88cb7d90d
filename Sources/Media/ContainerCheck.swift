internal import Platform

/// Checks the structure of a file by its bytes, before any decoder opens it.
struct ContainerCheck {
    let path: String
    let size: Int

    /// The container, when the file is one whole video container and nothing else.
    func container() throws(MediaFault) -> Container {
        let head = try bytes(from: 0, count: 4_096)
        let container = try Self.sniff(head)
        try refuseSecondFormat(head)
        switch container {
        case .mp4, .quickTime: try walkBoxes()
        case .webM: try walkElements(head)
        }
        return container
    }

    static func sniff(_ head: [UInt8]) throws(MediaFault) -> Container {
        if head.count >= 12, Array(head[4..<8]) == Array("ftyp".utf8) {
            let brand = String(decoding: head[8..<12], as: UTF8.self)
            if ["avif", "avis", "heic", "heix", "mif1", "msf1", "hevc", "jp2 ", "crx "].contains(brand) {
                throw .stillImage
            }
            return brand == "qt  " ? .quickTime : .mp4
        }
        // Old QuickTime writers name no brand.
        if head.count >= 8,
            ["moov", "mdat", "wide", "free", "skip", "pnot"].contains(String(decoding: head[4..<8], as: UTF8.self))
        {
            return .quickTime
        }
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            // The document type is one of the first elements. Matroska itself is not an accepted format.
            guard head.prefix(256).firstRange(of: Array("webm".utf8)) != nil else {
                throw MediaFault(
                    .notAVideo, "Matroska (MKV) files are not supported. Export the clip as MP4, WebM or MOV.")
            }
            return .webM
        }
        throw refusal(of: head)
    }

    private static func refusal(of head: [UInt8]) -> MediaFault {
        let images: [[UInt8]] = [
            [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47], Array("GIF8".utf8), Array("BM".utf8), [0x49, 0x49, 0x2A, 0],
        ]
        if images.contains(where: head.starts) { return .stillImage }
        if head.starts(with: Array("RIFF".utf8)), head.count >= 12 {
            return Array(head[8..<12]) == Array("WEBP".utf8) ? .stillImage : .notAVideo
        }
        return .notAVideo
    }

    /// A file that is also valid in another format could smuggle that format past the checks.
    private func refuseSecondFormat(_ head: [UInt8]) throws(MediaFault) {
        guard !Self.holdsDocument(head.prefix(1_024)) else { throw .polyglot }
        // A ZIP archive is read from its end: its last record may begin up to 64 KiB before it.
        let tail = try bytes(from: max(0, size - 65_557 - Self.mostZeros), count: 65_557 + Self.mostZeros)
        var rest = tail[...]
        while let found = rest.firstRange(of: [0x50, 0x4B, 0x05, 0x06]) {
            if endsArchive(tail[found.lowerBound...], base: size - tail.count) { throw .polyglot }
            rest = tail[found.upperBound...]
        }
    }

    /// Whether a ZIP archive's last record begins here: only zeros follow it, or its directory precedes it.
    private func endsArchive(_ record: ArraySlice<UInt8>, base: Int) -> Bool {
        guard record.count >= 22 else { return false }
        let at = record.startIndex
        let comment = Int(record[at + 20]) | Int(record[at + 21]) << 8
        if record.count >= 22 + comment, record.dropFirst(22 + comment).allSatisfy({ $0 == 0 }) { return true }
        let length = (0..<4).reduce(0) { $0 | Int(record[at + 12 + $1]) << (8 * $1) }
        let directory = base + at - length
        guard length > 0, directory >= 0, let mark = try? bytes(from: directory, count: 4) else { return false }
        return mark == [0x50, 0x4B, 0x01, 0x02]
    }

    /// Whether a browser or a reader of documents could take these bytes for a page, a script or a PDF, or an unpacker
    /// for an archive.
    private static func holdsDocument(_ bytes: ArraySlice<UInt8>) -> Bool {
        let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        let marks = ["%pdf-", "<html", "<!doctype", "<script", "<svg ", "<svg>", "<?php", "rar!\u{1a}\u{7}"]
        return marks.contains { lower.firstRange(of: Array($0.utf8)) != nil }
            || bytes.firstRange(of: [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) != nil
    }

    /// The boxes that hold the film itself; what they hold is the demuxer's and the decoders' affair.
    private static let media: Set<String> = ["ftyp", "moov", "mdat", "moof", "mfra", "sidx", "ssix", "styp", "wide"]

    /// How many zero bytes may follow the last box; recorders pad files to whole sectors.
    private static let mostZeros = 1 << 20

    /// Of a box that players skip so many bytes are looked through for documents.
    private static let looked = 1 << 20

    /// MP4 and QuickTime are boxes one after another that fill the file. Readers skip boxes that they do not know.
    private func walkBoxes() throws(MediaFault) {
        var offset = 0
        var hasIndex = false
        for _ in 0..<100_000 {
            if offset == size { break }
            let head = try bytes(from: offset, count: 16)
            if head.prefix(8).allSatisfy({ $0 == 0 }) {
                try passZeros(from: offset)
                offset = size
                break
            }
            guard head.count >= 8, Self.isName(head[4..<8]) else { throw hasIndex ? .polyglot : .unreadable("no box") }
            let name = String(decoding: head[4..<8], as: UTF8.self)
            hasIndex = hasIndex || name == "moov"
            var length = number(head[0..<4])
            if length == 1 {
                guard head.count == 16 else { throw .truncated }
                length = number(head[8..<16])
                guard length >= 16 else { throw .unreadable("box \(name) of \(length) bytes") }
            } else if length == 0 {
                length = size - offset
            }
            guard length >= 8 else { throw .unreadable("box \(name) of \(length) bytes") }
            guard length <= size - offset else {
                // The end of another format may look like the head of a box.
                if !Self.media.contains(name) { try lookThrough(offset, size - offset) }
                throw .truncated
            }
            if !Self.media.contains(name) { try lookThrough(offset, length) }
            offset += length
        }
        guard offset == size else { throw .unreadable("more than 100,000 boxes") }
        guard hasIndex else { throw .truncated }
    }

    /// Four printable characters, or Apple's © and three.
    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0xA9 }
    }

    private func lookThrough(_ offset: Int, _ length: Int) throws(MediaFault) {
        let begin = try bytes(from: offset, count: min(length, Self.looked))
        let end = try bytes(from: offset + max(0, length - Self.looked), count: min(length, Self.looked))
        guard !Self.holdsDocument(begin[...]), length <= Self.looked || !Self.holdsDocument(end[...]) else {
            throw .polyglot
        }
    }

    private func passZeros(from offset: Int) throws(MediaFault) {
        guard size - offset <= Self.mostZeros, try bytes(from: offset, count: size - offset).allSatisfy({ $0 == 0 })
        else { throw .polyglot }
    }

    /// WebM is an EBML head and one segment that reaches to the end of the file, apart from elements that readers skip.
    private func walkElements(_ head: [UInt8]) throws(MediaFault) {
        var offset = 0
        var hasSegment = false
        while offset < size {
            let start = offset == 0 ? head[...] : try bytes(from: offset, count: 16)[...]
            if hasSegment, start.first == 0 { return try passZeros(from: offset) }
            guard let name = vint(start, keepsMarker: true), let length = vint(start.dropFirst(name.length)) else {
                throw hasSegment ? .polyglot : .truncated
            }
            let content = offset + name.length + length.length
            let isUnknown = length.value == (1 << (7 * length.length)) - 1
            switch name.value {
            case 0x1A45_DFA3 where !hasSegment: break
            case 0x1853_8067 where !hasSegment:
                hasSegment = true
                // Written live, the length was not known; such a segment runs to the end.
                if isUnknown { return }
            default:
                guard hasSegment || name.value == 0xEC else {
                    throw .unreadable("element \(String(name.value, radix: 16))")
                }
                // An element that readers skip has a length of its own.
                guard !isUnknown, length.value <= size - content else { throw hasSegment ? .polyglot : .truncated }
                try lookThrough(content, length.value)
            }
            guard length.value <= size - content else { throw .truncated }
            offset = content + length.value
        }
        guard hasSegment else { throw .truncated }
    }

    private func vint(_ bytes: ArraySlice<UInt8>, keepsMarker: Bool = false) -> (value: Int, length: Int)? {
        guard let first = bytes.first, first != 0 else { return nil }
        let length = first.leadingZeroBitCount + 1
        guard bytes.count >= length else { return nil }
        let lead = keepsMarker ? Int(first) : Int(first) & ((1 << (8 - length)) - 1)
        return (bytes.dropFirst().prefix(length - 1).reduce(lead) { $0 << 8 | Int($1) }, length)
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> Int {
        let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(clamping: value)
    }

    private func bytes(from offset: Int, count: Int) throws(MediaFault) -> [UInt8] {
        do { return try Files.read(path, from: offset, count: count) } catch {
            throw .storageFailed("\(error)")
        }
    }
}
