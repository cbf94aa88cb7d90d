internal import FoundationEssentials

/// The part of ffprobe's JSON that is read.
struct ProbeReport: Decodable {
    struct Format: Decodable {
        var duration: String?
    }

    struct Disposition: Decodable {
        var attached_pic: Int?
    }

    struct SideData: Decodable {
        var side_data_type: String?
        var rotation: Double?
        var dv_profile: Int?
        var dv_bl_signal_compatibility_id: Int?
    }

    struct Stream: Decodable {
        var index: Int
        var codec_type: String?
        var codec_name: String?
        var width: Int?
        var height: Int?
        var sample_aspect_ratio: String?
        var color_transfer: String?
        var field_order: String?
        var nb_frames: String?
        var disposition: Disposition?
        var side_data_list: [SideData]?
    }

    var format: Format?
    var streams: [Stream]?

    /// The streams that move: a cover picture inside a sound file is none.
    var pictures: [Stream] {
        (streams ?? []).filter { $0.codec_type == "video" && $0.disposition?.attached_pic != 1 }
    }

    var sound: Stream? {
        // A stream whose coding ffprobe cannot name cannot be decoded either.
        (streams ?? []).first { $0.codec_type == "audio" && $0.codec_name != nil && $0.codec_name != "unknown" }
    }
}

extension ProbeReport.Stream {
    /// Quarter turns clockwise, 0 to 3.
    var quarterTurns: Int {
        let degrees = side_data_list?.compactMap(\.rotation).first ?? 0
        return ((Int((-degrees / 90).rounded()) % 4) + 4) % 4
    }

    /// How much wider than high one pixel is.
    var pixelShape: Double {
        let parts = (sample_aspect_ratio ?? "1:1").split(separator: ":").compactMap { Double($0) }
        guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return 1 }
        let shape = parts[0] / parts[1]
        return (0.1...10).contains(shape) ? shape : 1
    }

    var isHighDynamicRange: Bool {
        color_transfer == "smpte2084" || color_transfer == "arib-std-b67"
    }

    /// Dolby Vision whose base layer no ordinary decoder can show.
    var needsDolbyVision: Bool {
        (side_data_list ?? []).contains { $0.dv_profile == 5 || ($0.dv_profile ?? 0) > 0 && $0.dv_bl_signal_compatibility_id == 0 }
    }

    var isInterlaced: Bool {
        ["tt", "bb", "tb", "bt"].contains(field_order ?? "")
    }
}
