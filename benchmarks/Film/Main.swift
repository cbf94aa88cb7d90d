internal import Media

/// Joins the files of a directory, `clip-0.mp4` and so on, into one film there. Prints the seconds that it took.
@main
enum Main {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 3, let count = Int(words[2]), count > 0 else {
            print("usage: bench-film DIRECTORY CLIPS")
            return
        }
        let parts = (0..<count).map { number in
            FilmPart(path: "\(words[1])/clip-\(number).mp4", frames: 240, chapter: "\(number + 1) · Take · creator")
        }
        let assembly = FilmAssembly(MediaTools(), directory: words[1])
        let clock = ContinuousClock()
        var film: AssembledFilm?
        let time = try clock.measure {
            guard parts.allSatisfy(assembly.isWhole) else { return }
            film = try assembly.join(try assembly.joinable(parts) {}, title: "Bench")
        }
        guard let film else {
            print("a clip is not whole")
            return
        }
        let length = time.components
        print(Double(length.seconds) + Double(length.attoseconds) / 1e18, film.durationMs)
    }
}
