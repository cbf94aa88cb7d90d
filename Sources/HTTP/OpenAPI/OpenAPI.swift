/// The OpenAPI 3.1 document, derived from the route declarations so that it cannot drift from them.
public enum OpenAPI {
    /// The document of all routes that a client may call; `sessionCookie` is what the site calls that cookie.
    public static func document(
        routes: [Route], title: String, version: String, sessionCookie: String = "__Host-session"
    ) -> JSONValue {
        var builder = DocumentBuilder()
        for route in routes where route.access != .internal_ {
            builder.add(route)
        }
        return [
            "openapi": "3.1.0",
            "info": ["title": .string(title), "version": .string(version)],
            "paths": .object(builder.paths.mapValues(JSONValue.object)),
            "components": [
                "schemas": .object(builder.schemas),
                "securitySchemes": [
                    "session": ["type": "apiKey", "in": "cookie", "name": .string(sessionCookie)],
                    "csrf": ["type": "apiKey", "in": "header", "name": "X-CSRF-Token"],
                    "key": [
                        "type": "http", "scheme": "bearer", "bearerFormat": "dly_…",
                        "description": "An API key from /settings, or the scheduler's secret where x-access is cron.",
                    ],
                ],
            ],
        ]
    }
}

private struct DocumentBuilder {
    private(set) var paths: [String: [String: JSONValue]] = [:]
    private(set) var schemas: [String: JSONValue] = [:]

    init() {
        _ = json(Problem.schema)
    }

    mutating func add(_ route: Route) {
        let names = Router.names(in: route.pattern)
        var path = route.pattern.replacing("[...", with: "[")
        path = path.replacing("[", with: "{").replacing("]", with: "}")
        var operation: [String: JSONValue] = [
            "summary": .string(route.summary), "operationId": .string(operationID(route)),
            "tags": [.string(tag(route))], "responses": .object(responses(route)),
            "x-access": .string(route.access.rawValue),
        ]
        if let scope = route.keyScope, route.access != .any { operation["x-key-scope"] = .string(scope.rawValue) }
        if let limit = route.limit { operation["x-limit"] = .string(limit.rawValue) }
        if route.needsRecentSignIn { operation["x-recent-sign-in"] = true }
        if !route.features.isEmpty { operation["x-features"] = .array(route.features.map(JSONValue.string)) }
        let parameters = names.map(pathParameter) + route.query.map { queryParameter($0) }
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = requestBody(route) { operation["requestBody"] = body }
        let security = security(route)
        if !security.isEmpty { operation["security"] = .array(security) }
        paths[path, default: [:]][route.method.description.lowercased()] = .object(operation)
    }

    private func operationID(_ route: Route) -> String {
        let words = route.pattern.split { !$0.isLetter && !$0.isNumber }.map { word in
            word.prefix(1).uppercased() + word.dropFirst()
        }
        return route.method.description.lowercased() + (words.isEmpty ? "Root" : words.joined())
    }

    private func tag(_ route: Route) -> String {
        let parts = route.pattern.split(separator: "/")
        guard parts.first == "api" else { return "pages" }
        return parts.dropFirst().first.map(String.init) ?? "api"
    }

    private func pathParameter(_ name: String) -> JSONValue {
        ["name": .string(name), "in": "path", "required": true, "schema": ["type": "string"]]
    }

    private mutating func queryParameter(_ parameter: QueryParameter) -> JSONValue {
        var object: [String: JSONValue] = [
            "name": .string(parameter.name), "in": "query", "required": .bool(parameter.isRequired),
            "description": .string(parameter.meaning),
        ]
        var schema: [String: JSONValue]
        switch parameter.form {
        case .value(let value): schema = json(value)
        case .capped: schema = ["type": "integer"]
        case .list(let element, let count):
            schema = json(.array(element, count: count))
            object["style"] = "form"
            object["explode"] = false
        }
        if let value = parameter.defaultValue { schema["default"] = value }
        object["schema"] = .object(schema)
        return .object(object)
    }

    private mutating func requestBody(_ route: Route) -> JSONValue? {
        switch route.body {
        case .none: return nil
        case .json(let schema):
            return ["required": true, "content": ["application/json": ["schema": .object(json(schema))]]]
        case .raw(let types):
            let content = types.map { ($0, JSONValue.object([:])) }
            return ["required": true, "content": .object(Dictionary(content) { first, _ in first })]
        }
    }

    private mutating func responses(_ route: Route) -> [String: JSONValue] {
        var responses: [String: JSONValue] = [
            "default": [
                "description": "What went wrong.",
                "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
            ]
        ]
        for status in refusals(route) {
            responses[String(status)] = [
                "description": .string(DocumentBuilder.meaning(of: status)),
                "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
            ]
        }
        for (status, schema) in route.answers {
            var response: [String: JSONValue] = ["description": .string(DocumentBuilder.meaning(of: status))]
            if let schema {
                var content: [String: JSONValue] = ["application/json": ["schema": .object(json(schema))]]
                if status == 200, let type = route.otherType { content[type] = [:] }
                response["content"] = .object(content)
            }
            responses[String(status)] = .object(response)
        }
        return responses
    }

    /// The refusals that follow from the declaration; what a handler refuses by itself it declares, or is `default`.
    private func refusals(_ route: Route) -> [Int] {
        var refusals: Set<Int> = [503]
        if !route.query.isEmpty { refusals.insert(422) }
        switch route.body {
        case .none: break
        case .json: refusals.formUnion([400, 413, 415, 422])
        case .raw: refusals.formUnion([413, 415])
        }
        if ![.any, .signed].contains(route.access) { refusals.insert(401) }
        if route.needsCSRF || route.refusesBanned || route.needsTerms || route.access == .admin { refusals.insert(403) }
        if !Router.names(in: route.pattern).isEmpty { refusals.insert(404) }
        if route.limit != nil { refusals.insert(429) }
        return refusals.sorted()
    }

    private func security(_ route: Route) -> [JSONValue] {
        // A key is named only where one would do.
        let key: [JSONValue] = route.keyScope == nil ? [] : [["key": []]]
        return switch route.access {
        case .any: route.needsCSRF ? [["csrf": []]] + key : []
        case .member, .owner, .admin: [route.needsCSRF ? ["session": [], "csrf": []] : ["session": []]] + key
        case .cron: [["key": []]]
        case .signed, .provider, .internal_: []
        }
    }

    private mutating func json(_ schema: Schema) -> [String: JSONValue] {
        guard let name = schema.name else { return SchemaDocument.json(schema) { json($0) } }
        if schemas[name] == nil {
            // The place is reserved first, so that a schema may contain itself.
            schemas[name] = true
            schemas[name] = .object(SchemaDocument.json(schema.bare) { json($0) })
        }
        let reference: JSONValue = ["$ref": .string("#/components/schemas/\(name)")]
        var object: [String: JSONValue] =
            schema.isNullable
            ? ["anyOf": [reference, ["type": "null"]]] : ["$ref": .string("#/components/schemas/\(name)")]
        if let meaning = schema.meaning { object["description"] = .string(meaning) }
        return object
    }

    private static func meaning(of status: Int) -> String {
        switch status {
        case 200: "Done."
        case 201: "Made; Location says where."
        case 202: "Accepted; the work goes on."
        case 204: "Done; there is nothing to say."
        case 206: "A part."
        case 301, 302, 303, 307, 308: "Elsewhere."
        case 304: "Unchanged."
        default: StatusName.of(status) ?? "Problem"
        }
    }
}

extension Problem {
    /// The form of every refusal.
    static let schema = Schema.openObject([
        .required("title", .string(), "The name of the status."),
        .required("status", .integer(400...599), "The status."),
        .required("error", .string(), "A sentence for people."),
        .required("code", .string(), "What went wrong, for programs; stable."),
        .required("requestId", .string(), "The id of the request. The log has it too."),
        .optional(
            "details",
            .array(
                .object([
                    .required("field", .string(), "The path of the field."),
                    .required("code", .string(), "What is wrong, for programs."),
                    .required("message", .string(), "What is wrong, for people."),
                ])), "What is wrong with each field."),
    ]).named("Problem")
}
