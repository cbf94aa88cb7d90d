internal import FoundationEssentials

/// The part of ffprobe's JSON that is read.
struct ProbeReport: Decodable {
    struct Format: Decodable {
        var duration: String?
    }

    struct Disposition: Decodable {
        var attachedPic: Int?
    }

    struct SideData: Decodable {
        var rotation: Double?
        var dvProfile: Int?
        var dvBlSignalCompatibilityId: Int?
    }

    struct Stream: Decodable {
        var index: Int
        var codecType: String?
        var codecName: String?
        var width: Int?
        var height: Int?
        var sampleAspectRatio: String?
        var colorTransfer: String?
        var fieldOrder: String?
        var disposition: Disposition?
        var sideDataList: [SideData]?
    }

    var format: Format?
    var streams: [Stream]?

    /// The streams that move: a cover picture inside a sound file is none.
    var pictures: [Stream] {
        (streams ?? []).filter { $0.codecType == "video" && $0.disposition?.attachedPic != 1 }
    }

    var sound: Stream? {
        // A stream whose coding ffprobe cannot name cannot be decoded either.
        (streams ?? []).first { $0.codecType == "audio" && $0.codecName != nil && $0.codecName != "unknown" }
    }
}

extension ProbeReport.Stream {
    /// Quarter turns clockwise, 0 to 3.
    var quarterTurns: Int {
        let degrees = sideDataList?.compactMap(\.rotation).first ?? 0
        return ((Int((-degrees / 90).rounded()) % 4) + 4) % 4
    }

    /// How much wider than high one pixel is.
    var pixelShape: Double {
        let parts = (sampleAspectRatio ?? "1:1").split(separator: ":").compactMap { Double($0) }
        guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return 1 }
        let shape = parts[0] / parts[1]
        return (0.1...10).contains(shape) ? shape : 1
    }

    var isHighDynamicRange: Bool {
        colorTransfer == "smpte2084" || colorTransfer == "arib-std-b67"
    }

    /// Dolby Vision whose base layer no ordinary decoder can show.
    var needsDolbyVision: Bool {
        (sideDataList ?? []).contains { side in
            side.dvProfile == 5 || (side.dvProfile ?? 0) > 0 && side.dvBlSignalCompatibilityId == 0
        }
    }

    var isInterlaced: Bool {
        ["tt", "bb", "tb", "bt"].contains(fieldOrder ?? "")
    }
}
