/// The level that a number of XP has reached. Getting from level n to the next one takes 100 × n XP.
public struct Level: Equatable, Sendable {
    /// From 1.
    public let number: Int
    /// The XP within the level.
    public let xp: Int
    /// How many XP the level takes.
    public var needs: Int { 100 * number }

    /// The level of `total` XP. What is below zero counts as zero.
    public init(total: Int) {
        let total = max(0, total)
        // The first estimate may be one off where the root is rounded.
        var number = max(1, Int((1 + (1 + Double(total) / 12.5).squareRoot()) / 2))
        while number > 1, Self.start(of: number) > total { number -= 1 }
        while Self.start(of: number + 1) <= total { number += 1 }
        self.number = number
        xp = total - Self.start(of: number)
    }

    /// The XP at which a level begins.
    static func start(of number: Int) -> Int { 50 * number * (number - 1) }
}
