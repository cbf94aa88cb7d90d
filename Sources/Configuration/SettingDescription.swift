/// What an operator must know about one setting.
public struct SettingDescription: Sendable {
    /// The environment variable and the key in the configuration file.
    public let name: String
    /// The value when none is given; nil when the setting is required, empty when it may be left out.
    public let standard: String?
    /// What the number counts, or the form of the text.
    public let unit: String
    /// Whether the value must never be shown. A secret may also be read from the file that `NAME_FILE` names.
    public let isSecret: Bool
    /// What the setting does.
    public let meaning: String
    /// Other names under which older systems know it.
    public let aliases: [String]

    init(
        _ name: String, _ standard: String?, unit: String, isSecret: Bool = false, aliases: [String] = [],
        _ meaning: String
    ) {
        self.name = name
        self.standard = standard
        self.unit = unit
        self.isSecret = isSecret
        self.aliases = aliases
        self.meaning = meaning
    }
}

/// One thing wrong with the configuration.
public struct SettingFault: Sendable, Equatable {
    /// The setting, or the file and line.
    public let name: String
    /// What is wrong with it and what would be right.
    public let message: String
}

/// Everything that is wrong with the configuration, so that an operator mends it in one go.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The faults in the order of the table.
    public let faults: [SettingFault]

    /// One line for each fault.
    public var description: String {
        faults.map { "\($0.name): \($0.message)" }.joined(separator: "\n")
    }
}
