internal import FoundationEssentials
internal import Text

/// Takes values from the environment and a file by the table and collects what is wrong.
struct SettingsReader {
    private(set) var faults: [SettingFault] = []
    /// The values in force, without the secret ones.
    private(set) var shown: [String: String] = [:]
    private let environment: [String: String]
    private var file: [String: String] = [:]

    init(environment: [String: String], file path: String?) {
        self.environment = environment
        guard let path = path ?? environment["DAILIES_CONFIG"] else { return }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            fault(path, "the configuration file cannot be read as UTF-8 text")
            return
        }
        parse(text, path)
    }

    mutating func fault(_ name: String, _ message: String) {
        faults.append(SettingFault(name: name, message: message))
    }

    mutating func text(_ name: String) -> String {
        guard let setting = Settings.all.first(where: { $0.name == name }) else {
            preconditionFailure("\(name) is not in the table of settings")
        }
        let given = value(setting)
        if given == nil && setting.standard == nil && !faults.contains(where: { $0.name.hasPrefix(name) }) {
            fault(name, "is required (\(setting.unit))")
        }
        let value = given ?? setting.standard ?? ""
        if setting.isSecret {
            shown[name] = value.isEmpty ? "" : "set"
        } else {
            shown[name] = value
        }
        return value
    }

    mutating func number(_ name: String, _ range: ClosedRange<Int>) -> Int {
        let text = text(name)
        guard let number = Int(text), range.contains(number) else {
            fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"")
            return range.lowerBound
        }
        return number
    }

    mutating func truth(_ name: String) -> Bool {
        let text = text(name)
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default:
            fault(name, "must be true or false, not \"\(text)\"")
            return false
        }
    }

    mutating func secret(_ name: String, atLeast length: Int) -> [UInt8] {
        let bytes = Array(text(name).utf8)
        if !bytes.isEmpty && bytes.count < length {
            fault(name, "must have at least \(length) bytes, and has \(bytes.count)")
        }
        return bytes
    }

    mutating func path(_ name: String) -> String {
        let path = text(name)
        if !path.isEmpty && !path.hasPrefix("/") { fault(name, "must be an absolute path, not \"\(path)\"") }
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    mutating func list(_ name: String) -> [String] {
        text(name).split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
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

    private mutating func parse(_ text: String, _ path: String) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            let place = "\(path) line \(index + 1)"
            guard let equals = line.firstIndex(of: "=") else {
                fault(place, "is not of the form NAME=value")
                continue
            }
            let name = line[..<equals].trimmed
            if !isKnown(name) { fault(place, "there is no setting \(name)") }
            if file[name] != nil { fault(place, "\(name) is set a second time") }
            file[name] = unquoted(line[line.index(after: equals)...].trimmed)
        }
    }

    private func isKnown(_ name: String) -> Bool {
        Settings.foreignPrefixes.contains(where: name.hasPrefix)
            || Settings.all.contains { setting in
                ([setting.name] + setting.aliases).contains { known in
                    name == known || (setting.isSecret && name == known + "_FILE")
                }
            }
    }

    private func unquoted(_ value: String) -> String {
        for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
            return String(value.dropFirst().dropLast())
        }
        return value
    }
}
