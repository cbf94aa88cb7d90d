/// Which models can be compared.
struct BattleGraph {
    private let count: Int
    /// Who has a win or a tie against whom.
    private var beaten: [[Int]]
    private var beatenBy: [[Int]]

    init(count: Int, _ pairs: [BattleCounts]) {
        self.count = count
        beaten = Array(repeating: [], count: count)
        beatenBy = beaten
        for pair in pairs {
            if pair.leftWins + pair.level > 0 { add(pair.left, over: pair.right) }
            if pair.rightWins + pair.level > 0 { add(pair.right, over: pair.left) }
        }
    }

    private mutating func add(_ winner: Int, over loser: Int) {
        beaten[winner].append(loser)
        beatenBy[loser].append(winner)
    }

    /// Whether each model has been beaten by or has tied with each other one, directly or over others: then and only then the
    /// likelihood has a maximum.
    var isStronglyConnected: Bool {
        guard count > 0 else { return true }
        return reached(from: 0) { beaten[$0] }.count == count && reached(from: 0) { beatenBy[$0] }.count == count
    }

    /// The models that are connected by battles, group by group, each in ascending order.
    var groups: [[Int]] {
        var isSeen = [Bool](repeating: false, count: count)
        var groups: [[Int]] = []
        for model in 0..<count where !isSeen[model] {
            let group = reached(from: model) { beaten[$0] + beatenBy[$0] }
            for member in group { isSeen[member] = true }
            groups.append(group.sorted())
        }
        return groups
    }

    private func reached(from start: Int, by neighbours: (Int) -> [Int]) -> [Int] {
        var isSeen = [Bool](repeating: false, count: count)
        isSeen[start] = true
        var found = [start]
        var next = 0
        while next < found.count {
            for neighbour in neighbours(found[next]) where !isSeen[neighbour] {
                isSeen[neighbour] = true
                found.append(neighbour)
            }
            next += 1
        }
        return found
    }
}
