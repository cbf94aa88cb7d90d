/// Sorts words by the parameters that they are given for.
struct ArgumentParser {
    private let parameters: [ParameterDescription]
    private var given: [String: [String]] = [:]

    /// The words of each parameter, by its name. Options may come in any order and between operands; after `--` all
    /// words are operands.
    static func parse(
        _ words: [String], _ parameters: [ParameterDescription]
    ) throws(UsageFault) -> [String: [String]] {
        var parser = ArgumentParser(parameters: parameters)
        try parser.parse(words)
        return parser.given
    }

    private init(parameters: [ParameterDescription]) {
        self.parameters = parameters
    }

    private mutating func parse(_ words: [String]) throws(UsageFault) {
        var operands: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            } else if word.hasPrefix("-"), word != "-" {
                try option(word, &rest)
            } else {
                operands.append(word)
            }
        }
        try assign(operands)
    }

    private mutating func option(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageFault) {
        let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let parameter = parameters.first(where: { $0.name == halves[0] && $0.kind != .operand }) else {
            throw UsageFault("there is no option \(halves[0])")
        }
        let attached = halves.count == 2 ? halves[1] : nil
        guard case .option(let placeholder) = parameter.kind else {
            guard attached == nil else { throw UsageFault("\(parameter.name) has no value") }
            given[parameter.name] = [""]
            return
        }
        // The next option is not this one's value; a value that begins so is written after an equals sign.
        guard let value = attached ?? (rest.first?.hasPrefix("--") == true ? nil : rest.popFirst()) else {
            throw UsageFault("\(parameter.name) needs a value: \(parameter.name) \(placeholder)")
        }
        given[parameter.name, default: []].append(value)
    }

    private mutating func assign(_ operands: [String]) throws(UsageFault) {
        var rest = operands[...]
        for parameter in parameters where parameter.kind == .operand {
            if parameter.isRepeated {
                given[parameter.name] = Array(rest)
                rest = []
            } else if let word = rest.popFirst() {
                given[parameter.name] = [word]
            }
        }
        if let extra = rest.first { throw UsageFault("\"\(extra)\" is one argument too many") }
    }
}
