/// The binary form of Postgres' `numeric`: digits to the base of 10,000.
struct Numeric: CustomStringConvertible {
    private let digits: [Int16]
    /// The power of 10,000 of the first digit.
    private let weight: Int
    private let isNegative: Bool
    private let scale: Int
    private let field: Field

    init(_ field: Field) throws(FieldFault) {
        var reader = FieldReader(field)
        let count = Int(try reader.next(Int16.self))
        weight = Int(try reader.next(Int16.self))
        let sign = try reader.next(UInt16.self)
        scale = Int(try reader.next(UInt16.self))
        guard sign == 0 || sign == 0x4000 else { throw FieldFault(found: "numeric that is not a number") }
        isNegative = sign == 0x4000
        var digits: [Int16] = []
        for _ in 0..<max(0, count) { digits.append(try reader.next()) }
        self.digits = digits
        self.field = field
    }

    func integer() throws(FieldFault) -> Int64 {
        let text = description
        let whole = text.prefix { $0 != "." }
        guard text.dropFirst(whole.count + 1).allSatisfy({ $0 == "0" }), let value = Int64(whole) else {
            throw FieldFault(found: "numeric beyond a whole 64-bit number")
        }
        return value
    }

    func double() throws(FieldFault) -> Double {
        guard let value = Double(description) else { throw field.unexpected }
        return value
    }

    var description: String {
        var text = isNegative ? "-" : ""
        text += weight < 0 ? "0" : ""
        if weight >= 0 {
            for index in 0...weight {
                let group = String(digit(index))
                text += index == 0 ? group : String(repeating: "0", count: 4 - group.count) + group
            }
        }
        guard scale > 0 else { return text }
        var fraction = ""
        var index = weight + 1
        while fraction.utf8.count < scale {
            let group = String(digit(index))
            fraction += String(repeating: "0", count: 4 - group.count) + group
            index += 1
        }
        return text + "." + fraction.prefix(scale)
    }

    private func digit(_ index: Int) -> Int16 {
        digits.indices.contains(index) ? digits[index] : 0
    }
}
