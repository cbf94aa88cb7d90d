internal import FoundationEssentials
internal import Text

/// Reads texts from the environment and a file by their descriptions, and collects values and faults.
struct SettingsReader {
    private(set) var faults: [SettingFault] = []
    /// The values in force, without the secret ones.
    private(set) var shown: [String: String] = [:]
    /// What was read, by name, as a `ReadValue`.
    private(set) var values: [String: any Sendable] = [:]
    /// Names in the file that are another system's.
    private(set) var ignored: Set<String> = []
    private let environment: [String: String]
    private var file: [String: String] = [:]

    init(
        environment: [String: String], file path: String?, known: [SettingDescription], ignoring foreign: [String]
    ) {
        self.environment = environment
        guard let path = path ?? environment["DAILIES_CONFIG"] else { return }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            fault(path, "the configuration file cannot be read as UTF-8 text")
            return
        }
        parse(text, path) { name in
            if known.contains(where: { $0.isNamed(name) }) { return .known }
            return foreign.contains { $0.hasSuffix("_") ? name.hasPrefix($0) : name == $0 } ? .foreign : .unknown
        }
    }

    mutating func fault(_ name: String, _ message: String) {
        faults.append(SettingFault(name: name, message: message))
    }

    mutating func keep(_ value: some Sendable, for setting: SettingDescription) {
        precondition(values[setting.name] == nil, "\(setting.name) is declared twice")
        values[setting.name] = ReadValue(value: value)
    }

    /// The text that was given for a setting; nil when there is none.
    mutating func text(_ setting: SettingDescription) -> String? {
        let name = setting.name
        let given = value(setting)
        if given == nil && setting.standard == nil && !faults.contains(where: { $0.name.hasPrefix(name) }) {
            fault(name, "is required (\(setting.unit))")
        }
        let inForce = given ?? setting.standard ?? ""
        shown[name] = setting.isSecret && !inForce.isEmpty ? "set" : inForce
        return given
    }

    /// The environment wins over the file, the setting's own name over its aliases, and empty means not given.
    private mutating func value(_ setting: SettingDescription) -> String? {
        for source in [environment, file] {
            for name in [setting.name] + setting.aliases {
                let plain = source[name].flatMap { $0.isEmpty ? nil : $0 }
                guard setting.isSecret, let path = source[name + "_FILE"], !path.isEmpty else {
                    if let plain { return plain }
                    continue
                }
                if plain != nil { fault(name, "is given twice: by \(name) and by \(name)_FILE") }
                return secretFile(name, path)
            }
        }
        return nil
    }

    private mutating func secretFile(_ name: String, _ path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            fault("\(name)_FILE", "\(path) cannot be read")
            return nil
        }
        let secret = text.trimmed
        if secret.isEmpty { fault("\(name)_FILE", "\(path) is empty") }
        return secret.isEmpty ? nil : secret
    }

    /// Whose a name in the file is.
    private enum Owner {
        case known, foreign, unknown
    }

    private mutating func parse(_ text: String, _ path: String, owner: (String) -> Owner) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            let place = "\(path) line \(index + 1)"
            guard let equals = line.firstIndex(of: "=") else {
                fault(place, "is not of the form NAME=value")
                continue
            }
            let name = line[..<equals].trimmed
            switch owner(name) {
            case .known: break
            case .foreign: ignored.insert(name)
            case .unknown: fault(place, "there is no setting \(name)")
            }
            if file[name] != nil { fault(place, "\(name) is set a second time") }
            file[name] = unquoted(line[line.index(after: equals)...].trimmed)
        }
    }

    /// The text between quotes. A comment may follow the second one.
    private func unquoted(_ value: String) -> String {
        for quote in ["\"", "'"] as [Character] where value.first == quote {
            let rest = value.dropFirst()
            if rest.last == quote, !rest.dropLast().contains(quote) { return String(rest.dropLast()) }
            guard let end = rest.firstIndex(of: quote) else { continue }
            let comment = String(rest[rest.index(after: end)...])
            if comment.trimmed.hasPrefix("#") { return String(rest[..<end]) }
            if rest.last == quote { return String(rest.dropLast()) }
        }
        return value
    }
}
