/// The codecs that phones, cameras, browsers, screen recorders and editors write into the accepted containers.
///
/// Whether a stream of one of them can be decoded, only decoding decides. Decoders of rarer codecs are kept away from
/// untrusted files.
enum Codecs {
    static let pictures: Set<String> = [
        "h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "h263", "mpeg2video", "mjpeg", "prores", "dnxhd", "dvvideo",
        "cfhd", "qtrle", "png", "rawvideo", "v210",
    ]

    /// Those that hold a still picture where there is but one frame.
    static let stills: Set<String> = ["mjpeg", "png", "gif", "bmp", "webp", "tiff", "jpeg2000"]

    static let sounds: Set<String> = [
        "aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "ac3", "eac3", "amr_nb", "amr_wb", "adpcm_ima_qt",
        "adpcm_ms", "pcm_alaw", "pcm_mulaw", "pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be",
        "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be",
    ]
}
