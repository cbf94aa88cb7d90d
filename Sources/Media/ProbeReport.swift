/// The part of ffprobe's JSON that is read.
struct ProbeReport: Decodable {
    struct Format: Decodable {
        var duration: String?
    }

    struct Disposition: Decodable {
        var `default`: Int?
        var attachedPic: Int?
    }

    struct SideData: Decodable {
        var rotation: Double?
        var displaymatrix: String?
        var dvProfile: Int?
        var dvBlSignalCompatibilityId: Int?
    }

    struct Stream: Decodable {
        var index: Int
        var codecType: String?
        var codecName: String?
        var codecTagString: String?
        var width: Int?
        var height: Int?
        var pixFmt: String?
        var sampleAspectRatio: String?
        var colorRange: String?
        var colorSpace: String?
        var colorTransfer: String?
        var colorPrimaries: String?
        var fieldOrder: String?
        var channels: Int?
        var channelLayout: String?
        var disposition: Disposition?
        var sideDataList: [SideData]?
    }

    struct Packet: Decodable {
        var streamIndex: Int?
        var ptsTime: String?
        var durationTime: String?
        var flags: String?
    }

    var format: Format?
    var streams: [Stream]?
    var packets: [Packet]?

    /// What ffprobe is asked for; the rest of its report would be several times as long.
    static let entries =
        "format=duration"
        + ":stream=index,codec_type,codec_name,codec_tag_string,width,height,pix_fmt,sample_aspect_ratio,color_range"
        + ",color_space,color_transfer,color_primaries,field_order,channels,channel_layout"
        + ":stream_disposition=default,attached_pic"
        + ":stream_side_data=rotation,displaymatrix,dv_profile,dv_bl_signal_compatibility_id"
        + ":packet=stream_index,pts_time,duration_time,flags"
}

extension ProbeReport.Stream {
    /// The codec's name; the file's own word for a codec that ffprobe does not know.
    var codec: String {
        if let codecName, codecName != "unknown" { return codecName }
        return codecTagString ?? "unknown"
    }

    var isDefault: Bool { disposition?.default == 1 }

    /// A cover picture inside a sound file does not move.
    var isCover: Bool { disposition?.attachedPic == 1 }

    /// Quarter turns clockwise, 0 to 3.
    var quarterTurns: Int {
        let degrees = sideDataList?.compactMap(\.rotation).first ?? 0
        return ((Int((-degrees / 90).rounded()) % 4) + 4) % 4
    }

    /// The filters that apply the display matrix, which may also mirror, as front cameras do.
    var uprighting: [String] {
        let matrix = displayMatrix
        switch quarterTurns {
        case 1: return [matrix.map { $0[3] > 0 } == true ? "transpose=cclock_flip" : "transpose=clock"]
        case 2:
            guard let matrix else { return ["hflip", "vflip"] }
            return (matrix[0] < 0 ? ["hflip"] : []) + (matrix[4] < 0 ? ["vflip"] : [])
        case 3: return [matrix.map { $0[3] < 0 } == true ? "transpose=clock_flip" : "transpose=cclock"]
        default: return matrix.map { $0[4] < 0 } == true ? ["vflip"] : []
        }
    }

    /// Nine numbers, row by row.
    private var displayMatrix: [Int]? {
        guard let text = sideDataList?.compactMap(\.displaymatrix).first else { return nil }
        let rows = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
        let numbers = rows.flatMap { $0 }
        return numbers.count == 9 ? numbers : nil
    }

    /// How much wider than high one pixel is; nil for a value that no camera writes.
    var pixelShape: Double? {
        let parts = (sampleAspectRatio ?? "1:1").split(separator: ":").compactMap { Double($0) }
        guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return 1 }
        let shape = parts[0] / parts[1]
        return (0.1...10).contains(shape) ? shape : nil
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

/// When a stream's packets are shown, without those that an edit list hides.
struct PacketTimes {
    private(set) var count = 0
    private var starts: [Int] = []
    private var end = Int.min

    mutating func add(_ packet: ProbeReport.Packet) {
        // A packet marked for discarding precedes the cut that an edit list makes.
        if packet.flags?.contains("D") == true { return }
        count += 1
        guard let start = StreamTime(seconds: packet.ptsTime)?.microseconds else { return }
        starts.append(start)
        end = max(end, start + max(0, StreamTime(seconds: packet.durationTime)?.microseconds ?? 0))
    }

    /// Nil for a stream without times. What lies before zero is the codec's lead-in and is not presented.
    var span: StreamSpan? {
        let sorted = starts.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        var end = end
        // Matroska need not give the last packet a length: it then lasts as long as the one before it.
        if last >= end, sorted.count > 1 { end = last + (last - sorted[sorted.count - 2]) }
        let start = max(0, first)
        return StreamSpan(start: StreamTime(microseconds: start), end: StreamTime(microseconds: max(start, end)))
    }
}
