internal import FoundationEssentials
internal import Media
internal import Storage

/// A slot of a film that is being assembled: its rendition, or the title card in its place.
struct FilmSegmentPart: Sendable {
    let winner: FilmWinners.Winner
    let part: FilmPart
    /// Why there is a card.
    let card: FilmCard?
}

/// Brings the renditions of a film into a directory. A clip that must not be in the film, or whose file is missing or
/// damaged, is replaced by a title card.
struct FilmParts {
    let storage: any MediaStorage
    let assembly: FilmAssembly
    let workspace: String

    func gather(_ winners: FilmWinners, checkPoint: () throws -> Void) throws -> [FilmSegmentPart] {
        var found: [Int: FilmSegmentPart] = [:]
        var lost: [Int: FilmCard] = [:]
        for (number, winner) in winners.winners.enumerated() {
            if number.isMultiple(of: 20) { try checkPoint() }
            let part = FilmPart(
                path: workspace + "/clip-\(number).mp4", frames: FilmPart.frames(milliseconds: winner.durationMs),
                chapter: winner.chapter)
            if let card = try fetch(winner, to: part) {
                lost[number] = card
            } else {
                found[number] = FilmSegmentPart(winner: winner, part: part, card: nil)
            }
        }
        // A card has the size of the clips; renditions of a test are smaller than the aspect says.
        let size =
            found.values.first.flatMap { assembly.size(of: $0.part) } ?? (winners.aspect.width, winners.aspect.height)
        for (number, card) in lost {
            let winner = winners.winners[number]
            let path = workspace + "/card-\(number).mp4"
            try assembly.card(
                [winners.label, "Slot \(winner.slot)", card.words], width: size.0, height: size.1, to: path)
            found[number] = FilmSegmentPart(
                winner: winner, part: FilmPart(path: path, frames: FilmAssembly.cardFrames, chapter: winner.chapter),
                card: card)
        }
        return winners.winners.indices.compactMap { found[$0] }
    }

    /// Nil when the rendition is there and whole, else why it cannot be in the film.
    private func fetch(_ winner: FilmWinners.Winner, to part: FilmPart) throws(StorageFault) -> FilmCard? {
        if winner.isRemoved { return .removed }
        guard let key = winner.videoKey.flatMap(StorageKey.init) else { return .missing }
        do throws(StorageFault) {
            try storage.borrow(key, as: part.path)
        } catch {
            guard case .missing = error else { throw error }
            return .missing
        }
        return assembly.isWhole(part) ? nil : .unreadable
    }
}
