/// A dense symmetric matrix, row by row, in lanes of eight: one check of a bound serves eight numbers. The numbers beyond the
/// order are zero.
struct SymmetricMatrix {
    typealias Lane = SIMD8<Double>

    let order: Int
    private let width: Int
    private var lanes: [Lane]

    /// A matrix of zeros.
    init(order: Int) {
        self.order = order
        width = (order + 7) / 8
        lanes = Array(repeating: .zero, count: order * width)
    }

    subscript(row: Int, column: Int) -> Double {
        get { lanes[row * width + column / 8][column % 8] }
        set { lanes[row * width + column / 8][column % 8] = newValue }
    }

    /// Adds what the difference of two numbers contributes: `value` on the diagonal, its negative beside it.
    mutating func addDifference(_ first: Int, _ second: Int, _ value: Double) {
        self[first, first] += value
        self[second, second] += value
        self[first, second] -= value
        self[second, first] -= value
    }

    /// Adds a number to each element.
    mutating func addToAll(_ value: Double) {
        for row in 0..<order {
            for column in 0..<order { self[row, column] += value }
        }
    }

    var meanOfDiagonal: Double {
        (0..<order).reduce(0) { $0 + self[$1, $1] } / Double(max(order, 1))
    }

    /// The solution of `self · x = values`, for a positive definite matrix; nil for another one.
    func solved(_ values: [Double]) -> [Double]? {
        var rest = self
        var solution = values
        for pivot in 0..<order {
            let diagonal = rest[pivot, pivot]
            guard diagonal > 0, diagonal.isFinite else { return nil }
            for row in (pivot + 1)..<max(order, pivot + 1) {
                let factor = rest[pivot, row] / diagonal
                if factor == 0 { continue }
                // Only what is right of the diagonal is read again.
                rest.add(-factor, timesRow: pivot, toRow: row, fromLane: row / 8)
                solution[row] -= factor * solution[pivot]
            }
        }
        for row in (0..<order).reversed() {
            var value = solution[row]
            for column in (row + 1)..<max(order, row + 1) { value -= rest[row, column] * solution[column] }
            solution[row] = value / rest[row, row]
        }
        return solution
    }

    /// The inverse of a positive definite matrix; nil for another one. Such a matrix needs no exchange of rows.
    func inverse() -> SymmetricMatrix? {
        var result = self
        for pivot in 0..<order {
            let diagonal = result[pivot, pivot]
            guard diagonal > 0, diagonal.isFinite else { return nil }
            result[pivot, pivot] = 1
            result.scaleRow(pivot, by: 1 / diagonal)
            for row in 0..<order where row != pivot {
                let factor = result[row, pivot]
                if factor == 0 { continue }
                result[row, pivot] = 0
                result.add(-factor, timesRow: pivot, toRow: row, fromLane: 0)
            }
        }
        return result
    }

    /// `self · middle · self`.
    func around(_ middle: SymmetricMatrix) -> SymmetricMatrix {
        self.times(middle).times(self)
    }

    /// The rows of a product. What is between the two products of `around` is not symmetric; only its rows are used.
    private func times(_ other: SymmetricMatrix) -> SymmetricMatrix {
        var result = SymmetricMatrix(order: order)
        for row in 0..<order {
            for inner in 0..<order {
                let factor = self[row, inner]
                if factor == 0 { continue }
                let (from, to) = (inner * width, row * width)
                for lane in 0..<width { result.lanes[to + lane] += factor * other.lanes[from + lane] }
            }
        }
        return result
    }

    private mutating func scaleRow(_ row: Int, by factor: Double) {
        for lane in (row * width)..<((row + 1) * width) { lanes[lane] *= factor }
    }

    private mutating func add(_ factor: Double, timesRow source: Int, toRow target: Int, fromLane first: Int) {
        let (from, to) = (source * width, target * width)
        for lane in first..<width { lanes[to + lane] += factor * lanes[from + lane] }
    }
}
