internal import Glibc

/// The strengths of models that are connected by battles, by maximum likelihood: model `i` is better than `j` with the chance
/// `1 ÷ (1 + exp(strength j − strength i))`, and a tie is half a win for each.
///
/// The likelihood has a maximum only if no models have lost every battle against all others. Where some have, each model also
/// ties once with an imagined model of mean strength. That moves the others a little, and keeps every number finite.
struct BradleyTerryFit {
    /// The strengths in logits, with the mean 0.
    let strengths: [Double]
    /// Whether the imagined ties were needed.
    let isSeparated: Bool
    /// What the variance of a difference is the greatest of. The sandwich is right whether or not the model is; where models
    /// are separated it is too sure of itself, since nothing has ever gone against the fit, and the curvature counts too.
    private let covariances: [SymmetricMatrix]

    /// Fits models `0..<count`, which must be connected by the pairs.
    init(count: Int, _ pairs: [BattleCounts]) throws(RatingFault) {
        let likelihood = Likelihood(count: count, pairs: pairs)
        strengths = try likelihood.maximum()
        isSeparated = likelihood.isSeparated
        covariances = try likelihood.covariances(at: strengths)
    }

    /// The standard error of the distance of two strengths.
    func error(between first: Int, and second: Int) -> Double {
        let variance = covariances.map { $0[first, first] + $0[second, second] - 2 * $0[first, second] }.max() ?? 0
        return max(variance, 0).squareRoot()
    }

    /// The standard error of the distance of a strength from the mean of all.
    func error(of model: Int) -> Double {
        max(covariances.map { $0[model, model] }.max() ?? 0, 0).squareRoot()
    }
}

/// The likelihood of the battles of connected models.
private struct Likelihood {
    let count: Int
    let pairs: [BattleCounts]
    let isSeparated: Bool

    private static let steps = 200
    /// The length of a step in logits after which the next one could not be seen in a rating.
    private static let smallestStep = 1e-10
    private static let imaginedBattles = 1.0

    init(count: Int, pairs: [BattleCounts]) {
        self.count = count
        self.pairs = pairs
        isSeparated = !BattleGraph(count: count, pairs).isStronglyConnected
    }

    /// The strengths at the maximum, by Newton's method. A step that leads down is halved: the likelihood is concave, so a
    /// small one leads up.
    func maximum() throws(RatingFault) -> [Double] {
        var strengths = [Double](repeating: 0, count: count)
        var height = self.height(at: strengths)
        for _ in 0..<Self.steps {
            let slope = self.slope(at: strengths)
            guard let step = curvature(at: strengths, isInvertible: true).solved(slope) else { throw .noConvergence }
            var scale = 1.0
            var next = strengths
            while true {
                for model in 0..<count { next[model] = strengths[model] + scale * step[model] }
                let reached = self.height(at: next)
                // Near the maximum, rounding decides which of two heights is greater.
                if reached >= height - 1e-12 * abs(height) || scale < 1e-6 {
                    height = reached
                    break
                }
                scale /= 2
            }
            strengths = next
            if scale * (step.map(abs).max() ?? 0) < Self.smallestStep { return centred(strengths) }
        }
        throw .noConvergence
    }

    func covariances(at strengths: [Double]) throws(RatingFault) -> [SymmetricMatrix] {
        guard var inverse = curvature(at: strengths, isInvertible: true).inverse() else { throw .noConvergence }
        if !isSeparated {
            // The number that made it invertible changes nothing in the sandwich, since each row of the middle sums to zero.
            return [inverse.around(spread(at: strengths))]
        }
        var sandwich = inverse.around(spread(at: strengths))
        sandwich.centre()
        inverse.centre()
        return [sandwich, inverse]
    }

    private func centred(_ strengths: [Double]) -> [Double] {
        let mean = strengths.reduce(0, +) / Double(count)
        return strengths.map { $0 - mean }
    }

    /// The logarithm of the likelihood.
    private func height(at strengths: [Double]) -> Double {
        var height = 0.0
        for pair in pairs {
            let distance = strengths[pair.left] - strengths[pair.right]
            let score = Double(pair.leftWins) + Double(pair.level) / 2
            height += score * distance - Double(pair.count) * softplus(distance)
        }
        if isSeparated {
            for strength in strengths { height += Self.imaginedBattles * (strength / 2 - softplus(strength)) }
        }
        return height
    }

    private func slope(at strengths: [Double]) -> [Double] {
        var slope = [Double](repeating: 0, count: count)
        for pair in pairs {
            let expected = chance(strengths[pair.left] - strengths[pair.right])
            let surplus = Double(pair.leftWins) + Double(pair.level) / 2 - Double(pair.count) * expected
            slope[pair.left] += surplus
            slope[pair.right] -= surplus
        }
        if isSeparated {
            for model in 0..<count { slope[model] += Self.imaginedBattles * (0.5 - chance(strengths[model])) }
        }
        return slope
    }

    /// How the slope falls. Adding a number to each strength changes no chance, so the matrix has no inverse unless the mean
    /// is held by a number added to each element, or by the imagined battles.
    private func curvature(at strengths: [Double], isInvertible: Bool) -> SymmetricMatrix {
        var matrix = SymmetricMatrix(order: count)
        for pair in pairs {
            let expected = chance(strengths[pair.left] - strengths[pair.right])
            matrix.addDifference(pair.left, pair.right, Double(pair.count) * expected * (1 - expected))
        }
        if isSeparated {
            for model in 0..<count {
                let expected = chance(strengths[model])
                matrix[model, model] += Self.imaginedBattles * expected * (1 - expected)
            }
        } else if isInvertible {
            matrix.addToAll(matrix.meanOfDiagonal / Double(count))
        }
        return matrix
    }

    /// How the slopes of the single battles spread.
    private func spread(at strengths: [Double]) -> SymmetricMatrix {
        var matrix = SymmetricMatrix(order: count)
        for pair in pairs {
            let expected = chance(strengths[pair.left] - strengths[pair.right])
            let squares =
                Double(pair.leftWins) * (1 - expected) * (1 - expected) + Double(pair.rightWins) * expected * expected
                + Double(pair.level) * (0.5 - expected) * (0.5 - expected)
            matrix.addDifference(pair.left, pair.right, squares)
        }
        return matrix
    }

    private func chance(_ distance: Double) -> Double { 1 / (1 + exp(-distance)) }

    /// `log(1 + exp(value))` without overflow.
    private func softplus(_ value: Double) -> Double { max(value, 0) + log1p(exp(-abs(value))) }
}

extension SymmetricMatrix {
    /// Makes the covariances of numbers those of their distances from the numbers' mean.
    fileprivate mutating func centre() {
        let means = (0..<order).map { row in (0..<order).reduce(0) { $0 + self[row, $1] } / Double(order) }
        let mean = means.reduce(0, +) / Double(order)
        for row in 0..<order {
            for column in 0..<order { self[row, column] += mean - means[row] - means[column] }
        }
    }
}
