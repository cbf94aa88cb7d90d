public import Catalog
public import FoundationEssentials
internal import Postgres
public import Providers

/// What a run may set beside prompt, picture, length, shape and seed: the JSON Schema of a model, as a form and as a check.
public struct ModelParameters: Sendable {
    /// One parameter.
    public struct Parameter: Sendable {
        /// What values it takes.
        public enum Kind: Sendable {
            /// One of some words.
            case choice([String])
            /// A text of at most so many characters.
            case text(longest: Int)
            /// A number; `step` 1 for whole ones. It is `offset` above a multiple of the step.
            case number(least: Decimal?, most: Decimal?, step: Decimal?, offset: Decimal)
            /// On or off.
            case toggle
        }

        /// What the provider calls it.
        public let name: String
        /// What people call it.
        public let title: String
        /// What it takes.
        public let kind: Kind
        /// What counts when it is not set.
        public let standard: JSON?
    }

    /// The parameters by name.
    public let all: [Parameter]
    private let defaults: [String: JSON]

    /// The parameters of a model. What the schema says beyond the keywords that are read here counts for nothing.
    public init(_ model: Model) {
        let schema = JSON(Array(model.parameters.text.utf8))
        if case .object(let members)? = JSON(Array(model.defaultParameters.text.utf8)) {
            defaults = members
        } else {
            defaults = [:]
        }
        guard case .object(let properties)? = schema?["properties"] else {
            all = []
            return
        }
        all = properties.sorted { $0.key < $1.key }.compactMap { name, property in
            let kind: Parameter.Kind
            switch property["type"]?.string {
            case "string":
                if case .array(let words)? = property["enum"] {
                    kind = .choice(words.compactMap(\.string))
                } else {
                    kind = .text(longest: property["maxLength"]?.integer ?? 2_000)
                }
            case "integer":
                kind = .number(
                    least: property["minimum"]?.number, most: property["maximum"]?.number,
                    step: property["multipleOf"]?.number ?? 1, offset: property["x-offset"]?.number ?? 0)
            case "number":
                kind = .number(
                    least: property["minimum"]?.number, most: property["maximum"]?.number,
                    step: property["multipleOf"]?.number, offset: property["x-offset"]?.number ?? 0)
            case "boolean": kind = .toggle
            default: return nil
            }
            return Parameter(
                name: name, title: property["title"]?.string ?? name, kind: kind, standard: property["default"])
        }
    }

    /// The values that are sent: the model's own, and those that were given. Throws for unknown names and wrong values.
    public func check(_ given: [String: JSON]) throws(GenerationRefusal) -> [String: JSON] {
        var checked = defaults
        for (name, value) in given.sorted(by: { $0.key < $1.key }) where value != .null {
            guard let parameter = all.first(where: { $0.name == name }) else {
                throw .invalidParameter(name, "This model has no parameter “\(name)”.")
            }
            guard let fault = parameter.fault(value) else {
                checked[name] = value
                continue
            }
            throw .invalidParameter(name, "\(parameter.title): \(fault)")
        }
        return checked
    }
}

extension ModelParameters.Parameter {
    /// The nearest number that this parameter takes; nil when it is no number.
    func nearest(to number: Decimal) -> Decimal? {
        guard case .number(let least, let most, let step, let offset) = kind else { return nil }
        let limited = min(max(number, least ?? number), most ?? number)
        guard let step, step > 0 else { return limited }
        // FoundationEssentials rounds no decimals.
        guard let steps = Double("\((limited - offset) / step)") else { return nil }
        var near = Decimal(steps.rounded()) * step + offset
        if let least, near < least { near += step }
        if let most, near > most { near -= step }
        return near
    }

    fileprivate func fault(_ value: JSON) -> String? {
        switch (kind, value) {
        case (.choice(let words), .string(let word)):
            return words.contains(word) ? nil : "Choose \(words.joined(separator: ", "))."
        case (.text(let longest), .string(let text)):
            return text.unicodeScalars.count <= longest ? nil : "Use \(longest) characters at most."
        case (.number(let least, let most, let step, let offset), .number(let number)):
            if let least, number < least { return "Choose \(least) or more." }
            if let most, number > most { return "Choose \(most) or less." }
            guard let step, step > 0, let near = nearest(to: number), near != number else { return nil }
            if step == 1 { return "Choose a whole number." }
            return offset == 0
                ? "Choose a multiple of \(step), such as \(near)."
                : "Choose a multiple of \(step) and \(offset) more, such as \(near)."
        case (.toggle, .bool): return nil
        case (.choice, _): return "Choose one of the words."
        case (.text, _): return "Write a text."
        case (.number, _): return "Choose a number."
        case (.toggle, _): return "Choose true or false."
        }
    }
}
