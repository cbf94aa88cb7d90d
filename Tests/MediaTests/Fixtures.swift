import FoundationEssentials
import Media
import Platform
import Synchronization
import TestSupport

/// Files made by ffmpeg when a test needs them, in a directory that goes with the test.
final class Fixtures: Sendable {
    let directory: String
    let tools = MediaTools(timeLimit: safetyLimit, preset: "superfast")

    init() throws {
        directory = "/tmp/dailies-media-" + UUID().uuidString.lowercased()
        try Files.makeDirectory(directory)
    }

    deinit {
        try? Files.removeTree(directory)
    }

    func path(_ name: String) -> String { directory + "/" + name }

    /// Runs ffmpeg with the words of a line; quotes are not needed in any fixture.
    @discardableResult
    func make(_ name: String, _ line: String) throws -> String {
        let target = path(name)
        let words = line.split(separator: " ").map(String.init)
        let result = try Subprocess.run(
            "/usr/bin/ffmpeg", ["-nostdin", "-loglevel", "error", "-y"] + words + [target], timeout: safetyLimit)
        guard result.status.isSuccess else { throw FixtureFault(reason: name + ": " + result.stderr) }
        return target
    }

    /// A plain good clip: 9:16, 2 s, H.264 and AAC.
    func clip(_ name: String = "clip.mp4", seconds: String = "2", size: String = "270x480", extra: String = "")
        throws -> String
    {
        try make(
            name,
            "-f lavfi -i testsrc2=s=\(size):r=30:d=\(seconds) -f lavfi -i sine=f=440:d=\(seconds) "
                + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -movflags +faststart " + extra)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Files.write(bytes, to: path(name))
        return path(name)
    }

    func bytes(_ path: String) throws -> [UInt8] {
        try Files.read(path, count: Files.size(path) ?? 0)
    }

    /// A program that replaces ffmpeg.
    func stub(_ name: String, _ script: String) throws -> String {
        try Files.write(Array("#!/bin/sh\n\(script)\n".utf8), to: path(name), mode: 0o700)
        return path(name)
    }

    /// Files beside a rendition that its making has left behind.
    func leftovers(of target: String) -> [String] {
        let name = target.dropFirst(directory.count + 1) + "."
        return ((try? Files.list(directory)) ?? []).map(\.name).filter { $0.hasPrefix(name) }
    }

    /// Makes a small rendition.
    @discardableResult
    func rendition(of path: String, declared: Container? = nil, tools: MediaTools? = nil) throws(MediaFault)
        -> Rendition
    {
        var tools = tools ?? self.tools
        tools.sizeDivisor = 6
        let facts = try Probe(tools).inspect(path, declared: declared)
        return try Renditions(tools).normalise(path, facts, to: self.path("rendition.mp4"), aspect: .portrait)
    }

    /// Why a file is refused, before or while its rendition is made.
    func fault(_ path: String, declared: Container? = .mp4, tools: MediaTools? = nil) -> MediaFault.Code? {
        do {
            _ = try rendition(of: path, declared: declared, tools: tools)
            return nil
        } catch {
            return error.code
        }
    }
}

struct FixtureFault: Error {
    let reason: String
}
