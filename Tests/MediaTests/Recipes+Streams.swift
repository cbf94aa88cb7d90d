import Media

extension Recipe {
    /// Every picture codec that is read, in the container in which it is usual.
    static let pictureCodecs: [Recipe] = [
        .file(.picture, "H.264 Baseline", "a.mp4", picture() + sound() + h264 + "-profile:v baseline -c:a aac"),
        .file(
            .picture, "H.264 High with B frames", "a.mp4",
            picture() + sound() + "-c:v libx264 -preset veryfast -bf 3 -c:a aac"),
        .file(
            .picture, "H.264 10 bit", "a.mp4",
            picture(format: "yuv420p10le") + sound() + "-c:v libx264 -preset ultrafast -c:a aac"),
        .file(
            .picture, "H.264 4:4:4", "a.mp4",
            picture(format: "yuv444p") + sound() + "-c:v libx264 -preset ultrafast -c:a aac"),
        .file(
            .picture, "H.265 tagged hvc1", "a.mov",
            picture() + sound() + "-c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hvc1 -c:a aac"),
        .file(
            .picture, "H.265 tagged hev1", "a.mp4",
            picture() + sound() + "-c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hev1 -c:a aac"),
        .file(
            .picture, "AV1 in MP4", "a.mp4",
            picture() + sound() + "-c:v libaom-av1 -usage realtime -cpu-used 8 -b:v 200k -c:a aac"),
        .file(.picture, "VP8 with Vorbis", "a.webm", picture() + sound() + vp8 + "-c:a libvorbis"),
        .file(
            .picture, "VP8 with transparency", "a.webm",
            picture(format: "yuva420p") + sound() + vp8 + "-auto-alt-ref 0 -c:a libopus"),
        .file(
            .picture, "VP9 with Opus", "a.webm",
            picture() + sound() + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 500k -c:a libopus"),
        .file(.picture, "MPEG-4 Part 2", "a.mp4", picture() + sound() + "-c:v mpeg4 -q:v 3 -c:a aac"),
        .file(.picture, "MPEG-2", "a.mov", picture(rate: "25") + sound() + "-c:v mpeg2video -q:v 3 -c:a aac"),
        .file(
            .picture, "H.263 of old phones", "a.mp4",
            picture("176x144", rate: "15", turn: 0.4667) + sound(turn: 0.4667)
                + "-c:v h263 -q:v 3 -c:a aac -f 3gp", turn: 0.4667, shape: (11, 9)),
        .file(.picture, "Motion JPEG of cameras", "a.mov", picture() + sound() + "-c:v mjpeg -q:v 3 -c:a pcm_s16le"),
        .file(
            .picture, "ProRes 422", "a.mov", picture(format: "yuv422p10le") + sound() + "-c:v prores_ks -c:a pcm_s24le"),
        .file(
            .picture, "ProRes 4444 with transparency", "a.mov",
            picture(format: "yuva444p10le") + sound() + "-c:v prores_ks -profile:v 4 -c:a pcm_s16le"),
        .file(
            .picture, "DNxHR", "a.mov",
            picture("270x480", format: "yuv422p") + sound() + "-c:v dnxhd -profile:v dnxhr_lb -c:a pcm_s16le"),
        .file(
            .picture, "CineForm", "a.mov",
            picture("96x160", format: "yuv422p10le") + sound() + "-c:v cfhd -c:a pcm_s16le", shape: (6, 10)),
        .file(.picture, "QuickTime Animation", "a.mov", picture(format: "rgb24") + sound() + "-c:v qtrle -c:a aac"),
        .file(.picture, "PNG frames", "a.mov", picture(rate: "10", format: "rgb24") + sound() + "-c:v png -c:a aac"),
        .file(
            .picture, "Uncompressed 4:2:2", "a.mov",
            picture(rate: "10", format: "uyvy422") + sound() + "-c:v rawvideo -c:a pcm_s16le"),
    ]

    /// Codecs, rates and channels of the sound.
    static let sounds: [Recipe] = [
        .file(.sound, "AAC with 8,000 samples a second", "a.mp4", picture() + sound(rate: 8_000) + h264 + "-c:a aac"),
        .file(
            .sound, "AAC 5.1", "a.mp4",
            picture() + sound(channels: 6, in: [0, 1]) + h264 + "-c:a aac", loudness: 0.05...0.5),
        .file(.sound, "MP3 in MP4", "a.mp4", picture() + sound() + h264 + "-c:a libmp3lame"),
        .file(.sound, "AC-3 in MP4", "a.mp4", picture() + sound(rate: 48_000) + h264 + "-c:a ac3"),
        .file(.sound, "Opus in MP4", "a.mp4", picture() + sound(rate: 48_000) + h264 + "-c:a libopus"),
        .file(.sound, "FLAC in MP4", "a.mp4", picture() + sound() + h264 + "-c:a flac -strict -2"),
        .file(.sound, "Apple Lossless", "a.mov", picture() + sound() + h264 + "-c:a alac"),
        .file(.sound, "PCM 24 bit, 96 kHz", "a.mov", picture() + sound(rate: 96_000) + h264 + "-c:a pcm_s24le"),
        .file(.sound, "µ-law, 8 kHz", "a.mov", picture() + sound(rate: 8_000) + h264 + "-c:a pcm_mulaw"),
        .unnamed(4, in: [2], "PCM with 4 channels, unnamed, and sound in the third"),
        .unnamed(6, in: [3], "PCM with 6 channels, unnamed, and sound in the fourth"),
        .unnamed(9, in: [0, 1], "PCM with 9 channels, unnamed"),
        .file(
            .sound, "PCM with 16 named channels", "a.mov", picture() + sound(channels: 16) + h264 + "-c:a pcm_s16le",
            loudness: 0.1...0.55),
        .file(.sound, "No sound: silence", "a.mp4", picture() + h264, tone: nil),
        .file(
            .sound, "Sound that ends early: silence after it", "a.mp4",
            picture(seconds: 2, turn: 0.5) + sound() + h264 + "-c:a aac", seconds: 2),
        .file(
            .sound, "Sound that ends late: the last frame is held", "a.mp4",
            picture(seconds: 0.8, turn: 0.5) + sound(seconds: 2, turn: 0.5) + h264 + "-c:a aac", seconds: 2),
        .file(
            .sound, "Sound that begins late: silence before it", "a.mp4",
            picture(seconds: 1.5) + "-itsoffset 0.5 " + sound(turn: 0.25) + h264 + "-c:a aac", seconds: 1.5, turn: 0.75),
        Recipe(
            group: .sound, says: "A sound that cannot be decoded: silence, and a note", tone: nil,
            hasUnreadableSound: true
        ) {
            let plain = try $0.make("plain.mp4", picture() + sound() + h264 + "-c:a aac")
            return try $0.write("a.mp4", $0.bytes(plain).replacing("mp4a", "mhm1").replacing("esds", "mhaC"))
        },
    ]

    /// PCM whose channels are not named in the file: the box that does so becomes free space.
    private static func unnamed(_ count: Int, in toned: [Int], _ says: String) -> Recipe {
        Recipe(group: .sound, says: says, loudness: 0.03...0.5) {
            let plain = try $0.make(
                "plain.mov", picture() + sound(channels: count, in: toned) + h264 + "-c:a pcm_s16le")
            return try $0.write("a.mov", $0.bytes(plain).replacing("chan", "free"))
        }
    }

    /// Files with more than one picture or sound, or with streams that are not used.
    static let streams: [Recipe] = [
        .file(
            .streams, "A small picture first, the default picture second", "a.mp4",
            "-f lavfi -i color=c=yellow:s=90x160:r=30:d=1 " + picture("180x320") + sound() + "-map 0 -map 1 -map 2 "
                + h264 + "-c:a aac -disposition:v:0 0 -disposition:v:1 default"),
        .file(
            .streams, "Two pictures, both default: the one with more frames", "a.mp4",
            "-f lavfi -i color=c=yellow:s=360x640:r=5:d=1 " + picture() + sound() + "-map 0 -map 1 -map 2 "
                + h264 + "-c:a aac -disposition:v:0 default -disposition:v:1 default"),
        .file(
            .streams, "A single JPEG frame as first picture", "a.mov",
            "-f lavfi -i color=c=yellow:s=90x160:r=1:d=1,format=yuvj420p " + picture() + sound()
                + "-map 0 -map 1 -map 2 -c:v:0 mjpeg -c:v:1 libx264 -preset ultrafast -c:a aac -disposition:v:0 default"
        ),
        .file(
            .streams, "A cover picture beside the video", "a.mp4",
            "-f lavfi -i color=c=yellow:s=90x160:r=1:d=1,format=yuvj420p " + picture() + sound()
                + "-map 0 -map 1 -map 2 -c:v:0 mjpeg -c:v:1 libx264 -preset ultrafast -c:a aac -disposition:v:0 attached_pic"
        ),
        .file(
            .streams, "Sound before picture", "a.mp4",
            picture() + sound() + "-map 1 -map 0 " + h264 + "-c:a aac"),
        .file(
            .streams, "Two sounds: the default one", "a.mp4",
            picture() + sound(tone: 1_500) + sound() + "-map 0 -map 1 -map 2 " + h264
                + "-c:a aac -disposition:a:0 0 -disposition:a:1 default"),
        Recipe(group: .streams, says: "A sound that cannot be decoded, then one that can") {
            let plain = try $0.make(
                "plain.mp4",
                picture() + sound(tone: 1_500) + sound() + "-map 0 -map 1 -map 2 " + h264 + "-c:a aac")
            let bytes = try $0.bytes(plain).replacing("mp4a", "mhm1", onlyFirst: true)
            return try $0.write("a.mp4", bytes.replacing("esds", "mhaC", onlyFirst: true))
        },
        Recipe(group: .streams, says: "A text track that lasts longer than the video") {
            let text = try $0.write("a.srt", Array("1\n00:00:00,000 --> 00:00:20,000\nHello\n".utf8))
            return try $0.make(
                "a.mp4", picture() + sound() + "-i \(text) -map 0 -map 1 -map 2 " + h264 + "-c:a aac -c:s mov_text")
        },
        .file(
            .streams, "A time code track of cameras", "a.mov",
            picture(rate: "25") + sound() + h264 + "-c:a aac -timecode 01:00:00:00"),
        Recipe(group: .streams, says: "A picture that cannot be decoded, then one that can") {
            let plain = try $0.make(
                "plain.mov",
                "-f lavfi -i color=c=yellow:s=180x320:r=30:d=1 " + picture() + sound()
                    + "-map 0 -map 1 -map 2 -c:v:0 mpeg4 -c:v:1 libx264 -preset ultrafast -c:a aac")
            return try $0.write(
                "a.mov", $0.bytes(plain).replacing("mp4v", "xxxv").replacing("esds", "xxxx", onlyFirst: true))
        },
        // Each default picture is over one limit, and the other one is within all of them.
        .second("The default picture has too many pixels, the other one has not", first: "s=4098x64:r=30:d=1"),
        .second("The default picture has too many frames, the other one has not", first: "s=90x160:r=240:d=1"),
        .second("The default picture is too long, the other one is not", first: "s=90x160:r=30:d=12"),
        .second(
            "The default picture has a codec that is not read, the other one has not", first: "s=90x160:r=30:d=1",
            coding: "-c:v:0 huffyuv -c:v:1 libx264 -preset ultrafast -pix_fmt yuv420p "),
    ]

    /// A yellow default picture that is not usable before one that is.
    private static func second(
        _ says: String, first: String, coding: String = h264
    ) -> Recipe {
        .file(
            .streams, says, "a.mov",
            "-f lavfi -i color=c=yellow:\(first) " + picture() + sound() + "-map 0 -map 1 -map 2 " + coding
                + "-c:a aac -disposition:v:0 default -disposition:v:1 0")
    }
}
