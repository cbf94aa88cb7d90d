internal import Text

extension InputReader {
    /// Fields that belong to the form and not to the input.
    private static let controls: Set<String> = [FormToken.field, "next"]

    /// The fields of a plain form as the JSON that a module would send: numbers and truth values by the schema, line
    /// breaks as one character, and empty fields left out. Where one value is wanted the last one counts, so that a
    /// hidden field before a checkbox can say what an empty checkbox means.
    static func formValue(_ fields: Query, _ schema: Schema) throws(Problem) -> JSONValue {
        guard !fields.isMalformed else {
            throw .malformed("The fields of this form are malformed.", code: "malformed_form")
        }
        guard case .object(let declared, _) = schema.kind else { throw .unsupportedMediaType(["application/json"]) }
        var members: [String: JSONValue] = [:]
        for field in declared {
            let texts = fields.values(field.name).map { $0.replacing("\r\n", with: "\n") }.filter { !$0.isEmpty }
            if case .array(let element, _) = field.schema.kind {
                // A form cannot say an empty list: where a list may be absent, no entry means that it is.
                guard field.isRequired || !texts.isEmpty else { continue }
                members[field.name] = .array(texts.map { value($0, element) })
            } else if let text = texts.last {
                members[field.name] = value(text, field.schema)
            }
        }
        let known = Set(declared.map(\.name)).union(controls)
        for pair in fields.pairs where !known.contains(pair.name) { members[pair.name] = .string(pair.value) }
        return .object(members)
    }

    private static func value(_ text: String, _ schema: Schema) -> JSONValue {
        if case .boolean = schema.kind, text == "on" { return true }
        return QueryParameter.read(text, as: schema)
    }
}
