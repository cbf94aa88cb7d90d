/// One clip of the demo season: what a member would have typed, and how the picture is drawn.
public struct DemoClip: Sendable {
    /// The clip's title.
    public let title: String
    /// A sentence about it.
    public let summary: String
    /// One of the clip genres.
    public let genre: String
    /// Who sends it in.
    public let username: String
    let picture: String
    let sound: DemoSound

    init(
        _ title: String, _ genre: String, by username: String, _ summary: String, _ picture: String, _ sound: DemoSound
    ) {
        self.title = title
        self.genre = genre
        self.username = username
        self.summary = summary
        self.picture = picture
        self.sound = sound
    }
}

/// Clips that ffmpeg draws by itself, so that a new installation has something to vote on without a download.
public enum DemoClips {
    /// All of them; the first are the ones to show first.
    public static let all: [DemoClip] = drawn + grown

    /// The numbers of the clips that can be made: all of them, and sequels in other colours.
    public static let indices = 0..<all.count * 8

    /// Length of each clip.
    public static let seconds = 8

    /// The clip of that number. Those beyond `all` are sequels: the same picture with its colours turned, every other one
    /// mirrored, so that a demo can receive clips for hours.
    public static func clip(_ index: Int) -> DemoClip {
        let clip = all[index % all.count]
        let part = index / all.count
        guard part > 0 else { return clip }
        return DemoClip(
            "\(clip.title), Part \(part + 1)", clip.genre, by: clip.username, clip.summary,
            clip.picture + ",format=yuv444p,hue=h=\(part * 67 % 360)" + (part % 2 == 1 ? ",hflip" : ""), clip.sound)
    }

    /// Writes clip `index`, or its first seconds, as an MP4 of 540 × 960. Costs about two seconds of one processor.
    public static func render(
        _ index: Int, seconds: Int = seconds, to target: String, tools: MediaTools
    ) throws(MediaFault) {
        let clip = clip(index)
        let picture = clip.picture + ",scale=540:960:flags=bicubic,fps=30,setsar=1,format=yuv420p"
        let result = try tools.encode([
            "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", clip.sound.source, "-t", "\(seconds)", "-c:v", "libx264",
            "-preset", "ultrafast", "-crf", "23", "-threads", "\(tools.threads)", "-c:a", "aac", "-b:a", "96k",
            "-movflags", "+faststart", "-f", "mp4", "file:" + target,
        ])
        guard result.isSuccess else { throw .toolFailed("demo clip \(index): " + result.complaint) }
    }
}

/// What a demo clip sounds like.
enum DemoSound {
    case waves, pad, bass, drone, pulse, heart, hiss

    var source: String {
        switch self {
        case .waves: "anoisesrc=c=brown:r=48000:a=.35,tremolo=f=.18:d=.8,lowpass=f=900"
        case .hiss: "anoisesrc=c=pink:r=48000:a=.22,lowpass=f=2500,tremolo=f=5:d=.4"
        case .pad:
            tone(
                ".10*sin(2*PI*110*t)+.08*sin(2*PI*164.8*t+sin(t))+.06*sin(2*PI*220.3*t)"
                    + "+.05*sin(2*PI*277.2*t)*(.5+.5*sin(t*.8))")
        case .bass:
            tone(
                ".25*sin(2*PI*(55+3*sin(t*2))*t)*(.5+.5*sin(2*PI*t*1.5))"
                    + "+.05*sin(2*PI*330*t)*gt(mod(t*2,1),.8)")
        case .drone:
            tone(".16*sin(2*PI*55*t)+.12*sin(2*PI*58.3*t)+.05*sin(2*PI*466*t)*exp(-4*mod(t,2))")
        case .pulse:
            tone(
                ".3*sin(2*PI*(60+90*exp(-18*mod(t*2,1)))*t)*exp(-6*mod(t*2,1))"
                    + "+.08*sin(2*PI*(220*pow(2,floor(mod(t*4,4))*3/12))*t)*exp(-5*mod(t*4,1))")
        case .heart:
            tone(".5*sin(2*PI*52*t)*(exp(-14*mod(t*1.2,1))+.7*exp(-14*mod(t*1.2+.75,1)))")
        }
    }

    private func tone(_ expression: String) -> String { "aevalsrc='\(expression)':s=48000" }
}
