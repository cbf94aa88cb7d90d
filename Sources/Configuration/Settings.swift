/// The configuration of a process: the values of the groups of settings that it was loaded with. A process loads it at
/// its start, and again when it receives SIGHUP.
public struct Settings: Sendable {
    private let values: [String: any Sendable]
    /// The values in force by name; a secret shows only whether it is set.
    public let shown: [String: String]
    /// The names in the file that belong to other systems and were ignored, sorted.
    public let ignored: [String]

    /// Reads the settings of `groups` from an environment and from the file that `file` or `DAILIES_CONFIG` names; the
    /// environment wins. The file may also have `foreignNames`, which are ignored; one that ends with `_` is the beginning of
    /// names.
    /// Throws every fault at once.
    public static func load(
        _ groups: [any SettingGroup.Type], from environment: [String: String], file: String? = nil,
        ignoring foreignNames: [String] = []
    ) throws(SettingsError) -> Settings {
        var reader = SettingsReader(
            environment: environment, file: file, known: groups.flatMap { $0.descriptions }, ignoring: foreignNames)
        for group in groups { group.read(by: &reader) }
        guard reader.faults.isEmpty else { throw SettingsError(faults: reader.faults) }
        return Settings(values: reader.values, shown: reader.shown, ignored: reader.ignored.sorted())
    }

    /// The values of a group. Which one it is must be among the groups that were loaded.
    public subscript<Group: SettingGroup>(_ group: Group.Type) -> SettingValues<Group> { SettingValues(values) }
}

/// One thing wrong with the configuration.
public struct SettingFault: Sendable, Equatable {
    /// The setting, or the file and line.
    public let name: String
    /// What is wrong with it and what would be right.
    public let message: String
}

/// Everything that is wrong with the configuration, so that an operator can correct it in one pass.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The faults in the order of the documentation.
    public let faults: [SettingFault]

    /// One line for each fault.
    public var description: String {
        faults.map { "\($0.name): \($0.message)" }.joined(separator: "\n")
    }
}
