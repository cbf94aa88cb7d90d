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
            if ["M4A ", "M4B ", "M4P "].contains(brand) { throw .audioOnly }
            return brand == "qt  " ? .quickTime : .mp4
        }
        if head.count >= 8, ["moov", "mdat", "wide"].contains(String(decoding: head[4..<8], as: UTF8.self)) {
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
        let start = head.prefix(1_024)
        for mark in ["%PDF-", "<html", "<HTML", "<!doctype", "<!DOCTYPE", "<script", "<svg", "<?php"] {
            guard start.firstRange(of: Array(mark.utf8)) == nil else { throw .polyglot }
        }
        // A ZIP archive is read from its end: its last record may begin up to 64 KiB before it.
        let tail = try bytes(from: max(0, size - 65_557), count: 65_557)
        var rest = tail[...]
        while let found = rest.firstRange(of: [0x50, 0x4B, 0x05, 0x06]) {
            let record = tail[found.lowerBound...]
            if record.count >= 22 {
                let at = record.startIndex
                let comment = Int(record[at + 20]) | Int(record[at + 21]) << 8
                if record.count == 22 + comment { throw .polyglot }
            }
            rest = tail[found.upperBound...]
        }
    }

    private static let boxes: Set<String> = [
        "ftyp", "moov", "mdat", "free", "skip", "wide", "uuid", "moof", "mfra", "sidx", "ssix", "styp", "pdin",
        "meta", "udta", "emsg", "prft", "pnot", "PICT", "junk", "bloc",
    ]

    /// MP4 and QuickTime are boxes one after another that fill the file exactly.
    private func walkBoxes() throws(MediaFault) {
        var offset = 0
        var hasIndex = false
        for _ in 0..<100_000 {
            if offset == size { break }
            let head = try bytes(from: offset, count: 16)
            // QuickTime writers may end the file with a terminator of four zero bytes.
            if head.count <= 4 && head.allSatisfy({ $0 == 0 }) { break }
            guard head.count >= 8 else { throw .polyglot }
            let name = String(decoding: head[4..<8], as: UTF8.self)
            guard Self.boxes.contains(name) else { throw offset == 0 ? .unreadable("first box \(name)") : .polyglot }
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
            guard length <= size - offset else { throw .truncated }
            offset += length
        }
        guard offset >= size - 4 else { throw .unreadable("more than 100,000 boxes") }
        guard hasIndex else { throw .truncated }
    }

    /// WebM is an EBML head and one segment that reaches to the end of the file.
    private func walkElements(_ head: [UInt8]) throws(MediaFault) {
        var offset = 0
        var hasSegment = false
        while offset < size {
            let start = offset == 0 ? head[...] : try bytes(from: offset, count: 16)[...]
            guard let name = vint(start, keepsMarker: true), let length = vint(start.dropFirst(name.length)) else {
                throw hasSegment ? .polyglot : .truncated
            }
            let content = offset + name.length + length.length
            switch name.value {
            case 0x1A45_DFA3, 0xEC: break
            case 0x1853_8067: hasSegment = true
            default: throw hasSegment ? .polyglot : .unreadable("element \(String(name.value, radix: 16))")
            }
            // All ones: written live, the length was not known; such a segment runs to the end.
            if length.value == (1 << (7 * length.length)) - 1 { return }
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
            throw MediaFault(.toolFailed, "We couldn't read the file. Please try again later.", evidence: "\(error)")
        }
    }
}
