/// Schemas as JSON Schema 2020-12, which is what OpenAPI 3.1 uses.
enum SchemaDocument {
    /// Without references to named schemas.
    static func plain(_ schema: Schema) -> [String: JSONValue] {
        json(schema) { plain($0) }
    }

    /// One schema; `inner` describes those inside it.
    static func json(_ schema: Schema, _ inner: (Schema) -> [String: JSONValue]) -> [String: JSONValue] {
        var object: [String: JSONValue]
        switch schema.kind {
        case .any: object = [:]
        case .boolean: object = ["type": "boolean"]
        case .integer(let range): object = integer(range)
        case .number(let range): object = number(range)
        case .string(let rule): object = string(rule)
        case .array(let element, let count):
            object = ["type": "array", "items": .object(inner(element)), "maxItems": .integer(count.upperBound)]
            if count.lowerBound > 0 { object["minItems"] = .integer(count.lowerBound) }
        case .object(let fields, let isOpen): object = members(fields, isOpen: isOpen, inner)
        case .map(let value): object = ["type": "object", "additionalProperties": .object(inner(value))]
        case .oneOf(let schemas): object = ["anyOf": .array(schemas.map { .object(inner($0)) })]
        }
        if schema.isNullable { object = nullable(object) }
        if let meaning = schema.meaning { object["description"] = .string(meaning) }
        return object
    }

    private static func nullable(_ object: [String: JSONValue]) -> [String: JSONValue] {
        if object.isEmpty { return object }
        guard let type = object["type"], object["enum"] == nil else {
            return ["anyOf": [.object(object), ["type": "null"]]]
        }
        var object = object
        object["type"] = [type, "null"]
        return object
    }

    private static func integer(_ range: ClosedRange<Int>) -> [String: JSONValue] {
        var object: [String: JSONValue] = ["type": "integer"]
        if range.lowerBound != .min { object["minimum"] = .integer(range.lowerBound) }
        if range.upperBound != .max { object["maximum"] = .integer(range.upperBound) }
        return object
    }

    private static func number(_ range: ClosedRange<Double>) -> [String: JSONValue] {
        var object: [String: JSONValue] = ["type": "number"]
        if range.lowerBound > -.greatestFiniteMagnitude { object["minimum"] = .number(range.lowerBound) }
        if range.upperBound < .greatestFiniteMagnitude { object["maximum"] = .number(range.upperBound) }
        return object
    }

    private static func string(_ rule: StringRule) -> [String: JSONValue] {
        var object: [String: JSONValue] = ["type": "string"]
        if !rule.words.isEmpty {
            object["enum"] = .array(rule.words.map(JSONValue.string))
            return object
        }
        if let format = rule.format { object["format"] = .string(format) }
        if rule.length.lowerBound > 0 { object["minLength"] = .integer(rule.length.lowerBound) }
        object["maxLength"] = .integer(rule.length.upperBound)
        if let pattern = rule.pattern {
            object["pattern"] = .string(pattern.source)
        } else if rule.isText {
            // NUL and the other controls are refused; a text that must not be empty has more than white space.
            let breaks = rule.lines == .many ? "\\x08\\x0b\\x0c\\x0e-" : ""
            let allowed = "[^\\x00-\(breaks)\\x1f\\x7f-\\x9f]"
            object["pattern"] = .string(
                rule.length.lowerBound > 0 ? "^\(allowed)*[^\\s\\x00-\\x1f\\x7f-\\x9f]\(allowed)*$" : "^\(allowed)*$")
        }
        return object
    }

    private static func members(
        _ fields: [Schema.Field], isOpen: Bool, _ inner: (Schema) -> [String: JSONValue]
    ) -> [String: JSONValue] {
        var properties: [String: JSONValue] = [:]
        for field in fields {
            properties[field.name] = .object(inner(field.schema))
        }
        var object: [String: JSONValue] = [
            "type": "object", "properties": .object(properties), "additionalProperties": .bool(isOpen),
        ]
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        return object
    }
}
