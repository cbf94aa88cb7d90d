internal import Platform

/// What the local renderer is asked to draw.
public struct LocalRequest: Sendable {
    /// What the member wrote.
    public var prompt: String
    /// Decides everything that the prompt leaves open.
    public var seed: Int
    /// Length in milliseconds, from 1,000 to 20,000.
    public var milliseconds: Int
    /// The shape of the picture.
    public var shape: Shape
    /// A JPEG that this program has written; it is then moved over instead of a drawn scene.
    public var picture: String?

    /// The shapes, with the sizes that they are drawn in.
    public enum Shape: String, Sendable, CaseIterable {
        case portrait = "9:16"
        case landscape = "16:9"
        case square = "1:1"

        var size: (width: Int, height: Int) {
            switch self {
            case .portrait: (540, 960)
            case .landscape: (960, 540)
            case .square: (720, 720)
            }
        }
    }

    /// A request.
    public init(prompt: String, seed: Int, milliseconds: Int, shape: Shape, picture: String? = nil) {
        self.prompt = prompt
        self.seed = seed
        self.milliseconds = min(max(milliseconds, 1_000), 20_000)
        self.shape = shape
        self.picture = picture
    }
}

/// Draws a labelled preview video from a prompt, and from a picture when there is one, with ffmpeg alone: no key, no network,
/// about two seconds of one processor.
public struct LocalRenderer: Sendable {
    private let tools: MediaTools

    /// A renderer.
    public init(_ tools: MediaTools) {
        self.tools = tools
    }

    /// Writes an MP4. `progress` gets the share that is drawn, from 0 to 1.
    public func render(
        _ request: LocalRequest, to target: String, progress: (Double) -> Void = { _ in }
    ) throws(MediaFault) {
        let scene = LocalScene(prompt: request.prompt, seed: request.seed)
        let drawing = DemoClips.drawn[scene.drawing]
        let label = target + ".label"
        do { try Files.write(PixelLabel("LOCAL PREVIEW").portableGreymap(scale: 2), to: label) } catch {
            throw .toolFailed("label: \(error)")
        }
        defer { try? Files.remove(label) }
        let seconds = Self.seconds(request.milliseconds)
        var inputs = ["-f", "lavfi", "-i", Self.source(drawing.picture, shape: request.shape)]
        inputs += ["-f", "lavfi", "-i", drawing.sound.source]
        inputs += tools.own(label, format: "pgm_pipe")
        if let picture = request.picture { inputs += tools.own(picture, format: "jpeg_pipe") }
        let graph = Self.graph(scene, request)
        let result = try tools.encode(
            inputs + [
                "-filter_complex", graph, "-map", "[out]", "-map", "1:a", "-t", seconds, "-r", "30", "-c:v", "libx264",
                "-preset", "ultrafast", "-crf", "22", "-threads", "\(tools.threads)", "-pix_fmt", "yuv420p", "-c:a",
                "aac",
                "-b:a", "96k", "-ac", "2", "-movflags", "+faststart", "-progress", "pipe:1", "-stats_period", "0.3",
                "-f",
                "mp4", "file:" + target,
            ],
            onOutput: { text in
                if let share = Self.share(of: text, milliseconds: request.milliseconds) { progress(share) }
            })
        guard result.isSuccess, (Files.size(target) ?? 0) > 0 else {
            throw .toolFailed("local renderer: " + result.complaint)
        }
    }

    private static func seconds(_ milliseconds: Int) -> String {
        "\(milliseconds / 1_000)." + String(String(milliseconds % 1_000 + 1_000).dropFirst())
    }

    /// ffmpeg reports the microseconds of what it has written as `out_time_us=`.
    private static func share(of output: ArraySlice<UInt8>, milliseconds: Int) -> Double? {
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        guard let line = lines.last(where: { $0.hasPrefix("out_time_us=") }),
            let microseconds = Int(line.dropFirst("out_time_us=".count)), microseconds > 0
        else { return nil }
        return min(1, Double(microseconds) / 1_000 / Double(milliseconds))
    }

    /// The drawings are made for tall canvases: other shapes turn the canvas and the ratio in the formulas.
    private static func source(_ drawing: String, shape: LocalRequest.Shape) -> String {
        guard shape != .portrait, let part = drawing.split(separator: ":").first(where: { $0.contains("s=") }),
            let size = part.split(separator: "=").last
        else { return drawing }
        let sides = size.split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2 else { return drawing }
        let mean = (sides[0] + sides[1]) / 2
        let turned: String = shape == .landscape ? "s=\(sides[1])x\(sides[0])" : "s=\(mean)x\(mean)"
        let ratio = shape == .landscape ? ".5625" : "1"
        return drawing.replacing("s=\(size)", with: turned, maxReplacements: 1).replacing("1.78", with: ratio)
    }

    /// The filters: 0 the scene, 1 the sound, 2 the label, 3 the picture when there is one.
    private static func graph(_ scene: LocalScene, _ request: LocalRequest) -> String {
        let (width, height) = request.shape.size
        let frames = max(30, request.milliseconds * 30 / 1_000 + 1)
        var colours = ["format=yuv444p", "hue=h=\(scene.hue)"]
        if scene.isMirrored { colours.append("hflip") }
        if let tint = scene.tint {
            colours.append("format=gbrp,colorbalance=rm=\(tint.red):gm=\(tint.green):bm=\(tint.blue)")
        }
        // Colours are cheap on the small canvas.
        let drawn = "[0:v]" + colours.joined(separator: ",") + ",scale=\(width):\(height):flags=bicubic,setsar=1,fps=30"
        let picture: String
        if request.picture != nil {
            // zoompan moves by whole pixels of its source, so a source of twice the size moves smoothly.
            let (wide, high) = (width * 2, height * 2)
            picture =
                "[3:v]scale=\(wide):\(high):force_original_aspect_ratio=increase:flags=bicubic,crop=\(wide):\(high),setsar=1,"
                + move(scene.camera, frames: frames, width: width, height: height) + ",format=gbrp[moved];"
                + drawn + ",gblur=sigma=14,format=gbrp[light];"
                + "[moved][light]blend=all_mode=screen:all_opacity=0.28:shortest=1,"
        } else {
            picture = drawn + ","
        }
        return picture + "format=yuv420p,vignette=angle=PI/5,fade=t=in:d=0.3[picture];"
            + "[2:v]format=gray,split[face][mask];[face]lutyuv=y=245,format=yuva420p[white];"
            + "[mask]lutyuv=y=val*0.72[alpha];[white][alpha]alphamerge[label];"
            + "[picture][label]overlay=x=W-w-20:y=20:format=auto,format=yuv420p[out]"
    }

    private static func move(_ camera: LocalScene.Camera, frames: Int, width: Int, height: Int) -> String {
        let share = "(on/\(frames))"
        let (zoom, x, y) =
            switch camera {
            case .pushIn: ("1.04+0.26*\(share)", "(iw-iw/zoom)/2", "(ih-ih/zoom)*0.45")
            case .pullOut: ("1.30-0.26*\(share)", "(iw-iw/zoom)/2", "(ih-ih/zoom)*0.45")
            case .panLeft: ("1.22", "(iw-iw/zoom)*(1-\(share))", "(ih-ih/zoom)/2")
            case .panRight: ("1.22", "(iw-iw/zoom)*\(share)", "(ih-ih/zoom)/2")
            case .tiltUp: ("1.22", "(iw-iw/zoom)/2", "(ih-ih/zoom)*(1-\(share))")
            case .tiltDown: ("1.22", "(iw-iw/zoom)/2", "(ih-ih/zoom)*\(share)")
            }
        return "zoompan=z='\(zoom)':x='\(x)':y='\(y)':d=\(frames):s=\(width)x\(height):fps=30"
    }
}
