internal import Platform

/// A sound that was decoded.
struct DecodedSound {
    let facts: SoundFacts
    let loudness: Loudness
}

/// Decodes the first of a file's sounds that can be decoded: 48,000 samples a second, two channels, on its own clock.
struct SoundStep {
    let tools: MediaTools
    let source: String
    let facts: VideoFacts
    let files: RenditionFiles

    /// Nil when there is no sound that can be decoded. A sound never makes a clip fail.
    func run() throws(MediaFault) -> DecodedSound? {
        for sound in facts.sounds.filter(\.isKnown).prefix(4) {
            for mix in mixes(sound) where try decode(sound, mix) {
                return DecodedSound(facts: sound, loudness: try Loudness(of: files.sound, tools))
            }
        }
        return nil
    }

    /// How the channels become two. ffmpeg's own way needs to know which channel is which.
    private func mixes(_ sound: SoundFacts) -> [String] {
        // What is mixed down must not become louder than what a file can hold.
        let byName =
            "aresample=48000\(sound.channels > 2 ? ":rematrix_maxval=1" : ""),aformat=sample_fmts=flt:channel_layouts=stereo"
        guard sound.channels > 2 else { return [byName] }
        // The first two channels are nearly always left and right; none of the others may get lost.
        let others = (2..<sound.channels).map { "+0.7*c\($0)" }.joined()
        let byNumber = "pan=stereo|FL<c0\(others)|FR<c1\(others)," + byName
        return sound.hasLayout ? [byName, byNumber] : [byNumber]
    }

    private func decode(_ sound: SoundFacts, _ mix: String) throws(MediaFault) -> Bool {
        // Where the layout changes in the middle, ffmpeg builds this graph anew; nothing in it counts time.
        let graph =
            "[0:\(sound.stream)]asetpts=PTS-(\(sound.span.start.text))/TB,\(mix),atrim=start=0,asplit[sound][tap];"
            + "[tap]aresample=\(SoundCurve.rate),aformat=sample_fmts=flt:channel_layouts=mono[samples]"
        let result: MediaTools.Outcome
        do throws(MediaFault) {
            result = try tools.encode(
                ["-copyts", "-guess_layout_max", sound.hasLayout || sound.channels <= 2 ? "8" : "0"]
                    + tools.untrusted(source, facts.container)
                    + ["-filter_complex", graph, "-map", "[sound]", "-c:a", "pcm_f32le", "-t", "60", "-f", "nut"]
                    + ["file:" + files.sound, "-map", "[samples]", "-t", "60", "-f", "f32le", "file:" + files.samples])
        } catch {
            // Where this sound makes the tool fail, another may not.
            guard error.isRetryable else { return false }
            throw error
        }
        return result.isSuccess && (Files.size(files.samples) ?? 0) > 0
    }
}
