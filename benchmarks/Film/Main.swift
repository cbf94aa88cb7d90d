internal import Media

/// Joins the files of a directory, `clip-0.mp4` and so on, into one film there, and prints the seconds that it took and the
/// film's length; or makes a rendition of a file, and prints the seconds.
@main
enum Main {
    static func main() throws {
        let words = CommandLine.arguments
        if words.count == 4, words[1] == "rendition" {
            try normalise(words[2], to: words[3])
        } else if words.count == 3, let count = Int(words[2]), count > 0 {
            try join(count, in: words[1])
        } else {
            print("usage: bench-film DIRECTORY CLIPS\n       bench-film rendition SOURCE TARGET")
        }
    }

    private static func join(_ count: Int, in directory: String) throws {
        let parts = (0..<count).map { number in
            FilmPart(path: "\(directory)/clip-\(number).mp4", frames: 240, chapter: "\(number + 1) · Take · creator")
        }
        let assembly = FilmAssembly(MediaTools(), directory: directory)
        var film: AssembledFilm?
        let time = try seconds {
            guard parts.allSatisfy(assembly.isWhole) else { return }
            film = try assembly.join(try assembly.joinable(parts) {}, title: "Bench")
        }
        guard let film else {
            print("a clip is not whole")
            return
        }
        print(time, film.durationMs)
    }

    private static func normalise(_ source: String, to target: String) throws {
        let tools = MediaTools()
        let facts = try Probe(tools).inspect(source)
        print(try seconds { try Renditions(tools).normalise(source, facts, to: target, aspect: .portrait) })
    }

    private static func seconds(_ work: () throws -> Void) rethrows -> Double {
        let length = try ContinuousClock().measure(work).components
        return Double(length.seconds) + Double(length.attoseconds) / 1e18
    }
}
