/// Reads and validates what a request brings, by the declarations of its route.
enum InputReader {
    /// The declared parameters. Others are ignored on reads, where links carry all sorts of them, and refused on
    /// changes, as unknown fields are.
    static func query(of request: Request, for route: Route) throws(Problem) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        var faults: [FieldFault] = []
        for parameter in route.query {
            values[parameter.name] = parameter.value(in: request.query, faults: &faults)
        }
        if route.method.isMutation {
            let known = Set(route.query.map(\.name))
            for pair in request.query.pairs where !known.contains(pair.name) {
                let name = String(pair.name.prefix(64))
                faults.append(FieldFault(name, "unknown", "“\(name)” is not a parameter of this request."))
            }
        }
        guard faults.isEmpty else { throw .unprocessable(Array(faults.prefix(Schema.faultLimit))) }
        return values
    }

    /// The body as JSON; null where the route takes none or reads the bytes itself.
    static func body(of request: Request, for route: Route) throws(Problem) -> JSONValue {
        switch route.body {
        case .none:
            return request.body.isEmpty ? .null : try json(request, .object([]), route)
        case .json(let schema):
            return try json(request, schema, route)
        case .raw(let types):
            guard request.body.isEmpty || types.contains(request.contentType ?? "") else {
                throw .unsupportedMediaType(types)
            }
            return .null
        }
    }

    private static func json(_ request: Request, _ schema: Schema, _ route: Route) throws(Problem) -> JSONValue {
        let value: JSONValue
        if request.contentType == "application/json" {
            value = try JSONValue(parsing: request.body)
        } else if route.form != nil, let fields = request.form {
            value = try formValue(fields, schema)
        } else {
            throw .unsupportedMediaType(["application/json"])
        }
        let faults = schema.faults(in: value)
        guard faults.isEmpty else { throw .unprocessable(faults) }
        return value
    }

    /// What the schema let through and the type did not: the same answer, with the field's path.
    static func problem(for error: DecodingError) -> Problem {
        let context: DecodingError.Context
        switch error {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
            .dataCorrupted(let found):
            context = found
        @unknown default:
            return .malformed("The body cannot be read.")
        }
        var path = ""
        for key in context.codingPath {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        let subject = path.isEmpty ? "The body" : "“\(path)”"
        return .invalid(path, "invalid", "\(subject) \(context.debugDescription).")
    }
}
