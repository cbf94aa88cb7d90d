internal import HTML
public import HTTP

/// The OpenAPI document as markup, made once when the process starts.
public struct APIReference: Sendable {
    /// A link to each group of operations.
    let index: HTML
    /// The operations by group, each with an anchor of its own.
    let operations: HTML
    /// The named shapes, to which operations refer.
    let shapes: HTML
    /// The fields of an error.
    let problem: HTML
    /// How many requests a minute each limit allows.
    let limits: HTML

    /// A reference of the document's operations. `siteURL` is the beginning of the addresses in examples, and `limits`
    /// are the requests that each limit allows a minute.
    public init(document: JSONValue, siteURL: String, limits: [(name: String, number: Int)]) {
        let writer = ReferenceWriter(document: document, siteURL: siteURL)
        var groups: [String: [HTML]] = [:]
        for (path, methods) in document["paths"]?.members ?? [] {
            let order = ["get", "post", "put", "patch", "delete"]
            for method in order {
                guard let operation = methods[method] else { continue }
                let tag = operation["tags"]?[0]?.text ?? ""
                groups[tag, default: []].append(writer.operation(method.uppercased(), path, operation))
            }
        }
        let sorted = groups.sorted { $0.key < $1.key }
        index = HTML.join(
            sorted.map { "<a href=\"#group-\($0.key)\" data-group-link><code>/api/\($0.key)</code></a>" })
        operations = HTML.join(
            sorted.map { tag, operations in
                """
                <section class="stack stack--tight" aria-labelledby="group-\(tag)" data-group>\
                <h2 id="group-\(tag)"><code>/api/\(tag)</code></h2>\(operations)</section>

                """
            })
        let named = document["components"]?["schemas"]?.members ?? []
        shapes = HTML.join(named.map(writer.shape))
        problem = writer.fields(document["components"]?["schemas"]?["Problem"] ?? .null)
        self.limits = """
            <table class="table"><thead><tr><th scope="col">Limit</th><th scope="col">Requests a minute</th></tr></thead>\
            <tbody>\(limits.map { "<tr><td><code>\($0.name)</code></td><td>\($0.number)</td></tr>" as HTML })</tbody></table>
            """
    }

    /// Nothing, for processes that do not serve the page.
    public static let none = APIReference(document: .null, siteURL: "", limits: [])

    /// A command that can be copied.
    static func code(_ text: String) -> HTML {
        """
        <div class="copyable"><pre><code>\(text)</code></pre>\
        <button class="btn btn--sm with-js" type="button" data-copy>Copy</button></div>
        """
    }
}

extension JSONValue {
    /// The members of an object by name; none for anything else.
    fileprivate var members: [(key: String, value: JSONValue)] {
        if case .object(let members) = self { members.sorted { $0.key < $1.key } } else { [] }
    }

    fileprivate var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    /// The same as text with one member a line.
    fileprivate func indented(_ depth: Int = 0) -> String {
        let (outer, inner) = (String(repeating: "  ", count: depth), String(repeating: "  ", count: depth + 1))
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = self.members.map {
                "\(inner)\(JSONValue.string($0.key).description): \($0.value.indented(depth + 1))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
        case .array(let elements) where !elements.isEmpty:
            return "[\n\(elements.map { inner + $0.indented(depth + 1) }.joined(separator: ",\n"))\n\(outer)]"
        default: return description
        }
    }
}

private struct ReferenceWriter {
    let document: JSONValue
    let siteURL: String

    private static let prefix = "#/components/schemas/"

    /// The schema itself in place of a reference to it.
    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let name = name(of: schema) else { return schema }
        return document["components"]?["schemas"]?[name] ?? .null
    }

    private func name(of schema: JSONValue) -> String? {
        schema["$ref"]?.text.map { String($0.dropFirst(Self.prefix.count)) }
    }

    // MARK: Operations

    func operation(_ method: String, _ path: String, _ operation: JSONValue) -> HTML {
        let body = operation["requestBody"]?["content"]
        let schema = body?["application/json"]?["schema"]
        let sample = schema.map { example($0, name: "", depth: 0) }
        let address = sampleAddress(path, operation)
        let success = operation["responses"]?.members.first { $0.key.hasPrefix("2") }?.value
        let answer = success?["content"]?["application/json"]?["schema"]
        return """
            <details class="op" id="\(anchor(method, path))" data-op data-method="\(method)" data-address="\(address)"\
            \(HTML.when(isCallable(operation, body), " data-callable"))><summary><span class="op__method">\(method)</span>\
            <h3><code>\(path)</code></h3><span class="op__summary">\(operation["summary"]?.text ?? "")</span></summary>
            <div class="stack op__body">
            \(facts(operation, anchor: anchor(method, path)))
            \(parameters(operation))
            \(schema.map { part("Body", fields($0)) })\(rawBody(body))
            \(sample.map { part("Example of a body", code($0, " data-sample")) })
            \(part("Answers", answers(operation)))
            \(answer.map { part("Fields of the answer", fields($0)) })
            \(part("Example", APIReference.code(curl(method, address, operation, sample))))
            \(answer.map { part("Example of an answer", code(example($0, name: "", depth: 0))) })
            </div></details>

            """
    }

    private func part(_ title: HTML, _ content: HTML) -> HTML {
        "<div class=\"stack stack--tight\"><h4>\(title)</h4>\(content)</div>"
    }

    private func code(_ value: JSONValue, _ attributes: HTML = .empty) -> HTML {
        "<pre><code\(attributes)>\(value.indented())</code></pre>"
    }

    private func anchor(_ method: String, _ path: String) -> String {
        let words = path.split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
        return "\(method.lowercased())-\(words)"
    }

    /// Whether the page may offer to send the request: with JSON or no body, with the reader's session.
    private func isCallable(_ operation: JSONValue, _ body: JSONValue?) -> Bool {
        let isOpen = ["any", "member", "owner", "admin"].contains(operation["x-access"]?.text)
        return isOpen && (body == nil || body?["application/json"] != nil)
    }

    private func facts(_ operation: JSONValue, anchor: String) -> HTML {
        let access =
            switch operation["x-access"]?.text {
            case "any": "Everyone"
            case "member": "Members"
            case "owner": "The member who owns it"
            case "admin": "Admins"
            case "cron": "The scheduler, with its secret as a bearer token"
            case "signed": "Holders of a signed address"
            case "provider": "Identity providers, with their signature"
            default: operation["x-access"]?.text ?? ""
            }
        let isPersonal = ["member", "owner", "admin"].contains(operation["x-access"]?.text)
        let takesKey = operation["security"]?.elements.contains { $0["key"] != nil } ?? false
        let needsToken = operation["security"]?.elements.contains { $0["csrf"] != nil } ?? false
        var key: HTML?
        if let scope = operation["x-key-scope"]?.text {
            key = "<dt>API key</dt><dd>with <code>\(scope)</code></dd>"
        } else if isPersonal || (needsToken && !takesKey) {
            key = "<dt>API key</dt><dd>not accepted</dd>"
        }
        let limit: HTML? = operation["x-limit"]?.text.map {
            "<a class=\"link\" href=\"#limits\"><code>\($0)</code></a>"
        }
        return """
            <dl class="facts"><dt>For</dt><dd>\(access)\
            \(HTML.when(operation["x-recent-sign-in"] == true, ", after a recent sign-in"))</dd>\(key)\
            \(HTML.when(needsToken, "<dt>Form token</dt><dd>needed with a cookie</dd>"))\
            <dt>Limit</dt><dd>\(limit ?? "none")</dd>\
            <dt>Link</dt><dd><a class="link" href="#\(anchor)">#\(anchor)</a></dd></dl>
            """
    }

    private func parameters(_ operation: JSONValue) -> HTML? {
        let parameters = operation["parameters"]?.elements ?? []
        guard !parameters.isEmpty else { return nil }
        let rows = parameters.map { parameter in
            let schema = parameter["schema"] ?? .null
            let start = schema["default"].map { " If it is absent: \($0.description)." } ?? ""
            let meaning = parameter["description"]?.text ?? "A part of the path."
            return row(
                parameter["name"]?.text ?? "", isOptional: parameter["required"] != true, type(schema), meaning + start)
        }
        return part("Parameters", table("Parameter", rows))
    }

    private func rawBody(_ body: JSONValue?) -> HTML? {
        guard let body, body["application/json"] == nil else { return nil }
        return part("Body", "<p>The bytes of a file: \(body.members.map(\.key).joined(separator: ", ")).</p>")
    }

    private func answers(_ operation: JSONValue) -> HTML {
        let rows = (operation["responses"]?.members ?? []).map { status, response -> HTML in
            let content = response["content"]
            let schema = content?["application/json"]?["schema"] ?? content?["application/problem+json"]?["schema"]
            let shape = schema.map(type) ?? "nothing, or no JSON"
            return """
                <tr><td><code>\(status == "default" ? "other" : status)</code></td><td>\(shape)</td>\
                <td>\(response["description"]?.text ?? "")</td></tr>
                """
        }
        return """
            <table class="table docs__table"><thead><tr><th scope="col">Status</th><th scope="col">Content</th>\
            <th scope="col">Meaning</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    // MARK: Schemas

    func shape(_ name: String, _ schema: JSONValue) -> HTML {
        "<div class=\"stack stack--tight\" id=\"shape-\(name)\"><h3><code>\(name)</code></h3>\(fields(schema))</div>\n"
    }

    /// The fields of an object as a table, with those of the objects inside it; of anything else its type.
    func fields(_ schema: JSONValue) -> HTML {
        let rows = rows(resolved(schema), prefix: "")
        return rows.isEmpty ? "<p>\(type(schema))</p>" : table("Field", rows)
    }

    private func rows(_ schema: JSONValue, prefix: String) -> [HTML] {
        let required = schema["required"]?.elements.compactMap(\.text) ?? []
        return (schema["properties"]?.members ?? []).flatMap { name, field -> [HTML] in
            let path = prefix + name
            let own = row(
                path, isOptional: !required.contains(name), type(field), field["description"]?.text ?? "")
            let inner = field["items"].map { rows($0, prefix: path + "[].") } ?? rows(field, prefix: path + ".")
            return [own] + inner
        }
    }

    private func table(_ first: HTML, _ rows: [HTML]) -> HTML {
        """
        <table class="table docs__table"><thead><tr><th scope="col">\(first)</th><th scope="col">Type</th>\
        <th scope="col">Meaning</th></tr></thead><tbody>\(rows)</tbody></table>
        """
    }

    private func row(_ name: String, isOptional: Bool, _ type: HTML, _ meaning: String) -> HTML {
        """
        <tr><td><code>\(name)</code>\(HTML.when(isOptional, " <span class=\"quiet\">optional</span>"))</td>\
        <td>\(type)</td><td>\(meaning)</td></tr>
        """
    }

    /// What a value is, in words.
    private func type(_ schema: JSONValue) -> HTML {
        if let name = name(of: schema) { return "<a class=\"link\" href=\"#shape-\(name)\">\(name)</a>" }
        if let words = schema["enum"]?.elements {
            return HTML.join(words.map { "<code>\($0.text ?? $0.description)</code>" }, separator: " or ")
        }
        if let schemas = schema["anyOf"]?.elements { return HTML.join(schemas.map(type), separator: " or ") }
        let kinds = schema["type"]?.text.map { [$0] } ?? schema["type"]?.elements.compactMap(\.text) ?? []
        return kinds.isEmpty ? "any value" : HTML.join(kinds.map { kind($0, schema) }, separator: " or ")
    }

    private func kind(_ kind: String, _ schema: JSONValue) -> HTML {
        switch kind {
        case "array": return "list of \(type(schema["items"] ?? .null))"
        case "object":
            let values = schema["additionalProperties"].flatMap { $0["type"] == nil && $0["$ref"] == nil ? nil : $0 }
            return values.map { "object with values \(type($0))" } ?? "object"
        case "string":
            switch schema["format"]?.text {
            case "uuid": return "UUID"
            case "date-time": return "time"
            case "uri": return "address"
            case "email": return "e-mail address"
            default: break
            }
            guard let most = schema["maxLength"]?.integer, most < 10_000 else { return "string" }
            let least = schema["minLength"]?.integer ?? 0
            return least == most ? "string of \(most) characters" : "string, \(least)–\(most) characters"
        case "integer", "number":
            let word: HTML = kind == "integer" ? "whole number" : "number"
            switch (schema["minimum"]?.description, schema["maximum"]?.description) {
            case (let least?, let most?): return "\(word), \(least)–\(most)"
            case (let least?, nil): return "\(word), \(least) or more"
            case (nil, let most?): return "\(word), at most \(most)"
            case (nil, nil): return word
            }
        case "boolean": return "true or false"
        default: return "\(kind)"
        }
    }

    // MARK: Examples

    /// A value that fits the schema.
    private func example(_ schema: JSONValue, name: String, depth: Int) -> JSONValue {
        if depth > 6 { return .null }
        if self.name(of: schema) != nil { return example(resolved(schema), name: name, depth: depth + 1) }
        if let value = schema["default"] ?? schema["enum"]?[0] { return value }
        if let first = schema["anyOf"]?[0] { return example(first, name: name, depth: depth + 1) }
        switch schema["type"]?.text ?? schema["type"]?[0]?.text {
        case "boolean": return true
        case "integer":
            return .integer(min(max(1, schema["minimum"]?.integer ?? 1), schema["maximum"]?.integer ?? .max))
        case "number": return schema["minimum"] ?? 0.5
        case "string": return .string(sampleText(schema, name: name))
        case "array": return .array([example(schema["items"] ?? .null, name: name, depth: depth + 1)])
        case "object":
            let properties = schema["properties"]?.members ?? []
            return .object(
                Dictionary(properties.map { ($0.key, example($0.value, name: $0.key, depth: depth + 1)) }) { $1 })
        default: return .null
        }
    }

    private func sampleText(_ schema: JSONValue, name: String) -> String {
        switch schema["format"]?.text {
        case "uuid": return "0198c5f2-7b1e-7c4a-9d3e-2f6a1b8c4d5e"
        case "date-time": return "2026-11-20T18:00:00.000Z"
        case "uri": return "https://example.org/"
        case "email": return "ida@example.org"
        default:
            let least = max(schema["minLength"]?.integer ?? 0, 1)
            let word = name.isEmpty ? "text" : name
            let text = String(repeating: word + " ", count: least / (word.count + 1) + 1).dropLast()
            return String(text.prefix(schema["maxLength"]?.integer ?? 80))
        }
    }

    /// The path with values in it, and with the parameters that must be there.
    private func sampleAddress(_ path: String, _ operation: JSONValue) -> String {
        var address = path
        var query: [String] = []
        for parameter in operation["parameters"]?.elements ?? [] {
            let name = parameter["name"]?.text ?? ""
            if parameter["in"] == "path" {
                let value = ["slot", "season", "number", "part"].contains(name) ? "1" : name
                address = address.replacing(
                    "{\(name)}", with: name == "id" ? sampleText(["format": "uuid"], name: name) : value)
            } else if parameter["required"] == true, let schema = parameter["schema"] {
                let value = example(schema, name: name, depth: 0)
                query.append("\(name)=\(value.text ?? value.description)")
            }
        }
        return query.isEmpty ? address : "\(address)?\(query.joined(separator: "&"))"
    }

    private func curl(_ method: String, _ address: String, _ operation: JSONValue, _ body: JSONValue?) -> String {
        var words = ["curl"]
        if method != "GET" { words.append("-X \(method)") }
        let security = operation["security"]?.elements ?? []
        if operation["x-key-scope"] != nil {
            words.append("-H \"Authorization: Bearer $DAILIES_KEY\"")
        } else if operation["x-access"] == "cron" {
            words.append("-H \"Authorization: Bearer $CRON_SECRET\"")
        } else if !security.isEmpty {
            words.append("-b cookies.txt -c cookies.txt")
            if security.contains(where: { $0["csrf"] != nil }) { words.append("-H \"X-CSRF-Token: $TOKEN\"") }
        }
        if let body {
            words.append("--json '\(body.description.replacing("'", with: "'\\''"))'")
        } else if let type = operation["requestBody"]?["content"]?.members.first?.key {
            words.append("-H \"Content-Type: \(type)\" --data-binary @file")
        }
        words.append("\"\(siteURL)\(address)\"")
        return words.joined(separator: " \\\n  ")
    }
}
