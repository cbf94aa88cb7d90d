/// A parameter of a query, as data: validated before the handler runs, and described in the document.
public struct QueryParameter: Sendable {
    /// What a parameter's text is read as.
    enum Form: Sendable {
        case value(Schema)
        /// A number that is brought into its range instead of being refused.
        case capped(ClosedRange<Int>)
        /// Values parted by commas; the parameter may also be repeated.
        case list(Schema, ClosedRange<Int>)
    }

    let name: String
    let form: Form
    let isRequired: Bool
    let defaultValue: JSONValue?
    let meaning: String

    /// A value; its schema is a string, a number or a boolean.
    public static func optional(
        _ name: String, _ schema: Schema, default value: JSONValue? = nil, _ meaning: String
    ) -> QueryParameter {
        QueryParameter(name: name, form: .value(schema), isRequired: false, defaultValue: value, meaning: meaning)
    }

    /// A value that must be there.
    public static func required(_ name: String, _ schema: Schema, _ meaning: String) -> QueryParameter {
        QueryParameter(name: name, form: .value(schema), isRequired: true, defaultValue: nil, meaning: meaning)
    }

    /// `limit`: how many at most; more than the cap is taken as the cap.
    public static func limit(default value: Int = 20, cap: Int = 100) -> QueryParameter {
        QueryParameter(
            name: "limit", form: .capped(1...cap), isRequired: false, defaultValue: .integer(value),
            meaning: "How many at most; more than \(cap) is taken as \(cap).")
    }

    /// `cursor`: where the last answer's `nextCursor` said that it ended.
    public static let cursor = QueryParameter.optional(
        "cursor", .string(1...512), "The `nextCursor` of the answer before.")

    /// Values parted by commas.
    public static func list(
        _ name: String, of element: Schema, count: ClosedRange<Int> = 0...100, _ meaning: String
    ) -> QueryParameter {
        QueryParameter(
            name: name, form: .list(element, count), isRequired: false, defaultValue: nil, meaning: meaning)
    }

    /// Reads the parameter; nil when it is absent and has no default.
    func value(in query: Query, faults: inout [FieldFault]) -> JSONValue? {
        let texts = query.values(name)
        guard let text = texts.first else {
            if isRequired { faults.append(FieldFault(name, "required", "“\(name)” is required.")) }
            return defaultValue
        }
        let value: JSONValue
        let schema: Schema
        switch form {
        case .capped(let range):
            schema = .integer()
            value = .integer(min(max(QueryParameter.whole(text) ?? 0, range.lowerBound), range.upperBound))
            if QueryParameter.whole(text) == nil {
                faults.append(FieldFault(name, "type", "“\(name)” must be a whole number."))
                return nil
            }
        case .value(let wanted):
            schema = wanted
            value = QueryParameter.read(text, as: wanted)
        case .list(let element, let count):
            schema = .array(element, count: count)
            // An empty text is a list of one empty element, which the schema judges as any other.
            let words = texts.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
            value = .array(words.map { QueryParameter.read(String($0), as: element) })
        }
        let found = Schema.object([.required(name, schema)]).faults(in: .object([name: value]))
        faults.append(contentsOf: found)
        return value
    }

    /// Text becomes what the schema wants; what cannot stays text, which the schema then refuses.
    static func read(_ text: String, as schema: Schema) -> JSONValue {
        switch schema.kind {
        case .integer:
            whole(text).map(JSONValue.integer) ?? .string(text)
        case .number:
            Double(text).flatMap { $0.isFinite ? .number($0) : nil } ?? .string(text)
        case .boolean:
            text == "true" || text == "1" ? true : text == "false" || text == "0" ? false : .string(text)
        default:
            .string(text)
        }
    }

    private static func whole(_ text: String) -> Int? {
        text.hasPrefix("+") ? nil : Int(text)
    }
}
