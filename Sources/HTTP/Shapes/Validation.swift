/// What is wrong with one field of a request.
public struct FieldFault: Sendable, Hashable, Codable {
    /// The path of the field, such as `items[2].title`.
    public let field: String
    /// What is wrong, for programs.
    public let code: String
    /// What is wrong, as a sentence for people.
    public let message: String

    /// A fault; `message` is a whole sentence.
    public init(_ field: String, _ code: String, _ message: String) {
        self.field = field
        self.code = code
        self.message = message
    }
}

extension Schema {
    /// The most faults that an answer lists, so that a small request cannot cause a large answer.
    static let faultLimit = 20

    /// Everything that is wrong with a value, at most `faultLimit` faults.
    public func faults(in value: JSONValue) -> [FieldFault] {
        var validation = Validation()
        validation.check(value, against: self, at: "")
        return validation.faults
    }
}

private struct Validation {
    private(set) var faults: [FieldFault] = []

    private mutating func report(_ path: String, _ code: String, _ ending: String) {
        guard faults.count < Schema.faultLimit else { return }
        let subject = path.isEmpty ? "The body" : "“\(path)”"
        faults.append(FieldFault(path, code, "\(subject) \(ending)."))
    }

    mutating func check(_ value: JSONValue, against schema: Schema, at path: String) {
        guard faults.count < Schema.faultLimit else { return }
        if value == .null, schema.isNullable { return }
        switch (schema.kind, value) {
        case (.any, _), (.boolean, .bool):
            if let code = value.nulPath { report(path + code, "nul", "must not hold a NUL character") }
        case (.integer(let range), .integer), (.integer(let range), .number):
            check(value.integer, in: range, at: path)
        case (.number(let range), .integer(let whole)):
            check(Double(whole), in: range, at: path)
        case (.number(let range), .number(let number)):
            check(number, in: range, at: path)
        case (.string(let rule), .string(let text)):
            if let fault = rule.fault(in: text) { report(path, fault.code, fault.message) }
        case (.array(let element, let count), .array(let elements)):
            check(elements, of: element, count, at: path)
        case (.object(let fields, let isOpen), .object(let members)):
            check(members, against: fields, isOpen: isOpen, at: path)
        case (.map(let schema), .object(let members)):
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                check(value, against: schema, at: Validation.path(path, name))
            }
        case (.oneOf(let schemas), _):
            check(value, againstOneOf: schemas, at: path)
        default:
            report(path, "type", "must be \(schema.kindName), not \(value.kindName)")
        }
    }

    private mutating func check(_ value: Int?, in range: ClosedRange<Int>, at path: String) {
        guard let value else { return report(path, "type", "must be a whole number") }
        if value < range.lowerBound { report(path, "too_small", "must be at least \(range.lowerBound)") }
        if value > range.upperBound { report(path, "too_large", "must be at most \(range.upperBound)") }
    }

    private mutating func check(_ value: Double, in range: ClosedRange<Double>, at path: String) {
        if value < range.lowerBound { report(path, "too_small", "must be at least \(range.lowerBound)") }
        if value > range.upperBound { report(path, "too_large", "must be at most \(range.upperBound)") }
    }

    private mutating func check(
        _ elements: [JSONValue], of schema: Schema, _ count: ClosedRange<Int>, at path: String
    ) {
        if elements.count < count.lowerBound {
            report(path, "too_few", "must have at least \(count.lowerBound) elements")
        }
        guard elements.count <= count.upperBound else {
            return report(path, "too_many", "must have at most \(count.upperBound) elements")
        }
        for (index, element) in elements.enumerated() {
            check(element, against: schema, at: "\(path)[\(index)]")
        }
    }

    private mutating func check(
        _ members: [String: JSONValue], against fields: [Schema.Field], isOpen: Bool, at path: String
    ) {
        var found = 0
        for field in fields {
            let fieldPath = Validation.path(path, field.name)
            if let value = members[field.name] {
                found += 1
                check(value, against: field.schema, at: fieldPath)
            } else if field.isRequired {
                report(fieldPath, "required", "is required")
            }
        }
        guard members.count > found else { return }
        let known = Set(fields.map(\.name))
        for name in members.keys.filter({ !known.contains($0) }).sorted() {
            let fieldPath = Validation.path(path, name.count > 64 ? name.prefix(64) + "…" : name)
            if !isOpen {
                report(fieldPath, "unknown", "is not a field of this request")
            } else if let inner = members[name]?.nulPath {
                report(fieldPath + inner, "nul", "must not hold a NUL character")
            }
        }
    }

    private mutating func check(_ value: JSONValue, againstOneOf schemas: [Schema], at path: String) {
        var closest: [FieldFault]?
        for schema in schemas {
            var attempt = Validation()
            attempt.check(value, against: schema, at: path)
            if attempt.faults.isEmpty { return }
            // A schema of the right kind explains better what is wrong than "is none of these".
            if closest == nil, attempt.faults.contains(where: { $0.code != "type" || $0.field != path }) {
                closest = attempt.faults
            }
        }
        if let closest {
            faults.append(contentsOf: closest.prefix(Schema.faultLimit - faults.count))
        } else {
            report(path, "type", "must have one of the allowed forms")
        }
    }

    private static func path(_ path: String, _ name: some StringProtocol) -> String {
        path.isEmpty ? String(name) : "\(path).\(name)"
    }
}

extension JSONValue {
    /// The path of a string that holds a NUL, below a value that no schema looks into.
    fileprivate var nulPath: String? {
        switch self {
        case .string(let text):
            return text.utf8.contains(0) ? "" : nil
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let inner = element.nulPath { return "[\(index)]\(inner)" }
            }
            return nil
        case .object(let members):
            for (name, member) in members {
                if name.utf8.contains(0) { return "" }
                if let inner = member.nulPath { return ".\(name)\(inner)" }
            }
            return nil
        case .null, .bool, .integer, .number:
            return nil
        }
    }
}

extension Schema {
    fileprivate var kindName: String {
        switch kind {
        case .any: "any value"
        case .boolean: "a boolean"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object, .map: "an object"
        case .oneOf: "one of several forms"
        }
    }
}
