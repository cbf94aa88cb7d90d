/// What can be said about the order of models, such that all of it together is true with the given confidence.
///
/// Holm's method tests each pair. What follows from two statements (A above B, B above C) is a statement too: errors of distances
/// obey the triangle inequality, so A and C are at least as many errors apart as one of the other two pairs.
struct Ordering {
    /// For each model the ones that it is above.
    private(set) var isAbove: [[Bool]]

    /// - Parameters:
    ///   - strengths: of each model.
    ///   - error: the standard error of the distance of two models.
    init(_ strengths: [Double], confidence: Double, error: (Int, Int) -> Double) {
        let count = strengths.count
        isAbove = Array(repeating: Array(repeating: false, count: count), count: count)
        let tests = Self.tests(strengths, error: error)
        for (number, test) in tests.enumerated() {
            guard test.chance <= (1 - confidence) / Double(tests.count - number) else { break }
            isAbove[test.upper][test.lower] = true
        }
    }

    /// The tier of each model, from 0: one more than the longest row of models of which each is above the next and the last
    /// is above this one. No model of a tier is above another of it, and each is below at least one of the tier before.
    var tiers: [Int] {
        var tiers = [Int](repeating: 0, count: isAbove.count)
        // A model is above fewer than any model above it.
        let fromTheTop = isAbove.indices.sorted { below($0) > below($1) }
        for upper in fromTheTop {
            for lower in isAbove.indices where isAbove[upper][lower] {
                tiers[lower] = max(tiers[lower], tiers[upper] + 1)
            }
        }
        return tiers
    }

    /// The ranks that each model can have, from 1.
    var ranks: [ClosedRange<Int>] {
        isAbove.indices.map { model in
            let above = isAbove.count { $0[model] }
            return (1 + above)...(isAbove.count - below(model))
        }
    }

    private func below(_ model: Int) -> Int { isAbove[model].count { $0 } }

    private struct Test {
        let upper: Int
        let lower: Int
        let chance: Double
    }

    /// Each pair with the chance of such a distance between equal models, the smallest first.
    private static func tests(_ strengths: [Double], error: (Int, Int) -> Double) -> [Test] {
        var tests: [Test] = []
        for first in strengths.indices {
            for second in strengths.indices.dropFirst(first + 1) {
                let distance = strengths[first] - strengths[second]
                let error = error(first, second)
                // Two models that have only tied have no distance and no error.
                let chance = error > 0 ? Normal.beyond(distance / error) : 1
                tests.append(
                    Test(
                        upper: distance > 0 ? first : second, lower: distance > 0 ? second : first, chance: chance))
            }
        }
        return tests.sorted { $0.chance < $1.chance }
    }
}
