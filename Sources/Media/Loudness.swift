internal import Glibc
internal import Platform

/// How loud a sound is by EBU R128, and what brings it to the loudness of the film.
///
/// The first pass measures the decoded sound, the second one applies one gain to all of it, so that a clip keeps its own
/// dynamics. What would be louder than the peak is limited.
struct Loudness {
    /// The integrated loudness of renditions, and so of the film, in LUFS.
    static let target = -16.0
    /// The highest sample of a rendition: -1.5 dB.
    static let peak: Float = 0.84
    /// More would turn noise into sound.
    private static let mostGain = 24.0
    /// What is quieter is silence.
    private static let silence = -60.0

    /// What is added, in decibels.
    let gain: Double

    /// Measures a sound that this program has decoded.
    init(of sound: String, _ tools: MediaTools) throws(MediaFault) {
        let result = try tools.encode(
            tools.own(sound, format: "nut") + [
                "-af", "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-", "-f", "null", "-",
            ])
        guard result.isSuccess else { throw .toolFailed("loudness: " + result.complaint) }
        // The last line is of the whole sound.
        let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
        let measured = lines.last { $0.hasPrefix("lavfi.r128.I=") }?.split(separator: "=").last
        guard let level = measured.flatMap({ Double($0) }), level.isFinite, level > Self.silence else {
            gain = 0
            return
        }
        gain = min(Self.mostGain, Self.target - level)
    }

    /// The filters of the second pass.
    var filter: String {
        let hundredths = Int((gain * 100).rounded())
        return "volume=\(Double(hundredths) / 100)dB:precision=float,"
            + "alimiter=limit=\(Self.peak):attack=1:release=50:level=0"
    }

    /// The samples as the second pass leaves them, but for the limiter's curve.
    func apply(to samples: [Float]) -> [Float] {
        let factor = Float(pow(10, gain / 20))
        return samples.map { max(-Self.peak, min(Self.peak, $0 * factor)) }
    }
}
