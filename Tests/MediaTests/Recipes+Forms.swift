import Media

extension Recipe {
    /// Turned, mirrored and oblong pictures.
    static let shapes: [Recipe] = [
        .turned("Turned by 90° by its matrix", filter: "transpose=cclock", matrix: [0, 1, 0, -1, 0, 0]),
        .turned("Turned by 180° by its matrix", filter: "hflip,vflip", matrix: [-1, 0, 0, 0, -1, 0]),
        .turned("Turned by 270° by its matrix", filter: "transpose=clock", matrix: [0, -1, 0, 1, 0, 0]),
        .turned("Mirrored by its matrix, as front cameras do", filter: "hflip", matrix: [-1, 0, 0, 0, 1, 0]),
        .turned("Upside down by its matrix", filter: "vflip", matrix: [1, 0, 0, 0, -1, 0]),
        .file(
            .shape, "Landscape: shown over a blurred copy", "a.mp4", picture("160x90") + sound() + h264 + "-c:a aac",
            shape: (16, 9)),
        .file(
            .shape, "Odd sides", "a.mp4",
            picture("91x161", format: "yuv444p") + sound() + "-c:v libx264 -preset ultrafast -c:a aac"),
        .file(
            .shape, "Pixels that are not square", "a.mp4",
            picture("160x160") + sound() + "-vf setsar=9/16 " + h264 + "-c:a aac"),
        .file(
            .shape, "Square", "a.mp4", picture("160x160") + sound() + h264 + "-c:a aac", shape: (1, 1)),
        .file(
            .shape, "Very narrow", "a.mp4", picture("32x320") + sound() + h264 + "-c:a aac", shape: (1, 10)),
    ]

    private static func turned(_ says: String, filter: String, matrix: [Int32]) -> Recipe {
        Recipe(group: .shape, says: says) { fixtures in
            let plain = try fixtures.make(
                "plain.mp4", picture() + sound() + "-vf \(filter) " + h264 + "-c:a aac")
            var bytes = try fixtures.bytes(plain)
            // In the head of the first track, 40 bytes after the name: a, b, u, c, d, v as fixed-point numbers.
            guard let head = bytes.firstRange(of: Array("tkhd".utf8)) else { throw FixtureFault(reason: "no track") }
            for (index, value) in matrix.enumerated() {
                let fixed = UInt32(bitPattern: value << 16)
                for place in 0..<4 {
                    bytes[head.upperBound + 40 + index * 4 + place] = UInt8(
                        truncatingIfNeeded: fixed >> (24 - 8 * place))
                }
            }
            return try fixtures.write("a.mp4", bytes)
        }
    }

    /// Colour tags that are there, missing or unusual.
    static let colours: [Recipe] = [
        .file(
            .colour, "Full range", "a.mp4",
            picture(format: "yuvj420p") + sound() + "-c:v libx264 -preset ultrafast -c:a aac"),
        .file(
            .colour, "No colour tags, 720 lines and more", "a.mp4",
            "-f lavfi -i color=c=red:s=406x720:r=10:d=1,drawbox=c=blue:t=fill:enable=gte(t\\,0.5)"
                + ",drawbox=w=iw/3:h=ih/4:c=lime:t=fill,scale=out_color_matrix=bt709,format=yuv420p " + sound() + h264
                + "-c:a aac"),
        .file(
            .colour, "BT.709", "a.mp4",
            picture() + sound() + "-vf scale=out_color_matrix=bt709 " + h264
                + "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv -c:a aac"),
        .file(
            .colour, "Display P3", "a.mp4",
            picture() + sound() + h264 + "-colorspace bt709 -color_primaries smpte432 -color_trc bt709 -c:a aac"),
        .file(
            .colour, "BT.2020 without high dynamic range", "a.mp4",
            picture(format: "yuv420p10le") + sound() + "-c:v libx264 -preset ultrafast "
                + "-colorspace bt2020nc -color_primaries bt2020 -color_trc bt2020-10 -c:a aac"),
        .file(
            .colour, "HDR10 (PQ)", "a.mp4",
            highDynamicRange("colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc")),
        .file(
            .colour, "HLG", "a.mp4",
            highDynamicRange("colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc")),
        .file(.colour, "PQ without primaries and matrix", "a.mp4", highDynamicRange("transfer=smpte2084")),
        .file(
            .colour, "RGB", "a.mp4",
            picture(format: "rgb24") + sound() + "-c:v libx264rgb -preset ultrafast -c:a aac"),
    ]

    private static func highDynamicRange(_ tags: String) -> String {
        picture(rate: "10") + sound()
            + "-vf scale=out_color_matrix=bt2020,format=yuv420p10le -c:v libx265 -preset ultrafast "
            + "-x265-params log-level=error:\(tags) -tag:v hvc1 -c:a aac"
    }

    /// Frame rates, lengths, beginnings and ends.
    static let times: [Recipe] = [
        .file(.time, "24 frames a second", "a.mp4", picture(rate: "24") + sound() + h264 + "-c:a aac"),
        .file(
            .time, "29.97 frames a second", "a.mp4", picture(rate: "30000/1001") + sound() + h264 + "-c:a aac"),
        .file(.time, "60 frames a second", "a.mp4", picture(rate: "60") + sound() + h264 + "-c:a aac"),
        .file(.time, "120 frames a second", "a.mp4", picture(rate: "120") + sound() + h264 + "-c:a aac"),
        .file(
            .time, "2 frames a second", "a.mp4", picture(rate: "2", seconds: 2) + sound(seconds: 2) + h264 + "-c:a aac",
            seconds: 2, turn: 1),
        .file(
            .time, "A changing frame rate", "a.mp4",
            picture(rate: "60", seconds: 2) + sound(seconds: 2)
                + "-vf select=not(mod(n\\,7))+between(n\\,40\\,70) -fps_mode vfr "
                + h264 + "-c:a aac", seconds: 2, turn: 1),
        .file(
            .time, "Interlaced", "a.mov",
            picture("90x160", rate: "50") + sound()
                + "-vf interlace,setfield=tff -flags +ildct+ilme -c:v mpeg2video -q:v 3 -c:a aac"),
        Recipe(group: .time, says: "Cut by an edit list, with hidden frames before the cut", seconds: 1.5) {
            let long = try $0.make(
                "long.mp4",
                picture(seconds: 12, turn: 10.5) + sound(seconds: 12, turn: 10.5) + h264 + "-g 900 -c:a aac")
            return try $0.make("a.mp4", "-ss 10 -i \(long) -t 1.5 -c copy")
        },
        .file(
            .time, "Picture begins late: its first frame is shown before", "a.mp4",
            "-itsoffset 0.5 " + picture(seconds: 1.5, turn: 0.5) + sound(seconds: 2, turn: 1) + h264 + "-c:a aac",
            seconds: 2, turn: 1),
        .file(
            .time, "Times that do not begin at zero", "a.webm",
            picture() + sound() + vp8 + "-c:a libopus -output_ts_offset 10"),
        .file(
            .time, "8.5 seconds, and a little more in the container", "a.webm",
            picture(rate: "10", seconds: 8.5, turn: 4) + sound(seconds: 8.508, turn: 4) + vp8 + "-c:a libopus",
            seconds: 8.5, turn: 4),
        Recipe(
            group: .time, says: "WebM whose picture does not change until the declared end", seconds: 2, tone: nil
        ) {
            let plain = try $0.make("plain.webm", picture() + vp8 + "-reserve_index_space 0")
            // The declared length is an eight-byte number after the element's name and size.
            var bytes = try $0.bytes(plain)
            guard let found = bytes.firstRange(of: [0x44, 0x89, 0x88]) else { throw FixtureFault(reason: "no length") }
            let pattern = (2_000.0).bitPattern
            for place in 0..<8 {
                bytes[found.upperBound + place] = UInt8(truncatingIfNeeded: pattern >> (56 - 8 * place))
            }
            return try $0.write("a.webm", bytes)
        },
        .file(
            .time, "Half a second", "a.mp4", picture(seconds: 0.5) + sound(seconds: 0.5) + h264 + "-c:a aac",
            seconds: 0.5, turn: 0.25),
    ]

    /// Pictures and sounds that change in the middle.
    static let changes: [Recipe] = [
        .joined(
            "VP8 that becomes smaller, as when a recorded canvas is resized", "webm", ["180x320", "90x160"], vp8,
            "-c:a libopus"),
        .joined("VP8 that is turned in the middle", "webm", ["90x160", "160x90"], vp8, "-c:a libopus"),
        .joined("H.264 that changes its size", "h264", ["180x320", "90x160"], h264, "-c:a aac"),
        Recipe(group: .change, says: "Sound that goes from one channel to two", turn: 0.533) { fixtures in
            let one = try fixtures.make(
                "one.aac", "-f lavfi -i aevalsrc=exprs=0.05*sin(2*PI*440*t):s=44100:d=0.5 -c:a aac")
            let two = try fixtures.make(
                "two.aac",
                "-f lavfi -i aevalsrc=exprs=0.5*sin(2*PI*440*t)|0.5*sin(2*PI*440*t):s=44100:d=0.5 -c:a aac")
            let both = try fixtures.write("both.aac", fixtures.bytes(one) + fixtures.bytes(two))
            return try fixtures.make("a.mp4", picture(turn: 0.533) + "-i \(both) " + h264 + "-c:a copy -t 1")
        },
    ]

    /// Half a second of one size, red and quiet, then half a second of another, blue and loud.
    private static func joined(
        _ says: String, _ kind: String, _ sizes: [String], _ video: String, _ audio: String
    ) -> Recipe {
        Recipe(group: .change, says: says) { fixtures in
            let isRaw = kind == "h264"
            var parts: [String] = []
            for (index, size) in sizes.enumerated() {
                let colour = index == 0 ? "red" : "blue"
                parts.append(
                    try fixtures.make(
                        "part\(index).\(kind)",
                        "-f lavfi -i color=c=\(colour):s=\(size):r=30:d=0.5,drawbox=w=iw/3:h=ih/4:c=lime:t=fill "
                            + video))
            }
            let sound = try fixtures.make("sound.mov", Recipe.sound() + "-c:a pcm_s16le")
            if isRaw {
                let both = try fixtures.write("both.h264", parts.flatMap { try fixtures.bytes($0) })
                return try fixtures.make(
                    "a.mp4", "-r 30 -i \(both) -i \(sound) -map 0 -map 1 -c:v copy " + audio)
            }
            let list = try fixtures.write("list.txt", Array(parts.map { "file '\($0)'\n" }.joined().utf8))
            return try fixtures.make(
                "a.\(kind)", "-f concat -safe 0 -i \(list) -i \(sound) -map 0 -map 1 -c:v copy " + audio)
        }
    }

    /// The order of the boxes, boxes of phones, and what recorders leave behind the video.
    static let files: [Recipe] = [
        .file(.file, "MP4 with its index at the end", "a.mp4", picture() + sound() + h264 + "-c:a aac"),
        .file(
            .file, "MP4 with its index at the beginning", "a.mp4",
            picture() + sound() + h264 + "-c:a aac -movflags +faststart"),
        .file(
            .file, "Fragmented MP4", "a.mp4",
            picture() + sound() + h264 + "-g 10 -c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof",
            // Without an edit list the codec's lead-in is part of the sound.
            seconds: 31.0 / 30, turn: 0.52),
        .file(
            .file, "Fragmented MP4 with Opus, as a browser records it", "a.mp4",
            picture() + sound(rate: 48_000) + h264
                + "-g 10 -c:a libopus -movflags +frag_keyframe+empty_moov+default_base_moof"),
        .file(
            .file, "WebM written live, as a browser records it", "a.webm",
            picture() + sound() + vp8 + "-c:a libopus -live 1 -f webm"),
        .file(
            .file, "QuickTime that declares the place where it was recorded", "a.mov",
            picture() + sound() + h264 + "-c:a aac -metadata location=+52.5200+013.4050/"),
        .changed(.file, "Samsung's box behind the video, then zero bytes") {
            $0 + .box("sefd", Array("SEFH".utf8) + [UInt8](repeating: 7, count: 64) + Array("SEFT".utf8))
                + [UInt8](repeating: 0, count: 512)
        },
        .changed(.file, "A motion photo's box") { $0 + .box("mpvd", [UInt8](repeating: 3, count: 300)) },
        .changed(.file, "An XMP description") {
            $0 + .box("uuid", [UInt8](repeating: 0xBE, count: 16) + Array("<?xpacket begin?><x:xmpmeta/>".utf8))
        },
        .changed(.file, "A box before the media data that no reader knows") {
            $0.replacing("free", "beam", onlyFirst: true)
        },
        .changed(.file, "QuickTime without a brand", "a.mov", "-movflags 0") { bytes in
            // The brand's box becomes free space.
            bytes.replacing("ftyp", "free", onlyFirst: true)
        },
        .changed(.file, "Media data that reaches to the end of the file", "a.mp4") { bytes in
            guard let found = bytes.firstRange(of: Array("mdat".utf8)) else { throw FixtureFault(reason: "no mdat") }
            var changed = bytes
            for place in 1...4 { changed[found.lowerBound - place] = 0 }
            return changed
        },
        Recipe(group: .file, says: "WebM with an unknown element and zero bytes behind it") {
            let plain = try $0.make("plain.webm", picture() + sound() + vp8 + "-c:a libopus")
            return try $0.write(
                "a.webm", $0.bytes(plain) + [0x4D, 0xBB, 0x84, 1, 2, 3, 4] + [UInt8](repeating: 0, count: 512))
        },
    ]

    /// All of them.
    static let all = pictureCodecs + sounds + streams + shapes + colours + times + changes + files
}
