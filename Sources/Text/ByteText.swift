extension [UInt8] {
    /// Appends the UTF-8 form of literals of the program. Answers, heads and log lines are made of a hundred such
    /// pieces, and a constant is copied without asking what kind of text it is.
    @inlinable
    public mutating func append(_ words: StaticString) {
        words.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }

    /// Adds a number in decimal digits.
    public mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        let magnitude = number.magnitude
        var place: UInt = 1
        while magnitude / place >= 10 { place *= 10 }
        while place > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / place % 10))
            place /= 10
        }
    }
}
