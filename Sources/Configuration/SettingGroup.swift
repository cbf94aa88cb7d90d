/// The settings of one target, as stored properties of type `Setting`. A target that needs settings declares a group,
/// and `Installation.groups` lists it.
public protocol SettingGroup: Sendable {
    /// The heading above the group in the documentation.
    static var title: String { get }

    /// The declarations.
    init()

    /// Finds faults of settings that are valid only together. It is called when each has been read alone, whether or
    /// not that succeeded.
    func check(_ check: inout SettingCheck<Self>)
}

extension SettingGroup {
    /// Finds nothing.
    public func check(_ check: inout SettingCheck<Self>) {}

    /// The descriptions of its settings in the order of their declarations.
    public static var descriptions: [SettingDescription] { declarations.map(\.description) }

    private static var declarations: [any SettingDeclaration] {
        Mirror(reflecting: Self()).children.compactMap { $0.value as? any SettingDeclaration }
    }

    /// Reads all of its settings.
    static func read(by reader: inout SettingsReader) {
        for declaration in declarations { declaration.read(by: &reader) }
        var check = SettingCheck(group: Self(), reader: reader)
        check.group.check(&check)
        reader = check.reader
    }
}

/// What a group knows when it checks settings that are valid only together.
public struct SettingCheck<Group: SettingGroup> {
    let group: Group
    fileprivate(set) var reader: SettingsReader

    /// Whether the setting has a value, be it a good one or not.
    public func isGiven<Value>(_ setting: KeyPath<Group, Setting<Value>>) -> Bool {
        !(reader.shown[description(setting).name] ?? "").isEmpty
    }

    /// The text of a setting as it is in force; empty for a secret that is not set.
    public func text<Value>(_ setting: KeyPath<Group, Setting<Value>>) -> String {
        reader.shown[description(setting).name] ?? ""
    }

    /// Reports a setting that is missing although another one is given.
    public mutating func require<Needed, Value>(
        _ needed: KeyPath<Group, Setting<Needed>>, with other: KeyPath<Group, Setting<Value>>
    ) {
        guard isGiven(other), !isGiven(needed) else { return }
        fault(needed, "is required with \(description(other).name) (\(description(needed).unit))")
    }

    /// Reports what is wrong with a setting.
    public mutating func fault<Value>(_ setting: KeyPath<Group, Setting<Value>>, _ message: String) {
        reader.fault(description(setting).name, message)
    }

    private func description<Value>(_ setting: KeyPath<Group, Setting<Value>>) -> SettingDescription {
        group[keyPath: setting].description
    }
}

/// The values of a group's settings, under the names of its properties.
@dynamicMemberLookup
public struct SettingValues<Group: SettingGroup>: Sendable {
    private let declared: Group
    private let valuesByName: [String: any Sendable]

    init(_ valuesByName: [String: any Sendable]) {
        declared = Group()
        self.valuesByName = valuesByName
    }

    /// The value of a setting.
    public subscript<Value>(dynamicMember setting: KeyPath<Group, Setting<Value>>) -> Value {
        let name = declared[keyPath: setting].description.name
        guard let read = valuesByName[name] as? ReadValue<Value> else {
            preconditionFailure("\(name) was not read: \(Group.self) is not among the groups that were loaded")
        }
        return read.value
    }
}

/// A value in a dictionary of values of all types. An optional by itself would be unwrapped by a cast.
struct ReadValue<Value: Sendable>: Sendable {
    let value: Value
}
