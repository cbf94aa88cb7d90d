internal import Configuration
internal import Installation
internal import Media
internal import Platform

/// The programs that jobs run.
enum ProgramChecks {
    /// What clips and films are encoded with.
    private static let encoders = ["libx264", "aac"]

    static func findings(_ settings: Settings) -> [Finding] {
        let programs = [("ffmpeg", settings.media.ffmpeg), ("ffprobe", settings.media.ffprobe)].map { name, path in
            do {
                let output = try Subprocess.run(path, ["-version"], timeout: .seconds(10))
                let line = String(decoding: output.stdout, as: UTF8.self).split(separator: "\n").first ?? ""
                return Finding.good(name, String(line.prefix(60)))
            } catch {
                return .bad(
                    name, "\(path) does not run", fix: "apt install ffmpeg, or set \(name.uppercased()).", file: path)
            }
        }
        guard programs[0].isGood else { return programs }
        return programs + [encoders(settings.media.ffmpeg)]
    }

    private static func encoders(_ path: String) -> Finding {
        let output = try? Subprocess.run(path, ["-hide_banner", "-encoders"], timeout: .seconds(10))
        let words = String(decoding: output?.stdout ?? [], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let missing = encoders.filter { !words.contains(Substring($0)) }
        guard missing.isEmpty else {
            return .bad(
                "encoders",
                "\(path) was built without \(missing.joined(separator: ", ")): no clip could be made playable",
                fix: "Use Debian's ffmpeg (apt install ffmpeg; FFMPEG=/usr/bin/ffmpeg).", file: path)
        }
        return .good("encoders", encoders.joined(separator: ", "))
    }
}
