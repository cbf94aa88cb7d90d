/// The forms that have a name: those that routes take and answer with, and those inside them.
struct NamedForms {
    private(set) var byName: [String: Schema] = [:]
    /// Names that two different forms have. Only one of the two could be described.
    private(set) var clashes: Set<String> = []

    /// The forms of the routes that a client may call, and the form of refusals.
    init(routes: [Route]) {
        add(Problem.schema)
        for route in routes where route.access != .internal_ {
            if let input = route.input { add(input) }
            for schema in route.answers.values.compactMap(\.self) { add(schema) }
        }
    }

    private mutating func add(_ schema: Schema) {
        if let name = schema.name {
            if let known = byName[name] {
                if SchemaDocument.plain(known.bare) != SchemaDocument.plain(schema.bare) { clashes.insert(name) }
                return
            }
            byName[name] = schema
        }
        switch schema.kind {
        case .array(let element, _), .map(let element): add(element)
        case .object(let fields, _): for field in fields { add(field.schema) }
        case .oneOf(let schemas): for schema in schemas { add(schema) }
        case .any, .boolean, .integer, .number, .string: break
        }
    }
}
