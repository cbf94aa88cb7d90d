internal import Metrics

/// What became of the votes of this process since it started.
public final class VoteFigures: Sendable {
    let cast = Counter()
    let undone = Counter()
    let refused = Counter()
    /// Neither counted nor refused: the database was away, or too many waited.
    let failed = Counter()

    func note(_ outcome: Result<VoteTally, VoteRefusal>, isUndo: Bool) {
        switch outcome {
        case .success: (isUndo ? undone : cast).add()
        case .failure: refused.add()
        }
    }

    /// Writes them.
    func write(to page: inout Exposition) {
        for (outcome, counter) in [("cast", cast), ("undone", undone), ("refused", refused), ("failed", failed)] {
            page.add(
                "dailies_votes_total", .counter, "Votes by what became of them.", counter.value, ["outcome": outcome])
        }
    }
}
