/// What a picture says about its colours. Missing tags are assumed as players assume them.
struct ColourTags: Sendable, Hashable {
    var primaries: String?
    var transfer: String?
    var matrix: String?
    var range: String?
    var isRGB: Bool

    init(_ stream: ProbeReport.Stream) {
        func known(_ tag: String?) -> String? {
            guard let tag, !["unknown", "unspecified", "reserved", "reserved0", ""].contains(tag) else { return nil }
            return tag
        }
        primaries = known(stream.colorPrimaries)
        transfer = known(stream.colorTransfer)
        matrix = known(stream.colorSpace)
        range = known(stream.colorRange)
        let format = stream.pixFmt ?? ""
        isRGB = ["rgb", "bgr", "gbr", "pal8"].contains { format.contains($0) }
    }

    var isHighDynamicRange: Bool { transfer == "smpte2084" || transfer == "arib-std-b67" }

    /// Colours that BT.709 lacks, so that reading them as BT.709 would pale them.
    var isWide: Bool {
        !isHighDynamicRange && !isRGB && ["bt2020", "smpte431", "smpte432"].contains(primaries ?? "")
    }

    /// The filter that adds the missing tags, so that no later filter meets an unknown one.
    func completing(height: Int) -> String {
        let isLarge = height >= 720
        let primaries = primaries ?? (isHighDynamicRange ? "bt2020" : isLarge ? "bt709" : "smpte170m")
        let transfer = transfer ?? "bt709"
        var tags = ["color_primaries=\(primaries)", "color_trc=\(transfer)"]
        if !isRGB {
            let assumed =
                isHighDynamicRange || primaries == "bt2020" ? "bt2020nc" : isLarge ? "bt709" : "smpte170m"
            tags.append("colorspace=\(matrix ?? assumed)")
            if range == nil { tags.append("range=tv") }
        }
        return "setparams=" + tags.joined(separator: ":")
    }
}
