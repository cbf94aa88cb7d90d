/// The ffmpeg filters that turn one picture of a file into the picture of a rendition.
///
/// A picture may change its size or pixel format in the middle. ffmpeg would then build the graph anew, and every filter
/// would start over; the graph is therefore kept (`-reinit_filter 0`), and its first filters accept any frame and give
/// every later filter frames of one size and format. Parts of another shape than the first have black around them then,
/// unless the graph is told that there are such parts: it puts the blurred copy behind each frame, which takes longer.
struct FilterGraph {
    let picture: PictureFacts
    let size: (width: Int, height: Int)
    /// The moment of the file that is the rendition's zero.
    let start: StreamTime
    let frames: Int
    /// Whether the picture changes its size in the middle, so that each part has a shape of its own.
    var changesSize = false

    /// Sides of the small picture by which a frame is recognised.
    static let seenSide = 32

    /// From the input to `[picture]`; the first and the last frame also go to `[seen]`, small and grey.
    var text: String {
        "[0:\(picture.stream)]" + (steady + level + picture.uprighting + framed).joined(separator: ",")
            + ",split[picture][tap];[tap]select='eq(n,0)+eq(n,\(frames - 1))',"
            + "\(Self.seen)[seen]"
    }

    static let seen = "scale=\(seenSide):\(seenSide):flags=area,format=gray"

    /// Constant frames on the rendition's clock. These filters do not look into the frames.
    private var steady: [String] {
        var steps = ["setpts=PTS-(\(start.text))/TB"]
        if picture.pixelShape == nil { steps.append("setsar=1") }
        steps.append(picture.colour.completing(height: picture.codedHeight))
        if picture.isInterlaced { steps += [canvas(coded, options: Self.interlaced), "bwdif=mode=send_frame"] }
        return steps + [
            "fps=\(Timeline.frameRate):start_time=0", "tpad=stop_mode=clone:stop=\(frames)",
            "trim=end_frame=\(frames)", "setpts=PTS-STARTPTS",
        ]
    }

    /// One size, BT.709, 8 bits.
    private var level: [String] {
        // A part may fill the frame though the first one does not.
        let target = turned(changesSize ? size : fitted)
        if picture.isHighDynamicRange {
            // Scaled first, since every step in linear light costs in proportion to the pixels.
            return [
                canvas(coded), "zscale=w=\(target.width):h=\(target.height):t=linear:npl=203", "format=gbrpf32le",
                "zscale=p=bt709", "tonemap=hable:desat=0", "zscale=t=bt709:m=bt709:r=tv", "format=yuv420p",
            ]
        }
        if picture.colour.isWide {
            return [
                canvas(coded),
                "zscale=w=\(target.width):h=\(target.height):p=bt709:t=bt709:m=bt709:r=tv", "format=yuv420p",
            ]
        }
        return [
            canvas(target, options: ":in_color_matrix=auto:out_color_matrix=bt709:out_range=tv"), "format=yuv420p",
        ]
    }

    /// Scales any frame into a size, keeps the shape of what it shows, and fills the rest with black.
    private func canvas(_ size: (width: Int, height: Int), options: String = "") -> String {
        let (width, height) = size
        let isSame = "between(dar/(\(width)/\(height)),0.98,1.02)"
        func side(_ full: Int, _ fitting: String) -> String {
            "'if(\(isSame),\(full),max(2,trunc(min(\(full),\(fitting))/2+0.5)*2))'"
        }
        let shaped = picture.pixelShape.map { abs($0 - 1) > 0.001 } ?? false
        // The coded size of a picture with oblong pixels has another shape than what it shows.
        if shaped && size == coded { return "scale=w=\(width):h=\(height):flags=bicubic\(options)" }
        let fitting =
            "scale=w=\(side(width, "\(height)*dar")):h=\(side(height, "\(width)/dar")):flags=bicubic\(options),setsar=1"
        let around = "pad=w=\(width):h=\(height):x=-1:y=-1:eval=frame"
        guard changesSize, options != Self.interlaced else { return fitting + "," + around }
        // All frames of the copy have one size for every shape: stretched, which no eye sees in the blur.
        let isDeep = picture.isHighDynamicRange || picture.colour.isWide
        let format = isDeep ? "yuv420p10" : "yuv420p"
        let small = (width: max(2, width / 8 * 2), height: max(2, height / 8 * 2))
        let behind = [
            "scale=w=\(small.width):h=\(small.height):flags=bilinear\(options)", "format=\(format)", "setsar=1",
            "gblur=sigma=12", "scale=w=\(width):h=\(height):flags=bilinear", "setsar=1",
        ]
        return "split[near][far];[far]" + behind.joined(separator: ",") + "[behind];[near]" + fitting
            + ",format=\(isDeep ? "yuva420p10" : "yuva420p"),\(around):color=black@0[front];"
            + "[behind][front]overlay=format=\(isDeep ? format : "yuv420"),format=\(format)"
    }

    private static let interlaced = ":interl=1"

    /// The upright picture in the frame of the rendition.
    private var framed: [String] {
        let finish = ["format=yuv420p", "setsar=1"]
        if isFilled || changesSize { return finish }
        // The copy behind is blurred at a quarter of the size: a twentieth of the work, and no eye can tell.
        let small = (width: max(2, size.width / 8 * 2), height: max(2, size.height / 8 * 2))
        let behind = [
            "scale=\(small.width):\(small.height):force_original_aspect_ratio=increase:force_divisible_by=2",
            "crop=\(small.width):\(small.height)", "gblur=sigma=12", "eq=brightness=-0.08",
            "scale=\(size.width):\(size.height):flags=bilinear", "setsar=1",
        ]
        return [
            "setsar=1,split[one][two];[one]" + behind.joined(separator: ",")
                + "[behind];[behind][two]overlay=(W-w)/2:(H-h)/2:format=yuv420"
        ] + finish
    }

    private var coded: (width: Int, height: Int) { (picture.codedWidth, picture.codedHeight) }

    private func turned(_ size: (width: Int, height: Int)) -> (width: Int, height: Int) {
        picture.rotation % 180 == 0 ? size : (size.height, size.width)
    }

    /// Whether the picture fills the frame except for an invisible margin.
    private var isFilled: Bool {
        let ratio = Double(picture.width) * Double(size.height) / (Double(picture.height) * Double(size.width))
        return (0.98...1.02).contains(ratio)
    }

    /// The largest even size within the frame that keeps the picture's shape.
    private var fitted: (width: Int, height: Int) {
        if isFilled { return size }
        let scale = min(Double(size.width) / Double(picture.width), Double(size.height) / Double(picture.height))
        func even(_ length: Int, most: Int) -> Int {
            max(2, min(most, Int((Double(length) * scale / 2).rounded()) * 2))
        }
        return (even(picture.width, most: size.width), even(picture.height, most: size.height))
    }
}
